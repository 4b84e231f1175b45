"""收费、延期填的表。"""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Case, FeeNotice
from .base import CaseForm, date_field, text_field


class Fee(CaseForm):
    method = forms.ChoiceField(
        label=_("计收标准"), choices=FeeNotice.Method.choices, widget=forms.RadioSelect
    )
    pages = forms.IntegerField(
        label=_("页数"), required=False, min_value=1, help_text=_("按量的填；按件的不填")
    )
    why = text_field(_("收费的理由"), rows=2)
    provider = forms.ChoiceField(
        label=_("缴款方式"), choices=[("manual", _("人工登记")), ("file", _("非税系统文件对账"))]
    )

    def setup(self, case: Case) -> None:
        from ..actions import quote

        # 按件的先算给他看：当月第几件、多少元；按量的要填了页数才算得出。
        found = quote(case, FeeNotice.Method.BY_ITEMS)
        values = {"n": found.rank, "yuan": found.yuan}
        self.fields["method"].help_text = _("按件：这是当月第 %(n)s 件，%(yuan)s 元") % values


class Pay(CaseForm):
    yuan = forms.IntegerField(label=_("金额（元）"), min_value=1)
    paid_on = date_field(_("缴清之日"))
    receipt = forms.CharField(label=_("票据号"), required=False, max_length=40)

    def setup(self, case: Case) -> None:
        if fee := getattr(case, "fee", None):
            self.fields["yuan"].initial = fee.yuan
        self.fields["paid_on"].initial = timezone.localdate()


class Extend(CaseForm):
    workdays = forms.IntegerField(label=_("延长（工作日）"), min_value=1, max_value=20, initial=20)
    reason = forms.CharField(label=_("理由"), max_length=300)


class AnswerExtension(CaseForm):
    grant = forms.ChoiceField(
        label=_("意见"), widget=forms.RadioSelect, choices=[("yes", _("同意延期")), ("no", _("不同意"))]
    )
    answer = forms.CharField(label=_("说明"), max_length=300, required=False)


class Refund(CaseForm):
    """登记退付。"""

    on = date_field(_("退付之日"))
    reason = text_field(_("退付的理由"), rows=2)

    def setup(self, case: Case) -> None:
        self.fields["on"].initial = timezone.localdate()
