"""归栏：栏目的规则变了，已公开的信息按新规则进出；分批办，各批一个事务，停在哪里下次从哪里接着。"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from gongkai.audit.actions import in_turn

from .actions import PAGE_SIZE
from .models import Column, ColumnSorting, Placement, Record
from .queries import matching
from .signals import column_changed, records_placed

# 一批看几条：一批一个事务，别的写入等不到一秒。
BATCH: Final = 100
Phase = ColumnSorting.Phase


def begin(column: Column) -> ColumnSorting:
    """开始：记下要看多少条；上次没办完的作废，从头来。须在事务中。"""
    total = Placement.objects.filter(column=column).count() + _wanted(column).count()
    values = {
        "phase": Phase.OUT, "at": None, "after": 0, "total": total, "done": 0, "moved": 0,
        "started_at": timezone.now(), "finished_at": None,
    }  # fmt: skip
    row, _created = ColumnSorting.objects.update_or_create(column=column, defaults=values)
    return row


def step(column: int, *, size: int = BATCH) -> bool:
    """办一批：返回办完了没有；规则又变了的，begin 已把它退回起点，接着办的就是新规则。"""
    with in_turn():
        rows = ColumnSorting.objects.select_for_update(of=("self",)).select_related("column__parent__parent")
        row = rows.filter(column=column, finished_at=None).first()
        if row is None:
            return True
        looked = _out(row, size) if row.phase == Phase.OUT else 0
        if row.phase == Phase.IN and looked < size:
            looked += _in(row, size - looked)
        row.done += looked
        row.save()
        if row.finished_at and row.moved:
            # 首页和订阅列着最新的几条：办完再写一次。
            column_changed.send(Column, column=row.column, listed=True)
        return row.finished_at is not None


def _wanted(column: Column) -> QuerySet[Record]:
    return matching(column) if column.is_active else Record.objects.none()


def _out(row: ColumnSorting, size: int) -> int:
    """撤出：这一批里按规则不该在的；手工挑选的不动。返回看了几条。"""
    rows = Placement.objects.filter(column=row.column, pk__gt=row.after).order_by("pk")
    found = list(rows.values_list("pk", "record", "page", "by_hand")[:size])
    stay = set(
        _wanted(row.column).filter(pk__in=[record for _pk, record, *_ in found]).values_list("pk", flat=True)
    )
    gone = [each for each in found if not each[3] and each[1] not in stay]
    Placement.objects.filter(pk__in=[pk for pk, *_ in gone]).delete()
    _tell(row, [(record, page) for _pk, record, page, _hand in gone])
    if len(found) < size:
        row.phase, row.after = Phase.IN, 0
    else:
        row.after = found[-1][0]
    return len(found)


def _in(row: ColumnSorting, size: int) -> int:
    """补进：按公开的先后接在最后一页之后。返回看了几条。"""
    rows = _wanted(row.column).order_by("first_published_at", "pk")
    if row.at:
        later = Q(first_published_at__gt=row.at)
        rows = rows.filter(later | Q(first_published_at=row.at, pk__gt=row.after))
    found: list[tuple[int, datetime | None]] = list(rows.values_list("pk", "first_published_at")[:size])
    placed = Placement.objects.filter(column=row.column)
    present = set(placed.filter(record__in=[pk for pk, _at in found]).values_list("record", flat=True))
    page = placed.aggregate(last=Max("page"))["last"] or 1
    count = placed.filter(page=page).count()
    made = []
    for pk, _at in found:
        if pk in present:
            continue
        if count >= PAGE_SIZE:
            page, count = page + 1, 0
        made.append(Placement(record_id=pk, column=row.column, page=page))
        count += 1
    Placement.objects.bulk_create(made)
    _tell(row, [(each.record_id, each.page) for each in made])
    if len(found) < size:
        row.finished_at = timezone.now()
    else:
        row.after, row.at = found[-1]
    return len(found)


def _tell(row: ColumnSorting, moved: list[tuple[int, Any]]) -> None:
    if moved:
        row.moved += len(moved)
        records, pages = [record for record, _page in moved], {page for _record, page in moved}
        records_placed.send(Column, column=row.column, records=records, pages=pages)
