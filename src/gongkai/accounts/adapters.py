"""登录适配：账号只由管理员建立；统一身份认证（OIDC）只认已有账号。"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class StaffAccountAdapter(DefaultAccountAdapter):
    """账号适配：不开放注册。"""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class StaffSocialAdapter(DefaultSocialAccountAdapter):
    """统一身份认证适配：按已核实的邮箱对应已有账号，对不上的不给开户。"""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


def typed_username(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """输入的账号：锁定按它计数；登录表单的栏名是 login，认证时的键是 username。"""
    return (credentials or {}).get("username") or request.POST.get("login", "")
