"""一网通查：字形、文号、计划、筛选、撤下、重建、同义词、置顶、更正。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongkai.core.states import Refused
from gongkai.search import actions, indexer, memory
from gongkai.search.backends.base import Unavailable
from gongkai.search.models import Generation, HotWord, NotFound, Outbox, SearchDocument
from gongkai.search.queries import Criteria, search

Put = Callable[..., Any]


def titles(query: str = "", **values: Any) -> list[str]:
    return [hit.document.title for hit in search(Criteria(query, **values)).hits]


def test_without_an_index_the_reason_is_given(db: Any) -> None:
    with pytest.raises(Unavailable, match="gongkai rebuild"):
        search(Criteria("供水"))


def test_traditional_and_simplified_find_the_same(some: Put) -> None:
    assert titles("城市供水条例") == titles("城市供水條例") == ["临江市城市供水条例"]
    assert titles("階梯水價") == titles("阶梯水价") == ["关于调整居民阶梯水价的通知"]


def test_an_extract_shows_the_original_script(some: Put) -> None:
    some(7, "關於節約用水的通告", "請市民節約用水，多謝合作。")
    indexer.index_now()
    (hit,) = search(Criteria("节约用水", kind="政策文件")).hits
    assert "".join(piece.text for piece in hit.extract) == "請市民節約用水，多謝合作。"
    assert [piece.text for piece in hit.extract if piece.hit] == ["節約用水"]
    assert [piece.text for piece in hit.title if piece.hit] == ["節約用水"]


def test_the_repealed_are_hidden_until_asked_for(some: Put) -> None:
    results = search(Criteria("城市供水"))
    assert [hit.document.title for hit in results.hits] == ["临江市城市供水条例"] and results.hidden == 1
    assert set(titles("城市供水", dead=True)) == {"临江市城市供水条例", "临江市城市供水管理办法"}
    assert titles("城市供水", validity="repealed") == ["临江市城市供水管理办法"]
    (hit,) = search(Criteria("临府〔2009〕8号")).hits
    assert hit.exact and hit.document.is_dead


SPELLINGS = """
国办发〔2017〕47号 国办发[2017]47号 国办发2017年第47号 根据国办发〔2017〕47号文 国办发（2017）47号
国办发(2017)47号 国办发【2017】47号 国办发［２０１７］４７号 國辦發〔2017〕47號 国办发〔2017〕第47号
国办发〔2017年〕47号 国办发〔2017〕047号 国办发2017-47 国办发2017-47号 国办发[2017]47
国办发〔2017〕47 国办发（2017)47号 国办发２０１７年第４７号 国办发2017第47号 国办发2017年47号
国办发〔二〇一七〕四十七号 国办发二〇一七年第四十七号 国办发{2017}47号 国办发2017/47号
国办发字〔2017〕47号 请问国办发〔2017〕47号文件还有效吗 关于国办发2017年第47号的解读
《国办发〔2017〕47号》 国办发﹝2017﹞47号 查找國辦發2017年47號 按照国办发〔2017〕47号的要求
国办发·2017·47号
""".split()
SPELLINGS += ["国办发 2017 47", "国办发 〔2017〕 47 号", "国办发 2017 年 第 47 号", "国办发　2017　47号"]


@pytest.mark.parametrize("written", SPELLINGS)
def test_a_document_number_in_any_spelling_comes_first(some: Put, written: str) -> None:
    results = search(Criteria(written))
    assert [hit.document.numbers[0] for hit in results.hits] == ["国办发〔2017〕47号", "临水〔2024〕12号"]
    assert [hit.exact for hit in results.hits] == [True, False] and results.plan == "number"


def test_orders_are_found_with_or_without_the_state(put: Put) -> None:
    put(1, "中华人民共和国政府信息公开条例", numbers=("中华人民共和国国务院令第711号",))
    indexer.index_now()
    for written in (
        "国务院令第711号",
        "国务院令711号",
        "国务院令2019年第711号",
        "中华人民共和国国务院令第711号",
    ):
        assert [hit.exact for hit in search(Criteria(written)).hits] == [True], written


def test_a_long_question_finds_the_passage(some: Put) -> None:
    results = search(Criteria("请问因为检修要停水的话应该提前多少小时通知用户？"))
    assert results.plan == "long" and results.hits[0].document.title == "临江市城市供水条例"
    assert "提前24小时" in "".join(piece.text for piece in results.hits[0].extract)


def test_all_words_then_any_word(some: Put) -> None:
    assert titles("水价 居民") == ["关于调整居民阶梯水价的通知"]
    results = search(Criteria("水价 航天"))
    assert results.plan == "loose" and results.hits[0].document.title == "关于调整居民阶梯水价的通知"


def test_filters_count_and_narrow(some: Put) -> None:
    results = search(Criteria("水", dead=True))
    counts = {name: {row["value"]: row["count"] for row in rows} for name, rows in results.facets.items()}
    for name, values in counts.items():
        for value, count in values.items():
            narrowed = search(Criteria("水", dead=True, **{name: value}))
            assert narrowed.total == count == len(narrowed.hits), (name, value)
    assert counts["year"]["2009"] == 1 and counts["validity"]["repealed"] == 1


def test_dates_and_order(some: Put) -> None:
    assert titles(since=date(2024, 8, 1)) == ["临江市水务局2023年度部门决算"]
    assert titles(until=date(2010, 1, 1), dead=True) == ["临江市城市供水管理办法"]
    assert titles("临江市", newest=True, dead=True) == [
        "临江市水务局2023年度部门决算",
        "临江市城市供水条例",
        "临江市城市供水管理办法",
    ]


def test_a_withdrawn_one_never_appears_even_before_the_indexer_runs(some: Put) -> None:
    with transaction.atomic():
        actions.withdraw("test.item:3")
    results = search(Criteria("阶梯水价"))
    assert "关于调整居民阶梯水价的通知" not in [hit.document.title for hit in results.hits]
    assert SearchDocument.objects.get(key="test.item:3").body == ""
    indexer.index_now()
    assert search(Criteria("临水〔2024〕12号")).total == 0


def test_withdrawals_go_first(put: Put) -> None:
    for number in range(3):
        put(number, f"第{number}号通知")
    indexer.index_now()
    put(9, "后来的通知")
    with transaction.atomic():
        actions.withdraw("test.item:0")
    waiting = Outbox.objects.filter(applied_at=None).order_by("-withdrawal", "id")
    assert [row.key for row in waiting] == ["test.item:0", "test.item:9"]


def test_put_outside_a_transaction_is_refused(transactional_db: Any) -> None:
    from gongkai.search.sources import Entry

    with pytest.raises(RuntimeError, match="同一事务"):
        actions.put(Entry(key="test.item:1", title="x", url="/x/"))


def test_a_rolled_back_publication_leaves_nothing(some: Put) -> None:
    before = Outbox.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        some(8, "没有发成的通知")
        raise ZeroDivisionError
    assert Outbox.objects.count() == before
    indexer.index_now()
    assert titles("没有发成") == []


def test_an_update_replaces_the_old_text(some: Put) -> None:
    some(3, "关于调整水价的通知（修订）", "新内容。")
    indexer.index_now()
    assert titles("阶梯水价") == [] or search(Criteria("阶梯水价")).plan == "loose"
    assert titles("水价 修订") == ["关于调整水价的通知（修订）"]


def test_a_rebuild_switches_at_once_and_keeps_later_changes(some: Put) -> None:
    old = Generation.objects.get(state="current")
    some(7, "重建期间发布的通知", "内容")
    seen: list[int] = []

    def meanwhile(done: int, total: int) -> None:
        # 建立期间照常发布、照常查旧的一代。
        if not seen:
            some(8, "建立当中发布的通知", "内容")
            indexer.index_now()
            assert titles("建立当中") == ["建立当中发布的通知"]
            assert Generation.objects.get(state="current").pk == old.pk
        seen.append(done)

    indexer.rebuild(meanwhile)
    new = Generation.objects.get(state="current")
    assert new.pk != old.pk and seen[-1] >= 7
    indexer.index_now()
    assert titles("重建期间") == ["重建期间发布的通知"] and titles("建立当中") == ["建立当中发布的通知"]


def test_an_interrupted_rebuild_goes_on_where_it_stopped(some: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer, "CHUNK", 2)

    class Killed(Exception):
        pass

    def kill(done: int, total: int) -> None:
        if done >= 4:
            raise Killed

    with pytest.raises(Killed):
        indexer.rebuild(kill)
    half = Generation.objects.get(state="building")
    some(1, "临江市城市供水条例（新）", "改了。")
    indexer.rebuild()
    assert Generation.objects.get(state="current").pk == half.pk
    indexer.index_now()
    assert search(Criteria("", dead=True)).total == 6
    assert titles("城市供水条例") == ["临江市城市供水条例（新）"]


def test_synonyms_find_the_other_word(some: Put, bureau: Any, person: Callable[[str], Any]) -> None:
    assert titles("水费单价") == []
    preview = search(Criteria("水费单价"), extra=(("水费单价", "水价"),))
    assert preview.hits[0].document.title == "关于调整居民阶梯水价的通知"
    actions.save_synonym(person("office"), synonym=None, words=actions.words_of("水费单价、水价"))
    assert titles("水费单价")[0] == "关于调整居民阶梯水价的通知"
    with pytest.raises(Refused, match="已在"):
        actions.save_synonym(person("office"), synonym=None, words=["水价", "价钱"])
    with pytest.raises(Refused, match="至少要两个词"):
        actions.save_synonym(person("office"), synonym=None, words=["水价格"])
    with pytest.raises(Refused, match="办公室协调员"):
        actions.save_synonym(person("handler"), synonym=None, words=["甲", "乙"])


def test_a_lay_word_finds_the_words_of_the_law_but_not_the_other_way(
    some: Put, bureau: Any, person: Callable[[str], Any]
) -> None:
    assert titles("大伙儿的水钱") == []
    assert "关于调整居民阶梯水价的通知" not in titles("请问大伙儿的水钱怎么算？")
    actions.save_synonym(person("office"), synonym=None, words=["水钱", "水价"], one_way=True)
    assert titles("水钱") == ["关于调整居民阶梯水价的通知"]
    assert titles("请问大伙儿的水钱怎么算？")[0] == "关于调整居民阶梯水价的通知"
    assert titles("水价") == titles("居民阶梯水价")


def test_pinned_results_come_first_and_vanish_when_withdrawn(
    some: Put, bureau: Any, person: Callable[[str], Any]
) -> None:
    actions.save_pin(person("office"), query="供水", keys=["test.item:6"])
    results = search(Criteria("供水"))
    assert [hit.pinned for hit in results.hits] == [True, False]
    assert results.hits[0].document.title == "取水许可证办理指南"
    with transaction.atomic():
        actions.withdraw("test.item:6")
    assert titles("供水") == ["临江市城市供水条例"]
    with pytest.raises(Refused, match="已撤下"):
        actions.save_pin(person("office"), query="供水", keys=["test.item:6"])


def test_hot_words_keep_no_personal_data(some: Put) -> None:
    indexer.rebuild()
    for query in ("阶梯水价", "13800138000", "440106199001011234", "王小明", "a@b.cn", "粤A12345"):
        for _ in range(3):
            memory.found(query)
    memory.missed(NotFound.Kind.SEARCH, "张三丰 13800138000 的水费")
    memory.flush()
    assert memory.hot_words() == ["阶梯水价"]
    assert list(HotWord.objects.values_list("text", flat=True)) == ["阶梯水价"]
    (row,) = NotFound.objects.all()
    assert "138" not in row.text and "张三丰" not in row.text and "水费" in row.text


def test_the_page_shows_results_and_escapes_what_is_typed(some: Put) -> None:
    client = Client()
    page = client.get("/search/", {"q": "供水"}).content.decode()
    assert "<mark>供水</mark>" in page and "找到 1 条" in page and "另有 1 条已失效或废止" in page
    page = client.get("/search/", {"q": "供水", "dead": "1"}).content.decode()
    assert "该文件已废止" in page
    page = client.get("/search/", {"q": "<script>alert(1)</script>供水"}).content.decode()
    assert "<script>alert" not in page
    for bad in ({"q": "\x00"}, {"q": "水", "page": "9" * 30}, {"q": "水", "since": "x"}, {"q": "水" * 5000}):
        assert client.get("/search/", bad).status_code == 200
    page = client.get("/search/", {"q": "不存在的词语组合甲乙丙丁"}).content.decode()
    assert "没有找到" in page and "12345" in page


def test_a_page_takes_few_queries(some: Put) -> None:
    client = Client()
    client.get("/search/", {"q": "水"})
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/search/", {"q": "水"})
    for number in range(20, 29):
        some(number, f"供水通告{number}", "供水" * 50)
    indexer.index_now()
    with CaptureQueriesContext(connection) as more:
        client.get("/search/", {"q": "水"})
    assert len(more) == len(few) <= 8


def test_no_index_gives_a_clear_page(db: Any) -> None:
    response = Client().get("/search/", {"q": "水"})
    assert response.status_code == 503 and "查找服务暂时不可用" in response.content.decode()


def test_browsers_can_add_the_search_box(some: Put) -> None:
    from xml.etree import ElementTree

    response = Client().get("/search/opensearch.xml")
    root = ElementTree.fromstring(response.content)
    templates = [url.get("template") for url in root if url.tag.endswith("Url")]
    assert templates[0].startswith("http://testserver/search/?q={searchTerms}")
    indexer.rebuild()
    assert "阶梯水价" in Client().get("/search/suggest/", {"q": "阶梯"}).json()[1]
    assert "阶梯水价" in Client().get("/search/suggest/", {"q": "jtsj"}).json()[1]


def test_public_requirements_are_found_and_leave_when_taken_back(
    ledger: Any, person: Callable[[str], Any]
) -> None:
    from gongkai.workplans import actions as plans

    indexer.index_now()
    assert search(Criteria("政策解读")).total == 0
    plans.release(person("office"), ledger, on=True)
    indexer.index_now()
    results = search(Criteria("政策解读"))
    assert results.total and all("/plans/" in hit.document.url for hit in results.hits)
    plans.release(person("office"), ledger, on=False)
    assert search(Criteria("政策解读")).hits == []


def test_evaluate_measures_and_says_which_line_is_wrong(
    some: Put, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    from django.core.management import CommandError, call_command

    path = tmp_path / "questions.jsonl"
    path.write_text(
        '{"query": "阶梯水价", "expected": ["关于调整居民阶梯水价的通知"]}\n\n'
        '{"query": "火箭", "expected": ["没有的"]}\n',
        encoding="utf-8",
    )
    call_command("evaluate", str(path), json=True)
    report = json.loads(capsys.readouterr().out)
    assert report == {"questions": 2, "recall@10": 0.5, "mrr": 0.5, "missed": ["火箭"]}
    path.write_text('{"query": "水"}\n', encoding="utf-8")
    with pytest.raises(CommandError, match="第 1 行"):
        call_command("evaluate", str(path))
    with pytest.raises(CommandError, match="打不开"):
        call_command("evaluate", str(tmp_path / "none"))


def test_an_upgraded_site_is_indexed_by_the_worker(ledger: Any, person: Callable[[str], Any]) -> None:
    from gongkai.workplans import actions as plans

    plans.release(person("office"), ledger, on=True)
    # 升级之前就公开的：检索里什么都没有。
    Outbox.objects.all().delete()
    SearchDocument.objects.all().delete()
    while indexer.step():
        pass
    # 放开锁要用数据库连接，须在本测试的数据库还在的时候。
    indexer.RESIDENT.close()
    total = search(Criteria("政策解读")).total
    assert total
    # 平时的对账只收缺的、撤多的。
    SearchDocument.objects.filter(key__startswith="workplans.requirement:").first().delete()
    SearchDocument.objects.create(key="workplans.requirement:0", title="早已没有的", url="/")
    assert actions.synchronise(["workplans.requirement"]) == {"workplans.requirement": 2}
    assert actions.synchronise(["workplans.requirement"]) == {"workplans.requirement": 0}
    assert actions.synchronise(["workplans.requirement"], everything=True)["workplans.requirement"] > 20


@pytest.mark.parametrize(
    "query", ["水\x00价", "\x00", "%_\\'\"", "AND OR NOT", "*:*", "title:水", "（", "🚰停水", "ſß"]
)
def test_any_query_is_taken(some: Put, query: str) -> None:
    from gongkai.search.answers import answer
    from gongkai.search.correction import suggestions

    search(Criteria(query))
    answer(query)
    suggestions(query)
    memory.missed(NotFound.Kind.SEARCH, query)
    memory.flush()


def test_the_check_tells_when_the_index_falls_behind(some: Put, bureau: Any) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from gongkai.core.evidence import Period, run

    period = Period(2026, date(2026, 11, 25))

    def status() -> str:
        return run("search.everything", bureau, period).status

    assert status() == "no_evidence"
    some(7, "本局的通知", organisation=bureau)
    assert status() == "met"
    Outbox.objects.filter(applied_at=None).update(created_at=timezone.now() - timedelta(minutes=11))
    assert status() == "late"
    indexer.index_now()
    assert status() == "met"
    Generation.objects.all().delete()
    assert status() == "missing"


def test_a_rebuild_does_not_wait_for_the_resident_indexer(some: Put) -> None:
    assert indexer.advisory("indexer") != indexer.advisory("rebuild")
    some(7, "排队的通知")
    assert indexer.step() == 1
    with pytest.raises(indexer.Busy, match="索引器在运行"):
        indexer.index_now()
    indexer.rebuild()
    with indexer.locked("rebuild"), pytest.raises(indexer.Busy):
        indexer.rebuild()
    some(8, "换代之后的通知")
    while indexer.step():
        pass
    assert titles("换代之后") == ["换代之后的通知"] and titles("排队") == ["排队的通知"]
    indexer.RESIDENT.close()


def test_a_common_word_pages_through_everything_alive(put: Put) -> None:
    for number in range(120):
        put(number, f"节水通告{number}", "请节水。", validity="repealed" if number % 5 else "in_force")
    indexer.index_now()
    seen: list[str] = []
    for page in (1, 2, 3):
        results = search(Criteria("节水", page=page))
        assert results.total == 24 and results.hidden == 96
        seen += [hit.document.key for hit in results.hits]
    assert len(seen) == len(set(seen)) == 24


def test_counts_are_remembered_until_something_is_committed(some: Put, put: Put) -> None:
    from gongkai.search.backends.select import reader

    before = search(Criteria("供水", dead=True))
    held = reader(Generation.objects.get(state="current").name)
    assert len(held.counts) == 1
    again = search(Criteria("供水", dead=True))
    assert (again.total, again.facets) == (before.total, before.facets) and len(held.counts) == 1
    put(90, "供水新规", "供水。", kind="新的种类")
    indexer.index_now()
    after = search(Criteria("供水", dead=True))
    assert after.total == before.total + 1
    assert "新的种类" in {row["value"] for row in after.facets["kind"]}


def test_counting_leaves_out_only_what_adds_to_the_score() -> None:
    from gongkai.search.backends.base import AllOf, AnyOf, Best, Phrase, Term, unscored

    one, two, dead = Term("body", "水"), Term("title", "水"), Term("validity", "repealed")
    query = AllOf(
        (AllOf((Best((one, two)),), (Phrase("body", ("甲", "乙")),)), AnyOf((one,))), (two,), (dead,)
    )
    assert unscored(query) == AllOf((AllOf((AnyOf((one, two)),)), AnyOf((one,))), (), (dead,))
    # 只有加分项的，去掉就什么都不限了，照原样数。
    assert unscored(AllOf((), (one,), (dead,))) == AllOf((), (one,), (dead,))


def test_a_whole_word_found_everywhere_is_not_taken_apart(some: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    from gongkai.search import plans as planning
    from gongkai.search import queries
    from gongkai.search.backends.base import AnyOf, Term

    live = queries.live()
    words = planning.cut("人民政府", live.words)
    assert "人民" in words.words
    assert not isinstance(planning.short(words, {}, live.reader), AnyOf)
    monkeypatch.setattr(type(live.reader), "frequency", lambda *args: [10_000])
    monkeypatch.setattr(type(live.reader), "size", lambda *args: 20_000)
    expected = AnyOf((Term("title", "人民政府", 3.0), Term("body", "人民政府")))
    assert planning.short(words, {}, live.reader) == expected
    # 办公室给它定了同义词的，照常。
    assert planning.short(words, {"人民政府": (("政府",),)}, live.reader) != expected
