"""统一身份认证：对着一个真的 OpenID 提供方，从登录页走过去再走回来。"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from visitor import Visitor, turn

from gongkai.accounts.models import User
from gongkai.audit.models import Entry
from gongkai.workplans import demo

pytestmark = pytest.mark.django_db(transaction=True)
PROVIDER = Path(__file__).resolve().parents[1] / "accounts" / "provider.py"


@pytest.fixture(scope="module")
def running(live_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """真的 OpenID 提供方，另一个进程：它的网址。"""
    folder = tmp_path_factory.mktemp("provider")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    callback = f"{live_server.url}/accounts/oidc/gov/login/callback/"
    log = folder / "provider.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, str(PROVIDER), str(port), str(folder), callback], stdout=output, stderr=output
        )
    for _attempt in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


@pytest.fixture
def provider(running: str, settings: Any) -> str:
    """本系统按设置指向它。"""
    app = {"provider_id": "gov", "name": "统一身份认证", "client_id": "gongkai", "secret": "gongkai-secret",
           "settings": {"server_url": running}}  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    return running


def walk(visitor: Visitor, username: str, answer: str = "grant") -> Visitor:
    """从登录页到提供方，登录、同意（或取消），再回来。"""
    visitor.open("/accounts/login/").press("用统一身份认证登录")
    page = visitor.page
    assert "127.0.0.1" in page.url, page.inner_text("body")
    if page.locator("[name=login]").count():
        page.fill("[name=login]", username)
        page.fill("[name=password]", "provider-2026")
        turn(page.locator("form button[type=submit]").last)
    with page.expect_navigation(url=re.compile(re.escape(visitor.base))):
        page.click(f"button[name=action][value={answer}]")
    return visitor.check()


def test_a_matching_email_is_connected(
    chromium: Any,
    live_server: Any,
    bureau: Any,
    provider: str,
) -> None:
    visitor = walk(Visitor(chromium, live_server.url), "chen").sees("台账")
    assert visitor.page.url == f"{live_server.url}/staff/board/"
    office = User.objects.get(username="office")
    assert SocialAccount.objects.get().user == office
    assert office.check_password(demo.PASSWORD), "原来的密码还在"
    assert [entry.action for entry in Entry.objects.filter(actor=office).order_by("number")] == [
        "accounts.connect_oidc",
        "accounts.sign_in",
    ]
    # 连接之后按对方的编号认：管理员改了邮箱也不影响；断开后就不再认。
    User.objects.filter(pk=office.pk).update(email="other@example.invalid")
    EmailAddress.objects.all().delete()
    visitor.press("退出", within="header")
    turn(walk(visitor, "chen").sees("台账").open("/accounts/2fa/").page.locator("text=查看连接"))
    visitor.check().press("断开")
    if "reauthenticate" in visitor.page.url:
        visitor.page.fill("#id_password", demo.PASSWORD)
        visitor.press("继续")
    visitor.sees("没有连接")
    assert not SocialAccount.objects.exists()
    visitor.press("退出", within="header")
    walk(visitor, "chen").sees("没有对应的账号")


@pytest.mark.parametrize("username", ["stranger", "unverified"])
def test_unknown_people_are_refused(
    chromium: Any,
    live_server: Any,
    bureau: Any,
    provider: str,
    username: str,
) -> None:
    before = User.objects.count()
    visitor = (
        walk(Visitor(chromium, live_server.url, 375), username).sees("没有对应的账号").sees("系统管理员")
    )
    turn(visitor.page.locator("text=回到登录页"))
    visitor.sees("工作人员登录")
    assert User.objects.count() == before and not SocialAccount.objects.exists()
    assert visitor.page.request.get(live_server.url + "/staff/my/", max_redirects=0).status == 302


def test_a_shared_email_belongs_to_nobody(
    chromium: Any,
    live_server: Any,
    bureau: Any,
    provider: str,
) -> None:
    User.objects.filter(username="chief").update(email="OFFICE@example.invalid")
    walk(Visitor(chromium, live_server.url), "chen").sees("不止一个账号")


def test_a_refusal_at_the_provider_is_not_an_error(
    chromium: Any,
    live_server: Any,
    bureau: Any,
    provider: str,
) -> None:
    walk(Visitor(chromium, live_server.url), "chen", "cancel").sees("已取消登录")


def test_a_silent_provider_leaves_the_password(bureau: Any, settings: Any) -> None:
    app = {"provider_id": "gov", "name": "统一身份认证", "client_id": "x", "secret": "y",
           "settings": {"server_url": "http://127.0.0.1:9"}}  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    response = Client().post("/accounts/oidc/gov/login/")
    assert response.status_code == 502 and "用账号和密码登录" in response.content.decode()
    assert "统一身份认证没有成功" in Client().get("/accounts/oidc/gov/login/callback/").content.decode()
