"""读取器：各种文件变为网格；类型按内容判断，不信扩展名。"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from .table import BreakdownError, BreakdownTable, Cell, Line, clean, interpret

MAX_BYTES: Final = 20 * 1024 * 1024
_MAX_UNZIPPED: Final = 200 * 1024 * 1024
_MAX_SPAN: Final = 1000
_MAX_COLUMNS: Final = 60
_MAX_ROWS: Final = 5000
_MERGE: Final = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="[A-Z]+(\d+):([A-Z]+)(\d+)"')
_MERGED_CELLS: Final = 100_000
_KINDS: Final = "可用 .docx、.xlsx、.pdf、.html 或以“|”分隔的 .txt"


def read(path: str | Path) -> BreakdownTable:
    """读取：把分工表文件读成 BreakdownTable。

    参数：path 为文件路径（.txt、.docx、.xlsx、.pdf、.html，以内容为准）。
    错误：BreakdownError——空文件、超过 20 MB、加密、旧格式、损坏、不是分工表，均写明位置与改法。
    """
    path = Path(path)
    size = path.stat().st_size
    if size == 0:
        raise BreakdownError("文件是空的；请重新选择文件")
    if size > MAX_BYTES:
        raise BreakdownError(f"文件有 {size / 1024 / 1024:.1f} MB，超过 20 MB；请去掉图片等无关内容再上传")
    with path.open("rb") as file:
        magic = file.read(1024)
    if magic.startswith(b"\xd0\xcf\x11\xe0"):
        raise BreakdownError("文件已加密，或是旧版 .doc/.xls；请去掉密码，或另存为 .docx、.xlsx 再上传")
    if magic.startswith(b"%PDF"):
        return interpret(_broken(_pdf(path), "PDF"))
    if magic.startswith(b"PK"):
        return interpret(_broken(_office(path), "Word 或 Excel"))
    text = _decode(path.read_bytes())
    if "<table" in text.lower():
        return read_html(text)
    return interpret(_text(text))


def read_html(text: str) -> BreakdownTable:
    """读取网页：粘贴的 HTML 中的表格。错误：BreakdownError。"""
    return interpret(_html(text))


def _broken(lines: Iterator[Line], kind: str) -> list[Line]:
    try:
        return list(lines)
    except BreakdownError:
        raise
    # 解析库对坏文件抛出的异常五花八门，一律变成人能看懂的话。
    except Exception as error:  # noqa: BLE001
        if "password" in type(error).__name__.lower() or "password" in repr(error).lower():
            raise BreakdownError("PDF 文件已加密；请去掉密码再上传") from error
        raise BreakdownError(f"{kind}文件已损坏，无法打开；请用原软件打开后另存一份再上传") from error


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BreakdownError(f"认不出文件的类型；{_KINDS}")


def _text(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if not bare:
            continue
        cells = [clean(cell) for cell in bare.split("|")]
        # 行尾的“|”是格的结束，不是又一个空格。
        if cells[-1] == "" and len(cells) > 1:
            cells.pop()
        if bare.startswith("|") and cells[0] == "":
            cells.pop(0)
        yield Line(tuple(map(Cell, cells)), f"第 {number} 行", full_width=len(cells) == 1, ragged=True)


def _office(path: Path) -> Iterator[Line]:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if sum(info.file_size for info in archive.infolist()) > _MAX_UNZIPPED:
            raise BreakdownError("文件展开后过大（超过 200 MB）；请只保留分工表再上传")
    if "word/document.xml" in names:
        yield from _docx(path)
    elif "xl/workbook.xml" in names:
        yield from _xlsx(path)
    else:
        raise BreakdownError(f"压缩包里不是 Word 或 Excel 文档；{_KINDS}")


def _refuse_wide(cells: list[Cell], where: str) -> None:
    if len(cells) > _MAX_COLUMNS:
        raise BreakdownError(f"{where}：超过 {_MAX_COLUMNS} 列；请核对是不是分工表")


def _docx(path: Path) -> Iterator[Line]:
    import docx
    from docx.oxml.ns import qn

    document = docx.Document(str(path))
    if not document.tables:
        raise BreakdownError("Word 文档里没有表格；请把分工表做成一个表格再上传")
    before = next((clean(p.text) for p in document.paragraphs if clean(p.text)), "")
    if before:
        yield Line((Cell(before),), "标题", full_width=True)
    for order, table in enumerate(document.tables, start=1):
        for number, tr in enumerate(table._tbl.tr_lst, start=1):
            cells: list[Cell] = []
            for tc in tr.tc_lst:
                text = clean("\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in tc.p_lst))
                cells.append(Cell(text, tc.vMerge == "continue"))
                cells += [Cell("")] * (min(tc.grid_span, _MAX_SPAN) - 1)
                _refuse_wide(cells, f"表 {order} 第 {number} 行")
            yield Line(tuple(cells), f"表 {order} 第 {number} 行", full_width=len(tr.tc_lst) == 1)


def _refuse_huge_merges(path: Path) -> None:
    """先查合并区域的大小：读表时每格都要建对象，一个跨百万行的区域就能耗尽内存。"""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            area = 0
            for top, letters, bottom in _MERGE.findall(archive.read(name)):
                column = 0
                for letter in letters:
                    column = column * 26 + letter - 64
                area += (abs(int(bottom) - int(top)) + 1) * column
            if area > _MERGED_CELLS:
                raise BreakdownError("工作表里有过大的合并单元格；请取消表外的合并再上传")


def _xlsx(path: Path) -> Iterator[Line]:
    import openpyxl

    _refuse_huge_merges(path)
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    if sheet.max_row > _MAX_ROWS or sheet.max_column > _MAX_COLUMNS:
        raise BreakdownError(
            f"工作表“{sheet.title}”有 {sheet.max_row} 行 {sheet.max_column} 列，"
            f"超过 {_MAX_ROWS} 行或 {_MAX_COLUMNS} 列；请删去表外的空行空列再上传"
        )
    down: set[tuple[int, int]] = set()
    wide: set[int] = set()
    for area in sheet.merged_cells.ranges:
        for row in range(area.min_row + 1, area.max_row + 1):
            down |= {(row, column) for column in range(area.min_col, area.max_col + 1)}
        if area.min_col == 1 and area.max_col >= sheet.max_column and area.min_row == area.max_row:
            wide.add(area.min_row)
    for number, row_cells in enumerate(sheet.iter_rows(), start=1):
        cells = tuple(Cell(clean(c.value), (number, at) in down) for at, c in enumerate(row_cells, start=1))
        yield Line(cells, f"工作表“{sheet.title}”第 {number} 行", full_width=number in wide)


def _html(text: str) -> Iterator[Line]:
    from selectolax.lexbor import LexborHTMLParser

    def span(node: Any, name: str) -> int:
        value = node.attributes.get(name) or "1"
        return min(int(value), _MAX_SPAN) if value.isdigit() and int(value) else 1

    number = 0
    for table in LexborHTMLParser(text).css("table"):
        pending: dict[int, int] = {}
        for tr in table.css("tr"):
            number += 1
            cells: list[Cell] = []
            nodes = tr.css("td, th")

            def carried(cells: list[Cell] = cells, pending: dict[int, int] = pending) -> None:
                while pending.get(len(cells), 0):
                    pending[len(cells)] -= 1
                    cells.append(Cell("", True))

            for node in nodes:
                carried()
                for offset in range(span(node, "colspan")):
                    if span(node, "rowspan") > 1:
                        pending[len(cells)] = span(node, "rowspan") - 1
                    cells.append(Cell("" if offset else clean(node.text(separator="\n"))))
                _refuse_wide(cells, f"第 {number} 行")
            carried()
            yield Line(
                tuple(cells),
                f"第 {number} 行",
                full_width=len(nodes) == 1 < len(cells) and not cells[0].merged_down,
            )


def _pdf(path: Path) -> Iterator[Line]:
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            for table in page.extract_tables():
                for number, cells in enumerate(table, start=1):
                    filled = [cell is not None for cell in cells]
                    yield Line(
                        tuple(Cell(clean(cell), cell is None) for cell in cells),
                        f"第 {page.page_number} 页第 {number} 行",
                        full_width=filled[0] and sum(filled) == 1,
                    )
