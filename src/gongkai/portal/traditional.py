"""繁体：把做好的页面逐段转成繁体（OpenCC s2hk，粤港澳读者的用字）；网址、表单值、代码一律不动。"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from django.core.cache import cache as store
from django.http import HttpRequest, HttpResponse

COOKIE: Final = "script"
TRADITIONAL: Final = "hant"
# 工作人员的表单要原样存回库，不转；公众页面才转。
_STAFF: Final = ("/staff/", "/office/", "/accounts/")
_TOKEN: Final = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
_NAME: Final = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
# 给人看的属性才转。
_SHOWN: Final = re.compile(r'(\s(?:alt|title|placeholder|aria-label|data-label)=")([^"]*)(")')
_RAW: Final = frozenset({"script", "style", "textarea"})
_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_KEEP_HOURS: Final = 12


def wanted(request: HttpRequest) -> bool:
    """要繁体：中文界面、选了繁体的公众页面。"""
    from .language import chosen

    return (
        request.COOKIES.get(COOKIE) == TRADITIONAL
        and chosen(request).startswith("zh")
        and not request.path.startswith(_STAFF)
    )


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("s2hk")


def convert(html: str) -> str:
    """转换：文字和给人看的属性转成繁体；脚本、样式、文本框，以及写明 lang 或 translate="no" 的元素原样。"""
    convert_text = _converter().convert
    out: list[str] = []
    kept: list[str] = []  # 正在其中、不转的元素
    for token in _TOKEN.split(html):
        if not token.startswith("<"):
            out.append(token if kept or not token.strip() else convert_text(token))
            continue
        name = _NAME.match(token)
        tag = name.group(1).lower() if name else ""
        if kept:
            if token.startswith("</") and tag == kept[-1]:
                kept.pop()
            elif tag == kept[-1] and tag not in _VOID:
                kept.append(tag)
        elif tag and not token.startswith("</") and tag not in _VOID and tag != "html":
            if tag in _RAW or ' lang="' in token or 'translate="no"' in token:
                kept.append(tag)
        if not kept and tag:
            token = _SHOWN.sub(lambda m: m[1] + convert_text(m[2]) + m[3], token)
        out.append(token)
    return "".join(out).replace('<html lang="zh-CN"', '<html lang="zh-Hant-HK"', 1)


def traditional_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """中间件：选了繁体的，页面发出前转换；转过的按内容摘要存着。"""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        kind = response.get("Content-Type", "")
        if not response.streaming and kind.startswith("text/html") and wanted(request):
            key = "hant:" + hashlib.sha256(response.content).hexdigest()
            page = store.get(key)
            if page is None:
                page = convert(response.content.decode()).encode()
                store.set(key, page, _KEEP_HOURS * 3600)
            response.content = page
            if "Content-Length" in response:
                response["Content-Length"] = str(len(page))
        return response

    return middleware
