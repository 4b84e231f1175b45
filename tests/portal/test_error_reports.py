"""网站找错：反映、转办、答复、查询，期限与亮灯，加密与留痕。"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from gongkai.audit.models import Entry
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.law.workdays import Calendar
from gongkai.portal import actions
from gongkai.portal.models import ErrorReport
from gongkai.records import demo as library

FILLED = {
    "page": "https://localhost/content/post_1.html",
    "kind": "wording",
    "text": "“通知”写成了“通之”",
    "name": "李四",
    "contact": "13800138000",
}


@pytest.fixture
def site(bureau: Any) -> Any:
    return library.seed(bureau)


@pytest.fixture
def report(site: Any) -> ErrorReport:
    return actions.submit(site, source="x", **FILLED)[0]


def as_user(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_citizen_reports_and_reads_the_reply(site: Any, person: Any) -> None:
    citizen = Client()
    assert 'value="https://localhost/columns/"' in citizen.get("/feedback/?page=/columns/").content.decode()
    page = citizen.post("/feedback/", FILLED).content.decode()
    number, code = re.findall(r"<dd><strong[^>]*>([^<]+)</strong>", page)
    report = ErrorReport.objects.get(number=number)
    calendar, today = Calendar.official(), timezone.localdate()
    assert report.forward_due == calendar.add(today, 1) and report.reply_due == calendar.add(today, 3)

    office = as_user(person("office"))
    path = f"/staff/error-reports/{report.pk}/"
    assert number in office.get("/staff/error-reports/").content.decode()
    shown = office.get(path).content.decode()
    assert "138****8000" in shown and FILLED["contact"] not in shown and FILLED["text"] in shown
    unit = Organisation.objects.get(name="科技信息处")
    office.post(path, {"do": "forward", "to": unit.pk})

    handler = as_user(person("handler"))
    assert number in handler.get("/staff/error-reports/").content.decode()
    handler.post(path, {"do": "answer", "outcome": "fixed", "reply": ""})
    report.refresh_from_db()
    assert report.state == "forwarded"
    handler.post(path, {"do": "answer", "outcome": "fixed", "reply": "已改正，谢谢。"})
    answer = citizen.post("/feedback/status/", {"number": number, "code": code.lower()}).content.decode()
    assert "已改正，谢谢。" in answer and FILLED["text"] not in answer
    wrong = citizen.post("/feedback/status/", {"number": number, "code": "AAAAAAAA"}).content.decode()
    assert "已改正，谢谢。" not in wrong and "没有找到" in wrong


def test_nothing_personal_is_stored_in_the_clear_and_views_are_audited(
    report: ErrorReport, person: Any
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, name, contact FROM portal_errorreport")
        stored = " ".join(cursor.fetchone())
    assert not any(FILLED[key] in stored for key in ("text", "name", "contact"))
    page = as_user(person("office")).post(f"/staff/error-reports/{report.pk}/", {"do": "reveal"})
    assert FILLED["contact"] in page.content.decode()
    assert Entry.objects.filter(action="portal.error_report.reveal_contact").count() == 1
    with pytest.raises(Refused):
        actions.reveal_contact(person("handler"), report)


def test_bots_and_repeats_are_refused_and_lose_nothing(site: Any) -> None:
    citizen = Client()
    page = citizen.post("/feedback/", FILLED | {"website": "http://spam"})
    assert page.status_code == 400 and not ErrorReport.objects.exists()
    assert "通之" in page.content.decode()
    for _n in range(actions.HOURLY):
        assert citizen.post("/feedback/", FILLED).status_code == 200
    page = citizen.post("/feedback/", FILLED)
    assert page.status_code == 400 and ErrorReport.objects.count() == actions.HOURLY
    assert "请稍后再提交" in page.content.decode() and "通之" in page.content.decode()
    other = Client(REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": "1.1.1.1, 203.0.113.9"})
    assert other.post("/feedback/", FILLED).status_code == 200
    assert citizen.post("/feedback/", {}).status_code == 400
    assert Client(enforce_csrf_checks=True).post("/feedback/", FILLED).status_code == 403


@pytest.mark.parametrize(
    ("days", "state", "light"),
    [(0, "received", "grey"), (1, "received", "yellow"), (2, "received", "red"), (2, "forwarded", "grey"),
     (3, "forwarded", "yellow"), (4, "forwarded", "red")],
)  # fmt: skip
def test_the_light_follows_the_due_dates(days: int, state: str, light: str) -> None:
    start = date(2026, 3, 2)
    report = ErrorReport(state=state, forward_due=start + timedelta(1), reply_due=start + timedelta(3))
    assert report.light(start + timedelta(days)) == light


def test_only_the_office_forwards_and_only_inside(
    report: ErrorReport, person: Any, outsider: Any, bureau: Any
) -> None:
    unit = Organisation.objects.get(name="科技信息处")
    for user in (person("handler"), person("leader"), outsider):
        with pytest.raises(Refused):
            actions.forward(user, report, to=unit)
        with pytest.raises(Refused):
            actions.answer(user, report, outcome="fixed", reply="好")
    with pytest.raises(Refused):
        actions.forward(person("office"), report, to=Organisation.objects.get(name="市财政局"))
    assert as_user(outsider).get(f"/staff/error-reports/{report.pk}/").status_code == 404
    assert report.number not in as_user(outsider).get("/staff/error-reports/").content.decode()
    assert Client().get("/staff/error-reports/").status_code == 302


def test_the_list_takes_a_fixed_number_of_queries(
    site: Any, person: Any, django_assert_num_queries: Any
) -> None:
    client = as_user(person("office"))
    for number in range(2):
        actions.submit(site, source=str(number), **FILLED)
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get("/staff/error-reports/")
    for number in range(2, 12):
        actions.submit(site, source=str(number), **FILLED)
    with django_assert_num_queries(len(few)):
        client.get("/staff/error-reports/")


def test_codes_cannot_be_guessed_by_trying(report: ErrorReport) -> None:
    from django.core.cache import cache

    cache.clear()
    for _n in range(10):
        Client().post("/feedback/status/", {"number": report.number, "code": "AAAAAAAA"})
    page = Client().post("/feedback/status/", {"number": report.number, "code": "AAAAAAAA"})
    assert "十五分钟" in page.content.decode()
    cache.clear()
