"""台账的读取：谁看得见、看板、排名。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from gongkai.accounts.queries import duties_of, overseen
from gongkai.core.models import Organisation
from gongkai.law.workdays import Calendar

from .lights import GREEN, GREY, RED, YELLOW, Facts, Light, light
from .models import Assignment, Plan

OPEN_STATES = (Assignment.State.ISSUED, Assignment.State.SIGNED, Assignment.State.RETURNED)
FINISHED = frozenset({Assignment.State.COMPLETED, Assignment.State.VERIFIED, Assignment.State.CLOSED})


def visible_plans(user: Any) -> QuerySet[Plan]:
    """可见分工表：管辖范围内的，和自己所在单位承担任务的。"""
    scope = Q(pk__in=[])
    for organisation in overseen(user):
        scope |= Q(organisation__path__startswith=organisation.path)
    mine = [duty.organisation_id for duty in duties_of(user)]
    scope |= Q(requirements__assignments__organisation__in=mine)
    return Plan.objects.filter(scope).select_related("organisation").distinct()


def visible_assignments(user: Any) -> QuerySet[Assignment]:
    """可见任务：管辖范围内分工表的全部任务，和自己单位承担的已下发任务。"""
    scope = Q(pk__in=[])
    for organisation in overseen(user):
        scope |= Q(requirement__plan__organisation__path__startswith=organisation.path)
    mine = [duty.organisation_id for duty in duties_of(user)]
    scope |= Q(organisation__in=mine) & ~Q(state=Assignment.State.DRAFT)
    return Assignment.objects.filter(scope, requirement__withdrawn_at=None).select_related(
        "requirement__plan__organisation", "organisation"
    )


@lru_cache(maxsize=4096)
def _workdays_left(today: date, due: date) -> int:
    # 全市几千项任务只有几十个不同的时限，逐日数一遍就够，不必每项都数。
    return Calendar.official().between(today, due)


def light_of(assignment: Assignment, today: date) -> Light:
    """任务的灯：系统按规则算出；不含人工定灯。"""
    return light(
        Facts(
            due=assignment.due,
            workdays_left=_workdays_left(today, assignment.due),
            completed=assignment.state in FINISHED,
            evidence=assignment.evidence_count,
            verification=assignment.verification,
            returned_open=assignment.returns > 0 and assignment.state == Assignment.State.SIGNED,
            last_report_on=assignment.last_report_on,
        ),
        today,
    )


def lit(assignments: Iterable[Assignment], today: date) -> list[Assignment]:
    """附灯：给每项任务附上 computed（系统灯）、colour（显示的颜色，人工定灯优先）、why。"""
    rows = list(assignments)
    for row in rows:
        computed = light_of(row, today)
        row.computed = computed
        row.colour = row.override or computed.colour
        row.why = (
            f"人工定灯：{row.override_reason}（系统为：{computed.why}）" if row.override else computed.why
        )
    return rows


@dataclass(frozen=True, slots=True)
class Standing:
    """排名行：单位、任务数、各灯数、得分。"""

    organisation: Organisation
    total: int
    green: int
    yellow: int
    red: int
    grey: int

    @property
    def score(self) -> float:
        return round(100 * (self.green + 0.5 * self.yellow) / self.total, 1) if self.total else 0.0


FORMULA = "得分＝（绿灯数＋0.5×黄灯数）÷已下发任务数×100；同分按红灯少者在前。人工定灯按定后的颜色计。"


def standings(user: Any, year: int, today: date) -> list[Standing]:
    """排名：可见范围内各单位某年度任务的灯数与得分，得分高者在前。"""
    rows = (
        visible_assignments(user).filter(requirement__plan__year=year).exclude(state=Assignment.State.DRAFT)
    )
    counts: dict[int, Counter[str]] = {}
    owners: dict[int, Organisation] = {}
    for row in lit(rows, today):
        owner = row.requirement.plan.organisation
        owners[owner.pk] = owner
        counts.setdefault(owner.pk, Counter())[row.colour] += 1  # type: ignore[attr-defined]
    found = [
        Standing(owners[pk], c.total(), c[GREEN], c[YELLOW], c[RED], c[GREY]) for pk, c in counts.items()
    ]
    return sorted(found, key=lambda s: (-s.score, s.red, s.organisation.order, s.organisation.pk))
