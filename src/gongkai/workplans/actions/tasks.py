"""任务：推进、报告、证据、延期、步骤、定灯与回头看。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gongkai.accounts.models import User
from gongkai.audit.actions import record
from gongkai.core.states import Refused

from .. import states
from ..models import Assignment, Evidence, Extension, ProgressReport
from .common import OFFICE, refuse, require


def move(user: User, assignment: Assignment, name: str, *, reason: str = "", verdict: str = "") -> Assignment:
    """推进任务：按状态表做一步，附带记下自评、核验结论等。"""
    changes: dict[str, Any] = {}
    if name == "complete":
        changes = {
            "self_report": verdict or Assignment.Verdict.DONE,
            "completed_on": timezone.localdate(),
            "evidence_count": assignment.evidence.count(),
            "percent": 100,
        }
    elif name == "verify":
        changes = {"verification": verdict or Assignment.Verdict.DONE}
    elif name in ("rework", "reopen"):
        changes = {"returns": assignment.returns + 1, "completed_on": None, "verification": ""}
    return states.ASSIGNMENT.perform(assignment, user, name, reason=reason, **changes)  # type: ignore[return-value]


def _refuse_withdrawn(assignment: Assignment) -> None:
    refusals = states.withdrawn(assignment)
    if refusals:
        raise Refused(refusals)


def _refuse_idle(assignment: Assignment) -> None:
    """任务须在签收前后、报结之前，要求也没有撤下。"""
    if assignment.state not in states.WORKABLE:
        message = _("任务现在是“%(state)s”，不在办理中")
        refuse("state", message % {"state": assignment.get_state_display()})
    _refuse_withdrawn(assignment)


def add_evidence(user: User, assignment: Assignment, **values: Any) -> Evidence:
    """添加证据：经办人、负责人或办公室添加网址、附件、会议或培训记录。"""
    if not states.holds_assignment(user, assignment, states.HANDLER | OFFICE):
        refuse("duty", _("您没有为该任务添加证据的职责"))
    if assignment.state in (Assignment.State.DRAFT, Assignment.State.CLOSED, Assignment.State.ENDED):
        message = _("任务现在是“%(state)s”，不能再添加证据")
        refuse("state", message % {"state": assignment.get_state_display()})
    with transaction.atomic():
        evidence = Evidence.objects.create(assignment=assignment, author=user, **values)
        Assignment.objects.filter(pk=assignment.pk).update(evidence_count=assignment.evidence.count())
        record(user, "workplans.add_evidence", assignment, kind=evidence.kind, title=evidence.title)
    return evidence


def write_report(
    user: User, assignment: Assignment, *, period: str, body: str, percent: int
) -> ProgressReport:
    """起草报告：建立或改写某期进展报告的草稿。"""
    if not states.holds_assignment(user, assignment, states.HANDLER):
        refuse("duty", _("您没有报告该任务进展的职责"))
    if assignment.state != Assignment.State.SIGNED:
        refuse("state", _("任务在办理中才能报告进展；请先签收"))
    _refuse_withdrawn(assignment)
    with transaction.atomic():
        report = (
            ProgressReport.objects.select_for_update().filter(assignment=assignment, period=period).first()
        )
        if report and report.state not in (ProgressReport.State.DRAFT, ProgressReport.State.RETURNED):
            refuse("state", _("%(period)s 的报告已提交，不能再改") % {"period": period})
        report = report or ProgressReport(assignment=assignment, period=period)
        report.body, report.percent, report.author = body, percent, user
        report.save()
        record(user, "workplans.write_report", assignment, period=period, percent=percent)
    return report


def move_report(user: User, report: ProgressReport, name: str, *, reason: str = "") -> ProgressReport:
    """流转报告：提交、确认、采纳、退回；采纳后任务进度随之更新。"""
    with transaction.atomic():
        changes = {"returned_because": reason} if name == "return" else {}
        moved: Any = states.REPORT.perform(report, user, name, reason=reason, **changes)
        if name == "accept":
            Assignment.objects.filter(pk=report.assignment_id).update(
                percent=report.percent, last_report_on=timezone.localdate()
            )
    return moved


def ask_extension(user: User, assignment: Assignment, *, until: date, reason: str) -> Extension:
    """申请延期：须晚于现时限并写明理由。"""
    if not states.holds_assignment(user, assignment, states.HANDLER):
        refuse("duty", _("您没有为该任务申请延期的职责"))
    _refuse_idle(assignment)
    if until <= assignment.due:
        refuse("date", _("延期日期须晚于现时限 %(due)s") % {"due": assignment.due.isoformat()})
    if assignment.extensions.filter(state=Extension.State.ASKED).exists():
        refuse("open", _("已有一份延期申请待审批"))
    with transaction.atomic():
        extension = Extension.objects.create(assignment=assignment, until=until, reason=reason, author=user)
        record(user, "workplans.ask_extension", assignment, until=until, reason=reason)
    return extension


def answer_extension(user: User, extension: Extension, *, grant: bool, answer: str = "") -> Extension:
    """审批延期：按状态表批准或不批准（须写理由）；批准则改现时限，原定时限保留不变。"""
    with transaction.atomic():
        answered: Any = states.EXTENSION.perform(
            extension, user, "grant" if grant else "refuse", reason=answer, answer=answer
        )
        if grant:
            Assignment.objects.filter(pk=extension.assignment_id).update(due=extension.until)
    return answered


def override_light(user: User, assignment: Assignment, *, colour: str, reason: str) -> None:
    """人工定灯：须写理由；colour 为空即取消。"""
    require(user, assignment.requirement.plan.organisation, OFFICE, pgettext("职责", "人工定灯"))
    if colour and not reason.strip():
        refuse("reason", _("人工定灯需要填写理由"))
    with transaction.atomic():
        Assignment.objects.filter(pk=assignment.pk).update(override=colour, override_reason=reason)
        record(user, "workplans.override_light", assignment, colour=colour, reason=reason)


def look_back(user: User, assignment: Assignment, *, verdict: str) -> None:
    """回头看：记下对上一年度任务的核查结论。"""
    require(user, assignment.requirement.plan.organisation, OFFICE, pgettext("职责", "填写回头看结论"))
    with transaction.atomic():
        Assignment.objects.filter(pk=assignment.pk).update(look_back=verdict)
        record(user, "workplans.look_back", assignment, verdict=verdict)


def add_subtask(user: User, assignment: Assignment, *, title: str, due: date | None) -> None:
    """拆分步骤：承担单位为任务添加子任务。"""
    if not states.holds_assignment(user, assignment, states.HANDLER):
        refuse("duty", _("您没有拆分该任务的职责"))
    _refuse_idle(assignment)
    with transaction.atomic():
        assignment.subtasks.create(title=title, due=due)
        record(user, "workplans.add_subtask", assignment, title=title)


def finish_subtask(user: User, assignment: Assignment, pk: int) -> None:
    """完成步骤：记下完成日期。"""
    if not states.holds_assignment(user, assignment, states.HANDLER):
        refuse("duty", _("您没有办理该任务的职责"))
    _refuse_idle(assignment)
    with transaction.atomic():
        assignment.subtasks.filter(pk=pk, done_on=None).update(done_on=timezone.localdate())
        record(user, "workplans.finish_subtask", assignment, subtask=pk)
