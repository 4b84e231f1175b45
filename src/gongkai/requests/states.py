"""申请与文书的状态表，以及谁有什么职责。"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.models import Duty
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, StateTable, Transition

from .covering import covered_duties, duties_of, mark, own_duties
from .models import Assignment, Case, Letter, LetterStep
from .rules import rules_of

Role, S, L = Duty.Role, Case.State, Letter.State


class Outside:
    """外面的人：没有账号，经编号和查询码（或第三方的链接）证明是他；system 为定时任务。"""

    pk = None

    def __init__(self, duty: str) -> None:
        self.duty = duty


CITIZEN: Final = Outside("citizen")
SYSTEM: Final = Outside("system")

# 本应用的职责：工作机构、工作机构负责人、承办处室及其负责人、审查签发各环节、本机关任何窗口。
OFFICE = frozenset({"office"})
OFFICE_HEAD = frozenset({"office_head"})
UNIT = frozenset({"unit"})
ANYONE = frozenset({"anyone"})
SECRECY = frozenset({"secrecy"})
LEGAL = frozenset({"legal"})
LEADER = frozenset({"leader"})
REVIEWERS = SECRECY | LEGAL | LEADER
WORKERS = OFFICE | UNIT
APPLICANT = frozenset({"citizen"})
CLOCKWORK = frozenset({"system"})
_WORKING = frozenset({Role.HANDLER, Role.HEAD})
_INSIDE = _WORKING | {Role.COORDINATOR}


def _roles_in(duties: list[Duty], agency: Organisation) -> set[str]:
    """这些职责合起来，在该机关（不论哪件申请）是什么。"""
    found: set[str] = set()
    office = rules_of(agency).office
    for duty in duties:
        where, role = duty.organisation, duty.role
        if (role == Role.COORDINATOR and where.pk == agency.pk) or (
            office and where.pk == office.pk and role in _WORKING
        ):
            found.add("office")
        if office and where.pk == office.pk and role == Role.HEAD:
            found.add("office_head")
        # 签发是本机关领导的事，市领导不因及于下级就替局里签。
        if role in (Role.SECRECY, Role.LEGAL, Role.LEADER) and where.pk == agency.pk:
            found.add(str(role))
        if role in _INSIDE and where.agency.pk == agency.pk:
            found.add("anyone")
    return found


def duties_in(user: Any, agency: Organisation) -> set[str]:
    """此人在该机关（不论哪件申请）的职责，含今天代办得来的。"""
    return {user.duty} if isinstance(user, Outside) else _roles_in(duties_of(user), agency)


def _each(user: Any) -> list[tuple[Any, list[Duty]]]:
    """自己的职责（前一项为空），再是代办的各人的：先看自己的，够了就不算代办。"""
    by_officer: dict[Any, list[Duty]] = {}
    for officer, duty in covered_duties(user):
        by_officer.setdefault(officer, []).append(duty)
    return [(None, own_duties(user)), *by_officer.items()]


def holds_in(user: Any, agency: Organisation, duties: frozenset[str]) -> bool:
    """在该机关有其中一项职责；靠代办才有的，记下代谁。"""
    if isinstance(user, Outside):
        return user.duty in duties
    for officer, found in _each(user):
        if duties & _roles_in(found, agency):
            if officer is not None:
                mark(user, officer)
            return True
    return False


def units_of(duties: list[Duty]) -> list[int]:
    """任经办人、负责人的处室。"""
    return [duty.organisation_id for duty in duties if duty.role in _WORKING]


def holds_unit(user: Any, unit: int) -> bool:
    """是这个处室的经办人、负责人；靠代办才是的，记下代谁。"""
    for officer, found in _each(user):
        if unit in units_of(found):
            if officer is not None:
                mark(user, officer)
            return True
    return False


def holds_case(user: Any, case: Case, duties: frozenset[str]) -> bool:
    """申请上的职责：机关里的职责，加上分给其处室的“承办”；靠代办才有的，记下代谁。"""
    if isinstance(user, Outside):
        return user.duty in duties
    for officer, found in _each(user):
        units = units_of(found) if "unit" in duties else []
        if duties & _roles_in(found, case.agency) or (
            units and Assignment.objects.filter(case=case, organisation__in=units).exists()
        ):
            if officer is not None:
                mark(user, officer)
            return True
    return False


def holds_letter(user: Any, letter: Letter, duties: frozenset[str]) -> bool:
    """文书上的职责：同所属申请。"""
    return holds_case(user, letter.case, duties)


_BEFORE_ANSWER = frozenset(Case.OPEN)
_ALIVE = frozenset({S.TRIAGE, S.WORKING})

CASE = StateTable(
    (
        Transition("confirm", _("与申请人确认"), frozenset({S.AWAITING}), S.RECEIVED, OFFICE | CLOCKWORK),
        Transition("register", _("登记"), frozenset({S.RECEIVED}), S.TRIAGE, OFFICE),
        Transition("assign", _("分办"), frozenset({S.TRIAGE, S.WORKING}), S.WORKING, OFFICE),
        Transition("wait_correction", _("告知补正"), _ALIVE, S.CORRECTING, OFFICE),
        Transition("correct", _("收到补正"), frozenset({S.CORRECTING}), S.TRIAGE, OFFICE | APPLICANT),
        Transition("lapse_correction", _("认定逾期不补正"), frozenset({S.CORRECTING}), S.WORKING, OFFICE),
        Transition("wait_reasons", _("要求说明理由"), _ALIVE, S.REASONS, OFFICE),
        Transition("give_reasons", _("收到理由"), frozenset({S.REASONS}), S.WORKING, OFFICE | APPLICANT),
        Transition("resume", _("继续办理"), frozenset({S.REASONS}), S.WORKING, OFFICE),
        Transition("wait_payment", _("发出收费通知"), frozenset({S.WORKING}), S.FEE, OFFICE),
        Transition("pay", _("登记缴费"), frozenset({S.FEE}), S.WORKING, OFFICE | CLOCKWORK),
        Transition("lapse_fee", _("认定逾期未缴费"), frozenset({S.FEE}), S.WORKING, OFFICE),
        Transition("submit", _("送审"), frozenset({S.WORKING}), S.REVIEW, WORKERS),
        Transition(
            "return",
            _("退回修改"),
            frozenset({S.REVIEW, S.SIGNED}),
            S.WORKING,
            SECRECY | LEGAL | LEADER | OFFICE,
        ),
        Transition("sign", _("签发"), frozenset({S.REVIEW}), S.SIGNED, LEADER),
        Transition("dispatch", _("发出"), frozenset({S.SIGNED}), S.DISPATCHED, OFFICE),
        Transition("serve", _("登记送达"), frozenset({S.DISPATCHED}), S.CLOSED, OFFICE | CLOCKWORK),
        Transition("archive", _("归档"), frozenset({S.CLOSED}), S.ARCHIVED, OFFICE),
        Transition(
            "withdraw", _("撤回申请"), _BEFORE_ANSWER, S.CLOSED, OFFICE | APPLICANT, needs_reason=True
        ),
        Transition("join", _("并案"), _ALIVE | {S.RECEIVED}, S.CLOSED, OFFICE, needs_reason=True),
        Transition(
            "remake", _("重新答复"), frozenset({S.CLOSED, S.DISPATCHED, S.ARCHIVED}), S.WORKING, OFFICE
        ),
    ),
    holds=holds_case,
)


def _fresh_eyes(letter: Letter, user: Any) -> list[Refusal]:
    # 拟稿的不审，审过的不签：同一份文书同一轮，一人只办一个环节。
    if letter.author_id == user.pk:
        return [Refusal("own", gettext("这份文书由您拟稿，须由另一人办理这个环节"))]
    last = letter.steps.filter(verdict=LetterStep.Verdict.RETURNED).order_by("-id").first()
    passed = letter.steps.filter(verdict=LetterStep.Verdict.PASSED, reviewer=user.pk or 0)
    if last:
        passed = passed.filter(id__gt=last.pk)
    if passed.exists():
        return [Refusal("twice", gettext("您已办过这份文书的另一环节，须由另一人办理"))]
    return []


def _ready(letter: Letter, user: Any) -> list[Refusal]:
    from .gates import letter_problems

    return letter_problems(letter)


def _sound(letter: Letter, user: Any) -> list[Refusal]:
    return _fresh_eyes(letter, user) + _ready(letter, user)


_REVIEWING = frozenset({L.SECRECY, L.LEGAL, L.SIGNING, L.SIGNED})
LETTER = StateTable(
    (
        Transition("submit", _("送审"), frozenset({L.DRAFT}), L.SECRECY, WORKERS, guard=_ready),
        Transition(
            "pass_secrecy", _("保密审查通过"), frozenset({L.SECRECY}), L.LEGAL, SECRECY, guard=_fresh_eyes
        ),
        Transition(
            "pass_legal", _("合法性审查通过"), frozenset({L.LEGAL}), L.SIGNING, LEGAL, guard=_fresh_eyes
        ),
        Transition("sign", _("签发"), frozenset({L.SIGNING}), L.SIGNED, LEADER, guard=_sound),
        Transition("return_secrecy", _("退回"), frozenset({L.SECRECY}), L.DRAFT, SECRECY, needs_reason=True),
        Transition("return_legal", _("退回"), frozenset({L.LEGAL}), L.DRAFT, LEGAL, needs_reason=True),
        Transition("return_sign", _("退回"), frozenset({L.SIGNING}), L.DRAFT, LEADER, needs_reason=True),
        Transition("recall", _("收回修改"), _REVIEWING - {L.SIGNED}, L.DRAFT, OFFICE, needs_reason=True),
        Transition("dispatch", _("发出"), frozenset({L.SIGNED}), L.DISPATCHED, OFFICE),
        Transition("void", _("作废"), frozenset({L.DRAFT, L.SIGNED}), L.VOID, OFFICE, needs_reason=True),
    ),
    holds=holds_letter,
)
