"""各表公用：日期、多行文字、申请上的表。"""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation

from ..models import Case

INSIDE: Final = ("division", "affiliated", "window")


class DateInput(forms.DateInput):
    """日期：浏览器自带的日期控件。"""

    input_type = "date"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, format="%Y-%m-%d", **kwargs)


def date_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """日期栏。"""
    return forms.DateField(label=label, required=required, widget=DateInput, help_text=help_text)


def text_field(label: Any, *, rows: int = 3, required: bool = True, help_text: Any = "") -> forms.CharField:
    """多行文字栏。"""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, widget=widget, help_text=help_text)


class CaseForm(forms.Form):
    """一件申请上的表：case 为申请，选项、缺省值由它定。"""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.setup(case)

    def setup(self, case: Case) -> None:
        """按申请填选项和缺省值。"""

    def choose(self, name: str, choices: Any) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_units(self) -> list[Organisation]:
        keys = [int(key) for key in self.cleaned_data["units"]]
        found = {unit.pk: unit for unit in Organisation.objects.filter(pk__in=keys)}
        return [found[key] for key in keys if key in found]


class NoFields(CaseForm):
    """不用填的。"""


class Reason(CaseForm):
    """只要理由的。"""

    reason = text_field(_("理由"), rows=2)
