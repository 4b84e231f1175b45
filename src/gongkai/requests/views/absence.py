"""请假代办的页面：登记、看、提前结束。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gongkai.accounts.models import User

from .. import actions
from ..forms import date_field
from .common import tried


class StandInForm(forms.Form):
    """登记代办。"""

    officer = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("谁不在"), empty_label=None)
    stand_in = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("由谁代办"), empty_label=gettext_lazy("请选择")
    )
    first = date_field(gettext_lazy("从哪天起"))
    last = date_field(gettext_lazy("到哪天止"), help_text=gettext_lazy("含这一天；到了自动结束"))
    reason = forms.CharField(
        label=gettext_lazy("事由"), max_length=100, help_text=gettext_lazy("如休假、出差、培训")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = actions.colleagues(user)
        mine = [each.pk for each in (user, *rows) if actions.may_set(user, each)]
        people = User.objects.select_related("organisation").order_by("name")
        self.fields["officer"].queryset = people.filter(pk__in=mine)  # type: ignore[attr-defined]
        self.fields["officer"].initial = user.pk
        everyone = people.filter(pk__in=[user.pk, *(each.pk for each in rows)])
        self.fields["stand_in"].queryset = everyone  # type: ignore[attr-defined]
        for name in ("officer", "stand_in"):
            field = self.fields[name]
            field.label_from_instance = lambda each: f"{each}　{each.organisation or ''}"  # type: ignore[attr-defined]
        self.fields["first"].initial = timezone.localdate()


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """我不在的日子由谁代办；正在代谁。"""
    form = StandInForm(request.POST or None, user=request.user)
    if not form.fields["officer"].queryset.exists():  # type: ignore[attr-defined]
        raise Http404
    if request.method == "POST" and form.is_valid():
        if tried(request, lambda: actions.name_stand_in(request.user, **form.cleaned_data)):
            messages.success(request, _("已登记；到日子自动开始、自动结束"))
            return redirect("foi:absence")
    rows = actions.stand_ins_of(request.user)
    for row in rows:
        row.may_end = actions.may_set(request.user, row.officer) and not row.ended_at
        row.may_end = row.may_end and row.last >= timezone.localdate()
    context = {"form": form, "rows": rows, "today": timezone.localdate()}
    return render(request, "requests/absence.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """提前结束。"""
    row = next((each for each in actions.stand_ins_of(request.user) if each.pk == pk), None)
    if row is None:
        raise Http404
    if tried(request, lambda: actions.end_stand_in(request.user, row)):
        messages.success(request, _("已结束"))
    return redirect("foi:absence")
