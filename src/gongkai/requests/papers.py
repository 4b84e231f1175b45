"""文书与案卷页面：材料与遮盖、表格、预览、归档、转为主动公开、发文登记簿、文书模板。

本模块也是这些页面的网址表。
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gongkai.core.inputs import is_number
from gongkai.core.models import Organisation
from gongkai.core.states import Refused

from . import actions, archive, disclosure, letters, redacting, redaction, reviewing, states, visibility
from .actions.templating import save_template, use_standard
from .letters import templates, templating
from .letters.placeholders import PLACEHOLDERS
from .models import ArchivePackage, Case, CaseFile, CorrectionReply, Letter, LetterTemplate
from .public.receipt import receipt

PAGE = 30
app_name = "papers"
# 案卷里随时可以打印的表格。
FORMS = ("T01", "T02", "T03", "T28")


def _case(request: HttpRequest, pk: int) -> Case:
    rows = Case.objects.visible_to(request.user).select_related("agency", "applicant", "handler")
    case: Case = get_object_or_404(rows, pk=pk)
    return case


def _told(request: HttpRequest, action: Any, done: str) -> bool:
    """做一个动作，做成与否都说清楚。"""
    try:
        action()
    except (Refused, ValueError) as error:
        refusals = getattr(error, "refusals", None)
        for text in [refusal.message for refusal in refusals] if refusals else [str(error)]:
            messages.error(request, text)
        return False
    messages.success(request, done)
    return True


class UploadForm(forms.Form):
    """放入材料：查到的信息先遮盖，确定可以照原样提供的直接放进“拟提供的信息”。"""

    file = forms.FileField(
        label=gettext_lazy("文件"), help_text=gettext_lazy("PDF、图片、Word、Excel，20 MB 以内")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("放进"),
        choices=[
            ("source", gettext_lazy("查到的信息（要遮盖或还没有定）")),
            ("release", gettext_lazy("拟提供的信息（照原样提供）")),
            ("other", gettext_lazy("其他材料")),
        ],
    )
    item = forms.ModelChoiceField(
        label=gettext_lazy("属于哪一项"),
        queryset=Case.objects.none(),
        required=False,
        empty_label=gettext_lazy("各项共用"),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = case.items.filter(round=case.round)  # type: ignore[attr-defined]
        self.fields["item"].label_from_instance = lambda item: f"{item.number}　{item.text[:30]}"  # type: ignore[attr-defined]


class ConvertForm(forms.Form):
    """转为主动公开。"""

    title = forms.CharField(label=gettext_lazy("信息的名称"), max_length=200)
    text = forms.CharField(
        label=gettext_lazy("正文"), required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("可不填；不要写申请人是谁"),
    )  # fmt: skip
    files = forms.ModelMultipleChoiceField(
        label=gettext_lazy("公开的文件"), queryset=CaseFile.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].queryset = case.files.filter(kind="release")  # type: ignore[attr-defined]
        self.fields["files"].label_from_instance = lambda row: row.name  # type: ignore[attr-defined]


class HandForm(forms.Form):
    """移交档案机构。"""

    to = forms.CharField(label=gettext_lazy("移交的档案机构"), max_length=80)
    on = forms.DateField(label=gettext_lazy("移交之日"), widget=forms.DateInput(attrs={"type": "date"}))


def _show(request: HttpRequest, case: Case, status: int = 200, **bound: Any) -> HttpResponse:
    user = request.user
    working = states.holds_case(user, case, states.WORKERS)
    office = states.holds_case(user, case, states.OFFICE)
    files = list(case.files.select_related("made_from", "item", "hidden_check").order_by("kind", "id"))
    package = ArchivePackage.objects.filter(case=case).first()
    editable = case.is_open and case.state not in (Case.State.REVIEW, Case.State.SIGNED)
    context = {
        "case": case,
        "working": working,
        "office": office,
        "editable": editable and working,
        "sources": [row for row in files if row.kind == "source"],
        "sees_sources": states.holds_case(user, case, states.WORKERS | states.REVIEWERS),
        "releases": [row for row in files if row.kind == "release"],
        "hidden_problems": redaction.hidden_problems(case) if working and case.is_open else [],
        "coverable": redaction.COVERABLE,
        "runs": case.redaction_runs.exclude(state="done").select_related("file")[:5] if working else [],
        "letters": case.letters.order_by("id"),
        "forms": [(code, templates.template_for(case.agency, code).title) for code in FORMS],
        "package": package,
        "upload": bound.get("upload") or UploadForm(case=case, prefix="upload"),
        "convert": bound.get("convert")
        or ConvertForm(case=case, prefix="convert", initial={"title": case.summary}),
        "hand": bound.get("hand") or HandForm(prefix="hand", initial={"on": timezone.localdate()}),
        "may_pack": office and case.state == Case.State.CLOSED,
        "may_convert": working and not case.is_open,
    }
    return render(request, "papers/case.html", context, status=status)


@login_required
def case_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """一件申请的材料与文书。"""
    return _show(request, _case(request, pk))


@login_required
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """放入材料。"""
    case = _case(request, pk)
    form = UploadForm(request.POST, request.FILES, case=case, prefix="upload")
    if form.is_valid() and _told(
        request, lambda: actions.add_file(request.user, case, **form.cleaned_data), _("已放入")
    ):
        return redirect("papers:case", pk)
    return _show(request, case, 422, upload=form)


@login_required
@require_POST
def convert(request: HttpRequest, pk: int) -> HttpResponse:
    """转为主动公开：在信息库里起草一份。"""
    case = _case(request, pk)
    form = ConvertForm(request.POST, case=case, prefix="convert")
    done = _("已在信息库里起草，请照常送审、发布；移送表已存进案卷")
    if form.is_valid() and _told(
        request, lambda: disclosure.convert(request.user, case, **form.cleaned_data), done
    ):
        return redirect("papers:case", pk)
    return _show(request, case, 422, convert=form)


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """归档、校验、移交、去标识。"""
    case = _case(request, pk)
    if name == "pack":
        _told(request, lambda: archive.pack(request.user, case), _("已归档"))
        return redirect("papers:case", pk)
    package = get_object_or_404(ArchivePackage.objects.visible_to(request.user), case=case)
    if name == "verify":
        problems = archive.verify(package)
        for problem in problems:
            messages.error(request, problem)
        if not problems:
            messages.success(request, _("归档包完好：整包和每份文件的校验值都相符"))
    elif name == "hand":
        form = HandForm(request.POST, prefix="hand")
        if not form.is_valid() or not _told(
            request, lambda: archive.hand_over(request.user, package, **form.cleaned_data), _("已登记移交")
        ):
            return _show(request, case, 422, hand=form)
    elif name == "anonymise":
        _told(request, lambda: archive.anonymise(request.user, package), _("已去标识"))
    else:
        raise Http404
    return redirect("papers:case", pk)


def _download(content: Any, name: str, kind: str = "") -> HttpResponse:
    response = FileResponse(content, as_attachment=not kind, filename=name, content_type=kind or None)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
def package(request: HttpRequest, pk: int) -> HttpResponse:
    """下载归档包：工作机构的人。"""
    row = get_object_or_404(
        ArchivePackage.objects.visible_to(request.user).select_related("case__agency"), case=pk
    )
    if not states.holds_case(request.user, row.case, states.OFFICE) or not row.file:
        raise Http404
    actions.look(request.user, row.case, "package")
    return _download(row.file.open("rb"), f"{row.case.number}.zip")


@login_required
def form_file(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """打印表格：登记表、呈批单等。"""
    case = _case(request, pk)
    if code not in FORMS or not states.holds_case(request.user, case, states.WORKERS):
        raise Http404
    letter = case.letters.exclude(outcome="").exclude(state="void").order_by("-id").first()
    try:
        content = receipt(case) if code == "T03" else letters.form_pdf(case, code, letter)
    except ValueError as error:
        messages.error(request, str(error))
        return redirect("papers:case", pk)
    actions.look(request.user, case, "form", code=code)
    return _download(iter([content]), f"{case.number}-{code}.pdf")


@login_required
def preview(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """文书的预览：照现在的案卷排出来，没有字号、斜印“预览”；Word 供修改留底。"""
    rows = Letter.objects.visible_to(request.user).select_related("case__agency", "case__applicant")
    letter = get_object_or_404(rows, pk=pk)
    try:
        content = letters.preview(letter, word=suffix == "docx")
    except ValueError as error:
        messages.error(request, str(error))
        return redirect("papers:case", letter.case_id)
    actions.look(request.user, letter.case, "preview", letter=letter.pk)
    return _download(iter([content]), f"{letter.case.number}-{letter.template}-preview.{suffix}")


# 发文登记簿、文书模板


def _agencies(user: Any) -> list[Organisation]:
    return list(Organisation.objects.filter(pk__in=visibility.offices(user)).order_by("pk"))


def _agency(request: HttpRequest) -> Organisation:
    found = _agencies(request.user)
    wanted = request.POST.get("agency") or request.GET.get("agency")
    chosen = next((agency for agency in found if str(agency.pk) == wanted), None)
    if chosen is None and (wanted or not found):
        raise Http404
    return chosen or found[0]


def _fix_series(agency: Organisation, year: int | None) -> tuple[list[CorrectionReply], list[int]]:
    """更正答复书另有一串字号：（这一年的各份, 缺的号）。"""
    rows = CorrectionReply.objects.filter(correction__agency=agency, year=year, serial__isnull=False)
    found = list(rows.select_related("correction", "signed_by").order_by("-serial")[:200])
    serials = set(rows.values_list("serial", flat=True))
    return found, sorted(set(range(1, max(serials, default=0) + 1)) - serials)[:20]


@login_required
def register(request: HttpRequest) -> HttpResponse:
    """发文登记簿：字号连续，作废的照列，缺号当即看得见。"""
    agency = _agency(request)
    rows = Letter.objects.visible_to(request.user).filter(case__agency=agency, serial__isnull=False)
    fixed = CorrectionReply.objects.filter(correction__agency=agency, serial__isnull=False)
    years = {*rows.order_by().values_list("year", flat=True), *fixed.values_list("year", flat=True)}
    years = sorted(years, reverse=True)
    wanted = request.GET.get("year", "")
    year = int(wanted) if is_number(wanted) and int(wanted) in years else (years[0] if years else None)
    found = rows.filter(year=year).select_related("case", "signed_by").order_by("-serial")
    serials = set(found.order_by().values_list("serial", flat=True))
    gaps = sorted(set(range(1, max(serials, default=0) + 1)) - serials)[:20]
    fixes, fix_gaps = _fix_series(agency, year)
    context = {
        "agency": agency,
        "agencies": _agencies(request.user),
        "years": years,
        "year": year,
        "gaps": gaps,
        "fixes": fixes,
        "fix_gaps": fix_gaps,
        "page_obj": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "querystring": f"agency={agency.pk}&year={year or ''}",
    }
    return render(request, "papers/register.html", context)


@login_required
def template_list(request: HttpRequest) -> HttpResponse:
    """文书模板：各种文书现在用的版本。"""
    agency = _agency(request)
    own = {row.code: row for row in LetterTemplate.objects.filter(agency=agency).order_by("code", "version")}
    rows = [
        {
            "code": code,
            "title": own[code].title if code in own and not own[code].retired else base.title,
            "own": own.get(code),
            "version": f"自订{own[code].version}" if code in own and not own[code].retired else base.version,
        }
        for code, base in sorted(templates.standard().items())
    ]
    return render(
        request,
        "papers/templates.html",
        {"agency": agency, "agencies": _agencies(request.user), "rows": rows},
    )


class TemplateForm(forms.Form):
    """一个模板。"""

    title = forms.CharField(label=gettext_lazy("标题"), max_length=60)
    text = forms.CharField(
        label=gettext_lazy("文字"), max_length=6000, widget=forms.Textarea(attrs={"rows": 14}), strip=False,
        help_text=gettext_lazy("占位写成 {名称}；可略去的一段写成 [ ]，其中的占位有空的就不写；[甲|乙] 择一"),
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("修改说明"), max_length=200)


@login_required
def template_page(request: HttpRequest, code: str) -> HttpResponse:
    """改一个模板：写法错误的指出第几行第几字，写的内容不丢。"""
    agency = _agency(request)
    if code not in templates.standard():
        raise Http404
    current = templates.template_for(agency, code)
    form = TemplateForm(request.POST or None, initial={"title": current.title, "text": current.text})
    status = 200
    if request.method == "POST":
        note = request.POST.get("note", "")
        if "standard" in request.POST:
            work: Any = lambda: use_standard(request.user, agency, code, note=note)  # noqa: E731
            valid = True
        else:
            valid = form.is_valid()
            base = request.POST.get("base", "")
            work = lambda: save_template(request.user, agency, code, base=base, **form.cleaned_data)  # noqa: E731
        if valid and _told(request, work, _("已存成新的一版，此后的文书用它")):
            return redirect(f"{request.path}?agency={agency.pk}")
        status = 422
    required, optional = current.names()
    context = {
        "agency": agency,
        "code": code,
        "current": current,
        "own": current.version != templates.standard()[code].version,
        "form": form,
        "required": [PLACEHOLDERS[name] for name in required],
        "optional": [PLACEHOLDERS[name] for name in optional],
        "others": [PLACEHOLDERS[name] for name in PLACEHOLDERS if name not in (*required, *optional)],
        "history": LetterTemplate.objects.filter(agency=agency, code=code).select_related("author"),
        "sample": _sample(current),
    }
    return render(request, "papers/template.html", context, status=status)


def _sample(template: templates.Template) -> list[str]:
    """样子：各占位写成〔名称〕。"""
    text = templating.fill(template.text, PLACEHOLDERS, lambda name: f"〔{name}〕", template.title)
    return text.split("\n")


urlpatterns = [
    path("requests/<int:pk>/papers/", case_papers, name="case"),
    path("requests/<int:pk>/papers/upload/", upload, name="upload"),
    path("requests/<int:pk>/papers/convert/", convert, name="convert"),
    path("requests/<int:pk>/papers/package.zip", package, name="package"),
    path("requests/<int:pk>/papers/<str:code>.pdf", form_file, name="form"),
    path("requests/<int:pk>/papers/do/<str:name>/", act, name="act"),
    path("requests/files/<int:pk>/redact/", redacting.redact, name="redact"),
    path("requests/redactions/<int:pk>/", redacting.run, name="run"),
    path("requests/redactions/<int:pk>/progress/", redacting.progress, name="run_progress"),
    path("requests/files/<int:pk>/pages/<int:number>.png", redacting.page, name="page"),
    path("requests/files/<int:pk>/hidden/", redacting.hidden, name="hidden"),
    path("requests/files/<int:pk>/clean/", redacting.clean, name="clean"),
    path("requests/files/<int:pk>/seen/", reviewing.seen, name="seen"),
    path("requests/files/<int:pk>/seen/<str:side>/<int:number>.png", reviewing.seen_page, name="seen_page"),
    path("requests/files/<int:pk>/remove/", redacting.remove, name="remove"),
    path("requests/letters/<int:pk>/preview.pdf", preview, {"suffix": "pdf"}, name="preview"),
    path("requests/letters/<int:pk>/preview.docx", preview, {"suffix": "docx"}, name="preview_word"),
    path("requests/register/", register, name="register"),
    path("requests/templates/", template_list, name="templates"),
    path("requests/templates/<str:code>/", template_page, name="template"),
]
