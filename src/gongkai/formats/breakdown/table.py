"""分工表的行与表，以及读取器共用的网格（格、行）。"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from .headings import COLUMNS, FIELDS, LABELS

__all__ = [
    "COLUMNS", "FIELDS", "LABELS", "NUMBER", "PART", "TASK",
    "BreakdownError", "BreakdownTable", "Cell", "Line", "Row", "clean",
]  # fmt: skip

_NUMERALS: Final = "一二三四五六七八九十"
PART: Final = re.compile(rf"^(?:[{_NUMERALS}]{{1,3}}\s*、|第[{_NUMERALS}]{{1,3}}(?:部分|章))")
TASK: Final = re.compile(rf"^[（(]\s*[{_NUMERALS}]{{1,3}}\s*[)）]")
# “6.5亿元”不是第 6 项；“20.2021年底前”是第 20 项。
NUMBER: Final = re.compile(r"^[（(]?\s*(\d{1,3}(?:-\d{1,2})?)\s*[.．、)）](?!\d(?!\d{3}年))\s*")
_CJK: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’、。"


class BreakdownError(ValueError):
    """不能读的分工表：消息为中文，写明哪里、见到什么、应为什么、怎样改。"""


@dataclass(frozen=True, slots=True)
class Row:
    """一项要求。inherited 为承接（合并单元格或缺格）而来的栏目；position 为原文件中的位置，不参与比较。"""

    number: str
    part: str
    task: str
    text: str
    city_units: str
    bureau_units: str
    inherited: frozenset[str] = frozenset()
    extra: tuple[tuple[str, str], ...] = ()
    position: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class BreakdownTable:
    """分工表。headers 为（栏目, 原表头），次序固定，只列四个主栏；其余列名在 extra_headers。

    可写性约定（合乎者 ``read(write(t)) == t``，读得的表都合乎）：
    1. 各文字已经 ``clean`` 整理；序号各不相同、非空；要求非空；
    2. inherited 只含任务、市里单位、局内单位，且与上一行同部分、同值；
    3. 部分一经出现不再为空；任务在同一部分内一经出现不再为空；部分的文字不像“（一）…”；
    4. 每行 extra 的列名依次就是 extra_headers；表头不生歧义（见 headings.settle）。
    """

    rows: tuple[Row, ...]
    headers: tuple[tuple[str, str], ...] = tuple((name, LABELS[name]) for name in COLUMNS)
    extra_headers: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """网格的一格：merged_down 表示与上一行的同列合并。"""

    text: str
    merged_down: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """网格的一行。

    full_width 表示整行是一格；ragged 表示文本格式，格数可少于列数；
    flows 表示分页会把一行断成两截（PDF）；table 为第几张表，用来认出换表、换页。
    """

    cells: tuple[Cell, ...]
    where: str
    full_width: bool = False
    ragged: bool = False
    flows: bool = False
    table: int = 0

    @property
    def texts(self) -> list[str]:
        """各格的文字。"""
        return [cell.text for cell in self.cells]


def clean(text: object) -> str:
    """整理：去控制字符与首尾空白，汉字间的换行直接接上，其余空白并为一个空格。"""
    raw = "" if text is None else str(text)
    # PDF 里的汉字常被存成部首区的同形字（⼀、⽴），不还原就对不上；只动部首区，原有繁简与标点不变。
    source = re.sub(r"[\u2e80-\u2fdf]", lambda m: unicodedata.normalize("NFKC", m.group()), raw)
    plain = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1b\x7f\u200b\ufeff\ufffe\uffff\ud800-\udfff]", "", source)
    plain = re.sub(rf"(?<=[{_CJK}])[ \t]*[\r\n]+\s*(?=[{_CJK}])", "", plain)
    return re.sub(r"\s+", " ", plain).strip()
