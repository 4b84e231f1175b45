"""网页标签（政府网站发展指引附件“网页设计规范”）：站点、栏目、内容三组，空的不写，不重复。"""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from gongkai.records.models import Column, Record, Site
from gongkai.records.public import shown_date

from .sites import absolute

Metas = list[tuple[str, str]]


def _clean(pairs: Metas) -> Metas:
    return [(name, " ".join(value.split())) for name, value in pairs if value and value.strip()]


def site_metas(site: Site) -> Metas:
    """站点标签：每页都有。"""
    return _clean([("SiteName", site.name), ("SiteDomain", site.domain), ("SiteIDCode", site.code)])


def column_metas(site: Site, column: Column) -> Metas:
    """栏目标签：列表页和内容页；没有写说明和关键词的，由名称得出，不留空。"""
    with override(settings.LANGUAGE_CODE):
        description = column.description or f"{site.name}“{column.name}”栏目，发布{column.type_word}类信息。"
    return _clean(
        [
            ("ColumnName", column.name),
            ("ColumnDescription", description),
            ("ColumnKeywords", column.keywords or ",".join(dict.fromkeys((column.name, column.type_word)))),
            ("ColumnType", column.type_word),
        ]
    )


def published_at(record: Record) -> str:
    """发布时间：与页面上的发布日期是同一天；当天公开的带上时刻，以前发布过的记零点。"""
    day, first = shown_date(record), timezone.localtime(record.first_published_at)
    return f"{first:%Y-%m-%d %H:%M}" if first.date() == day else f"{day:%Y-%m-%d} 00:00"


def source_of(record: Record) -> str:
    """来源：写明的来源，没有则为发布机构。"""
    return record.live.source or record.live.issuer or str(record.agency)


def article_metas(record: Record) -> Metas:
    """内容标签：标题、时间、来源必有；关键词、作者、摘要、网址有才写。"""
    live = record.live
    return _clean(
        [
            ("ArticleTitle", live.title),
            ("PubDate", published_at(record)),
            ("ContentSource", source_of(record)),
            ("Keywords", ",".join(str(word) for word in live.keywords)),
            ("Author", live.issuer),
            ("Description", live.summary[:200]),
            ("Url", absolute(record.site, record.get_absolute_url())),
        ]
    )
