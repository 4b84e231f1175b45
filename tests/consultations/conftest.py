"""知识库测试公用：空的索引目录，一份已发布的文件，一条写好的问答。"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gongkai.consultations import actions
from gongkai.search import indexer, memory


@pytest.fixture(autouse=True)
def index_folder(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.SEARCH_DIR = tmp_path / "index"
    memory._hot.clear()
    memory._missed.clear()
    yield
    indexer.RESIDENT.close()


BODY = (
    "<p>第一条 为了加强城市供水管理，制定本办法。</p>"
    "<p>第二条 因施工、检修需要停水的，供水单位应当提前二十四小时通知用户。</p>"
)


@pytest.fixture
def measure(make: Callable[..., Any], carry: Callable[..., Any]) -> Any:
    """已发布的一份文件，分两条。"""
    return carry(make(title="临江市城市供水管理办法", body=BODY)).record


@pytest.fixture
def write(bureau: Any, person: Callable[[str], Any]) -> Callable[..., Any]:
    """写一条：科信处经办人起草，依据 measure 第二条。"""

    def build(measure: Any, *, question: str = "停水要提前多久通知用户？", **values: Any) -> Any:
        handler = person("handler")
        entry = actions.create_entry(handler, handler.organisation, question=question)
        content = {
            "question": question,
            "wordings": ["停水会提前通知吗"],
            "answer": "供水单位提前二十四小时通知。\n1. 看公告\n2. 打服务热线",
            "theme": "供水",
            "valid_until": None,
        }
        entry = actions.save_entry(handler, entry, version=entry.version, **(content | values))
        actions.add_basis(handler, entry, record_pk=measure.pk, clause="第二条")
        return entry

    return build


@pytest.fixture
def publish(write: Callable[..., Any], person: Callable[[str], Any]) -> Callable[..., Any]:
    """写一条并送到发布。"""

    def build(measure: Any, **values: Any) -> Any:
        entry = write(measure, **values)
        for username, name in (("handler", "submit"), ("head", "approve"), ("office", "publish")):
            entry = actions.move(person(username), entry, name)
        return entry

    return build
