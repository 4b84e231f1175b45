"""干净的正文：从网页、Word、WPS 粘贴来的 HTML 只留标题、段落、列表、表格、图片、链接，别的都去掉或说明。

全系统只有这一份许可表。做法：先放宽过一遍 nh3（得到结构正确、没有脚本的 HTML），再照内容重新写出规整的结构，
最后按许可表再过一遍 nh3——写出的环节即使有疏漏，也出不了许可表。
"""

from __future__ import annotations

import html as html_text
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import nh3
from selectolax.lexbor import LexborHTMLParser

from gongkai.formats.documents.allow import (
    ALIGNED,
    ATTRIBUTES,
    DROPPED_TAGS,
    SCHEMES,
    TAGS,
    allow,
    is_local,
    note_id,
    safe_href,
)
from gongkai.formats.documents.model import DocumentError, Imported
from gongkai.formats.documents.texts import BLOCKS, HEADINGS, INVISIBLE, text_of

__all__ = ["clean", "clean_html"]

MAX_CHARS: Final = 8_000_000
_MAX_DEPTH: Final = 60

_WIDE_TAGS: Final = set(TAGS) | set(
    "h1 div span font center b i strike del ins big small section article main header footer nav aside "
    "address figure figcaption dl dt dd pre code tfoot colgroup col input label form fieldset details "
    "summary cite q abbr time mark tt kbd var".split()
)
_WIDE_ATTRIBUTES: Final = {
    "*": {"style", "class", "align", "hidden", "id", "name"},
    **ATTRIBUTES,
    "input": {"type", "checked"},
}
_INLINE: Final = {
    "b": "strong", "strong": "strong", "i": "em", "em": "em", "u": "u", "ins": "u", "s": "s", "strike": "s",
    "sub": "sub", "sup": "sup",
}  # fmt: skip
_CJK: Final = r"\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—"
_BROKEN_LINE: Final = re.compile(rf"(?<=[{_CJK}]) ?\n ?(?=[{_CJK}])")
_HIDDEN: Final = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden", re.IGNORECASE)
_BOLD: Final = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_ALIGN: Final = re.compile(r"text-align\s*:\s*(center|right|left|justify)", re.IGNORECASE)
_MSO_LIST: Final = re.compile(r"mso-list\s*:[^;]*level(\d)", re.IGNORECASE)
_MSO_MARKER: Final = re.compile(r"mso-list\s*:\s*ignore", re.IGNORECASE)
_BULLET: Final = re.compile(r"[·•●○■□◆◇▪▫§\u00d8\u00fclnuvo\uf06c-\uf0fc–—-]")

_Attributes = dict[str, str | None]
PictureSink = Callable[[str], str | None]


def _no_space_between_cjk(text: str) -> str:
    return _BROKEN_LINE.sub("", text).replace("\n", " ")


@dataclass(slots=True)
class _Flow:
    """一段流：runs 是还没成段的文字（外层标记, 内容），blocks 是写好的块（种类, 内容）。"""

    blocks: list[tuple[str, str]] = field(default_factory=list)
    runs: list[tuple[tuple[str, ...], str]] = field(default_factory=list)

    def flush(self, align: str = "") -> None:
        """成段：把积下的文字写成一段；空的不要。"""
        inner = _inline(self.runs)
        self.runs = []
        if inner:
            self.blocks.append(("p", f"<p{_class(align)}>{inner}</p>"))


def _class(align: str) -> str:
    return f' class="text-{align}"' if f"text-{align}" in ALIGNED else ""


def _inline(runs: list[tuple[tuple[str, ...], str]]) -> str:
    """行内：合并相邻的同样标记，去掉首尾空白；没有可见内容返回空。"""
    pieces = _trim(runs)
    out: list[str] = []
    opened: tuple[str, ...] = ()
    for wraps, content in pieces:
        keep = 0
        while keep < min(len(opened), len(wraps)) and opened[keep] == wraps[keep]:
            keep += 1
        out += [f"</{_name(tag)}>" for tag in reversed(opened[keep:])]
        out += [f"<{tag}>" for tag in wraps[keep:]]
        out.append(content)
        opened = wraps
    out += [f"</{_name(tag)}>" for tag in reversed(opened)]
    return "".join(out)


def _name(tag: str) -> str:
    return tag.split(" ", 1)[0]


def _trim(runs: list[tuple[tuple[str, ...], str]]) -> list[tuple[tuple[str, ...], str]]:
    """去掉段首段尾的空白和换行；中间的断行按中西文决定去留，连续空格并成一个。"""
    # 逐字看前后文，断行和空格常落在两个标记之间。
    text = "".join(content if not content.startswith("<") else "\x00" for _, content in runs)
    text = _no_space_between_cjk(re.sub(r" *\n[ \n]*", "\n", text))
    pieces: list[tuple[tuple[str, ...], str]] = []
    at = 0
    for wraps, content in runs:
        if content.startswith("<"):
            at = text.index("\x00", at) + 1
            pieces.append((wraps, content))
            continue
        kept = []
        for char in content:
            if at < len(text) and (text[at] == char or (char == "\n" and text[at] == " ")):
                kept.append(text[at])
                at += 1
        if kept:
            pieces.append((wraps, "".join(kept)))
    return _strip(_collapse(pieces))


def _collapse(pieces: list[tuple[tuple[str, ...], str]]) -> list[tuple[tuple[str, ...], str]]:
    out: list[tuple[tuple[str, ...], str]] = []
    spaced = False
    for wraps, content in pieces:
        if not content.startswith("<"):
            content = re.sub(" {2,}", " ", content)
            if spaced and content.startswith(" "):
                content = content[1:]
        if content:
            out.append((wraps, content))
            spaced = content.endswith(" ")
    return out


_EDGE: Final = " \u3000"


def _strip(pieces: list[tuple[tuple[str, ...], str]]) -> list[tuple[tuple[str, ...], str]]:
    while pieces and (pieces[0][1] == "<br>" or not pieces[0][1].strip(_EDGE)):
        pieces.pop(0)
    while pieces and (pieces[-1][1] == "<br>" or not pieces[-1][1].strip(_EDGE)):
        pieces.pop()
    if pieces and not pieces[0][1].startswith("<"):
        pieces[0] = (pieces[0][0], pieces[0][1].lstrip(_EDGE))
    if pieces and not pieces[-1][1].startswith("<"):
        pieces[-1] = (pieces[-1][0], pieces[-1][1].rstrip(_EDGE))
    return pieces


@dataclass(frozen=True, slots=True)
class _Place:
    """所在：wraps 外层的行内标记，align 对齐，depth 嵌套深度，cell 在格、列表项里（标题写成加粗的段落）。"""

    wraps: tuple[str, ...] = ()
    align: str = ""
    depth: int = 0
    cell: bool = False

    def deeper(self) -> _Place:
        """下一层。"""
        return replace(self, depth=self.depth + 1)

    def within(self, tag: str) -> _Place:
        """套上一层行内标记；已有的不重复。"""
        return self if not tag or tag in self.wraps else replace(self, wraps=(*self.wraps, tag))


@dataclass
class _Writer:
    """写出：走一遍节点，写出规整的块；notices 记下丢掉了什么。"""

    sink: PictureSink | None
    notices: Counter[str] = field(default_factory=Counter)

    def walk(self, parent: Any, flow: _Flow, place: _Place) -> None:
        """走子节点：文字进 runs，块写进 blocks。"""
        if place.depth > _MAX_DEPTH:
            self.notices["嵌套太深的结构只留了文字"] += 1
            self._text(parent.text(deep=True), flow, place)
            return
        for node in parent.iter(include_text=True):
            tag = node.tag
            if tag == "-text":
                self._text(node.text_content or "", flow, place)
            elif tag in _WIDE_TAGS:
                attributes = node.attributes
                if "hidden" in attributes or _HIDDEN.search(attributes.get("style") or ""):
                    self.notices["隐藏的文字已去掉"] += bool(node.text(deep=True).strip())
                else:
                    self._element(node, tag, attributes, flow, place.deeper())

    def _element(self, node: Any, tag: str, attributes: _Attributes, flow: _Flow, place: _Place) -> None:
        if tag == "br":
            flow.runs.append((place.wraps, "<br>"))
        elif tag == "img":
            self._image(attributes, flow, place)
        elif tag == "input":
            if (attributes.get("type") or "").lower() == "checkbox":
                self._text("☑" if "checked" in attributes else "☐", flow, place)
        elif tag == "del":
            self.notices["删除线修订（已删除的文字）没有带过来"] += bool(node.text(deep=True).strip())
        elif tag in BLOCKS:
            self._block(node, tag, attributes, flow, replace(place, align=_aligned(attributes, place.align)))
        elif tag == "a":
            self._anchor(node, attributes, flow, place)
        else:
            bold = "strong" if _BOLD.search(attributes.get("style") or "") else ""
            self.walk(node, flow, place.within(_INLINE.get(tag) or bold))

    def _block(self, node: Any, tag: str, attributes: _Attributes, flow: _Flow, place: _Place) -> None:
        flow.flush()
        inside = replace(place, cell=True)
        if tag in HEADINGS and place.cell:
            self.walk(node, flow, place.within("strong"))
            flow.flush(place.align)
        elif tag in HEADINGS:
            self._heading(node, tag, flow, place)
        elif tag == "hr":
            flow.blocks.append(("hr", "<hr>"))
        elif tag in ("ul", "ol"):
            self._list(node, tag, attributes, flow, place)
        elif tag == "table":
            self._table(node, flow, place)
        elif tag == "blockquote":
            if blocks := self._inner(node, inside):
                flow.blocks.append((tag, f"<blockquote>{_join(blocks)}</blockquote>"))
        elif tag == "p" and (level := _MSO_LIST.search(attributes.get("style") or "")) and _bullet(node):
            if blocks := self._inner(node, inside):
                flow.blocks.append((f"li{level.group(1)}", _cell(blocks)))
        else:
            self.walk(node, flow, place)
            flow.flush(place.align)

    def _inner(self, node: Any, place: _Place) -> list[tuple[str, str]]:
        """另起一段流：格、列表项、引文里的块。"""
        flow = _Flow()
        self.walk(node, flow, place)
        flow.flush(place.align)
        return flow.blocks

    def _heading(self, node: Any, tag: str, flow: _Flow, place: _Place) -> None:
        # 标题本来就是粗的；标题里的表格、列表不成标题，照常写出。
        for kind, written in self._inner(node, _Place(depth=place.depth, cell=True)):
            text = re.sub(r"</?strong>|^<p[^>]*>|</p>$", "", written) if kind == "p" else written
            flow.blocks.append((tag if kind == "p" else kind, text))

    def _list(self, node: Any, tag: str, attributes: _Attributes, flow: _Flow, place: _Place) -> None:
        items: list[str] = []
        last: list[tuple[str, str]] = []
        place = _Place(align=place.align, depth=place.depth, cell=True)
        for child in node.iter(include_text=True):
            # 列表里只许有列表项；散落的文字和下级列表各当一项。
            blocks = self._inner(child if child.tag == "li" else _Only(child), place)
            if blocks:
                last = blocks
                anchor = note_id(child.attributes.get("id")) if child.tag == "li" else ""
                items.append(f"<li{anchor}>{_cell(blocks)}</li>")
        # 只有一项、项里又只有列表的外壳没有意义（Word 的下级编号常这样）。
        if len(items) == 1 and all(kind in ("ul", "ol") for kind, _ in last):
            flow.blocks += last
        elif items:
            start = attributes.get("start") or ""
            numbered = tag == "ol" and re.fullmatch("[0-9]{1,5}", start, re.ASCII)
            number = f' start="{int(start)}"' if numbered else ""
            flow.blocks.append((tag, f"<{tag}{number}>{''.join(items)}</{tag}>"))

    def _table(self, node: Any, flow: _Flow, place: _Place) -> None:
        body: list[str] = []
        caption = ""
        for child in node.iter():
            if child.tag == "caption":
                inner = _join(self._inner(child, _Place(depth=place.depth, cell=True)))
                caption = html_text.escape(re.sub(r"\s+", " ", text_of(inner)), quote=False)
            elif child.tag in ("thead", "tbody", "tfoot"):
                rows = [
                    [c for c in row.iter() if c.tag in ("td", "th")]
                    for row in child.iter()
                    if row.tag == "tr"
                ]
                rows = [row for row in rows if row]
                head = child.tag == "thead"
                written = "".join(self._row(row, head, len(rows) - i, place) for i, row in enumerate(rows))
                if written:
                    body.append(f"<thead>{written}</thead>" if head else f"<tbody>{written}</tbody>")
        if body:
            title = f"<caption>{caption}</caption>" if caption else ""
            flow.blocks.append(("table", f"<table>{title}{''.join(body)}</table>"))

    def _row(self, cells: list[Any], head: bool, rows_left: int, place: _Place) -> str:
        out: list[str] = []
        for cell in cells:
            attributes = cell.attributes
            inside = _Place(align=_aligned(attributes, ""), depth=place.depth + 1, cell=True)
            tag = "th" if head else cell.tag
            spans = _span("colspan", attributes.get("colspan"), 100)
            # 行数超出本段的合并格在浏览器里会错位，收到本段末行为止。
            spans += _span("rowspan", attributes.get("rowspan"), rows_left)
            blocks = self._inner(cell, inside)
            if tag == "th":
                # 表头由样式表加粗、居中，不必再写。
                blocks = [(kind, re.sub(r'</?strong>| class="text-\w+"', "", made)) for kind, made in blocks]
                spans += f' scope="{"col" if head else "row"}"'
            written = _cell(blocks)
            out.append(f"<{tag}{spans}>{written}</{tag}>")
        return f"<tr>{''.join(out)}</tr>"

    def _anchor(self, node: Any, attributes: _Attributes, flow: _Flow, place: _Place) -> None:
        href = safe_href(attributes.get("href") or "")
        anchor = note_id(attributes.get("id") or attributes.get("name"))
        if attributes.get("href") and not href:
            self.notices["本机地址、脚本等不能用的链接只留了文字"] += 1
        if (href or anchor) and not any(_name(wrap) == "a" for wrap in place.wraps):
            target = f' href="{html_text.escape(href)}"' if href else ""
            place = replace(place, wraps=(f"a{target}{anchor}", *place.wraps))
        self.walk(node, flow, place)

    def _image(self, attributes: _Attributes, flow: _Flow, place: _Place) -> None:
        source = (attributes.get("src") or "").strip()
        if source and self.sink and not is_local(source):
            source = self.sink(source) or ""
        if not is_local(source):
            self.notices["图片没有带过来，请另行上传"] += 1
            return
        size = "".join(
            f' {name}="{int(value)}"'
            for name in ("width", "height")
            if (value := attributes.get(name) or "") and re.fullmatch("[1-9][0-9]{0,3}", value, re.ASCII)
        )
        alt = html_text.escape(INVISIBLE.sub("", attributes.get("alt") or "").strip()[:300])
        flow.runs.append((place.wraps, f'<img src="{html_text.escape(source)}" alt="{alt}"{size}>'))

    def _text(self, text: str, flow: _Flow, place: _Place) -> None:
        text = INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " "))
        text = re.sub(r"[ \t]+", " ", text)
        if text:
            flow.runs.append((place.wraps, html_text.escape(text, quote=False)))


@dataclass(frozen=True, slots=True)
class _Only:
    """只含一个子节点的容器，好让列表里的散件也走同一条路。"""

    child: Any

    def iter(self, include_text: bool = False) -> Iterator[Any]:
        """子节点。"""
        yield self.child


def _bullet(node: Any) -> bool:
    """Word 粘贴的项目符号：是符号就去掉记号当列表项；是编号（一、第一条）就留作文字。"""
    for span in node.css("span"):
        if _MSO_MARKER.search(span.attributes.get("style") or ""):
            if not _BULLET.fullmatch(re.sub(r"\s", "", span.text(deep=True))):
                return False
            span.decompose()
            return True
    return False


def _cell(blocks: list[tuple[str, str]]) -> str:
    """格与列表项：只有一个没有对齐的段落时不套 p，后面跟着下级列表的也不套。"""
    if (
        blocks
        and blocks[0][0] == "p"
        and blocks[0][1].startswith("<p>")
        and all(b[0] in ("ul", "ol") for b in blocks[1:])
    ):
        blocks = [("", blocks[0][1][3:-4]), *blocks[1:]]
    return _join(blocks)


def _join(blocks: list[tuple[str, str]]) -> str:
    """块连成文：散列表项按级别归成列表，标题级别理顺。"""
    out: list[str] = []
    i = 0
    while i < len(blocks):
        kind, written = blocks[i]
        if re.fullmatch(r"li\d", kind):
            j = i
            while j < len(blocks) and re.fullmatch(r"li\d", blocks[j][0]):
                j += 1
            out.append(_nest([(int(k[2:]), text) for k, text in blocks[i:j]]))
            i = j
            continue
        out.append(f"<{kind}>{written}</{kind}>" if kind in HEADINGS else written)
        i += 1
    return "".join(out)


def _nest(items: list[tuple[int, str]]) -> str:
    """列表项按级别嵌套；跳级的当作下一级。"""
    out = "<ul>"
    i = 0
    while i < len(items):
        level, text = items[i]
        j = i + 1
        while j < len(items) and items[j][0] > level:
            j += 1
        out += f"<li>{text}{_nest(items[i + 1 : j]) if j > i + 1 else ''}</li>"
        i = j
    return out + "</ul>"


def _levels(blocks: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """标题级别：页面的 h1 是题名，正文从 h2 起，不跳级；原来同级的仍同级。"""
    out: list[tuple[str, str]] = []
    above: list[int] = []
    for kind, written in blocks:
        if kind in HEADINGS:
            level = int(kind[1])
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
            kind = f"h{min(len(above) + 1, 6)}"
        out.append((kind, written))
    return out


def _aligned(attributes: _Attributes, inherited: str) -> str:
    classes = (attributes.get("class") or "").split()
    for name in ("center", "right"):
        if f"text-{name}" in classes:
            return name
    if found := _ALIGN.search(attributes.get("style") or ""):
        return found.group(1).lower()
    return (attributes.get("align") or inherited).lower()


def _span(name: str, value: str | None, most: int) -> str:
    if not value or not re.fullmatch("[0-9]{1,5}", value, re.ASCII):
        return ""
    count = min(int(value), most)
    return f' {name}="{count}"' if count > 1 else ""


_REPORTED: Final = (
    (re.compile(r"<(?:script)\b", re.IGNORECASE), "脚本已去掉"),
    (re.compile(r"<(?:iframe|object|embed|video|audio)\b", re.IGNORECASE), "嵌入的视频、网页等没有带过来"),
    (re.compile(r"<(?:math|m:oMath)\b", re.IGNORECASE), "公式没有带过来，请改用图片"),
    (re.compile(r"<svg\b", re.IGNORECASE), "矢量图没有带过来，请改用图片"),
)


def clean(html: str, sink: PictureSink | None = None) -> Imported:
    """清洗：任何来路的 HTML 变成干净的正文，并说明丢掉了什么。

    参数：html 片段或整页；sink 收外来图片（data: 等）的函数，返回本站引用，None 为不收。
    返回：html 与 notices；清洗结果再清洗一次不变。错误：超过 800 万字符抛出 DocumentError。
    """
    if len(html) > MAX_CHARS:
        raise DocumentError(f"内容有 {len(html)} 个字符，超过 {MAX_CHARS} 个；请拆成几篇，或作为附件上传")
    wide = nh3.clean(
        html,
        tags=_WIDE_TAGS,
        attributes=_WIDE_ATTRIBUTES,
        url_schemes=SCHEMES | {"data", "file"},
        clean_content_tags=DROPPED_TAGS,
        link_rel=None,
    )
    writer = _Writer(sink)
    flow = _Flow()
    body = LexborHTMLParser(wide).body
    if body is not None:
        writer.walk(body, flow, _Place())
        flow.flush()
    for pattern, message in _REPORTED:
        writer.notices[message] += len(pattern.findall(html))
    notices = tuple(f"{text}（{count} 处）" for text, count in writer.notices.items() if count)
    return Imported(allow(_join(_levels(flow.blocks))), (), notices)


def clean_html(html: str) -> str:
    """干净的正文：全系统唯一的许可表，只留许可的标签和属性；结果再洗一次不变。错误：同 ``clean``。"""
    return clean(html).html
