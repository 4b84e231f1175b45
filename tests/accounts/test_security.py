"""账号安全：改动与审计同生共死，密钥加密，少用的页面也是中文、不走进死胡同。"""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.apps import apps
from django.core import mail
from django.core.cache import cache
from django.test import Client

from gongkai.accounts import security
from gongkai.audit.actions import verify
from gongkai.audit.models import Entry
from gongkai.workplans import demo

NEW = "Shuiwu-2027-ok"


@pytest.fixture
def client(bureau: Any) -> Client:
    """office 已登录，并刚再验证过密码。"""
    cache.clear()  # 再验证有次数限制，记在缓存里
    client = Client()
    client.post("/accounts/login/", {"login": "office", "password": demo.PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": demo.PASSWORD})
    return client


def activate(client: Client) -> str:
    """经页面启用验证器，返回密钥。"""
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert found
    code = format_hotp_value(hotp_value(found[1], next(iter(yield_hotp_counters_from_time()))))
    assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    return found[1]


def test_every_change_leaves_one_audit_row(client: Client) -> None:
    activate(client)
    client.post("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/totp/deactivate/")
    form = {"oldpassword": demo.PASSWORD, "password1": NEW, "password2": NEW}
    client.post("/accounts/password/change/", form)
    found = [(entry.action, entry.detail) for entry in Entry.objects.order_by("number")]
    assert found == [
        ("accounts.sign_in", {"methods": ["password"]}),
        ("accounts.change_second_factors", {"added": ["recovery_codes", "totp"], "removed": []}),
        ("accounts.change_second_factors", {"added": ["recovery_codes"], "removed": ["recovery_codes"]}),
        ("accounts.change_second_factors", {"added": [], "removed": ["recovery_codes", "totp"]}),
        ("accounts.change_own_password", {}),
    ]
    assert not verify()


def test_a_change_resumed_after_reauthentication_is_audited_too(bureau: Any, person: Any) -> None:
    cache.clear()
    TOTP.activate(person("office"), generate_totp_secret())
    client = Client()
    client.force_login(person("office"))
    page = client.post("/accounts/2fa/totp/deactivate/")
    assert "/reauthenticate/" in page.url
    client.post(page.url, {"password": demo.PASSWORD, "next": "/accounts/2fa/totp/deactivate/"})
    assert not Authenticator.objects.exists()
    entry = Entry.objects.get(action="accounts.change_second_factors")
    assert entry.detail == {"added": [], "removed": ["totp"]}


def test_a_change_that_cannot_be_audited_is_not_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    activate(client)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(security, "record", broken)
    client.raise_request_exception = False
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 500
    assert Authenticator.objects.filter(type="totp").exists()
    form = {"oldpassword": demo.PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/accounts/password/change/", form).status_code == 500
    assert Authenticator.objects.get(type="totp").user.check_password(demo.PASSWORD)


def test_the_secrets_are_encrypted(client: Client, person: Any) -> None:
    secret = activate(client)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert Authenticator.objects.get(type="recovery_codes").data["seed"].startswith("gAAAA")


def test_older_secrets_are_encrypted_by_the_migration(bureau: Any, person: Any) -> None:
    secret = generate_totp_secret()
    row = TOTP.activate(person("office"), secret).instance
    encrypted = row.data["secret"]
    row.data["secret"] = secret
    row.save()
    migration = importlib.import_module("gongkai.accounts.migrations.0002_encrypt_second_factors")
    migration.encrypt_all(apps, None)
    row.refresh_from_db()
    first = row.data["secret"]
    assert first not in (secret, encrypted)
    migration.encrypt_all(apps, None)
    row.refresh_from_db()
    assert row.data["secret"] == first, "已加密的不再加一层"


SIGNED_IN = (
    "2fa/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/", "2fa/recovery-codes/generate/",
    "email/", "password/change/", "password/set/", "3rdparty/", "logout/", "reauthenticate/",
    "2fa/reauthenticate/", "2fa/webauthn/reauthenticate/", "confirm-email/",
)  # fmt: skip
SIGNED_OUT = (
    "login/", "signup/", "inactive/", "logout/", "password/reset/", "password/reset/done/", "confirm-email/",
    "confirm-email/bad-key/", "password/reset/key/1-bad/", "password/reset/key/done/", "login/code/confirm/",
    "3rdparty/login/cancelled/", "3rdparty/login/error/", "3rdparty/signup/", "2fa/authenticate/",
    "2fa/signup/webauthn/", "2fa/login/webauthn/", "2fa/webauthn/login/", "social/signup/",
)  # fmt: skip
ENGLISH = re.compile(r"[A-Za-z]{3,}(?:[ ,']+[A-Za-z]{2,}){2,}")


def no_dead_end(response: Any, path: str) -> None:
    """页面有我们的页眉页脚，有标题，正文里没有英文句子，也有路可走。"""
    page = response.content.decode()
    main = re.sub(r"<script.*?</script>|<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0])
    header = page.partition("<header")[2].partition("</header>")[0]
    assert "site-footer" in page and "<h1>" in page and "政务公开平台" in header, path
    found = ENGLISH.search(main)
    assert not found, (path, found and found[0])


@pytest.mark.parametrize("path", SIGNED_IN)
def test_pages_for_staff_are_ours_and_chinese(client: Client, path: str) -> None:
    response = client.get(f"/accounts/{path}", follow=True)
    assert response.status_code == 200, path
    no_dead_end(response, path)


@pytest.mark.parametrize("path", SIGNED_OUT)
def test_pages_before_signing_in_are_ours_and_chinese(bureau: Any, path: str) -> None:
    response = Client().get(f"/accounts/{path}", follow=True)
    assert response.status_code in (200, 401, 404), path
    no_dead_end(response, path)


@pytest.mark.parametrize("path", ["2fa/totp/deactivate/", "2fa/recovery-codes/", "2fa/reauthenticate/"])
def test_pages_of_the_second_step_are_ours_and_chinese(client: Client, path: str) -> None:
    activate(client)
    no_dead_end(client.get(f"/accounts/{path}", follow=True), path)
    page = client.get("/accounts/reauthenticate/").content.decode()
    assert "输入动态口令或备用码" in page


def test_a_password_is_reset_by_mail(bureau: Any, person: Any) -> None:
    client = Client()
    page = client.post("/accounts/password/reset/", {"email": "office@example.invalid"}, follow=True)
    assert "请查收邮件" in page.content.decode()
    (message,) = mail.outbox
    assert message.subject.endswith("重设密码") and "office" in message.body
    assert not re.search("Hello|Thank you", message.body)
    link = re.search(r"http://testserver(\S+)", message.body)
    assert link
    page = client.get(link[1], follow=True)
    no_dead_end(page, link[1])
    form = {"password1": NEW, "password2": NEW}
    page = client.post(page.redirect_chain[-1][0], form, follow=True)
    assert "密码已重设" in page.content.decode() and person("office").check_password(NEW)
    assert "链接已失效" in Client().get(link[1], follow=True).content.decode()
    # 不存在的邮箱：同样的话，不发邮件也不泄露有没有账号。
    mail.outbox.clear()
    page = client.post("/accounts/password/reset/", {"email": "nobody@example.invalid"}, follow=True)
    assert "请查收邮件" in page.content.decode()
    assert not any("sign up" in message.body for message in mail.outbox)


def test_too_many_tries_are_told_so(client: Client) -> None:
    for _attempt in range(12):
        response = client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert response.status_code == 429
    no_dead_end(response, "429")
    assert "太频繁" in response.content.decode()
    cache.clear()


def test_a_stopped_account_is_told_so(bureau: Any, person: Any) -> None:
    handler = person("handler")
    handler.is_active = False
    handler.save()
    client = Client()
    page = client.post("/accounts/login/", {"login": "handler", "password": demo.PASSWORD}, follow=True)
    assert "停用" in page.content.decode()
