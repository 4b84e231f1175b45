"""一个人和他的浏览器：各浏览器测试共用。"""

from __future__ import annotations

from typing import Any

from gongkai.workplans import demo


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
        from axe_playwright_python.sync_playwright import Axe

        violations = Axe().run(self.page).response["violations"]
        serious = [
            v["id"] + str(v["nodes"][0]["target"])
            for v in violations
            if v["impact"] in ("serious", "critical")
        ]
        assert not serious, (self.page.url, serious)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, self.page.url
        return self

    def login(self, username: str) -> Visitor:
        self.open("/accounts/login/?next=/staff/")
        self.page.fill("#id_login", username)
        self.page.fill("#id_password", demo.PASSWORD)
        self.press("登录")
        return self.check()

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
