"""样式：govuk-frontend 里用得到的一小部分加我们自己的，直接写在页面里，一个请求就完整。"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.safestring import SafeString, mark_safe

_STATIC: Final = Path(__file__).parent / "static" / "gongkai"
SUBSET: Final = _STATIC / "govuk-subset.css"
# gongkai.css 公众和工作台共用，portal.css 是公众页面的版块。
OWN: Final = (_STATIC / "gongkai.css", _STATIC / "portal.css")


def squeeze(css: str) -> str:
    """压缩：去注释和多余空白；引号里的不动。"""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    parts = re.split(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", css)
    for index in range(0, len(parts), 2):
        text = re.sub(r"\s+", " ", parts[index])
        text = re.sub(r"\s*([{};,>])\s*", r"\1", text)
        parts[index] = re.sub(r":\s+", ":", text).replace(";}", "}")
    return "".join(parts).strip()


DEFAULT_COLOUR: Final = "#0b4ea2"
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


def _darker(colour: str) -> str:
    """深一档：主色压暗三成，作页眉悬停和标题用。"""
    parts = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(part * 0.7):02x}" for part in parts)


@cache
def stylesheet(colour: str = DEFAULT_COLOUR) -> SafeString:
    """全部样式：文件是我们自己的，colour 为站点主色（#rrggbb，写错的不用），所以可以原样写进页面。"""
    css = squeeze("".join(path.read_text(encoding="utf-8") for path in (SUBSET, *OWN)))
    if "</" in css:
        raise ValueError("样式里不能有“</”，会提前结束 style 元素")
    if _COLOUR.fullmatch(colour) and colour.lower() != DEFAULT_COLOUR:
        css += f":root{{--main:{colour};--dark:{_darker(colour)}}}"
    return mark_safe(css)  # noqa: S308 仓库里的文件和核对过的颜色


def style_hash(colour: str = DEFAULT_COLOUR) -> str:
    """样式的摘要：写进内容安全策略，只认这一段内嵌样式。"""
    return "sha256-" + base64.b64encode(hashlib.sha256(stylesheet(colour).encode()).digest()).decode()
