"""导入：Word 文件（.docx）、粘贴的内容、纯文字变成干净的正文，图片另存，丢掉的逐条说明。"""

from __future__ import annotations

import html as html_text
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

from gongkai.formats.documents import clean as cleaning
from gongkai.formats.documents.model import DocumentError, Imported
from gongkai.formats.documents.numbering import resolve
from gongkai.formats.documents.package import Package, read_bytes
from gongkai.formats.documents.pictures import Album

__all__ = ["from_paste", "from_text", "read_docx"]

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STORY_PARTS: Final = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
# 对齐借样式名带过 mammoth：它的样式表只认样式。
_CENTER: Final = "gongkai-center"
_RIGHT: Final = "gongkai-right"
_STYLE_MAP: Final = f"""
p[style-name='{_CENTER}'] => p.text-center:fresh
p[style-name='{_RIGHT}'] => p.text-right:fresh
p[style-name='Title'] => p.text-center:fresh > strong
p[style-name='标题'] => p.text-center:fresh > strong
p[style-name='标题 1'] => h1:fresh
p[style-name='标题 2'] => h2:fresh
p[style-name='标题 3'] => h3:fresh
p[style-name='标题 4'] => h4:fresh
p[style-name='heading 7'] => h6:fresh
p[style-name='heading 8'] => h6:fresh
p[style-name='heading 9'] => h6:fresh
u => u
"""


def from_paste(html: str) -> Imported:
    """粘贴：Word、WPS、网页粘贴来的 HTML → 正文、图片、提示；data: 图片抽出另存，外站图片不取。

    错误：太大抛出 DocumentError。
    """
    album = Album()
    found = cleaning.clean(html, album.add_address)
    return Imported(found.html, tuple(album.pictures.values()), found.notices)


def read_docx(source: Path | str | bytes) -> Imported:
    """读 Word：.docx → 正文、图片、提示。

    留：标题、段落与居中居右、列表、表格与合并格、脚注尾注、链接、加粗等、图片。
    不留而说明：批注、删除的修订、隐藏文字、公式、图表、嵌入对象、认不出的图片、页眉页脚。
    编号：“第一条”“（一）”一类自动编号写成文字，只有“1.”一类才成为列表，免得条款改了号。
    错误：不是 .docx、带宏、损坏、太大、不安全时抛出 DocumentError。
    """
    import mammoth

    package = Package.open(read_bytes(source))
    if "word/document.xml" not in package.parts:
        raise DocumentError("这不是 Word 文件（.docx）；请用 Word 或 WPS 另存为 .docx 后再导入")
    if any(name.lower().endswith("vbaproject.bin") for name in package.parts):
        raise DocumentError("文件带有宏；请另存为不含宏的 .docx 后再导入")
    notices = _prepare(package)
    album = Album()

    def keep(image: Any) -> dict[str, str]:
        with image.open() as stream:
            return {"src": album.add(stream.read()) or ""}

    try:
        result = mammoth.convert_to_html(
            io.BytesIO(package.pack()),
            style_map=_STYLE_MAP,
            convert_image=mammoth.images.img_element(keep),
            transform_document=mammoth.transforms.paragraph(_align),
            include_embedded_style_map=False,
        )
    except (KeyError, ValueError, AttributeError, TypeError, IndexError, OSError, RecursionError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError("Word 文件的结构读不懂；请用 Word 或 WPS 打开后重新另存为 .docx") from None
    found = cleaning.clean(result.value)
    notices["认不出的特殊符号没有带过来"] += sum("w:sym" in message.message for message in result.messages)
    lines = [f"{text}（{count} 处）" for text, count in notices.items() if count]
    return Imported(found.html, tuple(album.pictures.values()), (*lines, *found.notices))


def _align(paragraph: Any) -> Any:
    """普通段落的居中、居右换成带对齐的样式；标题、列表不动。"""
    plain = (paragraph.style_name or "Normal").lower() in (
        "normal",
        "body text",
        "正文",
        "no spacing",
        "plain text",
    )
    if plain and not paragraph.numbering and paragraph.alignment in ("center", "right", "end"):
        name = _CENTER if paragraph.alignment == "center" else _RIGHT
        return paragraph.copy(style_id=None, style_name=name)
    return paragraph


def _prepare(package: Package) -> Counter[str]:
    """进 mammoth 之前：去掉隐藏文字等，算好编号，断开外部引用；返回去掉了什么。"""
    notices: Counter[str] = Counter()
    cut: dict[str, set[str]] = {}
    for name in [n for n in package.parts if n.endswith((".xml", ".rels"))]:
        root = package.xml(name)
        if name.endswith(".rels"):
            cut[name] = _cut_external(root)
            package.put(name, root)
    styles = package.xml("word/styles.xml")
    hidden_styles = _hidden_styles(styles)
    for name in _STORY_PARTS:
        root = package.xml(name)
        if root is None:
            continue
        _count(root, notices)
        _drop_linked(root, cut.get(name.replace("word/", "word/_rels/") + ".rels", set()), notices)
        _drop_hidden(root, hidden_styles, notices)
        if name == "word/document.xml":
            _drop_contents(root, styles, notices)
            _headings(root, styles)
            resolve(root, styles, package.xml("word/numbering.xml"))
        package.put(name, root)
    for name in package.parts:
        if name.startswith("word/embeddings/"):
            notices["嵌入的表格、文档等对象没有带过来，请另作附件"] += 1
        if name.startswith(("word/header", "word/footer")) and _has_text(package.xml(name)):
            notices["页眉、页脚没有带过来"] += 1
    return notices


def _has_text(root: Any) -> bool:
    # 只有页码的页脚不必说。
    text = "".join(node.text or "" for node in root.iter(f"{_W}t"))
    return any(char.isalpha() for char in text)


def _cut_external(root: Any) -> set[str]:
    """断开外部引用：链接的图片、模板不去取；超链接留着。返回断开的引用号。"""
    cut: set[str] = set()
    for relation in list(root):
        kind = relation.get("Type", "").rsplit("/", 1)[-1]
        if relation.get("TargetMode") == "External" and kind != "hyperlink":
            cut.add(relation.get("Id", ""))
            root.remove(relation)
    return cut


def _drop_linked(root: Any, cut: set[str], notices: Counter[str]) -> None:
    """去掉指向外部的图片：引用已断开，留着读不下去。"""
    for node in list(root.iter(f"{_W}drawing", f"{_W}pict", f"{_W}object")):
        used = {value for part in node.iter() for name, value in part.attrib.items() if name.startswith(_R)}
        if used & cut:
            node.getparent().remove(node)
            notices["链接到外部的图片没有带过来，请另行上传"] += 1


_COUNTED: Final = (
    ("commentReference", "批注没有带过来"),
    ("del", "删除的修订没有带过来（按接受修订处理），请核对"),
    ("moveFrom", "移走的修订没有带过来（按接受修订处理），请核对"),
    ("ins", "插入的修订已当作正文（按接受修订处理），请核对"),
)
_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_CHART: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_SMART_ART: Final = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"


def _count(root: Any, notices: Counter[str]) -> None:
    for tag, text in _COUNTED:
        notices[text] += sum(1 for node in root.iter(f"{_W}{tag}") if tag not in ("del", "ins") or len(node))
    notices["公式没有带过来，请改用图片"] += sum(1 for _ in root.iter(_MATH))
    # 文本框的新旧两种写法只读旧的；没有旧写法的读不到。
    lone = [n for n in root.iter(f"{_MC}AlternateContent") if n.find(f"{_MC}Fallback") is None]
    notices["文本框没有带过来，请粘贴其中的文字"] += sum(
        1 for node in lone if next(node.iter(f"{_W}txbxContent"), None) is not None
    )
    charts = sum(1 for _ in root.iter(_CHART, _SMART_ART))
    notices["图表没有带过来，请改用图片"] += charts


def _on(properties: Any, tag: str) -> bool | None:
    """开关属性：开为真，关为假，没写为 None。"""
    node = properties.find(f"{_W}{tag}") if properties is not None else None
    if node is None:
        return None
    return node.get(f"{_W}val", "1") not in ("0", "false", "off", "none")


def _hidden_styles(styles: Any) -> frozenset[str]:
    """隐藏文字的样式（含从隐藏样式继承的）。"""
    if styles is None:
        return frozenset()
    table = {s.get(f"{_W}styleId", ""): s for s in styles.iter(f"{_W}style")}

    def hidden(key: str, seen: frozenset[str] = frozenset()) -> bool:
        style = table.get(key)
        if style is None or key in seen:
            return False
        own = _on(style.find(f"{_W}rPr"), "vanish")
        if own is not None:
            return own
        based = style.find(f"{_W}basedOn")
        return based is not None and hidden(based.get(f"{_W}val", ""), seen | {key})

    return frozenset(key for key in table if hidden(key))


def _drop_hidden(root: Any, hidden_styles: frozenset[str], notices: Counter[str]) -> None:
    for paragraph in list(root.iter(f"{_W}p")):
        named = paragraph.find(f"{_W}pPr/{_W}pStyle")
        whole = named is not None and named.get(f"{_W}val") in hidden_styles
        for run in list(paragraph.iter(f"{_W}r")):
            properties = run.find(f"{_W}rPr")
            own = _on(properties, "vanish")
            style = properties.find(f"{_W}rStyle") if properties is not None else None
            styled = style is not None and style.get(f"{_W}val") in hidden_styles
            if own or (own is None and (styled or whole)):
                if any((node.text or "").strip() for node in run.iter(f"{_W}t")):
                    notices["隐藏的文字已去掉"] += 1
                run.getparent().remove(run)


def _drop_contents(root: Any, styles: Any, notices: Counter[str]) -> None:
    """去掉目录：页码到了网页上没有意义，标题本身还在。"""
    names = {}
    for style in styles.iter(f"{_W}style") if styles is not None else ():
        name = style.find(f"{_W}name")
        names[style.get(f"{_W}styleId")] = "" if name is None else name.get(f"{_W}val", "").lower()
    for paragraph in list(root.iter(f"{_W}p")):
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        if style is not None and re.fullmatch("toc [0-9]", names.get(style.get(f"{_W}val"), "")):
            paragraph.getparent().remove(paragraph)
            notices["目录没有带过来"] = 1


def _headings(root: Any, styles: Any) -> None:
    """只设了大纲级别、没有用标题样式的段落也作标题。"""
    names = {}
    if styles is not None:
        for style in styles.iter(f"{_W}style"):
            name = style.find(f"{_W}name")
            level = style.find(f"{_W}pPr/{_W}outlineLvl")
            label = (name.get(f"{_W}val", "") if name is not None else "").lower()
            if level is not None and not label.startswith(("heading", "标题", "toc")):
                names[style.get(f"{_W}styleId")] = level.get(f"{_W}val", "9")
    for paragraph in root.iter(f"{_W}p"):
        properties = paragraph.find(f"{_W}pPr")
        if properties is None:
            continue
        own, style = properties.find(f"{_W}outlineLvl"), properties.find(f"{_W}pStyle")
        level = (
            own.get(f"{_W}val", "9")
            if own is not None
            else names.get(style.get(f"{_W}val"))
            if style is not None
            else None
        )
        if level and level in "01234":
            if style is None:
                style = properties.makeelement(f"{_W}pStyle", {})
                properties.insert(0, style)
            elif style.get(f"{_W}val", "").startswith("Heading"):
                continue
            style.set(f"{_W}val", f"Heading{int(level) + 1}")


_N: Final = "[〇零一二三四五六七八九十百千0-9]{1,6}"
_PART: Final = re.compile(rf"第{_N}编[\s　]")
_CHAPTER: Final = re.compile(rf"(?:第{_N}章|附[\s　]*则$)[\s　]?")
_SECTION: Final = re.compile(rf"第{_N}节[\s　]")
_ITEM: Final = re.compile(r"[一二三四五六七八九十]{1,3}、.{1,40}$")


def from_text(text: str) -> str:
    """纯文字变正文：一行一段；“第一章”“第一节”、独占一行的“一、……”、以 # 开头的作标题。返回干净的 HTML。"""
    out: list[str] = []
    for line in re.split(r"[\r\n\x0b\x0c\u2028\u2029]+", text):
        line = line.strip(" \t\u3000")
        marked = re.match("(#{1,6}) +", line)
        level = len(marked.group(1)) if marked else 0
        line = line[marked.end() :] if marked else line
        if not level and len(line) <= 60 and not line.endswith(("。", "；", "，", ";", "：", "、")):
            if _PART.match(line):
                level = 2
            elif _CHAPTER.match(line) or _ITEM.match(line):
                level = 3
            elif _SECTION.match(line):
                level = 4
        tag = f"h{level}" if level else "p"
        if line:
            out.append(f"<{tag}>{html_text.escape(line)}</{tag}>")
    return cleaning.clean_html("".join(out))
