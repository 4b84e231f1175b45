"""代办中的职责：谁今天代谁办理；代办得来的职责只在依申请公开里有效，到日子自己没有了。

凡是靠代办才做得成的，审计里写明代谁（trail.audit）；自己本来就有职责的，不算代办。
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.utils import timezone

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import duties_of as own_duties

Role = Duty.Role
# 能代办的角色：管理员、审计员、市政务公开办不在其内。
COVERED: Final = frozenset({Role.COORDINATOR, Role.HANDLER, Role.HEAD, Role.SECRECY, Role.LEGAL, Role.LEADER})


def running(on: date) -> Any:
    """这一天有效的各条代办。"""
    from .models import StandIn

    rows = StandIn.objects.filter(first__lte=on, last__gte=on, ended_at=None)
    return rows.filter(officer__is_active=True, stand_in__is_active=True)


def covers(user: Any) -> list[Any]:
    """此人今天代谁办理：各条代办，同一请求内只查一次库。"""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    today = timezone.localdate()
    if getattr(user, "_covers_on", None) != today:
        rows = running(today).filter(stand_in=user.pk).select_related("officer")
        user._covers, user._covers_on = list(rows), today
    return list(user._covers)


def covered_duties(user: Any) -> list[tuple[Any, Duty]]:
    """代办得来的职责：（不在的人, 职责）。"""
    found = [(row.officer, duty) for row in covers(user) for duty in own_duties(row.officer)]
    return [(officer, duty) for officer, duty in found if duty.role in COVERED]


def duties_of(user: Any) -> list[Duty]:
    """职责：自己的，加上今天代办得来的。"""
    return [*own_duties(user), *(duty for _officer, duty in covered_duties(user))]


def mark(user: Any, officer: Any) -> None:
    """记下：这一次是代 officer 办的，随后的审计照此写明。"""
    names = getattr(user, "_in_place_of", ())
    user._in_place_of = tuple(dict.fromkeys((*names, officer)))


def in_place_of(user: Any) -> tuple[Any, ...]:
    """这一次代谁办的；不是代办的为空。"""
    return tuple(getattr(user, "_in_place_of", ()))


def said(user: Any) -> str:
    """审签意见前面的话，如“（代何经办）”；印在呈批单上，一律中文。"""
    names = "、".join(str(officer) for officer in in_place_of(user))
    return f"（代{names}）" if names else ""


def with_stand_ins(readers: Iterable[Any], on: date) -> list[tuple[Any, Any]]:
    """提醒发给谁：（收的人, 代谁收的）；本人的后一项为空。本人照收，代办的人也收。"""
    found = [(person, None) for person in dict.fromkeys(readers)]
    rows = running(on).filter(officer__in=[person.pk for person, _who in found])
    for row in rows.select_related("officer", "stand_in"):
        if all(person.pk != row.stand_in_id for person, _who in found):
            found.append((row.stand_in, row.officer))
    return found
