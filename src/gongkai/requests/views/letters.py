"""一份文书：正文、审签经过、签发、发出、送达。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongkai.core.inputs import is_number
from gongkai.law.decisions import MissingValueError, StaleLawError

from .. import actions, forms, gates, letters, states
from ..models import Letter
from ..queries import waiting_like
from ..rules import rules_of
from .common import tried, with_days


def _find(request: HttpRequest, pk: int) -> Letter:
    rows = Letter.objects.visible_to(request.user).select_related(
        "case__agency", "case__applicant", "author", "signed_by"
    )
    letter: Letter = get_object_or_404(rows, pk=pk)
    return letter


def _carriers(letter: Letter) -> list[tuple[str, Any]]:
    return rules_of(letter.case.agency).carrier_choices()


def _offered(letter: Letter, user: Any, name: str) -> bool:
    # 内容还差什么的，按钮照给，点了说明原因；没有职责、不是这一步的不给。
    hard = ("duty", "state", "own", "twice")
    return not any(refusal.code in hard for refusal in states.LETTER.refusals(letter, user, name))


def _compares(letter: Letter, user: Any) -> bool:
    # 答复发出以前，办理和审签的人对照拟提供的信息看；发出以后看随附文件。
    may = states.holds_case(user, letter.case, states.WORKERS | states.REVIEWERS)
    return letter.is_decision and not letter.released and may


def _leads(letter: Letter, user: Any) -> bool:
    # 签发了的答复，相同的申请可以照它办：签发、发出的人才用得着。
    signed = letter.is_decision and letter.state in ("signed", *Letter.SENT)
    return signed and states.holds_case(user, letter.case, states.OFFICE | states.LEADER)


def _show(request: HttpRequest, letter: Letter, status: int = 200, **bound: Any) -> HttpResponse:
    case, user = letter.case, request.user
    with_days([case])
    try:
        remedy = letters.remedy_text(letter)
    except (MissingValueError, StaleLawError) as error:
        remedy = ""
        messages.error(request, str(error))
    try:
        text = letters.text_of(letter)
    except ValueError as error:
        text = ""
        messages.error(request, str(error))
    office = states.holds_case(user, case, states.OFFICE)
    waiting = letter.deliveries.filter(state="sent").first()
    moves = [
        move
        for move in states.LETTER.transitions.values()
        if letter.is_decision and move.name not in ("dispatch", "void") and _offered(letter, user, move.name)
    ]
    return render(
        request,
        "requests/letter.html",
        {
            "letter": letter,
            "case": case,
            "text": text,
            "remedy": remedy,
            "issuer": rules_of(case.agency).issuer_name,
            "problems": gates.letter_problems(letter) if letter.state in ("draft", "signing") else [],
            "items": letters.items_of(letter) if letter.is_decision else [],
            "steps": letter.steps.select_related("reviewer"),
            "deliveries": letter.deliveries.select_related("record"),
            "office": office,
            "releases": case.files.filter(kind="release") if _compares(letter, user) else [],
            "may_record": office and letter.deliveries.filter(state="delivered", record=None).exists(),
            "carriers": dict(_carriers(letter)),
            "moves": moves,
            "may_edit": letter.state == "draft" and states.holds_case(user, case, states.WORKERS),
            "may_void": letter.state in ("draft", "signed") and office,
            "dispatch": bound.get("dispatch") or forms.Dispatch(choices=_carriers(letter), prefix="dispatch")
            if letter.state == "signed" and office
            else None,
            "again": bound.get("again") or forms.Dispatch(choices=_carriers(letter), prefix="again")
            if letter.state == "dispatched" and office and not waiting
            else None,
            "serve": bound.get("serve") or forms.Serve(prefix="serve") if waiting and office else None,
            "draft_text": bound.get("draft_text", text),
            "opinion": bound.get("opinion", ""),
            "seen": letter.steps.count(),
            "alike": waiting_like(case) if _leads(letter, user) else 0,
        },
        status=status,
    )


@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """一份文书的页面。"""
    return _show(request, _find(request, pk))


@login_required
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """定稿：签发以后可以下载，文件名不含姓名。"""
    letter = _find(request, pk)
    if not letter.file:
        messages.error(request, _("还没有签发，没有定稿"))
        return redirect("foi:letter", pk)
    actions.look(request.user, letter.case, "document", letter=letter.pk)
    suffix = letter.file.name.rpartition(".")[2]
    name = f"{letter.case.number}-{letter.template}.{suffix}"
    response = FileResponse(letter.file.open("rb"), as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _edit(request: HttpRequest, letter: Letter) -> HttpResponse:
    text = request.POST.get("text", "")
    if tried(request, lambda: actions.edit_letter(request.user, letter, text=text)):
        messages.success(request, _("已存正文"))
        return redirect("foi:letter", letter.pk)
    return _show(request, letter, 422, draft_text=text)


def _void(request: HttpRequest, letter: Letter) -> HttpResponse:
    reason = request.POST.get("reason", "")
    if tried(request, lambda: actions.void_letter(request.user, letter, reason=reason)):
        messages.success(request, _("已作废，字号不再用"))
        return redirect("foi:case", letter.case_id)
    return _show(request, letter, 422)


def _dispatch(request: HttpRequest, letter: Letter) -> HttpResponse:
    form = forms.Dispatch(request.POST, request.FILES, choices=_carriers(letter), prefix="dispatch")
    if form.is_valid() and tried(
        request, lambda: actions.dispatch(request.user, letter, **form.cleaned_data)
    ):
        messages.success(request, _("已发出"))
        return redirect("foi:case", letter.case_id)
    return _show(request, _find(request, letter.pk), 422, dispatch=form)


def _again(request: HttpRequest, letter: Letter) -> HttpResponse:
    form = forms.Dispatch(request.POST, choices=_carriers(letter), prefix="again")
    if form.is_valid():
        values = {key: form.cleaned_data[key] for key in ("carrier", "tracking", "signer")}
        if tried(request, lambda: actions.send_again(request.user, letter, **values)):
            messages.success(request, _("已另发"))
            return redirect("foi:letter", letter.pk)
    return _show(request, _find(request, letter.pk), 422, again=form)


def _serve(request: HttpRequest, letter: Letter) -> HttpResponse:
    form, delivery = (
        forms.Serve(request.POST, request.FILES, prefix="serve"),
        letter.deliveries.filter(state="sent").first(),
    )  # noqa: E501
    if delivery and form.is_valid():
        if tried(request, lambda: actions.serve(request.user, delivery, **form.cleaned_data)):
            messages.success(request, _("已登记送达"))
            return redirect("foi:case", letter.case_id)
    return _show(request, _find(request, letter.pk), 422, serve=form)


def _record(request: HttpRequest, letter: Letter) -> HttpResponse:
    delivery = letter.deliveries.filter(state="delivered", record=None).last()
    if delivery and tried(request, lambda: actions.keep_service_record(request.user, delivery)):
        messages.success(request, _("送达回证已存进案卷"))
    return redirect("foi:letter", letter.pk)


@login_required
def service_record(request: HttpRequest, pk: int) -> HttpResponse:
    """打印送达回证：当面送达的先打印出来请对方签收；登记过送达的，印着登记的内容。"""
    letter = _find(request, pk)
    if not states.holds_case(request.user, letter.case, states.OFFICE) or not letter.serial:
        raise Http404
    try:
        content = letters.form_pdf(letter.case, "T26", letter)
    except ValueError as error:
        messages.error(request, str(error))
        return redirect("foi:letter", pk)
    actions.look(request.user, letter.case, "form", code="T26", letter=letter.pk)
    name = f"{letter.case.number}-{letter.pk}-T26.pdf"
    response = FileResponse(iter([content]), as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


def _returned(request: HttpRequest, letter: Letter) -> HttpResponse:
    delivery, note = letter.deliveries.filter(state="sent").first(), request.POST.get("note", "")
    if delivery and tried(request, lambda: actions.returned(request.user, delivery, note=note)):
        messages.success(request, _("已登记退回，可以另发"))
    return redirect("foi:letter", letter.pk)


_ACTS = {
    "edit": _edit,
    "void": _void,
    "dispatch": _dispatch,
    "again": _again,
    "serve": _serve,
    "returned": _returned,
    "record": _record,
}


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """办理一份文书：改、审、签、作废、发出、登记送达或退回。"""
    letter = _find(request, pk)
    if name in _ACTS:
        return _ACTS[name](request, letter)
    opinion = request.POST.get("opinion", "")
    if name in states.LETTER.transitions and name not in ("dispatch", "void"):
        label = states.LETTER.transitions[name].label
        given = request.POST.get("seen", "")
        values = {"opinion": opinion, "seen": int(given) if is_number(given) else -1}
        if not tried(request, lambda: actions.move_letter(request.user, letter, name, **values)):
            return _show(request, _find(request, pk), 422, opinion=opinion)
        messages.success(request, _("已办理：%(step)s") % {"step": label})
        if not Letter.objects.visible_to(request.user).filter(pk=pk).exists():
            return redirect("foi:reviews")
    return redirect("foi:letter", pk)
