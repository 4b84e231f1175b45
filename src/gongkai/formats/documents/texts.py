"""正文的文字与链接：取文字、取链接、换图片地址。"""

from __future__ import annotations

import re
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from gongkai.formats.documents.allow import allow
from gongkai.formats.documents.model import Link

__all__ = ["BLOCKS", "HEADINGS", "INVISIBLE", "links_of", "replace_images", "text_of"]

HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS: Final = set(HEADINGS) | set(
    "p div center section article main header footer nav aside address figure figcaption dl dt dd pre "
    "form fieldset details summary blockquote ul ol li table hr".split()
)
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff0-\uffff]"
)
_NEW_LINE: Final = BLOCKS | {"br", "tr", "caption"}


def text_of(html: str) -> str:
    """正文的文字：块与块之间换行，格与格之间用制表符；供检索、查错和比较。"""
    body = LexborHTMLParser(html).body
    if body is None:
        return ""
    out: list[str] = []

    def walk(parent: Any) -> None:
        for node in parent.iter(include_text=True):
            if node.tag == "-text":
                out.append(node.text_content or "")
            elif node.tag in ("script", "style", "template"):
                continue
            else:
                walk(node)
                if node.tag in _NEW_LINE:
                    out.append("\n")
                elif node.tag in ("td", "th"):
                    out.append("\t")

    walk(body)
    lines = (re.sub(r"[ \t]*\t[ \t]*", "\t", line).strip() for line in "".join(out).split("\n"))
    return "\n".join(line for line in lines if line)


def links_of(html: str) -> list[Link]:
    """正文里的链接与图片，按出现次序；脚注等页内链接不算。"""
    found: list[Link] = []
    for node in LexborHTMLParser(html).css("a[href], img[src]"):
        attributes = node.attributes
        if node.tag == "img":
            found.append(Link(attributes.get("src") or "", attributes.get("alt") or "", is_image=True))
        elif not (attributes.get("href") or "").startswith("#"):
            found.append(Link(attributes.get("href") or "", node.text(deep=True).strip()))
    return found


def replace_images(html: str, addresses: dict[str, str]) -> str:
    """换图片地址：正文里 ``images/<name>`` 换成 addresses 里的新地址，没有的照旧；结果过许可表。"""
    tree = LexborHTMLParser(html)
    for node in tree.css("img[src]"):
        source = node.attributes.get("src") or ""
        if source in addresses:
            node.attrs["src"] = addresses[source]
    body = tree.body
    return allow(body.inner_html or "") if body is not None else ""
