"""订阅、站点地图（XML）、robots.txt：给程序读的。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any, Final
from xml.sax.saxutils import escape

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.records import public
from gongkai.records.models import Column, Record, Site
from gongkai.records.queries import public_records

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


def _feed(request: HttpRequest, path: str, kind: type[SyndicationFeed], name: str) -> HttpResponse:
    site, column = found_column(request, path)
    home = absolute(site, column.get_absolute_url())
    feed = kind(
        title=_title(site, column),
        link=home,
        description=column.description or _title(site, column),
        language="zh-cn",
        feed_url=home + name,
    )
    for row in public.newest(column, LENGTH):
        record, live = row.record, row.record.live
        feed.add_item(
            title=live.title,
            link=_link(record),
            description=live.summary,
            pubdate=_moment(record),
            updateddate=timezone.localtime(live.published_at),
            unique_id=_link(record),
            author_name=live.issuer,
        )
    response = HttpResponse(content_type=feed.content_type)
    feed.write(response, "utf-8")
    return response


@require_safe
def rss(request: HttpRequest, path: str) -> HttpResponse:
    """RSS 2.0。"""
    return _feed(request, path, Rss201rev2Feed, "feed.xml")


@require_safe
def atom(request: HttpRequest, path: str) -> HttpResponse:
    """Atom 1.0。"""
    return _feed(request, path, Atom1Feed, "atom.xml")


@require_safe
def json_feed(request: HttpRequest, path: str) -> HttpResponse:
    """JSON Feed 1.1（jsonfeed.org）。"""
    site, column = found_column(request, path)
    home = absolute(site, column.get_absolute_url())
    items: list[dict[str, Any]] = []
    for row in public.newest(column, LENGTH):
        record, live = row.record, row.record.live
        items.append(
            {
                "id": _link(record),
                "url": _link(record),
                "title": live.title,
                "summary": live.summary,
                "content_text": live.summary or live.title,
                "date_published": _moment(record).isoformat(),
                "date_modified": timezone.localtime(live.published_at).isoformat(),
                "authors": [{"name": live.issuer}],
                "tags": live.keywords,
            }
        )
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(site, column),
        "home_page_url": home,
        "feed_url": home + "feed.json",
        "language": "zh-CN",
        "items": items,
    }
    return JsonResponse(feed, content_type="application/feed+json", json_dumps_params={"ensure_ascii": False})


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
    """站点地图索引：第 0 份是首页和栏目，其余按信息编号分段。"""
    site = site_of(request)
    numbers = [0, *(number + 1 for number in parts_of(site))]
    rows = (
        f"<sitemap><loc>{escape(absolute(site, f'/sitemap_{number}.xml'))}</loc></sitemap>\n"
        for number in numbers
    )
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
def robots(request: HttpRequest) -> HttpResponse:
    """robots.txt：工作台、偏好、带条件的结果不必收录。"""
    site = site_of(request)
    private = ("/staff/", "/office/", "/accounts/", "/preferences/", "/leaving/", "/feedback/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    lines.append(f"Sitemap: {absolute(site, '/sitemap.xml')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
