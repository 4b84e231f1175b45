"""逐项决定、文书发出送达填的表。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Case
from ..queries import earlier_cases
from .base import date_field


class Search(forms.Form):
    """检索记录：四处，不够的另作一份。"""

    ROWS = 4

    on = date_field(_("检索之日"))
    result = forms.ChoiceField(
        label=_("结果"),
        choices=[("found", _("查到")), ("none", _("没有查到")), ("raw", _("只有零散信息，须加工分析"))],
    )  # noqa: E501
    people = forms.CharField(label=_("询问了谁"), required=False, max_length=200)
    clues = forms.CharField(label=_("申请人提供的线索"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
        for n in range(1, self.ROWS + 1):
            for key, label in (
                ("place", _("在哪里检索")),
                ("words", _("关键词")),
                ("period", _("年代")),
                ("method", _("方式")),
            ):  # noqa: E501
                self.fields[f"{key}{n}"] = forms.CharField(
                    label=_("%(n)s. %(what)s") % {"n": n, "what": label}, required=False, max_length=200
                )

    def places(self) -> list[dict[str, str]]:
        keys = ("place", "words", "period", "method")
        return [{key: self.cleaned_data[f"{key}{n}"] for key in keys} for n in range(1, self.ROWS + 1)]


class Second(forms.Form):
    agrees = forms.ChoiceField(
        label=_("复核"),
        widget=forms.RadioSelect,
        choices=[("yes", _("同意：不是要某项记录")), ("no", _("不同意：是要某项记录，按申请处理"))],
    )
    opinion = forms.CharField(label=_("复核意见"), max_length=300)


class Dispatch(forms.Form):
    carrier = forms.ChoiceField(label=_("送达方式"))
    on = date_field(_("交邮、签收或发出之日"))
    tracking = forms.CharField(label=_("邮件号码"), required=False, max_length=40, help_text=_("邮寄的填"))
    signer = forms.CharField(label=_("签收人"), required=False, max_length=40, help_text=_("当面送达的填"))
    proof = forms.FileField(label=_("送达证明"), required=False)

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["carrier"].choices = choices  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate()


class Serve(forms.Form):
    on = date_field(_("送达之日"))
    signer = forms.CharField(label=_("签收人"), required=False, max_length=40)
    proof = forms.FileField(label=_("送达证明"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()


def earlier_choices(case: Case) -> list[tuple[str, str]]:
    """同一申请人的前次申请，供重复申请选择。"""
    return [
        ("", "—"),
        *[
            (str(row.pk), f"{row.number} {row.summary}（{row.answered_on}）")
            for row in earlier_cases(case)[:30]
        ],
    ]  # noqa: E501
