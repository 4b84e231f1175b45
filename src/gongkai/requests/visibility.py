"""谁看得见：申请和名下各种记录的 visible_to，一处写定，页面、导出、接口都经由它取数。

工作机构（协调员、工作机构的人）看本机关全部；承办处室看分给自己的；保密、法制、签发的人看进入审签以后的；
审计员看辖内全部（只读）；接收的人看自己接收的。系统管理员和别的机关什么也看不见。
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongkai.accounts.models import Duty

from .covering import duties_of

Role = Duty.Role
UNDER_REVIEW = ("review", "signed", "dispatched", "closed", "archived")
_UNIT = (Role.HANDLER, Role.HEAD)


def offices(user: Any) -> list[int]:
    """任职的工作机构所属机关的编号：协调员所在的机关，和工作机构由此人任职处室担任的机关。"""
    from .models import RequestRules

    duties = duties_of(user)
    if not duties:
        return []
    found = {duty.organisation_id for duty in duties if duty.role == Role.COORDINATOR}
    units = [duty.organisation_id for duty in duties if duty.role in _UNIT]
    if units:
        found |= set(RequestRules.objects.filter(office__in=units).values_list("agency_id", flat=True))
    return sorted(found)


def scope(user: Any) -> Q:
    """看得见哪些申请：Case 上的条件。"""
    from .models import Assignment

    duties = duties_of(user)
    found = Q(pk__in=[])
    if not duties:
        return found
    if agencies := offices(user):
        found |= Q(agency__in=agencies)
    if units := [duty.organisation_id for duty in duties if duty.role in _UNIT]:
        found |= Q(pk__in=Assignment.objects.filter(organisation__in=units).values("case"))
        found |= Q(taken_by=user)
    reviewing = [d.organisation_id for d in duties if d.role in (Role.SECRECY, Role.LEGAL, Role.LEADER)]
    if reviewing:
        found |= Q(agency__in=reviewing, state__in=UNDER_REVIEW)
    for duty in duties:
        if duty.role == Role.AUDITOR:
            found |= Q(agency__path__startswith=duty.organisation.path)
    return found


class CaseQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> CaseQuerySet:
        """可见申请。"""
        return self.filter(scope(user))

    def at_desk(self, user: Any) -> CaseQuerySet:
        """工作台上的：工作机构的人只看本机关的（是可见的一部分，索引用得上），别人同 visible_to。"""
        agencies = offices(user)
        return self.filter(agency__in=agencies) if agencies else self.visible_to(user)

    def open(self) -> CaseQuerySet:
        """没有答复的。"""
        return self.filter(state__in=self.model.OPEN)


class OfCaseQuerySet(models.QuerySet[Any]):
    """申请名下的各种记录：看得见申请就看得见。"""

    def visible_to(self, user: Any) -> OfCaseQuerySet:
        cases = self.model._meta.get_field("case").related_model.objects.visible_to(user)
        return self.filter(case__in=cases.order_by().values("pk"))


class LetterQuerySet(OfCaseQuerySet):
    def update(self, **values: Any) -> int:
        """批量改：已发出的文书，内容各栏不能改。错误：RuntimeError。"""
        sealed = {name.removesuffix("_id") for name in self.model.SEALED}
        if sealed & {name.removesuffix("_id") for name in values}:
            if self.filter(state__in=self.model.SENT).exists():
                raise RuntimeError("文书已经发出，不能再改")
        return super().update(**values)


class FiledQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> FiledQuerySet:
        """可见：收到的机关的工作机构；审计员看辖内的。"""
        found = Q(agency__in=offices(user))
        for duty in duties_of(user):
            if duty.role == Role.AUDITOR:
                found |= Q(agency__path__startswith=duty.organisation.path)
            if duty.role == Role.CITY:
                found |= Q(agency=duty.organisation_id)
        return self.filter(found)


class CorrectionQuerySet(FiledQuerySet):
    def visible_to(self, user: Any) -> CorrectionQuerySet:
        """可见：同其他事项；已经拟了答复的，签发的领导也看得见。"""
        signing = [d.organisation_id for d in duties_of(user) if d.role == Role.LEADER]
        found = super().visible_to(user)
        if signing:
            found |= self.filter(agency__in=signing, reply__isnull=False)
        return found


class OwnQuerySet(models.QuerySet[Any]):
    """只属于本人的提醒。"""

    def visible_to(self, user: Any) -> OwnQuerySet:
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        return self.filter(user=user)
