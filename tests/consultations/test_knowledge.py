"""政策问答：先审后发，写的人不审；查得到、答得上，撤下、过期、依据废止立即没有。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from gongkai.audit.models import Entry as AuditEntry
from gongkai.consultations import actions, gathering, queries, searching
from gongkai.consultations.alike import meaning, similarity
from gongkai.consultations.models import Entry, KnowledgeRules, OpenQuestion, Wording
from gongkai.consultations.structure import blocks
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.records.models import Record
from gongkai.records.signals import record_changed
from gongkai.search import indexer, known, memory
from gongkai.search.answers import answer
from gongkai.search.models import NotFound, SearchDocument
from gongkai.search.queries import Criteria, search

Person = Callable[[str], Any]
QUESTION = "停水要提前多长时间通知用户？"


def titles(query: str) -> list[str]:
    indexer.index_now()
    return [hit.document.title for hit in search(Criteria(query)).hits]


def test_the_writer_neither_reviews_nor_publishes(
    measure: Any, write: Callable[..., Any], person: Person
) -> None:
    entry = write(measure)
    with pytest.raises(Refused, match="没有“审核通过”的职责|当前状态"):
        actions.move(person("head"), entry, "approve")
    entry = actions.move(person("handler"), entry, "submit")
    with pytest.raises(Refused, match="职责"):
        actions.move(person("handler"), entry, "approve")
    entry = actions.move(person("head"), entry, "send_back", reason="写清怎样通知")
    # 处室负责人改过稿子，就不能再审。
    entry = actions.save_entry(
        person("head"), entry, version=entry.version, question=entry.question, wordings=[], answer="改过了。",
        theme="", valid_until=None,
    )  # fmt: skip
    entry = actions.move(person("handler"), entry, "submit")
    with pytest.raises(Refused, match="由您写过或送审"):
        actions.move(person("head"), entry, "approve")
    entry = actions.move(person("leader"), entry, "approve")
    with pytest.raises(Refused, match="职责"):
        actions.move(person("head"), entry, "publish")
    entry = actions.move(person("office"), entry, "publish")
    assert entry.state == Entry.State.PUBLISHED and queries.shown(entry)
    done = AuditEntry.objects.filter(action__startswith="consultations.entry.").values_list(
        "action", flat=True
    )
    assert [name.rsplit(".", 1)[1] for name in done.order_by("number")] == [
        "submit", "send_back", "submit", "approve", "publish",
    ]  # fmt: skip


def test_it_says_what_is_missing_before_review(bureau: Any, person: Person) -> None:
    handler = person("handler")
    entry = actions.create_entry(handler, handler.organisation, question="水费怎么交？")
    with pytest.raises(Refused) as refused:
        actions.move(handler, entry, "submit")
    assert {each.code for each in refused.value.refusals} == {"answer", "basis"}
    with pytest.raises(Refused, match="请填写问题"):
        actions.create_entry(handler, handler.organisation, question="  ")
    with pytest.raises(Refused, match="不能替这个单位"):
        actions.create_entry(handler, bureau.children.get(name="法规处"), question="水费怎么交？")


def test_a_basis_must_be_public_and_have_the_clause(
    measure: Any, write: Callable[..., Any], person: Person
) -> None:
    entry, handler = write(measure), person("handler")
    with pytest.raises(Refused, match="没有“第九条”"):
        actions.add_basis(handler, entry, record_pk=measure.pk, clause="第九条第一款")
    with pytest.raises(Refused, match="已经列过"):
        actions.add_basis(handler, entry, record_pk=measure.pk, clause="第二条")
    with pytest.raises(Refused, match="没有公开"):
        actions.add_basis(handler, entry, record_pk=0)
    with pytest.raises(Refused, match="网址不对"):
        actions.add_basis(handler, entry, title="城市供水条例", url="javascript:alert(1)")
    with pytest.raises(Refused, match="请填写文件名称"):
        actions.add_basis(handler, entry)
    basis = actions.add_basis(
        handler, entry, title="城市供水条例", url="https://www.gov.cn/a", clause="第二十二条"
    )
    assert str(basis) == "《城市供水条例》第二十二条"
    actions.remove_basis(handler, basis)
    assert entry.bases.count() == 1


def test_two_people_do_not_overwrite_each_other(
    measure: Any, write: Callable[..., Any], person: Person
) -> None:
    entry = write(measure)
    values = {"question": "停水通知", "wordings": [], "answer": "新的。", "theme": "", "valid_until": None}
    stale = Entry.objects.get(pk=entry.pk).version
    actions.save_entry(person("head"), entry, version=stale, **values)
    with pytest.raises(Refused, match="别人刚改过"):
        actions.save_entry(person("handler"), entry, version=stale, **values | {"answer": "旧的。"})
    with pytest.raises(Refused, match="像有号码"):
        now = Entry.objects.get(pk=entry.pk).version
        actions.save_entry(person("handler"), entry, version=now, **values | {"question": "打13800138000"})


def test_published_it_is_found_and_answers_and_withdrawn_it_is_gone_at_once(
    measure: Any, publish: Callable[..., Any], person: Person
) -> None:
    entry = publish(measure)
    assert entry.question in titles("停水通知")
    made = answer(QUESTION)
    assert made.known is not None and made.known.question == entry.question
    assert made.known.blocks[0].items == ["供水单位提前二十四小时通知。"]
    assert made.known.blocks[1].kind == "ol" and made.known.blocks[1].items == ["看公告", "打服务热线"]
    source = made.known.sources[0]
    assert (source.name, source.clause) == ("临江市城市供水管理办法", "第二条")
    assert source.url.split("#")[0] == measure.get_absolute_url()
    assert source.url.endswith("#:~:text=%E7%AC%AC%E4%BA%8C%E6%9D%A1")
    assert all(quote.document.key != made.known.key for quote in made.quotes)
    with pytest.raises(Refused, match="理由"):
        actions.move(person("office"), entry, "withdraw")
    actions.move(person("office"), entry, "withdraw", reason="口径有变")
    # 还没有重新索引，就已经查不到、答不出。
    assert answer(QUESTION).known is None
    assert entry.question not in [hit.document.title for hit in search(Criteria("停水通知")).hits]
    assert SearchDocument.objects.get(key=f"consultations.entry:{entry.pk}").body == ""


def test_a_question_put_otherwise_still_gets_the_whole_entry(
    measure: Any, publish: Callable[..., Any]
) -> None:
    entry = publish(measure)
    indexer.index_now()
    question = "停水多久前通知用户"
    assert known.find(question) is None
    made = answer(question, threshold=0.3)
    assert made.known is not None and made.known.key == f"consultations.entry:{entry.pk}"
    assert made.known.blocks[1].items == ["看公告", "打服务热线"]
    assert all(not known.is_known(quote.document.key) for quote in made.quotes)


@pytest.mark.parametrize(
    "question",
    ["停水可以不提前通知吗", "停电要提前多久通知用户", "非居民水价是多少", "今天星期几"],
)
def test_a_different_question_gets_no_prepared_answer(
    measure: Any, publish: Callable[..., Any], question: str
) -> None:
    publish(measure)
    publish(measure, question="居民水价是多少？", wordings=[])
    assert known.find(question) is None


def test_it_vanishes_the_day_after_it_expires(
    measure: Any, publish: Callable[..., Any], person: Person
) -> None:
    today = timezone.localdate()
    entry = publish(measure, valid_until=today + timedelta(days=10))
    assert list(queries.needing_attention(person("office"))) == [entry]
    Entry.objects.filter(pk=entry.pk).update(valid_until=today)
    assert answer_key() == f"consultations.entry:{entry.pk}"
    Entry.objects.filter(pk=entry.pk).update(valid_until=today - timedelta(days=1))
    assert answer_key() is None and not queries.shown(entry)
    assert searching.keep() == 1 and searching.keep() == 0
    assert entry.question not in titles("停水通知")
    assert list(queries.needing_attention(person("office"))) == [entry]
    assert entry.question in [each.question for each in queries.entries(person("office"))]


def answer_key() -> str | None:
    indexer.index_now()
    made = answer(QUESTION).known
    return made.key if made else None


def test_a_repealed_basis_hides_it_and_warns_the_office(
    measure: Any, publish: Callable[..., Any], person: Person
) -> None:
    from django.db import transaction

    entry = publish(measure)
    assert answer_key() and not queries.needing_attention(person("office"))
    with transaction.atomic():
        Record.objects.filter(pk=measure.pk).update(validity=Record.Validity.REPEALED)
        record_changed.send(Record, record=measure)
    assert answer_key() is None
    assert entry.question not in [hit.document.title for hit in search(Criteria("停水通知")).hits]
    attention = queries.needing_attention(person("office"))
    assert list(attention) == [entry] and attention[0].bases.all()[0].problem == "依据已废止"
    assert AuditEntry.objects.filter(action="consultations.hidden").count() == 1
    # 改回来就又有了。
    with transaction.atomic():
        Record.objects.filter(pk=measure.pk).update(validity=Record.Validity.IN_FORCE)
        record_changed.send(Record, record=measure)
    assert answer_key() and not queries.needing_attention(person("office"))


def test_a_withdrawn_basis_hides_it_in_the_same_step(
    measure: Any, publish: Callable[..., Any], person: Person
) -> None:
    from gongkai.records import actions as records

    entry = publish(measure)
    records.withdraw(person("office"), measure, reason="内容有误")
    assert not queries.shown(entry)
    assert not SearchDocument.objects.filter(key=f"consultations.entry:{entry.pk}", published=True).exists()


def test_a_new_version_takes_the_place_of_the_old(
    measure: Any, publish: Callable[..., Any], person: Person
) -> None:
    old = publish(measure)
    made = actions.revise(person("handler"), old)
    assert queries.shown(old) and made.version == old.version + 1 and made.bases.count() == 1
    with pytest.raises(Refused, match="正在编写"):
        actions.revise(person("handler"), old)
    values = {"question": old.question, "wordings": [], "theme": "", "valid_until": None}
    actions.save_entry(
        person("handler"), made, version=made.version, answer="提前二十四小时，在公告栏通知。", **values
    )
    for username, name in (("handler", "submit"), ("head", "approve"), ("office", "publish")):
        made = actions.move(person(username), made, name)
    old.refresh_from_db()
    assert old.state == Entry.State.WITHDRAWN and not queries.shown(old)
    assert answer_key() == f"consultations.entry:{made.pk}"


def test_questions_are_counted_together_and_drafted_at_the_threshold(bureau: Any) -> None:
    for words in ("停水多久恢复供水", "停水之后多久恢复供水？", "小区停水要多久才恢复供水"):
        memory.missed(NotFound.Kind.QUESTION, words)
    memory.flush()
    question = OpenQuestion.objects.get()
    assert question.count == 3 and question.wordings.count() == 3
    assert question.organisation.name == "临江市"
    entry = question.entry
    assert entry.state == Entry.State.DRAFT and entry.author is None and len(entry.wordings) == 2
    # 再问只加次数，不另起一份；意思相反、不相干的另算。
    memory.missed(NotFound.Kind.QUESTION, "停水多久恢复供水")
    memory.flush()
    assert OpenQuestion.objects.get().count == 4 and Entry.objects.count() == 1
    gathering.note("停水不恢复供水怎么投诉")
    gathering.note("水表坏了找谁修")
    assert OpenQuestion.objects.count() == 3 and Entry.objects.count() == 1


def test_the_threshold_and_the_receiver_are_settings(bureau: Any, person: Person) -> None:
    with pytest.raises(Refused, match="只有办公室"):
        actions.save_rules(person("handler"), KnowledgeRules())
    actions.save_rules(person("office"), KnowledgeRules(receiver=bureau, threshold=2))
    gathering.note("水表坏了找谁修")
    assert not Entry.objects.exists()
    gathering.note("水表坏了找谁修", 1)
    assert Entry.objects.get().organisation == bureau
    actions.save_rules(person("office"), KnowledgeRules(receiver=bureau, threshold=5))
    assert KnowledgeRules.objects.count() == 1


def test_personal_data_is_not_kept(bureau: Any) -> None:
    memory.missed(NotFound.Kind.QUESTION, "我叫张三，电话13812345678，水表坏了找谁修")
    memory.missed(NotFound.Kind.QUESTION, "13812345678")
    memory.flush()
    row = Wording.objects.get()
    assert "13812345678" not in row.text and "张三" not in row.text and "水表坏了找谁修" in row.text
    assert "138" not in OpenQuestion.objects.get().text


def test_a_question_is_dropped_with_a_reason_or_joined_to_a_draft(
    measure: Any, write: Callable[..., Any], person: Person
) -> None:
    city = person("city")
    question = gathering.note("今天天气怎么样呀")
    with pytest.raises(Refused, match="不能处理"):
        actions.drop(person("handler"), question, reason="无关")
    with pytest.raises(Refused, match="理由"):
        actions.drop(city, question, reason=" ")
    actions.drop(city, question, reason="与政务无关")
    entry = write(measure)
    other = gathering.note("停水前会贴公告吗")
    actions.attach(person("handler"), other, entry)
    entry.refresh_from_db()
    assert "停水前会贴公告吗" in entry.wordings
    assert OpenQuestion.objects.get(pk=other.pk).state == OpenQuestion.State.TAKEN


def test_the_city_office_hands_a_draft_to_an_agency(bureau: Any, person: Person) -> None:
    entry = actions.draft_from(None, gathering.note("水表坏了找谁修"))
    division = bureau.children.get(name="科技信息处")
    with pytest.raises(Refused, match="只有办公室"):
        actions.assign(person("office"), entry, division)
    assert entry not in Entry.objects.visible_to(person("handler"))
    actions.assign(person("cityoffice"), entry, division)
    assert entry in Entry.objects.visible_to(person("handler"))
    assert entry in Entry.objects.visible_to(person("city"))
    assert OpenQuestion.objects.get().organisation == division


def test_outsiders_see_and_move_nothing(measure: Any, publish: Callable[..., Any], outsider: Any) -> None:
    entry = publish(measure)
    assert not Entry.objects.visible_to(outsider).exists()
    for name in ("submit", "approve", "send_back", "publish", "withdraw", "reopen"):
        with pytest.raises(Refused):
            actions.move(outsider, entry, name, reason="试")
    other = Organisation.objects.get(name="市财政局")
    for attempt in (
        lambda: actions.revise(outsider, entry),
        lambda: actions.assign(outsider, entry, other),
        lambda: actions.add_basis(outsider, entry, title="某文件"),
    ):
        with pytest.raises(Refused):
            attempt()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("停水要提前多久通知用户？", "停水提前多长时间通知用户", True),
        ("能不能用公积金交房租", "公积金可以交房租吗", True),
        ("居民水价是多少", "非居民水价是多少", False),
        ("2023年水价", "2024年水价", False),
        ("二孩奖励多少", "三孩奖励多少", False),
        ("停水通知", "水表检定", False),
    ],
)
def test_alike_means_the_same_question(one: str, other: str, same: bool) -> None:
    assert (similarity(meaning(one), meaning(other)) >= 0.6) is same


def test_an_answer_is_text_with_structure() -> None:
    made = blocks("# 怎么办\n先看公告。\n1. 带身份证\n2、带房产证\n- 甲\n- 乙\n\n<b>不是标签</b>\n3. 接着")
    assert [(block.kind, block.start, block.items) for block in made] == [
        ("h", 1, ["怎么办"]),
        ("p", 1, ["先看公告。"]),
        ("ol", 1, ["带身份证", "带房产证"]),
        ("ul", 1, ["甲", "乙"]),
        ("p", 1, ["<b>不是标签</b>"]),
        ("ol", 3, ["接着"]),
    ]


def test_the_command_gives_what_the_public_sees(
    measure: Any, publish: Callable[..., Any], write: Callable[..., Any], capsys: Any
) -> None:
    import json

    entry = publish(measure)
    write(measure, question="还没发布的")
    call_command("knowledge", "--json")
    found = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in found] == [entry.pk]
    assert found[0]["basis"][0]["clause"] == "第二条" and found[0]["version"] == entry.version
    call_command("knowledge", "--all")
    assert "还没发布的" in capsys.readouterr().out
    assert date.fromisoformat(found[0]["published_at"][:10])


# 谁在什么状态能做什么：答复单位是科信处，由 handler 起草、送审，head 审核，office 发布。
MAY = {
    "submit": ("draft", {"handler", "head", "office"}),
    "approve": ("submitted", {"head", "office", "leader", "legal"}),
    "send_back": ("submitted reviewed", {"head", "office", "leader", "legal"}),
    "publish": ("reviewed", {"office"}),
    "withdraw": ("published", {"head", "office"}),
    "reopen": ("withdrawn", {"handler", "head", "office"}),
}
EVERYBODY = (
    "office", "handler", "head", "fagui", "clerk", "chief", "cityoffice", "secrecy", "legal", "leader",
    "city", "auditor", "admin",
)  # fmt: skip


@pytest.mark.parametrize("state", Entry.State.values)
def test_every_role_state_and_step(
    measure: Any, write: Callable[..., Any], person: Person, outsider: Any, state: str
) -> None:
    from gongkai.consultations.states import ENTRY

    entry = write(measure)
    Entry.objects.filter(pk=entry.pk).update(state=state)
    people = {name: person(name) for name in EVERYBODY} | {"outsider": outsider}
    for username, user in people.items():
        for name, (sources, users) in MAY.items():
            entry = Entry.objects.get(pk=entry.pk)
            allowed = not ENTRY.refusals(entry, user, name)
            assert allowed is (state in sources.split() and username in users), (username, name)


def test_the_demonstration_can_be_run_twice(site: Any, bureau: Any, carry: Any, make: Any) -> None:
    from gongkai.consultations import demo

    body = "<p>第一条 总则。</p><p>第四条 停水应当提前二十四小时公告。</p>"
    carry(make(title="临江市城市供水管理办法", body=body))
    assert demo.seed(bureau) == 1 and demo.seed(bureau) == 0
    assert OpenQuestion.objects.count() == 2 and OpenQuestion.objects.first().count == 2
    assert known.find("停水要提前几天通知") is not None


def test_the_ledger_sees_whether_answers_are_public_and_valid(
    measure: Any, bureau: Any, publish: Callable[..., Any], write: Callable[..., Any]
) -> None:
    from gongkai.core.evidence import Period, Status, run

    today = timezone.localdate()

    def status(unit: Any = bureau) -> str:
        return run("consultations.qa", unit, Period(today.year, today)).status

    assert status() == Status.NO_EVIDENCE
    entry = publish(measure)
    assert status() == Status.MET
    assert status(Organisation.objects.get(name="市财政局")) == Status.NO_EVIDENCE
    slow = write(measure, question="水表坏了找谁修？")
    Entry.objects.filter(pk=slow.pk).update(created_at=timezone.now() - timedelta(days=40))
    assert status() == Status.LATE
    slow.delete()
    Entry.objects.filter(pk=entry.pk).update(valid_until=today - timedelta(days=1))
    assert status() == Status.LATE
