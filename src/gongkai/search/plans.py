"""查询计划：短查找要求全部的词、看重标题与词组；长问句任一词即可、看重正文与二元组；文号单走一路。"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from . import text
from .backends.base import AllOf, AnyOf, Best, Phrase, Query, Reader, Term

LONG: Final = 14  # 统一后超过这么多字，按长问句查
_ASKING: Final = re.compile(
    r"[?？吗呢]|什么|如何|怎么|怎样|哪些|哪里|哪个|哪儿|是否|能否|能不能|可不可以|可以.*么|多少|多久|几天|为何|谁"
)
# 问句里不指内容的词；索引里不去掉，只在长问句里不查。
STOP: Final = frozenset((text.DATA / "stop.txt").read_text(encoding="utf-8").split())
# 长问句各项的权；在开发用的一半问题上调得，见 docs/benchmarks.md。
WORD, PAIR, TITLE = 1.0, 0.8, 0.15
PLAIN: Final = 1.5
# 百姓问的多是民事：出自民法典的先取回来，再由 ranking 看内容定次序。
BASIC, BASIC_WEIGHT = "民法典", 2.5
COMMON: Final = 0.25  # 四分之一以上的段落都有的词，分不出高下，不查
SYNONYM: Final = 0.6
PLENTY: Final = 10_000
CITED, NUMBERED = 5.0, 100.0


@cache
def plain_words() -> dict[str, tuple[str, ...]]:
    """百姓说法到公文用语：问句里有前者，也按后者查。"""
    lines = (text.DATA / "plain.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {row[0]: whole(row[1:]) for row in rows}


def whole(meant: Iterable[str]) -> tuple[str, ...]:
    """公文用语切成的整词：长词里的短词到处都有，查了反而淹没要找的。"""
    cutter = text.any_segmenter()
    return tuple(dict.fromkeys(word for each in meant for word in cutter.cut(text.normal(each))))


@dataclass(frozen=True, slots=True)
class Words:
    """切好的查找文字：plain 统一后的原句，words 全部的词，least 其中最短的（不含别的词），pairs 二元组；

    lay 为办公室另加的百姓说法。
    """

    plain: str
    words: tuple[str, ...]
    least: tuple[str, ...]
    pairs: tuple[str, ...]
    lay: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def written(self) -> list[str]:
        """百姓说法换成的公文用语；只有一个字的说法须是切出来的词（“广告”里的“告”不算）。"""
        found: dict[str, None] = {}
        for spoken, meant in plain_words().items():
            if spoken in self.words if len(spoken) == 1 else spoken in self.plain:
                found |= dict.fromkeys(meant)
        for spoken, meant in self.lay.items():
            if spoken in self.plain:
                found |= dict.fromkeys(whole(meant))
        return list(found)

    @property
    def is_long(self) -> bool:
        """长问句：像在提问，或字多而不止三个词。"""
        size = len(re.sub(r"\W", "", self.plain))
        asking = _ASKING.search(self.plain) is not None
        return size > LONG and len(self.least) > 3 or asking


def cut(query: str, dictionary: tuple[str, ...]) -> Words:
    """切开查找的文字；查询与索引用同一份词典。"""
    plain = text.normal(query)
    found = list(dict.fromkeys(text.segmenter(dictionary).words(plain)))
    least = [word for word in found if not any(other != word and other in word for other in found)]
    meant = [word for word in least if word not in STOP] or least
    pairs = [pair for pair in dict.fromkeys(text.bigrams(plain)) if pair not in STOP]
    return Words(plain, tuple(found), tuple(meant), tuple(pairs))


def by_number(numbers: list[str], rest: Words) -> Query:
    """文号：本文号的在最前，引用它的在后；剩下的词只影响次序。"""
    own = tuple(Term("number", number, NUMBERED) for number in numbers)
    cited = tuple(Term("cites", number, CITED) for number in numbers)
    bonus = tuple(Term("title", word) for word in rest.least)
    return AllOf((AnyOf((Best(own), Best(cited))),), bonus)


def short(
    words: Words, synonyms: Mapping[str, tuple[tuple[str, ...], ...]], reader: Reader | None = None
) -> Query:
    """短查找：每个词都要有（同义词也算），标题权重大，词组连着出现的加分。"""
    whole_word = words.plain.strip()
    if reader is not None and whole_word in words.words and not synonyms.get(whole_word):
        # 整个查找词是词典里的一个词，已有上万件：拆开来凑的只会添乱，也慢。库里不到一万件的不必问。
        if (
            reader.size("documents") >= PLENTY
            and reader.frequency("documents", "body", [whole_word])[0] >= PLENTY
        ):
            return AnyOf((Term("title", whole_word, 3.0), Term("body", whole_word)))
    if len(words.words) == 1 and words.plain.strip() == words.least[0] and not synonyms.get(words.least[0]):
        # 只有一个词：几个词项平着列，引擎才能跳着取前几名，不必给几十万件都打分。
        return _one(words.least[0], synonyms)
    parts = tuple(_one(word, synonyms) for word in words.least)
    bonus: list[Query] = [Term("title", word, 2.0) for word in words.words if word not in words.least]
    if words.plain.strip() in words.words:
        # 整个查找词就是词典里的一个词：它自己就说明连着出现，不必再查词组（到处都有的词，查词组很慢）。
        bonus.append(Term("body", words.plain.strip(), 1.5))
    elif len(words.words) > 1:
        bonus += [Phrase("title", words.words, 4.0), Phrase("body", words.words, 1.5)]
    whole = _whole(words, synonyms)
    return AllOf(parts, tuple(bonus)) if not whole else AnyOf((AllOf(parts, tuple(bonus)), *whole))


def _one(word: str, synonyms: Mapping[str, tuple[tuple[str, ...], ...]]) -> Query:
    fields: tuple[Query, ...] = (Term("title", word, 3.0), Term("body", word))
    if len(word) == 1:
        fields = (*fields, Term("title_pairs", word))
    choices: list[Query] = [AnyOf(fields)]
    for other in synonyms.get(word, ()):
        choices.append(_sequence(other, SYNONYM))
    return choices[0] if len(choices) == 1 else Best(tuple(choices))


def _sequence(words: tuple[str, ...], weight: float) -> Query:
    return AnyOf((Phrase("title", words, 3.0 * weight), Phrase("body", words, weight)))


def _whole(words: Words, synonyms: Mapping[str, tuple[tuple[str, ...], ...]]) -> tuple[Query, ...]:
    # 整个查找词是一个多词的同义词（如“一网通办”），按它的同义词整组换。
    if len(words.least) < 2:
        return ()
    return tuple(_sequence(other, SYNONYM) for other in synonyms.get(words.plain.strip(), ()))


def counting(words: Words, reader: Reader) -> Query:
    """长问句的总数与筛选计数：正文含有其中最少见的两个词的才算，用于 documents 表，不管名次。"""
    counts = zip(reader.frequency("documents", "body", words.least), words.least, strict=True)
    rarest = [word for _count, word in sorted((c, w) for c, w in counts if c)][:2]
    return AllOf(tuple(Term("body", word, 0.0) for word in rarest or words.least[:1]))


def loose(words: Words, synonyms: Mapping[str, tuple[tuple[str, ...], ...]]) -> Query:
    """放宽：任一词即可，用于 documents 表。"""
    return AnyOf(tuple(_one(word, synonyms) for word in words.least))


def long(words: Words, reader: Reader, synonyms: Mapping[str, tuple[tuple[str, ...], ...]]) -> Query | None:
    """长问句：任一词或二元组，用于 passages 表；到处都有的词不查。没有可查的词返回 None。"""
    limit = max(reader.size("passages") * COMMON, 50)
    parts: list[Query] = []
    meant = [word for word in words.words if word not in STOP]
    for name, values, weight in (
        ("body", meant, WORD),
        ("body_pairs", list(words.pairs), PAIR),
        ("title", meant, TITLE),
    ):
        counts = reader.frequency("passages", name, values)
        parts += [
            Term(name, value, weight)
            for value, count in zip(values, counts, strict=True)
            if 0 < count <= limit
        ]
    for word in meant:
        for other in synonyms.get(word, ()):
            parts += [Term("body", each, SYNONYM / len(other)) for each in other]
    have = {part.value for part in parts if isinstance(part, Term)}
    parts += [Term("body", each, PLAIN) for each in words.written() if each not in have]
    if not parts:
        return None
    if any(reader.frequency("passages", "title", [BASIC])):
        parts.append(Term("title", BASIC, BASIC_WEIGHT))
    return AnyOf(tuple(parts))
