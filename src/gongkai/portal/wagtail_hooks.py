"""采编后台的菜单、首页和样式：藏起用不着的，加上回台账和门户的入口。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.telepath import register
from wagtail.admin.ui.sidebar import BaseSidebarAdapter, MainMenuModule

from . import late_labels

# 页面树、工作流、帮助（链接都在外站）没有用处；报表和设置里只留各应用自己登记的。
HIDDEN = frozenset({"explorer", "help"})
HIDDEN_REPORTS = frozenset(
    {"locked-pages", "workflows", "workflow-tasks", "site-history", "aging-pages", "page-types-usage"}
)
HIDDEN_SETTINGS = frozenset({"workflows", "workflow-tasks", "collections", "users", "groups"})


@hooks.register("construct_main_menu")
def hide_main(request: HttpRequest, items: list[Any]) -> None:
    items[:] = [item for item in items if item.name not in HIDDEN]


@hooks.register("construct_reports_menu")
def hide_reports(request: HttpRequest, items: list[Any]) -> None:
    items[:] = [item for item in items if item.name not in HIDDEN_REPORTS]


@hooks.register("construct_settings_menu")
def hide_settings(request: HttpRequest, items: list[Any]) -> None:
    items[:] = [item for item in items if item.name not in HIDDEN_SETTINGS]


@hooks.register("register_admin_menu_item")
def workbench() -> MenuItem:
    return MenuItem(
        _("台账工作台"), reverse("workplans:home"), name="workbench", icon_name="tasks", order=9500
    )


@hooks.register("register_admin_menu_item")
def portal() -> MenuItem:
    return MenuItem(_("公众门户"), reverse("portal:home"), name="portal", icon_name="globe", order=9600)


@hooks.register("construct_homepage_panels")
def no_page_panels(request: HttpRequest, panels: list[Any]) -> None:
    """首页：Wagtail 自带的几块都是讲页面树的；各应用的在后面自己加。"""
    panels[:] = [panel for panel in panels if not type(panel).__module__.startswith("wagtail.")]


@hooks.register("construct_homepage_summary_items")
def no_page_count(request: HttpRequest, items: list[Any]) -> None:
    items[:] = [item for item in items if type(item).__name__ != "PagesSummaryItem"]


@hooks.register("insert_global_admin_css")
def stylesheet() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("gongkai/office.css"))


@hooks.register("insert_global_admin_js")
def script() -> SafeString:
    return format_html('<script src="{}"></script>', static("gongkai/office.js"))


late_labels.install()


class NamedMainMenu(BaseSidebarAdapter):
    """侧栏：显示姓名；Wagtail 原来显示账号名（或我们不用的 first_name）。"""

    js_constructor = "wagtail.sidebar.MainMenuModule"

    def js_args(self, module: MainMenuModule) -> list[Any]:
        items, account, who = module.js_args()
        return [items, account, who | {"name": str(module.user)}]


register(NamedMainMenu(), MainMenuModule)
