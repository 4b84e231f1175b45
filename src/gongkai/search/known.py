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


FINDERS: dict[str, Callable[[str], Known | None]] = {}
TAKERS: dict[str, Callable[[int], Known | None]] = {}


def register(
    source: str, *, find: Callable[[str], Known | None], take: Callable[[int], Known | None]
) -> None:
    """登记：source 为检索来源的名称；find(问题)、take(编号) 返回此刻有效的答复，没有为 None。"""
    FINDERS[source], TAKERS[source] = find, take


def find(question: str) -> Known | None:
    """找编好的答复：按登记的次序，先找到的为准。"""
    return next((found for finder in FINDERS.values() if (found := finder(question)) is not None), None)


def is_known(key: str) -> bool:
    """这个键是不是编好的答复的。"""
    return key.rpartition(":")[0] in TAKERS


def take(key: str) -> Known | None:
    """按检索条目的键取编好的答复；不是的、此刻无效的为 None。"""
    source, _colon, number = key.rpartition(":")
    return TAKERS[source](int(number)) if source in TAKERS else None
