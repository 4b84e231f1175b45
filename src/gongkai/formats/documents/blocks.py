"""正文的块：把干净的 HTML 读成标题、段落、列表、表格，供写 Word 和 PDF。"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from gongkai.formats.documents.clean import clean_html

__all__ = ["Cell", "Flow", "Grid", "Listing", "Paragraph", "Quote", "Rule", "Run", "occupied", "read"]


@dataclass(frozen=True, slots=True)
class Run:
    """一截文字：样式相同的连续文字，或一张图片（image 为引用地址，text 为说明）。"""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    script: str = ""
    href: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """段落：level 0 为正文，1 起为标题级别（正文的 h2 是 1）；align 为空、center 或 right。"""

    runs: tuple[Run, ...]
    level: int = 0
    align: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """列表：items 各项的块，ordered 编号与否，start 起始号。"""

    items: tuple[Flow, ...]
    ordered: bool = False
    start: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """格：blocks 内容，colspan、rowspan 跨列跨行，header 表头。"""

    blocks: Flow
    colspan: int = 1
    rowspan: int = 1
    header: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """表格：rows 各行的格（被合并占去的不重复列），head_rows 表头行数，caption 表题。"""

    rows: tuple[tuple[Cell, ...], ...]
    head_rows: int = 0
    caption: str = ""

    @property
    def width(self) -> int:
        """列数。"""
        return max((column + cell.colspan for _, column, cell in occupied(self)), default=0)


@dataclass(frozen=True, slots=True)
class Quote:
    """引文。"""

    blocks: Flow


@dataclass(frozen=True, slots=True)
class Rule:
    """分隔线。"""


Block = Paragraph | Listing | Grid | Quote | Rule
Flow = tuple[Block, ...]


def occupied(grid: Grid) -> list[tuple[int, int, Cell]]:
    """各格左上角的位置（行, 列）：合并格占去的位置跳过。"""
    taken: set[tuple[int, int]] = set()
    placed: list[tuple[int, int, Cell]] = []
    for row, cells in enumerate(grid.rows):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            # 写坏的表格里横跨的格会压住上面竖跨下来的格：截短，不重叠。
            across = next((c for c in range(1, cell.colspan) if (row, column + c) in taken), cell.colspan)
            placed.append((row, column, replace(cell, colspan=across)))
            taken.update((row + r, column + c) for r in range(cell.rowspan) for c in range(across))
            column += across
    return placed


_MARKS: Final = {"strong": "bold", "em": "italic", "u": "underline", "s": "strike"}


@dataclass(slots=True)
class _Reader:
    out: list[Block] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def flush(self, level: int = 0, align: str = "") -> None:
        if any(run.image or run.text.strip() for run in self.runs):
            self.out.append(Paragraph(tuple(self.runs), level, align))
        self.runs = []

    def walk(self, parent: Any, style: Run) -> None:
        for node in parent.iter(include_text=True):
            tag = node.tag
            if tag == "-text":
                if node.text_content:
                    self.runs.append(replace(style, text=node.text_content))
            elif tag == "br":
                self.runs.append(replace(style, text="\n"))
            elif tag == "img":
                attributes = node.attributes
                self.runs.append(
                    replace(style, text=attributes.get("alt") or "", image=attributes.get("src") or "")
                )
            elif tag in _MARKS:
                self.walk(node, replace(style, **{_MARKS[tag]: True}))  # type: ignore[arg-type]
            elif tag in ("sub", "sup"):
                self.walk(node, replace(style, script=tag))
            elif tag == "a":
                href = node.attributes.get("href") or ""
                self.walk(node, style if href.startswith("#") else replace(style, href=href))
            else:
                self._block(node, tag, style)

    def _block(self, node: Any, tag: str, style: Run) -> None:
        self.flush()
        if tag in ("ul", "ol"):
            items = tuple(_flow(item) for item in node.iter() if item.tag == "li")
            self.out.append(Listing(items, tag == "ol", int(node.attributes.get("start") or 1)))
        elif tag == "table":
            self.out.append(_grid(node))
        elif tag == "blockquote":
            self.out.append(Quote(_flow(node)))
        elif tag == "hr":
            self.out.append(Rule())
        else:
            self.walk(node, style)
            align = (node.attributes.get("class") or "").removeprefix("text-")
            self.flush(int(tag[1]) - 1 if re.fullmatch("h[2-6]", tag) else 0, align)


def _flow(node: Any) -> Flow:
    reader = _Reader()
    reader.walk(node, Run(""))
    reader.flush()
    return tuple(reader.out)


def _grid(node: Any) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    head = 0
    caption = ""
    for part in node.iter():
        if part.tag == "caption":
            caption = part.text(deep=True).strip()
            continue
        for row in part.iter():
            cells = tuple(
                Cell(
                    _flow(cell),
                    int(cell.attributes.get("colspan") or 1),
                    int(cell.attributes.get("rowspan") or 1),
                    cell.tag == "th",
                )
                for cell in row.iter()
                if cell.tag in ("td", "th")
            )
            rows.append(cells)
            head += part.tag == "thead"
    return Grid(tuple(rows), head, caption)


def read(html: str) -> Flow:
    """读正文：任何 HTML 先过许可表，再读成块。错误：太大抛出 DocumentError。"""
    body = LexborHTMLParser(clean_html(html)).body
    return _flow(body) if body is not None else ()
