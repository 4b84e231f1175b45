"""政策问答走一遍：公众问了没有答上，问够次数成了草稿，编写、审核、发布，公众再问就答得上，撤下立即没有；
宽窄屏、长者模式都查无障碍。"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from visitor import Visitor

from gongkai.search import indexer, memory

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = (1280, 375)
QUESTION = "停水要提前多久通知用户？"


@pytest.fixture
def measure(
    make: Callable[..., Any], carry: Callable[..., Any], settings: Any, tmp_path: Path
) -> Iterator[Any]:
    """一份已发布的文件；索引放在临时目录。"""
    settings.SEARCH_DIR = tmp_path / "index"
    memory._missed.clear()
    body = "<p>第一条 为了加强城市供水管理，制定本办法。</p><p>第二条 停水由供水单位事先告知。</p>"
    yield carry(make(title="临江市城市供水管理办法", body=body)).record
    indexer.RESIDENT.close()


def keep(visitor: Visitor, name: str) -> None:
    """要看样子时存一张：SHOTS 指明放在哪里。"""
    if folder := os.environ.get("SHOTS"):
        visitor.page.screenshot(path=f"{folder}/{name}_{visitor.width}.png", full_page=True)


def test_from_an_unanswered_question_to_a_published_answer(
    chromium: Any, live_server: Any, measure: Any
) -> None:
    base = live_server.url
    indexer.rebuild()
    citizen = Visitor(chromium, base, *BOTH)
    for _ in range(3):
        citizen.open("/ask/?q=停水要提前多久通知用户？").sees("未找到")
    memory.flush()
    city = Visitor(chromium, base, *BOTH).login("cityoffice").open("/staff/knowledge/questions/?state=taken")
    keep(city, "questions")
    city.sees(QUESTION).follow("草稿").check()
    city.page.select_option("#assign-to", label="科技信息处")
    city.press("移交").sees("已移交给科技信息处")
    handler = Visitor(chromium, base, *BOTH).login("handler").open("/staff/knowledge/")
    keep(handler, "list")
    handler.sees("草稿").follow(QUESTION).check().sees("还没有写答复")
    handler.page.fill("#id_answer", "供水单位提前二十四小时通知。\n1. 看小区公告\n2. 打服务热线")
    handler.page.fill("#id_wordings", "停水会提前通知吗")
    handler.press("保存").sees("已保存").check()
    handler.page.fill("#basis", "供水管理")
    handler.press("找文件").check()
    handler.page.get_by_label("条款").first.fill("第二条")
    handler.press("加上").sees("依据已加上").sees("《临江市城市供水管理办法》")
    keep(handler, "entry")
    handler.press("送审").sees("待审").check()
    Visitor(chromium, base, *BOTH).login("head").open("/staff/knowledge/").follow(QUESTION).press("审核通过")
    office = Visitor(chromium, base, *BOTH).login("office").open("/staff/knowledge/").follow(QUESTION)
    office.press("发布").sees("已发布").check()
    keep(office, "published")
    indexer.index_now()
    citizen.open("/ask/?q=停水要提前几天通知用户").sees("供水单位提前二十四小时通知。").sees("第二条")
    keep(citizen, "ask")
    citizen.open("/search/?q=停水通知").sees(QUESTION)
    citizen.open("/knowledge/").sees(QUESTION).follow(QUESTION).check().sees("看小区公告")
    keep(citizen, "public")
    citizen.open("/preferences/?elder=1&next=/knowledge/")
    keep(citizen, "elder")
    page = office.page
    page.fill("#reason-withdraw", "口径有变")
    office.press("撤下").sees("已撤下")
    citizen.page.goto(f"{base}/knowledge/")
    assert QUESTION not in citizen.page.inner_text("main")
    citizen.open("/ask/?q=停水要提前几天通知用户")
    assert "二十四小时" not in citizen.page.inner_text("main")
    office.open("/staff/knowledge/rules/")
    keep(office, "rules")
