"""一个人和他的浏览器：各浏览器测试共用。"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import Error

from gongkai.accounts.models import User
from gongkai.workplans import demo

# 只要毛病、不要通过了的各项（那些的清单很长，费时），也不另取样式表。
RUN_AXE = """async colours => {
  const rules = { 'color-contrast': { enabled: colours } };
  const { violations } = await axe.run({ resultTypes: ['violations'], preload: false, rules });
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


# 换了宽度，看得见的每一样还是原来的颜色、底色、字号档次：那么颜色不用再查。多露出一样，变了一样，就要查。
SAME_COLOURS = """() => {
  if (!document.body || document.querySelector('iframe, object, embed')) return false;
  const seen = window.coloursSeen, now = new Map();
  for (const e of document.querySelectorAll('body, body *')) {
    if (!e.checkVisibility()) continue;
    const s = getComputedStyle(e), size = parseFloat(s.fontSize);
    const large = size >= 24 || size >= 18.5 && s.fontWeight >= 700;
    const ground = [s.backgroundColor, s.backgroundImage, s.opacity, s.filter, s.position];
    now.set(e, [s.color, large, ...ground].join());
  }
  window.coloursSeen = now;
  return Boolean(seen) && [...now].every(([e, look]) => seen.get(e) === look);
}"""
# 看过、没有毛病的画面。
CLEAN: set[bytes] = set()
# 画面由什么定：标记，标记里看不出的（勾没勾、选没选、光标在哪），视口。框架里的看不到，就不记。
LOOK = """() => {
  if (document.querySelector('iframe, object, embed')) return null;
  const all = [...document.querySelectorAll('*')];
  const state = all.map(e => [e.checked, e.selected, e.disabled, e.validity?.valid].map(Number));
  return [document.documentElement.outerHTML, String(state), all.indexOf(document.activeElement),
    innerWidth, innerHeight, devicePixelRatio];
}"""
# 文字和网址里的编号、日期、防伪令牌换了，画面还是那个画面；标签、编号属性、样式里的数字要紧，一个也不动。
LOOSE = re.compile(
    r'(?P<kept><style\b.*?</style>)|(?<= )(?:href|src|action|value|datetime)="(?!#)[^"]*"|(?<=>)[^<>]+(?=<)',
    re.DOTALL,
)
TOKEN = re.compile(r"\b[A-Za-z0-9_-]{32,}\b|\d+")


def _on_the_whole(page: Any, script: str) -> Any:
    """到齐了的一页上算；正在换页就等新的一页。"""
    ready = """async () => {
      while (document.readyState !== 'complete') await new Promise(done => setTimeout(done, 10));
      return (%s)();
    }"""
    try:
        return page.evaluate(ready % script)
    except Error:  # 算到一半换了页
        page.wait_for_load_state()
        return page.evaluate(ready % script)


def _mark(page: Any) -> bytes | None:
    """画面的记号：记号相同的，无障碍的结果也相同；说不准的返回 None。"""
    look = _on_the_whole(page, LOOK)
    if look is None:
        return None
    markup, *rest = look
    loose = LOOSE.sub(lambda each: each["kept"] or TOKEN.sub("0", each[0]), markup)
    return hashlib.sha256(repr((loose, rest)).encode()).digest()


def violations(page: Any, *, colours: bool = True) -> list[dict[str, Any]]:
    """这一页无障碍的毛病，哪一级都算。同样的画面看过一次没有毛病，就不再看。

    参数：colours 为假时不看颜色，那最费时。
    """
    mark = _mark(page)
    if mark in CLEAN:
        return []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(RUN_AXE, colours)
    if mark and colours and not found:
        CLEAN.add(mark)
    return found


def look_at(
    page: Any, widths: Sequence[int], *, height: int = 900, only: Sequence[str] = (), colours: bool = True
) -> None:
    """在各种宽度下看：没有无障碍的毛病（only 指明只算哪几级），不横向溢出。看完放回头一个宽度。

    服务器不看宽度：同一页不必再取，收窄了再查。
    """
    for turned, width in enumerate(widths):
        page.set_viewport_size({"width": width, "height": height})
        same = _on_the_whole(page, SAME_COLOURS) and turned
        found = violations(page, colours=colours and not same)
        found = [each for each in found if not only or each["impact"] in only]
        assert not found, (page.url, width, found)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (page.url, width, wide)
    page.set_viewport_size({"width": widths[0], "height": height})


def settle(page: Any) -> None:
    """等脚本画完；不等网络，网络空闲要白等半秒。"""
    page.wait_for_load_state()
    page.evaluate(SETTLED)


def turn(target: Any) -> None:
    """点一样点了要换页的，等到换了页：机器忙的时候，点完到开始换页有一会儿，不等就看了旧页。"""
    with target.page.expect_navigation():
        target.click()


class Visitor:
    """一个人和他的浏览器：每打开一页都查无障碍（严重问题为零）和横向溢出；给几个宽度，每页就在几个宽度下看。"""

    def __init__(self, browser: Any, base: str, *widths: int) -> None:
        self.browser, self.widths = browser, widths or (1280,)
        self.width = self.widths[0]
        self.context = browser.new_context(
            viewport={"width": self.width, "height": 900}, accept_downloads=True
        )
        self.context.add_init_script(AXE_SCRIPT)  # 页页都要用：比看的时候再送进去快，编译过的接着用
        self.page, self.base = self.context.new_page(), base
        self.page.set_default_timeout(15_000)

    def open(self, path: str) -> Visitor:
        response = self.page.goto(self.base + path)
        assert response and response.status == 200, (path, response and response.status)
        return self.check()

    def check(self) -> Visitor:
        look_at(self.page, self.widths, only=("serious", "critical"))
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
        turn(self.page.locator(within).get_by_role("button", name=name, exact=True).first)
        return self

    def follow(self, name: str, within: str = "main") -> Visitor:
        turn(self.page.locator(within).get_by_role("link", name=name, exact=True).first)
        return self

    def lit(self, colour: str) -> Visitor:
        assert self.page.locator(f"dl.facts .light--{colour}").count() == 1, (colour, self.page.url)
        return self

    def sees(self, text: str) -> Visitor:
        assert text in self.page.inner_text("main"), (text, self.page.url, self.page.inner_text("main")[:600])
        return self
