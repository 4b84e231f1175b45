"""名称比对：繁简、全半角、空白不同的同一名称得到同一个键。"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any


@cache
def _converter() -> Any:
    # 词典较大，用到才装入。
    import opencc

    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """简体：繁体转简体，其余不变。"""
    return str(_converter().convert(text))


@cache
def name_key(text: str) -> str:
    """名称键：NFKC、去空白、转简体，供比对与唯一约束使用。"""
    return simplified(re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))
