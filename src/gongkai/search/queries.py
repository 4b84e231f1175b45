"""一网通查：按查询计划取结果，与库核对，配上摘要、筛选计数、置顶和更正。"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from gongkai.core.inputs import is_number
from gongkai.core.models import Organisation

from . import extracts, numbers, plans, ranking, text
from .backends.base import FACETS, AllOf, AnyOf, Dates, Found, Query, Reader, Request, Term, Unavailable
from .backends.select import backend, reader
from .extracts import Piece
from .models import DEAD, Generation, Pin, SearchDocument, Synonym, Validity
from .rows import day_number

SIZE: Final = 10
LAST_PAGE: Final = 100
CANDIDATES: Final = 150
MANY: Final = 100_000
EARLY: Final = 5  # 前几页可以多取一些再去掉失效废止的，更后面的照常逐件算
COUNT_HIDDEN: Final = 10_000  # 结果超过这么多件，不再数没有列出的有几件
UNCOUNTED: Final = -1
MAIN_FACETS: Final = ("organisation", "kind", "year")
MAX_QUERY: Final = 200


@dataclass(frozen=True, slots=True)
class Criteria:
    """查找的条件：各筛选项为空即不限；dead 为真时含已失效、废止的；newest 为真时按日期排。"""

    query: str = ""
    organisation: str = ""
    site: str = ""
    column: str = ""
    kind: str = ""
    theme: str = ""
    year: str = ""
    validity: str = ""
    since: date | None = None
    until: date | None = None
    dead: bool = False
    newest: bool = False
    page: int = 1
    size: int = SIZE


@dataclass(frozen=True, slots=True)
class Hit:
    """一条结果：条目、标红的标题、摘要；pinned 为置顶，exact 为文号相符。"""

    document: SearchDocument
    title: list[Piece]
    extract: list[Piece]
    score: float = 0.0
    pinned: bool = False
    exact: bool = False


@dataclass(slots=True)
class Results:
    """一次查找的结果。

    plan 为所用的计划（number、short、long、loose、browse）；suggestion 为“您是不是要找”；corrected 为真时
    结果已按 suggestion 查；hidden 为没有显示的失效、废止件数（没有数的为 −1）。
    """

    criteria: Criteria
    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    facets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    plan: str = "short"
    suggestion: str = ""
    corrected: bool = False
    hidden: int = 0
    took: float = 0.0

    @property
    def pages(self) -> int:
        """页数，至多 100 页。"""
        return min(LAST_PAGE, -(-self.total // self.criteria.size))


@dataclass(frozen=True, slots=True)
class Live:
    """使用中的一代：读者与它的词典。"""

    reader: Reader
    words: tuple[str, ...]


def live() -> Live:
    """使用中的一代。错误：Unavailable——还没有建过索引。"""
    chosen = backend().name
    found = Generation.objects.filter(backend=chosen, state=Generation.State.CURRENT).first()
    if found is None:
        raise Unavailable("检索索引还没有建立；请运行 gongkai rebuild，或启动后台进程（gongkai worker）")
    return Live(reader(found.name), tuple(found.words))


def synonyms(
    words: tuple[str, ...], extra: tuple[tuple[str, ...], ...] = ()
) -> dict[str, tuple[tuple[str, ...], ...]]:
    """同义词：词到其余各词（切开的）；extra 为还没有保存、先看效果的各组。"""
    cutter = text.segmenter(words)
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    rows = [*Synonym.objects.values_list("words", "one_way"), *((group, False) for group in extra)]
    for group, one_way in rows:
        for word in group[:1] if one_way else group:
            others = tuple(tuple(cutter.words(other)) for other in group if other != word)
            found[word] = found.get(word, ()) + others
    return found


def clauses_of(key: str) -> set[str]:
    """一件里有哪些条；没有收着、不分条的为空。"""
    body = SearchDocument.objects.filter(key=key, published=True).values_list("body", flat=True).first()
    return {name for _place, name in text.clauses(body or "")}


def lay() -> dict[str, tuple[str, ...]]:
    """办公室另加的百姓说法到公文用语；自带的在 plans.plain_words。"""
    rows = Synonym.objects.filter(one_way=True).values_list("words", flat=True)
    return {words[0]: tuple(words[1:]) for words in rows}


def _filters(criteria: Criteria, *, dead: bool) -> AllOf | None:
    parts: list[Query] = [Term(name, value, 0.0) for name in FACETS if (value := getattr(criteria, name))]
    if criteria.since or criteria.until:
        last = day_number(criteria.until) if criteria.until else None
        parts.append(Dates(day_number(criteria.since), last))
    excluded = () if dead or criteria.validity else tuple(Term("validity", value) for value in DEAD)
    return AllOf(tuple(parts), excluded=excluded) if parts or excluded else None


def only_alive() -> AllOf:
    """只要没有失效、废止的。"""
    return AllOf((), excluded=tuple(Term("validity", value) for value in DEAD))


def within(query: Query, filters: AllOf | None) -> Query:
    if filters is None:
        return query
    return AllOf((query, *filters.parts), excluded=filters.excluded)


@dataclass(frozen=True, slots=True)
class _Asked:
    """理解了的查找。"""

    plan: str
    words: plans.Words
    numbers: list[str]
    query: Query | None


def _understand(live_: Live, criteria: Criteria, known: dict[str, tuple[tuple[str, ...], ...]]) -> _Asked:
    from .backends.base import Everything

    typed = criteria.query.strip()[:MAX_QUERY]
    if not typed:
        return _Asked("browse", plans.Words("", (), (), ()), [], Everything())
    asked, rest = numbers.asked(typed)
    if asked:
        words = plans.cut(rest, live_.words)
        return _Asked("number", words, asked, plans.by_number(asked, words))
    words = plans.cut(typed, live_.words)
    if not words.least:
        return _Asked("short", words, [], None)
    if words.is_long:
        words = replace(words, lay=lay())
        return _Asked("long", words, [], plans.counting(words, live_.reader))
    return _Asked("short", words, [], plans.short(words, known, live_.reader))


def search(criteria: Criteria, *, extra: tuple[tuple[str, ...], ...] = (), pins: bool = True) -> Results:
    """查找。参数：extra 为试看效果的同义词组；pins 为假时不置顶。错误：Unavailable——索引没有或不通。

    次序：文号、全部的词、任一词、更正后再查；失效、废止的缺省不显示，指明文号或选了有效性时显示。
    """
    started = time.perf_counter()
    current = live()
    known = synonyms(current.words, extra)
    asked = _understand(current, criteria, known)
    results = Results(criteria, plan=asked.plan)
    if asked.query is not None:
        _run(current, results, asked, known)
    if not results.total and asked.numbers:
        # 没有这个文号，也许只是文字里有数字：按文字再查。
        words = plans.cut(criteria.query, current.words)
        if words.least:
            asked = _Asked("short", words, [], plans.short(words, known, current.reader))
        _run(current, results, asked, known)
    if not results.total and asked.plan in ("short", "long") and asked.words.least:
        _relax(current, results, asked, known, correcting=not numbers.asked(criteria.query)[0])
    if pins:
        _pin(results, asked)
    results.took = time.perf_counter() - started
    return results


def _run(current: Live, results: Results, asked: _Asked, known: dict[str, Any]) -> None:
    criteria = results.criteria
    dead = criteria.dead or bool(asked.numbers)
    filters = _filters(criteria, dead=dead)
    size = criteria.size
    offset = (min(max(criteria.page, 1), LAST_PAGE) - 1) * size
    assert asked.query is not None  # noqa: S101 只在有查询时调用
    ranked = _ranked(current, asked, filters, known) if asked.plan == "long" and not criteria.newest else None
    request = Request(
        "documents",
        within(asked.query, filters),
        facets=_countable(current.reader, asked),
        newest_first=criteria.newest or asked.plan == "browse",
        offset=offset,
        limit=size,
    )
    if ranked is None and _is_flat(asked.query, filters) and not criteria.newest and criteria.page <= EARLY:
        wanted = Request("documents", asked.query, limit=(offset + size) * 2 + 20, counted=False)
        top = current.reader.search(wanted).hits
        ranked = _alive(top)
        if len(top) == wanted.limit and len(ranked) < offset + size:
            # 失效、废止的占了多半，多取的还不够：照常逐件算。
            ranked = None
    if ranked is not None:
        request = replace(request, limit=0, offset=0)
    answer = current.reader.search(request)
    hits = list(answer.hits) if ranked is None else ranked[offset : offset + size]
    results.plan = asked.plan
    results.total = max(answer.total, len(ranked) if asked.plan == "long" and ranked else 0)
    results.facets = _facets(answer.facets)
    results.hits, lost = _checked(hits, asked)
    results.total -= lost
    if filters and filters.excluded and (asked.plan == "long" or answer.total > COUNT_HIDDEN):
        results.hidden = UNCOUNTED
    elif filters and filters.excluded:
        # 只数失效、废止的：件数少，比全部数一遍再减快得多。
        gone = AllOf((asked.query, *filters.parts, AnyOf(filters.excluded)))
        results.hidden = current.reader.search(Request("documents", gone, limit=0)).total


def passages(reader: Reader, query: Query, filters: AllOf | None) -> list[Found]:
    """段落：按得分取前 CANDIDATES 段。

    只差不要失效、废止的时候，先不限定、取回来再去掉：不带限定的才能跳着取，快几倍。
    """
    plain = filters is None or not filters.parts
    request = Request("passages", query if plain else within(query, filters), limit=CANDIDATES, counted=False)
    hits = reader.search(request).hits
    return _alive(hits) if plain and filters is not None else list(hits)


def _alive(hits: Iterable[Found]) -> list[Found]:
    """去掉失效、废止的。"""
    hits = list(hits)
    rows = SearchDocument.objects.filter(key__in={found.key for found in hits}, validity__in=DEAD)
    dead = set(rows.values_list("key", flat=True))
    return [found for found in hits if found.key not in dead]


def _is_flat(query: Query, filters: AllOf | None) -> bool:
    """平列的几个词项，又没有别的条件：可以先取前几名、再去掉失效废止的，比逐件打分快得多。"""
    flat = isinstance(query, AnyOf) and all(isinstance(part, Term) for part in query.parts)
    return flat and filters is not None and not filters.parts


def _countable(reader: Reader, asked: _Asked) -> tuple[str, ...]:
    """要计数的筛选项：结果可能有几十万条时只数主要的三项，缩小之后再数其余。"""
    if reader.size("documents") <= MANY:
        return FACETS
    counts = reader.frequency("documents", "body", asked.words.least)
    if asked.plan == "short" and min(counts, default=MANY + 1) <= MANY or asked.numbers:
        return FACETS
    return MAIN_FACETS


def _ranked(current: Live, asked: _Asked, filters: AllOf | None, known: dict[str, Any]) -> list[Found] | None:
    """长问句：按段落取，一件只取最好的一段。"""
    query = plans.long(asked.words, current.reader, known)
    if query is None:
        return None
    best: dict[str, Found] = {}
    for found in passages(current.reader, query, filters):
        best.setdefault(found.key, found)
    return ranking.rerank(list(best.values()), current.reader, asked.words)


def _relax(
    current: Live, results: Results, asked: _Asked, known: dict[str, Any], *, correcting: bool
) -> None:
    """没有查到：任一词即可；还没有就更正；都标明，不让人以为是照原样查的。"""
    from .correction import correct

    suggestion = correct(results.criteria.query) if correcting else ""
    query = plans.loose(asked.words, known)
    pairs = tuple(Term("title_pairs", pair, 0.5) for pair in asked.words.pairs)
    if pairs:
        query = AnyOf((query, *pairs))
    _run(current, results, replace(asked, plan="loose", query=query), known)
    if not suggestion:
        return
    results.suggestion = suggestion
    if not results.total:
        criteria = replace(results.criteria, query=suggestion)
        again = _understand(current, criteria, known)
        if again.query is not None:
            _run(current, results, again, known)
            results.corrected = bool(results.total)


def _checked(hits: list[Found], asked: _Asked) -> tuple[list[Hit], int]:
    """与库核对：已撤下的不显示（索引可能还没跟上）；返回结果与去掉的件数。"""
    keys = [found.key for found in hits]
    documents = {
        document.key: document
        for document in SearchDocument.objects.filter(key__in=keys, published=True).select_related(
            "organisation"
        )
    }
    words = [word for word in asked.words.words if word not in plans.STOP] or list(asked.words.words)
    made = []
    for found in hits:
        document = documents.get(found.key)
        if document is not None:
            made.append(_hit(document, words, found, exact=bool(set(asked.numbers) & set(document.numbers))))
    return made, len(hits) - len(made)


def _hit(
    document: SearchDocument, words: list[str], found: Found, *, exact: bool = False, pinned: bool = False
) -> Hit:
    pieces = extracts.extract(document.body, words, start=found.start, end=found.end)
    return Hit(document, extracts.marked(document.title, words), pieces, found.score, pinned, exact)


def _pin(results: Results, asked: _Asked) -> None:
    normal = text.normal(results.criteria.query).strip()
    pin = Pin.objects.filter(normal=normal).first() if normal and results.criteria.page == 1 else None
    if pin is None:
        return
    found = SearchDocument.objects.filter(key__in=pin.keys, published=True).select_related("organisation")
    documents = {document.key: document for document in found}
    words = list(asked.words.words)
    top = [_hit(documents[key], words, Found(key, 0.0), pinned=True) for key in pin.keys if key in documents]
    rest = [hit for hit in results.hits if hit.document.key not in documents]
    shown = {hit.document.key for hit in results.hits}
    results.total += (
        sum(1 for key in documents if key not in shown) if len(results.hits) == results.total else 0
    )
    results.hits = (top + rest)[: max(results.criteria.size, len(top))]


def _facets(counted: dict[str, list[tuple[str, int]]]) -> dict[str, list[dict[str, Any]]]:
    """筛选项：值、名称、件数；单位按组织树的次序取名称，年度新的在前。"""
    ids = [int(value) for value, _count in counted.get("organisation", []) if is_number(value)]
    names = dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    found: dict[str, list[dict[str, Any]]] = {}
    for name, pairs in counted.items():
        rows = []
        for value, count in pairs:
            label: Any = value
            if name == "organisation":
                label = names.get(int(value)) if is_number(value) else None
            elif name == "validity":
                label = Validity(value).label if value in Validity.values else None
            if label:
                rows.append({"value": value, "label": str(label), "count": count})
        if name == "year":
            rows.sort(key=lambda row: row["value"], reverse=True)
        found[name] = rows
    return found
