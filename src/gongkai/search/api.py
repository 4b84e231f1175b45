"""检索与问答的接口：与网页同一套，条件和结果相同。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from . import answers, shapes
from .backends.base import Unavailable
from .correction import suggestions
from .memory import hot_words
from .queries import LAST_PAGE, MAX_QUERY, Criteria, search

router = Router(tags=["检索"])
LARGEST = 50


class SearchIn(Schema):
    """查找的条件：q 词语、问句或文号；其余为筛选项，空着的不作条件；order 为 date 时按日期。"""

    q: str = Field("", max_length=MAX_QUERY)
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
    order: str = ""
    page: int = Field(1, ge=1, le=LAST_PAGE)
    size: int = Field(10, ge=1, le=LARGEST)


class Piece(Schema):
    """一截文字：hit 为真的是查到的词。"""

    text: str
    hit: bool


class DocumentOut(Schema):
    """条目。"""

    key: str
    title: str
    url: str
    numbers: list[str]
    organisation: str
    sites: list[str]
    columns: list[str]
    kind: str
    theme: str
    validity: str
    date: date | None


class HitOut(DocumentOut):
    """一条结果：pinned 为置顶，exact 为文号相符。"""

    score: float
    pinned: bool
    exact: bool
    title_pieces: list[Piece]
    extract: list[Piece]


class FacetOut(Schema):
    """筛选项的一个值：名称与件数。"""

    value: str
    label: str
    count: int


class SearchOut(Schema):
    """一次查找：plan 所用的办法，suggestion 为“您是不是要找”。

    hidden 为没有列出的失效、废止件数，没有数的为 -1。
    """

    query: str
    plan: str
    total: int
    page: int
    pages: int
    hidden: int
    suggestion: str
    corrected: bool
    facets: dict[str, list[FacetOut]]
    hits: list[HitOut]
    milliseconds: float


class QuoteOut(DocumentOut):
    """一处引文：clause 条款，text 原文，key_sentence 最切题的一句，place 到原处的链接。"""

    clause: str
    text: str
    key_sentence: str
    score: float
    place: str


class SourceOut(Schema):
    """编好的答复的依据。"""

    name: str
    url: str
    number: str
    clause: str


class KnownOut(Schema):
    """编好的答复：来自政策问答知识库，text 为答复的文字。"""

    key: str
    question: str
    url: str
    text: str
    organisation: str
    date: str | None
    valid_until: str | None
    sources: list[SourceOut]


class AnswerOut(Schema):
    """一次作答：known 为编好的答复（可无），quotes 为所引的原文；found 为假即没有找到。

    differ 为真时各文件所说的数字或日期不一样。
    """

    question: str
    found: bool
    confidence: float
    differ: bool
    phrased: str
    known: KnownOut | None
    quotes: list[QuoteOut]


@router.get("/search", response=SearchOut, summary="查找")
def search_records(request: HttpRequest, wanted: Query[SearchIn]) -> dict[str, Any]:
    """查找。错误：503——索引没有建立或不通。"""
    values = wanted.dict()
    query, order = values.pop("q"), values.pop("order")
    try:
        return shapes.results_as_data(search(Criteria(query=query, newest=order == "date", **values)))
    except Unavailable as error:
        raise HttpError(503, str(error)) from error


@router.get("/answer", response=AnswerOut, summary="作答")
def answer_question(
    request: HttpRequest, q: str = Query(..., min_length=1, max_length=MAX_QUERY)
) -> dict[str, Any]:
    """用公开信息的原文作答；够不上门槛的 found 为假。错误：503——索引没有建立或不通。"""
    try:
        return shapes.answer_as_data(answers.answer(q))
    except Unavailable as error:
        raise HttpError(503, str(error)) from error


@router.get("/suggest", response=list[str], summary="联想")
def suggest(request: HttpRequest, q: str = Query("", max_length=60)) -> list[str]:
    """联想：以这些字、拼音或声母开头的词；空着时给热词。"""
    return suggestions(q) if q.strip() else hot_words()
