"""办理：分办、处室意见、补正、说明理由、查看个人信息。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.calendar import current_calendar
from gongkai.core.models import Organisation
from gongkai.law import clock as law

from .. import clock, states
from ..models import Applicant, Assignment, Case, CaseEvent, CorrectionNotice, Letter, ReasonsNotice
from ..rules import rules_of
from ..trail import audit
from .common import check, day, keep_file, lock, refuse, require, shift
from .sending import ensure_service_record
from .writing import issue

Kind = CaseEvent.Kind


def reveal(user: Any, case: Case, *, reason: str) -> dict[str, str]:
    """查看申请人全部信息：写明为什么，记入审计；平时只显示遮蔽后的。"""
    with transaction.atomic():
        require(user, case, states.WORKERS, _("查看申请人信息"))
        if not reason.strip():
            refuse("reason", _("请写明为什么要查看"))
        audit(user, "requests.reveal", case, reason=reason, fields=list(Applicant.PERSONAL))
    person = case.applicant
    return {field: getattr(person, field) for field in Applicant.PERSONAL}


def assign(
    user: Any,
    case: Case,
    *,
    units: Sequence[Organisation],
    lead: Organisation | None = None,
    inner_due: date | None = None,
    note: str = "",
    handler: Any = None,
) -> Case:
    """分办：交给一个或几个处室，定主办和内部时限（缺省收到后第 10 个工作日，且不晚于催办日）。"""
    with transaction.atomic():
        case = lock(case)
        before = shift(case, user, "assign")
        if not units:
            refuse("units", _("请选择承办的处室"))
        lead = lead or units[0]
        limit = current_calendar().add(case.starts_on, rules_of(case.agency).inner_workdays)
        due = inner_due or min(limit, case.alarm)
        if due > case.due:
            refuse("inner_due", _("内部时限不能晚于答复期限 %(due)s") % {"due": case.due.isoformat()})
        for unit in units:
            if unit.agency.pk != case.agency_id or unit.pk == case.agency_id:
                refuse("units", _("“%(unit)s”不是本机关的处室") % {"unit": unit})
            values = {"lead": unit == lead, "inner_due": due, "note": note[:300]}
            Assignment.objects.update_or_create(case=case, organisation=unit, defaults=values)
        case.handler = handler or case.handler
        case.save(update_fields=["state", "handler"])
        audit(user, "requests.assign", case, before=before, units=[unit.name for unit in units], due=due)
    return case


def reply(user: Any, assignment: Assignment, *, text: str) -> Assignment:
    """处室意见：承办处室办完，回复工作机构。"""
    with transaction.atomic():
        case = lock(assignment.case)
        if not states.holds_unit(user, assignment.organisation_id):
            refuse("duty", _("您没有“%(action)s”的职责") % {"action": _("回复意见")})
        if case.state not in (Case.State.WORKING, Case.State.REASONS):
            refuse("state", _("这件申请不在办理中"))
        if not text.strip():
            refuse("text", _("请填写处室意见"))
        assignment.reply, assignment.replied_by = text, user
        assignment.replied_on = timezone.localdate()
        assignment.save()
        audit(user, "requests.reply", case, unit=assignment.organisation.name)
    return assignment


# 补正


def ask_correction(
    user: Any,
    case: Case,
    *,
    defects: Sequence[Mapping[str, str]],
    within: int | None = None,
    late_reason: str = "",
) -> CorrectionNotice:
    """补正告知：一次列清全部事项和怎样补，只有一次；收到第 7 个工作日之后的一般不能再发。

    参数：defects 每项 {"what", "text", "guidance"}，都要写 [correction_guidance]；within 为期限（工作日）。
    返回补正告知，其 letter 待发出；发出之日起停止计算。来源：条例第三十条 [one_correction]。
    """
    with transaction.atomic():
        case = lock(case)
        check(case, user, "wait_correction")
        if hasattr(case, "correction"):
            refuse("once", _("补正应当一次性告知，这件申请已经告知过"))
        rows = [
            {key: str(row.get(key) or "").strip() for key in ("what", "text", "guidance")} for row in defects
        ]
        if not rows or not all(row["text"] and row["guidance"] for row in rows):
            refuse("guidance", _("每一项都要写明问题和怎样补正"))
        limit = law.correction_limit(case.received_on, current_calendar())
        if timezone.localdate() > limit and not late_reason.strip():
            values = {"limit": limit.isoformat()}
            refuse(
                "late", _("补正告知应在 %(limit)s 前发出，已经超过；确须告知的写明理由，原期限不变") % values
            )
        rules = rules_of(case.agency)
        days = within or rules.correction_workdays
        letter = issue(user, case, "T04", {"defects": rows, "within": days})
        notice = CorrectionNotice.objects.create(
            case=case, letter=letter, defects=rows, within=days, late_reason=late_reason
        )
        audit(user, "requests.ask_correction", case, defects=len(rows), within=days, late=late_reason)
    return notice


def correct(actor: Any, case: Case, *, text: str, on: date | None = None, files: Sequence[Any] = ()) -> Case:
    """收到补正：申请人在网上补正，或工作人员登记；期限自收到补正之日重新起算（条例第三十条）。"""
    with transaction.atomic():
        case = lock(case)
        shift(case, actor, "correct")
        if not text.strip() and not files:
            refuse("text", _("请填写补正的内容"))
        notice = case.correction
        notice.answer, notice.answered_on = text, day(on)
        notice.save()
        for file in files:
            keep_file(case, "correction", file, actor)
        case.save(update_fields=["state"])
        clock.log(case, Kind.CORRECTED, notice.answered_on, actor=actor)
        audit(actor, "requests.correct", case, on=notice.answered_on)
    return case


def lapse_correction(user: Any, case: Case) -> Case:
    """认定逾期不补正：须有送达证明且期限已过；之后以 F1 答复（条例第三十条）[lapse_needs_service]。"""
    with transaction.atomic():
        case = lock(case)
        check(case, user, "lapse_correction")
        notice = case.correction
        if notice.letter.served_on is None:
            refuse("service", _("补正告知书没有送达证明，不能认定逾期不补正"))
        asked = clock.to_law(notice.event.kind, notice.event.on, notice.event.data)
        since = law.correction_lapses_on(asked, current_calendar())
        if timezone.localdate() < since:
            refuse("early", _("%(day)s 起才能认定逾期不补正") % {"day": since.isoformat()})
        ensure_service_record(user, notice.letter)
        shift(case, user, "lapse_correction")
        notice.lapsed_on = timezone.localdate()
        notice.save(update_fields=["lapsed_on"])
        case.save(update_fields=["state"])
        audit(user, "requests.lapse_correction", case)
    return case


# 说明理由


def ask_reasons(user: Any, case: Case, *, counts: str, within: int | None = None) -> ReasonsNotice:
    """要求说明理由：数量、频次明显超过合理范围的（条例第三十五条）；其 letter 待发出。"""
    with transaction.atomic():
        case = lock(case)
        check(case, user, "wait_reasons")
        if hasattr(case, "reasons"):
            refuse("once", _("说明理由只要求一次，这件申请已经要求过"))
        if not counts.strip():
            refuse("counts", _("请写明申请的数量、频次"))
        days = within or rules_of(case.agency).reasons_workdays
        letter = issue(user, case, "T05", {"counts": counts, "within": days})
        notice = ReasonsNotice.objects.create(case=case, letter=letter, counts=counts, within=days)
        audit(user, "requests.ask_reasons", case, counts=counts)
    return notice


def give_reasons(actor: Any, case: Case, *, text: str, on: date | None = None) -> Case:
    """收到理由：申请人在网上说明，或工作人员登记。"""
    with transaction.atomic():
        case = lock(case)
        shift(case, actor, "give_reasons")
        if not text.strip():
            refuse("text", _("请填写理由"))
        notice = case.reasons
        notice.answer, notice.answered_on = text, day(on)
        notice.save()
        case.save(update_fields=["state"])
        clock.log(case, Kind.REASONS_GIVEN, notice.answered_on, actor=actor)
        audit(actor, "requests.give_reasons", case, on=notice.answered_on)
    return case


def judge_reasons(
    user: Any, case: Case, *, reasonable: bool, postponed_until: date | None = None
) -> Letter | None:
    """认定理由是否合理；合理但无法按期答复的，定延迟的合理期限，返回待发出的告知书（条例第三十五条）。"""
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.OFFICE, _("认定理由"))
        notice = getattr(case, "reasons", None)
        if notice is None or not notice.letter.dispatched_on:
            refuse("reasons", _("没有要求过申请人说明理由（条例第三十五条）"))
        if case.state == Case.State.REASONS:
            served, calendar = notice.letter.served_on, current_calendar()
            if served is None or timezone.localdate() <= calendar.add(served, notice.within):
                refuse("early", _("说明理由的期限还没有过，请等申请人说明"))
            if reasonable:
                refuse("reasons", _("还没有收到申请人的理由"))
            shift(case, user, "resume")
            case.save(update_fields=["state"])
        notice.reasonable, notice.postponed_until = reasonable, postponed_until
        notice.save()
        letter = None
        if reasonable and postponed_until:
            if postponed_until <= case.due:
                refuse("until", _("延迟到的日期须晚于现在的期限"))
            letter = issue(user, case, "T06", {"postponed_until": postponed_until.isoformat()})
        audit(user, "requests.judge_reasons", case, reasonable=reasonable, until=postponed_until)
    return letter
