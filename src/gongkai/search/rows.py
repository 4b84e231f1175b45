"""检索条目变成索引的行：切词、二元组、段落、筛选值。"""

from __future__ import annotations

from datetime import date
from typing import Any

from gongkai.law.docnumbers import parse

from . import text
from .backends.base import Bundle, Row
from .models import SearchDocument


def day_number(day: date | None) -> int:
    """日期的八位整数；没有日期为 0。"""
    return day.year * 10000 + day.month * 100 + day.day if day else 0


def bundle(document: SearchDocument, words: tuple[str, ...], lines: dict[int, list[int]]) -> Bundle:
    """一件的全部行。参数：words 为这一代的用户词典；lines 为各单位由根到自身的编号。"""
    cutter = text.segmenter(words)
    title, body = text.normal(document.title), document.body
    title_words = " ".join(cutter.words(title))
    # 标题里连单字也记，只查一个字（如“水”）也查得到。
    title_pairs = " ".join([*text.bigrams(title), *title.replace(" ", "")])
    marks = _marks(document, lines)
    when = day_number(document.date)
    whole: list[str] = []
    rows = []
    end = 0
    for piece in text.passages(body):
        plain = text.normal(body[piece.start : piece.end])
        body_words = cutter.words(plain)
        rows.append(
            Row(
                document.key,
                {
                    "title": title_words,
                    "body": " ".join(body_words),
                    "body_pairs": " ".join(text.bigrams(plain)),
                },
                marks,
                when,
                piece.start,
                piece.end,
            )
        )
        # 重叠的部分不在整篇里重复计；多数段落不重叠，切好的词直接用。
        fresh = body_words if piece.start >= end else cutter.words(text.normal(body[end : piece.end]))
        if fresh:
            # 一篇长法有几万个词：连成文字存着，比一个个词省十倍内存。
            whole.append(" ".join(fresh))
        end = max(end, piece.end)
    if not rows:
        # 只有标题的（如图解、链接）也要能被长问句查到。
        rows = [Row(document.key, {"title": title_words}, marks, when)]
    cites = {number.canonical for number in parse(body)} - set(document.numbers)
    numbers = {"number": tuple(document.numbers), "cites": tuple(sorted(cites))}
    texts = {"title": title_words, "title_pairs": title_pairs, "body": " ".join(whole)}
    return Bundle(Row(document.key, texts, marks | numbers, when), tuple(rows))


def _marks(document: SearchDocument, lines: dict[int, list[int]]) -> dict[str, tuple[str, ...]]:
    line = lines.get(document.organisation_id or 0, [])
    return {
        # 上级单位也记上，选“市水务局”就包括它的处室。
        "organisation": tuple(map(str, line)),
        "site": tuple(document.sites),
        "column": tuple(document.columns),
        "kind": _one(document.kind),
        "theme": _one(document.theme),
        "year": _one(document.date.year if document.date else ""),
        "validity": _one(document.validity),
    }


def _one(value: Any) -> tuple[str, ...]:
    return (str(value),) if value else ()
