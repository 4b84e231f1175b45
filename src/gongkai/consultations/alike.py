"""像不像：两个问法是不是同一个问题，只看内容的词；否定、数字不同的不算，换了一个词的打折扣。"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from gongkai.search import plans, text

# 问句的套话，不表示否定。
_ASKING: Final = re.compile(
    r"能不能|是不是|可不可以|要不要|有没有|会不会|用不用|算不算|需不需要|行不行|知不知道"
)
# 问的是同一样，说法不同。
_HOW_LONG: Final = re.compile(r"多长时间|多少时间|多少天|几天|多长")
_FILLER: Final = frozenset("需要 想 想问 才 还 之后 以后 一下 现在 这个 那个 请 麻烦 咨询 知道".split())
# 一字之差意思就不同：“非居民”与“居民”，“二孩”与“三孩”，“2023年”与“2024年”。
_DECISIVE: Final = re.compile(
    r"[非不未无免禁]|[0-9]+(?:\.[0-9]+)?|[一二三四五六七八九十]+(?=[年月岁孩胎级类档楼层次])"
)
# 两边各有对方没有的词，多半是换了对象（停水与停电），不是换了说法。
SWAPPED: Final = 0.7


class Meaning(NamedTuple):
    """意思：words 内容的词，decisive 否定与数字。"""

    words: frozenset[str]
    decisive: frozenset[str]


@lru_cache(maxsize=20_000)
def meaning(question: str) -> Meaning:
    """意思：去掉套话和虚词；全是虚词的按原字。记住算过的：汇集时要和几千种问法比，不能让写库的等切词。"""
    plain = _HOW_LONG.sub("多久", _ASKING.sub("", text.normal(question)))
    words = frozenset(
        word
        for word in text.any_segmenter().cut(plain)
        if word not in plans.STOP and word not in _FILLER and re.search(r"\w", word)
    )
    return Meaning(words or frozenset(text.bigrams(plain)), frozenset(_DECISIVE.findall(plain)))


def similarity(one: Meaning, other: Meaning) -> float:
    """相像：共有的词占两边的份额，0—1，长词分量重；否定或数字不同为 0。"""
    if one.decisive != other.decisive:
        return 0.0
    total = sum(map(len, one.words)) + sum(map(len, other.words))
    share = 2 * sum(map(len, one.words & other.words)) / total if total else 0.0
    swapped = bool(one.words - other.words) and bool(other.words - one.words)
    return share * SWAPPED if swapped else share
