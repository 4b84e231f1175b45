"""通行密钥的表单：用指纹、面容、PIN 或安全钥匙登录，私钥不离开本人的设备。"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from gongkai.audit.actions import record


class AddPasskeyForm(AddWebAuthnForm):
    """添加通行密钥：名称、能否单独登录；凭据由浏览器填入。"""

    name = forms.CharField(
        label=_("名称"), max_length=40, required=False, help_text=_("好认即可，如“办公电脑”“手机”")
    )
    passwordless = forms.BooleanField(
        label=_("可以单独用来登录，不再输密码"), required=False, initial=True,
        help_text=_("要求设备有指纹、面容或 PIN；不勾选则只在输过密码之后作第二步"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages["required"] = _(
            "还没有完成通行密钥的验证；请按“添加”，再照浏览器的提示做"
        )


class RenamePasskeyForm(EditWebAuthnForm):
    """通行密钥改名。"""

    name = forms.CharField(label=_("名称"), max_length=40)

    def save(self) -> Authenticator:
        with transaction.atomic():
            passkey = super().save()
            record(passkey.user, "accounts.rename_passkey", passkey.user, passkey=passkey.pk)
        return passkey
