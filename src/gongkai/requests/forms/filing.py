"""更正、投诉、建议填的表：代收、答复、核实、发出、登记更正。"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation

from ..models import Applicant, CorrectionReply, RecordCorrection
from ..public.forms import ManyFiles
from .base import date_field, text_field


class TakeForm(forms.Form):
    """代收：更正要写明是谁、附证据；投诉、建议可以不留姓名。"""

    about = forms.ModelChoiceField(Organisation.objects.none(), label=_("被投诉的机关"))
    text = text_field(_("内容"), rows=5)
    kind = forms.ChoiceField(label=_("提出人类型"), choices=Applicant.Kind.choices)
    name = forms.CharField(label=_("姓名或者名称"), max_length=100)
    identity_number = forms.CharField(label=_("证件号码"), max_length=40, required=False)
    phone = forms.CharField(label=_("联系电话"), max_length=40, required=False)
    address = forms.CharField(label=_("通信地址"), max_length=200, required=False)
    files = ManyFiles(
        label=_("证据的扫描件"), required=False, help_text=_("PDF、Word、Excel 或图片，每份不超过 20 MB")
    )
    identity = forms.FileField(label=_("身份证明"), required=False)

    PERSON = ("kind", "name", "identity_number", "phone", "address")

    def __init__(self, *args: Any, kind: str, agency: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind == "fix":
            self.fields["text"].label = _("哪份信息、哪里不准确、应当是什么、有什么证据")
            self.fields["identity_number"].required = True
        else:
            self.fields["name"].required = False
            for name in ("identity_number", "files", "identity"):
                del self.fields[name]
        if kind == "complaint":
            below = Organisation.objects.filter(path__startswith=agency.path, kind__in=("agency", "district"))
            self.fields["about"].queryset = below.order_by("path")  # type: ignore[attr-defined]
            self.fields["about"].initial = agency
        else:
            del self.fields["about"]

    def person(self) -> dict[str, Any]:
        """提出人各栏。"""
        return {name: self.cleaned_data.get(name, "") for name in self.PERSON}

    def evidence(self) -> list[tuple[str, Any]]:
        """（种类, 文件）。"""
        found = [("evidence", file) for file in self.cleaned_data["files"]]
        identity = self.cleaned_data.get("identity")
        return found + ([("identity", identity)] if identity else [])


class FiledForm(forms.Form):
    """答复投诉、建议：处理结果与内容。"""

    state = forms.ChoiceField(label=_("处理结果"))
    answer = text_field(_("答复"), rows=4)

    def __init__(self, *args: Any, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [c for c in row.State.choices if c[0] != "open"]  # type: ignore[attr-defined]


class FileForm(forms.Form):
    """添加更正材料。"""

    kind = forms.ChoiceField(
        label=_("种类"),
        choices=[("record", _("查到的记录")), ("evidence", _("申请人的证据")), ("identity", _("身份证明"))],
    )
    file = forms.FileField(label=_("文件"))


class PrepareForm(forms.Form):
    """拟更正答复：核实的情况和结果。"""

    result = forms.ChoiceField(
        label=_("处理结果"),
        widget=forms.RadioSelect,
        choices=[
            ("corrected", _("予以更正")),
            ("refused", _("不予更正")),
            ("transferred", _("不属于本机关职能范围，转送或者告知")),
        ],
    )
    record = text_field(_("要更正的记录"), rows=2, help_text=_("哪一份信息、哪一处，现在写的是什么"))
    evidence = text_field(_("申请人提交的证据"), rows=2, help_text=_("逐份写明名称"))
    facts = text_field(_("核实的情况"), rows=3, help_text=_("查了什么、与证据是否一致"))
    change = text_field(
        _("更正内容"), rows=2, required=False, help_text=_("予以更正的填：哪一处由什么改为什么")
    )
    reason = text_field(_("不予更正的理由"), rows=2, required=False, help_text=_("不予更正的填"))
    transferred_to = forms.CharField(
        label=_("有权更正的机关"), required=False, max_length=80, help_text=_("转送或者告知的填")
    )
    contact = forms.CharField(label=_("它的联系方式"), required=False, max_length=120)
    handed = forms.BooleanField(label=_("已经转送给它（不选的，告知申请人自行提出）"), required=False)

    def __init__(self, *args: Any, row: RecordCorrection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [each.name.rpartition(".")[0] or each.name for each in row.files.filter(kind="evidence")]
        self.fields["evidence"].initial = "；".join(f"《{name}》" for name in names)
        if reply := CorrectionReply.objects.filter(correction=row).first():
            kept = json.loads(reply.fields)
            self.fields["result"].initial = reply.result
            for name, key in (
                ("record", "更正的记录"), ("evidence", "更正的证据"), ("facts", "更正核实情况"),
                ("change", "更正内容"), ("reason", "不予更正的理由"),
            ):  # fmt: skip
                self.fields[name].initial = kept.get(key, "")
            self.fields["transferred_to"].initial = row.transferred_to


class DispatchForm(forms.Form):
    """发出更正答复书。"""

    carrier = forms.ChoiceField(label=_("送达方式"))
    on = date_field(_("交邮、签收或发出之日"))
    tracking = forms.CharField(label=_("邮件号码"), required=False, max_length=40, help_text=_("邮寄的填"))
    signer = forms.CharField(label=_("签收人"), required=False, max_length=40, help_text=_("当面送达的填"))

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["carrier"].choices = choices  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate()


class ServeForm(forms.Form):
    """登记送达。"""

    on = date_field(_("送达之日"))
    signer = forms.CharField(label=_("签收人"), required=False, max_length=40)


class CarryOutForm(forms.Form):
    """登记怎样更正的。"""

    on = date_field(_("更正之日"))
    text = text_field(_("改前、改后各是什么"), rows=3)
    file = forms.FileField(label=_("更正后的记录"), required=False)
