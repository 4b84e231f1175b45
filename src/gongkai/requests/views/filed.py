"""更正、投诉、建议：列表、代收、答复；更正从核实、拟答复书、签发、发出到登记怎样改的。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from .. import actions, letters, states
from ..forms.filing import CarryOutForm, DispatchForm, FiledForm, FileForm, PrepareForm, ServeForm, TakeForm
from ..models import Complaint, CorrectionFile, CorrectionReply, RecordCorrection, Suggestion
from ..rules import rules_of
from .common import page_of, querystring, tried
from .office import _own

FILED: Final[dict[str, Any]] = {"fix": RecordCorrection, "complaint": Complaint, "suggestion": Suggestion}


def _model(kind: str) -> Any:
    if kind not in FILED:
        raise Http404
    return FILED[kind]


@login_required
def matters(request: HttpRequest) -> HttpResponse:
    """更正、投诉、建议：没办结的在前。"""
    kind = request.GET.get("kind", "fix")
    kind = kind if kind in FILED else "fix"
    rows = FILED[kind].objects.visible_to(request.user).select_related("agency", "applicant")
    page_obj = page_of(request, rows.defer("text", "answer").order_by("answered_on", "-pk"))
    kinds = [(key, each._meta.verbose_name) for key, each in FILED.items()]
    context = {"page_obj": page_obj, "kind": kind, "kinds": kinds, "querystring": querystring(request)}
    return render(request, "requests/filed.html", context | {"today": timezone.localdate()})


@login_required
def take(request: HttpRequest, kind: str) -> HttpResponse:
    """代收：当面、邮寄、电话来的更正、投诉、建议，收下就有编号和查询码。"""
    model, agency = _model(kind), _own(request)
    form = TakeForm(request.POST or None, request.FILES or None, kind=kind, agency=agency)
    if request.method == "POST" and form.is_valid():
        made: list[Any] = []
        if tried(request, lambda: made.append(_take(request.user, kind, agency, form))):
            row, secret = made[0]
            text = _("已接收，编号 %(number)s，查询码 %(secret)s（只显示这一次，请抄给提出的人）")
            messages.success(request, text % {"number": row.number, "secret": secret})
            if model.objects.visible_to(request.user).filter(pk=row.pk).exists():
                return redirect("foi:filed_one", kind, row.pk)
            return redirect("foi:queue")
    context = {"form": form, "kind": kind, "heading": model._meta.verbose_name, "agency": agency}
    return render(request, "requests/filed_new.html", context, status=422 if form.errors else 200)


def _take(user: Any, kind: str, agency: Any, form: TakeForm) -> Any:
    person, text = form.person(), form.cleaned_data["text"]
    if kind == "fix":
        return actions.file_correction(
            user, agency=agency, applicant=person, text=text, files=form.evidence()
        )
    if kind == "complaint":
        about = form.cleaned_data["about"]
        return actions.file_complaint(user, agency=agency, about=about, text=text, applicant=person)
    return actions.suggest(user, agency=agency, text=text, applicant=person)


@login_required
def one(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """一件更正、投诉或建议：看内容，办理。"""
    rows = _model(kind).objects.visible_to(request.user).select_related("agency", "applicant", "case")
    row = get_object_or_404(rows, pk=pk)
    if kind == "fix":
        return _show(request, row)
    form = FiledForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        if tried(request, lambda: actions.answer_filed(request.user, row, **form.cleaned_data)):
            messages.success(request, _("已答复"))
            return redirect("foi:filed_one", kind, pk)
    return render(request, "requests/filed_one.html", {"row": row, "kind": kind, "form": form})


# 更正


def _fix(request: HttpRequest, pk: int) -> RecordCorrection:
    rows = RecordCorrection.objects.visible_to(request.user).select_related("agency", "applicant", "case")
    row: RecordCorrection = get_object_or_404(rows, pk=pk)
    return row


def _show(
    request: HttpRequest, row: RecordCorrection, bound: Any = None, name: str = "", status: int = 200
) -> HttpResponse:
    reply = CorrectionReply.objects.filter(correction=row).select_related("author", "signed_by").first()
    duties = states.duties_in(request.user, row.agency)
    office, signs = "office" in duties, bool(actions.SIGNERS & duties)
    state, text, problem = (reply.state if reply else ""), "", ""
    if reply:
        try:
            text = reply.text or letters.correction_text(reply)[0]
        except ValueError as error:
            problem = str(error)
    steps: dict[str, Any] = {}
    if office and row.state == "open" and state in ("", "draft"):
        steps["prepare"] = PrepareForm(row=row, prefix="prepare")
        steps["file"] = FileForm(prefix="file")
    if office and state == "signed":
        steps["dispatch"] = DispatchForm(choices=rules_of(row.agency).carrier_choices(), prefix="dispatch")
    if office and state == "dispatched":
        steps["serve"] = ServeForm(prefix="serve")
    if office and row.state == "corrected" and not row.carried_out_on:
        steps["carry_out"] = CarryOutForm(prefix="carry_out")
    if bound is not None and name in steps:
        steps[name] = bound
    context = {
        "row": row,
        "kind": "fix",
        "reply": reply,
        "text": text,
        "problem": problem,
        "files": row.files.all(),
        "sees_files": office or signs,
        "signs": signs and state == "draft" and reply is not None and reply.author_id != request.user.pk,
        "steps": steps,
        "person": row.applicant if office else None,
        "overdue": row.state == "open" and row.due < timezone.localdate(),
    }
    return render(request, "requests/fix.html", context, status=status)


_FORMS: Final[dict[str, Callable[[RecordCorrection], Callable[..., forms.Form]]]] = {
    "prepare": lambda row: lambda *a, **k: PrepareForm(*a, row=row, **k),
    "file": lambda row: FileForm,
    "dispatch": lambda row: (
        lambda *a, **k: DispatchForm(*a, choices=rules_of(row.agency).carrier_choices(), **k)
    ),
    "serve": lambda row: ServeForm,
    "carry_out": lambda row: CarryOutForm,
}
_RUN: Final[dict[str, tuple[Callable[..., Any], Any]]] = {
    "prepare": (actions.prepare_fix, gettext_lazy("已拟答复，请由工作机构负责人或领导签发")),
    "file": (actions.add_fix_file, gettext_lazy("已放入")),
    "dispatch": (actions.dispatch_fix, gettext_lazy("已发出")),
    "serve": (actions.serve_fix, gettext_lazy("已登记送达")),
    "carry_out": (actions.carry_out_fix, gettext_lazy("已登记怎样更正的")),
}


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """办理一件更正：没做成的原样留着，说明原因。"""
    row = _fix(request, pk)
    if name == "sign":
        if tried(request, lambda: actions.sign_fix(request.user, row)):
            messages.success(request, _("已签发，请发出"))
    elif name == "return":
        reason = request.POST.get("reason", "")
        if tried(request, lambda: actions.return_fix(request.user, row, reason=reason)):
            messages.success(request, _("已退回"))
    elif name in _RUN:
        form = _FORMS[name](row)(request.POST, request.FILES, prefix=name)
        run, done = _RUN[name]
        if not form.is_valid() or not tried(request, lambda: run(request.user, row, **form.cleaned_data)):
            return _show(request, _fix(request, pk), form, name, status=422)
        messages.success(request, done)
    return redirect("foi:filed_one", "fix", pk)


@login_required
def reply(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """更正答复书：签发前是预览（PDF、Word），签发后是定稿。"""
    row = _fix(request, pk)
    found = get_object_or_404(CorrectionReply, correction=row)
    if suffix not in ("pdf", "docx"):
        raise Http404
    name = f"{row.number}-T27.{suffix}"
    if suffix == "pdf" and found.file:
        return _attached(found.file.open("rb"), name)
    try:
        content = letters.correction_docx(found) if suffix == "docx" else letters.correction_pdf(found)
    except ValueError as error:
        messages.error(request, str(error))
        return redirect("foi:filed_one", "fix", pk)
    return _attached(iter([content]), name)


@login_required
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """更正材料：只给工作机构和签发的人，每次记审计。"""
    rows = CorrectionFile.objects.select_related("correction__agency")
    made = get_object_or_404(rows, pk=pk, correction__in=RecordCorrection.objects.visible_to(request.user))
    if not tried(request, lambda: actions.open_fix_file(request.user, made)):
        return redirect("foi:filed_one", "fix", made.correction_id)
    return _attached(made.file.open("rb"), f"{made.correction.number}-{made.pk}{made.suffix}")


def _attached(content: Any, name: str) -> HttpResponse:
    response = FileResponse(content, as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
