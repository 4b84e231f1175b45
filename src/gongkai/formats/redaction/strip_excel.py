"""清除 Excel 里的隐藏信息：隐藏的表、行、列和名称，批注，看不见的单元格，公式、外链、缓存、嵌入的文件。"""

from __future__ import annotations

import posixpath
import re
from typing import Any, Final

from gongkai.formats.documents.model import DocumentError
from gongkai.formats.documents.package import Package

from .hidden import Hidden, _unseen_styles
from .strip import drop_links, drop_parts, remove

_X: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BOOK: Final = "xl/workbook.xml"
# 连部分一起去掉的：批注、人员、外部链接、透视表和缓存、嵌入的文件、打印机设置、数据连接。
_PARTS: Final = re.compile(
    r"xl/(comments\d*\.xml|comments/|threadedComments/|persons/|externalLinks/|pivotTables/|pivotCache/"
    r"|embeddings/|activeX/|ctrlProps/|printerSettings/|queryTables/|connections\.xml|calcChain\.xml"
    r"|drawings/vmlDrawing|customProperty|customData|model/)|customXml/"
)
# 页面里指向上面那些部分的元素。
_POINTERS: Final = (
    "legacyDrawing", "legacyDrawingHF", "oleObjects", "controls", "customProperties", "smartTags",
)  # fmt: skip


def clean_excel(package: Package) -> list[Hidden]:
    """清除一份 Excel：就地改 package 的各部分；返回公式换成了值的各处（每张表一条）。

    错误：DocumentError——没有看得见的工作表；看得见的公式没有存着算好的值，换了就什么也不剩。
    """
    book = package.xml(_BOOK)
    if book is None:
        raise DocumentError("不认识这种文件；只能清除 Word、Excel、PDF 和图片")
    places = _places(package)
    sheets = book.find(_X + "sheets")
    kept: list[str] = []
    old_index: list[int] = []
    titles: list[str] = []
    gone: set[str] = set()
    for index, sheet in enumerate(list(sheets)):
        part = places.get(sheet.get(_R + "id", ""), "")
        if sheet.get("state", "visible") != "visible":
            gone.add(part)
            sheets.remove(sheet)
        else:
            kept.append(part)
            old_index.append(index)
            titles.append(sheet.get("name", ""))
    if not kept:
        raise DocumentError("工作表全是隐藏的，清除之后什么也不剩；请核对是不是这份文件")
    unseen = _unseen_styles(package)
    frozen, empty = [], []
    for part, title in zip(kept, titles, strict=True):
        valued, valueless = _clean_sheet(package, part, unseen)
        if valued:
            frozen.append(Hidden("公式换成值", title, _some(valued)))
        if valueless:
            empty.append(f"“{title}”的 {_some(valueless)}")
    if empty:
        # 程序导出的表常常只有公式：看的人打开时才算。换成空白就丢了看得见的数，宁可不做。
        raise DocumentError(
            f"公式没有存着算好的值：{'；'.join(empty)}。清除会丢掉这些数，没有做；"
            "请用 Excel 或 WPS 打开这份文件，看到数以后保存一次，再重新上传"
        )
    _clean_book(book, old_index)
    package.put(_BOOK, book)
    drop_parts(package, lambda name: name in gone or bool(_PARTS.match(name)))
    _strings(package, kept)
    return frozen


def _some(cells: list[str]) -> str:
    """头几个单元格，共几个。"""
    shown = "、".join(cells[:5])
    return shown if len(cells) <= 5 else f"{shown} 等 {len(cells)} 个单元格"


def _places(package: Package) -> dict[str, str]:
    root = package.xml("xl/_rels/workbook.xml.rels")
    found = {}
    for node in root if root is not None else ():
        target = node.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
        found[node.get("Id", "")] = posixpath.normpath(path)
    return found


def _clean_book(book: Any, old_index: list[int]) -> None:
    for tag in ("externalReferences", "pivotCaches", "customWorkbookViews", "fileSharing", "fileRecoveryPr"):
        for node in list(book.iter(_X + tag)):
            remove(node)
    for node in book.iter(_X + "workbookPr"):
        node.attrib.pop("codeName", None)
    for view in book.iter(_X + "workbookView"):
        # 原来打开的可能是去掉的那一张。
        view.attrib.pop("activeTab", None)
        view.attrib.pop("firstSheet", None)
    names = book.find(_X + "definedNames")
    # 公式已换成值，名称只留打印范围和标题行；所属的表照现在的次序重排。
    for node in list(names) if names is not None else ():
        sheet = node.get("localSheetId")
        if (
            not node.get("name", "").startswith("_xlnm.Print")
            or node.get("hidden") in ("1", "true")
            or sheet is None
            or int(sheet) not in old_index
        ):
            names.remove(node)
        else:
            node.set("localSheetId", str(old_index.index(int(sheet))))
    if names is not None and not len(names):
        remove(names)


def _freeze(cell: Any) -> bool | None:
    """公式换成算好的值：本来不是公式的为 None，没有存着值的为 False，其值原样留下。"""
    formulas = cell.findall(_X + "f")
    if not formulas:
        return None
    value = cell.find(_X + "v")
    # 算出来是空文字的（t="str"）也是有值；其余类型的空 v 是没有算过。
    if value is None or not (value.text or cell.get("t") == "str"):
        return False
    for formula in formulas:
        cell.remove(formula)
    if cell.get("t") == "str":
        # 没有公式的 str 有的软件不认，改成存在单元格里的文字；空文字就是空白。
        text = cell.makeelement(_X + "t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
        text.text = value.text
        inline = cell.makeelement(_X + "is", {})
        inline.append(text)
        cell.replace(value, inline)
        cell.set("t", "inlineStr")
    return True


def _clean_sheet(package: Package, part: str, unseen: dict[int, str]) -> tuple[list[str], list[str]]:
    """清除一张表：返回公式换成了值的、公式没有值可换的各单元格。"""
    root = package.xml(part)
    valued: list[str] = []
    valueless: list[str] = []
    if root is None:
        return valued, valueless
    columns: set[int] = set()
    for node in root.iter(_X + "col"):
        if node.get("hidden") in ("1", "true"):
            columns |= set(range(int(node.get("min", "1")), int(node.get("max", "1")) + 1))
            # 内容删去，列留着是空的：别的列不挪位置，文中说的“D 列”还是那一列。
            del node.attrib["hidden"]
    cut = bool(columns)
    for row in list(root.iter(_X + "row")):
        if row.get("hidden") in ("1", "true"):
            cut = True
            row.getparent().remove(row)
            continue
        for cell in list(row):
            if _column(cell.get("r", "")) in columns or unseen.get(int(cell.get("s", "0"))):
                row.remove(cell)
            elif (kept := _freeze(cell)) is not None:
                (valued if kept else valueless).append(cell.get("r", ""))
    for tag in _POINTERS:
        for node in list(root.iter(_X + tag)):
            remove(node)
    for node in root.iter(_X + "pageSetup"):
        node.attrib.pop(_R + "id", None)
    if cut:
        _loosen(package, root, part)
    package.put(part, root)
    return valued, valueless


def _loosen(package: Package, root: Any, part: str) -> None:
    """删过行列的表：表格、筛选、校验、条件格式的范围不再对得上，去掉它们，单元格的内容不动。"""
    for tag in ("tableParts", "autoFilter", "sortState", "dataValidations", "conditionalFormatting"):
        for node in list(root.iter(_X + tag)):
            remove(node)
    folder, base = posixpath.split(part)
    rels = f"{folder}/_rels/{base}.rels"
    gone: set[str] = set()

    def is_table(target: str, kind: str) -> bool:
        if kind == "table":
            gone.add(target)
        return kind == "table"

    drop_links(package, rels, is_table)
    drop_parts(package, lambda name: name in gone)


def _column(reference: str) -> int:
    number = 0
    for letter in re.sub(r"\d", "", reference).upper():
        number = number * 26 + ord(letter) - 64
    return number


def _strings(package: Package, sheets: list[str]) -> None:
    """共用的文字：删去的单元格用过、别处不再用的，也要抹掉——它们存在另一处。"""
    root = package.xml("xl/sharedStrings.xml")
    if root is None:
        return
    used: set[int] = set()
    for part in sheets:
        sheet = package.xml(part)
        for cell in sheet.iter(_X + "c") if sheet is not None else ():
            value = cell.find(_X + "v")
            if cell.get("t") == "s" and value is not None and (value.text or "").isdigit():
                used.add(int(value.text))
    for index, node in enumerate(root.findall(_X + "si")):
        if index not in used:
            for child in list(node):
                node.remove(child)
            node.append(node.makeelement(_X + "t", {}))
    package.put("xl/sharedStrings.xml", root)
