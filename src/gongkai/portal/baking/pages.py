"""哪些页面：全站有哪些，一条信息、一个栏目牵动哪些。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Q

from gongkai.core.models import Organisation
from gongkai.records.kinds import Kind
from gongkai.records.models import Column, Edition, Placement, Record, Relation, Site
from gongkai.records.queries import public_records

from ..views.feeds import PART, parts_of
from ..views.institutions import about_units, units_of
from .models import PageUse

# 每站都有、随任何信息而变的页面。
COMMON = (
    "/", "/columns/", "/library/", "/planning/", "/institutions/",
    "/sitemap/", "/sitemap.xml", "/sitemap_0.xml",
)  # fmt: skip
FEEDS = ("feed.xml", "atom.xml", "feed.json")


def column_pages(column: Column) -> list[str]:
    """一个栏目随新信息而变的页面：首页和三种订阅；装订页另算。"""
    base = column.get_absolute_url()
    return [base, *(base + feed for feed in FEEDS)]


def inside(column: Column) -> Iterator[str]:
    """栏目之内：各装订页，和其中各条信息的页面。"""
    rows = Placement.objects.filter(column=column)
    for number in rows.order_by("page").values_list("page", flat=True).distinct():
        yield f"{column.get_absolute_url()}page_{number}.html"
    for pk in rows.order_by("record").values_list("record", flat=True).iterator():
        yield Record(pk=pk).get_absolute_url()


def _lineage(columns: Iterable[Column]) -> dict[int, Column]:
    found: dict[int, Column] = {}
    for column in columns:
        step: Column | None = column
        while step is not None and step.pk not in found:
            found[step.pk] = step
            step = step.parent
    return found


def shown_on(record: Record) -> set[tuple[int, str]]:
    """牵动：一条信息变了要重写的页面（站点编号, 路径），不分先后。"""
    wanted: set[tuple[int, str]] = {(record.site_id, record.get_absolute_url())}
    for use in PageUse.objects.filter(record_id=record.pk).select_related("page"):
        wanted.add((use.page.site_id, use.page.path))
    placements = Placement.objects.filter(record=record).select_related("column__parent")
    for placement in placements:
        base = placement.column.get_absolute_url()
        wanted.add((placement.column.site_id, f"{base}page_{placement.page}.html"))
    for column in _lineage(p.column for p in placements).values():
        wanted |= {(column.site_id, path) for path in column_pages(column)}
    sites = {site for site, _path in wanted}
    wanted |= {(site, path) for site in sites for path in COMMON}
    wanted |= {(record.site_id, path) for path in _units(record)}
    return wanted | _related(record)


def listed_on(record: Record) -> set[tuple[int, str]]:
    """只列着地址、给程序读的页面：站点地图里它所在的一份；两千条一份，不必赶在信息之前写。"""
    return {(record.site_id, f"/sitemap_{record.pk // PART + 1}.xml")}


def _units(record: Record) -> set[str]:
    """机构页：主办单位列全局的，承办单位列自己的；机构信息还写在所说的那个机构的页上。"""
    units = {record.site.organisation_id, record.organisation_id}
    if record.kind == Kind.INSTITUTION and record.live is not None:
        named = units_of(record.site).get(record.live.title)
        units |= {named.pk} if named else set()
    return {f"/institutions/{pk}/" for pk in units}


def _related(record: Record) -> set[tuple[int, str]]:
    """关系两头的页面都写着对方。"""
    live = Q(edition__state=Edition.State.PUBLISHED)
    both = Relation.objects.filter(live & (Q(target=record) | Q(edition__record=record)))
    found = set()
    for relation in both.select_related("target", "edition__record"):
        for end in (relation.target, relation.edition.record):
            if end is not None and end.pk != record.pk:
                found.add((end.site_id, end.get_absolute_url()))
    return found


def _active_units(site: Site) -> list[int]:
    rows = public_records().filter(site=site).order_by().values_list("organisation", flat=True)
    said = {site.organisation_id, *(unit.pk for _record, unit in about_units(site) if unit is not None)}
    units = Organisation.objects.active().within(site.organisation)
    return list(units.filter(pk__in={*rows.distinct(), *said}).values_list("pk", flat=True))


def all_pages(site: Site) -> Iterator[str]:
    """全站页面：公共页、各栏目及其装订页、机构页、站点地图各份、各条信息。"""
    yield from COMMON
    yield from (f"/institutions/{pk}/" for pk in _active_units(site))
    yield from (f"/sitemap_{number + 1}.xml" for number in parts_of(site))
    for column in Column.objects.open().filter(site=site):
        yield from column_pages(column)
        pages = Placement.objects.filter(column=column).values_list("page", flat=True).distinct()
        for number in sorted(pages):
            yield f"{column.get_absolute_url()}page_{number}.html"
    for pk in public_records().filter(site=site).order_by("pk").values_list("pk", flat=True).iterator():
        yield Record(pk=pk).get_absolute_url()
