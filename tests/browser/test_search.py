"""一网通查、一网通答走一遍：查、筛选、改错、提问、办公室看效果再保存；宽窄屏、长者模式都查无障碍。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from visitor import Visitor, turn

from gongkai.search import actions, indexer, memory
from gongkai.search.models import NotFound
from gongkai.search.sources import Entry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def library(bureau: Any, settings: Any, tmp_path: Path) -> Iterator[None]:
    """几份水务文件，建好索引和纠错词表。"""
    settings.SEARCH_DIR = tmp_path / "index"
    rows = (
        ("临江市城市供水条例", "第一条 因检修需要停水的，应当提前24小时通知用户。", "in_force", 2023),
        ("临江市城市供水管理办法", "第一条 停水应当提前12小时通知用户。", "repealed", 2009),
        ("关于调整居民阶梯水价的通知", "居民生活用水第一级水价为每立方米3.2元。", "in_force", 2024),
    )
    for number, (title, body, validity, year) in enumerate(rows, 1):
        entry = Entry(
            f"test.item:{number}",
            title,
            "/plans/",
            body,
            organisation=bureau,
            validity=validity,
            kind="规范性文件" if number < 3 else "通知",
            date=date(year, 5, 1),
            numbers=(f"临府〔{year}〕{number}号",),
        )
        with transaction.atomic():
            actions.put(entry)
    indexer.rebuild()
    yield
    indexer.RESIDENT.close()


def test_a_citizen_searches_and_asks(chromium: Any, live_server: Any, library: None) -> None:
    citizen = Visitor(chromium, live_server.url, 1280, 375).open("/search/")
    citizen.page.fill("#search-q", "城市供水")
    citizen.press("查找").sees("找到 1 条").sees("另有 1 条已失效或废止").check()
    turn(citizen.page.locator("text=一并列出"))
    citizen.sees("该文件已废止").check()
    turn(citizen.page.locator(".search-filters >> text=2009"))
    citizen.sees("找到 1 条").sees("取消").check()
    citizen.open("/search/?q=临府[2024]3号").sees("文号相符")
    citizen.open("/search/?q=jietishuijia").sees("以下是“阶梯水价”的结果")
    turn(citizen.page.locator(".search-tabs").get_by_role("link", name="一网通答"))
    citizen.page.fill("#ask-q", "检修需要停水的，应当提前多少小时通知用户？")
    citizen.press("提问").sees("24小时").sees("第一条").sees("看原文这一处").check()
    citizen.open("/ask/?q=护照丢了怎么补办？").sees("未找到").sees("12345")
    citizen.follow("长者模式", within="header").check()


def test_suggestions_come_while_typing(chromium: Any, live_server: Any, library: None) -> None:
    citizen = Visitor(chromium, live_server.url).open("/search/")
    citizen.page.locator("#search-q").press_sequentially("阶梯")
    citizen.page.wait_for_selector("#search-words option", state="attached")
    options = citizen.page.eval_on_selector_all("#search-words option", "all => all.map(o => o.value)")
    assert "阶梯水价" in options


def test_the_office_sees_the_effect_first(
    chromium: Any,
    live_server: Any,
    library: None,
) -> None:
    memory.missed(NotFound.Kind.SEARCH, "水费单价")
    memory.flush()
    office = Visitor(chromium, live_server.url, 1280, 375).login("office")
    office.open("/staff/search/not-found/").sees("水费单价")
    office.open("/staff/search/synonyms/").page.fill("#words", "水费单价、水价")
    office.press("看效果").sees("保存以后").check()
    office.press("保存").sees("同义词已保存").check()
    office.open("/staff/search/pins/?query=供水").page.check("input[name=keys] >> nth=0")
    office.press("看效果").sees("保存以后").check()
    office.press("保存").sees("置顶已保存").check()
    office.open("/staff/search/not-found/").press("标为已处理").sees("已标为处理过").check()
