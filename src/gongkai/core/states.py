"""状态引擎：一张表说清从哪到哪、谁可以、什么条件；不能时以数据说明原因。"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from gongkai.audit.actions import record


@dataclass(frozen=True, slots=True)
class Refusal:
    """不能的原因：code 供程序判断，message 给人看。"""

    code: str
    message: str


class Refused(Exception):
    """被拒绝：携带全部原因。"""

    def __init__(self, refusals: list[Refusal]) -> None:
        self.refusals = refusals
        super().__init__("；".join(refusal.message for refusal in refusals))


@dataclass(frozen=True, slots=True)
class Transition:
    """变迁：name 动作，label 名称，sources 可从哪些状态，target 到哪个状态，duties 何种职责可做。

    guard(obj, user) 返回不能的原因列表；needs_reason 为真时必须填写理由。
    """

    name: str
    label: str
    sources: frozenset[str]
    target: str
    duties: frozenset[str]
    guard: Callable[[Any, Any], list[Refusal]] | None = None
    needs_reason: bool = False


class StateTable:
    """状态表：field 为状态字段名；holds(user, obj, duties) 判断人是否有职责。"""

    def __init__(
        self, transitions: Iterable[Transition], *, holds: Callable[[Any, Any, frozenset[str]], bool]
    ) -> None:
        self.transitions = {transition.name: transition for transition in transitions}
        self.holds = holds

    def refusals(self, obj: Any, user: Any, name: str, *, reason: str | None = None) -> list[Refusal]:
        """原因：现在不能做的全部原因；空列表表示可以。reason 为 None 时不查理由。"""
        transition = self.transitions[name]
        found = []
        if not self.holds(user, obj, transition.duties):
            found.append(Refusal("duty", _("您没有“%(action)s”的职责") % {"action": transition.label}))
        if obj.state not in transition.sources:
            message = _("当前状态是“%(state)s”，不能%(action)s")
            values = {"state": obj.get_state_display(), "action": transition.label}
            found.append(Refusal("state", message % values))
        elif transition.guard:
            found.extend(transition.guard(obj, user))
        if transition.needs_reason and reason is not None and not reason.strip():
            found.append(Refusal("reason", _("%(action)s需要填写理由") % {"action": transition.label}))
        return found

    def available(self, obj: Any, user: Any) -> list[Transition]:
        """可做：此人此刻可以做的变迁，按表中次序。"""
        return [t for t in self.transitions.values() if not self.refusals(obj, user, t.name)]

    def perform(
        self, obj: models.Model, user: Any, name: str, *, reason: str = "", **changes: Any
    ) -> models.Model:
        """变迁：锁行、复查、改状态、写一条审计，同一事务。错误：Refused 携带原因。返回锁定后的新对象。"""
        transition = self.transitions[name]
        with transaction.atomic():
            # 以库中最新状态为准，两人同时点也只有一人成功。
            locked: Any = type(obj)._default_manager.select_for_update().get(pk=obj.pk)
            refusals = self.refusals(locked, user, name, reason=reason)
            if refusals:
                raise Refused(refusals)
            before = locked.state
            locked.state = transition.target
            for field, value in changes.items():
                setattr(locked, field, value)
            locked.save()
            record(
                user,
                f"{locked._meta.label_lower}.{name}",
                locked,
                reason=reason,
                before=before,
                after=transition.target,
            )
        return locked
