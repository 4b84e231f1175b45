"""许可表：正文里许可的标签、属性、地址写法，全系统只有这一份。"""

from __future__ import annotations

import re
from typing import Final

import nh3

__all__ = [
    "ALIGNED",
    "ATTRIBUTES",
    "DROPPED_TAGS",
    "SCHEMES",
    "TAGS",
    "allow",
    "is_local",
    "note_id",
    "safe_href",
]

ALIGNED: Final = frozenset({"text-center", "text-right"})
TAGS: Final = frozenset(
    "p h2 h3 h4 h5 h6 ul ol li table caption thead tbody tr th td "
    "blockquote hr br strong em u s sub sup a img".split()
)
ATTRIBUTES: Final = {
    "a": {"href", "id"},
    "li": {"id"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
SCHEMES: Final = {"http", "https", "mailto", "tel"}
_NOTE_ID: Final = re.compile(r"(?:footnote|endnote)(?:-ref)?-[0-9]{1,5}")

DROPPED_TAGS: Final = set(
    "script style title xml iframe object embed svg math template textarea select noscript".split()
)

_WORD_NOTE: Final = re.compile(r"_?(ftn|edn)(ref)?([0-9]{1,5})")


def _note(name: str) -> str:
    """脚注的锚：Word 粘贴的 _ftn1、_ftnref1 换成 footnote-1、footnote-ref-1。"""
    if word := _WORD_NOTE.fullmatch(name):
        kind = "footnote" if word.group(1) == "ftn" else "endnote"
        return f"{kind}-{'ref-' if word.group(2) else ''}{word.group(3)}"
    return name if _NOTE_ID.fullmatch(name) else ""


def note_id(name: str | None) -> str:
    note = _note(name or "")
    return f' id="{note}"' if note else ""


def safe_href(value: str) -> str:
    """链接地址：许可的写法原样返回，不许可的返回空。"""
    value = re.sub(r"[\x00-\x20\x7f]+", "", value)
    if value.startswith("#"):
        note = _note(value[1:])
        return f"#{note}" if note else ""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", value)
    if scheme:
        return value if scheme.group(1).lower() in SCHEMES else ""
    return "" if "\\" in value or ":" in value.split("/", 1)[0] else value


def is_local(source: str) -> bool:
    """本站的图片：没有协议、不是外站地址。"""
    return bool(source) and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//|[\\#?]", source) and "\\" not in source


def _filter(tag: str, attribute: str, value: str) -> str | None:
    """许可表的最后一关：属性值也限定写法。"""
    if attribute == "id":
        return value if _NOTE_ID.fullmatch(value) else None
    if attribute == "src":
        return value if is_local(value) else None
    if attribute == "href":
        return safe_href(value) or None
    if attribute in ("colspan", "rowspan", "start", "width", "height"):
        return value if re.fullmatch("[0-9]{1,5}", value, re.ASCII) else None
    return value


def allow(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=_filter,
        allowed_classes={"p": set(ALIGNED)},
        url_schemes=SCHEMES,
        clean_content_tags=DROPPED_TAGS,
        link_rel=None,
    )
