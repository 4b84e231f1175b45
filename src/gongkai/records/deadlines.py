"""公开期限：自形成或变更之日起 20 个工作日，另有规定的从其规定（条例第二十六条）；亮灯。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.states import Refusal, Refused
from gongkai.law.publication import ARTICLE_26, PublicationDue, PublicationTerm, Unit, publication_due
from gongkai.law.workdays import Calendar, CalendarError

from . import states
from .models import Edition, Record


@dataclass(frozen=True, slots=True)
class Deadline:
    """公开期限的现状：due 最迟公开日与推算过程，published 公开日期，light 灯，why 一句话。"""

    due: PublicationDue
    published: date | None
    light: str
    why: str


def term_of(record: Record) -> PublicationTerm:
    """期限：自己的，没有另定的为 20 个工作日。"""
    if record.term_days is None:
        return ARTICLE_26
    return PublicationTerm(record.term_days, Unit(record.term_unit), record.term_basis)


def deadline_of(edition: Edition, calendar: Calendar, today: date, *, late_days: int = 5) -> Deadline | None:
    """公开期限：没有日期可起算、或算不出（年份太远）的为空。灯：绿为按期，黄为快到期，红为逾期。"""
    start = edition.formed_on or edition.written_on
    if start is None:
        return None
    try:
        found = publication_due(start, calendar, term_of(edition.record))
        soon = calendar.add(today, late_days)
    except (CalendarError, ValueError):
        return None
    published = timezone.localdate(edition.published_at) if edition.published_at else None
    if published:
        if published <= found.due:
            return Deadline(found, published, "green", _("按期公开"))
        return Deadline(found, published, "red", _("逾期公开"))
    if today > found.due:
        return Deadline(found, None, "red", _("已逾期，还没有公开"))
    if soon >= found.due:
        return Deadline(found, None, "yellow", _("期限将到，还没有公开"))
    return Deadline(found, None, "green", _("在期限内"))


def pending() -> QuerySet[Edition]:
    """待公开：主动公开、还在起草或审查的版本。"""
    working = (*Edition.EDITABLE, *Edition.REVIEWING)
    rows = Edition.objects.filter(state__in=working, openness=Edition.Openness.ACTIVE)
    return rows.filter(Q(formed_on__isnull=False) | Q(written_on__isnull=False))


def set_term(user: Any, record: Record, *, days: int | None, unit: str = "workdays", basis: str = "") -> None:
    """另定期限：法律、法规另有规定的写明依据；days 为空恢复 20 个工作日。错误：Refused。"""
    if not states.holds(user, record.organisation, states.WRITERS):
        raise Refused([Refusal("duty", _("您没有在“%(unit)s”拟稿的职责") % {"unit": record.organisation})])
    if days is not None and not basis.strip():
        raise Refused([Refusal("basis", _("另定公开期限须写明依据（哪部法律、法规第几条）"))])
    with in_turn():
        locked = Record.objects.select_for_update().get(pk=record.pk)
        locked.term_days, locked.term_unit = days, Record.TermUnit(unit)
        locked.term_basis = basis.strip()[:120] if days is not None else ""
        locked.save(update_fields=["term_days", "term_unit", "term_basis"])
        audit(user, "records.set_term", locked, days=days, unit=unit, basis=basis)
