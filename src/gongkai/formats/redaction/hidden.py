"""隐藏信息：文件里看不见、一公开就跟着出去的内容，逐处写明种类、位置和样子。"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree

from gongkai.formats.documents.model import DocumentError
from gongkai.formats.documents.package import Package

from .pages import is_pdf, opened

__all__ = ["Hidden", "hidden_data"]

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_X: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# 元数据里会露出人和单位的各栏；软件名、时间不算。
_PROPERTIES: Final = {
    "creator": "作者", "lastModifiedBy": "最后修改人", "subject": "主题", "description": "备注",
    "keywords": "关键词", "category": "类别", "manager": "经理", "company": "单位",
}  # fmt: skip
_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Hidden:
    """一处隐藏信息：kind 种类，where 在哪里，text 样子（至多 60 字）。"""

    kind: str
    where: str
    text: str = ""


def hidden_data(data: bytes) -> list[Hidden]:
    """找隐藏信息：Word、Excel、PDF、图片，按内容认类型；至多 200 处。

    Word：批注、修订、隐藏文字、白字、嵌入的文件、元数据；Excel：隐藏的表、行、列、名称，批注、白字、不显示的
    数字格式、缓存的数据、外部链接、嵌入的文件、元数据；PDF：批注、附件、脚本、图层、看不见的字、旧版本、
    元数据；图片：拍摄信息。
    错误：DocumentError——打不开。
    """
    if is_pdf(data):
        found = _pdf(data)
    elif data.startswith(b"PK"):
        package = Package.open(data)
        office = _word if "word/document.xml" in package.parts else _excel
        found = _all(office(package), _properties(package), _embedded(package))
    else:
        found = _picture(data)
    return list(dict.fromkeys(found))[:_MOST]


def _all(*parts: Iterator[Hidden]) -> Iterator[Hidden]:
    for part in parts:
        yield from part


def _xml(package: Package, name: str) -> Any:
    content = package.parts.get(name)
    if content is None:
        return None
    try:
        return ElementTree.fromstring(content)  # noqa: S314 - Package 已拒收带 DTD 的 XML
    except ElementTree.ParseError:
        raise DocumentError(f"文件里的“{name}”已损坏；请用 Word 或 WPS 重新保存") from None


def _clip(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"


# Word


def _word(package: Package) -> Iterator[Hidden]:
    for name in sorted(package.parts):
        if not re.fullmatch(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml", name):
            continue
        root, where = _xml(package, name), _part(name)
        for tag, kind, inner in (
            ("ins", "修订：插入", "t"),
            ("del", "修订：删除", "delText"),
            ("moveFrom", "修订：移走", "t"),
        ):
            for node in root.iter(_W + tag):
                yield Hidden(kind, where, _clip("".join(t.text or "" for t in node.iter(_W + inner))))
        for run in root.iter(_W + "r"):
            text = "".join(t.text or "" for t in run.iter(_W + "t"))
            shape = run.find(_W + "rPr")
            if shape is None or not text.strip():
                continue
            if _on(shape.find(_W + "vanish")):
                yield Hidden("隐藏文字", where, _clip(text))
            colour, shade = shape.find(_W + "color"), shape.find(_W + "shd")
            filled = shade is not None and shade.get(_W + "fill", "auto").upper() not in ("AUTO", "FFFFFF")
            if colour is not None and colour.get(_W + "val", "").upper() == "FFFFFF" and not filled:
                yield Hidden("白色文字", where, _clip(text))
    comments = _xml(package, "word/comments.xml")
    for node in comments.iter(_W + "comment") if comments is not None else ():
        text = "".join(t.text or "" for t in node.iter(_W + "t"))
        yield Hidden("批注", f"{node.get(_W + 'author', '')}的批注", _clip(text))


def _on(node: Any) -> bool:
    return node is not None and node.get(_W + "val", "1") not in ("0", "false", "off")


def _part(name: str) -> str:
    labels = {"document": "正文", "header": "页眉", "footer": "页脚", "footnotes": "脚注", "endnotes": "尾注"}
    return labels[re.sub(r"\d*\.xml$", "", name.removeprefix("word/"))]


# Excel


def _excel(package: Package) -> Iterator[Hidden]:
    book = _xml(package, "xl/workbook.xml")
    if book is None:
        raise DocumentError("不认识这种文件；隐藏信息只查 Word、Excel、PDF 和图片")
    targets = {}
    links = _xml(package, "xl/_rels/workbook.xml.rels")
    for link in links if links is not None else ():
        targets[link.get("Id")] = link.get("Target", "").removeprefix("/xl/").removeprefix("xl/")
    unseen = _unseen_styles(package)
    for sheet in book.iter(_X + "sheet"):
        name = sheet.get("name", "")
        if sheet.get("state", "visible") != "visible":
            yield Hidden("隐藏的工作表", f"工作表“{name}”")
        yield from _sheet(package, f"xl/{targets.get(sheet.get(_R + 'id'), '')}", name, unseen)
    for node in book.iter(_X + "definedName"):
        if node.get("hidden") in ("1", "true") and not node.get("name", "").startswith(
            "_xlnm._FilterDatabase"
        ):
            yield Hidden("隐藏的名称", node.get("name", ""), _clip(node.text or ""))
    for part in sorted(package.parts):
        if re.fullmatch(r"xl/(comments\d*|comments/comment\d+|threadedComments/.*)\.xml", part):
            for node in _xml(package, part).iter():
                if node.tag.endswith(("}comment", "}threadedComment")):
                    yield Hidden("批注", f"单元格 {node.get('ref', '')}", _clip("".join(node.itertext())))
        elif part.startswith("xl/externalLinks/externalLink"):
            yield Hidden("外部链接", "链接到别的工作簿，含其中的数据")
        elif part.startswith("xl/pivotCache/pivotCacheRecords"):
            yield Hidden("透视表缓存", "透视表带着全部源数据")


def _sheet(package: Package, part: str, name: str, unseen: dict[int, str]) -> Iterator[Hidden]:
    root = _xml(package, part)
    if root is None:
        return
    where = f"工作表“{name}”"
    for node in root.iter(_X + "col"):
        if node.get("hidden") in ("1", "true"):
            first, last = (_letters(int(node.get(key, "1"))) for key in ("min", "max"))
            yield Hidden("隐藏的列", f"{where}{first if first == last else f'{first}—{last}'} 列")
    for row in root.iter(_X + "row"):
        if row.get("hidden") in ("1", "true"):
            yield Hidden("隐藏的行", f"{where}第 {row.get('r', '')} 行")
        for cell in row.iter(_X + "c"):
            kind = unseen.get(int(cell.get("s", "0")))
            if kind and (cell.find(_X + "v") is not None or cell.find(_X + "is") is not None):
                yield Hidden(kind, f"{where}{cell.get('r', '')}")


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _unseen_styles(package: Package) -> dict[int, str]:
    """看不见的单元格样式：白字没有底色的，数字格式为“;;;”的；样式序号 → 种类。"""
    root = _xml(package, "xl/styles.xml")
    if root is None:
        return {}

    def rows(tag: str) -> list[Any]:
        return list(root.find(_X + tag) or ())

    blank = {
        node.get("numFmtId")
        for node in rows("numFmts")
        if node.get("formatCode", "").strip() in (";;;", ";;")
    }
    white = set()
    for index, font in enumerate(rows("fonts")):
        colour = font.find(_X + "color")
        # 主题色 0 是白底的颜色。
        if colour is not None and (
            colour.get("rgb", "")[-6:].upper() == "FFFFFF" or colour.get("theme") == "0"
        ):
            white.add(index)
    plain = set()
    for index, fill in enumerate(rows("fills")):
        pattern = fill.find(_X + "patternFill")
        if pattern is not None and pattern.get("patternType", "none") == "none":
            plain.add(index)
    found = {}
    for index, style in enumerate(rows("cellXfs")):
        if style.get("numFmtId") in blank:
            found[index] = "不显示的内容"
        elif int(style.get("fontId", "0")) in white and int(style.get("fillId", "0")) in plain:
            found[index] = "白色文字"
    return found


# Word、Excel 共有


def _properties(package: Package) -> Iterator[Hidden]:
    for part in ("docProps/core.xml", "docProps/app.xml"):
        root = _xml(package, part)
        for node in root.iter() if root is not None else ():
            key = node.tag.rsplit("}", 1)[-1]
            label = _PROPERTIES.get(key) or _PROPERTIES.get(key.lower())
            if label and (node.text or "").strip():
                yield Hidden("元数据", label, _clip(node.text))
    custom = _xml(package, "docProps/custom.xml")
    for node in custom if custom is not None else ():
        yield Hidden("元数据", f"自定义属性“{node.get('name', '')}”", _clip("".join(node.itertext())))


def _embedded(package: Package) -> Iterator[Hidden]:
    for part in sorted(package.parts):
        if re.match(r"(word|xl)/(embeddings|activeX)/", part):
            yield Hidden("嵌入的文件", part.rsplit("/", 1)[-1])


# PDF、图片


def _pdf(data: bytes) -> Iterator[Hidden]:
    import pypdfium2.raw as raw

    if data.count(b"%%EOF") > 1 and data.count(b"startxref") > 1 and b"/Linearized" not in data[:2048]:
        yield Hidden("旧版本", f"文件里存着 {data.count(b'%%EOF')} 个版本，改掉的内容还在")
    if b"/OCProperties" in data:
        yield Hidden("图层", "文件有可以开关的图层")
    with opened(data) as document:
        for key, label in (
            ("Author", "作者"),
            ("Title", "标题"),
            ("Subject", "主题"),
            ("Keywords", "关键词"),
        ):
            value = document.get_metadata_value(key)
            # 标题本来就看得见，不算。
            if value.strip() and key != "Title":
                yield Hidden("元数据", label, _clip(value))
        for index in range(document.count_attachments()):
            yield Hidden("附件", document.get_attachment(index).get_name())
        if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
            yield Hidden("脚本", "文件带有脚本")
        for number in range(len(document)):
            page, where = document[number], f"第 {number + 1} 页"
            if count := _notes(page):
                yield Hidden("批注", where, f"{count} 处")
            yield from _unseen_text(page, where)


def _notes(page: Any) -> int:
    """批注的个数：链接不算。"""
    import pypdfium2.raw as raw

    count = 0
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, index)
        count += raw.FPDFAnnot_GetSubtype(note) not in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP)
        raw.FPDFPage_CloseAnnot(note)
    return count


def _unseen_text(page: Any, where: str) -> Iterator[Hidden]:
    """看不见的字：渲染方式为不画的，画完以后又被图像、色块盖住的，落在页面之外的。"""
    import pypdfium2
    import pypdfium2.raw as raw

    texts = page.get_textpage()
    left, bottom, right, top = page.get_bbox()
    inside = list(page.get_objects(textpage=texts))
    covers = [
        (order, one.get_bounds())
        for order, one in enumerate(inside)
        if one.type == raw.FPDF_PAGEOBJ_IMAGE or (one.type == raw.FPDF_PAGEOBJ_PATH and _filled(one))
    ]
    for order, one in enumerate(inside):
        if not isinstance(one, pypdfium2.PdfTextObj) or not one.extract().strip():
            continue
        a, b, c, d = one.get_bounds()
        kind = ""
        if raw.FPDFTextObj_GetTextRenderMode(one) == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
            kind = "看不见的文字"
        elif c < left or a > right or d < bottom or b > top:
            kind = "页面之外的文字"
        elif any(
            after > order and x0 <= a + 1 and y0 <= b + 1 and x1 >= c - 1 and y1 >= d - 1
            for after, (x0, y0, x1, y1) in covers
        ):
            kind = "盖住的文字"
        if kind:
            yield Hidden(kind, where, _clip(one.extract()))
    texts.close()


def _filled(one: Any) -> bool:
    import ctypes

    import pypdfium2.raw as raw

    mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(one, mode, stroke)
    return mode.value != raw.FPDF_FILLMODE_NONE


def _picture(data: bytes) -> Iterator[Hidden]:
    from PIL import ExifTags, Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            exif, extra = image.getexif(), dict(image.info)
    except (OSError, ValueError):
        raise DocumentError("文件打不开；隐藏信息只查 Word、Excel、PDF 和图片") from None
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        yield Hidden("拍摄信息", "拍摄地点")
    for tag in (ExifTags.Base.Artist, ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.Base.DateTime):
        if exif.get(tag):
            yield Hidden("拍摄信息", tag.name, _clip(str(exif[tag])))
    for key, value in extra.items():
        if isinstance(value, str) and str(key).lower() not in ("software", "dpi"):
            yield Hidden("元数据", str(key), _clip(value))
