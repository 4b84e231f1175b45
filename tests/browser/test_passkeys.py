"""通行密钥：用浏览器的虚拟验证器添加、改名、登录、移除；没有脚本时说明白。"""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from visitor import Visitor, turn

from gongkai.audit.models import Entry
from gongkai.workplans import demo

pytestmark = pytest.mark.django_db(transaction=True)


def with_authenticator(visitor: Visitor, *, verifies: bool = True) -> Any:
    """给这个浏览器装上一个虚拟的平台验证器；verifies 为能否验证本人（指纹、PIN）。"""
    device = visitor.context.new_cdp_session(visitor.page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": verifies,
               "hasUserVerification": verifies, "isUserVerified": verifies,
               "automaticPresenceSimulation": True}  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return device


def add_passkey(visitor: Visitor, name: str, *, alone: bool = True) -> None:
    """在“账号安全”里添加通行密钥：先再输一次密码。"""
    turn(visitor.open("/accounts/2fa/").sees("还没有添加").page.locator("text=添加通行密钥"))
    if "reauthenticate" in visitor.page.url:
        visitor.sees("请再输入一次密码").check().page.fill("#id_password", demo.PASSWORD)
        visitor.press("继续")
    visitor.sees("添加通行密钥").check().page.fill("#id_name", name)
    visitor.page.set_checked("#id_passwordless", alone)
    with visitor.page.expect_navigation():
        visitor.press("添加")


def leave(visitor: Visitor) -> Visitor:
    visitor.press("退出", within="header")
    return visitor.open("/accounts/login/")


def test_a_passkey_alone_signs_in(
    chromium: Any,
    live_server: Any,
    bureau: Any,
    person: Any,
) -> None:
    visitor = Visitor(chromium, live_server.url, 1280, 375)
    with_authenticator(visitor)
    visitor.sign_in("office")
    add_passkey(visitor, "办公电脑")
    visitor.sees("通行密钥已添加").sees("备用码").open("/accounts/2fa/").sees("办公电脑").sees(
        "单独登录"
    ).sees("还没有用过")
    turn(visitor.page.get_by_role("link", name="改名"))
    visitor.check().page.fill("#id_name", "值班电脑")
    visitor.press("保存").sees("值班电脑")

    leave(visitor)
    with visitor.page.expect_navigation(url="**/staff/**"):
        visitor.press("用通行密钥登录")
    visitor.open("/accounts/2fa/")
    assert "还没有用过" not in visitor.page.inner_text("main")

    # 移除之后，设备里那一份不能再用。
    turn(visitor.page.get_by_role("link", name="移除"))
    if "reauthenticate" in visitor.page.url:
        visitor.check().page.fill("#id_password", demo.PASSWORD)
        visitor.press("继续")
    visitor.sees("移除通行密钥").check().press("移除").sees("还没有添加")
    leave(visitor)
    with visitor.page.expect_navigation():
        visitor.press("用通行密钥登录")
    visitor.sees("没有通过验证")
    assert "login" in visitor.page.url

    actions = list(Entry.objects.order_by("number").values_list("action", flat=True))
    kept = [name for name in actions if name.startswith("accounts.")]
    assert kept == [
        "accounts.sign_in",
        "accounts.change_second_factors",
        "accounts.rename_passkey",
        "accounts.sign_in",
        "accounts.change_second_factors",
    ]
    assert not Authenticator.objects.filter(user=person("office")).exists()


def test_a_missing_security_key_is_explained(
    chromium: Any,
    live_server: Any,
    bureau: Any,
) -> None:
    visitor = Visitor(chromium, live_server.url)
    device = with_authenticator(visitor, verifies=False)
    visitor.sign_in("office")
    add_passkey(visitor, "钥匙", alone=False)
    visitor.open("/accounts/2fa/").sees("密码之后的第二步")
    leave(visitor)
    visitor.page.fill("#id_login", "office")
    visitor.page.fill("#id_password", demo.PASSWORD)
    visitor.press("登录").sees("登录的第二步").check()
    assert visitor.page.request.get(live_server.url + "/staff/my/", max_redirects=0).status == 302

    # 拔掉钥匙：浏览器拒绝，页面上说明，不会卡住。
    device.send("WebAuthn.disable")
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    visitor.page.click("#mfa_webauthn_authenticate")
    visitor.page.wait_for_selector("#passkey-problem:visible")
    visitor.sees("没有完成").check()
    assert visitor.page.get_by_role("button", name="换个账号登录").is_visible()


def test_a_security_key_is_the_second_step(
    chromium: Any,
    live_server: Any,
    bureau: Any,
    person: Any,
) -> None:
    visitor = Visitor(chromium, live_server.url)
    with_authenticator(visitor, verifies=False)
    visitor.sign_in("office")
    add_passkey(visitor, "钥匙", alone=False)
    leave(visitor)
    visitor.page.fill("#id_login", "office")
    visitor.page.fill("#id_password", demo.PASSWORD)
    visitor.press("登录")
    with visitor.page.expect_navigation(url="**/staff/**"):
        visitor.press("用通行密钥确认")
    visitor.check()
    entry = Entry.objects.filter(action="accounts.sign_in").latest("number")
    assert entry.detail == {"methods": ["password", "webauthn"]}
    # 再验证本人也可以用钥匙。
    visitor.open("/accounts/2fa/webauthn/reauthenticate/?next=/accounts/2fa/totp/activate/")
    with visitor.page.expect_navigation(url="**/totp/activate/**"):
        visitor.press("用通行密钥确认")
    visitor.sees("启用验证器").check()


def test_without_scripts_the_pages_say_so(
    chromium: Any,
    live_server: Any,
    bureau: Any,
    person: Any,
) -> None:
    TOTP.activate(person("office"), generate_totp_secret())
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(live_server.url + "/accounts/login/")
    assert not page.is_visible("#passkey_login")
    assert "动态口令不用脚本也能用" in page.inner_text("main")
    page.fill("#id_login", "head")
    page.fill("#id_password", demo.PASSWORD)
    turn(page.get_by_role("button", name="登录", exact=True))
    page.goto(live_server.url + "/accounts/2fa/webauthn/add/")
    page.fill("#id_password", demo.PASSWORD)
    turn(page.locator("main button").first)
    assert "动态口令不用脚本也能用" in page.inner_text("main")
    assert not page.is_visible("#mfa_webauthn_add")
    page.press("#id_name", "Enter")
    assert not Authenticator.objects.filter(user=person("head")).exists()
    context.close()
