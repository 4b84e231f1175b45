"""谁看得见：台账各模型的 visible_to，一个模型一处，视图只经由它取数。"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import OVERSEEING, duties_of, overseen

# 看得见本单位任务的角色：承办的人和总览的人；保密、法制审核和系统管理员不因在本单位任职就看得见。
WORKING = OVERSEEING | {Duty.Role.HANDLER, Duty.Role.HEAD}


def _overseen(user: Any, path: str) -> Q:
    scope = Q(pk__in=[])
    for organisation in overseen(user):
        scope |= Q(**{f"{path}__startswith": organisation.path})
    return scope


def _units(user: Any) -> list[int]:
    return [duty.organisation_id for duty in duties_of(user) if duty.role in WORKING]


class PlanQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> PlanQuerySet:
        """可见分工表：管辖范围内的，和已给自己所在单位下发了任务的。"""
        handed = self.model._meta.apps.get_model("workplans", "Assignment").objects.handed_to(_units(user))
        scope = _overseen(user, "organisation__path") | Q(pk__in=handed.values("requirement__plan"))
        return self.filter(scope).select_related("organisation")


class RequirementQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> RequirementQuerySet:
        """可见要求：分工表看得见，表里各项都看得见。"""
        plans = self.model._meta.get_field("plan").related_model.objects.visible_to(user)
        return self.filter(plan__in=plans.order_by().values("pk")).select_related("plan__organisation")

    def current(self) -> RequirementQuerySet:
        """在册：没有撤下的。"""
        return self.filter(withdrawn_at=None)


class AssignmentQuerySet(models.QuerySet[Any]):
    def handed_to(self, units: list[int]) -> AssignmentQuerySet:
        """已下发给这些单位（编号）的任务。"""
        return self.filter(organisation__in=units).exclude(state="draft")

    def visible_to(self, user: Any) -> AssignmentQuerySet:
        """可见任务：管辖范围内分工表的全部任务，和自己单位承担的已下发任务。"""
        scope = _overseen(user, "requirement__plan__organisation__path")
        scope |= Q(organisation__in=_units(user)) & ~Q(state="draft")
        return self.filter(scope).select_related("requirement__plan__organisation", "organisation")

    def current(self) -> AssignmentQuerySet:
        """在册：要求没有撤下，任务没有终止；看板、排名、提醒、核查都只算这些。"""
        return self.filter(requirement__withdrawn_at=None).exclude(state="ended")


class OfTaskQuerySet(models.QuerySet[Any]):
    """任务名下的各种记录：看得见任务就看得见。"""

    def visible_to(self, user: Any) -> OfTaskQuerySet:
        tasks = self.model._meta.get_field("assignment").related_model.objects.visible_to(user)
        return self.filter(assignment__in=tasks.order_by().values("pk"))


class ReportQuerySet(OfTaskQuerySet):
    def visible_to(self, user: Any) -> ReportQuerySet:
        """可见报告：看得见任务的人；没提交的草稿只给承担单位的人看。"""
        own = Q(assignment__organisation__in=_units(user))
        return super().visible_to(user).filter(own | ~Q(state="draft"))


class DraftQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> DraftQuerySet:
        """可见草稿：只有该单位的办公室协调员。"""
        offices = [d.organisation_id for d in duties_of(user) if d.role == Duty.Role.COORDINATOR]
        return self.filter(organisation__in=offices).select_related("organisation")


class OwnQuerySet(models.QuerySet[Any]):
    """只属于本人的：提醒、常用筛选。"""

    def visible_to(self, user: Any) -> OwnQuerySet:
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        return self.filter(user=user)
