"""问答的状态表：起草、审核、发布、撤下；写的人不审也不发。"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import duties_of
from gongkai.audit.actions import has_done
from gongkai.core.states import Refusal, StateTable, Transition

from .models import Entry

Role, S = Duty.Role, Entry.State
WRITERS = frozenset({Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.CITY})
REVIEWERS = frozenset({Role.HEAD, Role.LEGAL, Role.COORDINATOR, Role.LEADER, Role.CITY})
OFFICE = frozenset({Role.COORDINATOR, Role.CITY})
_WRITING = (
    "consultations.create_entry", "consultations.save_entry", "consultations.add_basis",
    "consultations.remove_basis", "consultations.entry.submit", "consultations.revise",
)  # fmt: skip


def holds(user: Any, entry: Entry, roles: frozenset[str]) -> bool:
    """职责：在答复单位或它所属的公开主体任有其一角色；市政务公开办只办自己单位的。"""
    places = {entry.organisation_id, entry.organisation.agency.pk}
    return any(duty.role in roles and duty.organisation_id in places for duty in duties_of(user))


def _fresh_eyes(entry: Entry, user: Any) -> list[Refusal]:
    if entry.author_id == user.pk or has_done(user, entry, _WRITING):
        return [Refusal("own", gettext("这一条由您写过或送审，须由另一人办理"))]
    return []


def problems(entry: Entry) -> list[Refusal]:
    """还缺什么：发布之前须有答复和用得的依据，没有过期。"""
    found = []
    if not entry.answer.strip():
        found.append(Refusal("answer", gettext("还没有写答复")))
    bases = list(entry.bases.select_related("record__live"))
    if not bases:
        found.append(Refusal("basis", gettext("还没有列依据：至少一份文件，最好写明条款")))
    for basis in bases:
        if basis.problem:
            values = {"name": basis.name, "problem": basis.problem}
            found.append(Refusal("basis", gettext("《%(name)s》：%(problem)s，请换依据") % values))
    if entry.has_expired:
        found.append(Refusal("valid_until", gettext("有效期已过，请改有效期或核对答复")))
    return found


def _complete(entry: Entry, user: Any) -> list[Refusal]:
    return problems(entry)


def _ready(entry: Entry, user: Any) -> list[Refusal]:
    return _fresh_eyes(entry, user) + problems(entry)


ENTRY = StateTable(
    (
        Transition("submit", _("送审"), frozenset({S.DRAFT}), S.SUBMITTED, WRITERS, guard=_complete),
        Transition("approve", _("审核通过"), frozenset({S.SUBMITTED}), S.REVIEWED, REVIEWERS, guard=_ready),
        Transition(
            "send_back", _("退回"), frozenset({S.SUBMITTED, S.REVIEWED}), S.DRAFT, REVIEWERS,
            needs_reason=True,
        ),
        Transition("publish", _("发布"), frozenset({S.REVIEWED}), S.PUBLISHED, OFFICE, guard=_ready),
        Transition(
            "withdraw", _("撤下"), frozenset({S.PUBLISHED}), S.WITHDRAWN, OFFICE | {Role.HEAD},
            needs_reason=True,
        ),
        Transition("reopen", _("重新编写"), frozenset({S.WITHDRAWN}), S.DRAFT, WRITERS),
    ),
    holds=holds,
)  # fmt: skip
