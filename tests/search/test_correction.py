"""更正：一百多个打错的查找词至少改对八成，没打错的不改；联想认字、拼音和声母。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai.search import actions, indexer
from gongkai.search.correction import correct, rebuild_vocabulary, rough, suggestions
from gongkai.search.models import SearchDocument
from gongkai.search.queries import Criteria, search

TYPOS = Path(__file__).resolve().parents[2] / "bench" / "search" / "typos.txt"
ROWS = [tuple(line.split()) for line in TYPOS.read_text(encoding="utf-8").splitlines() if line[0] != "#"]


@pytest.fixture
def vocabulary(db: Any) -> None:
    titles = dict.fromkeys(f"关于进一步做好{meant}工作的通知" for _typed, meant, _kind in ROWS)
    SearchDocument.objects.bulk_create(
        SearchDocument(key=f"test.item:{n}", title=title, url="/") for n, title in enumerate(titles)
    )
    rebuild_vocabulary()


def test_most_typing_errors_are_put_right(vocabulary: None) -> None:
    assert len(ROWS) >= 100
    wrong = [(typed, correct(typed), meant) for typed, meant, _kind in ROWS if correct(typed) != meant]
    assert len(wrong) <= len(ROWS) * 0.2, wrong


def test_what_is_right_is_left_alone(vocabulary: None) -> None:
    for meant in {meant for _typed, meant, _kind in ROWS}:
        assert correct(meant) == "", (meant, correct(meant))
    for other in ("", " ", "12345", "〔2017〕", "？？", "的"):
        assert correct(other) == ""


@given(st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
def test_any_text_is_taken(vocabulary: None, typed: str) -> None:
    assert isinstance(correct(typed), str) and isinstance(suggestions(typed), list)


def test_rough_sounds_meet() -> None:
    assert rough("zhang") == rough("zan") and rough("nan") == rough("lang") and rough("shui") == rough("sui")


def test_a_page_offers_or_applies_the_correction(put: Callable[..., Any]) -> None:
    put(1, "临江市污水处理费征收办法")
    put(2, "临江市污水处理设施名单")
    indexer.index_now()
    rebuild_vocabulary()
    results = search(Criteria("wushuichuli"))
    assert results.corrected and results.suggestion == "污水处理" and results.total == 2
    results = search(Criteria("污水初理"))
    assert results.suggestion == "污水处理" and results.total == 2


def test_suggestions_by_character_and_sound(vocabulary: None) -> None:
    for prefix in ("污水", "wushui", "wscl"):
        assert "污水处理" in suggestions(prefix), prefix


def test_a_withdrawn_title_is_no_longer_suggested(put: Callable[..., Any]) -> None:
    put(1, "青螺渡迁移公告")
    put(2, "供水管网检修公告")
    put(3, "供水管网改造公告")
    rebuild_vocabulary()
    assert "青螺渡" in "".join(suggestions("青螺")) and "供水管网" in suggestions("供水")
    for key in ("test.item:1", "test.item:2"):
        with transaction.atomic():
            actions.withdraw(key)
    assert suggestions("青螺") == [] and suggestions("qingluo") == []
    assert "供水管网" in suggestions("供水"), "别处还用着的词不忘"
