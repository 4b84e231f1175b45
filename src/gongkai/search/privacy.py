"""个人信息：查找与提问里的号码、邮箱、门牌、人名，留存之前先去掉。"""

from __future__ import annotations

import re
from typing import Final

from gongkai.formats.personal import Kind, find

from . import text

# 查找里的一长串数字，认不认得出是什么号都不留；文号、日期没有这么长的连续数字。
_LONG: Final = re.compile(r"[0-9０-９]{6,}[xX]?|[0-9]{3,4}[- ][0-9]{3,8}(?:[- ][0-9]{4})?")
_ADDRESS: Final = re.compile(r"[0-9一二三四五六七八九十]+(?:号楼|栋|幢|单元|室|房)")
# 自报姓名：切词未必认得出是人名。
_CALLED: Final = re.compile(r"((?:我|名)叫|姓名[:： 是]?)[\u4e00-\u9fff·]{2,4}?(?=[，,。；;、！!？? ]|$)")


def redacted(words: str) -> str:
    """抹去：各种号码、邮箱、车牌、门牌、人名换成“＊”；其余原样。"""
    # 车牌、护照号按大写认；极少数字母大写后变长，位置对不上，就照原样认。
    upper = words.upper()
    for finding in reversed(find(upper if len(upper) == len(words) else words, frozenset(Kind))):
        words = words[: finding.start] + "＊" + words[finding.end :]
    for pattern in (_LONG, _ADDRESS):
        words = pattern.sub("＊", words)
    words = _CALLED.sub(r"\1＊", words)
    for name in () if _is_public(words) else text.any_segmenter().names(words):
        words = words.replace(name, "＊")
    return words


def is_personal(words: str) -> bool:
    """疑似含个人信息：抹去之后与原来不同。"""
    return redacted(words) != words


def _is_public(words: str) -> bool:
    # 标题里出现过的词不是个人信息；词表里有就不必疑心它是人名。
    from .models import VocabularyKey

    plain = text.normal(words)
    return VocabularyKey.objects.filter(key=f"t{plain}").exists()
