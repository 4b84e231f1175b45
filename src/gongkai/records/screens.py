"""库务页面公用：分页、查询串、所选单位、表单差错。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from gongkai.accounts.queries import duties_of
from gongkai.core.models import Organisation

PAGE = 30


def page_of(request: HttpRequest, rows: Any) -> Page:
    """分页：页码有误时取最近的一页。"""
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))


def querystring(request: HttpRequest) -> str:
    """去掉页码的查询串。"""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def units(user: Any, roles: frozenset[str]) -> list[Organisation]:
    """有其中一个角色的单位。"""
    return list(dict.fromkeys(duty.organisation for duty in duties_of(user) if duty.role in roles))


def unit_of(request: HttpRequest, roles: frozenset[str]) -> Organisation:
    """所选单位：表单里的 unit；不是自己有职责的单位，一律 404。"""
    chosen = request.POST.get("unit", "")
    found = next((unit for unit in units(request.user, roles) if str(unit.pk) == chosen), None)
    if found is None:
        raise Http404
    return found


def tell_errors(request: HttpRequest, form: forms.Form) -> None:
    """表单的差错逐条提示，写明哪一栏。"""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        for error in errors:
            messages.error(request, _("%(label)s：%(text)s") % {"label": label, "text": error})
