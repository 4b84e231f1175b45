"""编好的答复：知识库等应用登记怎样找，一网通答先给它，再引原文；检索不认得各应用的模型。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """依据：文件名称、文号、条款、网址。"""

    name: str
    url: str = ""
    number: str = ""
    clause: str = ""

    @property
    def label(self) -> str:
        """写法：《名称》（文号）条款。"""
        return f"《{self.name}》{f'（{self.number}）' if self.number else ''}{self.clause}"


@dataclass(frozen=True, slots=True)
class Known:
    """编好的答复：key 与检索条目的键相同；blocks 为分好块的答复（kind、items、start）。"""

    key: str
    question: str
    url: str
    blocks: list[Any]
    sources: list[Source] = field(default_factory=list)
    organisation: str = ""
    date: date | None = None
    valid_until: date | None = None

    @property
    def text(self) -> str:
        """答复的文字，一块一行。"""
        return "\n".join(item for block in self.blocks for item in block.items)


FINDERS: list[Callable[[str], Known | None]] = []


def register(finder: Callable[[str], Known | None]) -> None:
    """登记：finder(问题) 返回此刻有效的答复，没有为 None；同一个只登记一次。"""
    if finder not in FINDERS:
        FINDERS.append(finder)


def find(question: str) -> Known | None:
    """找编好的答复：按登记的次序，先找到的为准。"""
    return next((found for finder in FINDERS if (found := finder(question)) is not None), None)
