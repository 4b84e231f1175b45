"""取附件的文字：docx、xlsx、pdf、txt、csv，供检索、查个人信息和错别字；限大小、页数、字数。"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

from gongkai.formats import pdfium
from gongkai.formats.documents.model import DocumentError
from gongkai.formats.documents.package import Package, read_bytes

__all__ = ["MAX_TEXT", "extract_text"]

MAX_TEXT: Final = 5_000_000
_MAX_PAGES: Final = 3000
_MAX_CELLS: Final = 2_000_000
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def extract_text(path: Path | str) -> str:
    """取文字：按内容认格式，返回纯文字（表格的格用制表符隔开），没有文字层的 PDF 返回空。

    docx 连页眉、页脚、批注、隐藏文字一起取：查个人信息时，看不见的更要查到。xlsx 只取值，公式不算，
    隐藏的表、行、列也取。图片返回空。
    限制：文件 50 MB，PDF 3000 页，表格 200 万格，文字 500 万字；超出抛出 DocumentError，不只取一半。
    错误：认不出的格式、损坏、加密时抛出 DocumentError。
    """
    data = read_bytes(path)
    if data.startswith(b"%PDF"):
        text = _pdf(data)
    elif data.startswith(b"PK"):
        package = Package.open(data)
        if "word/document.xml" in package.parts:
            text = _docx(package)
        elif "xl/workbook.xml" in package.parts:
            text = _xlsx(package)
        else:
            raise DocumentError("附件不是 Word、Excel 文件，取不出文字；请转换后再上传")
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        Package.open(data)
        text = ""
    elif data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")):
        return ""
    else:
        text = _plain(data)
    if len(text) > MAX_TEXT:
        raise DocumentError(f"附件的文字有 {len(text)} 个，超过 {MAX_TEXT} 个；请拆分后再上传")
    return text


def _plain(data: bytes) -> str:
    # 没有 BOM 的 UTF-16 认不准：什么字节都能解出“文字”来。
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise DocumentError("附件不是 Word、Excel、PDF、图片或纯文字，取不出文字；请转换后再上传")


def _docx(package: Package) -> str:
    names = ["word/document.xml"]
    names += sorted(
        name
        for name in package.parts
        if name.endswith(".xml")
        and name.startswith(
            ("word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments")
        )
        and "Extended" not in name
        and "Ids" not in name
    )
    out: list[str] = []
    for name in names:
        root = package.xml(name)
        if root is not None:
            _paragraphs(root, out)
    return "\n".join(out)


def _paragraphs(root: Any, out: list[str]) -> None:
    """各段文字；表格一行一行，格之间用制表符。mc:Fallback 是同一内容的旧写法，不重复取。"""
    cells: dict[Any, str] = {}
    for paragraph in root.iter(f"{_W}p"):
        if any(parent.tag.endswith("}Fallback") for parent in paragraph.iterancestors()):
            continue
        text = "".join(_piece(node) for node in paragraph.iter() if _owner(node) is paragraph).strip()
        cell = next((p for p in paragraph.iterancestors(f"{_W}tc")), None)
        if cell is None:
            out.append(text)
            continue
        row = cell.getparent()
        key = (row, cell)
        cells[key] = f"{cells[key]} {text}".strip() if key in cells else text
        if paragraph is list(cell.iter(f"{_W}p"))[-1] and cell is row.findall(f"{_W}tc")[-1]:
            out.append("\t".join(value for (r, _), value in cells.items() if r is row))
    out[:] = [line for line in out if line]


def _owner(node: Any) -> Any:
    return next(node.iterancestors(f"{_W}p"), None)


def _piece(node: Any) -> str:
    if node.tag in (f"{_W}t", f"{_W}delText"):
        return node.text or ""
    if node.tag == f"{_W}tab":
        return "\t"
    return "\n" if node.tag in (f"{_W}br", f"{_W}cr") else ""


def _xlsx(package: Package) -> str:
    import openpyxl

    # 先把每个部分都按安全的方式读一遍，再交给 openpyxl。
    for name in [n for n in package.parts if n.endswith((".xml", ".rels"))]:
        package.xml(name)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(package.pack()), read_only=True, data_only=True, keep_links=False
        )
    except Exception:  # noqa: BLE001  openpyxl 对坏文件什么异常都抛
        raise DocumentError("Excel 文件已损坏；请用 Excel 或 WPS 打开后重新保存") from None
    out: list[str] = []
    count = 0
    try:
        for sheet in book.worksheets:
            # 文件里写的范围可能是假的（整张表一百万行），按真有的行读。
            sheet.reset_dimensions()
            out.append(sheet.title)
            for row in sheet.iter_rows(values_only=True):
                count += len(row)
                if count > _MAX_CELLS:
                    raise DocumentError(f"表格超过 {_MAX_CELLS} 格；请拆分后再上传")
                values = [_value(value) for value in row]
                if any(values):
                    out.append("\t".join(values).rstrip("\t"))
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, OSError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError("Excel 文件已损坏；请用 Excel 或 WPS 打开后重新保存") from None
    finally:
        book.close()
    return "\n".join(out)


def _value(value: object) -> str:
    # 身份证号存成数字时写成 4.4e17 就查不到了；整数一律写全。
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return "" if value is None else str(value).replace("\t", " ").replace("\n", " ").strip()


def _pdf(data: bytes) -> str:
    out: list[str] = []
    total = 0
    with pdfium.opened(data, most=_MAX_PAGES) as document:
        for page in document:
            layer = page.get_textpage()
            text = layer.get_text_bounded().replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "")
            # 看完一页关一页，几千页的文件不占着内存；文字层随页关。
            page.close()
            total += len(text)
            if total > MAX_TEXT:
                raise DocumentError(f"PDF 的文字超过 {MAX_TEXT} 个；请拆分后再上传")
            out.append(text.strip())
    return "\n".join(line for line in out if line)
