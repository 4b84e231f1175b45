"""当前站点：由主机名定；栏目树、主导航、地址都从它来。"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from gongkai.core.models import Organisation
from gongkai.records.models import Column, Site
from gongkai.records.public import Tree, site_for, tree_of

# 主导航里普通栏目最多几个，再多就进“政务公开”看。
_MENU_COLUMNS = 4


def _found(request: HttpRequest) -> Site | None:
    if not hasattr(request, "_site"):
        host = request.get_host().rsplit(":", 1)[0].strip("[]").lower()
        request._site = site_for(host)  # type: ignore[attr-defined]
    return request._site  # type: ignore[attr-defined]


def site_of(request: HttpRequest) -> Site:
    """站点：公众页面用。错误：Http404——站点已停用，或库里还没有站点。"""
    site = _found(request)
    if site is None or not site.is_active:
        raise Http404(_("没有这个站点"))
    return site


def any_site_of(request: HttpRequest) -> Site | None:
    """站点：外壳用，停用的按没有算，不报错。"""
    site = _found(request)
    return site if site is not None and site.is_active else None


def columns(request: HttpRequest) -> Tree:
    """栏目树：同一请求只取一次。"""
    if not hasattr(request, "_columns"):
        site = any_site_of(request)
        request._columns = tree_of(site) if site else Tree([])  # type: ignore[attr-defined]
    return request._columns  # type: ignore[attr-defined]


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """主导航：url、label、foreign（名称是人起的，不随界面语言译）、current。"""
    tree = columns(request)
    items: list[tuple[str, Any, bool]] = [(reverse("portal:home"), _("首页"), False)]
    if tree.columns:
        items.append((reverse("portal:columns"), _("政务公开"), False))
        plain = [c for c in tree.roots if not c.section and c.kind != Column.Kind.TOPIC]
        items += [(c.get_absolute_url(), c.name, True) for c in plain[:_MENU_COLUMNS]]
        items += [
            (reverse("portal:library"), _("规范性文件库"), False),
            (reverse("portal:planning"), _("规划计划"), False),
            (reverse("portal:institutions"), _("机构"), False),
        ]
    if any_site_of(request):
        items.append((reverse("apply:guide"), _("依申请公开"), False))
        items.append((reverse("knowledge:list"), _("政策问答"), False))
    items.append((reverse("portal:plans"), _("工作要点"), False))
    found = []
    for url, label, foreign in items:
        inside = request.path == url or (url not in ("/", "/columns/") and request.path.startswith(url))
        found.append({"url": url, "label": label, "foreign": foreign, "current": inside})
    return found


def absolute(site: Site, path: str) -> str:
    """绝对地址：站点的正式地址，不看访客由哪个主机名进来。"""
    return settings.PUBLIC_ORIGIN.format(domain=site.domain) + path


def is_year(text: str) -> bool:
    """像年份：1000 至 9998 的四位数字；网址里写什么的都有，认不出的当没写。"""
    return text.isascii() and text.isdigit() and 1000 <= int(text[:5]) <= 9998


def full_name(unit: Organisation) -> str:
    """全称：“市水务局”在临江市之下写作“临江市水务局”；别的照写。"""
    parent = unit.parent.name if unit.parent else ""
    if parent and unit.name[0] == parent[-1] and unit.name[0] in "省市区县":
        return parent + unit.name[1:]
    return unit.name
