"""登录：密码、动态口令、注册不开放、统一身份认证按设置出现。"""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from gongkai.workplans import demo


def sign_in(client: Client, password: str = demo.PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": "office", "password": password})


def test_password_signs_in_and_out(bureau: Any) -> None:
    client = Client()
    assert sign_in(client, "wrong").status_code == 200
    assert sign_in(client).url == "/staff/"
    assert client.get("/accounts/2fa/").status_code == 200
    assert client.post("/accounts/logout/").url == "/"
    assert client.get("/staff/my/").status_code == 302


def test_totp_is_asked_when_set_up(bureau: Any, person: Any) -> None:
    secret = generate_totp_secret()
    TOTP.activate(person("office"), secret)
    client = Client()
    assert "2fa/authenticate" in sign_in(client).url
    assert client.get("/staff/my/").status_code == 302, "只有密码还不算登录"
    page = client.get("/accounts/2fa/authenticate/")
    assert "登录的第二步" in page.content.decode()
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time

    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).url == "/staff/"
    assert Authenticator.objects.filter(user=person("office"), type="totp").exists()


@pytest.mark.parametrize("path", ["2fa/totp/activate/", "password/change/"])
def test_security_pages_are_chinese(bureau: Any, path: str) -> None:
    client = Client()
    sign_in(client)
    assert "<h1>" in client.get(f"/accounts/{path}", follow=True).content.decode()


def test_nobody_can_sign_up(db: Any) -> None:
    assert "不开放注册" in Client().get("/accounts/signup/").content.decode()


def test_oidc_shows_only_when_set(db: Any, settings: Any) -> None:
    assert "统一身份认证" not in Client().get("/accounts/login/").content.decode()
    app = {"provider_id": "gov", "name": "统一身份认证", "client_id": "x", "secret": "y",
           "settings": {"server_url": "https://id.example.invalid"}}  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    assert "用统一身份认证登录" in Client().get("/accounts/login/").content.decode()
