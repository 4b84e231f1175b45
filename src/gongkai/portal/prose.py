"""正文：入库的 HTML 显示前再过一遍许可表，标题级别接着页面排，表格可横向滚动，站外链接先提示。"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

import nh3
from django.core import signing
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

TAGS: Final = set(
    "p h1 h2 h3 h4 h5 h6 ul ol li table caption thead tbody tfoot tr th td blockquote hr br "
    "strong b em i u s sub sup a img".split()
)
_ATTRIBUTES: Final = {
    "a": {"href", "id"},
    "p": {"class"},
    "td": {"colspan", "rowspan", "class"},
    "th": {"colspan", "rowspan", "scope"},
    "li": {"id"},
    "ol": {"start"},
    "img": {"src", "alt", "width", "height"},
}
_CLASSES: Final = frozenset({"text-center", "text-right"})
_NOTE: Final = re.compile(r"(?:footnote|endnote)(?:-ref)?-[0-9]{1,5}")
_HEADING: Final = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_LINK: Final = re.compile(r'<a href="(https?://[^"]+)"')
_SALT: Final = "leaving"


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return value if value in _CLASSES else None
    if name == "id":
        return value if _NOTE.fullmatch(value) else None
    if name == "src":
        # 图片只用本站的：外站的会暴露读者，也可能换掉。
        return value if value.startswith("/") and not value.startswith("//") else None
    return value


def render(body: str, *, host: str = "") -> SafeString:
    """显示：body 为库里的正文，host 为本站域名。许可表之外的一概去掉，所以可以原样写进页面。"""
    html = nh3.clean(
        body,
        tags=TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    html = _levelled(html)
    html = _LINK.sub(lambda m: _link(m[1], host), html)
    label = escape(_("表格"))
    html = html.replace(
        "<table>", f'<div class="scroll" role="group" tabindex="0" aria-label="{label}"><table>'
    )
    return mark_safe(html.replace("</table>", "</table></div>"))  # noqa: S308 上面 nh3 刚过许可表，此后只加了我们自己的标签


def _levelled(html: str) -> str:
    """标题级别：页面标题是一级，正文从二级起，不跳级；空标题去掉。"""
    above = 1

    def level(found: re.Match[str]) -> str:
        nonlocal above
        if not re.sub(r"<[^>]+>|&nbsp;|\s", "", found[2]):
            return ""
        above = min(max(int(found[1]), 2), above + 1)
        return f"<h{above}>{found[2]}</h{above}>"

    return _HEADING.sub(level, html)


def _link(url: str, host: str) -> str:
    target = leaving_url(url.replace("&amp;", "&"), host)
    return f'<a href="{escape(target)}"'


def is_government(host: str) -> bool:
    """政府网站：域名以 .gov.cn 结尾。"""
    return host == "gov.cn" or host.endswith(".gov.cn")


def leaving_url(url: str, host: str) -> str:
    """链接地址：本站和政府网站的照旧，其余的先到提示页；签名使提示页不能被人借来指向任意网址。"""
    there = urlsplit(url).hostname or ""
    if there == host or is_government(there):
        return url
    return reverse("portal:leaving") + "?" + urlencode({"to": signing.Signer(salt=_SALT).sign(url)})


def leaving_target(signed: str) -> str | None:
    """提示页的去处：签名不对为 None。"""
    try:
        return signing.Signer(salt=_SALT).unsign(signed)
    except signing.BadSignature:
        return None
