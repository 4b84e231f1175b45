"""写 PDF：一条信息排成 PDF/A-2u（可长期保存、可检索的标准），版式照 GB/T 9704—2012。

缺中文字体、缺字都停下报错，绝不悄悄丢字：PDF/A 的校验逐字核对字体里有没有这个字。
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from gongkai.formats.documents.blocks import (
    Cell,
    Flow,
    Grid,
    Listing,
    Paragraph,
    Quote,
    Rule,
    Run,
    occupied,
    read,
)
from gongkai.formats.documents.model import DocumentError, RecordHead
from gongkai.formats.documents.pictures import prepare

__all__ = ["cjk_fonts", "to_pdf"]

# 前面的是公文规定的字体，装了就用；后面的是可以自由分发的替代。
_SERIF: Final[tuple[str, ...]] = (
    "FangSong_GB2312", "仿宋_GB2312", "FangSong", "STFangsong", "Noto Serif CJK SC", "Noto Serif SC",
    "Source Han Serif SC", "Source Han Serif CN", "SimSun", "STSong", "Songti SC", "AR PL UMing CN",
)  # fmt: skip
_SANS: Final[tuple[str, ...]] = (
    "SimHei", "黑体", "STHeiti", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC",
    "Source Han Sans CN", "Microsoft YaHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei",
)  # fmt: skip


@lru_cache(maxsize=4)
def _fonts(font_paths: tuple[str, ...], system: bool) -> Any:
    """字体表：扫一遍字体目录要零点几秒，记住。"""
    import typst

    return typst.Fonts(include_system_fonts=system, font_paths=list(font_paths))


def cjk_fonts(font_paths: Sequence[Path | str] = (), *, system: bool = True) -> tuple[list[str], list[str]]:
    """中文字体：返回（宋体、仿宋类，黑体类）装有的字体名。

    参数：font_paths 另加的字体目录；system 是否用系统字体。
    错误：一种中文字体也没有时抛出 DocumentError。
    """
    families = set(_fonts(tuple(str(path) for path in font_paths), system).families())
    serif = [name for name in _SERIF if name in families]
    sans = [name for name in _SANS if name in families]
    if not serif and not sans:
        _fonts.cache_clear()  # 装好字体以后不必重开
        raise DocumentError("没有装中文字体，不能生成 PDF；请安装 fonts-noto-cjk（或仿宋、宋体）后再试")
    return serif or sans, sans or serif


def to_pdf(
    head: RecordHead,
    html: str,
    images: Mapping[str, bytes] | None = None,
    *,
    font_paths: Sequence[Path | str] = (),
    system_fonts: bool = True,
) -> bytes:
    """写 PDF：返回 PDF/A-2u 内容，带书签与标签结构；同样的输入得到同样的内容。

    参数：head 文头（题名必填）；html 正文，先过许可表；images 正文图片引用 → 内容，缺的写“〔图片：说明〕”；
    font_paths 另加的字体目录；system_fonts 是否用系统字体。
    错误：题名空、没有中文字体、有字排不出来时抛出 DocumentError，写明是哪个字。
    来源：GB/T 9704—2012 第 5、7 章；ISO 19005-2。
    """
    import typst

    if not head.title.strip():
        raise DocumentError("没有标题，不能导出；请先填写标题")
    serif, sans = cjk_fonts(font_paths, system=system_fonts)
    fonts = _fonts(tuple(str(path) for path in font_paths), system_fonts)
    with tempfile.TemporaryDirectory() as folder:
        writer = _Writer(Path(folder), images or {})
        source = Path(folder) / "main.typ"
        source.write_text(_document(head, writer.flow(read(html)), serif, sans), encoding="utf-8")
        try:
            made = typst.compile(
                source, root=Path(folder), font_paths=fonts, pdf_standards=["a-2u"], timestamp=_moment(head)
            )
        except typst.TypstError as error:
            raise _explained(error) from None
    if not isinstance(made, bytes):
        raise DocumentError("PDF 没有生成；请稍后再试")
    return made


def _moment(head: RecordHead) -> int:
    """文件里写的生成时间：取成文日期，没有的取零，同一内容的校验值才不变；秒。"""
    found = re.search(r"(\d{4})年(\d{1,2})月(\d{1,2})日", head.date_text)
    try:
        year, month, day = map(int, found.groups()) if found else (1970, 1, 1)
        return int(datetime(year, month, day, tzinfo=UTC).timestamp())
    except ValueError:
        return 0


_NO_GLYPH: Final = re.compile(r"the text `\"(.+?)\"` could not be displayed")


def _explained(error: Exception) -> DocumentError:
    missing = _NO_GLYPH.search(str(getattr(error, "message", error)))
    if missing:
        # 排版程序把没有字形的字写成 \\u{e000}，还原成字。
        chars = re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: chr(int(m[1], 16)), missing.group(1))
        points = "、".join(f"U+{ord(char):04X}" for char in chars)
        return DocumentError(f"字体里没有“{chars}”（{points}），不能生成 PDF；请改字，或安装含有这个字的字体")
    return DocumentError("PDF 没有生成：正文里有排版程序处理不了的内容；请改用导出 Word")


def _quoted(text: str) -> str:
    """typst 的字符串：文字一律放进字符串，不会被当成标记或代码。"""
    escaped = json.dumps(_CONTROL.sub("", text), ensure_ascii=False)
    return re.sub(r"\\u([0-9a-f]{4})", r"\\u{\1}", escaped)


_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PREAMBLE: Final = """
#set document(title: {title}, author: {author})
#set page(paper: "a4", margin: (top: 37mm, bottom: 35mm, left: 28mm, right: 26mm), footer: context {{
  let side = if calc.odd(counter(page).get().first()) {{ right }} else {{ left }}
  align(side, text(size: 14pt)[— #counter(page).display() —])
}})
#set text(font: {serif}, size: 16pt, lang: "zh", region: "cn")
#set par(leading: 12pt, spacing: 12pt, justify: true, first-line-indent: (amount: 2em, all: true))
#set table(stroke: 0.5pt, inset: 6pt)
#show table: set text(size: 12pt)
#show table: it => {{
  // 索引号、网址一类长串没有断点，会撑破格子：每 12 个字符给一个可断处。
  show regex("[A-Za-z0-9/_.:=&?-]{{12}}"): part => part + sym.zws
  it
}}
#show table: set par(leading: 6pt, spacing: 6pt, justify: false, first-line-indent: 0pt)
#show heading: set text(size: 16pt, font: {sans})
#show heading: set block(above: 12pt, below: 12pt)
#show heading: it => pad(left: 2em, it)
#show link: set text(fill: rgb("#1d4f91"))
#show list: set par(first-line-indent: 0pt)
#show enum: set par(first-line-indent: 0pt)
"""


def _document(head: RecordHead, body: str, serif: list[str], sans: list[str]) -> str:
    def array(names: list[str]) -> str:
        return "(" + "".join(f"{_quoted(name)}, " for name in names) + ")"

    out = _PREAMBLE.format(
        title=_quoted(head.title), author=_quoted(head.issuer), serif=array(serif), sans=array(sans)
    )
    if head.rows:
        cells = [text for row in head.rows for text in row] + (["", ""] if len(head.rows) % 2 else [])
        out += (
            "#table(columns: (auto, 3fr, auto, 2fr), "
            + "".join(f"text({_quoted(c)}), " for c in cells)
            + ")\n"
        )
    out += "#v(1em)\n#block(width: 100%)[#set par(first-line-indent: 0pt, justify: false)\n"
    out += f'#align(center, text(size: 22pt, weight: "bold", {_quoted(head.title)}))\n'
    for line in (head.number, " ".join(t for t in (head.issuer, head.date_text) if t)):
        if line.strip():
            out += f"#align(center, text({_quoted(line)}))\n"
    return out + "]\n#v(1em)\n" + body


class _Writer:
    """写 typst 源：块一个个写出；图片存进临时目录，排版程序只看得到这个目录。"""

    def __init__(self, folder: Path, images: Mapping[str, bytes]) -> None:
        self.folder = folder
        self.images = images
        self.count = 0

    def flow(self, blocks: Flow) -> str:
        """写一组块。"""
        return "".join(self.block(block) for block in blocks)

    def block(self, block: Paragraph | Listing | Grid | Quote | Rule) -> str:
        """写一块。"""
        if isinstance(block, Paragraph):
            text = self.runs(block.runs)
            if block.level:
                return f"\n#heading(level: {block.level})[{text}]\n"
            if block.align:
                return f"\n#align({block.align})[#set par(first-line-indent: 0pt)\n{text}]\n"
            return f"\n#par[{text}]\n"
        if isinstance(block, Listing):
            items = "".join(f"[{self.flow(item)}]" for item in block.items)
            head = f"enum(start: {block.start})" if block.ordered else "list()"
            return f"\n#{head}{items}\n"
        if isinstance(block, Quote):
            return f"\n#pad(left: 2em)[{self.flow(block.blocks)}]\n"
        if isinstance(block, Grid):
            return self.grid(block)
        return "\n#line(length: 100%, stroke: 0.5pt)\n"

    def runs(self, runs: tuple[Run, ...]) -> str:
        """写行内：样式一层层套。"""
        return "".join(self.run(run) for run in runs)

    def run(self, run: Run) -> str:
        """写一截。"""
        if run.image:
            return self.image(run)
        if run.text == "\n":
            return "#linebreak()"
        text = f"#{_quoted(run.text)}"
        for on, name in (
            (run.bold, "strong"), (run.italic, "emph"), (run.underline, "underline"), (run.strike, "strike"),
            (run.script == "sub", "sub"), (run.script == "sup", "super"),
        ):  # fmt: skip
            if on:
                text = f"#{name}[{text}]"
        if run.href.startswith(("http://", "https://", "mailto:")):
            text = f"#link({_quoted(run.href)})[{text}]"
        return text

    def image(self, run: Run) -> str:
        """图片：重新整理过的才用；不宽于版心。"""
        picture = prepare(self.images.get(run.image, b""))
        if picture is None:
            return "#" + _quoted(f"〔图片：{run.text or '见网页'}〕")
        self.count += 1
        suffix = picture.name.rsplit(".", 1)[-1]
        name = f"{self.count}.{suffix}"
        (self.folder / name).write_bytes(picture.data)
        width = min(picture.width / 96 * 25.4, 150)
        return f"#box(image({_quoted(name)}, width: {width:.1f}mm, alt: {_quoted(run.text)}))"

    def grid(self, grid: Grid) -> str:
        """表格：每格写明位置，行列不会错位；列宽按最长的字数分。"""
        weights = [2.0] * grid.width
        for _, column, cell in occupied(grid):
            if cell.colspan == 1:
                weights[column] = max(weights[column], min(len(_plain(cell.blocks)), 60) ** 0.6)
        columns = "".join(f"{weight:.2f}fr, " for weight in weights)
        head = "".join(self.cell(*placed) for placed in occupied(grid) if placed[0] < grid.head_rows)
        rest = "".join(self.cell(*placed) for placed in occupied(grid) if placed[0] >= grid.head_rows)
        header = f"table.header({head})," if head else ""
        table = f"#table(columns: ({columns}), {header}{rest})"
        if grid.caption:
            table = f"#align(center)[#{_quoted(grid.caption)}]\n{table}"
        return f"\n{table}\n"

    def cell(self, row: int, column: int, cell: Cell) -> str:
        """一格。"""
        blocks: Flow = cell.blocks
        inner = (
            self.runs(blocks[0].runs)
            if len(blocks) == 1 and isinstance(blocks[0], Paragraph)
            else self.flow(blocks)
        )
        align = "center + horizon" if cell.header else "left + horizon"
        if len(blocks) == 1 and isinstance(blocks[0], Paragraph) and blocks[0].align:
            align = f"{blocks[0].align} + horizon"
        inner = f"#strong[{inner}]" if cell.header else inner
        return (
            f"table.cell(x: {column}, y: {row}, colspan: {cell.colspan}, rowspan: {cell.rowspan}, "
            f"align: {align})[{inner}], "
        )


def _plain(blocks: Flow) -> str:
    return "".join(run.text for block in blocks if isinstance(block, Paragraph) for run in block.runs)
