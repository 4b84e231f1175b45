"""读取器：各种文件变为网格；类型按内容判断，不信扩展名。"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from .messages import BreakdownError, Message, SheetChoice, gettext_noop
from .table import BreakdownTable, Cell, Line, clean, has_header, interpret

MAX_BYTES: Final = 20 * 1024 * 1024
_MAX_UNZIPPED: Final = 200 * 1024 * 1024
_MAX_SPAN: Final = 1000
_MAX_COLUMNS: Final = 60
_MAX_ROWS: Final = 5000
_MERGE: Final = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="[A-Z]+(\d+):([A-Z]+)(\d+)"')
_MERGED_CELLS: Final = 100_000
# 表头总在前面；只看这么多行就够判断一张工作表是不是分工表。
_HEADER_ROWS: Final = 60
# 旧格式是复合文档，里面各流的名称以 UTF-16 写在目录里。
_OLD_FORMATS: Final = (
    (
        "EncryptedPackage",
        "encrypted",
        gettext_noop("文件已加密；请用原软件打开，在“文件—信息—保护”里去掉密码，保存后再上传"),
    ),
    (
        "WordDocument",
        "old_word",
        gettext_noop("这是旧版 Word 文件（.doc）；请用 Word 或 WPS 打开，“另存为”选 .docx，再上传"),
    ),
    (
        "Workbook",
        "old_excel",
        gettext_noop("这是旧版 Excel 文件（.xls）；请用 Excel 或 WPS 打开，“另存为”选 .xlsx，再上传"),
    ),
)


def read(path: str | Path, *, sheet: str | None = None) -> BreakdownTable:
    """读取：把分工表文件读成 BreakdownTable。

    参数：path 为文件路径（.txt、.csv、.docx、.xlsx、.pdf、.html，以内容为准）；sheet 为 Excel 工作表的名称，
    不给时取唯一一张像分工表的（隐藏的不算）。
    错误：SheetChoice——几张工作表都像分工表；BreakdownError——空文件、超过 20 MB、加密、旧格式、含宏、损坏、
    不是分工表，均写明位置与改法。
    """
    path = Path(path)
    size = path.stat().st_size
    if size == 0:
        raise BreakdownError(gettext_noop("文件是空的；请重新选择文件"), code="empty")
    if size > MAX_BYTES:
        raise BreakdownError(
            gettext_noop("文件有 %(size)s MB，超过 20 MB；请去掉图片等无关内容再上传"),
            code="too_large",
            size=f"{size / 1024 / 1024:.1f}",
        )
    with path.open("rb") as file:
        magic = file.read(1024)
    if magic.startswith(b"\xd0\xcf\x11\xe0"):
        raise _old_format(path.read_bytes())
    if magic.lstrip().startswith(b"{\\rtf"):
        raise BreakdownError(
            gettext_noop("这是写字板文件（.rtf）；请用 Word 或 WPS 打开，“另存为”选 .docx，再上传"),
            code="rtf",
        )
    if b"%PDF-" in magic:
        return interpret(_broken(_pdf(path), gettext_noop("PDF")))
    if magic.startswith(b"PK"):
        return interpret(_broken(_office(path, sheet), gettext_noop("Word 或 Excel")))
    text = _decode(path.read_bytes())
    if "<table" in text.lower():
        return read_html(text)
    return interpret(_text(text) if "|" in text else _separated(text))


def read_html(text: str) -> BreakdownTable:
    """读取网页：粘贴的 HTML 中的表格。错误：BreakdownError。"""
    return interpret(_html(text))


def _old_format(content: bytes) -> BreakdownError:
    for stream, code, template in _OLD_FORMATS:
        if stream.encode("utf-16-le") in content:
            return BreakdownError(template, code=code)
    return BreakdownError(
        gettext_noop("文件已加密，或是旧版 .doc/.xls；请去掉密码，或另存为 .docx、.xlsx 再上传"),
        code="encrypted_or_old",
    )


def _broken(lines: Iterator[Line], kind: str) -> list[Line]:
    try:
        return list(lines)
    except BreakdownError:
        raise
    # 解析库对坏文件抛出的异常五花八门，一律变成人能看懂的话。
    except Exception as error:  # noqa: BLE001
        if "password" in type(error).__name__.lower() or "password" in repr(error).lower():
            raise BreakdownError(
                gettext_noop("PDF 文件已加密；请去掉密码再上传"), code="encrypted"
            ) from error
        raise BreakdownError(
            gettext_noop("%(kind)s文件已损坏，无法打开；请用原软件打开后另存一份再上传"),
            code="broken",
            kind=Message(kind),
        ) from error


def _unknown() -> BreakdownError:
    return BreakdownError(
        gettext_noop("认不出文件的类型；可用 .docx、.xlsx、.pdf、.html、.csv 或以“|”分隔的 .txt"),
        code="unknown",
    )


def _decode(data: bytes) -> str:
    # 带 BOM 的 UTF-16 是 Excel“Unicode 文本”的存法。
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise _unknown()


def _line(number: int) -> Message:
    return Message(gettext_noop("第 %(row)s 行"), row=number)


def _text(text: str) -> Iterator[Line]:
    closed: bool | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if not bare:
            continue
        cells = [clean(cell) for cell in bare.split("|")]
        # 第一行以“|”收尾的，各行行尾的“|”都是格的结束；不然，行尾的“|”之后是又一个空格。
        if closed is None and len(cells) > 2:
            closed = bare.endswith("|")
        if cells[-1] == "" and (closed or len(cells) == 2):
            cells.pop()
        if bare.startswith("|") and cells[0] == "":
            cells.pop(0)
        yield Line(tuple(map(Cell, cells)), _line(number), full_width=len(cells) == 1, ragged=True)


def _separated(text: str) -> Iterator[Line]:
    """逗号或制表符分隔的文本（.csv，或从 Excel 复制出来的）；只有一格有字的行当整行标题看。"""
    reader = csv.reader(text.splitlines(keepends=True), delimiter="\t" if "\t" in text else ",")
    try:
        for cells in reader:
            texts = [clean(cell) for cell in cells]
            _refuse_wide(texts, _line(reader.line_num))
            yield Line(
                tuple(map(Cell, texts)),
                _line(reader.line_num),
                full_width=bool(texts) and bool(texts[0]) and not any(texts[1:]),
            )
    except csv.Error as error:
        raise _unknown() from error


def _office(path: Path, sheet: str | None) -> Iterator[Line]:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if sum(info.file_size for info in archive.infolist()) > _MAX_UNZIPPED:
            raise BreakdownError(
                gettext_noop("文件展开后过大（超过 200 MB）；请只保留分工表再上传"), code="bomb"
            )
    if any(name.endswith("vbaProject.bin") for name in names):
        raise BreakdownError(
            gettext_noop("文件含有宏（.docm、.xlsm）；请“另存为”不含宏的 .docx 或 .xlsx，再上传"),
            code="macros",
        )
    if "word/document.xml" in names:
        yield from _docx(path)
    elif "xl/workbook.xml" in names:
        yield from _xlsx(path, sheet)
    elif "xl/workbook.bin" in names or "content.xml" in names:
        raise BreakdownError(
            gettext_noop("这种格式（.xlsb、.ods、.odt）读不了；请“另存为” .docx 或 .xlsx，再上传"),
            code="other_office",
        )
    else:
        raise BreakdownError(
            gettext_noop(
                "压缩包里不是 Word 或 Excel 文档；可用 .docx、.xlsx、.pdf、.html、.csv 或以“|”分隔的 .txt"
            ),
            code="other_zip",
        )


def _refuse_wide(cells: list[Any], where: Message) -> None:
    if len(cells) > _MAX_COLUMNS:
        raise BreakdownError(
            gettext_noop("%(where)s：超过 %(most)s 列；请核对是不是分工表"),
            code="too_wide",
            where=where,
            most=_MAX_COLUMNS,
        )


def _docx(path: Path) -> Iterator[Line]:
    import docx
    from docx.oxml.ns import qn

    document = docx.Document(str(path))
    if not document.tables:
        raise BreakdownError(
            gettext_noop("Word 文档里没有表格；请把分工表做成一个表格再上传"), code="no_table"
        )
    before = next((clean(p.text) for p in document.paragraphs if clean(p.text)), "")
    if before:
        yield Line((Cell(before),), Message(gettext_noop("标题")), full_width=True)
    for order, table in enumerate(document.tables, start=1):
        for number, tr in enumerate(table._tbl.tr_lst, start=1):
            where = Message(gettext_noop("表 %(table)s 第 %(row)s 行"), table=order, row=number)
            cells = [Cell("")] * min(tr.grid_before, _MAX_SPAN)
            for tc in tr.tc_lst:
                # 段落之间、换行符处都断开，由 clean 决定接成什么。
                text = "\n".join(
                    "".join(
                        t.text or "" if t.tag == qn("w:t") else "\n" for t in p.iter(qn("w:t"), qn("w:br"))
                    )
                    for p in tc.p_lst
                )
                cells.append(Cell(clean(text), tc.vMerge == "continue"))
                cells += [Cell("", cells[-1].merged_down, True)] * (min(tc.grid_span, _MAX_SPAN) - 1)
                _refuse_wide(cells, where)
            yield Line(tuple(cells), where, full_width=len(tr.tc_lst) == 1, table=order)


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
                raise BreakdownError(
                    gettext_noop("工作表里有过大的合并单元格；请取消表外的合并再上传"), code="huge_merge"
                )


def _xlsx(path: Path, name: str | None) -> Iterator[Line]:
    """工作簿：取 name 指定的工作表；没有指定时取唯一一张像分工表的，隐藏的不算。"""
    import openpyxl

    _refuse_huge_merges(path)
    # 上传的临时文件没有后缀，openpyxl 按路径打开时会因此拒绝。
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, data_only=True)
    if name is not None:
        if name not in book.sheetnames or not hasattr(book[name], "iter_rows"):
            raise BreakdownError(gettext_noop("没有工作表“%(sheet)s”"), code="no_sheet", sheet=name)
        return _sheet(book[name])
    like = [one for one in book.worksheets if has_header(islice(_sheet_lines(one), _HEADER_ROWS))]
    shown = [one for one in like if one.sheet_state == "visible"]
    if len(shown) > 1:
        raise SheetChoice(tuple(one.title for one in shown))
    if like and not shown:
        raise BreakdownError(
            gettext_noop("像分工表的工作表“%(sheet)s”是隐藏的；请取消隐藏并核对内容后再上传"),
            code="hidden_sheet",
            sheet=like[0].title,
        )
    visible = [one for one in book.worksheets if one.sheet_state == "visible"]
    return _sheet((shown or visible or book.worksheets)[0])


def _sheet(sheet: Any) -> Iterator[Line]:
    if sheet.max_row > _MAX_ROWS or sheet.max_column > _MAX_COLUMNS:
        raise BreakdownError(
            gettext_noop(
                "工作表“%(sheet)s”有 %(rows)s 行 %(columns)s 列，超过 %(most_rows)s 行或 "
                "%(most_columns)s 列；请删去表外的空行空列再上传"
            ),
            code="huge_sheet",
            sheet=sheet.title,
            rows=sheet.max_row,
            columns=sheet.max_column,
            most_rows=_MAX_ROWS,
            most_columns=_MAX_COLUMNS,
        )
    return _sheet_lines(sheet)


def _sheet_lines(sheet: Any) -> Iterator[Line]:
    last = min(sheet.max_column, _MAX_COLUMNS)
    down: set[tuple[int, int]] = set()
    across: set[tuple[int, int]] = set()
    wide: set[int] = set()
    for area in sheet.merged_cells.ranges:
        across |= {(area.min_row, column) for column in range(area.min_col + 1, area.max_col + 1)}
        for row in range(area.min_row + 1, min(area.max_row, _MAX_ROWS) + 1):
            down |= {(row, column) for column in range(area.min_col, area.max_col + 1)}
        if area.min_col == 1 and area.max_col >= last and area.min_row == area.max_row:
            wide.add(area.min_row)
    # 表外留着格式的空列不算列，免得横跨整表的标题不算整行。
    for number, row_cells in enumerate(sheet.iter_rows(max_row=_MAX_ROWS, max_col=last), start=1):
        cells = tuple(
            Cell(_value(c), (number, at) in down, (number, at) in across)
            for at, c in enumerate(row_cells, start=1)
        )
        where = Message(gettext_noop("工作表“%(sheet)s”第 %(row)s 行"), sheet=sheet.title, row=number)
        yield Line(cells, where, full_width=number in wide)


def _value(cell: Any) -> str:
    """格的文字：日期写成年月日，整数不带“.0”。"""
    value = cell.value
    if hasattr(value, "strftime"):
        return str(value.strftime("%Y-%m-%d"))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(value) if value is not None and value != 0 else "0" if value == 0 else ""


def _html(text: str) -> Iterator[Line]:
    from selectolax.lexbor import LexborHTMLParser

    def span(node: Any, name: str) -> int:
        value = node.attributes.get(name) or "1"
        return min(int(value), _MAX_SPAN) if value.isdigit() and int(value) else 1

    number = 0
    # 排版用的外层表格里套着真正的表格；只读最里层的，免得一行读两遍。
    leaves = [table for table in LexborHTMLParser(text).css("table") if len(table.css("table")) == 1]
    for order, table in enumerate(leaves, start=1):
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
                    cells.append(Cell("", False, True) if offset else Cell(clean(node.text(separator="\n"))))
                _refuse_wide(cells, _line(number))
            carried()
            yield Line(
                tuple(cells),
                _line(number),
                full_width=len(nodes) == 1 < len(cells) and not cells[0].merged_down,
                table=order,
            )


def _across(table: Any) -> set[tuple[int, int]]:
    """PDF 表里横向合并的格：（行，从 1 起；列，从 0 起）——没有框、而左边一格的框伸到了这一列。"""
    starts: dict[int, float] = {}
    for row in table.rows:
        for at, box in enumerate(row.cells):
            if box is not None:
                starts[at] = max(starts.get(at, 0), box[0])
    found = set()
    for number, row in enumerate(table.rows, start=1):
        edge = 0.0
        for at, box in enumerate(row.cells):
            if box is not None:
                edge = box[2]
            elif edge > starts.get(at, edge) + 1:
                found.add((number, at))
    return found


def _pdf(path: Path) -> Iterator[Line]:
    import pdfplumber

    order = 0
    with pdfplumber.open(path) as document:
        if not document.pages:
            raise BreakdownError(gettext_noop("PDF 里没有页；请重新生成后再上传"), code="no_pages")
        scanned = True
        for page in document.pages:
            scanned = scanned and not page.chars
            for index, table in enumerate(page.find_tables()):
                order += 1
                across = _across(table)
                for number, cells in enumerate(table.extract(), start=1):
                    filled = [cell is not None for cell in cells]
                    yield Line(
                        tuple(
                            Cell(
                                clean(cell),
                                cell is None and (number, at) not in across,
                                (number, at) in across,
                            )
                            for at, cell in enumerate(cells)
                        ),
                        Message(
                            gettext_noop("第 %(page)s 页第 %(row)s 行"), page=page.page_number, row=number
                        ),
                        full_width=filled[0] and sum(filled) == 1,
                        table=order,
                        continues=index == 0 and page.page_number > 1,
                    )
        if scanned:
            raise BreakdownError(
                gettext_noop("PDF 是扫描件，没有文字可读；请用原来的 Word 或 Excel 文件"), code="scanned"
            )
