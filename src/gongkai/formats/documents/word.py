"""写 Word：一条信息（文头加正文）写成 .docx，版式照 GB/T 9704—2012。

来源：GB/T 9704—2012 第 5、7 章：A4，上白边 37 mm、下 35 mm、左 28 mm、右 26 mm，每页 22 行，正文 3 号仿宋，
标题 2 号小标宋，一级标题黑体、二级楷体，页码 4 号宋体，单页居右、双页居左。
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from gongkai.formats.documents.blocks import Flow, Grid, Listing, Paragraph, Quote, Rule, Run, occupied, read
from gongkai.formats.documents.model import DocumentError, RecordHead

__all__ = ["to_docx"]

_BODY: Final = "仿宋_GB2312"
_TITLE: Final = "方正小标宋简体"
_HEADING_FONTS: Final = ("黑体", "楷体_GB2312", _BODY, _BODY, _BODY)
# 号数对应的磅值：2 号 22，3 号 16，4 号 14，小 4 号 12。
_PT_TITLE, _PT_BODY, _PT_PAGE, _PT_TABLE = 22, 16, 14, 12
_LINE_PT: Final = 28
_MOST_COLUMNS: Final = 63
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def to_docx(head: RecordHead, html: str, images: Mapping[str, bytes] | None = None) -> bytes:
    """写 Word：返回 .docx 内容。

    参数：head 文头（题名必填，文号、机关、日期、文头表可空）；html 正文，先过许可表；
    images 正文图片引用 → 内容，缺的写“〔图片：说明〕”。
    错误：题名空、表格列数超过 Word 的 63 列时抛出 DocumentError。
    来源：GB/T 9704—2012。
    """
    import docx
    from docx.shared import Mm, Pt

    if not head.title.strip():
        raise DocumentError("没有标题，不能导出；请先填写标题")
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    normal = document.styles["Normal"]
    _face(normal, _BODY, Pt(_PT_BODY))
    normal.paragraph_format.line_spacing = Pt(_LINE_PT)
    normal.paragraph_format.space_after = Pt(0)
    for level, font in enumerate(_HEADING_FONTS, 1):
        style = document.styles[f"Heading {level}"]
        _face(style, font, Pt(_PT_BODY))
        style.font.bold = level == 3
        style.font.italic = False
        style.font.color.rgb = docx.shared.RGBColor(0, 0, 0)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.first_line_indent = Pt(_PT_BODY * 2)
    document.core_properties.title = _safe(head.title)
    document.core_properties.author = _safe(head.issuer)
    document.core_properties.language = "zh-CN"
    _head(document, head)
    _Writer(document, images or {}).flow(document, read(html))
    _page_number(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _face(style: Any, font: str, size: Any) -> None:
    from docx.oxml.ns import qn

    style.font.name, style.font.size = font, size
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), font)
    # 模板里的主题字体会盖过指定的字体。
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)


def _safe(text: str) -> str:
    """XML 容不下的控制字符去掉。"""
    return _CONTROL.sub("", text)


def _head(document: Any, head: RecordHead) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    if head.rows:
        table = document.add_table(rows=0, cols=4, style="Table Grid")
        pairs = [*head.rows, ("", "")] if len(head.rows) % 2 else list(head.rows)
        for left, right in zip(pairs[::2], pairs[1::2], strict=True):
            cells = table.add_row().cells
            for cell, text in zip(cells, (*left, *right), strict=True):
                _small(cell.paragraphs[0].add_run(_safe(text)))
                cell.paragraphs[0].paragraph_format.line_spacing = Pt(20)
        document.add_paragraph()
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(34)
    run = title.add_run(_safe(head.title))
    _run_face(run, _TITLE, _PT_TITLE)
    for text in (head.number, " ".join(t for t in (head.issuer, head.date_text) if t)):
        if text.strip():
            line = document.add_paragraph(_safe(text))
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph()


def _run_face(run: Any, font: str, size: int) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run.font.name, run.font.size = font, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _small(run: Any) -> None:
    from docx.shared import Pt

    run.font.size = Pt(_PT_TABLE)


def _page_number(document: Any) -> None:
    """页码：“— 1 —”，4 号宋体；单页居右、双页居左。"""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = side
        _run_face(paragraph.add_run("— "), "宋体", _PT_PAGE)
        run = paragraph.add_run()
        _run_face(run, "宋体", _PT_PAGE)
        _field(run, "PAGE")
        _run_face(paragraph.add_run(" —"), "宋体", _PT_PAGE)


def _field(run: Any, code: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind in ("begin", "", "end"):
        if kind:
            node = OxmlElement("w:fldChar")
            node.set(qn("w:fldCharType"), kind)
        else:
            node = OxmlElement("w:instrText")
            node.set(qn("xml:space"), "preserve")
            node.text = f" {code} "
        run._element.append(node)


class _Writer:
    """写正文：块一个个写进文档或表格的格里。"""

    def __init__(self, document: Any, images: Mapping[str, bytes]) -> None:
        self.document = document
        self.images = images

    def flow(self, parent: Any, blocks: Flow, *, small: bool = False, indent: int = 0) -> None:
        """写一组块：parent 为文档或格；small 用小四号、首行不缩进；indent 列表的层数。"""
        for block in blocks:
            if isinstance(block, Paragraph):
                self.paragraph(parent, block, small=small, indent=indent)
            elif isinstance(block, Listing):
                self.listing(parent, block, small=small, indent=indent)
            elif isinstance(block, Grid):
                self.grid(parent, block)
            elif isinstance(block, Quote):
                self.flow(parent, block.blocks, small=small, indent=indent + 1)
            elif isinstance(block, Rule):
                parent.add_paragraph("—" * 10)

    def paragraph(
        self,
        parent: Any,
        block: Paragraph,
        *,
        small: bool = False,
        indent: int = 0,
        mark: str = "",
        reuse: Any = None,
    ) -> None:
        """写一段：mark 为列表记号；reuse 为可用的空段（格里现成的第一段）。"""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        target = reuse if reuse is not None else parent.add_paragraph()
        if block.level:
            target.style = self.document.styles[f"Heading {min(block.level, 5)}"]
        layout = target.paragraph_format
        if block.align:
            target.alignment = (
                WD_ALIGN_PARAGRAPH.CENTER if block.align == "center" else WD_ALIGN_PARAGRAPH.RIGHT
            )
        elif not small and not block.level:
            target.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
            layout.first_line_indent = Pt(_PT_BODY * 2)
        if small:
            layout.line_spacing = Pt(20)
        if indent:
            layout.left_indent = Pt(_PT_BODY * 2 * indent)
            layout.first_line_indent = Pt(0)
        if mark:
            self.run(target, Run(mark), small)
        for run in block.runs:
            self.run(target, run, small)

    def run(self, target: Any, run: Run, small: bool) -> None:
        """写一截：图片缺了写说明，链接写成真链接。"""
        if run.image:
            self.image(target, run, small)
            return
        made = target.add_run(_safe(run.text))
        made.bold, made.italic = run.bold or None, run.italic or None
        made.underline, made.font.strike = run.underline or None, run.strike or None
        # 上标、下标是同一个属性，后写的会盖掉先写的。
        if run.script == "sub":
            made.font.subscript = True
        elif run.script == "sup":
            made.font.superscript = True
        if small:
            _small(made)
        if run.href.startswith(("http://", "https://", "mailto:")):
            self.link(target, made, run.href)

    def link(self, target: Any, made: Any, href: str) -> None:
        """链接：把写好的一截包进超链接；相对地址离了网站没有意义，不做链接。"""
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        node = OxmlElement("w:hyperlink")
        node.set(qn("r:id"), target.part.relate_to(href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        target._element.append(node)
        node.append(made._element)

    def image(self, target: Any, run: Run, small: bool) -> None:
        """图片：不宽于版心（156 mm）。"""
        from docx.image.exceptions import (
            InvalidImageStreamError,
            UnexpectedEndOfFileError,
            UnrecognizedImageError,
        )
        from docx.shared import Mm

        data = self.images.get(run.image)
        try:
            if data is not None:
                shape = target.add_run().add_picture(io.BytesIO(data))
                shape._inline.docPr.set("descr", _safe(run.text))
                widest = Mm(60 if small else 150)
                if shape.width > widest:
                    shape.height = int(shape.height * widest / shape.width)
                    shape.width = widest
                return
        except (UnrecognizedImageError, InvalidImageStreamError, UnexpectedEndOfFileError, ZeroDivisionError):
            data = None
        self.run(target, Run(f"〔图片：{run.text or '见网页'}〕"), small)

    def listing(self, parent: Any, block: Listing, *, small: bool, indent: int) -> None:
        """列表：记号写成文字，离开 Word 也不会变号。"""
        for number, item in enumerate(block.items, block.start):
            mark = f"{number}. " if block.ordered else "• "
            first = item[0] if item and isinstance(item[0], Paragraph) else None
            if first is not None:
                self.paragraph(parent, Paragraph(first.runs), small=small, indent=indent + 1, mark=mark)
            self.flow(parent, item[1:] if first is not None else item, small=small, indent=indent + 1)

    def grid(self, parent: Any, grid: Grid) -> None:
        """表格：合并格照样合并，表头每页重复。"""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import OxmlElement

        if grid.width > _MOST_COLUMNS:
            raise DocumentError(
                f"正文里有 {grid.width} 列的表格，Word 最多 {_MOST_COLUMNS} 列；请改用表格附件"
            )
        if grid.caption:
            parent.add_paragraph(_safe(grid.caption)).alignment = WD_ALIGN_PARAGRAPH.CENTER
        table = parent.add_table(len(grid.rows), grid.width)
        table.style = self.document.styles["Table Grid"]
        for row in table.rows[: grid.head_rows]:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for row_at, column, cell in occupied(grid):
            last_row = min(row_at + cell.rowspan, len(grid.rows)) - 1
            target = table.cell(row_at, column)
            if (last_row, cell.colspan) != (row_at, 1):
                target = target.merge(table.cell(last_row, column + cell.colspan - 1))
            self.cell(target, cell.blocks, cell.header)

    def cell(self, target: Any, blocks: Flow, header: bool) -> None:
        """一格：第一段用格里现成的空段。"""
        if blocks and isinstance(blocks[0], Paragraph):
            first = blocks[0]
            runs = tuple(replace(run, bold=True) for run in first.runs) if header else first.runs
            self.paragraph(
                target,
                Paragraph(runs, align="center" if header else first.align),
                small=True,
                reuse=target.paragraphs[0],
            )
            blocks = blocks[1:]
        self.flow(target, blocks, small=True)
        # Word 要求格以段落结尾。
        if not target._tc.xpath("./*[last()][self::w:p]"):
            target.add_paragraph()
