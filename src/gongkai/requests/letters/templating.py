"""模板的写法：{名称} 是占位；[ ] 里的一段，其中的占位都有内容才写出，否则整段略去；[甲|乙] 是择一，必写一种。

写法错误、没有的占位，连同第几行第几字一并报出；必填的占位没有内容的，绝不渲染出缺了一块的文书。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

_TOKEN: Final = re.compile(r"\{([^{}\[\]|\n]*)\}|([\[\]{}|])")


class TemplateError(ValueError):
    """模板写法错误：消息写明第几行第几字、什么问题、怎样改。"""


class EmptyPlaceholderError(ValueError):
    """必填的占位没有内容：names 为各占位的名称。"""

    def __init__(self, where: str, names: Collection[str]) -> None:
        self.names = tuple(names)
        listing = "、".join(f"“{name}”" for name in self.names)
        super().__init__(f"{where}：{listing}没有内容，文书不能生成；请先在案卷里补上")


@dataclass(frozen=True, slots=True)
class Piece:
    """模板的一节：text 文字，name 不空的是占位；group 为第几个方括号（0 为括号外），branch 为其中第几种。"""

    text: str
    name: str
    group: int
    branch: int


def _place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"第 {line} 行第 {at - text.rfind(chr(10), 0, at)} 字"


def parse(text: str, known: Collection[str]) -> list[Piece]:
    """读模板。

    参数：text 模板；known 可用的占位名称。返回各节。
    错误：TemplateError——占位不认识（附最相近的名称）、括号不成对、方括号的一段里没有占位。
    """
    pieces: list[Piece] = []
    at = group = groups = branch = opened = 0
    for found in _TOKEN.finditer(text):
        if found.start() > at:
            pieces.append(Piece(text[at : found.start()], "", group, branch))
        at, mark = found.end(), found.group(2)
        if mark is None:
            name = found.group(1).strip()
            if name not in known:
                close = get_close_matches(name, known, 1, 0.4)
                hint = f"是不是“{close[0]}”" if close else "可用的占位见模板页所列"
                raise TemplateError(f"{_place(text, found.start())}：没有“{name}”这个占位；{hint}")
            pieces.append(Piece("", name, group, branch))
        elif mark == "[" and not group:
            groups, branch, opened = groups + 1, 0, found.start()
            group = groups
        elif mark in "|]" and group:
            if not any(piece.name for piece in pieces if (piece.group, piece.branch) == (group, branch)):
                problem = "方括号里没有占位，不知道什么时候略去；请去掉方括号"
                raise TemplateError(f"{_place(text, opened)}：{problem}")
            group, branch = (0, 0) if mark == "]" else (group, branch + 1)
        else:
            how = "占位写成 {名称}，可略去的一段写成 [ ]"
            raise TemplateError(f"{_place(text, found.start())}：“{mark}”不成对；{how}")
    if group:
        raise TemplateError(f"{_place(text, opened)}：方括号没有合上")
    if at < len(text):
        pieces.append(Piece(text[at:], "", 0, 0))
    return pieces


def names_in(text: str, known: Collection[str]) -> tuple[list[str], list[str]]:
    """模板用到的占位：（必填的，可略去或择一的）。错误：TemplateError。"""
    pieces = [piece for piece in parse(text, known) if piece.name]
    required = dict.fromkeys(piece.name for piece in pieces if not piece.group)
    return list(required), list(dict.fromkeys(p.name for p in pieces if p.group and p.name not in required))


def fill(
    text: str,
    known: Collection[str],
    value: Callable[[str], str],
    where: str,
    may_be_empty: Collection[str] = (),
) -> str:
    """写出：value 给出占位的内容；空行去掉。

    参数：where 为文书的名称，写进错误消息；may_be_empty 为没有内容也不要紧的占位。
    错误：TemplateError；EmptyPlaceholderError——必填的没有内容，择一的一种也写不出。
    """
    pieces = parse(text, known)
    values = {piece.name: value(piece.name).strip() for piece in pieces if piece.name}
    empty = dict.fromkeys(p.name for p in pieces if p.name and not p.group and not values[p.name])
    branches: dict[int, dict[int, bool]] = {}
    for piece in pieces:
        if piece.group:
            whole = branches.setdefault(piece.group, {})
            filled = not piece.name or bool(values[piece.name])
            whole[piece.branch] = whole.get(piece.branch, True) and filled
    chosen = {
        group: next((b for b, full in whole.items() if full), None) for group, whole in branches.items()
    }
    for group, branch in chosen.items():
        if branch is None and len(branches[group]) > 1:
            empty |= dict.fromkeys(
                p.name for p in pieces if p.name and p.group == group and not values[p.name]
            )
    if missing := [name for name in empty if name not in may_be_empty]:
        raise EmptyPlaceholderError(where, missing)
    kept = [piece for piece in pieces if not piece.group or chosen[piece.group] == piece.branch]
    lines = "".join(values[piece.name] if piece.name else piece.text for piece in kept).split("\n")
    written = "\n".join(line.strip() for line in lines if line.strip())
    return re.sub("。[。；，]+", "。", written)
