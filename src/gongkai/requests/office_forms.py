"""工作机构填的表：代录申请、规则。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongkai.core.inputs import is_number
from gongkai.core.models import Organisation

from .forms import INSIDE, date_field, text_field
from .models import Applicant, Case
from .models.rules import CARRIERS


class Intake(forms.Form):
    """代录：当面、邮寄、传真、电子邮件等渠道来的申请；只问条例第二十九条要的。"""

    channel = forms.ChoiceField(
        label=_("提出渠道"), choices=[c for c in Case.Channel.choices if c[0] != "portal"]
    )
    arrived_on = date_field(_("到达之日"), help_text=_("当面提交、签收、信件或邮件到达之日；期限从这里算起"))
    oral = forms.BooleanField(label=_("口头提出，由工作人员代为填写"), required=False)
    postal_number = forms.CharField(label=_("邮件号码"), required=False, max_length=40)
    posted_on = date_field(_("邮戳日期"), required=False)
    arrived_at = forms.ChoiceField(label=_("最先到达的处所"), required=False)
    kind = forms.ChoiceField(label=_("申请人类型"), choices=Applicant.Kind.choices)
    name = forms.CharField(label=_("姓名或者名称"), max_length=100)
    identity_type = forms.ChoiceField(
        label=_("证件种类"), choices=Applicant.IdentityType.choices, required=False
    )
    identity_number = forms.CharField(label=_("证件号码"), required=False, max_length=40)
    phone = forms.CharField(label=_("联系电话"), required=False, max_length=40)
    email = forms.EmailField(label=_("电子邮箱"), required=False)
    address = forms.CharField(label=_("通信地址"), required=False, max_length=200)
    agent_name = forms.CharField(label=_("代理人"), required=False, max_length=40)
    agent_identity = forms.CharField(label=_("代理人证件号码"), required=False, max_length=40)
    agent_phone = forms.CharField(label=_("代理人电话"), required=False, max_length=40)
    description = text_field(_("所需信息的名称、文号或者其他特征性描述"), rows=5)
    form = forms.ChoiceField(label=_("形式要求"), choices=Case.Form.choices, initial="any")
    route = forms.ChoiceField(label=_("获取方式"), choices=Case.Route.choices, initial="post")
    submission = forms.FileField(label=_("申请原件"), required=False)
    envelope = forms.FileField(label=_("信封、邮戳"), required=False)
    identity = forms.FileField(label=_("身份证明"), required=False)
    authorisation = forms.FileField(label=_("授权委托书"), required=False)

    GROUPS = (
        (_("怎样来的"), ("channel", "arrived_on", "oral", "postal_number", "posted_on", "arrived_at")),
        (_("申请人"), ("kind", "name", "identity_type", "identity_number", "phone", "email", "address")),
        (_("代理人（没有的不填）"), ("agent_name", "agent_identity", "agent_phone")),
        (_("申请的内容"), ("description", "form", "route")),
        (_("扫描件"), ("submission", "envelope", "identity", "authorisation")),
    )
    PERSON = (
        "kind",
        "name",
        "identity_type",
        "identity_number",
        "phone",
        "email",
        "address",
        "agent_name",
        "agent_identity",
        "agent_phone",
    )  # noqa: E501

    def __init__(self, *args: Any, agency: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agency = agency
        rows = Organisation.objects.filter(parent=agency, kind__in=INSIDE, is_active=True).order_by("order")
        self.fields["arrived_at"].choices = [("", _("工作机构")), *[(str(r.pk), r.name) for r in rows]]  # type: ignore[attr-defined]
        self.fields["arrived_on"].initial = timezone.localdate()

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """分组的各栏，供页面显示。"""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean_arrived_at(self) -> Organisation | None:
        return Organisation.objects.filter(
            pk=self.cleaned_data["arrived_at"] or 0, parent=self.agency
        ).first()

    def values(self) -> dict[str, Any]:
        """receive 的参数。"""
        given = self.cleaned_data
        person = {name: given[name] for name in self.PERSON if given[name]}
        names = (
            "channel",
            "arrived_on",
            "oral",
            "postal_number",
            "posted_on",
            "arrived_at",
            "description",
            "form",
            "route",
        )  # noqa: E501
        files = [
            (kind, given[kind])
            for kind in ("submission", "envelope", "identity", "authorisation")
            if given[kind]
        ]
        return {"applicant": person, "files": files, **{name: given[name] for name in names}}


class Rules(forms.ModelForm):
    """规则：法律没有写明、各地不同的。"""

    carriers = forms.MultipleChoiceField(
        label=_("可用的送达方式"), widget=forms.CheckboxSelectMultiple, choices=list(CARRIERS.items())
    )
    alarms = forms.CharField(
        label=_("第几个工作日提醒"), help_text=_("用逗号分开，如 10, 15, 18；末日总要提醒")
    )

    review_url = forms.URLField(
        label=_("网上申请行政复议的网址"), required=False, max_length=300, assume_scheme="https"
    )

    class Meta:
        from .models import RequestRules as model

        exclude = ("agency", "review_url")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency = self.instance.agency
        self.fields["office"].queryset = Organisation.objects.filter(
            parent=agency, kind__in=INSIDE, is_active=True
        )  # type: ignore[attr-defined]
        self.initial["review_url"] = self.instance.review_url
        self.order_fields([field.name for field in self._meta.model._meta.fields])
        self.initial["alarms"] = ", ".join(map(str, self.instance.alarms))

    def clean_alarms(self) -> list[int]:
        text = self.cleaned_data["alarms"].replace("，", ",").replace("、", ",")
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not parts or not all(is_number(part) and 1 <= int(part) <= 19 for part in parts):
            raise forms.ValidationError(_("请填写 1—19 的数字，用逗号分开"))
        return sorted({int(part) for part in parts})
