"""OpenSearch 后端：发出的请求与记下的样本逐字相同，回答能读懂，出错不泄露口令。"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client

from gongkai.search import indexer
from gongkai.search.backends import opensearch, select
from gongkai.search.backends.base import (
    AllOf,
    AnyOf,
    Best,
    Dates,
    Everything,
    Phrase,
    Request,
    Term,
    Unavailable,
)
from gongkai.search.models import Generation
from gongkai.search.queries import Criteria, search

CONTRACT = Path(__file__).parent / "contract"


class Server:
    """记下请求、按样本回答的服务器。"""

    def __init__(self, replies: dict[str, Any]) -> None:
        self.replies, self.seen = replies, []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        text = request.content.decode()
        is_lines = request.headers.get("content-type") == "application/x-ndjson"
        body: Any = (
            [json.loads(line) for line in text.splitlines()] if is_lines else json.loads(text or "null")
        )
        path = request.url.raw_path.decode()
        self.seen.append({"method": request.method, "path": path, "body": body})
        for prefix, reply in self.replies.items():
            if f"{request.method} {path}".startswith(prefix):
                return reply if isinstance(reply, httpx.Response) else httpx.Response(200, json=reply)
        return httpx.Response(404, json={"error": "index_not_found_exception"})


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Server]]:
    def start(**replies: Any) -> Server:
        settings.SEARCH_URL, settings.SEARCH_PREFIX = "https://user:secret@search.example:9200", "gk"
        select.forget()
        made = Server(replies)
        real = opensearch.OpenSearch

        def build(url: str, prefix: str) -> Any:
            return real(url, prefix, httpx.MockTransport(made))

        monkeypatch.setattr(opensearch, "OpenSearch", build)
        return made

    yield start
    select.forget()


def recorded(name: str) -> Any:
    return json.loads((CONTRACT / f"{name}.json").read_text(encoding="utf-8"))


ANSWER = recorded("answer")
WORDS = recorded("words")


def test_indexing_sends_the_recorded_requests(server: Any, put: Any) -> None:
    seen = server(
        **{"PUT /gk-": {}, "POST /_bulk": {"errors": False}, "POST /gk-": {}, "POST /_aliases": {}}
    ).seen
    put(
        1,
        "节约用水通知",
        "第一条 请节约用水。",
        numbers=("临水〔2024〕1号",),
        date=date(2024, 5, 1),
        theme="节水",
    )
    put(2, "撤下的通知")
    from django.db import transaction

    from gongkai.search import actions

    with transaction.atomic():
        actions.withdraw("test.item:2")
    indexer.index_now()
    name = Generation.objects.get().name
    text = json.dumps(seen, ensure_ascii=False).replace(name, "GENERATION")
    assert json.loads(text) == recorded("indexing")


QUERIES = [
    Request("documents", Term("title", "水", 3.0), facets=("kind", "year")),
    Request("documents", Term("kind", "通知", 0.0), newest_first=True, offset=10, limit=5),
    Request("documents", Phrase("body", ("节约", "用水"), 1.5), limit=0),
    Request("passages", AnyOf((Term("body", "水"), Term("body_pairs", "用水", 0.7)), 2), counted=False),
    Request(
        "documents",
        AllOf(
            (Best((Term("title", "甲"), Phrase("title", ("乙",)))), Dates(20240101, 20241231)),
            (Term("title", "丙"),),
            (Term("validity", "repealed"),),
        ),
    ),
    Request("documents", AllOf((Everything(), Dates(None, 20241231)))),
]


def test_queries_are_as_recorded() -> None:
    assert [opensearch.search_body(request) for request in QUERIES] == recorded("queries")


def test_a_page_reads_the_answers(server: Any, put: Any, some: Any) -> None:
    Generation.objects.create(backend="opensearch", state="current", words=[])
    table = f"/gk-{Generation.objects.get(backend='opensearch').name}-documents"
    server(**{f"POST {table}/_search": ANSWER, f"GET {table}/_count": {"count": 6}})
    results = search(Criteria("阶梯水价"))
    assert [hit.document.key for hit in results.hits] == ["test.item:3"] and results.total == 1
    assert results.facets["theme"] == [{"value": "水价", "label": "水价", "count": 1}]


def test_word_counts_come_in_one_request(server: Any) -> None:
    seen = server(**{"POST /gk-g1-passages/_search": WORDS}).seen
    backend = select.backend
    assert backend().reader("g1").frequency("passages", "body", ["水", "价"]) == [7, 2]
    assert len(seen) == 1 and backend().reader("g1").frequency("passages", "body", []) == []


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_failing_server_gives_a_clear_page_without_the_password(
    server: Any, some: Any, status: int
) -> None:
    Generation.objects.create(backend="opensearch", state="current", words=[])
    server(**{"POST": httpx.Response(status, text="secret")})
    response = Client().get("/search/", {"q": "水价"})
    page = response.content.decode()
    assert response.status_code == 503 and "暂时不可用" in page and "secret" not in page
    with pytest.raises(Unavailable) as caught:
        search(Criteria("水价"))
    assert "secret" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_partly_refused_batch_is_done_again(server: Any, put: Any) -> None:
    from gongkai.search.models import Outbox

    server(**{"PUT /gk-": {}, "POST /_bulk": {"errors": True}, "POST /gk-": {}, "POST /_aliases": {}})
    put(1, "通知")
    with pytest.raises(Unavailable, match="重做"):
        indexer.index_now()
    assert Outbox.objects.filter(applied_at=None).count() >= 1


def test_the_alias_moves_from_the_old_generation_at_once(server: Any) -> None:
    seen = server(
        **{
            "GET /_alias/gk-documents": {"gk-g1-documents": {}},
            "GET /_alias/gk-passages": {"gk-g1-passages": {}},
            "POST /_aliases": {},
        }
    ).seen
    select.backend().switch("g2")
    assert seen[-1]["body"]["actions"] == [
        {"remove": {"index": "gk-g1-documents", "alias": "gk-documents"}},
        {"add": {"index": "gk-g2-documents", "alias": "gk-documents"}},
        {"remove": {"index": "gk-g1-passages", "alias": "gk-passages"}},
        {"add": {"index": "gk-g2-passages", "alias": "gk-passages"}},
    ]
