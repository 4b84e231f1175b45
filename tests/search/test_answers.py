"""一网通答：条款、门槛、几处不一样、说顺的核对、接口不通不影响页面。"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from gongkai.search import indexer, memory, phrasing
from gongkai.search.answers import answer, clause_at, figures
from gongkai.search.models import NotFound
from gongkai.search.signals import unanswered
from gongkai.search.sources import WAYS
from gongkai.search.text import passages

Put = Callable[..., Any]
QUESTION = "因检修需要停水的，应当提前多少小时通知用户？"


def test_an_answer_quotes_the_clause_in_force(some: Put) -> None:
    made = answer(QUESTION)
    (quote,) = made.quotes
    assert quote.document.title == "临江市城市供水条例" and quote.clause == "第三条第一款"
    assert "24小时" in quote.text and "12小时" not in quote.text
    assert quote.text in quote.document.body
    assert quote.url.startswith("/x/1/#:~:text=")


def test_every_figure_of_an_answer_is_in_the_document(some: Put) -> None:
    for question in (QUESTION, "居民生活用水第一级水价每立方米多少元？", "未按规定通知停水的罚款多少？"):
        for quote in answer(question).quotes:
            assert quote.text in quote.document.body and quote.key in quote.text
            assert figures(quote.text) <= figures(quote.document.body)


def test_what_is_not_there_is_not_answered(some: Put) -> None:
    for question in ("火星上的税率是多少？", "护照丢了怎么补办？", "小学几月开学？"):
        made = answer(question)
        assert not made.found and made.best < 0.55, (question, made.best)


def test_sources_that_differ_are_shown_together(put: Put) -> None:
    body = "第{}条 居民用户逾期不缴纳水费的，自逾期之日起{}日后可以停止供水。"
    put(1, "甲区供水管理规定", body.format("九", 30), validity="in_force")
    put(2, "乙区供水管理规定", body.format("七", 60), validity="in_force")
    indexer.index_now()
    made = answer("居民用户逾期不缴纳水费，多少日后可以停止供水？")
    assert {quote.clause for quote in made.quotes} == {"第九条", "第七条"} and made.differ
    page = Client().get("/ask/", {"q": made.question}).content.decode()
    assert "不一样，请核对" in page and "第九条" in page and "第七条" in page


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("甲", "第一条"),
        ("乙", "第二条第一款"),
        ("丙", "第二条第一款"),
        ("丁", "第二条第二款"),
        ("戊", "第十条之一"),
    ],
)
def test_clauses(mark: str, expected: str) -> None:
    body = "第一条 甲。\n第二条 乙依照第九条规定，包括：\n（一）丙；\n\n丁另行规定。\n第十条之一 戊。"
    assert clause_at(body, body.index(mark)) == expected


def test_text_outside_any_clause_has_none() -> None:
    assert clause_at("依照第三条规定办理。", 5) == "" and clause_at("", 0) == ""


@given(st.text("第一二三条款 　\n。；（）甲乙丙丁戊1234567890", max_size=1500))
def test_passages_cover_the_body_and_stay_short(body: str) -> None:
    found = passages(body)
    covered = set()
    for piece in found:
        assert 0 <= piece.start < piece.end <= len(body) and piece.end - piece.start <= 700
        covered |= set(range(piece.start, piece.end))
    assert all(i in covered for i, char in enumerate(body) if char.strip())


QUOTE = "因施工、检修需要停水的，应当提前24小时通知用户。未按规定通知的，处五千元以上二万元以下罚款。"


@pytest.mark.parametrize(
    "said",
    [
        "因检修需要停水的，应当提前24小时通知用户。",
        "因施工、检修需要停水的，应当提前24小时通知用户；未按规定通知的，处五千元以上二万元以下罚款。",
    ],
)
def test_a_faithful_phrase_passes(said: str) -> None:
    assert phrasing.unfaithful(said, [QUOTE]) == []


@pytest.mark.parametrize(
    "said",
    [
        "因检修需要停水的，应当提前48小时通知用户。",
        "因检修需要停水的，应当提前二十四小时通知用户，并赔偿损失三百元。",
        "因检修需要停水的，不用提前24小时通知用户。",
        "根据《水法》，因检修需要停水的，应当提前24小时通知用户。",
        "根据国发〔2020〕1号，因检修需要停水的，应当提前24小时通知用户。",
        "因检修需要停水的，应当提前24小时通知用户，请拨打12345678901咨询。",
        "停水会给您的生活带来不便，建议您提前储备饮用水，敬请谅解。",
        "未找到",
        "",
    ],
)
def test_what_the_quotes_do_not_say_is_refused(said: str) -> None:
    assert phrasing.unfaithful(said, [QUOTE])


@pytest.fixture
def endpoint(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], list[Any]]:
    """假的接口：回答给定的话，或抛出给定的错；记下收到的请求。"""
    settings.ANSWER_URL, settings.ANSWER_MODEL = "http://127.0.0.1:9/v1", "m"
    monkeypatch.setattr(phrasing, "_not_before", 0.0)

    def serve(reply: Any) -> list[Any]:
        asked: list[Any] = []

        def post(url: str, **values: Any) -> httpx.Response:
            asked.append((url, values))
            if isinstance(reply, Exception):
                raise reply
            content = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
            return httpx.Response(200, content=content, request=httpx.Request("POST", url))

        monkeypatch.setattr(httpx, "post", post)
        return asked

    return serve


def _reply(text: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": text}}]}


def test_the_endpoint_gets_only_the_quotes_and_is_checked(some: Put, endpoint: Any) -> None:
    asked = endpoint(_reply("因施工、检修需要停水的，应当提前24小时通知用户。"))
    made = answer(QUESTION, phrase=True)
    assert made.phrased.endswith("通知用户。")
    url, values = asked[0]
    assert url == "http://127.0.0.1:9/v1/chat/completions"
    content = values["json"]["messages"][1]["content"]
    assert made.quotes[0].text in content and "三公经费" not in content
    endpoint(_reply("应当提前48小时通知用户，否则罚款十万元。"))
    assert answer(QUESTION, phrase=True).phrased == ""


@pytest.mark.parametrize(
    "reply", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), b"<html>", {"choices": []}, _reply(None)]
)
def test_a_failing_endpoint_never_breaks_the_page(some: Put, endpoint: Any, reply: Any) -> None:
    asked = endpoint(reply)
    for _ in range(2):
        response = Client().get("/ask/", {"q": QUESTION})
        assert response.status_code == 200 and "第三条第一款" in response.content.decode()
    # 出错之后歇一会儿，不让每一页都等它。
    assert len(asked) == 1


def test_without_an_endpoint_nothing_is_asked(some: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx, "post", lambda *args, **values: pytest.fail("没有设接口"))
    assert answer(QUESTION, phrase=True).phrased == ""


def test_an_unanswered_question_is_handed_on_without_personal_data(some: Put) -> None:
    heard: list[tuple[NotFound, int]] = []

    def hear(sender: Any, question: NotFound, times: int, **kwargs: Any) -> None:
        heard.append((question, times))

    unanswered.connect(hear)
    try:
        page = Client().get("/ask/", {"q": "我的电话13800138000，火星上的税率是多少？"}).content.decode()
        assert "未找到" in page and "12345" in page
        memory.flush()
        memory.missed(NotFound.Kind.QUESTION, "我的电话13800138000，火星上的税率是多少？")
        memory.flush()
    finally:
        unanswered.disconnect(hear)
    (row,) = NotFound.objects.all()
    assert heard == [(row, 1), (row, 1)] and row.count == 2 and "138" not in row.text


def test_ways_on_come_from_the_installed_apps(some: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    from gongkai.search.sources import Way

    monkeypatch.setattr(
        "gongkai.search.views.WAYS", [*WAYS, Way("首页", "portal:home"), Way("没装", "none:x")]
    )
    page = Client().get("/ask/", {"q": "火星上的税率是多少？"}).content.decode()
    assert '<a href="/">首页</a>' in page and "没装" not in page


def test_the_api_gives_the_same(some: Put) -> None:
    client = Client()
    made = client.get("/api/v1/answer", {"q": QUESTION}).json()
    assert made["found"] and made["quotes"][0]["clause"] == "第三条第一款"
    found = client.get("/api/v1/search", {"q": "阶梯水价", "size": 5}).json()
    assert [hit["title"] for hit in found["hits"]] == ["关于调整居民阶梯水价的通知"]
    assert found["facets"]["theme"] == [{"value": "水价", "label": "水价", "count": 1}]
    assert client.get("/api/v1/search", {"q": "水", "page": 0}).status_code == 422
    assert client.get("/api/v1/answer").status_code == 422
    indexer.rebuild()
    assert "阶梯水价" in client.get("/api/v1/suggest", {"q": "阶梯"}).json()


def test_the_commands_give_json(some: Put, capsys: pytest.CaptureFixture[str]) -> None:
    from django.core.management import call_command

    call_command("answer", QUESTION, json=True)
    assert json.loads(capsys.readouterr().out)["quotes"][0]["clause"] == "第三条第一款"
    call_command("search", "阶梯水价", json=True)
    assert json.loads(capsys.readouterr().out)["total"] == 1
    call_command("rebuild", json=True)
    assert json.loads(capsys.readouterr().out)["documents"] == 6
    call_command("index", json=True)
    assert json.loads(capsys.readouterr().out)["waiting"] == 0


def test_records_are_found_while_they_are_public(make: Any, carry: Any, person: Any) -> None:
    from gongkai.records import actions
    from gongkai.search.queries import Criteria, search

    published = carry(make(document_number="临水〔2026〕3号"))
    indexer.index_now()
    for query in ("管网检漏", "临水[2026]3号", published.record.index_number):
        (hit,) = search(Criteria(query)).hits
        assert hit.document.url == published.record.get_absolute_url(), query
    actions.withdraw(person("office"), published.record, reason="有误")
    assert search(Criteria("管网检漏")).hits == []
