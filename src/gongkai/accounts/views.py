"""系统管理员的页面：人员与组织。"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongkai.core.feedback import attempt
from gongkai.core.inputs import is_number

from . import actions
from .forms import OrganisationForm, UserForm
from .models import Duty, User
from .queries import duties_of, managed


def _managed(user: Any) -> Any:
    """所管组织：此人任系统管理员的单位及下级。错误：PermissionDenied——不是管理员。"""
    if not any(duty.role == Duty.Role.ADMINISTRATOR for duty in duties_of(user)):
        raise PermissionDenied
    return managed(user)


@login_required
def people(request: HttpRequest) -> HttpResponse:
    """人员：列表与建账号。"""
    units = _managed(request.user)
    form = UserForm(request.POST or None, organisations=units)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        done = _("已为%(name)s建立账号") % {"name": name}
        if attempt(request, lambda: actions.create_user(request.user, **form.cleaned_data), done):
            return redirect("people:list")
    rows = User.staff.visible_to(request.user)
    rows = rows.prefetch_related("duties__organisation").order_by("organisation__path", "name")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "form": form,
        "managed": units,
        "roles": Duty.Role.choices,
        "querystring": "",
    }
    return render(request, "accounts/people.html", context)


@login_required
@require_POST
def person_action(request: HttpRequest, pk: int) -> HttpResponse:
    """对一个人的动作：停用、启用、重设密码、解除第二步、登记邮箱、给职责、收回职责。"""
    units, me = _managed(request.user), request.user
    user = get_object_or_404(User.staff.visible_to(me), pk=pk)
    name = request.POST.get("do", "")
    if name in ("stop", "start"):
        done = _("账号已停用") if name == "stop" else _("账号已启用")
        attempt(request, lambda: actions.set_active(me, user, active=name == "start"), done)
    elif name == "password":
        password = request.POST.get("password", "")
        attempt(request, lambda: actions.set_password(me, user, password=password), _("密码已重设"))
    elif name == "unlock":
        attempt(request, lambda: actions.reset_second_factors(me, user), _("登录的第二步已解除"))
    elif name == "email":
        done = _("邮箱已登记")
        attempt(request, lambda: actions.set_email(me, user, email=request.POST.get("email", "")), done)
    elif name == "give":
        unit = get_object_or_404(units, pk=request.POST.get("organisation") or 0)
        role = request.POST.get("role", "")
        if role in Duty.Role.values:
            done = _("职责已加上")
            attempt(request, lambda: actions.give_duty(me, user, organisation=unit, role=role), done)
    elif name.startswith("take:") and is_number(name[5:]):
        duty = get_object_or_404(user.duties.select_related("organisation"), pk=name[5:])
        attempt(request, lambda: actions.take_duty(me, duty), _("职责已收回"))
    return redirect("people:list")


@login_required
def own_email(request: HttpRequest) -> HttpResponse:
    """我的邮箱：只看；由系统管理员登记，免得有人登记别人的邮箱去冒认统一身份认证的身份。"""
    return render(request, "accounts/email.html")


@login_required
def organisations(request: HttpRequest) -> HttpResponse:
    """组织：树、别名、标签，建立新单位。"""
    units = _managed(request.user)
    form = OrganisationForm(request.POST or None, organisations=units)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if attempt(
            request,
            lambda: actions.save_organisation(request.user, organisation=None, **values),
            _("已建立“%(name)s”") % {"name": values["name"]},
        ):
            return redirect("people:organisations")
    page = Paginator(units.prefetch_related("aliases"), 100).get_page(request.GET.get("page"))
    return render(request, "accounts/organisations.html", {"page_obj": page, "form": form, "querystring": ""})


@login_required
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """一个组织：改名称、类别、标签、在用，加别名。"""
    units = _managed(request.user)
    found = get_object_or_404(units, pk=pk)
    if found.parent_id is None or not units.filter(pk=found.parent_id).exists():
        raise PermissionDenied
    if request.POST.get("do") == "alias":
        alias = request.POST.get("alias", "").strip()[:80]
        if alias:
            attempt(request, lambda: actions.add_alias(request.user, found, name=alias), _("别名已加上"))
        return redirect("people:organisation", pk)
    initial = {
        "name": found.name,
        "kind": found.kind,
        "parent": found.parent_id,
        "is_active": found.is_active,
    }
    form = OrganisationForm(
        request.POST or None,
        organisations=units.filter(pk=found.parent_id),
        initial=initial | {"tags": "、".join(found.tags)},
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if attempt(
            request,
            lambda: actions.save_organisation(request.user, organisation=found, **values),
            _("已保存"),
        ):
            return redirect("people:organisations")
    return render(request, "accounts/organisation.html", {"organisation": found, "form": form})
