"""规划计划：按领域列出各期规划，现行的在前，历史的连成一串，缺的写明。"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gongkai.law.validity import (
    Gap,
    PlanFacts,
    PlanStatus,
    five_year_name,
    missing_periods,
    plan_validity,
)
from gongkai.records import public
from gongkai.records.kinds import PLAN_CLASSES, Kind
from gongkai.records.models import Record
from gongkai.records.validity import plan_facts_of

from ..sites import absolute, site_of


@dataclass
class Line:
    """一条规划：record 信息，facts 规划事实，status 状态，period 规划期，five_year 五年规划简称。"""

    record: Record
    facts: PlanFacts
    status: PlanStatus
    period: str
    five_year: str
    plan_class: Any


@dataclass
class Sector:
    """一个领域：现行的、以往的（新的在前）、缺的各期。"""

    name: str
    current: list[Line] = field(default_factory=list)
    past: list[Line] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def line_of(record: Record, today: date) -> Line:
    """由公开版的专有栏目得出规划事实和当天的状态。"""
    values = record.live.fields
    facts = plan_facts_of(record.live, [])
    first, last = facts.starts and facts.starts.year, facts.ends and facts.ends.year
    number = facts.number
    status = plan_validity(facts, today).status
    # 废止、被调整由资源库按关系算出，规划期管不到的以它为准。
    if record.validity == Record.Validity.REPEALED:
        status = PlanStatus.REPEALED
    elif record.validity == Record.Validity.AMENDED and status == PlanStatus.CURRENT:
        status = PlanStatus.ADJUSTED
    period = f"{first or ''}—{last or ''}" if first != last else str(first or "")
    return Line(
        record,
        facts,
        status,
        period,
        five_year_name(number) if number else "",
        dict(PLAN_CLASSES).get(values.get("plan_class"), ""),
    )


def sectors_of(records: list[Record], today: date) -> list[Sector]:
    """按领域归拢：每个领域从有规划的最早一期数到当前一期，中间缺的列出来。"""
    sectors: dict[str, Sector] = {}
    lines = [line_of(record, today) for record in records]
    lines.sort(key=lambda line: (line.facts.ends or date.max, line.facts.starts or date.min), reverse=True)
    for line in lines:
        sector = sectors.setdefault(line.facts.sector, Sector(line.facts.sector))
        alive = line.status in (PlanStatus.CURRENT, PlanStatus.ADJUSTED, PlanStatus.PENDING)
        (sector.current if alive else sector.past).append(line)
    for sector in sectors.values():
        numbers = [line.facts.number for line in sector.current + sector.past if line.facts.number]
        if numbers:
            facts = [line.facts for line in sector.current + sector.past]
            sector.gaps = missing_periods(facts, today, first=min(numbers))
    return sorted(sectors.values(), key=lambda sector: sector.name)


@require_safe
def planning(request: HttpRequest) -> HttpResponse:
    """规划计划总览。"""
    site = site_of(request)
    records = list(public.on_site(site).filter(kind=Kind.PLAN))
    context = {
        "sectors": sectors_of(records, timezone.localdate()),
        "canonical": absolute(site, request.path),
    }
    return render(request, "portal/planning.html", context)
