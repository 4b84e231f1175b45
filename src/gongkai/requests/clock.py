"""期限：把登记的事件交给 law.clock 推算，结果缓存在申请上；期限从不手改，只由这里写。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from gongkai.core.calendar import current_calendar
from gongkai.core.states import Refusal, Refused
from gongkai.law import clock as law
from gongkai.law.workdays import Calendar, CalendarError

from .models import Case, CaseEvent

# 缓存在申请上的各栏，只由 recompute 写。
CACHED = (
    "due",
    "alarm",
    "provisional",
    "waiting",
    "waiting_until",
    "starts_on",
    "answered_on",
    "late_workdays",
    "timeliness",
)
_EVENTS: dict[str, Any] = {
    kind: getattr(law, kind) for kind in CaseEvent.Kind.values if kind != CaseEvent.Kind.VOID
}


def to_law(kind: str, on: date, data: dict[str, Any]) -> law.Event:
    """一行事件变成 law.clock 的事件：data 里的日期是 ISO 文字。"""
    cls = _EVENTS[kind]
    values = {}
    for field in fields(cls):
        if field.name == "on":
            continue
        if field.name in data:
            value = data[field.name]
            values[field.name] = date.fromisoformat(value) if value and "date" in field.type else value
        elif field.name == "received_on":
            # 这两种事件的收到之日没有缺省值：还不知道就是 None。
            values[field.name] = None
    return cls(on=on, **values)


def in_force(rows: Iterable[CaseEvent]) -> list[CaseEvent]:
    """有效的行：没有被取代，也不是作废。"""
    rows = list(rows)
    replaced = {row.replaces_id for row in rows if row.replaces_id}
    return [row for row in rows if row.pk not in replaced and row.kind != CaseEvent.Kind.VOID]


def compute(rows: Iterable[CaseEvent], calendar: Calendar) -> law.Deadline:
    """推算：由一件申请的全部事件得出期限。错误：law.ClockError、CalendarError。"""
    return law.deadline([to_law(row.kind, row.on, row.data) for row in in_force(rows)], calendar)


def deadline_of(case: Case, calendar: Calendar | None = None) -> law.Deadline:
    """期限及其由来，页面上逐步说明用；重作的，另加决定书、判决书所定的期限。"""
    return compute(case.events.all(), calendar or current_calendar())


def apply(case: Case, deadline: law.Deadline) -> bool:
    """把推算结果写进申请的缓存栏（不存库）；返回变了没有。"""
    before = [getattr(case, name) for name in CACHED]
    case.due, case.alarm = deadline.due, deadline.alarm or deadline.due
    case.provisional, case.waiting = deadline.provisional, deadline.waiting
    case.waiting_until, case.starts_on = deadline.waiting_until, deadline.starts_on or deadline.due
    case.answered_on, case.late_workdays = deadline.closed_on, deadline.late_workdays
    case.timeliness = ""
    if deadline.closed_on:
        late = deadline.late_workdays > 0
        case.timeliness = Case.Timeliness.LATE if late else Case.Timeliness.ON_TIME
    return before != [getattr(case, name) for name in CACHED]


def recompute(case: Case, calendar: Calendar | None = None) -> bool:
    """重新推算并存库；返回变了没有。调用者已锁住这件申请。"""
    changed = apply(case, deadline_of(case, calendar))
    remake = _remake_due(case)
    if remake:
        # 重作的期限由决定书、判决书写明，不再按事件推算；首次答复之日和是否按期不变。
        changed = changed or case.due != remake
        case.due = case.alarm = remake
    if changed:
        case.save(update_fields=CACHED)
    return changed


def store(cases: Iterable[Case]) -> None:
    """成批存缓存的各栏：一条语句逐行带值执行，比 bulk_update 拼出来的长语句快得多。"""
    quote = connection.ops.quote_name
    fields = [Case._meta.get_field(name) for name in CACHED]
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)  # type: ignore[union-attr]
    rows = [
        [*(f.get_db_prep_save(getattr(case, f.attname), connection) for f in fields), case.pk]  # type: ignore[union-attr]
        for case in cases
    ]
    if rows:
        with connection.cursor() as cursor:
            # 表名、列名都来自模型，不含外来的文字。
            cursor.executemany(f"UPDATE {quote(Case._meta.db_table)} SET {columns} WHERE id = %s", rows)  # noqa: S608


def _remake_due(case: Case) -> date | None:
    if case.round == 1:
        return None
    rows = case.proceedings.exclude(remake_due=None).filter(remade_on=None)
    return rows.order_by("remake_due").values_list("remake_due", flat=True).first()


def log(
    case: Case,
    kind: str,
    on: date,
    *,
    actor: Any = None,
    replaces: CaseEvent | None = None,
    reason: str = "",
    **data: Any,
) -> CaseEvent:
    """登记事件：写一行并重新推算，同一事务，调用者已锁住这件申请。

    参数：replaces 为要取代的一行（送达日期后来才知道、原先写错）；data 为 law.clock 该事件的其余参数。
    错误：Refused——事件的日期或次序不可能成立，原因是中文说明。
    """
    if replaces is not None and hasattr(replaces, "replaced_by"):
        raise Refused([Refusal("clock", _("这一行已经更正过，请在更正后的那一行上改"))])
    row = CaseEvent.objects.create(
        case=case,
        kind=kind,
        on=on,
        data={key: value.isoformat() if isinstance(value, date) else value for key, value in data.items()},
        replaces=replaces,
        reason=reason,
        actor=actor if getattr(actor, "pk", None) else None,
    )
    try:
        recompute(case)
    except (law.ClockError, CalendarError, ValueError, TypeError) as error:
        # 事务随之撤回，库里不留不可能的事件。
        raise Refused([Refusal("clock", str(error))]) from error
    return row
