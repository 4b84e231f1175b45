"""窗口补发查询码：看过证件原件，照证件输入号码。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from .. import actions, states
from ..models import Case
from .common import tried
from .filed import FILED


class CounterForm(forms.Form):
    """核对证件。"""

    identity_number = forms.CharField(
        label=gettext_lazy("证件号码"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("照证件原件输入；申请时没有留号码的不填"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    checked = forms.CharField(
        label=gettext_lazy("看了什么证件"),
        max_length=100,
        help_text=gettext_lazy("如“本人的居民身份证原件”“代理人的身份证和授权委托书”"),
    )


@never_cache
@login_required
def renew(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """补发一件的查询码：kind 为 case 或更正、投诉、建议。"""
    model = Case if kind == "case" else FILED.get(kind)
    if model is None:
        raise Http404
    rows = model.objects.visible_to(request.user).select_related("agency", "applicant")
    row = get_object_or_404(rows, pk=pk)
    if "office" not in states.duties_in(request.user, row.agency):
        raise Http404
    form, made = CounterForm(request.POST or None), []
    if request.method == "POST" and form.is_valid():
        tried(request, lambda: made.append(actions.renew_at_counter(request.user, row, **form.cleaned_data)))
    back = reverse("foi:case", args=[pk]) if kind == "case" else reverse("foi:filed_one", args=[kind, pk])
    context: dict[str, Any] = {"row": row, "form": form, "secret": made[0] if made else "", "back": back}
    failed = request.method == "POST" and not made
    return render(request, "requests/secret.html", context, status=422 if failed else 200)
