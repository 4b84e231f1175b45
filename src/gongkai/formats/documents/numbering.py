"""Word 的自动编号：把“第一条”“（一）”“1.2”一类编号算出来写成文字，符号和“1.”一类留作列表。

来源：ECMA-376 第 1 部分 17.9（编号）、17.18.59（ST_NumberFormat）。
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["chinese", "resolve"]

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_XML_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_DIGITS: Final = "零一二三四五六七八九"
_LEGAL: Final = "零壹贰叁肆伍陆柒捌玖"


def chinese(number: int, digits: str = _DIGITS, units: str = "十百千") -> str:
    """中文数字：1—9999，如 11 → “十一”、120 → “一百二十”、105 → “一百零五”。"""
    if not 0 < number < 10_000:
        return str(number)
    out, zero = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            out += ("零" if zero else "") + digits[digit] + (units[power - 1] if power else "")
            zero = False
        elif out:
            zero = True
    return out[1:] if out.startswith("一十") else out


def _roman(number: int) -> str:
    out = ""
    for value, mark in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"), strict=True,
    ):  # fmt: skip
        while number >= value:
            out, number = out + mark, number - value
    return out


def _letters(number: int) -> str:
    return chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else f"({number})"


def _write(number: int, style: str) -> str:
    """一级的数字写法；不认识的写阿拉伯数字。"""
    if style in (
        "chineseCounting",
        "chineseCountingThousand",
        "taiwaneseCountingThousand",
        "ideographDigital",
        "japaneseCounting",
    ):
        return chinese(number)
    if style in ("chineseLegalSimplified", "ideographLegalTraditional"):
        return chinese(number, _LEGAL, "拾佰仟")
    if style in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese"):
        return _circled(number)
    if style == "decimalZero":
        return f"{number:02}"
    if style in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        return _roman(number).upper() if style == "upperRoman" else _roman(number)
    if style in ("lowerLetter", "upperLetter") and 0 < number < 1000:
        return _letters(number).upper() if style == "upperLetter" else _letters(number)
    if style == "ideographTraditional":
        return "甲乙丙丁戊己庚辛壬癸"[(number - 1) % 10]
    return "" if style == "none" else str(number)


@dataclass(frozen=True, slots=True)
class _Level:
    style: str
    text: str
    start: int
    suffix: str
    legal: bool


def _val(node: Any, path: str, default: str = "") -> str:
    found = node.find("/".join(f"{_W}{part}" for part in path.split("/"))) if node is not None else None
    return default if found is None else str(found.get(f"{_W}val", default))


def _number(text: str, default: int) -> int:
    return int(text) if re.fullmatch("[0-9]{1,5}", text, re.ASCII) else default


def _level(node: Any) -> _Level:
    return _Level(
        _val(node, "numFmt", "decimal"),
        _val(node, "lvlText"),
        _number(_val(node, "start", "1"), 1),
        _val(node, "suff", "tab"),
        node.find(f"{_W}isLgl") is not None,
    )


class _Numbering:
    """编号表：numId → 各级写法，并随段落往下数。"""

    def __init__(self, numbering: Any, styles: Any) -> None:
        self.abstract: dict[str, dict[int, _Level]] = {}
        self.linked: dict[str, str] = {}
        self.nums: dict[str, tuple[str, dict[int, _Level], dict[int, int]]] = {}
        for node in numbering.iter(f"{_W}abstractNum"):
            key = node.get(f"{_W}abstractNumId", "")
            self.abstract[key] = {
                _number(lvl.get(f"{_W}ilvl", "0"), 0): _level(lvl) for lvl in node.iter(f"{_W}lvl")
            }
            if link := _val(node, "numStyleLink"):
                self.linked[key] = link
        for node in numbering.iter(f"{_W}num"):
            self._add(node)
        # 级上写着样式名的（多级列表连到标题样式），以它为准。
        by_style = {
            (node.get(f"{_W}abstractNumId", ""), _val(lvl, "pStyle")): _number(lvl.get(f"{_W}ilvl", "0"), 0)
            for node in numbering.iter(f"{_W}abstractNum")
            for lvl in node.iter(f"{_W}lvl")
        }
        self.style_nums: dict[str, tuple[str, int]] = {}
        for style, (num, level) in _style_numbers(styles):
            abstract = self.nums[num][0] if num in self.nums else ""
            self.style_nums[style] = (num, level if level >= 0 else by_style.get((abstract, style), 0))
        self.counters: dict[str, dict[int, int]] = defaultdict(dict)
        self.restarted: set[tuple[str, int]] = set()

    def _add(self, node: Any) -> None:
        levels: dict[int, _Level] = {}
        starts: dict[int, int] = {}
        for override in node.iter(f"{_W}lvlOverride"):
            at = _number(override.get(f"{_W}ilvl", "0"), 0)
            own = override.find(f"{_W}lvl")
            if own is not None:
                levels[at] = _level(own)
            if start := _val(override, "startOverride"):
                starts[at] = _number(start, 1)
        self.nums[node.get(f"{_W}numId", "")] = (_val(node, "abstractNumId"), levels, starts)

    def levels(self, num: str) -> dict[int, _Level]:
        """一个编号的各级写法：样式链接的追到底，覆盖的在上。"""
        abstract, own, _ = self.nums[num]
        if abstract in self.linked:
            target = self.style_nums.get(self.linked[abstract], ("", 0))[0]
            if target in self.nums and target != num:
                abstract = self.nums[target][0]
        return {**self.abstract.get(abstract, {}), **own}

    def advance(self, num: str, at: int) -> list[int]:
        """数到下一个：返回 0 到本级的数。同一抽象编号的各编号共用计数，起始覆盖只用一次。"""
        abstract, _, starts = self.nums[num]
        counter = self.counters[abstract]
        levels = self.levels(num)
        if at in starts and (num, at) not in self.restarted:
            self.restarted.add((num, at))
            counter[at] = starts[at] - 1
        counter[at] = counter.get(at, levels[at].start - 1) + 1
        for deeper in [level for level in counter if level > at]:
            del counter[deeper]
        for level in range(at):
            counter.setdefault(level, levels[level].start if level in levels else 1)
        return [counter[level] for level in range(at + 1)]


def _style_numbers(styles: Any) -> Iterator[tuple[str, tuple[str, int]]]:
    """样式自带的编号（含继承）：样式 → (编号, 级)。"""
    if styles is None:
        return
    table = {s.get(f"{_W}styleId", ""): s for s in styles.iter(f"{_W}style")}
    for key in table:
        at, seen, num, level = key, set(), "", ""
        while at in table and at not in seen:
            seen.add(at)
            num = num or _val(table[at], "pPr/numPr/numId")
            level = level or _val(table[at], "pPr/numPr/ilvl")
            at = _val(table[at], "basedOn")
        if num:
            yield key, (num, _number(level, -1))


_SIMPLE: Final = re.compile(r"%[1-9][.．、]?")


def _is_list(level: _Level) -> bool:
    """可作列表：“1.”“1、”一类单纯的阿拉伯数字。"""
    return level.style == "decimal" and _SIMPLE.fullmatch(level.text.strip()) is not None


def _label(levels: dict[int, _Level], at: int, counts: list[int]) -> str:
    def written(match: re.Match[str]) -> str:
        level = int(match.group(1)) - 1
        if level > at or level not in levels:
            return ""
        style = "decimal" if levels[at].legal else levels[level].style
        return _write(counts[level], style)

    text = re.sub(r"%([1-9])", written, levels[at].text)
    # 编号与正文之间：制表符、空格都写成一个全角空格；“（一）”“一、”后面本来不空。
    if not text or levels[at].suffix == "nothing" or text[-1] in "）)、．.。":
        return text
    return text + "\u3000"


def resolve(root: Any, styles: Any, numbering: Any) -> None:
    """算出编号：把该写成文字的编号写进段落开头，并去掉自动编号；root 为 word/document.xml，就地修改。"""
    if numbering is None:
        return
    table = _Numbering(numbering, styles)
    # 留作列表的，各级上一个数；列表一断就从 1 重来，所以断过的也要写成文字。
    chain: dict[int, int] = {}
    for paragraph in root.iter(f"{_W}p"):
        properties = paragraph.find(f"{_W}pPr")
        style = _val(properties, "pStyle")
        num, at = table.style_nums.get(style, ("", 0))
        if own := _val(properties, "numPr/numId"):
            num = own
        at = _number(_val(properties, "numPr/ilvl"), at)
        if num not in table.nums or at not in table.levels(num):
            chain = {}
            continue
        levels = table.levels(num)
        counts = table.advance(num, at)
        if levels[at].style in ("bullet", "none"):
            continue
        # 上级写成了文字的，下级也写成文字。
        nested = all(level in chain for level in range(at))
        unbroken = nested and (counts[at] == 1 or chain.get(at) == counts[at] - 1)
        if _is_list(levels[at]) and unbroken and style not in table.style_nums:
            chain = {level: count for level, count in chain.items() if level < at} | {at: counts[at]}
            continue
        chain = {}
        label = _label(levels, at, counts)
        _unnumber(paragraph, properties)
        if label:
            _insert(paragraph, label)


def _unnumber(paragraph: Any, properties: Any) -> None:
    """去掉自动编号：样式带的编号用 numId 0 盖住。"""
    if properties is None:
        properties = paragraph.makeelement(f"{_W}pPr", {})
        paragraph.insert(0, properties)
    node = properties.find(f"{_W}numPr")
    if node is None:
        node = properties.makeelement(f"{_W}numPr", {})
        properties.append(node)
    for child in list(node):
        node.remove(child)
    node.append(node.makeelement(f"{_W}numId", {f"{_W}val": "0"}))


def _insert(paragraph: Any, label: str) -> None:
    run = paragraph.makeelement(f"{_W}r", {})
    text = run.makeelement(f"{_W}t", {_XML_SPACE: "preserve"})
    text.text = label
    run.append(text)
    properties = paragraph.find(f"{_W}pPr")
    paragraph.insert(0 if properties is None else 1, run)
