"""一网通答：只引原文作答——哪份文件、第几条第几款、文号、是否有效、到原处的链接；够不上就说没有找到。"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote as encode

from . import extracts, known, numbers, plans, queries, ranking, text
from .backends.base import Found
from .extracts import Piece
from .models import SearchDocument

# 问题里的内容有多大的份额在所引的一段里，才算答上；在开发用的一半问题上调得，见 docs/benchmarks.md。
THRESHOLD: Final = 0.55
CLOSE: Final = 0.85  # 别的来源达到最好的这个比例才并列
SOURCES: Final = 3
CANDIDATES: Final = 30
_SENTENCE: Final = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
_FIGURE: Final = re.compile(
    r"\d+(?:[.,]\d+)*\s*(?:%|％|‰|万|亿|千|百)?[元日天年月周个小时分钟秒倍米吨升户人份条款项家次折]*"
    r"|[零〇一二两三四五六七八九十百千万亿半]{1,9}(?:个工作日|个月|个小时|小时|工作日|日内|[元日天年月周倍%米吨份家次]|分之)"
)


@dataclass(frozen=True, slots=True)
class Quote:
    """一处引文：document 文件，clause 条款（如“第三条第二款”，没有为空），text 原文，key 最切题的一句。"""

    document: SearchDocument
    clause: str
    text: str
    key: str
    score: float
    pieces: list[Piece]

    @property
    def url(self) -> str:
        """到原处的链接：网页支持时直接滚到所引的一句并标出。"""
        first = re.sub(r"\s+", " ", self.key).strip()[:24]
        # 连字符在文字片段里另有含义，须转义。
        fragment = encode(first, safe="").replace("-", "%2D")
        return f"{self.document.url}#:~:text={fragment}" if first else self.document.url


@dataclass(slots=True)
class Answer:
    """答复：known 为编好的答复（可无），quotes 为所引的原文；两样都没有即没有找到。

    differ 为真时各文件所说的数字、日期不一样；phrased 为说顺的话（可无）。
    """

    question: str
    quotes: list[Quote] = field(default_factory=list)
    known: known.Known | None = None
    differ: bool = False
    best: float = 0.0
    phrased: str = ""

    @property
    def found(self) -> bool:
        return bool(self.quotes) or self.known is not None


def answer(question: str, *, threshold: float = THRESHOLD, phrase: bool = False) -> Answer:
    """作答。参数：threshold 为门槛（0—1）；phrase 为真且设了接口时试着把引文说顺。错误：Unavailable。"""
    made = Answer(question.strip()[: queries.MAX_QUERY])
    made.known = known.find(made.question)
    current = queries.live()
    asked, _rest = numbers.asked(made.question)
    words = replace(plans.cut(made.question, current.words), lay=queries.lay())
    if not words.least:
        return made
    query = plans.long(words, current.reader, queries.synonyms(current.words))
    if query is None:
        return made
    hits = queries.passages(current.reader, query, queries.only_alive())[:CANDIDATES]
    weights = ranking.weights(current.reader, words)
    # 编好的答复已列在前面，它自己的页面不再引一遍。
    hits = [hit for hit in hits if made.known is None or hit.key != made.known.key]
    quotes = list(_quotes(hits, words, weights, asked))
    quotes.sort(key=lambda quote: -quote.score)
    made.best = quotes[0].score if quotes else 0.0
    made.quotes = _chosen(quotes, threshold)
    made.known = made.known or _known(made.quotes)
    made.quotes = [quote for quote in made.quotes if not known.is_known(quote.document.key)]
    made.differ = _differ(made.quotes)
    if phrase and made.quotes and made.known is None:
        from .phrasing import phrased

        made.phrased = phrased(made.question, [quote.text for quote in made.quotes]) or ""
    return made


def _quotes(
    hits: Iterable[Found], words: plans.Words, weights: dict[str, float], asked: list[str]
) -> Iterable[Quote]:
    hits = list(hits)
    found = SearchDocument.objects.filter(key__in={hit.key for hit in hits}, published=True)
    documents = {document.key: document for document in found.select_related("organisation")}
    top = hits[0].score if hits else 1.0
    for hit in hits:
        document = documents.get(hit.key)
        if document is None or hit.end > len(document.body):
            # 已撤下，或正文刚改过而索引还没跟上。
            continue
        part = document.body[hit.start : hit.end].strip()
        if not part:
            continue
        if asked and not set(asked) & set(document.numbers):
            continue
        share = ranking.coverage(weights, text.normal(f"{document.title} {part}"))
        sentences = _SENTENCE.findall(part) or [part]
        key = max(sentences, key=lambda each: ranking.coverage(weights, text.normal(each)))
        # 份额为主，检索得分为辅：份额相近时，检索名次靠前的更可能对。
        score = 0.7 * share + 0.3 * share * hit.score / top
        clause = clause_at(document.body, hit.start + max(document.body[hit.start : hit.end].find(key), 0))
        yield Quote(document, clause, part, key.strip(), score, extracts.marked(part, words.least))


def clause_at(body: str, place: int) -> str:
    """条款：正文这一处在第几条第几款；不在条里为空，一条只有一款的不写款。"""
    before = [(start, name) for start, name in text.clauses(body) if start <= place]
    if not before:
        return ""
    start, name = before[-1]
    following = [other for other, _name in text.clauses(body) if other > place]
    end = following[0] if following else len(body)
    # 一个自然段一款；以“（一）”起头的是项，不是款。
    lines = [
        match.start() + start
        for match in re.finditer(r"[^\n]+", body[start:end])
        if match.group().strip() and not re.match(r"\s*[（(][一二三四五六七八九十]+[)）]", match.group())
    ]
    if len(lines) < 2:
        return name
    count = sum(1 for line in lines if line <= place)
    return f"{name}第{_numeral(max(count, 1))}款"


def _numeral(number: int) -> str:
    digits = "零一二三四五六七八九十"
    if number <= 10:
        return digits[number]
    return f"十{digits[number - 10]}" if number < 20 else str(number)


def figures(content: str) -> set[str]:
    """文中的数字、金额、期限、日期，统一写法，供比较与核对。"""
    return {re.sub(r"[\s,]", "", match) for match in _FIGURE.findall(text.normal(content))}


def _chosen(quotes: list[Quote], threshold: float) -> list[Quote]:
    """取用的引文：够门槛的最好一处，以及别的文件里差不多好的。"""
    if not quotes or quotes[0].score < threshold:
        return []
    chosen: list[Quote] = []
    for quote in quotes:
        if quote.score < max(threshold, CLOSE * quotes[0].score) or len(chosen) >= SOURCES:
            break
        if all(quote.document.pk != other.document.pk and quote.text != other.text for other in chosen):
            chosen.append(quote)
    return chosen


def _known(quotes: list[Quote]) -> known.Known | None:
    """所引的里有编好的答复，就整条给出，不截一段。"""
    keys = (quote.document.key for quote in quotes if known.is_known(quote.document.key))
    return next((found for key in keys if (found := known.take(key)) is not None), None)


def _differ(quotes: list[Quote]) -> bool:
    """不一样：最切题的两句里都有数字或日期，而没有一个相同。"""
    sets = [found for quote in quotes if (found := figures(quote.key))]
    return any(not a & b for i, a in enumerate(sets) for b in sets[i + 1 :])
