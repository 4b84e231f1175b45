"""谁在哪里有什么职责。"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from gongkai.core.models import Organisation

from .models import Duty

Role = Duty.Role
# 及于下级的角色。协调员只办本单位的分工表：市里的协调员看得到各局的台账，但不能替局里核验。
REACHING_DOWN = frozenset({Role.LEADER, Role.CITY, Role.AUDITOR, Role.ADMINISTRATOR})
INTERNAL = (Organisation.Kind.DIVISION, Organisation.Kind.AFFILIATED, Organisation.Kind.WINDOW)
OVERSEEING = frozenset({Role.COORDINATOR, Role.LEADER, Role.CITY, Role.AUDITOR})


def duties_of(user: Any) -> list[Duty]:
    """职责：此人的全部职责，同一请求内只查一次库。"""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    if not hasattr(user, "_duties"):
        user._duties = list(user.duties.select_related("organisation"))
    return user._duties


def holds(user: Any, organisation: Organisation, roles: frozenset[str]) -> bool:
    """具有职责：此人在该单位（或对及于下级的角色，在其上级）任有其一角色时为真。"""
    return any(
        duty.role in roles
        and (
            duty.organisation_id == organisation.pk
            or (duty.role in REACHING_DOWN and organisation.path.startswith(duty.organisation.path))
        )
        for duty in duties_of(user)
    )


def overseen(user: Any) -> list[Organisation]:
    """所辖：此人可以总览（含下级）的单位。"""
    return [duty.organisation for duty in duties_of(user) if duty.role in OVERSEEING]


def reach(user: Any, field: str, *, city: bool = False) -> Q:
    """所及：此人职责所及单位的条件，field 为指向组织的字段名；未登录的什么都不及。

    city 为真时只取市政务公开办一类督查角色（看得到下级已公开的），为假时取其余角色。
    及于下级的角色看整棵子树；其余角色看本单位及其内设、所属单位，不及于下级的局和区。
    """
    scope = Q(pk__in=[])
    for duty in duties_of(user):
        if duty.role == Role.ADMINISTRATOR or (duty.role == Role.CITY) != city:
            continue
        unit = duty.organisation
        holds_no_agencies = unit.kind not in (Organisation.Kind.CITY, Organisation.Kind.DISTRICT)
        if duty.role in REACHING_DOWN or holds_no_agencies:
            scope |= Q(**{f"{field}__path__startswith": unit.path})
        else:
            scope |= Q(**{field: unit}) | Q(**{f"{field}__parent": unit, f"{field}__kind__in": INTERNAL})
    return scope


def people(organisation: Organisation, *roles: str) -> list[Any]:
    """人员：在该单位任某角色的在用账号。"""
    duties = Duty.objects.filter(organisation=organisation, role__in=roles, user__is_active=True)
    return list(dict.fromkeys(duty.user for duty in duties.select_related("user")))


def managed(user: Any) -> QuerySet[Organisation]:
    """所管组织：此人任系统管理员的单位及下级，按树的次序；不是管理员时为空。"""
    scope = Q(pk__in=[])
    for duty in duties_of(user):
        if duty.role == Role.ADMINISTRATOR:
            scope |= Q(path__startswith=duty.organisation.path)
    return Organisation.objects.visible_to(user).filter(scope).order_by("path")
