"""复议、诉讼与重新答复填的表。"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Case, Proceeding
from .base import CaseForm, date_field


class OpenProceeding(CaseForm):
    kind = forms.ChoiceField(label=_("种类"), choices=Proceeding.Kind.choices)
    filed_on = date_field(_("受理或立案之日"))
    body = forms.CharField(label=_("复议机关或法院"), max_length=80)
    number = forms.CharField(label=_("案号"), max_length=60, required=False)
    answer_due = date_field(_("答辩期限"), required=False)
    counted = forms.BooleanField(label=_("计入本机关年度报告"), required=False, initial=True)


class CloseProceeding(CaseForm):
    row = forms.ChoiceField(label=_("哪一件"))
    result = forms.ChoiceField(
        label=_("结果"), choices=[c for c in Proceeding.Result.choices if c[0] != "pending"]
    )
    decided_on = date_field(_("审结之日"))
    remake_workdays = forms.IntegerField(
        label=_("重新答复期限（工作日）"), required=False, min_value=1, max_value=250
    )
    note = forms.CharField(label=_("说明"), required=False, max_length=300)

    def setup(self, case: Case) -> None:
        rows = case.proceedings.filter(result="pending")
        self.choose("row", [(str(r.pk), f"{r.get_kind_display()} {r.filed_on}") for r in rows])

    def clean_row(self) -> Proceeding:
        return self.case.proceedings.get(pk=self.cleaned_data["row"])


class Remake(CaseForm):
    row = forms.ChoiceField(label=_("依据哪一件"))

    def setup(self, case: Case) -> None:
        rows = case.proceedings.exclude(remake_due=None).filter(remade_on=None)
        self.choose("row", [(str(r.pk), f"{r.get_kind_display()} {r.decided_on}") for r in rows])

    clean_row = CloseProceeding.clean_row
