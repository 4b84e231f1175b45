"""工作机构：接收申请、规则、放假通知与重新推算、缴款文件、更正投诉建议。"""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongkai.core.inputs import is_number
from gongkai.core.models import HolidayNotice, Organisation
from gongkai.law.decisions import DECISIONS
from gongkai.law.workdays import CalendarError, notice_from_csv

from .. import actions, office_forms, queries, states
from ..covering import duties_of
from ..models import RequestRules
from ..rules import rules_of
from .common import page_of, querystring, tried


def _agency(request: HttpRequest) -> Organisation | None:
    """此人任职的机关：收件、定规则都在这一级。"""
    for duty in duties_of(request.user):
        agency = duty.organisation.agency
        if states.ANYONE & states.duties_in(request.user, agency):
            return agency
    return None


def _own(request: HttpRequest) -> Organisation:
    agency = _agency(request)
    if agency is None:
        raise Http404
    return agency


@login_required
def intake(request: HttpRequest) -> HttpResponse:
    """接收申请：任何窗口都能代录，收到就有编号、查询码和期限。"""
    agency = _own(request)
    form = office_forms.Intake(request.POST or None, request.FILES or None, agency=agency)
    if request.method == "POST":
        if form.is_valid():
            made: list[Any] = []
            key = f"staff-{request.user.pk}-{request.POST.get('key', '')}"[:64]
            values = form.values()
            if tried(
                request,
                lambda: made.append(
                    actions.receive(request.user, agency=agency, idempotency_key=key, **values)
                ),
            ):  # noqa: E501
                submission = made[0]
                if submission.created:
                    text = _("已接收，编号 %(number)s，查询码 %(secret)s（只显示这一次，请抄给申请人）")
                    messages.success(
                        request, text % {"number": submission.case.number, "secret": submission.secret}
                    )
                else:
                    messages.success(
                        request, _("这一份已经接收过，编号 %(number)s") % {"number": submission.case.number}
                    )
                return redirect("foi:case", submission.case.pk)
        else:
            messages.error(request, _("有几处没有填好，请看标出的地方"))
    from secrets import token_hex

    return render(
        request,
        "requests/intake.html",
        {"form": form, "agency": agency, "key": request.POST.get("key") or token_hex(8)},
        status=422 if request.method == "POST" else 200,
    )


@login_required
def rules(request: HttpRequest) -> HttpResponse:
    """规则：工作机构定；别人只看。"""
    agency = _own(request)
    found = RequestRules.objects.filter(agency=agency).first() or rules_of(agency)
    may = bool(states.OFFICE & states.duties_in(request.user, agency))
    form = office_forms.Rules(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        if tried(request, lambda: actions.keep_rules(request.user, agency, **form.cleaned_data)):
            messages.success(request, _("已存规则"))
            return redirect("foi:rules")
    return render(request, "requests/rules.html", {"form": form, "agency": agency, "may": may})


class NoticeForm(django_forms.Form):
    """放假通知：一个年度的放假日与调休上班日。"""

    year = django_forms.IntegerField(label=gettext_lazy("年度"), min_value=2004, max_value=2060)
    source = django_forms.CharField(label=gettext_lazy("通知文号"), max_length=200)
    days = django_forms.CharField(
        label=gettext_lazy("逐日列明（CSV）"),
        widget=django_forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("第一行写“日期,名称,休息/上班”，以后一行一天，如“2027-01-01,元旦,休息”"),
    )


@login_required
def calendar(request: HttpRequest) -> HttpResponse:
    """放假通知：登记之后，没有答复的申请全部重新推算，列出变了的。"""
    agency = _own(request)
    form = NoticeForm(request.POST or None)
    moved: list[Any] | None = None
    if request.method == "POST" and request.POST.get("do") == "redate":
        found: list[Any] = []
        reason = "办公室要求重新推算"
        if tried(request, lambda: found.extend(actions.redate(request.user, agency=agency, reason=reason))):
            moved = found
    elif request.method == "POST" and form.is_valid():
        values, found = form.cleaned_data, []
        try:
            notice = notice_from_csv(values["days"], year=values["year"], source=values["source"])
        except CalendarError as error:
            form.add_error("days", str(error))
        else:

            def load() -> None:
                actions.load_notice(request.user, notice)
                found.extend(actions.redate(request.user, agency=agency, reason=values["source"]))

            if tried(request, load):
                moved = found
    return render(
        request,
        "requests/calendar.html",
        {
            "form": form,
            "agency": agency,
            "moved": moved,
            "notices": HolidayNotice.objects.order_by("-id")[:20],
        },
    )


class ReconsiderForm(django_forms.Form):
    """评估一项：仍不公开，或应当公开。"""

    release = django_forms.ChoiceField(
        label=gettext_lazy("评估"),
        widget=django_forms.RadioSelect,
        choices=[("no", gettext_lazy("仍不公开，一年后再评估")), ("yes", gettext_lazy("情况变了，应当公开"))],
    )
    reason = django_forms.CharField(
        label=gettext_lazy("理由"), widget=django_forms.Textarea(attrs={"rows": 2})
    )


@login_required
def reconsider(request: HttpRequest) -> HttpResponse:
    """定期评估：不予公开的各项，到期的逐项评估；应当公开的，到申请里转为主动公开。"""
    rows = queries.to_reconsider(request.user, timezone.localdate())
    pk = request.POST.get("item", "")
    bound = ReconsiderForm(request.POST, prefix=pk) if request.method == "POST" else None
    if bound and bound.is_valid():
        item, values = get_object_or_404(rows, pk=pk if is_number(pk) else 0), bound.cleaned_data
        release = values["release"] == "yes"
        if tried(
            request, lambda: actions.reconsider(request.user, item, release=release, reason=values["reason"])
        ):
            messages.success(request, _("已登记评估"))
            return redirect("foi:case" if release else "foi:reconsider", *([item.case_id] if release else []))
    page_obj = page_of(request, rows, 20)
    for row in page_obj:
        row.form = bound if bound and pk == str(row.pk) else ReconsiderForm(prefix=str(row.pk))
        row.decision = DECISIONS.get(row.code)
    return render(
        request, "requests/reconsider.html", {"page_obj": page_obj, "querystring": querystring(request)}
    )


class PaymentsForm(django_forms.Form):
    """非税系统导出的缴款文件。"""

    file = django_forms.FileField(label=gettext_lazy("缴款文件（CSV）"))


@login_required
def payments(request: HttpRequest) -> HttpResponse:
    """导入缴款：逐行登记，登不上的说明原因。"""
    agency = _own(request)
    form = PaymentsForm(request.POST or None, request.FILES or None)
    rows: list[Any] = []
    if request.method == "POST" and form.is_valid():
        raw = form.cleaned_data["file"].read(2 * 1024 * 1024)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030", "replace")
        tried(request, lambda: rows.extend(actions.import_payments(request.user, agency, text)))
    return render(request, "requests/payments.html", {"form": form, "rows": rows})
