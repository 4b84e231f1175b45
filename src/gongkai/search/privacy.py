"""个人信息：查找与提问里的号码、邮箱、人名，留存之前先去掉。"""

from __future__ import annotations

import re
from typing import Final

from . import text

_NUMBER: Final = re.compile(r"[0-9０-９]{6,}[xX]?|[0-9]{3,4}[- ][0-9]{6,}|[0-9]{3}[- ][0-9]{4}[- ][0-9]{4}")
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PLATE: Final = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][·•]?[A-Za-z0-9]{5,6}"
)
_ADDRESS: Final = re.compile(r"[0-9一二三四五六七八九十]+(?:号楼|栋|幢|单元|室|房)")


def redacted(words: str) -> str:
    """抹去：号码、邮箱、车牌、门牌、人名换成“＊”；其余原样。"""
    for pattern in (_MAIL, _PLATE, _NUMBER, _ADDRESS):
        words = pattern.sub("＊", words)
    for name in text.segmenter(()).names(words) if not _is_public(words) else ():
        words = words.replace(name, "＊")
    return words


def is_personal(words: str) -> bool:
    """疑似含个人信息：抹去之后与原来不同。"""
    return redacted(words) != words


def _is_public(words: str) -> bool:
    # 标题里出现过的词不是个人信息；词表里有就不必疑心它是人名。
    from .models import VocabularyKey

    return VocabularyKey.objects.filter(key=text.normal(words), word=text.normal(words)).exists()
