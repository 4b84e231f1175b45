"""网站找错：公众反映、查答复；工作人员转办、答复。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gongkai.core.feedback import attempt
from gongkai.core.fields import masked
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.core.visitors import source_of

from .. import actions
from ..models import ErrorReport
from ..sites import absolute, site_of

PAGE_SIZE = 30
_OFTEN = 10


class ReportForm(forms.Form):
    """找错表单。"""

    page = forms.CharField(
        label=gettext_lazy("网页地址"),
        max_length=300,
        help_text=gettext_lazy("从浏览器地址栏复制；不知道的写页面标题"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("问题类别"), choices=[("", gettext_lazy("请选择")), *ErrorReport.Kind.choices]
    )
    text = forms.CharField(
        label=gettext_lazy("问题"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("写明哪里错、应当是什么；请不要写身份证号一类个人信息"),
    )
    name = forms.CharField(
        label=gettext_lazy("称呼（可不填）"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    contact = forms.CharField(
        label=gettext_lazy("电话或邮箱（可不填）"), max_length=100, required=False,
        help_text=gettext_lazy("只用来核实这个问题，加密保存"),
    )  # fmt: skip


class ReplyForm(forms.Form):
    """答复表单。"""

    outcome = forms.ChoiceField(
        label=gettext_lazy("办理结果"),
        choices=[("", gettext_lazy("请选择")), *ErrorReport.Outcome.choices],
    )
    reply = forms.CharField(
        label=gettext_lazy("答复"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )


def _where(request: HttpRequest) -> str:
    """从哪一页来的：只认本站的路径。"""
    path = request.GET.get("page", "")
    return absolute(site_of(request), path)[:300] if path.startswith("/") and path[1:2] != "/" else ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """反映问题：收下后给编号和查询码，答复凭这两样看。"""
    site = site_of(request)
    form = ReportForm(request.POST if request.method == "POST" else None, initial={"page": _where(request)})
    if request.method == "POST":
        # 看不见的一栏，人不会填。
        if request.POST.get("website"):
            form.add_error(None, _("请不要填写“网站”一栏；如果是浏览器自动填的，请清空后再提交"))
        if form.is_valid():
            try:
                made, code = actions.submit(site, source=source_of(request), **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                return render(request, "portal/report_receipt.html", {"report": made, "code": code})
    context = {"form": form, "canonical": absolute(site, request.path)}
    return render(request, "portal/feedback.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """查答复：凭编号和查询码。试错太多的，过一会儿再试。"""
    from django.core.cache import cache

    found, wrong = None, ""
    if request.method == "POST":
        key = f"report-status:{source_of(request)}"
        tried = cache.get_or_set(key, 0, 900)
        if tried >= _OFTEN:
            wrong = _("试的次数太多，请十五分钟后再试")
        else:
            found = actions.found(request.POST.get("number", ""), request.POST.get("code", ""))
            if found is None:
                cache.set(key, tried + 1, 900)
                wrong = _("没有找到。请核对编号和查询码，都在提交成功的页面上")
    context = {"report": found, "wrong": wrong, "number": request.POST.get("number", "")[:20]}
    return render(request, "portal/report_status.html", context)


@login_required
def error_reports(request: HttpRequest) -> HttpResponse:
    """找错列表：没办的在前，按期限；亮灯。"""
    rows = ErrorReport.objects.visible_to(request.user).select_related("site", "forwarded_to")
    state = request.GET.get("state", "")
    if state in ErrorReport.State.values:
        rows = rows.filter(state=state)
    order = {ErrorReport.State.RECEIVED: 0, ErrorReport.State.FORWARDED: 1, ErrorReport.State.ANSWERED: 2}
    rows = rows.order_by("replied_at", "reply_due", "pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    lit = [(row, row.light(today)) for row in sorted(page, key=lambda row: order[row.state])]
    context = {
        "rows": lit,
        "page_obj": page,
        "states": ErrorReport.State.choices,
        "state": state,
        "querystring": f"state={state}" if state else "",
    }
    return render(request, "portal/error_reports.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def error_report(request: HttpRequest, pk: int) -> HttpResponse:
    """一件找错：转办、答复；联系方式遮着，看一次记一次。"""
    found = get_object_or_404(
        ErrorReport.objects.visible_to(request.user).select_related("site__organisation", "forwarded_to"),
        pk=pk,
    )
    shown: dict[str, Any] = {"name": masked(found.name), "contact": masked(found.contact)}
    form = ReplyForm(request.POST if request.POST.get("do") == "answer" else None)
    if request.method == "POST":
        done = _act(request, found, form)
        if isinstance(done, dict):
            shown = done | {"revealed": True}
        elif done:
            return redirect("portal:error_report", pk=pk)
    units = Organisation.objects.active().within(found.site.organisation).order_by("path")
    context = {
        "report": found,
        "light": found.light(timezone.localdate()),
        "shown": shown,
        "form": form,
        "units": units,
        "can": {each.name for each in actions.TABLE.available(found, request.user)},
    }
    return render(request, "portal/error_report.html", context)


def _act(request: HttpRequest, found: ErrorReport, form: ReplyForm) -> bool | dict[str, str]:
    """做一件事：返回是否做成；看联系方式的返回内容。"""
    do = request.POST.get("do")
    if do == "forward":
        to = get_object_or_404(Organisation, pk=request.POST.get("to") or 0)
        return attempt(request, lambda: actions.forward(request.user, found, to=to), _("已转办"))
    if do == "answer" and form.is_valid():
        return attempt(request, lambda: actions.answer(request.user, found, **form.cleaned_data), _("已答复"))
    if do == "reveal":
        revealed: dict[str, str] = {}
        attempt(
            request,
            lambda: revealed.update(actions.reveal_contact(request.user, found)),
            _("查看已记入审计"),
        )
        return revealed
    return False
