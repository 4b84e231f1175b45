"""两个版本的比较：按段落对齐，段内逐字指出增删，经办人一眼看得出改了什么。"""

from __future__ import annotations

import html as html_text
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from gongkai.formats.documents.clean import clean_html

__all__ = ["Block", "Span", "compare"]


@dataclass(frozen=True, slots=True)
class Span:
    """一截文字：kind 为 same、removed 或 added。"""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """一块：kind 为 same、changed、added、removed；tag 块的种类（p、h2、li、tr…），spans 各截文字。"""

    kind: str
    tag: str
    spans: tuple[Span, ...]

    @property
    def html(self) -> str:
        """可直接显示的 HTML：文字全部转义，增删用 ins、del。"""
        marks = {"same": "{}", "removed": "<del>{}</del>", "added": "<ins>{}</ins>"}
        return "".join(
            marks[span.kind].format(html_text.escape(span.text).replace("\n", "<br>").replace("\t", " ｜ "))
            for span in self.spans
        )


def _lines(html: str) -> list[tuple[str, str]]:
    """正文的块：段落、标题、列表项、表格的行、图片，各为（种类, 文字）。"""
    body = LexborHTMLParser(clean_html(html)).body
    out: list[tuple[str, str]] = []
    pending: list[str] = []

    def flush(tag: str) -> None:
        # 空格的多少、全角半角不算改动。
        text = re.sub(r"[ \u3000]+", " ", "".join(pending)).strip(" \n\t")
        pending.clear()
        if text:
            out.append((tag, text))

    def walk(parent: Any, tag: str) -> None:
        for node in parent.iter(include_text=True):
            if node.tag == "-text":
                pending.append(node.text_content or "")
            elif node.tag == "br":
                pending.append("\n")
            elif node.tag == "img":
                pending.append(f"〔图片：{node.attributes.get('alt') or node.attributes.get('src')}〕")
            elif node.tag == "a" and (href := node.attributes.get("href") or "") and not href.startswith("#"):
                # 只换了链接地址也是改动，要看得见。
                walk(node, tag)
                pending.append(f"〔{href}〕")
            elif node.tag == "tr":
                flush(tag)
                for cell in node.iter():
                    pending.append("\t" if pending else "")
                    pending.append(re.sub(r"\s*\n\s*", " ", cell.text(deep=True, separator="")))
                flush("tr")
            elif node.tag in _BLOCK_TAGS:
                flush(tag)
                walk(node, node.tag)
                flush(node.tag)
            elif node.tag in ("ul", "ol", "table", "thead", "tbody", "blockquote"):
                flush(tag)
                walk(node, tag)
                flush(tag)
            else:
                walk(node, tag)

    if body is not None:
        walk(body, "p")
        flush("p")
    return out


_BLOCK_TAGS: Final = frozenset({"p", "li", "caption", "h2", "h3", "h4", "h5", "h6"})
_TOKEN: Final = re.compile(r"[0-9０-９.,]+|[A-Za-z]+|\s+|.", re.DOTALL)
_CLOSE: Final = 0.35
_MOST_PAIRS: Final = 4000
_LONGEST: Final = 3000
_MOST_TOKENS: Final = 250_000
_SENTENCE: Final = re.compile(r"[^，。；！？\n]*[，。；！？\n]|[^，。；！？\n]+")


def compare(old_html: str, new_html: str) -> list[Block]:
    """比较：旧版与新版逐块对齐。

    返回：依次的块；只有标签、样式不同而文字和种类相同的算相同。
    去掉 added 拼得回旧版的文字，去掉 removed 拼得回新版的文字。
    块里没有任何标签，``Block.html`` 已转义。
    """
    old, new = _lines(old_html), _lines(new_html)
    blocks: list[Block] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            blocks += [Block("same", tag, (Span("same", text),)) for tag, text in old[a:b]]
        else:
            blocks += _replaced(old[a:b], new[c:d])
    return blocks


def _replaced(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> list[Block]:
    blocks: list[Block] = []
    i = j = 0
    for a, b in [*_pairs(old, new), (len(old), len(new))]:
        blocks += [Block("removed", tag, (Span("removed", text),)) for tag, text in old[i:a]]
        blocks += [Block("added", tag, (Span("added", text),)) for tag, text in new[j:b]]
        if a < len(old):
            blocks.append(Block("changed", new[b][0], tuple(_spans(old[a][1], new[b][1]))))
        i, j = a + 1, b + 1
    return blocks


def _pairs(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> list[tuple[int, int]]:
    """相像的块配成对，次序不乱，总的相像程度最大；太多时只按次序配。"""
    if len(old) * len(new) > _MOST_PAIRS:
        return [(i, i) for i in range(min(len(old), len(new))) if _likeness(old[i][1], new[i][1]) >= _CLOSE]
    like = [[_likeness(a[1], b[1]) for b in new] for a in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            joined = like[i][j] + best[i + 1][j + 1] if like[i][j] >= _CLOSE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], joined)
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if like[i][j] >= _CLOSE and best[i][j] == like[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _likeness(a: str, b: str) -> float:
    matcher = SequenceMatcher(None, a[:_LONGEST], b[:_LONGEST], autojunk=False)
    quick = matcher.real_quick_ratio()
    return matcher.quick_ratio() if quick >= _CLOSE else quick


def _spans(old: str, new: str) -> list[Span]:
    """段内：按字（数字、外文按词）比较；夹在改动之间的一两个字并进改动，免得满篇零碎。"""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    same = 0
    while same < min(len(a), len(b)) and a[same] == b[same]:
        same += 1
    end = 0
    while end < min(len(a), len(b)) - same and a[-1 - end] == b[-1 - end]:
        end += 1
    # 首尾相同的先去掉，剩下的还很长就先按句比：逐字比的用时随长度的立方长。
    if (len(a) - same - end) * (len(b) - same - end) > _MOST_TOKENS:
        return _by_sentence(old, new)
    return _by_token(a, b)


def _by_sentence(old: str, new: str) -> list[Span]:
    a, b = _SENTENCE.findall(old), _SENTENCE.findall(new)
    spans: list[Span] = []
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        before, after = "".join(a[a1:a2]), "".join(b[b1:b2])
        if kind == "equal":
            spans.append(Span("same", before))
        elif kind == "replace" and len(before) * len(after) <= _MOST_TOKENS:
            spans += _by_token(_TOKEN.findall(before), _TOKEN.findall(after))
        else:
            spans += [span for span in (Span("removed", before), Span("added", after)) if span.text]
    return spans


def _by_token(a: list[str], b: list[str]) -> list[Span]:
    codes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    spans: list[Span] = []
    removed = added = ""

    def flush() -> None:
        nonlocal removed, added
        spans.extend(span for span in (Span("removed", removed), Span("added", added)) if span.text)
        removed = added = ""

    for at, (kind, a1, a2, b1, b2) in enumerate(codes):
        text = "".join(a[a1:a2])
        if kind == "equal":
            inside = 0 < at < len(codes) - 1
            if inside and len(text) <= 2 and not re.search(r"[，。；：、\n\t]", text):
                removed, added = removed + text, added + text
                continue
            flush()
            spans.append(Span("same", text))
        else:
            removed, added = removed + text, added + "".join(b[b1:b2])
    flush()
    return spans
