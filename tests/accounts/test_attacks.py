"""对登录的攻击：换着写法猜密码、猜动态口令、经代理把别人锁在外面、带着人跳到外站。"""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client

from gongkai.core.visitors import address_of
from gongkai.workplans import demo

LOGIN, SECOND = "/accounts/login/", "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


def sign_in(client: Client, name: str = "office", password: str = demo.PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"login": name, "password": password}, **extra)


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_spelling_the_name_differently_is_the_same_account(bureau: Any) -> None:
    client = Client()
    for name in ("office", "Office", " OFFICE ", "oFFice"):
        assert sign_in(client, name, "wrong").status_code == 200
    locked = sign_in(client, "OfficE", "wrong")
    assert locked.status_code == 429 and "锁" in locked.content.decode()
    assert sign_in(client).status_code == 429, "锁定期间密码对了也不行"


def test_behind_the_proxy_only_the_attacker_is_locked_out(bureau: Any) -> None:
    for _try in range(6):
        last = sign_in(Client(), "office", "wrong", HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert last.status_code == 429
    assert sign_in(Client(), HTTP_X_FORWARDED_FOR="198.51.100.7").url == "/staff/", "本人从别处照常登录"


def test_a_forged_forwarding_header_does_not_escape_the_lock(bureau: Any) -> None:
    for at in range(6):
        # nginx 把真实地址加在最后；攻击者自己写的在前面。
        last = sign_in(Client(), "office", "wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{at}, 203.0.113.9")
    assert last.status_code == 429
    for at in range(6):
        direct = {"REMOTE_ADDR": "203.0.113.10", "HTTP_X_FORWARDED_FOR": f"10.0.1.{at}"}
        last = sign_in(Client(), "office", "wrong", **direct)
    assert last.status_code == 429, "不经代理直接来的，不信它写的地址"


def test_a_nonsense_address_from_the_proxy_is_no_server_error(bureau: Any, rf: Any) -> None:
    assert address_of(rf.get("/", HTTP_X_FORWARDED_FOR="1.2.3.4, <x>")) == "127.0.0.1"
    assert sign_in(Client(), "office", "wrong", HTTP_X_FORWARDED_FOR="<x>").status_code == 200


def test_the_second_step_cannot_be_guessed(bureau: Any, person: Any) -> None:
    secret = generate_totp_secret()
    TOTP.activate(person("office"), secret)
    for _try in range(6):
        # 换个会话、换个来源也一样计数：知道密码的人才到得了这一步。
        client = Client(REMOTE_ADDR=f"203.0.113.{_try}")
        sign_in(client)
        page = client.post(SECOND, {"code": "000000"}).content.decode()
    assert "次数" in page or "稍后" in page, page
    assert client.post(SECOND, {"code": code_of(secret)}).status_code == 200, "超过次数，对的也先不收"
    assert client.get("/staff/my/").status_code == 302


def test_a_code_is_used_once(bureau: Any, person: Any) -> None:
    secret = generate_totp_secret()
    TOTP.activate(person("office"), secret)
    code, (one, two) = code_of(secret), (Client(), Client())
    sign_in(one)
    sign_in(two)
    assert one.post(SECOND, {"code": code}).status_code == 302
    assert two.post(SECOND, {"code": code}).status_code == 200 and two.get("/staff/my/").status_code == 302


def test_a_recovery_code_is_used_once(bureau: Any, person: Any) -> None:
    TOTP.activate(person("office"), generate_totp_secret())
    code = RecoveryCodes.activate(person("office")).get_unused_codes()[0]
    for good in (True, False):
        client = Client()
        sign_in(client)
        assert (client.post(SECOND, {"code": code}).status_code == 302) is good


BEHIND = (
    "/accounts/2fa/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/password/change/",
    "/staff/my/",
    "/office/",
)


@pytest.mark.parametrize("path", BEHIND)
def test_no_page_lets_one_past_the_second_step(bureau: Any, person: Any, path: str) -> None:
    TOTP.activate(person("office"), generate_totp_secret())
    client = Client()
    sign_in(client)
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code in (302, 403, 405) and "login" in answer.get("Location", "login"), answer
    assert Authenticator.objects.filter(user=person("office")).exists()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"]
)
def test_signing_in_never_leads_off_the_site(bureau: Any, target: str) -> None:
    client = Client()
    answer = client.post(LOGIN, {"login": "office", "password": demo.PASSWORD, "next": target})
    assert answer.url == "/staff/"
    out = client.post("/accounts/logout/", {"next": target})
    assert out.url == "/"


def test_a_session_is_new_after_signing_in_and_ends_with_the_account(bureau: Any, person: Any) -> None:
    client, other = Client(), Client()
    client.get(LOGIN)
    client.cookies["sessionid"] = "chosenbyattacker0000000000000000"
    sign_in(client)
    assert client.cookies["sessionid"].value != "chosenbyattacker0000000000000000"
    sign_in(other)
    assert client.get("/accounts/logout/").status_code == 200 and client.get("/staff/my/").status_code == 200
    user = person("office")
    user.set_password("a-new-password-1")
    user.save()
    assert other.get("/staff/my/").status_code == 302, "改了密码，别处的会话都作废"
    sign_in(other, password="a-new-password-1")
    assert other.get("/staff/my/").status_code == 200
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert other.get("/staff/my/").status_code == 302, "停用即时生效"


def test_the_answer_does_not_tell_which_names_exist(bureau: Any) -> None:
    pages = [sign_in(Client(), name, "wrong").content.decode() for name in ("office", "nobody")]
    plain = [page.replace("office", "X").replace("nobody", "X") for page in pages]
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    assert token.sub("", plain[0]) == token.sub("", plain[1])
    mails = [Client().post("/accounts/password/reset/", {"email": m}) for m in ("office@x.cn", "no@x.cn")]
    assert mails[0].status_code == mails[1].status_code == 302 and mails[0].url == mails[1].url
