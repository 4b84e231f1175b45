"""版本的状态表：先审后发，逐环节换人。"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import holds
from gongkai.audit.actions import has_done
from gongkai.core.states import Refusal, StateTable, Transition

from .kinds import NEEDS_LEGAL
from .models import Edition, Review

Role, S = Duty.Role, Edition.State
WRITERS = frozenset({Role.HANDLER, Role.HEAD})
HEAD = frozenset({Role.HEAD})
SECRECY = frozenset({Role.SECRECY})
LEGAL = frozenset({Role.LEGAL})
LEADER = frozenset({Role.LEADER})
OFFICE = frozenset({Role.COORDINATOR})
# 这些角色设在承办单位，其余设在公开主体（局）。
_IN_DIVISION = WRITERS


def holds_edition(user: Any, edition: Edition, roles: frozenset[str]) -> bool:
    """版本职责：拟稿、初审看承办单位，审查、签发、发布看公开主体。"""
    record = edition.record
    return any(
        holds(user, record.organisation if role in _IN_DIVISION else record.agency, frozenset({role}))
        for role in roles
    )


# 改过草稿的也是拟稿人：替别人改稿之后不能再审。
_WRITING = (
    "records.save_draft", "records.attach", "records.detach", "records.arrange_attachments",
    "records.relate", "records.unrelate",
)  # fmt: skip


def _fresh_eyes(edition: Edition, user: Any) -> list[Refusal]:
    # 同一版本，一个人只做一个环节：拟稿的不审，审过的不签，签过的不发。
    if edition.author_id == user.pk or has_done(user, edition, _WRITING):
        return [Refusal("own", gettext("这一版由您拟稿，须由另一人办理这个环节"))]
    if has_done(user, edition, ("records.edition.submit",)):
        return [Refusal("submitted", gettext("这一版由您送审，须由另一人办理这个环节"))]
    this_round = edition.reviews.filter(round=current_round(edition), verdict=Review.Verdict.PASSED)
    if this_round.filter(reviewer=user).exists():
        return [Refusal("twice", gettext("您已办过这一版的另一环节，须由另一人办理"))]
    return []


def current_round(edition: Edition) -> int:
    """第几轮：退回、收回一次加一轮；改过再送的，审过的人要重新审。"""
    return 1 + edition.reviews.filter(verdict=Review.Verdict.RETURNED).count()


def _needs_legal(edition: Edition, user: Any) -> list[Refusal]:
    if edition.record.kind not in NEEDS_LEGAL:
        return [Refusal("legal", gettext("这一类型不必合法性审查"))]
    return _fresh_eyes(edition, user)


def _skips_legal(edition: Edition, user: Any) -> list[Refusal]:
    if edition.record.kind in NEEDS_LEGAL:
        return [Refusal("legal", gettext("这一类型须先经合法性审查"))]
    return _fresh_eyes(edition, user)


def _gate(edition: Edition, user: Any) -> list[Refusal]:
    from .gates import blocking

    return [
        Refusal(f"gate:{problem.field}", f"{problem.label}：{problem.message}")
        for problem in blocking(edition)
    ]


def _gate_and_eyes(edition: Edition, user: Any) -> list[Refusal]:
    return _fresh_eyes(edition, user) + _gate(edition, user)


def _sealed(edition: Edition, user: Any) -> list[Refusal]:
    from .content import digest
    from .gates import missing_interpretation

    found = _fresh_eyes(edition, user)
    if edition.openness != Edition.Openness.ACTIVE:
        found.append(Refusal("openness", gettext("公开属性不是“主动公开”，只存库，不发布")))
    if edition.sealed_sha256 != digest(edition):
        found.append(Refusal("sealed", gettext("内容与签发时不一致，须退回重新审查")))
    if why := missing_interpretation(edition):
        found.append(Refusal("interpretation", why))
    return found


def _sealed_with_time(edition: Edition, user: Any) -> list[Refusal]:
    found = _sealed(edition, user)
    if not edition.publish_at:
        found.append(Refusal("time", gettext("请先填写定时发布的时间")))
    return found


EDITION = StateTable(
    (
        Transition("submit", _("送审"), frozenset({S.DRAFT, S.RETURNED}), S.HEAD, WRITERS, guard=_gate),
        Transition("pass_head", _("初审通过"), frozenset({S.HEAD}), S.SECRECY, HEAD, guard=_fresh_eyes),
        Transition(
            "pass_secrecy", _("保密审查通过"), frozenset({S.SECRECY}), S.SIGNING, SECRECY, guard=_skips_legal
        ),
        Transition(
            "pass_secrecy_to_legal",
            _("保密审查通过，送合法性审查"),
            frozenset({S.SECRECY}),
            S.LEGAL,
            SECRECY,
            guard=_needs_legal,
        ),
        # 不能确定能否公开的，报主管部门或保密行政管理部门确定（条例第十七条）。
        Transition(
            "refer",
            _("报请确定"),
            frozenset({S.SECRECY}),
            S.REFERRED,
            SECRECY,
            guard=_fresh_eyes,
            needs_reason=True,
        ),
        Transition(
            "answer_referral",
            _("登记确定意见"),
            frozenset({S.REFERRED}),
            S.SECRECY,
            SECRECY,
            needs_reason=True,
        ),
        Transition(
            "pass_legal", _("合法性审查通过"), frozenset({S.LEGAL}), S.SIGNING, LEGAL, guard=_fresh_eyes
        ),
        Transition("sign", _("签发"), frozenset({S.SIGNING}), S.SIGNED, LEADER, guard=_gate_and_eyes),
        Transition(
            "schedule", _("定时发布"), frozenset({S.SIGNED}), S.SCHEDULED, OFFICE, guard=_sealed_with_time
        ),
        Transition("unschedule", _("取消定时"), frozenset({S.SCHEDULED}), S.SIGNED, OFFICE),
        Transition("publish", _("发布"), frozenset({S.SIGNED}), S.PUBLISHED, OFFICE, guard=_sealed),
        Transition(
            "return_head",
            _("退回"),
            frozenset({S.HEAD}),
            S.RETURNED,
            HEAD,
            guard=_fresh_eyes,
            needs_reason=True,
        ),
        Transition(
            "return_secrecy", _("退回"), frozenset({S.SECRECY}), S.RETURNED, SECRECY, needs_reason=True
        ),
        Transition("return_legal", _("退回"), frozenset({S.LEGAL}), S.RETURNED, LEGAL, needs_reason=True),
        Transition("return_sign", _("退回"), frozenset({S.SIGNING}), S.RETURNED, LEADER, needs_reason=True),
        Transition(
            "return_publish",
            _("退回"),
            frozenset({S.SIGNED, S.SCHEDULED}),
            S.RETURNED,
            OFFICE,
            needs_reason=True,
        ),
        Transition(
            "recall",
            _("收回修改"),
            frozenset({S.HEAD, S.SECRECY, S.REFERRED, S.LEGAL, S.SIGNING, S.SIGNED, S.SCHEDULED}),
            S.DRAFT,
            WRITERS,
            needs_reason=True,
        ),
        Transition(
            "discard",
            _("放弃这一版"),
            frozenset({S.DRAFT, S.RETURNED}),
            S.DISCARDED,
            WRITERS,
            needs_reason=True,
        ),
    ),
    holds=holds_edition,
)
