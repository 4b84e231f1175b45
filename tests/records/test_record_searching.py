"""公开信息进检索的样子：选项用名称，校验值不进，撤下就没有。"""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from gongkai.records import actions, searching
from gongkai.records.kinds import Kind

pytestmark = pytest.mark.django_db
PLAN = {
    "plan_class": "special", "five_year": 15, "period_from": 2026, "period_to": 2030, "level": "city",
    "sector": "供水", "compiled_by": "市水务局", "approved_by": "市政府", "approved_on": "2026-01-02",
    "approval_number": "临府函〔2026〕1号",
}  # fmt: skip


def test_choices_are_searched_by_their_names(make: Any, carry: Any, person: Any) -> None:
    record = carry(make(kind=Kind.PLAN, fields=PLAN)).record
    with override("en"):
        entry = searching.load(record.pk)
    assert entry and entry.kind == "规划计划"
    assert "专项规划" in entry.body and "special" not in entry.body
    actions.withdraw(person("office"), record, reason="有误")
    assert searching.load(record.pk) is None


def test_service_names_are_words_of_the_index(make: Any, carry: Any, settings: Any, tmp_path: Any) -> None:
    from gongkai.search import indexer, text

    settings.SEARCH_DIR = tmp_path / "index"
    licence = {
        "item": "城市排水许可核发", "party": "临江某公司", "decision_number": "临水许〔2026〕1号",
        "decided_on": "2026-01-02",
    }  # fmt: skip
    carry(make(kind=Kind.LICENCE, title="准予排水许可的决定", fields=licence))
    carry(make(title="临江市水务局关于用水报装的办事指南"))
    carry(make(title="水务局节水载体认定服务流程"))
    make(kind=Kind.LICENCE, title="还没公开的", fields=licence | {"item": "河道采砂许可延续"})
    assert searching.service_names() == {"城市排水许可核发", "用水报装", "节水载体认定"}
    words = indexer.user_words()
    assert "城市排水许可核发" in words and "市水务局" in words and "河道采砂许可延续" not in words
    indexer.rebuild()
    cutter = text.segmenter(tuple(words))
    assert "城市排水许可核发" in cutter.words("申请城市排水许可核发的条件")
