"""权限：Django 和采编后台问“可否”时，一律由职责算出，不用手工维护的权限组。

各应用在自己的 AppConfig.ready() 里用 grant() 登记“哪项权限给哪些角色”；本模块只管由职责推出答案。
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from allauth.account.auth_backends import AuthenticationBackend

from .models import Duty
from .queries import duties_of, holds

Role = Duty.Role
ENTER_OFFICE: Final = "wagtailadmin.access_admin"
# 有职责的人都进得了采编后台；进去以后看到什么，由各项权限决定。
_GRANTS: dict[str, frozenset[str]] = {ENTER_OFFICE: frozenset(Role.values)}


def grant(permission: str, roles: Iterable[str]) -> None:
    """登记权限：permission（如 "records.change_record"）给 roles 各角色；重复登记取并集。"""
    _GRANTS[permission] = _GRANTS.get(permission, frozenset()) | frozenset(roles)


class DutyBackend(AuthenticationBackend):
    """职责后端：认证照 allauth，权限只看职责；权限组（含 Wagtail 建的“编辑”“审核”组）一概不算。"""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """权限：此人的全部权限；obj 有 organisation 时看在那个单位的职责。停用的账号没有职责。"""
        organisation = getattr(obj, "organisation", None)
        if organisation is not None:
            return {name for name, roles in _GRANTS.items() if holds(user_obj, organisation, roles)}
        held = {duty.role for duty in duties_of(user_obj)}
        return {name for name, roles in _GRANTS.items() if held & roles}

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    # 职责可能随时变，不用父类按用户缓存的结果。
    get_all_permissions = get_user_permissions
