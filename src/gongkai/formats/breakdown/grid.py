"""网格的整理：找到表头，去掉重复的表头和无关的行，把分页断开的行接回一行。"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from .headings import recognise
from .table import NUMBER, PART, TASK, BreakdownError, Cell, Line, clean

EXPECTED: Final = "分工表须有“具体要求”列和“市里落实单位”或“局内负责处室”列，请核对文件"
_RULE: Final = re.compile(r":?-{2,}:?")
_ATTACHMENT: Final = re.compile(r"附\s*[件表]?\s*\d*\s*[:：]?")


@dataclass(frozen=True, slots=True)
class Body:
    """正文：表头各列的栏目与文字、标题，以及表头之下的各行（已去掉空行与重复表头）。"""

    columns: list[str]
    labels: list[str]
    title: str
    lines: list[Line]


def _labels(line: Line) -> list[str]:
    labels = line.texts
    while labels and not labels[-1] and (line.ragged or not line.cells[len(labels) - 1].merged_down):
        labels.pop()
    return labels


def _header(lines: list[Line], at: int) -> tuple[list[str], list[str], int] | None:
    """（各列栏目, 各列文字, 占几行）；表头可以有两层，上层的格向下合并。"""
    upper = lines[at]
    below = lines[at + 1] if at + 1 < len(lines) else None
    if below and len(below.cells) == len(upper.cells) and any(cell.merged_down for cell in below.cells):
        both = [
            old if cell.merged_down else cell.text or old
            for old, cell in zip(upper.texts, below.cells, strict=True)
        ]
        columns = recognise(both)
        if columns:
            return columns, both, 2
    labels = _labels(upper)
    columns = recognise(labels)
    return (columns, labels, 1) if columns else None


def _looks_like_row(line: Line) -> bool:
    filled = [text for text in line.texts if text]
    return len(filled) > 1 and any(NUMBER.match(text) or TASK.match(text) for text in filled)


def has_header(lines: list[Line]) -> bool:
    """有无表头：供多张工作表时挑选。"""
    return any(_header(lines, at) for at in range(len(lines)))


def body_of(lines: list[Line]) -> Body:
    """取正文：表头与其下各行。错误：BreakdownError——没有内容、没有表头、表头之前有行、两种表头。"""
    lines = [line for line in lines if any(line.texts)]
    if not lines:
        raise BreakdownError("文件里没有文字；请重新选择填好的分工表")
    for at in range(len(lines)):
        header = _header(lines, at)
        if header:
            break
    else:
        first = lines[0]
        seen = next(filter(None, first.texts))[:20]
        raise BreakdownError(f"没有找到表头：首行是{first.where}“{seen}”；{EXPECTED}")
    columns, labels, depth = header
    before = lines[:at]
    stray = next((line for line in before if _looks_like_row(line)), None)
    if stray and stray.table in (0, lines[at].table):
        raise BreakdownError(
            f"{stray.where}：这一行在表头（{lines[at].where}）之前，不知道各格是什么；请把表头移到所有行的上面"
        )
    titles = [found[0] for line in before if len(found := set_of(line)) == 1]
    title = next((t for t in titles if not _ATTACHMENT.fullmatch(t)), titles[0] if titles else "")
    kept = _following(lines[at : at + depth], lines[at + depth :], columns)
    return Body(columns, labels, title, kept)


def set_of(line: Line) -> list[str]:
    """不同的文字：一行里去掉空格与重复之后的各格文字。"""
    return list(dict.fromkeys(filter(None, line.texts)))


def _following(head: list[Line], rest: list[Line], columns: list[str]) -> list[Line]:
    repeated = [line.texts for line in head]
    width, table = len(head[0].cells), head[-1].table
    kept: list[Line] = []
    alien = 0
    for line in rest:
        if line.texts in repeated:
            continue
        found = recognise(_labels(line))
        if found == columns or all(_RULE.fullmatch(text) for text in line.texts):
            continue
        if found:
            raise BreakdownError(
                f"{line.where}：又出现一个不同的表头（{'、'.join(set_of(line))}）；请把两张表分成两个文件"
            )
        fresh = line.table != table
        if (fresh or line.table == alien) and len(line.cells) != width and not line.flows:
            # 另一张格数不同的表：多半是签收栏、导航等；若像任务行则不能悄悄丢掉。
            if _looks_like_row(line):
                raise BreakdownError(
                    f"{line.where}：这张表有 {len(line.cells)} 列，与前面的 {width} 列不同，也没有表头；请补上表头"
                )
            alien = line.table
            continue
        table = line.table
        if fresh and line.flows and kept:
            joined = _continued(kept[-1], line, columns)
            if joined:
                kept[-1] = joined
                continue
            line = _carried(line, columns)
        kept.append(line)
    return kept


def _numbered(line: Line, columns: list[str]) -> bool:
    if len(line.cells) < len(columns) or line.full_width:
        return False
    if "number" in columns and line.cells[columns.index("number")].text:
        return True
    return bool(NUMBER.match(line.cells[columns.index("text")].text))


def _continued(last: Line, line: Line, columns: list[str]) -> Line | None:
    """续行：新页首行没有序号，而上一行有，即为上一行断到新页的后半截。"""
    same = len(last.cells) == len(line.cells)
    if not same or line.full_width or not _numbered(last, columns) or _numbered(line, columns):
        return None
    if len(found := set_of(line)) == 1 and (PART.match(found[0]) or TASK.match(found[0])):
        return None
    cells = (
        replace(old, text=clean(f"{old.text}\n{new.text}"))
        for old, new in zip(last.cells, line.cells, strict=True)
    )
    return replace(last, cells=tuple(cells))


def _carried(line: Line, columns: list[str]) -> Line:
    """承页：合并格跨页后在新页是空格，故新页首行的空单位格按合并看待（留待人工核对）。"""
    if line.full_width:
        return line
    names = [*columns, *[""] * (len(line.cells) - len(columns))]
    cells = (
        Cell("", True) if not cell.text and name in ("task", "city_units", "bureau_units") else cell
        for cell, name in zip(line.cells, names, strict=False)
    )
    return replace(line, cells=tuple(cells))
