"""不是申请信息的三样：更正与自己有关的记录、投诉举报、建议主动公开；同样给编号和查询码。"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.core.visitors import source_of

from .. import actions, states
from ..models import Draft, DraftFile
from . import drafts, following, guard
from .forms import ManyFiles
from .where import agencies


@dataclass(frozen=True, slots=True)
class Matter:
    """一样事项：heading 标题，lead 说明，text 内容一栏的名称，named 是否必须写明是谁。"""

    heading: Any
    lead: Any
    text: Any
    named: bool


MATTERS: Final = {
    "correction": Matter(
        gettext_lazy("申请更正信息"),
        gettext_lazy("有证据证明政府信息里与自己有关的记录不准确的，可以要求更正（条例第四十一条）。"),
        gettext_lazy("哪份信息、哪里不准确、应当是什么、有什么证据"),
        True,
    ),
    "complaint": Matter(
        gettext_lazy("投诉、举报"),
        gettext_lazy(
            "认为机关没有依法公开信息的，由上一级受理（条例第四十七条、第五十一条）。可以不留姓名。"
        ),
        gettext_lazy("投诉什么"),
        False,
    ),
    "suggestion": Matter(
        gettext_lazy("建议主动公开"),
        gettext_lazy("认为某类信息应当向所有人公开的，可以建议（条例第四十四条）。可以不留姓名。"),
        gettext_lazy("建议公开什么，为什么"),
        False,
    ),
}


# 更正的证据在会话里的名称。
_EVIDENCE: Final = "evidence"


class FilingForm(forms.Form):
    """一样事项。"""

    agency = forms.ModelChoiceField(Organisation.objects.none(), label=gettext_lazy("涉及哪个机关"))
    text = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 7}))
    name = forms.CharField(
        label=gettext_lazy("姓名或者单位名称"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    identity_number = forms.CharField(label=gettext_lazy("证件号码"), max_length=40)
    address = forms.CharField(
        label=gettext_lazy("通信地址（要邮寄答复的填）"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    evidence = ManyFiles(
        label=gettext_lazy("证据"),
        help_text=gettext_lazy("能证明记录不准确的，最多 5 份；PDF、Word、Excel 或图片，每份不超过 20 MB"),
        error_messages={
            "required": gettext_lazy("请附上证据，至少一份；只有纸质证据的，拍照上传，或当面、邮寄提出")
        },
    )
    phone = forms.CharField(
        label=gettext_lazy("联系电话"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_evidence(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["evidence"]
        if not files and not self.has_evidence:
            raise forms.ValidationError(self.fields["evidence"].error_messages["required"])
        if len(files) > drafts.MOST_FILES:
            raise forms.ValidationError(_("最多 %(n)s 份，请合并成一个文件再上传") % {"n": drafts.MOST_FILES})
        return files

    def __init__(
        self,
        *args: Any,
        matter: Matter,
        choices: list[Organisation],
        has_evidence: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.has_evidence = has_evidence
        self.fields["evidence"].required = not has_evidence
        self.fields["text"].label = matter.text
        if not matter.named:
            # 投诉、建议不问证件；姓名、电话愿意留的才留。
            for name in ("identity_number", "address", "evidence"):
                del self.fields[name]
            for name in ("name", "phone"):
                field = self.fields[name]
                field.required, field.label = False, _("%(label)s（可不填）") % {"label": field.label}
        else:
            self.order_fields(["agency", "text", "evidence"])
        if len(choices) == 1:
            del self.fields["agency"]
        else:
            field = self.fields["agency"]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
            field.queryset = Organisation.objects.filter(pk__in=[each.pk for each in choices]).order_by(
                "path"
            )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, kind: str) -> HttpResponse:
    """填写、提交：同一页只收一次，双击、重发得到同一个编号。"""
    matter, choices, source = MATTERS.get(kind), agencies(request), source_of(request)
    if matter is None:
        raise Http404(_("没有这一事项"))
    draft = drafts.current(request, _EVIDENCE) if matter.named else None
    kept = list(draft.files.all()) if draft else []
    form = FilingForm(
        request.POST or None, request.FILES or None, matter=matter, choices=choices, has_evidence=bool(kept)
    )
    if request.method == "POST":
        filed = request.session.get("filed")
        if filed and filed["once"] == request.POST.get("once"):
            return redirect("apply:filed")
        if matter.named:
            # 先存证据：别的栏填错了、题答错了，证据不必再选一次。
            draft, kept = _keep_evidence(request, form, draft, choices[0])
        if form.is_valid() and not _blocked(request, form, source):
            try:
                number, secret = _file(kind, form.cleaned_data, choices, draft)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                guard.note("submit", source)
                once = request.POST.get("once", "")
                request.session["filed"] = {"once": once, "number": number, "secret": secret}
                return redirect("apply:filed")
    context = {
        "form": form,
        "kept": kept,
        "heading": matter.heading,
        "lead": matter.lead,
        "once": request.POST.get("once") or secrets.token_hex(8),
        "puzzle": guard.puzzle(request) if guard.needs_puzzle(source) else "",
    }
    return render(request, "requests/public/file.html", context, status=400 if form.errors else 200)


def _keep_evidence(
    request: HttpRequest, form: FilingForm, draft: Draft | None, agency: Organisation
) -> tuple[Draft | None, list[DraftFile]]:
    form.is_valid()
    given = form.cleaned_data.get("evidence") or []
    if given:
        draft = draft or drafts.start(request, agency, _EVIDENCE)
        for problem in drafts.attach(draft, "other", given, source_of(request)):
            form.add_error("evidence", problem)
    return draft, list(draft.files.all()) if draft else []


def _blocked(request: HttpRequest, form: FilingForm, source: str) -> bool:
    problem = guard.problem(request, source)
    if problem:
        form.add_error(None, problem)
    return bool(problem)


def _file(
    kind: str, data: dict[str, Any], choices: list[Organisation], draft: Draft | None
) -> tuple[str, str]:
    agency = data.get("agency") or choices[0]
    person = {name: data.get(name, "") for name in ("name", "identity_number", "phone", "address")}
    person["kind"] = "natural"
    if person["phone"] and not person["name"]:
        # 只留了电话的也要留得住。
        person["name"] = "（未留姓名）"
    if kind == "correction":
        files = drafts.opened(list(draft.files.all())) if draft else []
        with transaction.atomic():
            row, secret = actions.file_correction(
                states.CITIZEN,
                agency=agency,
                applicant=person,
                text=data["text"],
                files=[("evidence", file) for _kind, file in files],
            )
            if draft:
                drafts.discard(draft)
    elif kind == "complaint":
        row, secret = actions.file_complaint(
            states.CITIZEN,
            agency=following.supervisor(agency),
            about=agency,
            text=data["text"],
            applicant=person,
        )
    else:
        row, secret = actions.suggest(states.CITIZEN, agency=agency, text=data["text"], applicant=person)
    return row.number, secret


@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """收到了：编号和查询码。"""
    filed = request.session.get("filed")
    if not filed:
        return redirect("apply:guide")
    return render(request, "requests/public/file_done.html", filed)
