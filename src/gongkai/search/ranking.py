"""长问句的重排：检索得分之外，看问题的内容有多大份额在这一段里，有没有成句地出现。"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from . import plans, text
from .backends.base import Found, Reader
from .models import SearchDocument

TOP: Final = 40  # 只重排前这么多件，其余按检索得分接在后面
# 在开发用的一半问题上调得，见 docs/benchmarks.md。
COVERED, TOGETHER = 0.45, 0.2
LONGEST: Final = 12


def weights(reader: Reader, words: plans.Words) -> dict[str, float]:
    """问题里各词、各二元组的分量：越少见越重；库里没有的也算，它没着落就是没答上。"""
    size = max(reader.size("passages"), 1)
    found: dict[str, float] = {}
    meant = [word for word in words.words if word not in plans.STOP]
    for name, values in (("body", meant), ("body_pairs", list(words.pairs))):
        for value, count in zip(values, reader.frequency("passages", name, values), strict=True):
            found[value] = max(found.get(value, 0.0), math.log(1 + size / (count + 1)))
    return found


def coverage(weighed: Mapping[str, float], content: str) -> float:
    """份额：问题的分量有多少落在这段文字里，0—1；content 须已统一字形。"""
    total = sum(weighed.values())
    return sum(weight for value, weight in weighed.items() if value in content) / total if total else 0.0


def together(plain: str, content: str) -> int:
    """成句：问题里连续的文字在这段里最长的一截有几个字，至多 12。"""
    longest = 0
    for start in range(len(plain)):
        while (
            longest < LONGEST
            and start + longest < len(plain)
            and plain[start : start + longest + 1] in content
        ):
            longest += 1
    return longest


def rerank(found: Sequence[Found], words: plans.Words, weighed: Mapping[str, float]) -> list[Found]:
    """重排前 TOP 件；found 一件一段，按检索得分排好。"""
    if not found:
        return []
    first, rest = found[:TOP], found[TOP:]
    documents = {
        key: (title, body)
        for key, title, body in SearchDocument.objects.filter(
            key__in=[each.key for each in first], published=True
        ).values_list("key", "title", "body")
    }
    best = first[0].score or 1.0

    def score(each: Found) -> float:
        title, body = documents.get(each.key, ("", ""))
        content = text.normal(body[each.start : each.end])
        covered = coverage(weighed, f"{text.normal(title)} {content}")
        return each.score / best + COVERED * covered + TOGETHER * together(words.plain, content) / LONGEST

    return [*sorted(first, key=score, reverse=True), *rest]
