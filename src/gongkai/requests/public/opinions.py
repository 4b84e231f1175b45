"""第三方意见：凭自己的链接，看要征求什么、何时届满、不提会怎样，同意或者不同意。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gongkai.core.states import Refused
from gongkai.core.visitors import source_of

from .. import actions, states
from ..models import Consultation
from ..rules import rules_of
from . import following, guard
from .forms import ManyFiles

O = Consultation.Opinion  # noqa: E741 意见


class OpinionForm(forms.Form):
    """同意或者不同意。"""

    opinion = forms.ChoiceField(
        label=gettext_lazy("您的意见"),
        choices=[
            ("", gettext_lazy("请选择")),
            *((each.value, each.label) for each in (O.AGREE, O.PARTLY, O.OBJECT)),
        ],
        error_messages={"required": gettext_lazy("请选择是否同意公开")},
    )
    text = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "不同意的必须写：公开会怎样损害您的商业秘密、个人隐私等合法权益，涉及哪几部分。同意的可不写。"
        ),
    )
    files = ManyFiles(
        label=gettext_lazy("证明材料（可不交）"),
        required=False,
        help_text=gettext_lazy("PDF、Word、Excel 或图片，每份不超过 20 MB"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("opinion") in (O.PARTLY, O.OBJECT) and not data.get("text", "").strip():
            self.add_error("text", _("不同意公开的，请写明理由；没有正当理由的，行政机关可以决定公开"))
        return data


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """第三方的一页：没有申请人是谁，也没有别的案情。"""
    source = source_of(request)
    row = None if following.blocked(source) else actions.by_token(token)
    if row is None:
        guard.note("track", source)
        raise Http404(_("链接不对，或者征求意见书还没有发出；请核对征求意见书上的链接，或打上面的电话"))
    given = row.opinion not in ("", O.SILENT)
    form = OpinionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and not given and form.is_valid():
        data = form.cleaned_data
        try:
            actions.opine(
                states.CITIZEN, row, opinion=data["opinion"], text=data["text"], files=data["files"]
            )
        except Refused as refused:
            for refusal in refused.refusals:
                form.add_error(None, refusal.message)
        else:
            messages.success(request, _("已收到您的意见"))
            return redirect("track:opinion", token=token)
    context = {
        "row": row,
        "given": given,
        "form": form,
        "limit": following.limit_of(row),
        "rules": rules_of(row.case.agency),
        "closed": not row.case.is_open,
    }
    response = render(request, "requests/public/opinion.html", context, status=400 if form.errors else 200)
    # 链接本身就是凭证，不随点出去的链接泄漏，也不让搜索引擎收。
    response["Referrer-Policy"], response["X-Robots-Tag"] = "same-origin", "noindex"
    return response
