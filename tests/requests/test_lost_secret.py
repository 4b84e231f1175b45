"""查询码丢了：网上凭验证码、窗口凭证件换新的，旧的当即作废，留记录，看不出编号存不存在。"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from gongkai.audit.models import Entry
from gongkai.core.states import Refused
from gongkai.requests import actions, states
from gongkai.requests.models import Case

IDENTITY = "11010519491231002X"


@pytest.fixture
def made(agency: Any, site: Any, today: Any, settings: Any) -> Any:
    settings.REQUESTS_IDENTITY = ["email"]
    person = {
        "kind": "natural", "name": "张三", "identity_number": IDENTITY, "phone": "13800001234",
        "email": "zs@example.invalid",
    }  # fmt: skip
    return actions.receive(
        states.CITIZEN, agency=agency, applicant=person, description="检漏报告", channel="portal"
    )


def ask(client: Client, number: str, identity: str = IDENTITY) -> Any:
    return client.post("/track/lost/", {"number": number, "identity": identity, "by": "email"})


def code() -> str:
    found = re.search(r"\d{6}", str(mail.outbox[-1].body))
    assert found
    return found[0]


def opens(made: Any, secret: str) -> bool:
    answer = Client().post("/track/", {"number": made.case.number, "code": secret})
    return answer.headers.get("Location") == "/track/case/"


def test_a_code_to_the_kept_address_gives_a_new_secret_and_kills_the_old(made: Any) -> None:
    before = Client()
    before.post("/track/", {"number": made.case.number, "code": made.secret})
    assert before.get("/track/case/").status_code == 200
    client = Client()
    assert ask(client, made.case.number).headers["Location"] == "/track/lost/"
    assert [each.to for each in mail.outbox] == [["zs@example.invalid"]]
    assert "zs@example" not in str(dict(client.session.items()))
    done = client.post("/track/lost/", {"do": "code", "code": code()})
    assert done.headers["Location"] == "/track/lost/done/"
    page = client.get("/track/lost/done/").content.decode()
    secret = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page)
    assert secret and opens(made, secret[0]) and not opens(made, made.secret)
    # 凭旧码打开着的，也看不了了。
    assert before.get("/track/case/").headers["Location"] == "/track/"
    entry = Entry.objects.get(action="requests.renew_secret")
    assert entry.detail == {"numbers": [made.case.number], "how": "email"}


def test_a_wrong_number_or_identity_looks_just_the_same_and_sends_nothing(made: Any) -> None:
    pages = set()
    for number, identity in (
        (made.case.number, IDENTITY), (made.case.number, "110105194912310011"), ("SQ-2026-000999", IDENTITY),
    ):  # fmt: skip
        client = Client()
        assert ask(client, number, identity).headers["Location"] == "/track/lost/"
        page = client.get("/track/lost/").content.decode()
        pages.add(re.sub(r'value="[^"]{30,}"', "", page))
        wrong = client.post("/track/lost/", {"do": "code", "code": "000000"})
        assert wrong.status_code == 400 and "验证码不对" in wrong.content.decode()
    assert len(pages) == 1 and len(mail.outbox) == 1
    assert not Entry.objects.filter(action="requests.renew_secret").exists()


def test_tries_and_asking_are_limited_and_a_code_goes_stale(made: Any, monkeypatch: Any) -> None:
    client = Client()
    ask(client, made.case.number)
    right = code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _n in range(5):
        answer = client.post("/track/lost/", {"do": "code", "code": wrong})
    assert "错了太多次" in answer.content.decode()
    assert "请先要验证码" in client.post("/track/lost/", {"do": "code", "code": right}).content.decode()
    for _n in range(2):
        ask(client, made.case.number)
    assert "次数太多" in ask(client, made.case.number).content.decode()
    assert len(mail.outbox) == 3
    late = code()
    from django.utils import timezone

    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=11))
    assert "已过 10 分钟" in client.post("/track/lost/", {"do": "code", "code": late}).content.decode()
    assert opens(made, made.secret)


def test_parts_of_one_request_get_the_same_new_secret(made: Any, person: Any) -> None:
    case = actions.register(person("clerk"), made.case, summary="两样", items=["一", "二"])
    parts = actions.split(person("clerk"), case, groups=[[1], [2]])
    secret = actions.renew_secret(states.CITIZEN, parts[0], how="email")
    hashes = set(
        Case.objects.filter(pk__in=[each.pk for each in parts]).values_list("secret_hash", flat=True)
    )
    assert hashes == {actions.secret_hash(secret)}


def test_without_a_provider_the_page_sends_people_to_the_counter(made: Any, settings: Any) -> None:
    settings.REQUESTS_IDENTITY = []
    page = Client().get("/track/lost/").content.decode()
    assert "没有开通网上补发" in page and "也可以到窗口补发" in page and 'name="identity"' not in page
    assert ask(Client(), made.case.number).status_code == 400


def test_the_counter_checks_the_document_and_logs_right_and_wrong(
    made: Any, person: Any, client: Client
) -> None:
    url = reverse("foi:renew_secret", args=["case", made.case.pk])
    for who in ("handler", "secrecy", "auditor"):
        client.force_login(person(who))
        assert client.get(url).status_code == 404, who
    client.force_login(person("clerk"))
    assert url in client.get(reverse("foi:case", args=[made.case.pk])).content.decode()
    wrong = client.post(url, {"identity_number": "110105194912310011", "checked": "本人的身份证原件"})
    assert wrong.status_code == 422 and "不一致" in wrong.content.decode() and opens(made, made.secret)
    assert Entry.objects.filter(action="requests.renew_secret_refused").count() == 1
    done = client.post(url, {"identity_number": IDENTITY.lower(), "checked": "本人的身份证原件"})
    secret = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", done.content.decode())
    assert secret and opens(made, secret[0]) and not opens(made, made.secret)
    assert "no-cache" in done["Cache-Control"]
    entry = Entry.objects.get(action="requests.renew_secret")
    assert (entry.actor, entry.detail["how"]) == (person("clerk"), "本人的身份证原件")
    assert IDENTITY not in str(list(Entry.objects.values_list("detail", flat=True)))


def test_a_paper_request_without_an_identity_number_needs_words_on_what_was_checked(
    receive: Any, person: Any
) -> None:
    case = receive(person("clerk"), channel="ems", person={"identity_number": ""})
    with pytest.raises(Refused, match="看了什么证件"):
        actions.renew_at_counter(person("clerk"), case, identity_number="", checked="看")
    assert actions.renew_at_counter(
        person("clerk"), case, identity_number="", checked="本人的身份证原件，与来信姓名一致"
    )
