"""供门户读取的公开信息：只含有公开版本、没有撤下、主动公开的；一律以 Record 实例返回。

烘焙靠 Record.from_db 记下一页用到了哪些信息，所以这里不用 values()。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from gongkai.core.models import Organisation

from .kinds import Kind
from .models import Column, Edition, FriendlyLink, PictureUse, Placement, Record, Relation, Site
from .queries import column_records, note

# 规范性文件库收这几类。
LIBRARY_KINDS: Final = (Kind.NORMATIVE, Kind.REGULATION, Kind.POLICY)
# 年份逐条数的上限（装订页数）。
_FEW_PAGES: Final = 50
_NEWEST: Final = ("-record__live__published_on", "-record__first_published_at", "-record_id")
VALID: Final = (Record.Validity.IN_FORCE, Record.Validity.AMENDED)


def site_for(host: str) -> Site | None:
    """站点：按主机名找；没有这个主机名的取默认站点；都没有为 None。停用的也照样返回，由视图拒绝。"""
    found = list(
        Site.objects.filter(Q(domain=host) | Q(is_default=True)).select_related("organisation__parent")
    )
    return next((row for row in found if row.domain == host), found[0] if found else None)


def site_serving(agency: Organisation) -> Site | None:
    """机关的网站：它自己主办的，没有的由上级的网站代；都没有为 None。"""
    rows = Site.objects.filter(organisation__in=agency.line, is_active=True).select_related("organisation")
    # 离本机关最近的，就是路径最长的。
    return max(rows, key=lambda row: len(row.organisation.path), default=None)


@dataclass
class Tree:
    """栏目树：一个站点在用的全部栏目，一次取出；上下级都接好，不再查库。"""

    columns: list[Column]
    by_pk: dict[int, Column] = field(init=False)
    by_path: dict[str, Column] = field(init=False)
    below: dict[int | None, list[Column]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_pk = {column.pk: column for column in self.columns}
        self.by_path = {column.path: column for column in self.columns}
        self.below = {}
        for column in self.columns:
            # 上级停用的，下级也不露面。
            if column.parent_id and column.parent_id not in self.by_pk:
                continue
            if column.parent_id:
                column.parent = self.by_pk[column.parent_id]
            self.below.setdefault(column.parent_id, []).append(column)

    @property
    def roots(self) -> list[Column]:
        """顶层：固定四栏在前，次序固定（国办公开办函〔2019〕61号），其余照次序。"""
        fixed = list(Column.Section.values)
        tops = self.below.get(None, [])
        sections = sorted((c for c in tops if c.section), key=lambda c: fixed.index(c.section))
        return sections + [c for c in tops if not c.section]

    @property
    def sections(self) -> list[Column]:
        """固定四栏。"""
        return [column for column in self.roots if column.section]

    def children(self, column: Column) -> list[Column]:
        """下级栏目。"""
        return self.below.get(column.pk, [])

    def lineage(self, column: Column) -> list[Column]:
        """由顶层到本栏目。"""
        line, step = [column], column
        while step.parent_id and step.parent_id in self.by_pk:
            step = self.by_pk[step.parent_id]
            line.insert(0, step)
        return line

    def for_kind(self, kind: str) -> Column | None:
        """收某类信息的栏目：规则里写着这一类型的第一个。"""
        return next((c for c in self.columns if kind in c.rule.get("kinds", ())), None)


def tree_of(site: Site) -> Tree:
    """栏目树。"""
    return Tree(list(Column.objects.filter(site=site, is_active=True)))


def on_site(site: Site) -> QuerySet[Record]:
    """本站的公开信息，没有归档的，新的在前；站点停用了的没有。

    站点在用与否当场就知道，不去连站点表：连了，SQLite 就从站点查起，把全站的信息排一遍。
    """
    rows = Record.objects.public().filter(live__openness=Edition.Openness.ACTIVE, site=site, archived_at=None)
    rows = rows if site.is_active else rows.none()
    return rows.select_related("live").order_by("-first_published_at", "-pk")


def latest(site: Site, kinds: Iterable[str], count: int) -> list[Record]:
    """某几类最新的几条：各类分别沿索引取几条，再合起来。"""
    found = [record for kind in kinds for record in on_site(site).filter(kind=kind)[:count]]
    return sorted(found, key=lambda record: (record.first_published_at, record.pk), reverse=True)[:count]


def library(site: Site) -> QuerySet[Edition]:
    """规范性文件库：本站法规规章、规范性文件、政策文件的公开版本，按成文日期新的在前。

    从版本查起，沿“状态、成文日期”的索引走；从信息查起就要把全库排一遍。取来之后用 records_of 换成信息。
    """
    rows = Edition.objects.filter(
        state=Edition.State.PUBLISHED,
        openness=Edition.Openness.ACTIVE,
        record__site=site,
        record__kind__in=LIBRARY_KINDS,
        record__withdrawn_at=None,
        record__archived_at=None,
    )
    return (rows if site.is_active else rows.none()).order_by("-written_on", "-record_id")


def records_of(editions: Iterable[Edition]) -> list[Record]:
    """版本所属的信息，次序不变；烘焙由此记下用到了哪些。"""
    pks = [edition.record_id for edition in editions]
    found = Record.objects.select_related("live").in_bulk(pks)
    return [found[pk] for pk in pks if found[pk].live_id]


def years_written(editions: QuerySet[Edition]) -> list[int]:
    """有文件的成文年份，新的在前：一年一跳，不把全库的日期都取来。"""
    years: list[int] = []
    rows = editions.exclude(written_on=None).values_list("written_on", flat=True)
    latest = rows.first()
    while latest is not None:
        years.append(latest.year)
        latest = rows.filter(written_on__lt=date(latest.year, 1, 1)).first()
    return years


def shown_date(record: Record) -> date:
    """发布日期：版本上写明的，没有则为首次公开的日期。"""
    if record.live.published_on:
        return record.live.published_on
    return timezone.localdate(record.first_published_at)


def shown_record(site: Site, pk: int) -> Record | None:
    """信息页的信息：本站的，或在本站栏目里展示的；撤下的也返回，由视图说明。"""
    loaded = preloaded.get()
    record = loaded.take(pk) if loaded else _pages().filter(pk=pk).first()
    if record is None or (record.live is None and record.withdrawn_at is None):
        return None
    if record.live is not None and not _is_shown(record):
        return None
    if record.site_id != site.pk and not columns_of(record, site):
        return None
    return record


def _pages() -> QuerySet[Record]:
    return Record.objects.select_related("live", "agency", "organisation", "site", "replacement__live")


def relations_of(record: Record) -> tuple[list[Relation], list[Relation]]:
    """关系两头：公开版写明的（目标不公开的去掉），和别的公开版指向它的。"""
    loaded = preloaded.get()
    ours = loaded.ours[record.live_id] if loaded else list(_ours([record]))
    theirs = loaded.theirs[record.pk] if loaded else list(_theirs([record]))
    note(*(row.target for row in ours if row.target), *(row.edition.record for row in theirs))
    return (
        [row for row in ours if row.target is None or _is_shown(row.target)],
        [row for row in theirs if row.edition.record.live_id == row.edition_id],
    )


def _is_shown(record: Record) -> bool:
    return record.live is not None and record.live.openness == Edition.Openness.ACTIVE


def _ours(records: Iterable[Record]) -> QuerySet[Relation]:
    return Relation.objects.filter(edition__in=[r.live_id for r in records]).select_related("target__live")


def _theirs(records: Iterable[Record]) -> QuerySet[Relation]:
    rows = Relation.objects.filter(
        target__in=[record.pk for record in records],
        edition__state=Edition.State.PUBLISHED,
        edition__openness=Edition.Openness.ACTIVE,
        edition__record__withdrawn_at=None,
    )
    return rows.select_related("edition__record__live")


def corrections_of(record: Record) -> list[Edition]:
    """更正说明：历次公开版中写了更正说明的，新的在前。"""
    loaded = preloaded.get()
    return loaded.corrections[record.pk] if loaded else list(_corrections([record]))


def _corrections(records: Iterable[Record]) -> QuerySet[Edition]:
    shown = (Edition.State.PUBLISHED, Edition.State.SUPERSEDED)
    rows = Edition.objects.filter(record__in=[r.pk for r in records], state__in=shown, number__gt=1)
    return rows.exclude(change_note="").order_by("-number")


def columns_of(record: Record, site: Site) -> list[int]:
    """所在栏目的编号：按规则进的在前。"""
    loaded = preloaded.get()
    rows = loaded.columns[record.pk] if loaded else _columns([record])
    return [column for _record, place, column in rows if place == site.pk]


def _columns(records: Iterable[Record]) -> list[tuple[int, int, int]]:
    """（信息, 站点, 栏目）编号，按规则进的在前。"""
    rows = Placement.objects.filter(record__in=[record.pk for record in records])
    rows = rows.order_by("by_hand", "column__order", "column_id")
    return list(rows.values_list("record_id", "column__site_id", "column_id"))


class Preloaded:
    """预取：一批信息页要用的，几次查询全部取来；烘焙全站时不必一页一页地查。"""

    def __init__(self, pks: Iterable[int]) -> None:
        rows = _pages().filter(pk__in=list(pks)).prefetch_related("live__attachments")
        self.records = {record.pk: record for record in rows}
        records = [record for record in self.records.values() if record.live_id]
        self.ours = _grouped(_ours(records), lambda row: row.edition_id)
        self.theirs = _grouped(_theirs(records), lambda row: row.target_id)
        self.corrections = _grouped(_corrections(records), lambda row: row.record_id)
        self.columns = _grouped(_columns(records), lambda row: row[0])

    def take(self, pk: int) -> Record | None:
        """取一条，并记下这一页用到了它。"""
        record = self.records.get(pk)
        if record is not None:
            note(record, *filter(None, [record.replacement]))
        return record


def _grouped(rows: Iterable[Any], key: Callable[[Any], Any]) -> defaultdict[Any, list[Any]]:
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


# 正在烘焙的一批；平时为 None，现查。
preloaded: ContextVar[Preloaded | None] = ContextVar("preloaded", default=None)


def last_page(column: Column) -> int:
    """最后一个装订页；空栏目为 0。"""
    return Placement.objects.filter(column=column).aggregate(last=Max("page"))["last"] or 0


def last_pages(columns: Iterable[Column]) -> dict[int, int]:
    """各栏目的最后一个装订页：栏目编号 → 页号；空栏目不在内。"""
    rows = Placement.objects.filter(column__in=[column.pk for column in columns]).order_by()
    return dict(rows.values_list("column").annotate(Max("page")))


def placed(column: Column) -> QuerySet[Placement]:
    """栏目里的公开信息连同位置：置顶的在前，再按发布日期新的在前。"""
    shown = Q(
        record__live__openness=Edition.Openness.ACTIVE,
        record__withdrawn_at=None,
        record__archived_at=None,
    )
    rows = Placement.objects.filter(shown, column=column).select_related("record__live")
    return rows.order_by("-pinned", *_NEWEST)


def page_rows(column: Column, number: int) -> list[Placement]:
    """一个装订页的信息。"""
    return list(placed(column).filter(page=number))


def newest_rows(column: Column, last: int) -> list[Placement]:
    """栏目首页的信息：置顶的，加最后一个装订页和前一页。"""
    return list(placed(column).filter(Q(page__gte=last - 1) | Q(pinned=True)))


def years_of(column: Column, last: int) -> list[int]:
    """栏目里有信息的年份，新的在前；last 为最后一个装订页。

    大栏目逐条数年份要四分之一秒，每次发布都要重算；只取头尾两页的年份，中间的都列上。
    """
    if last <= _FEW_PAGES:
        days = column_records(column).order_by().dates("live__published_on", "year", order="DESC")
        return [day.year for day in days]
    ends = placed(column).filter(page__in=(1, last)).order_by()
    found = ends.aggregate(first=Min("record__live__published_on"), last=Max("record__live__published_on"))
    return list(range(found["last"].year, found["first"].year - 1, -1)) if found["last"] else []


def newest(column: Column, count: int) -> list[Placement]:
    """最新的几条，供订阅：只看最后几个装订页。"""
    rows = placed(column).filter(page__gte=last_page(column) - 2).order_by(*_NEWEST)
    return list(rows.select_related("record__live", "record__site")[:count])


def links_of(site: Site) -> list[FriendlyLink]:
    """友情链接。"""
    return list(FriendlyLink.objects.filter(site=site))


def summary_of(columns: Iterable[Column]) -> dict[int, tuple[int, Any]]:
    """各栏目的公开条数和最近更新：栏目编号 → (条数, 时间)。"""
    shown = Q(record__live__isnull=False, record__withdrawn_at=None, record__archived_at=None)
    rows = (
        Placement.objects.filter(shown, column__in=[c.pk for c in columns])
        .order_by()
        .values_list("column")
        .annotate(Count("pk"), Max("record__first_published_at"))
    )
    return {pk: (count, at) for pk, count, at in rows}


def pictures_of(record: Record) -> dict[str, bytes]:
    """正文里的图片：引用地址 → 内容，写 Word、PDF 用。"""
    found = {}
    for use in PictureUse.objects.filter(edition=record.live_id).select_related("picture"):
        with use.picture.file.open("rb") as file:
            found[use.picture.get_absolute_url()] = file.read()
    return found
