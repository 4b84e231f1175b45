"""订阅、站点地图（XML）、robots.txt：给程序读的。"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Final
from xml.sax.saxutils import escape

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.consultations.queries import public_entries
from gongkai.records import public
from gongkai.records.models import Column, Record, Site
from gongkai.records.queries import public_records
from gongkai.search.backends.base import Unavailable
from gongkai.search.forms import FILTERS, criteria_of
from gongkai.search.queries import search

from ..sites import absolute, columns, site_of
from .columns import found_column

LENGTH: Final = 30
# 一份站点地图收多少个编号；按编号分段，新信息只动最后一份。
PART: Final = 2_000


def _moment(record: Record) -> datetime:
    """发布时间：与页面上的日期同一天。"""
    first, day = timezone.localtime(record.first_published_at), public.shown_date(record)
    return first if first.date() == day else make_aware(datetime.combine(day, time()))


def _link(record: Record) -> str:
    return absolute(record.site, record.get_absolute_url())


def _title(site: Site, column: Column) -> str:
    return f"{column.name} - {site.name}"


@dataclass(frozen=True, slots=True)
class Item:
    """订阅里的一条：link 地址（也是编号），at 发布时间，updated 改动时间。"""

    link: str
    title: str
    summary: str
    at: datetime
    updated: datetime
    author: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Channel:
    """一个订阅：title 名称，home 对应的页面，base 订阅地址去掉文件名的部分，query 查询串。"""

    title: str
    home: str
    base: str
    description: str
    items: list[Item]
    query: str = ""

    def address(self, name: str) -> str:
        """订阅自己的地址。"""
        return f"{self.base}{name}{self.query}"


def _item(record: Record) -> Item:
    live = record.live
    updated, tags = timezone.localtime(live.published_at), tuple(live.keywords)
    return Item(_link(record), live.title, live.summary, _moment(record), updated, live.issuer, tags)


def _of_column(request: HttpRequest, path: str) -> Channel:
    site, column = found_column(request, path)
    home, title = absolute(site, column.get_absolute_url()), _title(site, column)
    items = [_item(row.record) for row in public.newest(column, LENGTH)]
    return Channel(title, home, home, column.description or title, items)


def _of_search(request: HttpRequest) -> Channel:
    """查找的订阅：同样的条件，新的在前。错误：Http404——没有写查找词或筛选；检索不通时抛出 Unavailable。"""
    site, criteria = site_of(request), criteria_of(request.GET)
    if not criteria.query and not any(getattr(criteria, name) for name in FILTERS):
        raise Http404(_("请先写查找词"))
    found = search(replace(criteria, newest=True, page=1))
    items = []
    for hit in found.hits:
        document = hit.document
        at = make_aware(datetime.combine(document.date or timezone.localdate(), time()))
        extract = "".join(piece.text for piece in hit.extract)
        items.append(Item(absolute(site, document.url), document.title, extract, at, at))
    title = _("查找“%(query)s” - %(site)s") % {"query": criteria.query, "site": site.name}
    query = f"?{request.GET.urlencode()}"
    return Channel(title, absolute(site, f"/search/{query}"), absolute(site, "/search/"), title, items, query)


def _syndicate(channel: Channel, kind: type[SyndicationFeed], name: str) -> HttpResponse:
    feed = kind(
        title=channel.title,
        link=channel.home,
        description=channel.description,
        language="zh-cn",
        feed_url=channel.address(name),
    )
    for item in channel.items:
        feed.add_item(
            title=item.title,
            link=item.link,
            description=item.summary,
            pubdate=item.at,
            updateddate=item.updated,
            unique_id=item.link,
            author_name=item.author,
        )
    response = HttpResponse(content_type=feed.content_type)
    feed.write(response, "utf-8")
    return response


def _as_json(channel: Channel) -> HttpResponse:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.address("feed.json"),
        "language": "zh-CN",
        "items": [
            {
                "id": item.link,
                "url": item.link,
                "title": item.title,
                "summary": item.summary,
                "content_text": item.summary or item.title,
                "date_published": item.at.isoformat(),
                "date_modified": item.updated.isoformat(),
                "authors": [{"name": item.author}] if item.author else [],
                "tags": list(item.tags),
            }
            for item in channel.items
        ],
    }
    return JsonResponse(feed, content_type="application/feed+json", json_dumps_params={"ensure_ascii": False})


@require_safe
def rss(request: HttpRequest, path: str) -> HttpResponse:
    """栏目的 RSS 2.0。"""
    return _syndicate(_of_column(request, path), Rss201rev2Feed, "feed.xml")


@require_safe
def atom(request: HttpRequest, path: str) -> HttpResponse:
    """栏目的 Atom 1.0。"""
    return _syndicate(_of_column(request, path), Atom1Feed, "atom.xml")


@require_safe
def json_feed(request: HttpRequest, path: str) -> HttpResponse:
    """栏目的 JSON Feed 1.1（jsonfeed.org）。"""
    return _as_json(_of_column(request, path))


@require_safe
def search_feed(request: HttpRequest, kind: str) -> HttpResponse:
    """查找的订阅：kind 为 rss、atom 或 json；有新的符合条件的信息就多一条。"""
    try:
        channel = _of_search(request)
    except Unavailable:
        return HttpResponse(
            _("检索暂时不通，请稍后再试"), status=503, content_type="text/plain; charset=utf-8"
        )
    if kind == "json":
        return _as_json(channel)
    if kind == "atom":
        return _syndicate(channel, Atom1Feed, "atom.xml")
    return _syndicate(channel, Rss201rev2Feed, "feed.xml")


_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"


def _xml(root: str, parts: Iterator[str]) -> HttpResponse:
    text = f'{_XML}<{root} xmlns="{_SPACE}">\n' + "".join(parts) + f"</{root}>\n"
    return HttpResponse(text, content_type="application/xml")


def parts_of(site: Site) -> list[int]:
    """站点地图的各份：有公开信息的编号段。"""
    rows = public_records().filter(site=site).order_by()
    newest = rows.aggregate(last=Max("pk"))["last"]
    if newest is None:
        return []
    return [
        n for n in range(newest // PART + 1) if rows.filter(pk__gte=n * PART, pk__lt=(n + 1) * PART).exists()
    ]


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """站点地图索引：第 0 份是首页和栏目，其余按信息编号分段；政策问答自成一份，随时变，不写成文件。"""
    site = site_of(request)
    numbers = [0, *(number + 1 for number in parts_of(site))]
    paths = [*(f"/sitemap_{number}.xml" for number in numbers), reverse("portal:sitemap_answers")]
    rows = (f"<sitemap><loc>{escape(absolute(site, path))}</loc></sitemap>\n" for path in paths)
    return _xml("sitemapindex", rows)


@require_safe
def sitemap_part(request: HttpRequest, part: int) -> HttpResponse:
    """一份站点地图。错误：Http404——这一段没有公开的信息。"""
    site = site_of(request)
    if part == 0:
        fixed = ("/", "/columns/", "/library/", "/planning/", "/institutions/", "/plans/")
        paths = [*fixed, *(column.get_absolute_url() for column in columns(request).columns)]
        return _xml("urlset", (f"<url><loc>{escape(absolute(site, path))}</loc></url>\n" for path in paths))
    rows = (
        public_records()
        .defer("live__body", "live__fields")
        .filter(site=site, pk__gte=(part - 1) * PART, pk__lt=part * PART)
        .order_by("pk")
    )
    found = [
        f"<url><loc>{escape(_link(record))}</loc>"
        f"<lastmod>{timezone.localtime(record.live.published_at).isoformat(timespec='seconds')}</lastmod></url>\n"
        for record in rows
        if record.live is not None
    ]
    if not found:
        raise Http404(_("没有这一份站点地图"))
    return _xml("urlset", iter(found))


@require_safe
def sitemap_answers(request: HttpRequest) -> HttpResponse:
    """政策问答的一份：列表和此刻有效的各条。"""
    site = site_of(request)
    paths = [reverse("knowledge:list"), *(entry.get_absolute_url() for entry in public_entries())]
    return _xml("urlset", (f"<url><loc>{escape(absolute(site, path))}</loc></url>\n" for path in paths))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """robots.txt：工作台、偏好、带条件的结果不必收录。"""
    site = site_of(request)
    private = ("/staff/", "/office/", "/accounts/", "/preferences/", "/leaving/", "/feedback/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    lines.append(f"Sitemap: {absolute(site, '/sitemap.xml')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
