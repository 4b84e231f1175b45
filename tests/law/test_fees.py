"""信息处理费的实例与性质（国办函〔2020〕109号）。"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.law.fees import by_items, by_pages, nth_item


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
