"""要求文字里的时限、频次、数量：找出有类型的条款和它们的位置。"""

from __future__ import annotations

import calendar as month_days
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

__all__ = ["Term", "TermKind", "due_in", "find", "is_due_label"]


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

    per 取 year|half|quarter|month|week|regular|irregular（regular 为只写“定期”）。
    没写年份、又没给年度的时限，due 为 None：知道有时限，不知道是哪一天。
    """

    kind: TermKind
    text: str
    span: tuple[int, int]
    due: date | None = None
    month_day: tuple[int, int] | None = None
    per: str | None = None
    minimum: int | None = None


# 没有年份时只用来核对月日是否存在，取闰年好让 2 月 29 日通过。
_LEAP: Final = 2000
_D: Final = "[0-9０-９]"
_NUM: Final = rf"({_D}{{1,4}}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九两兩])"
_DIGITS: Final = {
    **dict(zip("〇一二三四五六七八九", range(10), strict=True)),
    "零": 0,
    "○": 0,
    "两": 2,
    "兩": 2,
}
_PER: Final = {
    "半年": "half",
    "年": "year",
    "季度": "quarter",
    "季": "quarter",
    "月": "month",
    "周": "week",
    "週": "week",
    "星期": "week",
}
_UNITS: Final = "[次场場篇条條项項件个個期份遍家名人类類批]"
_LEAST_WORD: Final = "(?:至少|最少|不得?少于|不得?少於)"
_BEFORE: Final = "[之以]?前"
_YEAR: Final = rf"(?P<year>{_D}{{4}}|[一二][〇○零一二三四五六七八九]{{3}}|[今本当當明次翌去上])年度?"
_MONTH_OF: Final = _NUM.replace("(", "(?P<month>", 1)
_DAY_OF: Final = _NUM.replace("(", "(?P<day>", 1)

_YEARLY: Final = re.compile(rf"每年(?:{_NUM}月份?(?:{_NUM}日|底)|年?[底末]){_BEFORE}")
_DATE: Final = re.compile(rf"(?:{_YEAR})?{_MONTH_OF}月份?(?:{_DAY_OF}日|底){_BEFORE}")
# “至迟于3月31日”没有“前”字，也是时限。
_LATEST: Final = re.compile(
    rf"(?:[至最][迟遲]|不[晚迟遲])[于於]?(?:{_YEAR})?{_MONTH_OF}月{_DAY_OF}日(?!{_BEFORE})"
)
# “一季度前”“上半年完成”：到那一段的最后一天；同“完成时限”一格的读法。
_PART: Final = re.compile(
    rf"(?:{_YEAR}年?)?(?:第?(?P<quarter>[1-4一二三四])季度?|(?P<half>[上下])半年)(?:[底末]?{_BEFORE}|[之以]?[内內]|(?=完成))"
)
# “三年内”“5年内”是期间，不是年底。
_WITHIN_YEAR: Final = re.compile(
    rf"(?:{_YEAR}|(?<![\d０-９一二三四五六七八九十两兩几幾多数數半每])年)[之以]?[内內]"
)
_MONTHLY: Final = re.compile(rf"每[个個]?月{_NUM}日{_BEFORE}")
_YEAR_END: Final = re.compile(rf"(?:{_YEAR}年?|(?<!半)年)[底末]{_BEFORE}")
_EVERY: Final = re.compile(
    rf"(?:每一?[个個]?(半年|年|季度|季|月|周(?!期)|週(?!期)|星期)度?|按(半年|季度|季|月|周|週)(?![份期]))"
    rf"(?:[^，,。；;、\d]{{0,6}}?{_LEAST_WORD}[^，,。；;\d]{{0,8}}?{_NUM}{_UNITS}"
    rf"|[^，,。；;、\d第]{{0,6}}?{_NUM}[次场場遍期])?"
)
# “规定期限”“固定期间”里的“定期”不是频次。
_REGULAR: Final = re.compile(r"(不)?(?<![规規法固约約指限])定期(?!间|間|限)")
_LEAST: Final = re.compile(
    rf"{_LEAST_WORD}{_NUM}{_UNITS}|(?<!安)全部(?![门門])|(?<![\d０-９.．])(?:100|１００)[%％]|百分之(?:一百|百)"
)
# “落实时限”“核实时间”里的“实时”不是动态维护。
_UPKEEP: Final = re.compile(
    r"[动動][态態](?:更新)?(?:[调調]整|更新)|及[时時]更新|(?<![落核切证證查属屬真现現])[实實][时時](?![间間限])(?:更新)?"
)
_PREVIOUS: Final = re.compile(r"上一?年度")


def _number(text: str) -> int:
    """数字：阿拉伯数字（不分全角半角）或一百以下的汉字数字。"""
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
    return _DIGITS[text]


def _written_year(text: str | None, year: int | None) -> int | None:
    """年份：写明的年份（含“二〇二一”“明年”），没写的用 ``year``；算不出返回 None。"""
    if text is None or text in "今本当當":
        return year
    if len(text) == 1:
        shift = 1 if text in "明次翌" else -1
        return year + shift if year else None
    return int(text) if text.isdecimal() else int("".join(str(_DIGITS[char]) for char in text))


def _day(year: int, month: int, day: int | None) -> date | None:
    if not (1 <= year <= 9999 and 1 <= month <= 12):
        return None
    last = month_days.monthrange(year, month)[1]
    day = last if day is None else day
    return date(year, month, day) if 1 <= day <= last else None


def _end(match: re.Match[str], year: int) -> date | None:
    """时限的那一天：写到日的是那一天，写到月、季度、半年、年的是最后一天；不存在的日期为 None。"""
    part = match.groupdict()
    if part.get("quarter"):
        return _day(year, _number(part["quarter"]) * 3, None)
    if part.get("half"):
        return _day(year, {"上": 6, "下": 12}[part["half"]], None)
    if part.get("month"):
        return _day(year, _number(part["month"]), _number(part["day"]) if part["day"] else None)
    return _day(year, 12, None)


def find(text: str, year: int | None = None) -> list[Term]:
    """找条款：返回文中的条款，按位置，互不重叠。

    参数：text 为要求原文（繁简皆可）；year 为工作要点年度，用来补全没写年份的日期。
    返回：Term 列表，``text[slice(*span)] == term.text``；不存在的日期（如 13 月）不算条款。
    规则：“全部”“100%”是没有 minimum 的数量；“每年一次”与“每年至少一次”同样记 minimum 为 1。
    来源：年度工作要点的通行写法。
    """
    found: list[Term] = []
    taken = bytearray(len(text))

    def add(match: re.Match[str], kind: TermKind, **values: object) -> None:
        start, end = match.span()
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append(Term(kind, match.group(), (start, end), **values))  # type: ignore[arg-type]

    for match in _YEARLY.finditer(text):
        month = _number(match[1]) if match[1] else 12
        day = _day(year or _LEAP, month, _number(match[2]) if match[2] else None)
        if day:
            add(
                match,
                TermKind.DEADLINE,
                month_day=(day.month, day.day),
                due=day if year else None,
                per="year",
            )
    for match in _MONTHLY.finditer(text):
        add(match, TermKind.FREQUENCY, per="month")
    for pattern in (_DATE, _LATEST, _PART, _WITHIN_YEAR, _YEAR_END):
        for match in pattern.finditer(text):
            written = _written_year(match["year"], year)
            if end := _end(match, _LEAP if written is None else written):
                add(match, TermKind.DEADLINE, due=None if written is None else end)
    for match in _EVERY.finditer(text):
        times = match[3] or match[4]
        add(
            match,
            TermKind.FREQUENCY,
            per=_PER[match[1] or match[2]],
            minimum=_number(times) if times else None,
        )
    for match in _REGULAR.finditer(text):
        add(match, TermKind.FREQUENCY, per="irregular" if match[1] else "regular")
    for match in _LEAST.finditer(text):
        add(match, TermKind.QUANTITY, minimum=_number(match[1]) if match[1] else None)
    for pattern, kind in ((_UPKEEP, TermKind.UPKEEP), (_PREVIOUS, TermKind.PREVIOUS_YEAR)):
        for match in pattern.finditer(text):
            add(match, kind)
    return sorted(found, key=lambda term: term.span)


_DUE_LABEL: Final = re.compile(
    r".*(?:[时時期]限|截止|[办辦完]成?[结結]?(?:[时時][间間]|日期|[节節][点點])).*"
)
_FULL_DATE: Final = re.compile(rf"(?:({_D}{{4}})\s*[-/.年]\s*)?{_NUM}\s*[-/.月]\s*{_NUM}(?!\s*{_D}*\s*月)日?")
_MONTH: Final = re.compile(rf"(?:({_D}{{4}})\s*[-/.年]\s*)?{_NUM}月")
_QUARTER: Final = re.compile(rf"(?:({_D}{{4}})年?)?第?([1-4一二三四])季度?")
_HALF: Final = re.compile(rf"(?:({_D}{{4}})年?)?(上|下)半年")
_WHOLE: Final = re.compile(rf"(?<!{_D})(20{_D}{{2}})(?!{_D})年?|[全今本当當]年|年[底末]")


def is_due_label(label: str) -> bool:
    """是时限列：“完成时限”“截止日期”“办结时间”一类的列名（繁简皆可）。"""
    return _DUE_LABEL.fullmatch(label) is not None


def due_in(cell: str, year: int) -> date | None:
    """时限一格：这一格写明的截止日；“3月底”“3月”取月末，“一季度”“上半年”“全年”取其末日。

    参数：cell 为“完成时限”一类的格，year 为年度，补没写的年份。写了几个日期的取最后一个。
    返回：日期；没有写、写的是“长期坚持”一类或不存在的日期为 None。
    来源：分工表的通行写法。
    """

    def of(written: str | None) -> int:
        return int(written) if written else year

    found: list[date] = []
    full = [(of(m[1]), _number(m[2]), _number(m[3])) for m in _FULL_DATE.finditer(cell)]
    for pattern, ends in ((_MONTH, None), (_QUARTER, 3), (_HALF, 6)):
        if full:
            break
        for m in pattern.finditer(cell):
            month = _number(m[2]) if ends is None else ends * ({"上": 1, "下": 2}.get(m[2]) or _number(m[2]))
            full.append((of(m[1]), month, 0))
    if not full and (whole := _WHOLE.search(cell)):
        full.append((of(whole[1]), 12, 31))
    for written, month, day in full:
        if (end := _day(written, month, day or None)) is not None:
            found.append(end)
    return max(found, default=None)
