"""工作台的页面：各页打得开、查询数不随件数增加，填错不丢，别的单位看不见。"""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from foi_samples import PUBLIC, TEXT
from openpyxl import load_workbook

from gongkai.audit.models import Entry
from gongkai.requests import actions, demo, states
from gongkai.requests.models import Case, Letter

LISTS = ("foi:queue", "foi:cases", "foi:board", "foi:reviews", "foi:filed", "foi:statistics")


@pytest.fixture
def desk(person: Any) -> Any:
    """某账号登录后的浏览器。"""

    def enter(username: str) -> Client:
        client = Client()
        client.force_login(person(username), backend="gongkai.accounts.permissions.DutyBackend")
        return client

    return enter


@pytest.fixture
def seeded(bureau: Any) -> Any:
    demo.seed(bureau)
    return bureau


def test_every_page_opens_for_every_role(seeded: Any, desk: Any) -> None:
    case, letter = Case.objects.first(), Letter.objects.first()
    pages = [reverse(name) for name in (*LISTS, "foi:intake", "foi:rules", "foi:calendar", "foi:payments")]
    for who in (
        "office",
        "clerk",
        "chief",
        "handler",
        "head",
        "secrecy",
        "legal",
        "leader",
        "auditor",
        "city",
    ):
        client = desk(who)
        for url in pages:
            assert client.get(url).status_code in (
                (200, 404) if who in ("secrecy", "legal", "leader", "auditor", "city") else (200,)
            ), (who, url)  # noqa: E501
    client = desk("clerk")
    for row in Case.objects.all():
        assert client.get(reverse("foi:case", args=[row.pk])).status_code == 200
        assert client.get(reverse("foi:group", args=[row.pk])).status_code == 200
        for item in row.items.all():
            assert client.get(reverse("foi:item", args=[item.pk])).status_code == 200
    for row in Letter.objects.all():
        assert client.get(reverse("foi:letter", args=[row.pk])).status_code == 200
    stranger = desk("admin")
    for url in (reverse("foi:case", args=[case.pk]), reverse("foi:letter", args=[letter.pk])):
        assert stranger.get(url).status_code == 404
    assert demo.seed(seeded) == 0


@pytest.mark.parametrize("name", LISTS)
def test_queries_do_not_grow_with_the_list(receive: Any, person: Any, desk: Any, name: str) -> None:
    def count() -> int:
        client = desk("clerk")
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(reverse(name)).status_code == 200
        return len(found)

    for n in range(3):
        receive(person={"identity_number": f"A{n}"})
    few = count()
    for n in range(12):
        receive(person={"identity_number": f"B{n}"})
    assert count() <= few


def test_a_case_page_tells_why_this_day_and_masks_the_applicant(receive: Any, desk: Any) -> None:
    case = receive()
    text = desk("clerk").get(reverse("foi:case", args=[case.pk])).content.decode()
    assert "为什么是这一天" in text and "自2026年3月2日次日起算20个工作日" in text
    assert "张*" in text and "张三" not in text and "13800001234" not in text


def test_a_look_at_the_applicant_needs_a_reason_and_is_audited(receive: Any, desk: Any) -> None:
    case = receive()
    url = reverse("foi:reveal", args=[case.pk])
    client = desk("clerk")
    assert "13800001234" not in client.get(url).content.decode()
    assert "13800001234" not in client.post(url, {"reason": " "}).content.decode()
    shown = client.post(url, {"reason": "电话核对收件地址"})
    assert "13800001234" in shown.content.decode() and "no-store" in shown["Cache-Control"]
    assert Entry.objects.filter(action="requests.reveal").count() == 1


def test_intake_keeps_what_was_typed_and_takes_one(agency: Any, desk: Any, today: Any) -> None:
    client = desk("clerk")
    url = reverse("foi:intake")
    data = {
        "key": "k", "channel": "ems", "arrived_on": "2026-03-02", "kind": "natural", "name": "李四",
        "description": "水质报告", "form": "any", "route": "post",
    }  # fmt: skip
    kept = client.post(url, data)
    assert kept.status_code == 422 and "李四" in kept.content.decode()
    assert "至少填写一种联系方式" in kept.content.decode()
    for _n in range(2):
        done = client.post(url, data | {"phone": "13900000000"}, follow=True)
    assert Case.objects.count() == 1 and "已经接收过" in done.content.decode()


def test_a_refused_step_keeps_the_form_and_says_why(working: Any, desk: Any, today: Any) -> None:
    case = working()
    today(date(2026, 3, 12))
    data = {
        "correction-text_content": "没写年度",
        "correction-guidance_content": "请写年度",
        "correction-within": 15,
    }
    shown = desk("clerk").post(reverse("foi:act", args=[case.pk, "correction"]), data)
    text = shown.content.decode()
    assert shown.status_code == 422 and "已经超过" in text and "没写年度" in text
    assert not Letter.objects.exists()


def test_the_whole_way_on_the_desk(receive: Any, desk: Any, person: Any) -> None:
    """登记、分办、答问题、拟稿、审签、发出，全从页面上走。"""
    case = receive()
    clerk, handler = desk("clerk"), desk("handler")

    def do(client: Client, name: str, **data: Any) -> Any:
        found = client.post(
            reverse("foi:act", args=[case.pk, name]), {f"{name}-{k}": v for k, v in data.items()}, follow=True
        )
        assert found.status_code == 200, found.content.decode()[:2000]
        return found

    do(clerk, "register", summary="检漏报告", items="检漏报告")
    unit = person("handler").organisation_id
    do(clerk, "assign", units=[unit])
    item = case.items.get()
    answers = {f"a-{key}": value for key, value in PUBLIC.items()}
    shown = handler.get(reverse("foi:item", args=[item.pk]), {"again": "1"} | answers).content.decode()
    assert "A1 已主动公开" in shown
    saved = handler.post(
        reverse("foi:item_act", args=[item.pk, "decide"]),
        answers | {"version": 1, "facts": TEXT, "reason": TEXT, "m-where": "网站"}, follow=True,
    )  # fmt: skip
    assert "这一项的决定已经齐备" in saved.content.decode()
    late = clerk.post(
        reverse("foi:item_act", args=[item.pk, "decide"]), answers | {"version": 1, "facts": "别的"}
    )
    assert late.status_code == 422 and "林经办" in late.content.decode() and "别的" in late.content.decode()
    do(handler, "draft")
    letter = Letter.objects.get()
    for who, name in (
        ("handler", "submit"),
        ("secrecy", "pass_secrecy"),
        ("legal", "pass_legal"),
        ("leader", "sign"),
    ):
        client = desk(who)
        if name != "submit":
            assert letter.title in client.get(reverse("foi:reviews")).content.decode()
        client.post(
            reverse("foi:letter_act", args=[letter.pk, name]), {"opinion": "", "seen": letter.steps.count()}
        )
    sent = clerk.post(
        reverse("foi:letter_act", args=[letter.pk, "dispatch"]),
        {"dispatch-carrier": "portal", "dispatch-on": "2026-03-02"}, follow=True,
    )  # fmt: skip
    case.refresh_from_db()
    assert case.state == "closed" and "按期" in sent.content.decode()
    named = clerk.get(reverse("foi:document", args=[letter.pk]))["Content-Disposition"]
    assert named == f'attachment; filename="{case.number}-T10.pdf"'


def test_export_masks_and_is_audited(receive: Any, desk: Any) -> None:
    receive(person={"name": "欧阳明"})
    found = desk("clerk").get(reverse("foi:export"))
    sheet = load_workbook(io.BytesIO(found.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][0] == "SQ-2026-000001" and rows[1][4] == "欧**"
    assert Entry.objects.filter(action="requests.export").exists()


def test_search_by_number_summary_or_whole_name(working: Any, receive: Any, desk: Any) -> None:
    working()
    receive(person={"name": "欧阳明", "identity_number": "X2"})
    client = desk("clerk")
    for q, n in (("SQ-2026-000002", 1), ("检漏", 1), ("欧阳明", 1), ("欧阳", 0)):
        page = client.get(reverse("foi:cases"), {"q": q}).context["page_obj"]
        assert page.paginator.count == n, q


def test_filed_matters_are_answered(agency: Any, desk: Any, today: Any) -> None:
    row, _secret = actions.suggest(states.CITIZEN, agency=agency, text="请公开水质月报")
    url = reverse("foi:filed_one", args=["suggestion", row.pk])
    assert desk("handler").get(url).status_code == 404
    client = desk("clerk")
    assert client.post(url, {"state": "accepted", "answer": " "}).status_code == 200
    client.post(url, {"state": "accepted", "answer": "每月公开"})
    row.refresh_from_db()
    assert (row.state, row.answer, row.answered_by.username) == ("accepted", "每月公开", "clerk")


def test_the_whole_list_counts_only_so_far(receive: Any, person: Any, monkeypatch: Any) -> None:
    """上百万件时只数到一万件：说“以上”，不说错数；筛选之后照实数。"""
    from gongkai.requests.views import lists

    monkeypatch.setattr(lists, "COUNT_UP_TO", 2)
    numbers = [receive().number for _ in range(3)]
    client = Client()
    client.force_login(person("clerk"))
    page = client.get(reverse("foi:cases")).content.decode()
    assert "有 2 件以上，请先筛选" in page
    page = client.get(reverse("foi:cases"), {"q": numbers[0]}).content.decode()
    assert "共 1 件" in page and numbers[0] in page
