"""知识库的页面：谁进得来，编写到发布走得通，公众页面只有有效的，列表的查询次数不随条数增长。"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from gongkai.consultations import actions, gathering
from gongkai.consultations.models import Entry, KnowledgeRules, OpenQuestion
from gongkai.search import indexer

PAGES = ("", "questions/", "export.xlsx")


@pytest.fixture
def client_of(person: Callable[[str], Any]) -> Callable[[str], Client]:
    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(person(username))
        return client

    return sign_in


@pytest.mark.parametrize(
    ("username", "status", "rules"),
    [
        ("office", 200, 200),
        ("city", 200, 200),
        ("handler", 200, 403),
        ("head", 200, 403),
        ("auditor", 200, 403),
        ("secrecy", 403, 403),
        ("admin", 403, 403),
    ],
)
def test_who_comes_in(bureau: Any, client_of: Any, username: str, status: int, rules: int) -> None:
    client = client_of(username)
    for page in PAGES:
        assert client.get(f"/staff/knowledge/{page}").status_code == status
    assert client.get("/staff/knowledge/rules/").status_code == rules
    assert Client().get("/staff/knowledge/").status_code == 302


def test_from_an_open_question_to_the_public_page(bureau: Any, measure: Any, client_of: Any) -> None:
    gathering.note("停水要提前多久通知用户？")
    city = client_of("cityoffice")
    page = city.get("/staff/knowledge/questions/").content.decode()
    assert "停水要提前多久通知用户？" in page
    row = OpenQuestion.objects.get()
    city.post(f"/staff/knowledge/questions/{row.pk}/", {"do": "draft"})
    entry = Entry.objects.get()
    division = bureau.children.get(name="科技信息处")
    response = city.post(f"/staff/knowledge/{entry.pk}/assign/", {"organisation": division.pk}, follow=True)
    assert "已移交给科技信息处" in response.content.decode()
    handler, here = client_of("handler"), f"/staff/knowledge/{entry.pk}/"
    text = handler.get(here).content.decode()
    assert "还没有写答复" in text and "还没有列依据" in text and "系统（公众多次问到）" not in text
    values = {
        "question": entry.question,
        "wordings": "停水会提前通知吗\n\n停水怎么通知",
        "answer": "提前二十四小时。",
    }
    handler.post(here, values | {"version": Entry.objects.get().version})
    entry.refresh_from_db()
    assert entry.wordings == ["停水会提前通知吗", "停水怎么通知"]
    # 用旧的版次再存：写的还在页面上。
    stale = handler.post(here, values | {"version": 1, "answer": "写到一半的"}).content.decode()
    assert "别人刚改过" in stale and "写到一半的" in stale
    found = handler.get(here, {"basis": "供水管理"}).content.decode()
    assert "临江市城市供水管理办法" in found and "加上" in found
    bad = handler.post(f"{here}bases/", {"record": measure.pk, "clause": "第九条"}, follow=True)
    assert "没有“第九条”" in bad.content.decode()
    handler.post(f"{here}bases/", {"record": measure.pk, "clause": "第二条"})
    handler.post(f"{here}submit/")
    client_of("head").post(f"{here}approve/")
    office = client_of("office")
    office.post(f"{here}publish/")
    public = Client().get(f"/knowledge/{entry.pk}/").content.decode()
    assert "提前二十四小时。" in public and "《临江市城市供水管理办法》" in public and "第二条" in public
    assert measure.get_absolute_url() in public
    assert entry.question in Client().get("/knowledge/", {"q": "停水"}).content.decode()
    assert "/knowledge/sitemap.xml" in Client().get("/sitemap.xml").content.decode()
    assert f"/knowledge/{entry.pk}/" in Client().get("/knowledge/sitemap.xml").content.decode()
    indexer.index_now()
    asked = Client().get("/ask/", {"q": "停水要提前几天通知用户"}).content.decode()
    assert "提前二十四小时。" in asked and f"/knowledge/{entry.pk}/" in asked and "未找到" not in asked
    data = Client().get("/api/v1/answer", {"q": "停水要提前几天通知用户"}).json()
    assert data["known"]["sources"][0]["clause"] == "第二条" and data["found"]
    steps = office.get(here).content.decode()
    assert "审核通过" in steps and "林经办" in steps
    office.post(f"{here}withdraw/", {"reason": "口径有变"})
    gone = Client().get(f"/knowledge/{entry.pk}/")
    assert gone.status_code == 410 and "不再有效" in gone.content.decode()
    assert Client().get("/knowledge/").content.decode().count(entry.question) == 0
    assert Client().get("/knowledge/entries.json").json()["total"] == 0
    assert f"/knowledge/{entry.pk}/" not in Client().get("/knowledge/sitemap.xml").content.decode()


def test_a_draft_is_not_public_and_an_old_version_leads_to_the_new(
    measure: Any, write: Any, publish: Any, person: Any
) -> None:
    assert Client().get(f"/knowledge/{write(measure).pk}/").status_code == 404
    old = publish(measure)
    made = actions.revise(person("handler"), old)
    for username, name in (("handler", "submit"), ("head", "approve"), ("office", "publish")):
        made = actions.move(person(username), made, name)
    response = Client().get(f"/knowledge/{old.pk}/")
    assert response.status_code == 302 and response["Location"] == f"/knowledge/{made.pk}/"


def test_what_people_write_is_never_markup(measure: Any, publish: Any, client_of: Any) -> None:
    entry = publish(measure, question="<b>停水</b>怎么办？", answer="<script>alert(1)</script>")
    for page in (
        Client().get(f"/knowledge/{entry.pk}/"),
        Client().get("/knowledge/"),
        client_of("office").get(f"/staff/knowledge/{entry.pk}/"),
    ):
        text = page.content.decode()
        assert "<b>停水" not in text and "<script>alert" not in text and "&lt;b&gt;停水" in text


def test_the_workbook_has_every_column_and_no_formula(measure: Any, write: Any, client_of: Any) -> None:
    write(measure, answer="=1+1")
    response = client_of("office").get("/staff/knowledge/export.xlsx")
    sheet = load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][2] == "问题" and rows[1][4] == "'=1+1"
    assert "《临江市城市供水管理办法》第二条" in rows[1][5]


def test_the_office_changes_the_rules(bureau: Any, client_of: Any) -> None:
    office = client_of("office")
    values = {
        "receiver": bureau.pk,
        "threshold": 0,
        "similarity": 60,
        "answer_similarity": 75,
        "warn_days": 30,
    }
    assert "没有提交成功" in office.post("/staff/knowledge/rules/", values).content.decode()
    office.post("/staff/knowledge/rules/", values | {"threshold": 7})
    assert KnowledgeRules.objects.get().threshold == 7
    assert "问到 7 次" in office.get("/staff/knowledge/questions/").content.decode()


def test_outsiders_find_nothing(measure: Any, publish: Any, outsider: Any) -> None:
    entry = publish(measure)
    client = Client()
    client.force_login(outsider)
    assert client.get(f"/staff/knowledge/{entry.pk}/").status_code == 404
    assert entry.question not in client.get("/staff/knowledge/").content.decode()
    assert client.post(f"/staff/knowledge/{entry.pk}/withdraw/", {"reason": "试"}).status_code == 404
    entry.refresh_from_db()
    assert entry.state == Entry.State.PUBLISHED


@pytest.mark.parametrize("page", ["/staff/knowledge/", "/staff/knowledge/questions/", "/knowledge/"])
def test_lists_take_the_same_number_of_queries(measure: Any, publish: Any, client_of: Any, page: str) -> None:
    client = client_of("office") if page.startswith("/staff") else Client()

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    soon = timezone.localdate() + timedelta(days=3)
    publish(measure, valid_until=soon)
    bureau = Entry.objects.get().organisation
    OpenQuestion.objects.create(organisation=bureau, text="甲怎么办", entry=Entry.objects.get())
    client.get(page)
    few = queries()
    for number in range(4):
        entry = publish(measure, question=f"第{number}个问题怎么办？", valid_until=soon)
        OpenQuestion.objects.create(organisation=bureau, text=f"第{number}个怎么办", entry=entry)
    assert queries() == few and few < 25
