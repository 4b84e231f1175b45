"""申请表：条例第二十九条要的三样，一样不多；用途、职业一概不问。"""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongkai.core.models import Organisation

from ..models import Applicant, Case

Kind, IdentityType, Route = Applicant.Kind, Applicant.IdentityType, Case.Route
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def id_card_problem(number: str) -> str:
    """居民身份证号哪里不对：位数、校验位（GB 11643—1999）；对的为空。"""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return _("居民身份证号是 18 位，现在填了 %(count)s 位；最后一位可以是 X") % {"count": len(number)}
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return "" if "10X98765432"[total % 11] == number[-1] else _("居民身份证号的校验位不对，请核对有没有抄错")


def credit_code_problem(number: str) -> str:
    """统一社会信用代码哪里不对：位数、校验位（GB 32100—2015）；对的为空。"""
    if len(number) != 18:
        values = {"count": len(number)}
        return _("统一社会信用代码是 18 位，现在填了 %(count)s 位；在营业执照或登记证书上") % values
    if set(number) - set(_CREDIT):
        return _("统一社会信用代码里没有字母 I、O、S、V、Z，请核对是不是数字 1、0、5、2")
    total = sum(_CREDIT.index(char) * pow(3, place, 31) for place, char in enumerate(number[:17]))
    right = _CREDIT[(31 - total % 31) % 31]
    return "" if right == number[-1] else _("统一社会信用代码的校验位不对，请核对有没有抄错")


class ManyFiles(forms.FileField):
    """几份文件。"""

    class Widget(forms.ClearableFileInput):
        allow_multiple_selected = True

    widget = Widget

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        rows = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(ManyFiles, self).clean(row, initial) for row in rows]


_ACCEPT: Final = ".pdf,.docx,.xlsx,.png,.jpg,.jpeg"
_FILE_HELP: Final = gettext_lazy("PDF、Word、Excel 或图片，每份不超过 20 MB")


class WhatForm(forms.Form):
    """要什么信息。"""

    agency = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("向哪个机关申请"), empty_label=gettext_lazy("请选择")
    )
    description = forms.CharField(
        label=gettext_lazy("您要什么信息"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy(
            "写信息的名称或文号；不知道的，写能帮助我们找到它的特征：什么事、哪一年、哪个单位。不必说明用途。"
        ),
        error_messages={"required": gettext_lazy("请写明您要什么信息，例如“2025年供水管网检漏报告”")},
    )
    files = ManyFiles(
        label=gettext_lazy("附件（可不交）"),
        required=False,
        help_text=gettext_lazy("能帮助查找的材料，最多 5 份；PDF、Word、Excel 或图片，每份不超过 20 MB"),
        widget=ManyFiles.Widget(attrs={"accept": _ACCEPT}),
    )

    def __init__(self, *args: Any, agencies: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(agencies) == 1:
            del self.fields["agency"]
        else:
            keys = [each.pk for each in agencies]
            field = self.fields["agency"]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
            field.queryset = Organisation.objects.filter(pk__in=keys).order_by("path")


class WhoForm(forms.Form):
    """申请人、联系方式、怎样取得。"""

    kind = forms.ChoiceField(label=gettext_lazy("申请人是"), choices=Kind.choices)
    name = forms.CharField(
        label=gettext_lazy("姓名或者单位名称"),
        max_length=100,
        help_text=gettext_lazy("个人写身份证上的姓名，单位写证照上的全称"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("请填写姓名；单位申请的填写单位全称")},
    )
    identity_type = forms.ChoiceField(label=gettext_lazy("证件"), choices=IdentityType.choices)
    identity_number = forms.CharField(
        label=gettext_lazy("证件号码"),
        max_length=40,
        help_text=gettext_lazy("单位填统一社会信用代码；加密保存，页面上只显示首尾几位"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("请填写证件号码：法律要求提供身份证明")},
    )
    identity_file = forms.FileField(
        label=gettext_lazy("证件的照片或扫描件（可不交）"),
        required=False,
        help_text=_FILE_HELP,
        widget=forms.FileInput(attrs={"accept": _ACCEPT}),
    )
    phone = forms.CharField(
        label=gettext_lazy("联系电话"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("电话、电子邮箱、通信地址至少填一样"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("电子邮箱"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("电子邮箱的写法不对，例如 name@example.cn")},
    )
    address = forms.CharField(
        label=gettext_lazy("通信地址"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("要邮寄的，写到门牌号，写上邮编"),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    form = forms.ChoiceField(label=gettext_lazy("要什么形式"), choices=Case.Form.choices)
    route = forms.ChoiceField(label=gettext_lazy("怎样取得"), choices=Route.choices)
    agent_name = forms.CharField(label=gettext_lazy("代理人姓名"), max_length=40, required=False)
    agent_identity = forms.CharField(label=gettext_lazy("代理人身份证号"), max_length=40, required=False)
    agent_phone = forms.CharField(label=gettext_lazy("代理人电话"), max_length=30, required=False)
    authorisation = forms.FileField(
        label=gettext_lazy("授权委托书"),
        required=False,
        help_text=_FILE_HELP,
        widget=forms.FileInput(attrs={"accept": _ACCEPT}),
    )
    AGENT: Final = ("agent_name", "agent_identity", "agent_phone", "authorisation")
    CONTACT: Final = ("phone", "email", "address")

    def __init__(self, *args: Any, has_authorisation: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_authorisation = has_authorisation

    def clean_identity_number(self) -> str:
        return re.sub(r"[\s-]", "", self.cleaned_data["identity_number"]).upper()

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        if phone and len(re.findall(r"\d", phone)) < 7:
            raise ValidationError(_("电话号码太短；手机写 11 位，座机写上区号"))
        return phone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._check_identity(data)
        if not any(data.get(name) for name in self.CONTACT) and not set(self.CONTACT) & set(self.errors):
            self.add_error("phone", _("电话、电子邮箱、通信地址至少填一样，好告诉您结果"))
        if data.get("route") == Route.POST and not data.get("address"):
            self.add_error("address", _("选了邮寄，请填写通信地址"))
        if data.get("route") == Route.EMAIL and not data.get("email") and "email" not in self.errors:
            self.add_error("email", _("选了用电子邮件取得，请填写电子邮箱"))
        self._check_agent(data)
        return data

    def _check_identity(self, data: dict[str, Any]) -> None:
        number, kind = data.get("identity_number", ""), data.get("kind")
        if not number:
            return
        if kind == Kind.NATURAL and data.get("identity_type") == IdentityType.CREDIT_CODE:
            self.add_error(
                "identity_type", _("公民个人请选身份证等个人证件；单位申请的，把“申请人是”改为单位")
            )
        elif data.get("identity_type") == IdentityType.ID_CARD and (problem := id_card_problem(number)):
            self.add_error("identity_number", problem)
        elif data.get("identity_type") == IdentityType.CREDIT_CODE and (
            problem := credit_code_problem(number)
        ):
            self.add_error("identity_number", problem)

    def _check_agent(self, data: dict[str, Any]) -> None:
        if not any(data.get(name) for name in self.AGENT):
            return
        if not data.get("agent_name"):
            self.add_error("agent_name", _("请填写代理人姓名；没有代理人的，把这几栏都清空"))
        if not data.get("agent_identity"):
            self.add_error("agent_identity", _("请填写代理人的身份证号"))
        if not data.get("authorisation") and not self.has_authorisation:
            self.add_error("authorisation", _("请交授权委托书：写明委托谁、委托什么事，由申请人签名"))
