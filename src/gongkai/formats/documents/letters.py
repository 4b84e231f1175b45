"""公文（信函格式）：一份函件排成 PDF、Word，版式照 GB/T 9704—2012 第 10.1 条。

发文机关标志红色、上边缘距上页边 30 mm；其下 4 mm 一条红色双线（上粗下细），距下页边 20 mm 另一条
（上细下粗），线长 170 mm 居中；发文字号在第一条线下居右；首页不显示页码。版心 156×225 mm，每页 22 行、每行
28 字，3 号仿宋。
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from gongkai.formats.documents.model import DocumentError
from gongkai.formats.documents.pdf import _explained, _fonts, _quoted, cjk_fonts

__all__ = ["OfficialLetter", "letter_docx", "letter_pdf"]


@dataclass(frozen=True, slots=True)
class OfficialLetter:
    """函件：issuer 发文机关标志，number 发文字号，title 标题，addressee 称谓（不含冒号），paragraphs 正文
    各段，enclosures 附件名称，closing 正文之后的各段（救济告知、联系方式），signature 署名，on 成文日期；
    watermark 不空的斜印在每页上（预览）。"""

    issuer: str
    number: str
    title: str
    addressee: str
    paragraphs: tuple[str, ...]
    signature: str
    on: date
    enclosures: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    watermark: str = ""

    def check(self) -> None:
        """缺了要素的不排。错误：DocumentError——写明缺哪一项。"""
        needed = (
            ("发文机关标志", self.issuer), ("发文字号", self.number), ("标题", self.title),
            ("称谓", self.addressee), ("正文", "".join(self.paragraphs)), ("署名", self.signature),
        )  # fmt: skip
        missing = [label for label, value in needed if not value.strip()]
        if missing:
            raise DocumentError(f"公文缺少{'、'.join(missing)}，不能生成；请先补上")

    @property
    def day(self) -> str:
        """成文日期：阿拉伯数字，不编虚位。"""
        return f"{self.on.year}年{self.on.month}月{self.on.day}日"


_LEFT_MM: Final = 28
_RIGHT_MM: Final = 26
# 发文机关标志的上边缘、字与红线的距离、红线粗细间距，单位 mm。
_TOP_MM, _GAP_MM, _RULE_MM = 30, 4, 1.5
_LINE_PT: Final = 29
_PAGE: Final = """
#set document(title: {title}, author: {author})
#set text(font: {serif}, size: 16pt, lang: "zh", region: "cn", tracking: -0.21pt,
  top-edge: 0.88em, bottom-edge: -0.12em)
#set par(leading: 13pt, spacing: 13pt, justify: true, first-line-indent: (amount: 2em, all: true))
#let double(thick-first) = {{
  let thick = line(length: 170mm, stroke: 2pt + red)
  let thin = line(length: 170mm, stroke: 0.75pt + red)
  stack(spacing: 1.4pt, ..if thick-first {{ (thick, thin) }} else {{ (thin, thick) }})
}}
#set page(paper: "a4", margin: (top: 37mm, bottom: 35mm, left: 28mm, right: 26mm),
  background: context {{
    if counter(page).get().first() == 1 {{
      place(top + center, dy: {top}mm, text(size: {size}pt, fill: red, weight: "bold", tracking: {tracking}pt,
        top-edge: 0.88em, bottom-edge: -0.12em, {issuer}))
      place(top + center, dy: {rule}mm, double(true))
      place(bottom + center, dy: -20mm, double(false))
    }}
  }},
  foreground: {foreground},
  footer-descent: 7mm,
  footer: context {{
    let n = counter(page).get().first()
    if n > 1 {{
      set text(size: 14pt, tracking: 0pt)
      if calc.odd(n) {{ align(right, pad(right: 1em)[— #n —]) }}
      else {{ align(left, pad(left: 1em)[— #n —]) }}
    }}
  }})
"""


def letter_pdf(
    letter: OfficialLetter, *, font_paths: Sequence[Path | str] = (), system_fonts: bool = True
) -> bytes:
    """排成 PDF/A-2u；同样的函件得到同样的内容，校验值不变。

    参数：font_paths 另加的字体目录；system_fonts 是否用系统字体。
    错误：DocumentError——缺要素、没有中文字体、字体里没有某个字（写明是哪个字）。
    """
    import typst

    letter.check()
    serif, _sans = cjk_fonts(font_paths, system=system_fonts)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "main.typ"
        source.write_text(_source(letter, serif), encoding="utf-8")
        moment = datetime(letter.on.year, letter.on.month, letter.on.day, tzinfo=UTC)
        try:
            made = typst.compile(
                source,
                root=Path(folder),
                font_paths=_fonts(tuple(str(path) for path in font_paths), system_fonts),
                pdf_standards=["a-2u"],
                timestamp=int(moment.timestamp()),
            )
        except typst.TypstError as error:
            raise _explained(error) from None
    if not isinstance(made, bytes):
        raise DocumentError("PDF 没有生成；请稍后再试")
    return made


def _size(issuer: str) -> tuple[float, float]:
    """发文机关标志的字号和字距，磅：字少的拉开，字多的缩小，不宽过 156 mm。"""
    width, count = 156 / 25.4 * 72, max(1, len(issuer))
    size = min(36.0, width / count)
    room = (width - size * count) / max(1, count - 1)
    return round(size, 1), round(min(room, size * 0.35), 1)


def _source(letter: OfficialLetter, serif: list[str]) -> str:
    size, tracking = _size(letter.issuer)
    rule = _TOP_MM + size / 72 * 25.4 + _GAP_MM
    foreground = "none"
    if letter.watermark:
        mark = f"text(size: 54pt, fill: luma(200), {_quoted(letter.watermark)})"
        foreground = f"place(center + horizon, rotate(-35deg, {mark}))"
    out = _PAGE.format(
        title=_quoted(letter.title),
        author=_quoted(letter.issuer),
        serif="(" + "".join(f"{_quoted(name)}, " for name in serif) + ")",
        issuer=_quoted(letter.issuer),
        size=size,
        tracking=tracking,
        top=_TOP_MM,
        rule=round(rule, 2),
        foreground=foreground,
    )
    out += f"#v({rule + _RULE_MM + 3 - 37:.2f}mm)\n#align(right, {_text(letter.number)})\n"
    # 标题在红线之下空两行。
    out += f"#v({_LINE_PT}pt)\n#align(center, par(justify: false, first-line-indent: 0pt, leading: 8pt, "
    out += f'text(size: 22pt, weight: "bold", {_quoted(letter.title)})))\n#v(13pt)\n'
    out += f"#par(first-line-indent: 0pt)[#{_text(letter.addressee + '：')}]\n"
    out += "".join(f"#par[#{_text(line)}]\n" for line in letter.paragraphs if line.strip())
    out += "".join(f"#par[#{_text(line)}]\n" for line in letter.closing if line.strip())
    if letter.enclosures:
        out += "#v(13pt)\n"
        for number, name in enumerate(letter.enclosures, 1):
            many = f"{number}．" if len(letter.enclosures) > 1 else ""
            head = "附件：" if number == 1 else "　　　"
            hang = len(head + many)
            out += (
                f"#pad(left: 2em, par(first-line-indent: 0pt, hanging-indent: {hang}em)"
                f"[#{_text(head + many + name)}])\n"
            )
    # 署名和成文日期不拆到两页；印章居中下压，上面留一行。
    out += "#block(breakable: false, above: 42pt, width: 100%)[#align(right, pad(right: 4em, box["
    out += "#set par(first-line-indent: 0pt)\n"
    out += f"#align(center)[#{_text(letter.signature)}\\ #{_text(letter.day)}]]))]\n"
    return out


def _text(text: str) -> str:
    return f"text({_quoted(text)})"


# Word


def letter_docx(letter: OfficialLetter) -> bytes:
    """排成 Word：红头、双线、字号、标题、正文、落款同 PDF；供内部修改、留底，发出的以 PDF 为准。

    错误：DocumentError——缺要素。
    """
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.shared import Mm, Pt

    letter.check()
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(_TOP_MM), Mm(35)
    section.left_margin, section.right_margin = Mm(_LEFT_MM), Mm(_RIGHT_MM)
    section.footer_distance = Mm(20)
    section.different_first_page_header_footer = True
    properties = document.core_properties
    properties.author, properties.title = letter.issuer, letter.title
    properties.comments, properties.last_modified_by = "", letter.issuer
    size, tracking = _size(letter.issuer)
    head = _line(document, letter.issuer, "方正小标宋简体", size, align=ALIGN.CENTER, red=True)
    _spread(head, tracking)
    _rule(head, "thickThinSmallGap", "bottom")
    _line(document, letter.number, align=ALIGN.RIGHT)
    _line(document, "")
    _line(document, letter.title, "方正小标宋简体", 22, align=ALIGN.CENTER)
    _line(document, "")
    _line(document, letter.addressee + "：")
    for text in (*letter.paragraphs, *letter.closing):
        if text.strip():
            _line(document, text, indent=32)
    if letter.enclosures:
        _line(document, "")
    for number, name in enumerate(letter.enclosures, 1):
        many = f"{number}．" if len(letter.enclosures) > 1 else ""
        _line(document, f"{'附件：' if number == 1 else '　　　'}{many}{name}", indent=32)
    _line(document, "")
    for text in (letter.signature, letter.day):
        row = _line(document, text, align=ALIGN.RIGHT)
        row.paragraph_format.right_indent = Pt(64)
        row.paragraph_format.keep_with_next = text == letter.signature
    first = section.first_page_footer.paragraphs[0]
    _rule(first, "thinThickSmallGap", "top")
    _page_number(section.footer.paragraphs[0])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _line(
    document: Any,
    text: str,
    font: str = "仿宋_GB2312",
    size: float = 16,
    *,
    align: Any = None,
    indent: float = 0,
    red: bool = False,
) -> Any:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    row = document.add_paragraph()
    shape = row.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing = Pt(max(_LINE_PT, size * 1.2))
    shape.alignment, shape.first_line_indent = align, Pt(indent) if indent else None
    run = row.add_run(text)
    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
    if red:
        run.font.color.rgb = RGBColor(0xFF, 0, 0)
    return row


def _spread(row: Any, points: float) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(int(points * 20)))
    row.runs[0]._element.get_or_add_rPr().append(spacing)


def _rule(row: Any, kind: str, side: str) -> None:
    """红色双线：画在段落的边上，左右各伸出版心，共 170 mm。"""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    row.paragraph_format.left_indent, row.paragraph_format.right_indent = Mm(-8), Mm(-6)
    borders, border = OxmlElement("w:pBdr"), OxmlElement(f"w:{side}")
    for key, value in (
        ("val", kind),
        ("sz", "24"),
        ("space", "11" if side == "bottom" else "1"),
        ("color", "FF0000"),
    ):
        border.set(qn(f"w:{key}"), value)
    borders.append(border)
    properties = row._element.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct",
        "w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid",
        "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:jc", "w:rPr",
    )  # fmt: skip


def _page_number(row: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    row.alignment = 1
    for kind, text in (("", "— "), ("begin", ""), ("instr", "PAGE"), ("end", ""), ("", " —")):
        run = row.add_run(text if not kind else "")
        run.font.size, run.font.name = Pt(14), "宋体"
        if kind == "instr":
            field = OxmlElement("w:instrText")
            field.text = text
            run._element.append(field)
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._element.append(mark)
