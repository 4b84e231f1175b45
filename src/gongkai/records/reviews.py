"""保密审查：逐项填表，随审查记录留存；不能确定的报请主管部门确定。"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongkai.audit.actions import in_turn
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused

from . import states
from .models import Edition, Referral, ReviewPoint

NO, HANDLED, UNSURE = "no", "handled", "unsure"
ANSWERS: Final = (
    (NO, gettext_lazy("不涉及")),
    (HANDLED, gettext_lazy("涉及，已处理")),
    (UNSURE, gettext_lazy("不能确定")),
)


def points_for(organisation: Organisation) -> list[ReviewPoint]:
    """审查项：通用的加本单位的；同键以本单位的为准，停用的不列。"""
    rows = ReviewPoint.objects.filter(Q(organisation=None) | Q(organisation=organisation))
    chosen: dict[str, ReviewPoint] = {}
    for row in rows:
        if row.organisation_id or row.key not in chosen:
            chosen[row.key] = row
    return sorted((row for row in chosen.values() if row.is_active), key=lambda row: (row.order, row.pk))


def clear_form(organisation: Organisation) -> dict[str, Any]:
    """全部不涉及的审查表。"""
    return {row.key: {"answer": NO, "note": ""} for row in points_for(organisation)}


def form_refusals(organisation: Organisation, form: dict[str, Any]) -> list[Refusal]:
    """审查表的毛病：逐项要答；涉及的要写怎样处理，不能确定的不能通过（条例第十七条）。"""
    points, found = points_for(organisation), []
    if not points:
        # 审查项都停用了，空表不能当作审查过（条例第十七条）。
        return [Refusal("form", _("没有在用的保密审查项，不能通过；请办公室在“规则”里至少启用一项"))]
    for point in points:
        line = form.get(point.key) or {}
        answer, note = line.get("answer"), str(line.get("note") or "").strip()
        values = {"point": point.name}
        if answer not in dict(ANSWERS):
            found.append(Refusal(f"form:{point.key}", _("“%(point)s”还没有审查结论") % values))
        elif answer == HANDLED and not note:
            found.append(Refusal(f"form:{point.key}", _("“%(point)s”涉及，请写明怎样处理的") % values))
        elif answer == UNSURE:
            message = _("“%(point)s”不能确定，请报请确定，不能通过") % values
            found.append(Refusal(f"form:{point.key}", message))
    return found


def completed(organisation: Organisation, form: dict[str, Any]) -> dict[str, Any]:
    """填好的审查表：连同项目名称一起存，以后改了项目，旧表仍看得懂。错误：Refused——没有填全。"""
    if refusals := form_refusals(organisation, form):
        raise Refused(refusals)
    return {
        point.key: {
            "name": point.name,
            "answer": line.get("answer", ""),
            "note": str(line.get("note") or "").strip()[:300],
        }
        for point in points_for(organisation)
        if (line := form.get(point.key) or {})
    }


def refer(user: Any, edition: Edition, *, to: str, question: str) -> Referral:
    """报请确定：不能确定能否公开的，报主管部门或保密行政管理部门（条例第十七条）。"""
    if not to.strip():
        raise Refused([Refusal("to", _("请写明报请的单位"))])
    with in_turn():
        moved = states.EDITION.perform(edition, user, "refer", reason=question)
        return Referral.objects.create(edition=moved, to=to[:80], question=question[:500], sent_by=user)


def answer_referral(user: Any, edition: Edition, *, answer: str, document_number: str = "") -> Referral:
    """登记确定意见：回到保密审查，照意见通过或退回。"""
    with in_turn():
        moved = states.EDITION.perform(edition, user, "answer_referral", reason=answer)
        referral = Referral.objects.get(edition=moved, answered_at=None)
        referral.answered_at, referral.answer = timezone.now(), answer[:500]
        referral.document_number = document_number[:80]
        referral.save()
    return referral
