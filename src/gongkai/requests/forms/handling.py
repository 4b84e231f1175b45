"""登记、分办、拆并、补正、说明理由、撤回、更正日期填的表。"""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation

from ..models import Case
from .base import INSIDE, CaseForm, date_field, text_field

# 补正事项的种类：条例第三十条只说内容不明确，其余是各地规定；列出来的都可不选。
DEFECTS: Final = {
    "content": _("申请内容不明确，无法据此查找"),
    "identity": _("缺少身份证明"),
    "contact": _("没有有效的联系方式"),
    "form": _("没有写明获取信息的形式"),
    "authorisation": _("代理人没有授权委托书"),
}


class Confirm(CaseForm):
    on = date_field(_("确认之日"))
    how = forms.CharField(
        label=_("怎样确认的"), max_length=100, help_text=_("谁、用什么方式，如“电话，何经办”")
    )

    def setup(self, case: Case) -> None:
        self.fields["on"].initial = timezone.localdate()


class Register(CaseForm):
    summary = forms.CharField(
        label=_("内容摘要"), max_length=120, help_text=_("显示在列表上，不要写姓名、电话等个人信息")
    )
    items = text_field(_("申请的各项，一行一项"), rows=4, help_text=_("以后逐项作决定；原文照存不动"))

    def setup(self, case: Case) -> None:
        self.fields["items"].initial = "\n".join(
            " ".join(i.text.split()) for i in case.items.filter(round=case.round)
        )


class Items(CaseForm):
    items = text_field(_("申请的各项，一行一项"), rows=4)

    setup = Register.setup


class Assign(CaseForm):
    units = forms.MultipleChoiceField(label=_("承办处室"), widget=forms.CheckboxSelectMultiple)
    lead = forms.ChoiceField(label=_("主办"), required=False, help_text=_("不选的，所选的第一个主办"))
    inner_due = date_field(_("内部时限"), required=False, help_text=_("不填的，按规则里的内部办理时限"))
    note = forms.CharField(label=_("要求"), required=False, max_length=300)

    def setup(self, case: Case) -> None:
        rows = Organisation.objects.filter(parent=case.agency_id, kind__in=INSIDE, is_active=True).order_by(
            "order"
        )
        choices = [(str(unit.pk), unit.name) for unit in rows]
        self.choose("units", choices)
        self.choose("lead", [("", "—"), *choices])


class Split(CaseForm):
    """拆分：每一项归到第几件。"""

    def setup(self, case: Case) -> None:
        rows = list(case.items.filter(round=case.round))
        numbers = [(str(n), str(n)) for n in range(1, len(rows) + 1)]
        for row in rows:
            self.fields[f"item{row.number}"] = forms.ChoiceField(
                label=_("“%(text)s”归第几件") % {"text": row.text[:40]},
                choices=numbers,
                initial=str(row.number),
            )

    def groups(self) -> list[list[int]]:
        found: dict[str, list[int]] = {}
        for name, value in self.cleaned_data.items():
            found.setdefault(value, []).append(int(name.removeprefix("item")))
        return [found[key] for key in sorted(found, key=int)]


class Join(CaseForm):
    into = forms.ChoiceField(label=_("并入"))
    reason = text_field(_("理由"), rows=2)

    def setup(self, case: Case) -> None:
        rows = Case.objects.filter(agency=case.agency_id, identity_key=case.identity_key, state__in=Case.OPEN)
        rows = rows.exclude(pk=case.pk).defer("description")[:20]
        self.choose("into", [(str(row.pk), f"{row.number} {row.summary}") for row in rows])

    def clean_into(self) -> Case:
        return Case.objects.get(pk=self.cleaned_data["into"])


class Correction(CaseForm):
    """补正告知：全部事项一次列清。"""

    def setup(self, case: Case) -> None:
        from ..rules import rules_of

        for key, label in DEFECTS.items():
            self.fields[f"text_{key}"] = text_field(label, rows=2, required=False)
            self.fields[f"guidance_{key}"] = text_field(
                _("怎样补正"), rows=2, required=False, help_text=_("写了问题的，要写怎样补正")
            )
        days = rules_of(case.agency).correction_workdays
        self.fields["within"] = forms.IntegerField(
            label=_("补正期限（工作日）"), min_value=1, max_value=60, initial=days
        )
        self.fields["late_reason"] = forms.CharField(
            label=_("超过 7 个工作日仍告知的理由"),
            required=False,
            max_length=200,
            help_text=_("没有超过的不填"),
        )

    def defects(self) -> list[dict[str, str]]:
        values = self.cleaned_data
        return [
            {"what": key, "text": values[f"text_{key}"], "guidance": values[f"guidance_{key}"]}
            for key in DEFECTS
            if values[f"text_{key}"].strip() or values[f"guidance_{key}"].strip()
        ]


class Received(CaseForm):
    """申请人给的补正、理由。"""

    text = text_field(_("内容"))
    on = date_field(_("收到之日"))
    file = forms.FileField(label=_("附件"), required=False)

    def setup(self, case: Case) -> None:
        self.fields["on"].initial = timezone.localdate()


class AskReasons(CaseForm):
    counts = text_field(_("申请的数量、频次"), rows=2)
    within = forms.IntegerField(label=_("说明理由期限（工作日）"), min_value=1, max_value=60)

    def setup(self, case: Case) -> None:
        from ..queries import hints
        from ..rules import rules_of

        found = hints(case)
        self.fields["counts"].initial = f"近{found.days}日内提出{found.earlier}件"
        self.fields["within"].initial = rules_of(case.agency).reasons_workdays


class Judge(CaseForm):
    reasonable = forms.ChoiceField(
        label=_("认定"), widget=forms.RadioSelect, choices=[("yes", _("理由合理")), ("no", _("理由不合理"))]
    )
    postponed_until = date_field(
        _("延迟至"), required=False, help_text=_("合理但无法按期答复的，定一个合理的日期")
    )


class Withdraw(CaseForm):
    reason = text_field(_("理由"), rows=2)
    on = date_field(_("撤回之日"))

    setup = Confirm.setup


class Reply(CaseForm):
    text = text_field(_("处室意见"))


class CorrectEvent(CaseForm):
    row = forms.ChoiceField(label=_("哪一件事"))
    on = date_field(_("正确的日期"))
    reason = forms.CharField(label=_("更正的理由"), max_length=200)

    def setup(self, case: Case) -> None:
        from ..clock import in_force

        self.choose("row", [(str(row.pk), str(row)) for row in in_force(case.events.all())])

    def clean_row(self) -> Any:
        return self.case.events.get(pk=self.cleaned_data["row"])
