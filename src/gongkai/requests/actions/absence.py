"""请假代办：登记谁代谁、从哪天到哪天；可以提前结束。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.accounts.models import Duty, User
from gongkai.accounts.queries import duties_of

from .. import covering
from ..models import StandIn
from ..trail import audit
from .common import refuse

LONGEST: Final = timedelta(days=92)
# 别人突然不在的，这些人可以替他登记。
_SETTERS: Final = frozenset({Duty.Role.COORDINATOR, Duty.Role.HEAD, Duty.Role.LEADER})


def agency_of(user: Any) -> Any:
    """所在的机关；没有单位的为 None。"""
    return user.organisation.agency if user.organisation else None


def may_set(user: Any, officer: Any) -> bool:
    """可以登记：本人，或同一机关的协调员、处室负责人（限本处室的人）、领导。"""
    if user.pk == officer.pk:
        return bool({duty.role for duty in duties_of(user)} & covering.COVERED)
    agency = agency_of(officer)
    for duty in duties_of(user):
        if duty.role not in _SETTERS or agency is None or duty.organisation.agency.pk != agency.pk:
            continue
        if duty.role != Duty.Role.HEAD or duty.organisation_id == officer.organisation_id:
            return True
    return False


def colleagues(user: Any) -> Any:
    """同一机关的在用账号，不含自己。"""
    agency = agency_of(user)
    rows = User.objects.filter(is_active=True).exclude(pk=user.pk).select_related("organisation__parent")
    return rows.filter(organisation__path__startswith=agency.path).order_by("name") if agency else rows.none()


def name_stand_in(user: Any, *, officer: Any, stand_in: Any, first: date, last: date, reason: str) -> StandIn:
    """登记代办：first 至 last（日历日，含两头）由 stand_in 代 officer；期间本人照样可以办。

    错误：Refused——没有职责、不是同一机关、日期不对、超过 92 日、与已有的重叠、代办的人自己也不在。
    """
    with transaction.atomic():
        if not may_set(user, officer):
            refuse("duty", _("您没有“%(action)s”的职责") % {"action": _("登记请假代办")})
        if officer.pk == stand_in.pk:
            refuse("stand_in", _("代办的须是另一个人"))
        if not stand_in.is_active or agency_of(stand_in) != agency_of(officer):
            refuse("stand_in", _("只能由同一机关的在用账号代办"))
        today = timezone.localdate()
        if last < first or last < today or last - first > LONGEST:
            refuse("date", _("请核对日期：截止日不早于起始日和今天，一次最长 92 日"))
        if not reason.strip():
            refuse("reason", _("请写明事由"))
        # 锁住不在的人：两个人同时登记的，只成一条。
        User.objects.select_for_update().get(pk=officer.pk)
        during = StandIn.objects.filter(first__lte=last, last__gte=first, ended_at=None)
        if during.filter(officer=officer).exists():
            refuse("overlap", _("这些日子已经登记过代办的人；要换人的，先把原来的结束"))
        if during.filter(officer=stand_in).exists():
            refuse("absent", _("“%(name)s”这些日子自己也不在，请另选一人") % {"name": stand_in})
        row = StandIn.objects.create(
            officer=officer,
            stand_in=stand_in,
            first=first,
            last=last,
            reason=reason.strip()[:100],
            set_by=user,
        )
        who = {"officer": officer.username, "stand_in": stand_in.username}
        audit(user, "requests.name_stand_in", row, **who, first=first, last=last)
    return row


def end_stand_in(user: Any, row: StandIn) -> StandIn:
    """提前结束代办：本人回来了，或登记错了。"""
    with transaction.atomic():
        row = StandIn.objects.select_for_update(of=("self",)).select_related("officer").get(pk=row.pk)
        if not may_set(user, row.officer):
            refuse("duty", _("您没有“%(action)s”的职责") % {"action": _("登记请假代办")})
        if row.ended_at or row.last < timezone.localdate():
            refuse("state", _("这一条代办已经结束"))
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        audit(user, "requests.end_stand_in", row, officer=row.officer.username)
    return row


def stand_ins_of(user: Any) -> Any:
    """看得见的代办：与自己有关的，和自己可以登记的人的，新的在前。"""
    rows = StandIn.objects.select_related("officer__organisation__parent", "stand_in", "set_by")
    agency = agency_of(user)
    rows = rows.filter(officer__organisation__path__startswith=agency.path) if agency else rows.none()
    mine = [
        row
        for row in rows[:200]
        if user.pk in (row.officer_id, row.stand_in_id) or may_set(user, row.officer)
    ]
    return mine
