"""提醒：时限前 7、3 个工作日、当日与逾期 1 个工作日，站内并发邮件；人工催办。"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext

from gongkai.accounts.queries import people
from gongkai.audit.actions import record
from gongkai.core.states import Refusal, Refused
from gongkai.law.workdays import Calendar

from . import states
from .models import Assignment, Notice
from .queries import OPEN_STATES
from .tasks import deliver

OFFSETS: Final = {-7: "还有 7 个工作日", -3: "还有 3 个工作日", 0: "今日到期", 1: "已逾期 1 个工作日"}


def offset_of(due: date, today: date, calendar: Calendar) -> int | None:
    """档次：today 恰好是 due 的 −7、−3、0、+1 个工作日时返回该数，否则为 None。

    时限逢休息日时，“今日到期”按时限当日提醒，不顺延（时限是当日，由人提前办）。
    """
    if today == due:
        return 0
    for days in (-7, -3, 1):
        if calendar.add(due, days) == today:
            return days
    return None


def _brief(assignment: Assignment, stage: str = "") -> str:
    # 提醒存在库里并发成邮件，一律中文。
    requirement = assignment.requirement
    return f"{requirement.number} 项{stage}（时限 {assignment.due}）：{requirement.text[:60]}"


def _notify(assignment: Assignment, kind: str, text: str) -> int:
    sent = 0
    for person in people(assignment.organisation, *states.working_roles(assignment)):
        _, created = Notice.objects.get_or_create(
            user=person, assignment=assignment, kind=kind, due=assignment.due, defaults={"text": text[:300]}
        )
        if created:
            sent += 1
            if person.email:
                # 与提醒同一事务排队：回滚时不会有信已发出而提醒不存在。
                deliver.enqueue(to=person.email, subject=text[:60], body=text)
    return sent


def remind_due(today: date) -> int:
    """到期提醒：给所有到档的未报结任务发提醒，返回新发条数；重复运行不重发。"""
    calendar, sent = Calendar.official(), 0
    rows = Assignment.objects.current().filter(state__in=OPEN_STATES)
    for assignment in rows.select_related("requirement__plan", "organisation"):
        days = offset_of(assignment.due, today, calendar)
        if days is not None:
            with transaction.atomic():
                text = f"第 {_brief(assignment, OFFSETS[days])}"
                sent += _notify(assignment, f"due{days}", text)
    return sent


def urge(user: Any, assignments: list[Assignment], today: date) -> int:
    """催办：办公室对所选任务逐项催办，返回新发条数；同一天对同一人只发一次。"""
    with transaction.atomic():
        sent = 0
        for assignment in assignments:
            if not states.holds_assignment(user, assignment, states.OFFICE):
                raise Refused([Refusal("duty", gettext("您没有催办该任务的职责"))])
            text = f"请抓紧办理第 {_brief(assignment)}"
            sent += _notify(assignment, f"urge{today:%m%d}", text)
            record(user, "workplans.urge", assignment)
    return sent
