"""要求文字里的时限、频次、数量：找出有类型的条款和它们的位置。"""

from __future__ import annotations

import calendar as month_days
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

__all__ = ["Term", "TermKind", "find"]


class TermKind(StrEnum):
    """条款种类：截止、频次、数量、动态维护、上一年度。"""

    DEADLINE = "deadline"
    FREQUENCY = "frequency"
    QUANTITY = "quantity"
    UPKEEP = "upkeep"
    PREVIOUS_YEAR = "previous_year"


@dataclass(frozen=True, slots=True)
class Term:
    """条款：kind 种类，text 原文，span 起止；due 截止日，month_day 每年的月日，per 周期，minimum 至少几次。

    per 取 year|half|quarter|month|week|regular|irregular。
    """

    kind: TermKind
    text: str
    span: tuple[int, int]
    due: date | None = None
    month_day: tuple[int, int] | None = None
    per: str | None = None
    minimum: int | None = None


_NUM: Final = r"(\d{1,4}|[一二三四五六七八九十两兩]{1,3})"
_DIGITS: Final = dict(zip("一二三四五六七八九两兩", (1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 2), strict=True))
_PER: Final = {
    "年": "year",
    "半年": "half",
    "季度": "quarter",
    "季": "quarter",
    "月": "month",
    "周": "week",
    "週": "week",
}
_UNITS: Final = "[次场場篇条條件个個期份遍]"

_YEARLY: Final = re.compile(rf"每年{_NUM}月(?:{_NUM}日|底)[之以]?前")
_DATE: Final = re.compile(rf"(?:(\d{{4}})年)?{_NUM}月(?:{_NUM}日|底)[之以]?前")
_YEAR_END: Final = re.compile(r"(?:(\d{4})年|(?<!半)年)(?:年)?底[之以]?前")
_EVERY: Final = re.compile(
    rf"每(半年|年|季度|季|月|周|週)度?(?:[^，,。；;、\d]{{0,6}}?(?:至少|不少于|不少於)[^，,。；;\d]{{0,8}}?{_NUM}{_UNITS})?"
)
_REGULAR: Final = re.compile(r"(不)?定期(?!间|間|限)")
_LEAST: Final = re.compile(rf"(?:至少|不少于|不少於){_NUM}{_UNITS}|100%")
_UPKEEP: Final = re.compile(r"[动動][态態](?:更新)?(?:[调調]整|更新)|及[时時]更新|[实實][时時]更新")
_PREVIOUS: Final = re.compile(r"上一?年度")


def _number(text: str) -> int:
    """数字：阿拉伯数字或一百以下的汉字数字。"""
    if text.isascii():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
    return _DIGITS[text[0]]


def _day(year: int, month: int, day: int | None) -> date | None:
    if not (1 <= year <= 9999 and 1 <= month <= 12):
        return None
    last = month_days.monthrange(year, month)[1]
    day = last if day is None else day
    return date(year, month, day) if 1 <= day <= last else None


def find(text: str, year: int | None = None) -> list[Term]:
    """找条款：返回文中的条款，按位置，互不重叠。

    参数：text 为要求原文（繁简皆可）；year 为工作要点年度，用来补全没写年份的日期。
    返回：Term 列表，``text[slice(*span)] == term.text``；不存在的日期（如 13 月）不算条款。
    来源：年度工作要点的通行写法。
    """
    found: list[Term] = []

    def add(match: re.Match[str], kind: TermKind, **values: object) -> None:
        start, end = match.span()
        if all(end <= term.span[0] or start >= term.span[1] for term in found):
            found.append(Term(kind, match.group(), (start, end), **values))  # type: ignore[arg-type]

    for match in _YEARLY.finditer(text):
        month = _number(match[1])
        day = _day(year or 2000, month, _number(match[2]) if match[2] else None)
        if day:
            add(
                match,
                TermKind.DEADLINE,
                month_day=(day.month, day.day),
                due=day if year else None,
                per="year",
            )
    for match in _DATE.finditer(text):
        written = int(match[1]) if match[1] else year
        if written and (day := _day(written, _number(match[2]), _number(match[3]) if match[3] else None)):
            add(match, TermKind.DEADLINE, due=day)
    for match in _YEAR_END.finditer(text):
        written = int(match[1]) if match[1] else year
        if written and (day := _day(written, 12, 31)):
            add(match, TermKind.DEADLINE, due=day)
    for match in _EVERY.finditer(text):
        add(match, TermKind.FREQUENCY, per=_PER[match[1]], minimum=_number(match[2]) if match[2] else None)
    for match in _REGULAR.finditer(text):
        add(match, TermKind.FREQUENCY, per="irregular" if match[1] else "regular")
    for match in _LEAST.finditer(text):
        add(match, TermKind.QUANTITY, minimum=_number(match[1]) if match[1] else None)
    for pattern, kind in ((_UPKEEP, TermKind.UPKEEP), (_PREVIOUS, TermKind.PREVIOUS_YEAR)):
        for match in pattern.finditer(text):
            add(match, kind)
    return sorted(found, key=lambda term: term.span)
