"""一个人和他的浏览器：各浏览器测试共用。"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client

from gongkai.accounts.models import User
from gongkai.workplans import demo

# 只要毛病、不要通过了的各项（那些的清单很长，费时），也不另取样式表。
RUN_AXE = """async () => {
  const { violations } = await axe.run({ resultTypes: ['violations'], preload: false });
  const brief = ({ id, impact, nodes: [first] }) => ({ id, impact, at: first.target, html: first.html });
  return violations.map(brief);
}"""
# 画面定了：八十毫秒没有一个元素再变，渐显、滑入的也做完了（半透明时字的对比不够，不算毛病）。
SETTLED = """async () => {
  await new Promise(done => {
    let timer = setTimeout(done, 80);
    new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, 80); })
      .observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  const passing = document.getAnimations().filter(each => isFinite(each.effect.getComputedTiming().endTime));
  await Promise.allSettled(passing.map(each => each.finished));
}"""


def violations(page: Any) -> list[dict[str, Any]]:
    """这一页无障碍的毛病，哪一级都算。"""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(RUN_AXE)
    return found


def settle(page: Any) -> None:
    """等脚本画完；不等网络，网络空闲要白等半秒。"""
    page.wait_for_load_state()
    page.evaluate(SETTLED)


class Visitor:
    """一个人和他的浏览器：每打开一页都查无障碍（严重问题为零）和横向溢出。"""

    def __init__(self, browser: Any, base: str, width: int = 1280) -> None:
        self.browser = browser
        self.context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
        self.page, self.base, self.width = self.context.new_page(), base, width
        self.page.set_default_timeout(15_000)

    def open(self, path: str) -> Visitor:
        response = self.page.goto(self.base + path)
        assert response and response.status == 200, (path, response and response.status)
        return self.check()

    def check(self) -> Visitor:
        serious = [each for each in violations(self.page) if each["impact"] in ("serious", "critical")]
        assert not serious, (self.page.url, serious)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, self.page.url
        return self

    def sign_in(self, username: str) -> Visitor:
        """从登录页进来，到工作台。"""
        self.open("/accounts/login/?next=/staff/")
        self.page.fill("#id_login", username)
        self.page.fill("#id_password", demo.PASSWORD)
        self.press("登录")
        return self.check()

    def login(self, username: str) -> Visitor:
        """带着登录了的会话来：登录页由 sign_in 走，不必回回走。"""
        client = Client()
        client.force_login(User.objects.get(username=username), "gongkai.accounts.permissions.DutyBackend")
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.base}])
        return self

    def press(self, name: str, within: str = "main") -> Visitor:
        # 机器忙的时候，点完到开始换页有一会儿：等到换了页再看，不看旧页。
        with self.page.expect_navigation():
            self.page.locator(within).get_by_role("button", name=name, exact=True).first.click()
        return self

    def follow(self, name: str, within: str = "main") -> Visitor:
        with self.page.expect_navigation():
            self.page.locator(within).get_by_role("link", name=name, exact=True).first.click()
        return self

    def lit(self, colour: str) -> Visitor:
        assert self.page.locator(f"dl.facts .light--{colour}").count() == 1, (colour, self.page.url)
        return self

    def sees(self, text: str) -> Visitor:
        assert text in self.page.inner_text("main"), (text, self.page.url, self.page.inner_text("main")[:600])
        return self
