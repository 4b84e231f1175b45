"""账号安全的审计：登录、验证器、通行密钥、备用码、密码、统一身份认证的每次变动各留一条。

这些页面由 allauth 提供：装它的网址时给视图包一层，让改动与记账同在一个事务里；其余在它的信号上记账。
第二步不用它的信号，因为那些信号有的等事务提交之后才发。
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, include
from requests import RequestException

from gongkai.audit.actions import record
from gongkai.core.parts import in_parts

logger = logging.getLogger(__name__)

# 登录页不在其内：登录失败的计数不能随事务退回，而登录成功本身只写会话。
# 统一身份认证的登录也不在其内：与认证服务来回时不该占着写锁，连接由 StaffSocialAdapter 另成事务。
_MODULES = ("allauth.mfa.totp", "allauth.mfa.webauthn", "allauth.mfa.recovery_codes")
_VIEWS = frozenset({"PasswordChangeView", "PasswordSetView", "PasswordResetFromKeyView", "ConnectionsView"})


def audited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """改动账号安全的视图：整个请求在一个事务里，第二步有增减就记一条；记账失败则改动不留。"""
    name = getattr(getattr(view, "view_class", view), "__name__", "")
    if not view.__module__.startswith(_MODULES) and name not in _VIEWS:
        return view

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            user = request.user  # 视图若是登录，之后的 request.user 就换人了
            before = _second_factors(user)
            response = view(request, *args, **kwargs)
            after = _second_factors(user)
            added = sorted(after[pk] for pk in after.keys() - before.keys())
            removed = sorted(before[pk] for pk in before.keys() - after.keys())
            if added or removed:
                record(user, "accounts.change_second_factors", user, added=added, removed=removed)
        return response

    return wrapper


def audited_urls(name: str) -> Any:
    """装入一个网址表，其中各视图都经 audited。"""

    def wrap(patterns: Any) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = audited(pattern.callback)
            else:
                wrap(pattern.url_patterns)

    found = include(name)
    wrap(found[0].urlpatterns)
    return found


class ProviderErrorMiddleware:
    """中间件：认证服务连不上、答非所问，说明白并指回登录页，不当作本系统出错。"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        if match and match.func.__module__.startswith("allauth.socialaccount"):
            if isinstance(exception, RequestException | KeyError):
                logger.warning("统一身份认证出错：%r", exception)
                return render(request, "socialaccount/authentication_error.html", status=502)
        return None


def _second_factors(user: Any) -> dict[int, str]:
    """此人的验证器、通行密钥、备用码：编号→种类。"""
    return dict(Authenticator.objects.filter(user_id=user.pk).values_list("pk", "type")) if user.pk else {}


def _record(action: str, user: Any, **detail: Any) -> None:
    with transaction.atomic():
        record(user, f"accounts.{action}", user, **detail)


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """登录：记下用过哪几步（password、mfa、socialaccount）。"""
    methods = [row.get("type") or row["method"] for row in get_authentication_records(request, user)]
    _record("sign_in", user, methods=methods)


@receiver(account.password_changed)
@receiver(account.password_set)
@receiver(account.password_reset)
def password_changed(user: Any, **kwargs: Any) -> None:
    """本人改密码或凭邮件重设密码。"""
    _record("change_own_password", user)


@receiver(social.social_account_added)
def social_account_added(sociallogin: Any, **kwargs: Any) -> None:
    """连接统一身份认证。"""
    _record("connect_oidc", sociallogin.user, provider=sociallogin.account.provider)


@receiver(social.social_account_removed)
def social_account_removed(socialaccount: Any, **kwargs: Any) -> None:
    """断开统一身份认证。"""
    _record("disconnect_oidc", socialaccount.user, provider=socialaccount.provider)


def second_step_tokens() -> Iterator[tuple[str, Callable[[str], None]]]:
    """第二步的密文：验证器的密钥、备用码的种子，逐个给出密文和写回的函数，轮换密钥用。"""
    for row in in_parts(Authenticator.objects.all(), 500):
        for name in ("secret", "seed"):
            if token := row.data.get(name):
                yield token, partial(_put_token, row.pk, name, token)


def _put_token(pk: int, name: str, old: str, token: str) -> None:
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=pk).first()
        # 旧值没有变才换：本人刚解除、重设过的不动。
        if row and row.data.get(name) == old:
            row.data[name] = token
            row.save(update_fields=["data"])
