"""索引号、信用代码、网站标识码。"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.law.indexnumbers import (
    IndexNumber,
    IndexNumberError,
    IndexPattern,
    credit_code_check,
    is_credit_code,
    is_organisation_code,
    is_site_code,
    site_code_problem,
)

CODE = "11441700007280420Y"


@pytest.mark.parametrize("text", [f"{CODE}/2021-00050", "006939748/2004-00170", "000014349/2018-00221"])
def test_real_index_numbers(text: str) -> None:
    pattern = IndexPattern()
    number = pattern.parse(text)
    assert pattern.format(code=number.code, year=number.year, serial=number.serial) == text
    assert is_credit_code(number.code) or is_organisation_code(number.code)


def test_other_regions() -> None:
    assert IndexPattern("{code}/{year}{month}-{serial:05}").parse(f"{CODE}/202501-00024") == IndexNumber(
        CODE, 2025, 24, 1
    )
    assert IndexPattern("{code}/{year}-{serial:07}").parse(f"{CODE}/2021-5135380").serial == 5135380
    assert (
        IndexPattern("{code}/{year}-{serial:05}")
        .format(code=CODE.lower(), year=2021, serial=123456)
        .endswith("-123456")
    )


@pytest.mark.parametrize(
    "text",
    [
        "{code}/{year}",
        "{code}/{year}-{serial}",
        "{code}/{year}-{serial:05}-{serial:05}",
        "{x}{year}{serial:05}",
        "{code/{year}",
        "{code.__class__}{year}{serial:05}",
        "<b>{year}{serial:05}",
        "{year!r}{serial:05}",
    ],
)
def test_bad_patterns_are_refused(text: str) -> None:
    with pytest.raises(IndexNumberError, match="索引号格式"):
        IndexPattern(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{CODE}/2021-0050",
        f"{CODE}/2021-00000",
        f"{CODE}/2021-000050",
        f"{CODE}-2021-00050",
        "",
        f"{CODE}/3021-00050",
    ],
)
def test_bad_numbers_are_refused(text: str) -> None:
    with pytest.raises(IndexNumberError, match="索引号"):
        IndexPattern().parse(text)


def test_missing_parts_are_refused() -> None:
    with pytest.raises(IndexNumberError, match="月份"):
        IndexPattern("{year}{month}-{serial:05}").format(year=2021, serial=1)
    with pytest.raises(IndexNumberError, match="机关代码"):
        IndexPattern().format(code="短", year=2021, serial=1)
    with pytest.raises(IndexNumberError, match="序号"):
        IndexPattern().format(code=CODE, year=2021, serial=0)


patterns = st.sampled_from(
    [
        "{code}/{year}-{serial:05}",
        "{code}/{year}{month}-{serial:05}",
        "{year}-{serial:04}",
        "粤水{year}（{serial:03}）",
    ]
)


@given(patterns, st.integers(1949, 2099), st.integers(1, 12), st.integers(1, 10**9))
def test_format_and_parse_are_inverse(text: str, year: int, month: int, serial: int) -> None:
    pattern = IndexPattern(text)
    made = pattern.format(code=CODE, year=year, month=month, serial=serial)
    number = pattern.parse(made)
    assert (number.year, number.serial) == (year, serial)
    assert pattern.matches(made)


ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(st.text("0123456789", min_size=6, max_size=6), st.text(ALPHABET, min_size=9, max_size=9), st.data())
def test_one_wrong_character_is_caught(division: str, body: str, data: st.DataObject) -> None:
    head = "11" + division + body
    code = head + credit_code_check(head)
    assert is_credit_code(code)
    at = data.draw(st.integers(2, 17))
    other = data.draw(st.sampled_from([c for c in ALPHABET if c != code[at]]))
    assert not is_credit_code(code[:at] + other + code[at + 1 :])


def test_codes() -> None:
    assert not is_credit_code(CODE.lower()) and not is_credit_code(CODE[:-1])
    assert is_organisation_code("00693974-8") and not is_organisation_code("006939747")
    with pytest.raises(ValueError, match="17 位"):
        credit_code_check("I" * 17)


@pytest.mark.parametrize("text", ["4300000077", "3406000012", "1303000020", "5111000061", "bm55000001"])
def test_real_site_codes(text: str) -> None:
    assert is_site_code(text)


def test_site_codes_belong_to_their_division() -> None:
    assert is_site_code("4401000012", "440100") and not is_site_code("4401000012", "440300")
    assert "行政区划代码 440300" in site_code_problem("4401000012", "440300")
    assert not is_site_code("BM55000001") and not is_site_code("４４０１００００１２")
