"""待认领的来信：列表，逐封认领。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongkai.core.inputs import is_number

from .. import actions, office_forms
from ..models import Case, Mail
from .common import page_of, querystring, tried


@login_required
def mails(request: HttpRequest) -> HttpResponse:
    """来信：待认领的在前，先到的在前。"""
    rows = Mail.objects.visible_to(request.user).select_related("case").defer("text")
    state = request.GET.get("state") or Mail.State.WAITING
    page = page_of(request, rows.filter(state=state))
    return render(
        request,
        "requests/mails.html",
        {"page_obj": page, "state": state, "states": Mail.State.choices, "querystring": querystring(request)},
    )


class AttachForm(forms.Form):
    """附入哪一件。"""

    number = forms.CharField(label=gettext_lazy("申请编号"), max_length=20)


class DismissForm(forms.Form):
    """不是申请的理由。"""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=300)


def _told(request: HttpRequest, left: list[str]) -> None:
    if left:
        text = _("这些附件的类型不收，没有放进案卷，原信里仍然有：%(names)s")
        messages.error(request, text % {"names": "、".join(left)})


def _find_case(request: HttpRequest, number: str) -> Case | None:
    parts = number.strip().upper().removeprefix("SQ-").split("-")
    if len(parts) != 2 or not all(is_number(part) for part in parts):
        return None
    rows = Case.objects.visible_to(request.user).filter(year=int(parts[0]), serial=int(parts[1]))
    return rows.first()


def _take(request: HttpRequest, mail: Mail, form: Any) -> HttpResponse | None:
    made: list[Any] = []
    values = {k: v for k, v in form.values().items() if k not in ("channel", "arrived_on")}
    if not tried(request, lambda: made.append(actions.take_mail(request.user, mail, **values))):
        return None
    submission, left = made[0]
    text = _("已接收，编号 %(number)s，查询码 %(secret)s（只显示这一次，请抄给申请人）")
    messages.success(request, text % {"number": submission.case.number, "secret": submission.secret})
    _told(request, left)
    return redirect("foi:case", submission.case.pk)


@login_required
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """一封来信：成为新申请（照信里的填好，由人核对），附入已有的申请，或认定不是申请。"""
    row = get_object_or_404(Mail.objects.visible_to(request.user).select_related("agency", "case"), pk=pk)
    do = request.POST.get("do", "")
    initial = {
        "channel": "email", "arrived_on": timezone.localdate(row.arrived_at), "name": row.sender_name,
        "email": row.sender, "description": row.text or row.subject, "route": "email",
    }  # fmt: skip
    given = request.POST.copy() if do == "take" else None
    if given is not None:
        # 渠道和到达之日由信定，不由人填。
        given["take-channel"], given["take-arrived_on"] = "email", initial["arrived_on"].isoformat()
    take = office_forms.Intake(
        given, request.FILES or None, agency=row.agency, initial=initial, prefix="take"
    )
    attach = AttachForm(request.POST if do == "attach" else None)
    dismiss = DismissForm(request.POST if do == "dismiss" else None)
    if do == "take" and take.is_valid() and (done := _take(request, row, take)):
        return done
    if do == "attach" and attach.is_valid():
        case, left = _find_case(request, attach.cleaned_data["number"]), []
        if case is None:
            attach.add_error("number", _("没有这件申请"))
        elif tried(request, lambda: left.extend(actions.attach_mail(request.user, row, case))):
            _told(request, left)
            return redirect("foi:case", case.pk)
    if do == "dismiss" and dismiss.is_valid():
        reason = dismiss.cleaned_data["reason"]
        if tried(request, lambda: actions.dismiss_mail(request.user, row, reason=reason)):
            return redirect("foi:mails")
    return render(
        request,
        "requests/mail.html",
        {"mail": row, "take": take, "attach": attach, "dismiss": dismiss},
        status=422 if do else 200,
    )
