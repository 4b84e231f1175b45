"""整表与要求：下发、公开、种类、关联市级任务。"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gongkai.accounts.models import User
from gongkai.audit.actions import record

from ..models import Assignment, Plan, Requirement
from ..searching import refresh
from .common import OFFICE, refuse, require


def release(user: User, plan: Plan, *, on: bool) -> None:
    """公开：把台账的已核验部分向社会公开，或收回。"""
    require(user, plan.organisation, OFFICE, pgettext("职责", "公开分工表"))
    with transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(released_at=timezone.now() if on else None)
        refresh(plan)
        record(user, "workplans.release", plan, on=on)


def issue_all(user: User, plan: Plan) -> int:
    """全部下发：把待下发的任务一次下发，返回件数。"""
    require(user, plan.organisation, OFFICE, pgettext("职责", "下发任务"))
    with transaction.atomic():
        waiting = Assignment.objects.current().filter(requirement__plan=plan, state=Assignment.State.DRAFT)
        count = waiting.update(state=Assignment.State.ISSUED)
        record(user, "workplans.issue_all", plan, count=count)
    return count


def confirm_kind(user: User, requirement: Requirement, *, kind: str) -> None:
    """确认种类：人确认后，该种类的核查才算数。错误：Refused——目录里没有这个种类。"""
    from ..catalogue import BY_CODE

    require(user, requirement.plan.organisation, OFFICE, pgettext("职责", "确认事项种类"))
    if kind and kind not in BY_CODE:
        refuse("kind", _("目录里没有这个种类，请从列表中选择"))
    with transaction.atomic():
        Requirement.objects.filter(pk=requirement.pk).update(kind=kind, kind_confirmed_by=user)
        record(user, "workplans.confirm_kind", requirement, kind=kind)


def link_superior(user: User, requirement: Requirement, *, superior: Requirement | None) -> None:
    """关联市级任务：把局里的一项与市级分工表的一项连起来，或取消。"""
    require(user, requirement.plan.organisation, OFFICE, pgettext("职责", "关联市级任务"))
    if superior and not requirement.plan.organisation.path.startswith(superior.plan.organisation.path):
        refuse("tree", _("只能关联上级单位的任务"))
    with transaction.atomic():
        Requirement.objects.filter(pk=requirement.pk).update(superior=superior)
        record(user, "workplans.link_superior", requirement, superior=superior.pk if superior else None)
