"""人员与组织的表单。"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation

from .models import Duty


class UserForm(forms.Form):
    username = forms.RegexField(
        r"^[A-Za-z0-9_.-]{3,40}$", label=_("账号"), help_text=_("3 至 40 位字母、数字"),
        error_messages={"invalid": _("账号只能用字母、数字和 . _ -，3 至 40 位")},
    )  # fmt: skip
    name = forms.CharField(label=_("姓名"), max_length=40)
    email = forms.EmailField(label=_("邮箱"), required=False, help_text=_("用来收提醒，可不填"))
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("单位"), empty_label=None)
    role = forms.ChoiceField(label=_("职责"), choices=Duty.Role.choices)
    password = forms.CharField(
        label=_("初始密码"), widget=forms.PasswordInput, help_text=_("不少于 10 位，请本人登录后修改")
    )

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations


class OrganisationForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=80)
    kind = forms.ChoiceField(
        label=_("类别"), choices=Organisation.Kind.choices, initial=Organisation.Kind.DIVISION
    )
    parent = forms.ModelChoiceField(Organisation.objects.none(), label=_("上级"), empty_label=None)
    tags = forms.CharField(label=_("标签"), required=False, help_text=_("多个用顿号分开，如 审批、执法"))
    is_active = forms.BooleanField(label=_("在用"), required=False, initial=True)

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = organisations

    def clean_tags(self) -> list[str]:
        return [tag.strip() for tag in re.split("[、，,]", self.cleaned_data["tags"]) if tag.strip()]
