"""写稿各页公用：页头、面包屑、取版本。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from gongkai.records import states
from gongkai.records.models import Edition


class OfficeView(WagtailAdminTemplateMixin, View):
    """后台的一页：标题、面包屑、模板。"""

    request: HttpRequest
    header_icon = "doc-full"
    _show_breadcrumbs = True

    def show(self, **context: Any) -> HttpResponse:
        """显示页面。"""
        return self.render_to_response(self.get_context_data(**context))

    def line(self, *items: tuple[str, Any]) -> list[dict[str, Any]]:
        """面包屑：首页之后各级的（网址, 名称），末级网址为空。"""
        home = {"url": reverse("wagtailadmin_home"), "label": _("采编后台")}
        return [home, *({"url": url, "label": str(label)} for url, label in items)]


def edition_of(request: HttpRequest, pk: int) -> Edition:
    """看得见的一版。错误：Http404。"""
    rows = Edition.objects.visible_to(request.user).select_related(
        "record__organisation", "record__agency", "record__site", "record__live", "author", "locked_by"
    )
    return get_object_or_404(rows, pk=pk)


def writes(user: Any, edition: Edition) -> bool:
    """有拟稿职责。"""
    return states.holds(user, edition.record.organisation, states.WRITERS)


def why_closed(user: Any, edition: Edition) -> tuple[str, str]:
    """不能改的原因和下一步；能改的两样都为空。"""
    S = Edition.State
    if not writes(user, edition):
        return (
            _("您没有在“%(unit)s”拟稿的职责，只能查看") % {"unit": edition.record.organisation},
            _("要改的，请与拟稿人 %(who)s 联系") % {"who": edition.author},
        )
    if edition.state in Edition.REVIEWING:
        return (
            _("这一版%(state)s，内容不能改") % {"state": edition.get_state_display()},
            _("要改的，先收回修改；收回后从头送审"),
        )
    if edition.state in (S.PUBLISHED, S.SUPERSEDED, S.WITHDRAWN, S.ARCHIVED):
        return (
            _("这一版%(state)s，公开过的内容不再改动") % {"state": edition.get_state_display()},
            _("要改的，另起新版；审查通过之前，公众看到的不变"),
        )
    if edition.state == S.DISCARDED:
        return _("这一版已放弃"), _("内容留着备查")
    if edition.locked_by_id and edition.locked_by_id != user.pk:
        return (
            _("%(who)s 锁定了这一版，正在修改") % {"who": edition.locked_by},
            _("请等解锁；急用的，请处室负责人解锁"),
        )
    return "", ""
