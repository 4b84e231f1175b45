"""征求意见、协办、添加材料填的表。"""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Assistance, Case, CaseFile, Consultation, Item
from .base import CaseForm, date_field, text_field


class Consult(CaseForm):
    party = forms.ChoiceField(label=_("对象"), choices=Consultation.Party.choices)
    name = forms.CharField(label=_("名称"), max_length=100)
    contact = forms.CharField(label=_("联系方式"), max_length=200, required=False)
    item = forms.ChoiceField(label=_("涉及哪一项"), required=False)
    content = text_field(_("征求意见的内容"), help_text=_("只写必要的内容，不要写申请人是谁"))
    within = forms.IntegerField(
        label=_("意见期限（工作日）"),
        min_value=1,
        max_value=60,
        initial=15,
        help_text=_("第三方、共同制作机关是 15"),
    )

    def setup(self, case: Case) -> None:
        rows = case.items.filter(round=case.round)
        self.choose("item", [("", _("整件")), *[(str(r.pk), f"{r.number}. {r.text[:40]}") for r in rows]])

    def clean_item(self) -> Item | None:
        return Item.objects.filter(pk=self.cleaned_data["item"] or 0, case=self.case).first()


class Opinion(CaseForm):
    row = forms.ChoiceField(label=_("谁的意见"))
    opinion = forms.ChoiceField(
        label=_("意见"), choices=[c for c in Consultation.Opinion.choices if c[0] not in ("", "silent")]
    )
    text = text_field(_("意见的理由"), required=False)
    on = date_field(_("收到之日"))
    file = forms.FileField(label=_("意见回函"), required=False)

    def setup(self, case: Case) -> None:
        rows = case.consultations.filter(opinion__in=("", "silent"), event__isnull=False)
        self.choose("row", [(str(row.pk), row.name) for row in rows])
        self.fields["on"].initial = timezone.localdate()

    def clean_row(self) -> Consultation:
        return self.case.consultations.get(pk=self.cleaned_data["row"])


class Assess(CaseForm):
    row = forms.ChoiceField(label=_("谁的意见"))
    assessment = forms.ChoiceField(
        label=_("本机关的判断"), choices=[c for c in Consultation.Assessment.choices if c[0]]
    )
    text = text_field(_("判断的理由"))

    def setup(self, case: Case) -> None:
        rows = case.consultations.exclude(opinion="")
        self.choose("row", [(str(row.pk), f"{row.name}（{row.get_opinion_display()}）") for row in rows])

    clean_row = Opinion.clean_row


class Override(CaseForm):
    row = forms.ChoiceField(label=_("告知谁"))
    content = text_field(_("公开的内容"), rows=2)
    reason = text_field(_("公开的理由"), rows=2)

    def setup(self, case: Case) -> None:
        rows = case.consultations.filter(opinion__in=("object", "partly"), override_letter=None)
        self.choose("row", [(str(row.pk), row.name) for row in rows])

    clean_row = Opinion.clean_row


class AddFile(CaseForm):
    kind = forms.ChoiceField(label=_("种类"), choices=CaseFile.Kind.choices)
    item = forms.ChoiceField(label=_("属于哪一项"), required=False)
    file = forms.FileField(label=_("文件"))
    pages = forms.IntegerField(label=_("页数"), required=False, min_value=1)

    setup = Consult.setup
    clean_item = Consult.clean_item


class AskHelp(CaseForm):
    """协办函：给谁、请办什么、请何时前回复。"""

    name = forms.CharField(label=_("协办单位的名称"), max_length=100)
    task = text_field(_("协办事项"), help_text=_("请对方查什么、回答什么；不要写申请人是谁"))
    by = date_field(_("请何时前回复"), help_text=_("协办不停止计算答复期限，日期要定在答复期限之前"))


class NoteHelp(CaseForm):
    """登记协办意见。"""

    row = forms.ChoiceField(label=_("谁的意见"))
    text = text_field(_("协办意见"))
    on = date_field(_("收到之日"))

    def setup(self, case: Case) -> None:
        rows = case.assistances.filter(replied_on=None, letter__state__in=("dispatched", "served"))
        self.choose("row", [(str(row.pk), row.name) for row in rows])
        self.fields["on"].initial = timezone.localdate()

    def clean_row(self) -> Assistance:
        return self.case.assistances.get(pk=self.cleaned_data["row"])
