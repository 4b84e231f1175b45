"""摘要与标红：从原文里取查到的一段，标出查到的词；不论繁简，显示的都是原文。"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from . import text

WIDTH: Final = 150
_LOOK: Final = 400  # 长文里至多看这么多处


class Piece(NamedTuple):
    """一截文字：hit 为真的标红。"""

    text: str
    hit: bool


def spans(original: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """查到的词在原文里的起止，重叠的并为一处。"""
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    if not wanted:
        return []
    plain = text.normal(original)
    # 统一前后等长时（绝大多数）位置就是原位置，不必逐字对照。
    places = None if len(plain) == len(original) else text.normal_with_map(original)[1]
    found: list[tuple[int, int]] = []
    for match in re.finditer("|".join(map(re.escape, wanted)), plain):
        start, end = match.span()
        if places:
            start, end = places[start], places[end - 1] + 1
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
        if len(found) >= _LOOK:
            break
    return found


def marked(original: str, words: Iterable[str]) -> list[Piece]:
    """标红：把原文分成查到的与没查到的各截。"""
    return _pieces(original, 0, len(original), spans(original, words))


def _pieces(original: str, first: int, last: int, found: list[tuple[int, int]]) -> list[Piece]:
    pieces, place = [], first
    for start, end in found:
        start, end = max(start, first), min(end, last)
        if start >= end:
            continue
        if start > place:
            pieces.append(Piece(original[place:start], False))
        pieces.append(Piece(original[start:end], True))
        place = end
    if place < last:
        pieces.append(Piece(original[place:last], False))
    return pieces


def extract(original: str, words: Iterable[str], *, start: int = 0, end: int = 0) -> list[Piece]:
    """摘要：查到的词最集中的一段；给了起止时只在这一段里取。两头截断处加省略号。"""
    base, end = start, end or len(original)
    part = original[base:end]
    words = [word for word in words if len(word) > 1] or list(words)
    found = spans(part, words)
    first = _densest(part, found) if len(part) > WIDTH else 0
    # 从句首起，读得通。
    head = max(part.rfind(mark, max(0, first - 40), first) for mark in "。；！？\n")
    first = head + 1 if head >= 0 else max(0, first - 20)
    last = min(len(part), first + WIDTH)
    # 不把查到的词从中间截断。
    last = next((end for start, end in found if start < last < end), last)
    pieces = _pieces(part, first, last, found)
    if base + first > 0 and pieces:
        pieces.insert(0, Piece("…", False))
    if base + last < len(original) and pieces:
        pieces.append(Piece("…", False))
    return [Piece(re.sub(r"\s+", " ", piece.text), piece.hit) for piece in pieces]


def _densest(part: str, found: list[tuple[int, int]]) -> int:
    best, best_score = 0, -1
    for i, (start, _) in enumerate(found):
        inside = [part[a:b] for a, b in found[i : i + 40] if b <= start + WIDTH]
        # 不同的词比同一个词出现多次好。
        score = 10 * len(set(inside)) + sum(map(len, inside))
        if score > best_score:
            best, best_score = start, score
    return best
