"""公众页面走一遍：各种页面、宽窄两屏、四种样子，无障碍一处不犯，放大两倍不横向滚动，键盘走得通。"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from visitor import look_at, turn, violations

from gongkai import portal
from gongkai.portal import demo
from gongkai.records import demo as library
from gongkai.records.models import Edition, Record
from gongkai.workplans import demo as staff

pytestmark = pytest.mark.django_db(transaction=True)
MODES: dict[str, dict[str, str]] = {
    "plain": {},
    "elder": {"elder": "1"},
    "hant": {"script": "hant"},
    "english": {"django_language": "en"},
}
LANGUAGES = ("hant", "english")
FIXED = (
    "/",
    "/columns/",
    "/columns/statutory/",
    "/columns/statutory/fees/",
    "/columns/statutory/normative/",
    "/columns/news/",
    "/columns/news/page_1.html",
    "/columns/drinking-water/",
    "/library/",
    "/library/?status=all&q=没有这样的文件",
    "/planning/",
    "/institutions/",
    "/sitemap/",
    "/about/",
    "/plans/",
    "/feedback/",
    "/feedback/status/",
    "/nowhere/",
)
TITLES = (
    "临江市二次供水设施管理规定",
    "临江市节约用水奖励办法（试行）",
    "一图读懂《临江市二次供水设施管理规定》",
    "临江市供水发展“十四五”规划",
    "关于江东区部分路段计划停水的公告",
    "关于节水型小区评选的预通知",
    "临江市水务局前一年度政府信息公开工作年度报告",
    "水务局开展入冬前供水管网巡查",
    "临江市水务局本年度部门预算",
)


def pages(bureau: Any) -> list[str]:
    """每种页面。"""
    site = library.seed(bureau)
    demo.seed(site)
    records = [Edition.objects.filter(title=title).first().record for title in TITLES]
    outside = demo.LINKS[-1][0]
    link = site.links.get(name=outside)
    return [
        *FIXED,
        f"/institutions/{bureau.pk}/",
        f"/links/{link.pk}/",
        *(record.get_absolute_url() for record in records),
    ]


def test_every_page_is_accessible_in_every_form(
    chromium: Any,
    live_server: Any,
    bureau: Any,
) -> None:
    paths = pages(bureau)
    for mode, cookies in MODES.items():
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()])
        context.add_init_script(AXE_SCRIPT)
        page = context.new_page()
        wrong: list[str] = []
        page.on("console", lambda m, wrong=wrong: wrong.append(m.text) if "Policy" in m.text else None)
        page.on(
            "request",
            lambda r, wrong=wrong: None if r.url.startswith(live_server.url) else wrong.append(r.url),
        )
        for path in paths:
            page.goto(live_server.url + path)
            # 颜色不随文字变（见下）：换了文字的两种只看别的。
            look_at(page, (1280, 375), colours=mode not in LANGUAGES)
        # data: 的图标不算请求。
        assert not [each for each in wrong if not each.startswith("data:")], wrong
        context.close()


def test_no_colour_depends_on_the_language() -> None:
    for sheet in Path(portal.__file__).parent.glob("static/gongkai/*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert "[lang" not in text, sheet.name
        for rule in re.findall(r"[^{}]*:lang\([^{}]*\{[^{}]*\}", text):
            assert not re.search(r"(color|background|opacity|filter|--[\w-]+)\s*:", rule), (sheet.name, rule)


def test_a_page_fits_at_twice_the_size_and_without_scripts(
    chromium: Any,
    live_server: Any,
    bureau: Any,
) -> None:
    paths = pages(bureau)
    # 1280 的窗口放大到 200 %，就是 640 个 CSS 像素。
    context = chromium.new_context(
        viewport={"width": 640, "height": 450}, device_scale_factor=2, java_script_enabled=False
    )
    page = context.new_page()
    for path in paths:
        page.goto(live_server.url + path)
        wide = page.locator("main").bounding_box()
        assert wide and wide["width"] <= 640, path
        assert page.locator("h1").count() == 1, path
    context.close()


def test_the_keyboard_reaches_everything_in_order(
    chromium: Any,
    live_server: Any,
    bureau: Any,
) -> None:
    pages(bureau)
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(live_server.url + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.goto(live_server.url + "/")
    count = page.locator("a[href], button, input:not([type=hidden])").count()
    seen = set()
    for _n in range(count + 2):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("(e => e.outerHTML)(document.activeElement)"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if page.evaluate("document.activeElement !== document.body"):
            assert outline != "none"
    assert len(seen) >= count - 2
    page.close()


def test_a_citizen_finds_reads_and_reports(
    chromium: Any,
    live_server: Any,
    bureau: Any,
) -> None:
    pages(bureau)
    page = chromium.new_page(viewport={"width": 375, "height": 800})
    page.goto(live_server.url + "/")
    turn(page.locator("main").get_by_role("link", name="政府信息公开指南"))
    turn(page.get_by_role("main").get_by_role("link", name="临江市水务局政府信息公开指南"))
    assert "0700-8000101" in page.inner_text("main")
    turn(page.locator("header").get_by_role("link", name="繁體中文"))
    assert page.get_attribute("html", "lang") == "zh-Hant-HK" and "政府信息公開指南" in page.inner_text("h1")
    turn(page.locator("header").get_by_role("link", name="简体中文"))
    assert "政府信息公开指南" in page.inner_text("h1")
    turn(page.locator("footer").get_by_role("link", name="我为政府网站找错"))
    assert "/content/post_" in page.input_value("#id_page")
    turn(page.get_by_role("button", name="提交"))
    assert page.locator(".field-error").count() >= 2
    assert not violations(page)
    page.select_option("#id_kind", "wording")
    page.fill("#id_text", "“申请”写成了“申清”")
    turn(page.get_by_role("button", name="提交"))
    number, code = page.locator("dd strong").all_inner_texts()
    assert not violations(page)
    office = chromium.new_context().new_page()
    office.goto(live_server.url + "/accounts/login/?next=/staff/error-reports/")
    office.fill("#id_login", "office")
    office.fill("#id_password", staff.PASSWORD)
    turn(office.get_by_role("button", name="登录", exact=True))
    assert not violations(office)
    turn(office.get_by_role("link", name=number))
    assert not violations(office)
    office.select_option("#id_outcome", "fixed")
    office.fill("#id_reply", "已改正。")
    turn(office.get_by_role("main").get_by_role("button", name="答复", exact=True))
    assert "已答复" in office.inner_text("main")
    turn(page.get_by_role("main").get_by_role("link", name="查看答复"))
    page.fill("#number", number)
    page.fill("#code", code)
    turn(page.get_by_role("button", name="查看"))
    assert "已改正。" in page.inner_text("main")
    assert not violations(page)
    assert Record.objects.exists()
