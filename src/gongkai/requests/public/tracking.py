"""查进度与后续：补正、说明理由、缴费、取答复、评价、投诉、建议公开、撤回。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongkai.core.states import Refused
from gongkai.core.visitors import source_of

from .. import actions, clock, states
from ..models import Case
from ..rules import rules_of
from . import following
from .applying import receipt_of
from .forms import ManyFiles
from .where import agencies

_STARS = [("", gettext_lazy("请选择"))] + [
    ("5", gettext_lazy("5 分，很满意")),
    ("4", gettext_lazy("4 分，满意")),
    ("3", gettext_lazy("3 分，一般")),
    ("2", gettext_lazy("2 分，不满意")),
    ("1", gettext_lazy("1 分，很不满意")),
]


class TextForm(forms.Form):
    """写一段话。"""

    text = forms.CharField(
        label=gettext_lazy("内容"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )


class CorrectForm(TextForm):
    files = ManyFiles(
        label=gettext_lazy("材料（可不交）"),
        required=False,
        help_text=gettext_lazy("PDF、Word、Excel 或图片，每份不超过 20 MB"),
    )


class RateForm(forms.Form):
    stars = forms.ChoiceField(label=gettext_lazy("评分"), choices=_STARS)
    comment = forms.CharField(
        label=gettext_lazy("意见（可不填）"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """查进度：填编号和查询码；只有编号不给看。"""
    wrong, source = "", source_of(request)
    if request.method == "POST":
        if following.blocked(source):
            wrong = _("试的次数太多，请十五分钟后再试")
        else:
            row = following.find(
                agencies(request), request.POST.get("number", ""), request.POST.get("code", ""), source
            )
            if row is not None:
                following.enter(request, row)
                return redirect("track:page")
            wrong = _("没有找到。请核对编号和查询码，都在提交成功的页面上；查询码丢了的，可以补发")
    context = {"wrong": wrong, "number": request.POST.get("number", "")[:20]}
    return render(request, "requests/public/find.html", context, status=400 if wrong else 200)


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """退出查看。"""
    following.leave(request)
    messages.success(request, _("已退出查看"))
    return redirect("track:find")


def _again(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("查看已超过半小时，或者还没有填编号和查询码；请在这里填写"))
    return redirect("track:find")


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """一件申请现在的样子。"""
    row = following.entered(request)
    if row is None:
        return _again(request)
    if not isinstance(row, Case):
        return render(request, "requests/public/filed.html", {"filed": row, "reply": following.reply_of(row)})
    return _show(request, row)


def _forms(case: Case) -> dict[str, forms.Form]:
    S, found = Case.State, {}
    if case.state == S.CORRECTING:
        found["correct"] = CorrectForm(prefix="correct")
        found["correct"].fields["text"].required = False
    if case.state == S.REASONS:
        found["reasons"] = TextForm(prefix="reasons")
    if case.is_open:
        found["withdraw"] = TextForm(prefix="withdraw")
        found["withdraw"].fields["text"].label = _("撤回的理由")
    elif case.outcome:
        initial = {"stars": str(case.rating or ""), "comment": case.rating_comment}
        found["rate"] = RateForm(prefix="rate", initial=initial)
        found["suggest"] = TextForm(prefix="suggest")
        found["suggest"].fields["text"].label = _("建议公开什么，为什么")
    found["complain"] = TextForm(prefix="complain")
    found["complain"].fields["text"].label = _("投诉什么")
    return found


def _show(request: HttpRequest, case: Case, bad: dict[str, forms.Form] | None = None) -> HttpResponse:
    rules = rules_of(case.agency)
    shown = {**_forms(case), **(bad or {})}
    context = {
        "case": case,
        "rules": rules,
        "stage": following.plain_stage(case),
        "deadline": clock.deadline_of(case),
        "correction": getattr(case, "correction", None),
        "reasons": getattr(case, "reasons", None),
        "fee": getattr(case, "fee", None),
        "letters": following.letters(case),
        "files": following.released(case),
        "family": [each for each in case.family() if each.pk != case.pk],
        "supervisor": following.supervisor(case.agency),
        "forms": shown,
        "bad": bool(bad),
    }
    return render(request, "requests/public/case.html", context, status=400 if bad else 200)


# 从提交的表单到动作：名称 → （动作, 做成的话）。
def _correct(case: Case, data: dict[str, Any]) -> str:
    actions.correct(states.CITIZEN, case, text=data["text"], files=data["files"])
    return _("已收到您的补正，答复期限从今天起重新计算")


def _reasons(case: Case, data: dict[str, Any]) -> str:
    actions.give_reasons(states.CITIZEN, case, text=data["text"])
    return _("已收到您说明的理由")


def _withdraw(case: Case, data: dict[str, Any]) -> str:
    actions.withdraw(states.CITIZEN, case, reason=data["text"])
    return _("申请已撤回，不再办理")


def _rate(case: Case, data: dict[str, Any]) -> str:
    actions.rate(states.CITIZEN, case, stars=int(data["stars"]), comment=data["comment"])
    return _("谢谢您的评价；可以随时修改")


def _suggest(case: Case, data: dict[str, Any]) -> str:
    row, secret = actions.suggest(
        states.CITIZEN, agency=case.agency, text=data["text"], applicant=following.person_of(case), case=case
    )
    return _filed(row.number, secret)


def _complain(case: Case, data: dict[str, Any]) -> str:
    row, secret = actions.file_complaint(
        states.CITIZEN,
        agency=following.supervisor(case.agency),
        about=case.agency,
        text=data["text"],
        applicant=following.person_of(case),
        case=case,
    )
    return _filed(row.number, secret)


def _filed(number: str, secret: str) -> str:
    values = {"number": number, "secret": secret}
    return _("已收到，编号 %(number)s，查询码 %(secret)s；请记下，凭这两样在“查进度”看答复") % values


_ACTS: dict[str, Callable[[Case, dict[str, Any]], str]] = {
    "correct": _correct,
    "reasons": _reasons,
    "withdraw": _withdraw,
    "rate": _rate,
    "suggest": _suggest,
    "complain": _complain,
}


@never_cache
@require_POST
def act(request: HttpRequest, name: str) -> HttpResponse:
    """做一件事：填错的留在页面上，写明哪里错。"""
    case = following.entered(request)
    if not isinstance(case, Case):
        return _again(request)
    ready = _forms(case).get(name)
    if ready is None:
        messages.error(request, _("这件申请现在的阶段不能这样做；页面已更新"))
        return redirect("track:page")
    form = type(ready)(request.POST, request.FILES, prefix=name)
    for key, field in ready.fields.items():
        form.fields[key].required, form.fields[key].label = field.required, field.label
    if form.is_valid():
        try:
            messages.success(request, _ACTS[name](case, form.cleaned_data))
        except Refused as refused:
            for refusal in refused.refusals:
                form.add_error(None, refusal.message)
        else:
            return redirect("track:page")
    return _show(request, case, {name: form})


@never_cache
@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """回执。"""
    case = following.entered(request)
    return receipt_of(request, case) if isinstance(case, Case) else _again(request)


@never_cache
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """取一份文书。"""
    case = following.entered(request)
    if not isinstance(case, Case):
        return _again(request)
    found = next((row for row in following.letters(case) if row.pk == pk), None)
    if found is None or not found.file:
        raise Http404(_("没有这份文书"))
    suffix = "." + found.file.name.rsplit(".", 1)[-1]
    return _file(following.opened(case, found), f"{case.number}-{found.pk}{suffix}")


@never_cache
@require_safe
def fix_reply(request: HttpRequest) -> HttpResponse:
    """取更正答复书：发出以后才有。"""
    row = following.entered(request)
    if row is None:
        return _again(request)
    found = following.reply_of(row)
    if found is None:
        raise Http404(_("没有这份文书"))
    return _file(following.opened(row, found), f"{row.number}.pdf")


@never_cache
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """取一份所提供的信息。"""
    case = following.entered(request)
    if not isinstance(case, Case):
        return _again(request)
    found = next((row for row in following.released(case) if row.pk == pk), None)
    if found is None:
        raise Http404(_("没有这份文件"))
    return _file(following.opened(case, found), f"{case.number}-{found.pk}{found.suffix}")


def _file(content: Any, name: str) -> HttpResponse:
    # 文件名只有编号：不带姓名，也不用上传者给的名字。
    return FileResponse(content, as_attachment=True, filename=name)
