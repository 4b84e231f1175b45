"""长问句的重排：检索得分之外，看问题的内容有多大份额在这一段里、集中在哪里、出自哪一级的法。"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from django.db import connection

from . import plans, text
from .backends.base import Found, Reader
from .models import SearchDocument

TOP: Final = 60  # 只重排前这么多件，其余按检索得分接在后面
LONGEST: Final = 12
FIRST: Final = 40  # 段首：法条多在开头说清所管的事
FEATURES: Final = (
    "score", "pairs", "title", "plain", "sentence", "first", "run", "length", "length2",
    "code", "interpretation", "regulation",
)  # fmt: skip
# 各项的权：用 bench/search/fit.py 在开发用的奇数号问题上得出，见 docs/benchmarks.md。
WEIGHTS: Final = (5.36, 6.40, 1.40, 0.96, 1.12, 1.10, 0.22, -1.52, 0.88, 0.79, -1.10, -1.60)
_ARTICLE: Final = re.compile(rf"[ \u3000]*第{text.NUMERAL}+条(?:之{text.NUMERAL}+)?$")
_SENTENCE: Final = re.compile(r"[^。！？；\n]+")
_CODE: Final = re.compile(r"民法典(?=$|[ \u3000（(·第])")
_REGULATION: Final = re.compile(
    r"(?:条例|规定|办法|细则|规则|章程|决定|通则)(?:[（(][^）)]*[）)])?(?=$|[ \u3000第])"
)
_INTERPRETATION: Final = re.compile(r"^最高人民(?:法院|检察院)|的(?:解释|批复)(?:[（(].*)?$")


def weights(reader: Reader, words: plans.Words) -> dict[str, float]:
    """问题里各词、各二元组的分量：越少见越重；库里没有的也算，它没着落就是没答上。"""
    meant = [word for word in words.words if word not in plans.STOP]
    found = _rarity(reader, "body", meant)
    for value, weight in _rarity(reader, "body_pairs", words.pairs).items():
        found[value] = max(found.get(value, 0.0), weight)
    return found


def _rarity(reader: Reader, name: str, values: Sequence[str]) -> dict[str, float]:
    size = max(reader.size("passages"), 1)
    counts = reader.frequency("passages", name, values)
    return {value: math.log(1 + size / (count + 1)) for value, count in zip(values, counts, strict=True)}


def _sum(weighed: Mapping[str, float], content: str) -> float:
    return sum([weight for value, weight in weighed.items() if value in content])


def coverage(weighed: Mapping[str, float], content: str) -> float:
    """份额：问题的分量有多少落在这段文字里，0—1；content 须已统一字形。"""
    total = sum(weighed.values())
    return _sum(weighed, content) / total if total else 0.0


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


@lru_cache(maxsize=4096)
def heading(title: str) -> tuple[str, float, float, float]:
    """出处：标题去掉条号，以及是否法典、司法解释、法规规章（1 或 0）。

    百姓的问题多由法典和法律直接回答，司法解释与法规是补充；不像法的标题三项都是 0。
    """
    plain = _ARTICLE.sub("", text.normal(title))
    if _INTERPRETATION.search(plain):
        return plain, 0.0, 1.0, 0.0
    return plain, float(bool(_CODE.search(plain))), 0.0, float(bool(_REGULATION.search(plain)))


@dataclass(frozen=True, slots=True)
class Question:
    """理解了的问题：words、pairs 各词与二元组的分量，written 由百姓说法换成的公文用语的分量。"""

    plain: str
    words: dict[str, float]
    pairs: dict[str, float]
    written: dict[str, float]
    laws: dict[str, tuple[float, float]] = field(default_factory=dict)

    def of_law(self, law: str) -> tuple[float, float]:
        """问题落在出处名称里的份额，与最长的一截；同一部法的各条只算一次。"""
        if law not in self.laws:
            self.laws[law] = coverage(self.words, law), together(self.plain, law) / LONGEST
        return self.laws[law]

    @classmethod
    def understood(cls, reader: Reader, words: plans.Words) -> Question:
        meant = [word for word in words.words if word not in plans.STOP]
        return cls(
            words.plain,
            _rarity(reader, "body", meant),
            _rarity(reader, "body_pairs", words.pairs),
            _rarity(reader, "body", words.written()),
        )


def features(question: Question, found: Found, best: float, title: str, part: str) -> tuple[float, ...]:
    """各项数值，次序同 FEATURES；part 为这一段的文字。"""
    law, code, interpretation, regulation = heading(title)
    part = text.normal(part)
    titled, run = question.of_law(law)
    total = sum(question.words.values()) or 1.0
    inside = {word: weight for word, weight in question.words.items() if word in part}
    sentences = _SENTENCE.findall(part)
    fullest = max([_sum(inside, sentence) for sentence in sentences], default=0.0)
    length = math.log(len(part) + 10)
    return (
        found.score / best,
        coverage(question.pairs, part),
        titled,
        coverage(question.written, f"{law} {part}") if question.written else 0.0,
        fullest / total,
        _sum(inside, part[:FIRST]) / total,
        run,
        length,
        length * length / 5,
        code,
        interpretation,
        regulation,
    )


def texts(found: Sequence[Found]) -> dict[str, tuple[str, str]]:
    """各件的标题与所在一段；只取这一段，不把整部法读进来。已撤下的没有。"""
    if not found:
        return {}
    # 每件取的起止不同；用 Django 的 Case 写，光拼语句就要二十毫秒。
    places = ", ".join(["(%s, %s, %s)"] * len(found))
    statement = (
        f"WITH wanted(key, first, size) AS (VALUES {places}) "  # noqa: S608 只拼占位符
        "SELECT d.key, d.title, substr(d.body, wanted.first, wanted.size) "
        f"FROM wanted JOIN {SearchDocument._meta.db_table} d ON d.key = wanted.key WHERE d.published"
    )
    values = [value for each in found for value in (each.key, each.start + 1, each.end - each.start)]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {key: (title, part) for key, title, part in cursor.fetchall()}


def rerank(found: Sequence[Found], reader: Reader, words: plans.Words) -> list[Found]:
    """重排前 TOP 件；found 一件一段，按检索得分排好。"""
    if not found:
        return []
    first, rest = found[:TOP], found[TOP:]
    question, best = Question.understood(reader, words), first[0].score or 1.0
    pieces = texts(first)

    def score(each: Found) -> float:
        values = features(question, each, best, *pieces.get(each.key, ("", "")))
        return sum(weight * value for weight, value in zip(WEIGHTS, values, strict=True))

    return [*sorted(first, key=score, reverse=True), *rest]
