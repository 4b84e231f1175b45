"""台账和管理的导航入口。"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongkai.accounts.navigation import Entry, Role, register
from gongkai.accounts.permissions import ENTER_OFFICE


def _may_enter_office(user: Any) -> bool:
    return bool(user.has_perm(ENTER_OFFICE))


OFFICE = frozenset({Role.COORDINATOR, Role.LEADER, Role.AUDITOR, Role.CITY})
# 协调员、分管领导也承办上级下发给整个局的任务。
WORKING = frozenset({Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.LEADER})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
register(
    Entry("ledger", "workplans:my", _("我的任务"), WORKING, 1),
    Entry("ledger", "workplans:board", _("台账看板"), OFFICE, 2),
    Entry("ledger", "workplans:import", _("导入分工表"), frozenset({Role.COORDINATOR}), 3),
    Entry("ledger", "workplans:city", _("单位排名"), frozenset({Role.CITY, Role.LEADER, Role.AUDITOR}), 4),
    Entry("ledger", "workplans:calendar", _("日历"), order=5),
    Entry("ledger", "workplans:notices", _("提醒"), order=6),
    Entry("records", "wagtailadmin_home", _("采编后台"), order=9, allowed=_may_enter_office),
    Entry("admin", "people:list", _("人员"), ADMINISTRATOR, 1),
    Entry("admin", "people:organisations", _("组织"), ADMINISTRATOR, 2),
    Entry("admin", "workplans:jobs", _("后台任务"), ADMINISTRATOR, 3),
)
