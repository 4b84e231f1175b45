"""信息处理费的实例与性质（国办函〔2020〕109号）。"""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.law.fees import (
    Application,
    FeeChoice,
    FeeMethod,
    by_items,
    by_pages,
    monthly,
    nth_item,
    page_lines,
)


@pytest.mark.parametrize(
    ("items", "yuan"),
    [
        (0, 0),
        (10, 0),
        (11, 100),
        (14, 400),
        (20, 1_000),
        (30, 2_000),
        (31, 2_200),
        (33, 2_600),
        (40, 4_000),
        (41, 4_300),
        (50, 7_000),
        (51, 7_400),
        (60, 11_000),
        (61, 11_500),
        (100, 37_000),
    ],
)
def test_by_items_worked(items: int, yuan: int) -> None:
    assert by_items(items) == yuan


@pytest.mark.parametrize(
    ("k", "yuan"),
    [(1, 0), (10, 0), (11, 100), (30, 100), (31, 200), (40, 200), (41, 300), (45, 300), (51, 400)],
)
def test_nth_item_worked(k: int, yuan: int) -> None:
    assert nth_item(k) == yuan


@pytest.mark.parametrize(
    ("pages", "yuan"),
    [
        (0, 0),
        (30, 0),
        (31, 10),
        (45, 150),
        (49, 190),
        (68, 380),
        (91, 610),
        (100, 700),
        (101, 720),
        (120, 1_100),
        (150, 1_700),
        (200, 2_700),
        (201, 2_740),
        (250, 4_700),
        (500, 14_700),
        (1_000, 34_700),
    ],
)
def test_by_pages_worked(pages: int, yuan: int) -> None:
    assert by_pages(pages) == yuan


@given(st.integers(0, 600))
def test_items_are_the_sum_of_single_prices(n: int) -> None:
    assert by_items(n) == sum(nth_item(k) for k in range(1, n + 1))


@given(st.integers(0, 10**12))
def test_progressive_and_monotone(n: int) -> None:
    assert by_items(n + 1) - by_items(n) == nth_item(n + 1) >= 0
    assert nth_item(n + 2) >= nth_item(n + 1)
    assert by_pages(n + 1) >= by_pages(n)
    # 超额累进：后一页的单价不低于前一页。
    assert by_pages(n + 2) - by_pages(n + 1) >= by_pages(n + 1) - by_pages(n)
    assert type(by_items(n)) is int and type(by_pages(n)) is int


@given(st.integers(0, 1_000))
def test_pages_match_a_page_by_page_count(p: int) -> None:
    prices = (0 if i <= 30 else 10 if i <= 100 else 20 if i <= 200 else 40 for i in range(1, p + 1))
    assert by_pages(p) == sum(prices)


@pytest.mark.parametrize("function", [by_items, nth_item, by_pages])
@pytest.mark.parametrize("bad", [-1, 1.0, 11.5, "11", None, True, False])
def test_bad_input_is_refused_in_chinese(function, bad) -> None:  # noqa: ANN001
    with pytest.raises(ValueError, match="必须是整数|不能小于"):
        function(bad)


def test_there_is_no_zeroth_item() -> None:
    with pytest.raises(ValueError, match="当月第几件不能小于 1"):
        nth_item(0)


# 逐月累计与选定标准。规则汇编 3.3 的 24 个实例：1—10、14—20 在上面的三张表里，其余在这里。


def _same_day(count: int, day: date, start: int = 1) -> list[Application]:
    return [Application(f"SQ-{day:%Y%m}-{n:04}", "甲", "水务局", day) for n in range(start, start + count)]


def test_11_the_45th_alone() -> None:
    assert monthly(_same_day(45, date(2026, 3, 5)))[-1].yuan == 300


def test_12_the_month_resets() -> None:
    items = monthly(_same_day(9, date(2026, 3, 31)) + _same_day(9, date(2026, 4, 1)))
    assert sum(item.yuan for item in items) == 0
    assert [item.rank for item in items] == [*range(1, 10), *range(1, 10)]
    # 同一个月里再多 9 件就要收了。
    assert sum(i.yuan for i in monthly(_same_day(18, date(2026, 3, 31)))) == 800


def test_13_one_letter_split_into_fourteen() -> None:
    assert sum(item.yuan for item in monthly(_same_day(14, date(2026, 5, 6)))) == 400


def test_21_pages_of_two_applications_are_not_added_up() -> None:
    assert FeeChoice(FeeMethod.BY_PAGES, pages=30).yuan * 2 == 0 < by_pages(60)


def test_22_either_items_or_pages_never_both() -> None:
    rank = monthly(_same_day(12, date(2026, 3, 5)))[-1].rank
    assert FeeChoice(FeeMethod.BY_ITEMS, rank=rank).yuan == 100
    assert FeeChoice(FeeMethod.BY_PAGES, pages=45).yuan == 150
    for method in FeeMethod:
        with pytest.raises(ValueError, match="不得重复计算"):
            FeeChoice(method, rank=12, pages=45)


def test_23_the_fifth_with_many_pages() -> None:
    assert FeeChoice(FeeMethod.BY_ITEMS, rank=5).yuan == 0
    assert FeeChoice(FeeMethod.BY_PAGES, pages=120).yuan == 1_100


def test_24_thirty_three_by_item() -> None:
    assert sum(item.yuan for item in monthly(_same_day(33, date(2026, 3, 5)))) == 2_600


def test_other_applicants_and_bodies_are_counted_apart() -> None:
    day = date(2026, 3, 5)
    mixed = [
        Application(f"{w}{b}{n}", w, b, day) for n in range(11) for w in "甲乙" for b in ("水务局", "交通局")
    ]
    items = monthly(mixed)
    assert sum(item.yuan for item in items) == 400 and max(item.rank for item in items) == 11
    assert [item.number for item in items] == [each.number for each in mixed]


@given(
    st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2026, 3, 31)), st.sampled_from("甲乙")), max_size=80)
)
def test_a_months_items_sum_to_by_items(facts) -> None:  # noqa: ANN001
    given_ = [Application(str(n), who, "水务局", day) for n, (day, who) in enumerate(facts)]
    items = {item.number: item for item in monthly(given_)}
    for who in "甲乙":
        for month in (1, 2, 3):
            mine = [a for a in given_ if a.applicant == who and a.received_on.month == month]
            assert sum(items[a.number].yuan for a in mine) == by_items(len(mine))
            assert sorted(items[a.number].rank for a in mine) == list(range(1, len(mine) + 1))
    assert {i.number: i for i in monthly(reversed(given_))} == items


def test_a_choice_says_how_it_was_reckoned() -> None:
    pages = FeeChoice(FeeMethod.BY_PAGES, pages=250)
    assert pages.article.endswith("第五条") and pages.lines == [
        "第1—30页（共30页）：不收费",
        "第31—100页：70页×10元＝700元",
        "第101—200页：100页×20元＝2000元",
        "第201页以上：50页×40元＝2000元",
    ]
    assert page_lines(12) == ["第1—30页（共12页）：不收费"]
    assert FeeChoice(FeeMethod.BY_ITEMS, rank=45).lines == ["当月第45件：300元"]
    none = FeeChoice(FeeMethod.NONE)
    assert (none.yuan, none.article, none.lines) == (0, "", [])
    assert FeeChoice("by_items", rank=11).method is FeeMethod.BY_ITEMS  # type: ignore[arg-type]


def test_bad_choices_and_lists_are_refused() -> None:
    for method, wanted in ((FeeMethod.BY_ITEMS, "当月第几件"), (FeeMethod.BY_PAGES, "页数")):
        with pytest.raises(ValueError, match=wanted):
            FeeChoice(method)
    with pytest.raises(ValueError, match="只能按一种标准"):
        FeeChoice(FeeMethod.NONE, rank=3)
    with pytest.raises(ValueError, match="没有填"):
        FeeChoice(FeeMethod.BY_ITEMS, pages=3)
    with pytest.raises(ValueError, match="不能小于 1"):
        FeeChoice(FeeMethod.BY_ITEMS, rank=0)
    day = date(2026, 3, 5)
    with pytest.raises(ValueError, match="申请编号 1 重复"):
        monthly([Application("1", "甲", "局", day), Application("1", "乙", "局", day)])
    with pytest.raises(ValueError, match="无从累计"):
        monthly([Application("1", "", "局", day)])
    with pytest.raises(TypeError, match="不带时刻"):
        monthly([Application("1", "甲", "局", datetime(2026, 3, 5))])
