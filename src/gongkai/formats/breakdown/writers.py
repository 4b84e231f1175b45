"""写出器：分工表写成 Word 或 Excel，合并单元格与读入时一致。"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .table import BreakdownTable, Row


def write(table: BreakdownTable, path: str | Path) -> None:
    """写出：按后缀写成 .docx 或 .xlsx，``read(path)`` 得回同一张表。

    参数：table 须合乎 BreakdownTable 的可写性约定；path 的后缀决定格式。错误：其他后缀抛出 ValueError。
    """
    path = Path(path)
    if path.suffix == ".docx":
        _docx(table, path)
    elif path.suffix == ".xlsx":
        _xlsx(table, path)
    else:
        raise ValueError(f"只能写成 .docx 或 .xlsx，收到的是 {path.suffix or '没有后缀'}")


def _values(row: Row, table: BreakdownTable) -> list[str]:
    extra = dict(row.extra)
    shown = {"text": f"{row.number}. {row.text}"}
    fixed = [shown.get(name) or str(getattr(row, name)) for name, _ in table.headers]
    return fixed + [extra.get(name, "") for name in table.extra_headers]


def _blocks(table: BreakdownTable) -> Iterator[str | Row]:
    """内容次序：部分标题（文字）与各行。"""
    part = ""
    for row in table.rows:
        if row.part != part:
            part = row.part
            yield part
        yield row


_UNITS = {"city_units", "bureau_units"}
# 合并区域：首行、首列、末行、末列（列从 1 起）。
_Area = tuple[int, int, int, int]


def _is_half(above: Row, row: Row) -> bool:
    """另一半：序号正是读入时给承接的要求补的，如“3”之后的“3-2”“3-3”。"""
    base, _dash, count = above.number.partition("-")
    return row.number == f"{base}-{int(count or 1) + 1}" if count.isdecimal() or not count else False


def _merges(table: BreakdownTable, places: list[tuple[int, Row]]) -> list[_Area]:
    """合并：承接的格与上面相连的格并在一起；两个单位格原是一格的，横着并成一块。"""
    names = [name for name, _ in table.headers]
    first: dict[str, int] = {}
    areas: list[_Area] = []
    block = False

    def close(name: str, last: int) -> None:
        start, column = first.pop(name), names.index(name) + 1
        wide = block and name in _UNITS
        if last > start or wide:
            areas.append((start, column, last, column + wide))

    for at, (here, row) in enumerate(places):
        above, last = places[at - 1][1], places[at - 1][0]
        near = row.inherited if at and last + 1 == here else frozenset()
        down = {name for name in names if name in near and getattr(above, name) == getattr(row, name)}
        if "text" in down and (not _is_half(above, row) or len(down) == len(names)):
            # 并起来就只剩上一项的序号，读回来得不到这一项的；各栏全并就只剩一行。
            down -= {"text"}
        if block and not down >= _UNITS:
            # 上面横并成一块的，要接就两栏一起接。
            down -= _UNITS
        for name in [name for name in first if name not in down]:
            if not (block and name == "bureau_units"):
                close(name, last)
            first.pop(name, None)
        whole = set(names) >= _UNITS and row.city_units == row.bureau_units
        block = block if down >= _UNITS else whole and "bureau_units" in row.inherited and not down & _UNITS
        for name in names:
            first.setdefault(name, here)
    for name in list(first):
        if not (block and name == "bureau_units"):
            close(name, places[-1][0])
    return areas


def _labels(table: BreakdownTable) -> list[str]:
    return [label for _, label in table.headers] + list(table.extra_headers)


def _docx(table: BreakdownTable, path: Path) -> None:
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    document = docx.Document()
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    if table.title:
        heading = document.add_paragraph()
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = heading.add_run(table.title)
        run.bold, run.font.size = True, Pt(18)
    labels = _labels(table)
    blocks = list(_blocks(table))
    grid = document.add_table(rows=len(blocks) + 1, cols=len(labels), style="Table Grid")
    cells = [list(row.cells) for row in grid.rows]
    for cell, label in zip(cells[0], labels, strict=True):
        cell.paragraphs[0].add_run(label).bold = True
    repeat = OxmlElement("w:tblHeader")
    grid.rows[0]._tr.get_or_add_trPr().append(repeat)
    places: list[tuple[int, Row]] = []
    for at, block in enumerate(blocks, start=1):
        if isinstance(block, str):
            wide = cells[at][0].merge(cells[at][-1])
            wide.text = ""
            wide.paragraphs[0].add_run(block).bold = True
            continue
        places.append((at, block))
        for cell, value in zip(cells[at], _values(block, table), strict=True):
            cell.text = value
    for first, left, last, right in _merges(table, places):
        text = cells[first][left - 1].text
        cells[first][left - 1].merge(cells[last][right - 1]).text = text
    document.save(str(path))


def _xlsx(table: BreakdownTable, path: Path) -> None:
    import openpyxl
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "分工表"
    labels = _labels(table)
    line = Side(style="thin")
    widths = {"task": 24, "text": 60, "city_units": 26, "bureau_units": 26}
    at = 0

    def put(row: int, column: int, value: str, *, bold: bool = False) -> None:
        cell = sheet.cell(row, column, value)
        # 以“=”开头的文字只当文字，不让表格软件当公式执行。
        if value:
            cell.data_type = "s"
        cell.font = Font(name="宋体", size=12, bold=bold)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cell.border = Border(line, line, line, line)

    if table.title:
        at += 1
        put(at, 1, table.title, bold=True)
        sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=len(labels))
    at += 1
    for column, label in enumerate(labels, start=1):
        put(at, column, label, bold=True)
        names = [name for name, _ in table.headers]
        width = widths.get(names[column - 1], 16) if column <= len(names) else 16
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.print_title_rows = f"{at}:{at}"
    sheet.page_setup.orientation = "landscape"
    places: list[tuple[int, Row]] = []
    for block in _blocks(table):
        at += 1
        if isinstance(block, str):
            put(at, 1, block, bold=True)
            sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=len(labels))
            continue
        places.append((at, block))
        for column, value in enumerate(_values(block, table), start=1):
            put(at, column, value)
    for first, left, last, right in _merges(table, places):
        sheet.merge_cells(start_row=first, end_row=last, start_column=left, end_column=right)
    book.save(path)
