"""要求文字里的条款：实例与性质。"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.law.terms import TermKind, due_in, find, is_due_label

K = TermKind


@pytest.mark.parametrize(
    ("text", "kind", "found", "values"),
    [
        ("2021年底前公开", K.DEADLINE, "2021年底前", {"due": date(2021, 12, 31)}),
        ("在2024年2月底之前完成", K.DEADLINE, "2024年2月底之前", {"due": date(2024, 2, 29)}),
        ("6月30日前报送", K.DEADLINE, "6月30日前", {"due": date(2021, 6, 30)}),
        ("每年1月31日前发布", K.DEADLINE, "每年1月31日前", {"month_day": (1, 31), "per": "year"}),
        ("年底前完成", K.DEADLINE, "年底前", {"due": date(2021, 12, 31)}),
        ("2021年6月30日前", K.DEADLINE, "2021年6月30日前", {"due": date(2021, 6, 30), "month_day": None}),
        ("6月底前报送", K.DEADLINE, "6月底前", {"due": date(2021, 6, 30)}),
        ("十二月十五日以前", K.DEADLINE, "十二月十五日以前", {"due": date(2021, 12, 15)}),
        ("２０２２年３月１日前", K.DEADLINE, "２０２２年３月１日前", {"due": date(2022, 3, 1)}),
        ("二〇二二年底前", K.DEADLINE, "二〇二二年底前", {"due": date(2022, 12, 31)}),
        ("明年年底前", K.DEADLINE, "明年年底前", {"due": date(2022, 12, 31)}),
        ("今年6月底前", K.DEADLINE, "今年6月底前", {"due": date(2021, 6, 30)}),
        ("每年年底前", K.DEADLINE, "每年年底前", {"month_day": (12, 31), "per": "year"}),
        ("年内完成", K.DEADLINE, "年内", {"due": date(2021, 12, 31)}),
        ("2022年内完成", K.DEADLINE, "2022年内", {"due": date(2022, 12, 31)}),
        ("一季度前报送", K.DEADLINE, "一季度前", {"due": date(2021, 3, 31)}),
        ("2022年第三季度末前", K.DEADLINE, "2022年第三季度末前", {"due": date(2022, 9, 30)}),
        ("2021年上半年完成改版", K.DEADLINE, "2021年上半年", {"due": date(2021, 6, 30)}),
        ("下半年內公布", K.DEADLINE, "下半年內", {"due": date(2021, 12, 31)}),
        ("至迟于2021年3月31日公布", K.DEADLINE, "至迟于2021年3月31日", {"due": date(2021, 3, 31)}),
        ("最遲於1月31日", K.DEADLINE, "最遲於1月31日", {"due": date(2021, 1, 31)}),
        ("每月10日前报送", K.FREQUENCY, "每月10日前", {"per": "month", "minimum": None}),
        ("负责同志每年至少听取1次汇报", K.FREQUENCY, "每年至少听取1次", {"per": "year", "minimum": 1}),
        ("每季度至少召開兩次會議", K.FREQUENCY, "每季度至少召開兩次", {"per": "quarter", "minimum": 2}),
        ("每年至少1次", K.FREQUENCY, "每年至少1次", {"per": "year", "minimum": 1}),
        ("至少每半年1次", K.FREQUENCY, "每半年1次", {"per": "half", "minimum": 1}),
        ("每個月更新一次", K.FREQUENCY, "每個月更新一次", {"per": "month", "minimum": 1}),
        ("每周公布", K.FREQUENCY, "每周", {"per": "week", "minimum": None}),
        ("按季度公布", K.FREQUENCY, "按季度", {"per": "quarter", "minimum": None}),
        ("每月第一次会议", K.FREQUENCY, "每月", {"per": "month", "minimum": None}),
        ("定期公开", K.FREQUENCY, "定期", {"per": "regular"}),
        ("不定期抽查", K.FREQUENCY, "不定期", {"per": "irregular"}),
        ("举办不少于十二场", K.QUANTITY, "不少于十二场", {"minimum": 12}),
        ("至少2篇", K.QUANTITY, "至少2篇", {"minimum": 2}),
        ("全部公开", K.QUANTITY, "全部", {"minimum": None}),
        ("公开率达100％", K.QUANTITY, "100％", {"minimum": None}),
        ("實時跟進", K.UPKEEP, "實時", {}),
        ("动态调整清单", K.UPKEEP, "动态调整", {}),
        ("實行動態更新調整", K.UPKEEP, "動態更新調整", {}),
        ("在网站及时更新文本", K.UPKEEP, "及时更新", {}),
        ("对上一年度要点", K.PREVIOUS_YEAR, "上一年度", {}),
    ],
)
def test_worked(text: str, kind: TermKind, found: str, values: dict) -> None:
    (term,) = find(text, 2021)
    assert (term.kind, term.text) == (kind, found)
    assert {name: getattr(term, name) for name in values} == values


@pytest.mark.parametrize(
    "text",
    [
        "2021年13月1日前",
        "2月30日前",
        "服务期间",
        "无期限要求",
        "规定期限",
        "固定期间",
        "落实时限",
        "国家安全部门",
        "",
    ],
)
def test_what_is_no_term(text: str) -> None:
    assert find(text, 2021) == []


def test_a_deadline_without_a_year_is_found_undated() -> None:
    assert [(t.text, t.due) for t in find("6月底前，年底前，2020年底前")] == [
        ("6月底前", None),
        ("年底前", None),
        ("2020年底前", date(2020, 12, 31)),
    ]


def test_several_terms_in_order() -> None:
    text = "2021年底前全部公開，動態更新調整，每年至少聽取1次匯報，不定期抽查上一年度情況"
    assert [(t.kind, t.text) for t in find(text)] == [
        (K.DEADLINE, "2021年底前"),
        (K.QUANTITY, "全部"),
        (K.UPKEEP, "動態更新調整"),
        (K.FREQUENCY, "每年至少聽取1次"),
        (K.FREQUENCY, "不定期"),
        (K.PREVIOUS_YEAR, "上一年度"),
    ]


pieces = "每年月日底前至少定期不1239１０十两次动态更新上一度季 ，0明今二〇实时全部100%按周个"


@given(st.text(pieces, max_size=40) | st.text(max_size=60), st.none() | st.integers(-5, 12_000))
def test_spans_hold_and_do_not_overlap(text: str, year: int | None) -> None:
    terms = find(text, year)
    assert all(t.text and text[slice(*t.span)] == t.text for t in terms)
    assert all(a.span[1] <= b.span[0] for a, b in zip(terms, terms[1:], strict=False))


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)), st.booleans())
def test_every_written_date_is_read_back(day: date, named: bool) -> None:
    text = f"{day.year}年{day.month}月{day.day}日前" if named else f"{day.month}月{day.day}日前"
    assert [(t.text, t.due) for t in find(text, day.year)] == [(text, day)]


NUMERALS = ["一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "二十", "三十六", "九十九"]


@given(st.sampled_from(list(zip(NUMERALS, [*range(1, 12), 20, 36, 99], strict=True))))
def test_chinese_and_arabic_numerals_agree(pair: tuple[str, int]) -> None:
    for written in (pair[0], str(pair[1])):
        assert [t.minimum for t in find(f"每季度至少召开{written}次；不少于{written}场")] == [pair[1]] * 2


@pytest.mark.parametrize(
    ("cell", "due"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("2026/9/3", date(2026, 9, 3)),
        ("2026.9.30", date(2026, 9, 30)),
        ("3月31日前", date(2026, 3, 31)),
        ("3月底", date(2026, 3, 31)),
        ("十二月", date(2026, 12, 31)),
        ("2027年1月31日前", date(2027, 1, 31)),
        ("2026年6月", date(2026, 6, 30)),
        ("10月-12月", date(2026, 12, 31)),
        ("6月底、12月底", date(2026, 12, 31)),
        ("第三季度", date(2026, 9, 30)),
        ("上半年", date(2026, 6, 30)),
        ("全年", date(2026, 12, 31)),
        ("2027年底", date(2027, 12, 31)),
        ("长期坚持", None),
        ("本月", None),
        ("2月30日", None),
        ("46112", None),
        ("", None),
    ],
)
def test_a_cell_that_holds_the_due_date(cell: str, due: date | None) -> None:
    assert due_in(cell, 2026) == due


@given(st.text(pieces, max_size=20) | st.text(max_size=30), st.integers(2008, 2060))
def test_any_cell_gives_a_date_or_nothing(cell: str, year: int) -> None:
    assert due_in(cell, year) is None or isinstance(due_in(cell, year), date)


def test_labels_of_due_columns() -> None:
    assert all(map(is_due_label, ["完成时限", "完成時限", "截止日期", "办结时间", "完成时间", "时限要求"]))
    assert not any(map(is_due_label, ["备注", "联系人", "联系电话", "序号"]))
