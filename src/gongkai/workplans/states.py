"""任务与进展报告的状态表。"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import holds
from gongkai.core.states import Refusal, StateTable, Transition

from .models import Assignment, ProgressReport

Role, State = Duty.Role, Assignment.State
OFFICE = frozenset({Role.COORDINATOR})
HANDLER = frozenset({Role.HANDLER, Role.HEAD})
HEAD = frozenset({Role.HEAD})


def holds_assignment(user: Any, assignment: Assignment, roles: frozenset[str]) -> bool:
    """任务职责：办公室类看分工表所属单位，经办类看承担任务的单位。"""
    return any(
        (role in OFFICE and holds(user, assignment.requirement.plan.organisation, frozenset({role})))
        or (role not in OFFICE and holds(user, assignment.organisation, frozenset({role})))
        for role in roles
    )


def _has_evidence(assignment: Assignment, user: Any) -> list[Refusal]:
    if assignment.evidence.exists():
        return []
    return [Refusal("evidence", gettext("还没有证据；请先添加网址、附件或会议记录"))]


def _not_own_unit(assignment: Assignment, user: Any) -> list[Refusal]:
    # 自己办的不能自己核验：核验人不得同时是承担单位的经办人或负责人。
    if holds(user, assignment.organisation, HANDLER):
        return [Refusal("own", gettext("您是承担单位的经办人或负责人，不能核验自己的任务"))]
    return []


def _is_verified_done(assignment: Assignment, user: Any) -> list[Refusal]:
    if assignment.verification == Assignment.Verdict.DONE:
        return []
    return [Refusal("verdict", gettext("核验结论不是“已完成”，不能销号"))]


def _table(field_holds: Any, *rows: Transition) -> StateTable:
    return StateTable(rows, holds=field_holds)


ASSIGNMENT = _table(
    holds_assignment,
    Transition("issue", _("下发"), frozenset({State.DRAFT, State.RETURNED}), State.ISSUED, OFFICE),
    Transition("sign", _("签收"), frozenset({State.ISSUED}), State.SIGNED, HANDLER),
    Transition(
        "send_back", _("退回任务"), frozenset({State.ISSUED}), State.RETURNED, HANDLER, needs_reason=True
    ),
    Transition("complete", _("报结"), frozenset({State.SIGNED}), State.COMPLETED, HEAD, guard=_has_evidence),
    Transition(
        "verify", _("核验通过"), frozenset({State.COMPLETED}), State.VERIFIED, OFFICE, guard=_not_own_unit
    ),
    Transition(
        "rework",
        _("质量退回"),
        frozenset({State.COMPLETED}),
        State.SIGNED,
        OFFICE,
        guard=_not_own_unit,
        needs_reason=True,
    ),
    Transition(
        "close", _("销号"), frozenset({State.VERIFIED}), State.CLOSED, OFFICE, guard=_is_verified_done
    ),
    Transition(
        "reopen",
        _("重新办理"),
        frozenset({State.VERIFIED, State.CLOSED}),
        State.SIGNED,
        OFFICE,
        needs_reason=True,
    ),
)


def holds_report(user: Any, report: ProgressReport, roles: frozenset[str]) -> bool:
    return holds_assignment(user, report.assignment, roles)


def _another_person(report: ProgressReport, user: Any) -> list[Refusal]:
    if report.author_id == user.pk:
        return [Refusal("own", gettext("报告由您起草，须由另一人确认"))]
    return []


R = ProgressReport.State
REPORT = _table(
    holds_report,
    Transition("submit", _("提交"), frozenset({R.DRAFT, R.RETURNED}), R.SUBMITTED, HANDLER),
    Transition("confirm", _("确认"), frozenset({R.SUBMITTED}), R.CONFIRMED, HEAD, guard=_another_person),
    Transition("accept", _("采纳"), frozenset({R.CONFIRMED}), R.ACCEPTED, OFFICE, guard=_another_person),
    Transition(
        "return",
        _("退回"),
        frozenset({R.SUBMITTED, R.CONFIRMED}),
        R.RETURNED,
        OFFICE | HEAD,
        needs_reason=True,
    ),
)
