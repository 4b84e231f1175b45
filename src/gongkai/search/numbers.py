"""文号的比对：同一文号在索引与查找里的几种写法归到一处。"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gongkai.law.docnumbers import DocumentNumber, parse, typed

# 索引号：各地写法不同，都是机构代码、斜线、年份（月）、短横、流水号。
_INDEX_NUMBER: Final = re.compile(r"[0-9A-Z]{9,18}/[0-9]{4,6}-[0-9]{1,8}")
_STATE = "中华人民共和国"


def forms(number: DocumentNumber) -> tuple[str, ...]:
    """写法：统一写法之外，令号不带国名与年份的也算（“国务院令第711号”即“中华人民共和国国务院令第711号”）。"""
    found = [number.canonical, number.canonical.removeprefix(_STATE)]
    if "第" in number.canonical:
        found.append(re.sub(r"\d{4}年第", "第", found[-1]))
    if number.code.endswith("字"):
        found.append(number.canonical.replace("字〔", "〔"))
    return tuple(dict.fromkeys(found))


def canonical(texts: Iterable[str]) -> list[str]:
    """统一：文号栏里的各种写法变成统一写法连同其别写；认不出的原样保留，按原样也查得到。"""
    found: list[str] = []
    for text in texts:
        numbers = parse(text) or typed(text)
        found += [form for number in numbers for form in forms(number)] or [text.strip()]
    return [text for text in dict.fromkeys(found) if text]


def asked(text: str) -> tuple[list[str], str]:
    """查找里的文号、索引号：返回（各文号的全部写法, 去掉文号后剩下的文字）。"""
    index_numbers = _INDEX_NUMBER.findall(text)
    if index_numbers:
        return index_numbers, _INDEX_NUMBER.sub(" ", text).strip()
    numbers = typed(text)
    rest = text
    for number in reversed(numbers):
        rest = rest[: number.span[0]] + " " + rest[number.span[1] :]
    return [form for number in numbers for form in forms(number)], rest.strip()
