"""检索测试公用：每个测试一个空的索引目录，测完放开写者与锁。"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from gongkai.search import actions, indexer, memory
from gongkai.search.sources import Entry


@pytest.fixture(autouse=True)
def index_folder(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.SEARCH_DIR = tmp_path / "index"
    memory._hot.clear()
    memory._missed.clear()
    yield
    indexer.RESIDENT.close()


@pytest.fixture
def put(db: Any) -> Callable[..., Any]:
    """收进一件；number 编号，其余为条目的各项。"""

    def one(number: int, title: str, body: str = "", **values: Any) -> Any:
        from django.db import transaction

        values = {"date": date(2024, 5, 1), "kind": "政策文件", "url": f"/x/{number}/"} | values
        with transaction.atomic():
            return actions.put(Entry(key=f"test.item:{number}", title=title, body=body, **values))

    return one


@pytest.fixture
def some(put: Callable[..., Any]) -> Callable[..., Any]:
    """几份水务文件，已索引。"""
    put(
        1,
        "临江市城市供水条例",
        "第一条 为了加强城市供水管理，制定本条例。\n第二条 供水单位应当保证水质符合国家标准。\n"
        "第三条 因施工、检修需要停水的，应当提前24小时通知用户。\n"
        "未按规定通知的，处五千元以上二万元以下罚款。",
        numbers=("临府〔2023〕5号",),
        validity="in_force",
        theme="供水",
        kind="规范性文件",
    )
    put(
        2,
        "临江市城市供水管理办法",
        "第一条 停水应当提前12小时通知用户。",
        numbers=("临府〔2009〕8号",),
        validity="repealed",
        theme="供水",
        kind="规范性文件",
        date=date(2009, 3, 1),
    )
    put(
        3,
        "关于调整居民阶梯水价的通知",
        "根据国办发〔2017〕47号，自2024年6月1日起，居民生活用水第一级水价为每立方米3.2元，第二级为4.8元。",
        numbers=("临水〔2024〕12号",),
        validity="in_force",
        theme="水价",
    )
    put(
        4,
        "国务院办公厅关于推进重大建设项目公开的意见",
        "全文。",
        numbers=("国办发〔2017〕47号",),
        validity="in_force",
    )
    put(
        5, "临江市水务局2023年度部门决算", "三公经费支出合计12.5万元。", kind="预决算", date=date(2024, 8, 20)
    )
    put(
        6, "取水许可证办理指南", "申请取水许可应当提交申请书和水资源论证报告。", kind="办事指南", theme="取水"
    )
    indexer.index_now()
    return put
