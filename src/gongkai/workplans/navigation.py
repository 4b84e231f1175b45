"""工作人员导航：只列此人用得到的入口。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from gongkai.accounts.models import Duty
from gongkai.accounts.permissions import ENTER_OFFICE
from gongkai.accounts.queries import duties_of

Role = Duty.Role


def staff_nav(request: HttpRequest) -> list[dict[str, Any]]:
    """导航项：url、label、current。"""
    roles = {duty.role for duty in duties_of(getattr(request, "user", None))}
    may_enter = getattr(request, "user", None) and request.user.has_perm(ENTER_OFFICE)
    office = roles & {Role.COORDINATOR, Role.LEADER, Role.AUDITOR, Role.CITY}
    items = [
        ("my", _("我的任务"), roles & {Role.HANDLER, Role.HEAD}),
        ("board", _("台账看板"), office),
        ("import", _("导入分工表"), roles & {Role.COORDINATOR}),
        ("city", _("单位排名"), roles & {Role.CITY, Role.LEADER, Role.AUDITOR}),
        ("wagtailadmin_home", _("采编后台"), may_enter),
        ("calendar", _("日历"), roles),
        ("notices", _("提醒"), roles),
        ("people:list", _("人员"), roles & {Role.ADMINISTRATOR}),
        ("people:organisations", _("组织"), roles & {Role.ADMINISTRATOR}),
        ("jobs", _("后台任务"), roles & {Role.ADMINISTRATOR}),
    ]
    found = []
    for name, label, show in items:
        if show:
            url = reverse(name if ":" in name or name.startswith("wagtail") else f"workplans:{name}")
            found.append({"url": url, "label": label, "current": request.path.startswith(url)})
    return found
