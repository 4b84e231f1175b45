"""库务页面：各人只见自己的，分页，查询次数不随条数增长，动作有回音。"""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gongkai.core.models import Organisation
from gongkai.records import actions, publishing, scans, upkeep, views
from gongkai.records.kinds import Kind
from gongkai.records.models import (
    CleanupRound,
    Delivery,
    Edition,
    LibraryRules,
    OfficialText,
    PublicationFailure,
    Record,
    RememberedPhrase,
    TextComparison,
    WordRule,
    WorkItem,
)

pytestmark = pytest.mark.django_db
LISTS = ("work_items", "deadlines", "failures", "words", "deliveries", "validity", "cleanups", "official")


@pytest.fixture
def sign_in(person: Any) -> Any:
    def build(username: str) -> Client:
        client = Client()
        client.force_login(person(username))
        return client

    return build


def _url(name: str, *args: Any) -> str:
    return reverse(f"keeping:{name}", args=args)


def _page(client: Client, name: str, **query: str) -> str:
    response = client.get(_url(name), query)
    assert response.status_code == 200
    return response.content.decode()


def _press(client: Client, name: str, /, *args: Any, **values: Any) -> str:
    return client.post(_url(name, *args), values, follow=True).content.decode()


def _fill(make: Any, bureau: Any, person: Any, number: int) -> None:
    """每张列表各添 number 行。"""
    handler, office = person("handler"), person("office")
    for _n in range(number):
        edition = make(kind=Kind.NORMATIVE, document_number="临水规〔2026〕1号", expires_on=date(2027, 1, 1))
        record = edition.record
        Edition.objects.filter(pk=edition.pk).update(state="published", published_at=timezone.now())
        Record.objects.filter(pk=record.pk).update(live=edition, validity="in_force")
        make(title="在办的")
        WorkItem.objects.create(
            organisation=handler.organisation, kind="late", key=f"late:{edition.pk}", text="x", record=record
        )
        PublicationFailure.objects.create(edition=edition, reason="x")
        WordRule.objects.create(organisation=bureau, wrong=f"错{edition.pk}", right="对")
        RememberedPhrase.objects.create(
            organisation=bureau,
            check_name="wording",
            context=str(edition.pk),
            shown="x",
            reason="x",
            author=office,
        )
        Delivery.objects.create(
            organisation=bureau, period_from=date(2026, 1, 1), period_to=date(2026, 1, 2), records=1,
            file="x.zip", sha256="0" * 64, size=1, made_by=office,
        )  # fmt: skip
        CleanupRound.objects.create(organisation=bureau, title="清理", state="finished", result=record)
        text = OfficialText.objects.create(
            organisation=bureau,
            name="法",
            key=str(edition.pk),
            version_date=date(2026, 1, 1),
            text="",
            sha256="",
        )
        TextComparison.objects.create(record=record, official=text, same=False, on=date(2026, 1, 1))


@pytest.mark.parametrize("name", LISTS)
def test_queries_do_not_grow_with_the_list(
    make: Any, bureau: Any, person: Any, sign_in: Any, name: str
) -> None:
    client = sign_in("office")
    _fill(make, bureau, person, 2)
    _page(client, name)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            _page(client, name)
        counts.append(len(queries))
        _fill(make, bureau, person, 3)
    assert counts[0] == counts[1] and counts[0] <= 30, counts


@pytest.mark.parametrize("name", LISTS)
def test_outsiders_find_empty_lists_and_strangers_none(
    make: Any, bureau: Any, person: Any, outsider: Any, name: str
) -> None:
    _fill(make, bureau, person, 1)
    client = Client()
    assert client.get(_url(name)).status_code == 302
    client.force_login(outsider)
    page = client.get(_url(name)).content.decode()
    assert "临水规" not in page and ">x<" not in page and "2026-01-02" not in page


def test_long_lists_are_paged(bureau: Any, sign_in: Any) -> None:
    for n in range(views.PAGE + 1):
        WordRule.objects.create(organisation=bureau, wrong=f"错{n}", right="对")
    page = _page(sign_in("office"), "words")
    assert "第 1 / 2 页" in page and page.count("错") > 30


def test_a_work_item_is_closed_with_a_note(bureau: Any, person: Any, sign_in: Any, outsider: Any) -> None:
    unit = person("handler").organisation
    item = WorkItem.objects.create(organisation=unit, kind="late", key="late:1", text="通知要逾期了")
    client = sign_in("handler")
    assert "通知要逾期了" in _page(client, "work_items", kind="late")
    assert "通知要逾期了" not in _page(client, "work_items", kind="expiring")
    assert "请写明怎样处理的" in _press(client, "close_item", item.pk, note=" ")
    assert "已办结" in _press(client, "close_item", item.pk, note="已催办")
    assert "已催办" in _page(client, "work_items", closed="1")
    other = Client()
    other.force_login(outsider)
    assert other.post(_url("close_item", item.pk), {"note": "x"}).status_code == 404


def test_the_deadline_list_shows_light_and_steps(draft: Edition, sign_in: Any) -> None:
    page = _page(sign_in("handler"), "deadlines")
    assert draft.title in page and "红灯" in page and "2026-02-02" in page and "从次日起数" in page


def test_a_failed_publication_is_retried(draft: Edition, carry: Any, person: Any, sign_in: Any) -> None:
    signed = carry(draft, until="sign")
    actions.schedule(person("office"), signed, at=timezone.now() + timedelta(hours=1))
    Edition.objects.filter(pk=draft.pk).update(publish_at=timezone.now(), body="换了")
    publishing.publish_due()
    failure = PublicationFailure.objects.get()
    client = sign_in("office")
    assert "与签发时不一致" in _page(client, "failures")
    assert "又没有发成" in _press(client, "act_on_failure", failure.pk, do="retry")
    Edition.objects.filter(pk=draft.pk).update(body=signed.body)
    failure = PublicationFailure.objects.get(settled_at=None)
    assert "已发布" in _press(client, "act_on_failure", failure.pk, do="retry")
    assert Edition.objects.get(pk=draft.pk).state == "published"


def test_words_are_added_and_false_alarms_let_pass(make: Any, bureau: Any, sign_in: Any) -> None:
    office, handler = sign_in("office"), sign_in("handler")
    assert "已加入词表" in _press(
        office, "act_on_words", do="add", unit=bureau.pk, wrong="供水科", right="供水处"
    )
    city = Organisation.objects.get(parent=None)
    assert office.post(_url("act_on_words"), {"do": "add", "unit": city.pk}).status_code == 404
    edition = make(title="供水科的通知")
    page = handler.get(reverse("desk:edition", args=[edition.pk])).content.decode()
    assert "应为“供水处”" in page and "放行并记住" in page
    hit = scans.hits(edition)[0]
    _press(handler, "let_pass", edition.pk, check=hit.check, context=hit.context, reason="文件原名")
    assert not scans.hits(edition)
    kept = RememberedPhrase.objects.get()
    assert "文件原名" in _page(office, "words")
    _press(office, "act_on_words", do="forget", pk=kept.pk)
    assert scans.hits(edition)
    assert "已停用" in _press(office, "act_on_words", do="retire", pk=WordRule.objects.get().pk)


@pytest.fixture
def normative(make: Any, carry: Any, bureau: Any) -> Record:
    LibraryRules.objects.create(organisation=bureau, interpretation_blocks=False)
    edition = make(
        kind=Kind.NORMATIVE, document_number="临水规〔2026〕1号", effective_on=date(2026, 1, 10),
        expires_on=timezone.localdate() + timedelta(days=80), fields={"legality_opinion": "已审"},
    )  # fmt: skip
    return carry(edition).record


def test_validity_warns_and_exports(normative: Record, sign_in: Any) -> None:
    client = sign_in("legal")
    page = _page(client, "validity", soon="on", validity="in_force")
    assert "临水规〔2026〕1号" in page and "还有80天" in page
    assert "临水规〔2026〕1号" not in _page(client, "validity", validity="repealed")
    answer = client.get(_url("export", "xlsx"), {"kind": "normative"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.active.cell(2, 3).value == "临水规〔2026〕1号"
    assert client.get(_url("export", "docx"), {"full": "1"}).content.startswith(b"PK")
    assert client.get(_url("export", "exe")).status_code == 404


def test_a_cleanup_by_hand(normative: Record, bureau: Any, site: Any, person: Any, sign_in: Any) -> None:
    legal, handler = sign_in("legal"), sign_in("handler")
    page = _press(legal, "open_cleanup", unit=bureau.pk, title="2026 年清理")
    round = CleanupRound.objects.get()
    assert "还有 1 件没有结论" in page and normative.live.title in page
    item = round.items.get()
    assert "要写理由" in _press(handler, "decide_item", item.pk, decision="repeal")
    _press(handler, "decide_item", item.pk, decision="repeal", reason="已有新规定")
    unit = person("handler").organisation
    page = _press(handler, "finish_cleanup", round.pk, unit=unit.pk, site=site.pk)
    assert "已生成并送审" in page
    round.refresh_from_db()
    assert round.result and round.result.editions.get().state == "head"
    assert "不能重开" in _press(legal, "reopen_cleanup", round.pk, reason="结论写错")
    result = round.result.editions.get()
    actions.move(person("head"), result, "return_head", reason="结论不对")
    actions.move(person("handler"), result, "discard", reason="重做")
    assert "重开这一轮" in legal.get(_url("cleanup", round.pk)).content.decode()
    assert "写明为什么" in _press(legal, "reopen_cleanup", round.pk, reason=" ")
    assert "可以改结论" in _press(legal, "reopen_cleanup", round.pk, reason="结论写错")
    _press(handler, "decide_item", item.pk, decision="keep")
    assert "已生成并送审" in _press(handler, "finish_cleanup", round.pk, unit=unit.pk, site=site.pk)


def test_official_texts_by_hand(bureau: Any, site: Any, person: Any, carry: Any, sign_in: Any) -> None:
    from gongkai.records import official

    legal, handler = sign_in("legal"), sign_in("handler")
    row = {"名称": "节水条例", "版本日期": "2026-01-01", "正文": "第一条 节约用水。"}

    def upload(text: str, day: str) -> str:
        data = json.dumps(row | {"正文": text, "版本日期": day}).encode()
        return _press(legal, "import_official", unit=bureau.pk, file=SimpleUploadedFile("a.json", data))

    assert "新增 1 部" in upload("第一条 节约用水。", "2026-01-01")
    user = person("handler")
    draft = official.create(
        user, organisation=user.organisation, site=site, official=OfficialText.objects.get(), summary="节水",
        issuer="人大", written_on=date(2026, 1, 1), effective_on=date(2026, 1, 1),
    )  # fmt: skip
    record = carry(draft).record
    upload("第一条 节约和保护用水。", "2026-06-01")
    assert "不符" in _page(legal, "official")
    page = handler.get(_url("comparison", record.pk)).content.decode()
    assert "<ins>" in page and "采用正式文本" in page
    assert "请核对后送审" in _press(handler, "take_official", record.pk)
    assert "请选一个文件" in _press(legal, "import_official", unit=bureau.pk)
    bad = SimpleUploadedFile("a.json", b'[{"x": 1}]')
    assert "第 1 条缺名称" in _press(legal, "import_official", unit=bureau.pk, file=bad)


def test_a_delivery_by_hand(draft: Edition, carry: Any, bureau: Any, sign_in: Any) -> None:
    carry(draft)
    today, client = timezone.localdate().isoformat(), sign_in("office")
    assert "已做好" in _press(client, "make_delivery", unit=bureau.pk, first=today, last=today)
    row = Delivery.objects.get()
    answer = client.get(_url("delivery_file", row.pk))
    assert b"".join(answer.streaming_content).startswith(b"PK")
    page = _press(client, "add_receipt", row.pk, recipient="市档案馆", delivered_on=today, way="政务网")
    assert "移送已登记" in page and "市档案馆" in page
    assert "移送日期" in _press(client, "add_receipt", row.pk, recipient="馆", delivered_on="昨天", way="x")
    assert "公开日期自" in _press(client, "make_delivery", unit=bureau.pk, first="x", last=today)


def test_upkeep_items_reach_the_page(normative: Record, sign_in: Any) -> None:
    upkeep.keep(timezone.localdate())
    assert "有效期将满" in _page(sign_in("handler"), "work_items")


def test_rules_and_review_points_are_the_agencys_own(bureau: Any, sign_in: Any) -> None:
    from gongkai.records import reviews
    from gongkai.records.rules import rules_of

    office, values = sign_in("office"), {
        "interpretation_workdays": "3", "interim_years": "2", "other_years": "5", "warn_days": "60，10",
        "late_days": "5", "first_five_year": "13", "sectors": "供水、排水", "unit": str(bureau.pk),
    }  # fmt: skip
    assert "暂行、试行文件有效期上限" in _page(office, "rules")
    assert "规则已改" in _press(office, "act_on_rules", do="rules", **values)
    rules = rules_of(bureau)
    assert (rules.warn_days, rules.sectors, rules.interpretation_blocks) == (
        [60, 10],
        ["供水", "排水"],
        False,
    )
    assert "写几个天数" in _press(office, "act_on_rules", do="rules", **(values | {"warn_days": "六十"}))
    unit = str(bureau.pk)
    assert "大坝数据" in _press(office, "act_on_rules", do="add", unit=unit, name="大坝数据")
    _press(office, "act_on_rules", do="stop", unit=unit, key="internal")
    keys = [point.key for point in reviews.points_for(bureau)]
    assert "internal" not in keys and "own-1" in keys
    _press(office, "act_on_rules", do="resume", unit=unit, key="internal")
    assert "internal" in [point.key for point in reviews.points_for(bureau)]
    assert sign_in("handler").post(_url("act_on_rules"), {"do": "rules", **values}).status_code == 404
    assert "没有可以改规则的单位" in _page(sign_in("handler"), "rules")


def test_a_term_of_its_own_needs_a_basis(draft: Edition, sign_in: Any) -> None:
    client = sign_in("handler")
    values = {"days": "20", "unit": "calendar_days"}
    assert "须写明依据" in _press(client, "set_term", draft.record_id, **values)
    page = _press(client, "set_term", draft.record_id, **values, basis="《预算法》第十四条")
    assert "公开期限已改" in page and "2026-01-25" in page
    assert "2026-02-02" in _press(client, "set_term", draft.record_id, days="", unit="workdays")
