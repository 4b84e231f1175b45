"""台账的读取：亮灯、看板、排名；谁看得见在 visibility。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation
from gongkai.law.workdays import Calendar

from .lights import GREEN, GREY, RED, YELLOW, Facts, Light, light
from .models import Assignment
from .states import HANDED

OPEN_STATES = (Assignment.State.ISSUED, Assignment.State.SIGNED, Assignment.State.RETURNED)
FINISHED = frozenset({Assignment.State.COMPLETED, Assignment.State.VERIFIED, Assignment.State.CLOSED})


def to_decide(user: Any) -> QuerySet[Assignment]:
    """待决定：看得见的任务里，要求已撤下或单位已不在列、还没有终止或转走的。"""
    out = Q(requirement__withdrawn_at__isnull=False) | Q(membership=Assignment.Membership.LEFT)
    return Assignment.objects.visible_to(user).filter(out, state__in=HANDED)


@lru_cache(maxsize=4096)
def _workdays_left(today: date, due: date) -> int:
    # 全市几千项任务只有几十个不同的时限，逐日数一遍就够，不必每项都数。
    return Calendar.official().between(today, due)


FACT_FIELDS = ("due", "state", "evidence_count", "verification", "returns", "last_report_on")


def _light(today: date, facts: Sequence[Any]) -> Light:
    """由 FACT_FIELDS 各栏（依次）定灯。"""
    due, state, evidence, verification, returns, last_report_on = facts
    return light(
        Facts(
            due=due,
            workdays_left=_workdays_left(today, due),
            completed=state in FINISHED,
            evidence=evidence,
            verification=verification,
            returned_open=returns > 0 and state == Assignment.State.SIGNED,
            last_report_on=last_report_on,
        ),
        today,
    )


def light_of(assignment: Assignment, today: date) -> Light:
    """任务的灯：系统按规则算出；不含人工定灯。"""
    return _light(today, [getattr(assignment, field) for field in FACT_FIELDS])


def colours(rows: QuerySet[Assignment], today: date, key: str = "pk") -> list[tuple[Any, str]]:
    """各任务的（key 栏的值, 显示的颜色），按 rows 的次序。

    只取定灯用的几栏，不建模型对象：全市几千项任务要在一页里算完。
    """
    found: list[tuple[Any, str]] = []
    for *facts, override, value in rows.values_list(*FACT_FIELDS, "override", key):
        found.append((value, override or _light(today, facts).colour))
    return found


def lit(assignments: Iterable[Assignment], today: date) -> list[Assignment]:
    """附灯：给每项任务附上 computed（系统灯）、colour（显示的颜色，人工定灯优先）、why。"""
    rows = list(assignments)
    for row in rows:
        computed = light_of(row, today)
        row.computed = computed
        row.colour = row.override or computed.colour
        row.why = computed.why
        if row.override:
            why = gettext("人工定灯：%(reason)s（系统为：%(why)s）")
            row.why = why % {"reason": row.override_reason, "why": computed.why}
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


FORMULA = _("得分＝（绿灯数＋0.5×黄灯数）÷已下发任务数×100；同分按红灯少者在前。人工定灯按定后的颜色计。")


def standings(user: Any, year: int, today: date) -> list[Standing]:
    """排名：可见范围内各单位某年度任务的灯数与得分，得分高者在前。"""
    rows = Assignment.objects.visible_to(user).current().filter(requirement__plan__year=year)
    rows = rows.exclude(state=Assignment.State.DRAFT)
    counts: dict[int, Counter[str]] = {}
    for owner, colour in colours(rows.order_by(), today, "requirement__plan__organisation_id"):
        counts.setdefault(owner, Counter())[colour] += 1
    owners = Organisation.objects.in_bulk(counts)
    found = [
        Standing(owners[pk], c.total(), c[GREEN], c[YELLOW], c[RED], c[GREY]) for pk, c in counts.items()
    ]
    return sorted(found, key=lambda s: (-s.score, s.red, s.organisation.order, s.organisation.pk))
