"""要求文字里的条款：实例与性质。"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.law.terms import TermKind, find

K = TermKind


@pytest.mark.parametrize(
    ("text", "kind", "found", "values"),
    [
        ("2021年底前全部公开", K.DEADLINE, "2021年底前", {"due": date(2021, 12, 31)}),
        ("在2024年2月底之前完成", K.DEADLINE, "2024年2月底之前", {"due": date(2024, 2, 29)}),
        ("6月30日前报送", K.DEADLINE, "6月30日前", {"due": date(2021, 6, 30)}),
        ("每年1月31日前发布", K.DEADLINE, "每年1月31日前", {"month_day": (1, 31), "per": "year"}),
        ("年底前完成", K.DEADLINE, "年底前", {"due": date(2021, 12, 31)}),
        ("负责同志每年至少听取1次汇报", K.FREQUENCY, "每年至少听取1次", {"per": "year", "minimum": 1}),
        ("每季度至少召開兩次會議", K.FREQUENCY, "每季度至少召開兩次", {"per": "quarter", "minimum": 2}),
        ("定期公开", K.FREQUENCY, "定期", {"per": "regular"}),
        ("不定期抽查", K.FREQUENCY, "不定期", {"per": "irregular"}),
        ("举办不少于十二场", K.QUANTITY, "不少于十二场", {"minimum": 12}),
        ("實行動態更新調整", K.UPKEEP, "動態更新調整", {}),
        ("在网站及时更新文本", K.UPKEEP, "及时更新", {}),
        ("对上一年度要点", K.PREVIOUS_YEAR, "上一年度", {}),
    ],
)
def test_worked(text: str, kind: TermKind, found: str, values: dict) -> None:
    (term,) = find(text, 2021)
    assert (term.kind, term.text) == (kind, found)
    assert {name: getattr(term, name) for name in values} == values


@pytest.mark.parametrize("text", ["2021年13月1日前", "2月30日前", "服务期间", "无期限要求", ""])
def test_what_is_no_term(text: str) -> None:
    assert not [t for t in find(text, 2021) if t.kind in (K.DEADLINE, K.FREQUENCY)]


@given(st.text(alphabet="每年月日底前至少定期不1239十两次动态更新上一度季 ，0", max_size=40))
def test_spans_hold_and_do_not_overlap(text: str) -> None:
    terms = find(text, 2026)
    assert all(text[slice(*t.span)] == t.text for t in terms)
    assert all(a.span[1] <= b.span[0] for a, b in zip(terms, terms[1:], strict=False))
