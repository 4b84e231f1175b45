"""依申请公开的导航入口。"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongkai.accounts.navigation import EVERYBODY, Entry, Role, register

from .covering import covered_duties
from .visibility import offices

STAFF = EVERYBODY - {Role.ADMINISTRATOR, Role.CITY}
DESK = frozenset({Role.COORDINATOR, Role.HANDLER, Role.HEAD, Role.AUDITOR})
INTAKE = frozenset({Role.COORDINATOR, Role.HANDLER, Role.HEAD})
REVIEWERS = frozenset({Role.SECRECY, Role.LEGAL, Role.LEADER})


def _covered(user: Any) -> set[str]:
    """今天代办得来的角色：入口照此多出来，到日子自己没有了。"""
    return {str(duty.role) for _officer, duty in covered_duties(user)}


def _has_office(user: Any) -> bool:
    """在工作机构：几个入口都要问，同一请求内只查一次库。"""
    if not hasattr(user, "_has_office"):
        user._has_office = bool(offices(user))
    return bool(user._has_office)


_ENTRIES = (
    Entry("requests", "foi:queue", _("我的队列"), DESK, 1),
    Entry("requests", "foi:reviews", _("待我审签"), REVIEWERS | {Role.HEAD}, 2),
    Entry("requests", "foi:groups", _("相同的申请"), INTAKE, 2, allowed=_has_office),
    Entry("requests", "foi:board", _("看板"), DESK | {Role.LEADER}, 3),
    Entry("requests", "foi:intake", _("接收申请"), INTAKE, 4),
    Entry("requests", "foi:mails", _("来信"), INTAKE, 4, allowed=_has_office),
    Entry("requests", "foi:cases", _("全部申请"), STAFF, 5),
    Entry(
        "requests",
        "foi:filed",
        _("更正、投诉、建议"),
        frozenset({Role.COORDINATOR, Role.HANDLER, Role.HEAD, Role.CITY, Role.AUDITOR}),
        6,
    ),
    Entry("requests", "foi:reconsider", _("定期评估"), INTAKE, 6, allowed=_has_office),
    Entry("requests", "foi:statistics", _("统计"), STAFF, 7),
    Entry("requests", "foi:absence", _("请假代办"), INTAKE | REVIEWERS, 8),
    Entry("requests", "foi:rules", _("规则"), INTAKE, 8),
    Entry("requests", "papers:register", _("发文登记簿"), INTAKE, 9, allowed=_has_office),
    Entry("requests", "papers:templates", _("文书模板"), INTAKE, 10, allowed=_has_office),
)
register(*(replace(entry, extra_roles=_covered) for entry in _ENTRIES))
