"""任务、进展报告与延期申请的状态表。"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import duties_of, holds
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, StateTable, Transition

from .models import Assignment, Extension, ProgressReport

Role, State = Duty.Role, Assignment.State
OFFICE = frozenset({Role.COORDINATOR})
HANDLER = frozenset({Role.HANDLER, Role.HEAD})
HEAD = frozenset({Role.HEAD})


# 市里的任务下发到整个局（区）时，由局办公室协调员经办、分管领导把关。
STANDING_IN = {Role.COORDINATOR: Role.HANDLER, Role.LEADER: Role.HEAD}
INNER = frozenset({Organisation.Kind.DIVISION, Organisation.Kind.AFFILIATED, Organisation.Kind.WINDOW})


def works_on(user: Any, assignment: Assignment, roles: frozenset[str]) -> bool:
    """承办：此人在承担单位任其一角色；任务是上级下发给整个局的，办公室协调员、分管领导代行。"""
    unit, whole = assignment.organisation, _whole(assignment)
    return any(
        duty.organisation_id == unit.pk
        and (duty.role in roles or (whole and STANDING_IN.get(Role(duty.role)) in roles))
        for duty in duties_of(user)
    )


def _whole(assignment: Assignment) -> bool:
    unit = assignment.organisation
    return unit.kind not in INNER and unit.pk != assignment.requirement.plan.organisation_id


def working_roles(assignment: Assignment) -> frozenset[str]:
    """承办的角色：提醒、催办发给这些人。"""
    return HANDLER | frozenset(STANDING_IN) if _whole(assignment) else HANDLER


def holds_assignment(user: Any, assignment: Assignment, roles: frozenset[str]) -> bool:
    """任务职责：办公室类看分工表所属单位，经办类看承担任务的单位。"""
    office = roles & OFFICE
    return bool(
        office and holds(user, assignment.requirement.plan.organisation, frozenset(office))
    ) or works_on(user, assignment, roles - OFFICE)


def _has_evidence(assignment: Assignment, user: Any) -> list[Refusal]:
    if assignment.evidence.exists():
        return []
    return [Refusal("evidence", gettext("还没有证据；请先添加网址、附件或会议记录"))]


def _not_own_unit(assignment: Assignment, user: Any) -> list[Refusal]:
    # 自己办的不能自己核验：核验人不得同时是承担单位的经办人或负责人。
    if works_on(user, assignment, HANDLER):
        return [Refusal("own", gettext("您是承担单位的经办人或负责人，不能核验自己的任务"))]
    return []


def _is_verified_done(assignment: Assignment, user: Any) -> list[Refusal]:
    if assignment.verification == Assignment.Verdict.DONE:
        return []
    return [Refusal("verdict", gettext("核验结论不是“已完成”，不能销号"))]


def withdrawn(assignment: Assignment) -> list[Refusal]:
    """撤下：要求已从分工表撤下的任务不再推进，等办公室决定。"""
    if assignment.requirement.withdrawn_at is None:
        return []
    return [Refusal("withdrawn", gettext("这项要求已从分工表撤下，等办公室决定终止还是转到另一项要求"))]


def live(*guards: Any) -> Any:
    """在册：先看要求撤下没有，再看其余条件。"""

    def guard(assignment: Assignment, user: Any) -> list[Refusal]:
        return withdrawn(assignment) or [r for check in guards for r in check(assignment, user)]

    return guard


def to_decide(assignment: Assignment) -> bool:
    """待决定：要求已撤下，或承担单位已不在列。"""
    left = assignment.membership == Assignment.Membership.LEFT
    return left or assignment.requirement.withdrawn_at is not None


def _is_out(assignment: Assignment, user: Any) -> list[Refusal]:
    if to_decide(assignment):
        return []
    return [Refusal("listed", gettext("要求还在分工表里，单位也还在列，不能终止或转走"))]


def _table(field_holds: Any, *rows: Transition) -> StateTable:
    return StateTable(rows, holds=field_holds)


HANDED = frozenset({State.ISSUED, State.SIGNED, State.RETURNED, State.COMPLETED, State.VERIFIED})


ASSIGNMENT = _table(
    holds_assignment,
    Transition(
        "issue", _("下发"), frozenset({State.DRAFT, State.RETURNED}), State.ISSUED, OFFICE, guard=live()
    ),
    Transition("sign", _("签收"), frozenset({State.ISSUED}), State.SIGNED, HANDLER, guard=live()),
    Transition(
        "send_back",
        _("退回任务"),
        frozenset({State.ISSUED}),
        State.RETURNED,
        HANDLER,
        guard=live(),
        needs_reason=True,
    ),
    Transition(
        "complete", _("报结"), frozenset({State.SIGNED}), State.COMPLETED, HEAD, guard=live(_has_evidence)
    ),
    Transition(
        "verify",
        _("核验通过"),
        frozenset({State.COMPLETED}),
        State.VERIFIED,
        OFFICE,
        guard=live(_not_own_unit),
    ),
    Transition(
        "rework",
        _("质量退回"),
        frozenset({State.COMPLETED}),
        State.SIGNED,
        OFFICE,
        guard=live(_not_own_unit),
        needs_reason=True,
    ),
    Transition(
        "close", _("销号"), frozenset({State.VERIFIED}), State.CLOSED, OFFICE, guard=live(_is_verified_done)
    ),
    Transition(
        "reopen",
        _("重新办理"),
        frozenset({State.VERIFIED, State.CLOSED}),
        State.SIGNED,
        OFFICE,
        guard=live(),
        needs_reason=True,
    ),
    Transition("end", _("终止"), HANDED, State.ENDED, OFFICE, guard=_is_out, needs_reason=True),
)


def holds_report(user: Any, report: ProgressReport, roles: frozenset[str]) -> bool:
    return holds_assignment(user, report.assignment, roles)


def _another_person(report: ProgressReport, user: Any) -> list[Refusal]:
    if report.author_id == user.pk:
        return [Refusal("own", gettext("报告由您起草，须由另一人确认"))]
    return []


def _open(child: Any, user: Any) -> list[Refusal]:
    """任务还在办：报告、延期都只在办理中流转。"""
    if child.assignment.state in WORKABLE:
        return withdrawn(child.assignment)
    message = gettext("任务现在是“%(state)s”，不在办理中")
    return [Refusal("task", message % {"state": child.assignment.get_state_display()})]


WORKABLE = frozenset({State.ISSUED, State.SIGNED})


R = ProgressReport.State
REPORT = _table(
    holds_report,
    Transition("submit", _("提交"), frozenset({R.DRAFT, R.RETURNED}), R.SUBMITTED, HANDLER, guard=_open),
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


def holds_extension(user: Any, extension: Extension, roles: frozenset[str]) -> bool:
    return holds_assignment(user, extension.assignment, roles)


def _not_asker(extension: Extension, user: Any) -> list[Refusal]:
    if extension.author_id == user.pk:
        return [Refusal("own", gettext("延期由您申请，须由另一人审批"))]
    return []


def _open_and_not_asker(extension: Extension, user: Any) -> list[Refusal]:
    return _open(extension, user) + _not_asker(extension, user)


X = Extension.State
EXTENSION = _table(
    holds_extension,
    Transition("grant", _("批准延期"), frozenset({X.ASKED}), X.GRANTED, OFFICE, guard=_open_and_not_asker),
    Transition(
        "refuse",
        _("不批准延期"),
        frozenset({X.ASKED}),
        X.REFUSED,
        OFFICE,
        guard=_not_asker,
        needs_reason=True,
    ),
)
