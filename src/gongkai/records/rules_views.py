"""规则页面：本单位的库规则和保密审查项；另定一条信息的公开期限。"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gongkai.core.feedback import attempt
from gongkai.core.inputs import is_number

from . import deadlines, states
from .models import LibraryRules, Record, ReviewPoint
from .reviews import points_for
from .rules import rules_of, save_point, save_rules
from .screens import tell_errors, unit_of, units


def _label(name: str) -> Any:
    return LibraryRules._meta.get_field(name).verbose_name


class RulesForm(forms.Form):
    """库规则；几个值的用顿号或逗号隔开。"""

    interpretation_blocks = forms.BooleanField(label=_label("interpretation_blocks"), required=False)
    interpretation_workdays = forms.IntegerField(
        label=_label("interpretation_workdays"), min_value=0, max_value=60
    )
    interim_years = forms.IntegerField(label=_label("interim_years"), min_value=1, max_value=30)
    other_years = forms.IntegerField(label=_label("other_years"), min_value=1, max_value=30)
    warn_days = forms.CharField(
        label=_label("warn_days"), max_length=60, help_text=gettext_lazy("如：180、90、30")
    )
    late_days = forms.IntegerField(label=_label("late_days"), min_value=1, max_value=20)
    first_five_year = forms.IntegerField(
        label=_label("first_five_year"), min_value=3, max_value=19, help_text=gettext_lazy("“十一五”填 11")
    )
    sectors = forms.CharField(
        label=_label("sectors"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("如：供水、排水、防洪"),
    )

    def clean_warn_days(self) -> list[int]:
        parts = [part for part in re.split(r"[、,，;；\s]+", self.cleaned_data["warn_days"]) if part]
        if not parts or not all(is_number(part) and 0 < int(part) <= 1000 for part in parts):
            raise forms.ValidationError(_("写几个天数，用顿号隔开，如：180、90、30"))
        return sorted({int(part) for part in parts}, reverse=True)

    def clean_sectors(self) -> list[str]:
        parts = re.split(r"[、,，;；\s]+", self.cleaned_data["sectors"])
        return list(dict.fromkeys(part for part in parts if part))


def _initial(rules: LibraryRules) -> dict[str, Any]:
    values = {name: getattr(rules, name) for name in RulesForm.base_fields}
    return values | {
        "warn_days": "、".join(map(str, rules.warn_days)),
        "sectors": "、".join(rules.sectors),
    }


@login_required
def rules(request: HttpRequest) -> HttpResponse:
    """规则：看得见的是自己任办公室协调员的单位。"""
    found = units(request.user, states.OFFICE)
    chosen = next((unit for unit in found if str(unit.pk) == request.GET.get("unit")), None)
    unit = chosen or (found[0] if found else None)
    context: dict[str, Any] = {"units": found, "unit": unit}
    if unit:
        own = ReviewPoint.objects.filter(organisation=unit, is_active=False)
        context |= {
            "form": RulesForm(initial=_initial(rules_of(unit))),
            "points": points_for(unit),
            "stopped": own,
        }
    return render(request, "records/keeping/rules.html", context)


@login_required
@require_POST
def act_on_rules(request: HttpRequest) -> HttpResponse:
    """改规则，增补、停用、恢复审查项。"""
    unit, user, name = unit_of(request, states.OFFICE), request.user, request.POST.get("do", "")
    if name == "rules":
        form = RulesForm(request.POST)
        if form.is_valid():
            attempt(request, lambda: save_rules(user, unit, **form.cleaned_data), _("规则已改"))
        else:
            tell_errors(request, form)
    elif name == "add":
        title, help = request.POST.get("name", ""), request.POST.get("help", "")
        attempt(request, lambda: save_point(user, unit, key="", name=title, help=help), _("审查项已加"))
    elif name in ("stop", "resume"):
        rows = [*points_for(unit), *ReviewPoint.objects.filter(organisation=unit, is_active=False)]
        point = next((row for row in rows if row.key == request.POST.get("key")), None)
        if point:
            active = name == "resume"
            attempt(
                request,
                lambda: save_point(
                    user, unit, key=point.key, name=point.name, help=point.help, is_active=active
                ),
                _("审查项已恢复") if active else _("审查项已停用"),
            )
    return redirect("keeping:rules")


class TermForm(forms.Form):
    """另定的公开期限；天数空着恢复 20 个工作日。"""

    days = forms.IntegerField(label=gettext_lazy("天数"), min_value=0, max_value=3650, required=False)
    unit = forms.ChoiceField(label=gettext_lazy("期限单位"), choices=Record.TermUnit.choices)
    basis = forms.CharField(label=gettext_lazy("期限依据"), max_length=120, required=False)


@login_required
@require_POST
def set_term(request: HttpRequest, pk: int) -> HttpResponse:
    """另定一条信息的公开期限。"""
    record = get_object_or_404(Record.objects.visible_to(request.user), pk=pk)
    form = TermForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        attempt(
            request,
            lambda: deadlines.set_term(
                request.user, record, days=values["days"], unit=values["unit"], basis=values["basis"]
            ),
            _("公开期限已改"),
        )
    else:
        tell_errors(request, form)
    return redirect("keeping:deadlines")
