"""登录适配：账号只由管理员建立；统一身份认证（OIDC）只认已有账号；动态口令的密钥加密保存。"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongkai.core.fields import decrypt, encrypt
from gongkai.core.visitors import address_of

from .models import User


class StaffAccountAdapter(DefaultAccountAdapter):
    """账号适配：不开放注册。"""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """密码输错由 axes 按账号＋来源锁定；库自带的按账号锁定不用，免得别人把本人锁在外面。"""


class StaffSocialAdapter(DefaultSocialAccountAdapter):
    """统一身份认证适配：按已核实的邮箱对应已有账号，对不上的不给开户。"""

    def authenticate_by_email(self, sociallogin: Any) -> tuple[User, str] | None:
        """按邮箱对应：返回（账号, 邮箱）；对方没有核实、没有或不止一个账号登记了这个邮箱时为 None。"""
        for email in (address.email for address in sociallogin.email_addresses if address.verified):
            users = User.objects.filter(email__iexact=email, is_active=True)[:2]
            if len(users) == 1:
                # 邮箱是管理员登记的，视同已核实；不记下来，库会当作冒名抢注而清掉本人的密码。
                EmailAddress.objects.update_or_create(
                    user=users[0], email=email.lower(), defaults={"verified": True, "primary": True}
                )
                return users[0], email
        return None

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """连接：第一次按邮箱对应上时，连接与审计同在一个事务里；以后按对方的编号认，不再靠邮箱。"""
        if sociallogin.is_existing and sociallogin.account._state.adding:
            with transaction.atomic():
                sociallogin.connect(request, sociallogin.user)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """不开户。错误：ImmediateHttpResponse——说明没有对应的账号，该找谁。"""
        email = next((address.email for address in sociallogin.email_addresses), "")
        raise ImmediateHttpResponse(
            render(request, "socialaccount/no_account.html", {"email": email}, status=403)
        )


class StaffMFAAdapter(DefaultMFAAdapter):
    """第二步验证适配：密钥加密入库；名称用中文。"""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("没有通过验证，请重新输入或再试一次"),
    }

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def get_totp_label(self, user: Any) -> str:
        return user.username

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("通行密钥 %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        # 浏览器和手机在选密钥时显示这个名称。
        return super().get_public_key_credential_rp_entity() | {"name": _(settings.SITE["name"])}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        return super().get_public_key_credential_user_entity(user) | {"name": user.username}


def typed_username(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """输入的账号：锁定按它计数；登录表单的栏名是 login，认证时的键是 username。

    登录不分大小写，计数也不分，否则换一种写法就能再猜五次；先大写再小写，ſ、ı 这类字也归到同一个。
    """
    typed = (credentials or {}).get("username") or request.POST.get("login", "")
    return typed.strip().upper().lower()
