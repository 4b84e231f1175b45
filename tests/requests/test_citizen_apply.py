"""公众申请：逐步填写、相近信息、附件、代理、核实身份、提交一次、回执、防刷。"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from foi_samples import pdf

from gongkai.audit.models import Entry
from gongkai.core.states import Refused
from gongkai.formats.documents import pdf as documents
from gongkai.requests.models import Applicant, Attempt, Case, Draft, DraftFile
from gongkai.requests.public import drafts, forms, guard, identity

WHO = {
    "kind": "natural", "name": "张三", "identity_type": "id_card", "identity_number": "11010519491231002x",
    "phone": "13800001234", "email": "", "address": "", "form": "electronic", "route": "portal",
}  # fmt: skip
WHAT = {"description": "2025年供水管网检漏报告"}


@pytest.fixture
def visitor(agency: Any, site: Any, today: Any) -> Client:
    return Client()


def fill(client: Client, what: Any = WHAT, who: Any = WHO) -> None:
    assert client.post("/apply/what/", what).status_code == 302
    assert client.get("/apply/similar/").status_code in (200, 302)
    answer = client.post("/apply/who/", who)
    assert answer.status_code == 302, answer.content.decode()


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_citizen_applies_and_gets_number_secret_and_dates(visitor: Client, agency: Any) -> None:
    fill(visitor)
    preview = text(visitor.get("/apply/check/"))
    # 证件号码遮着，要本人核对的姓名电话照写；标题里没有个人信息。
    assert "110*************2X" in preview
    assert "11010519491231002X" not in preview and "13800001234" in preview
    assert visitor.post("/apply/check/").headers["Location"] == "/apply/done/"
    page = text(visitor.get("/apply/done/"))
    case = Case.objects.get()
    secret = Draft.objects.get().secret
    assert case.number in page and secret in page and "2026-03-02" in page and "2026-03-30" in page
    assert (case.channel, case.state, case.received_on) == ("portal", "received", date(2026, 3, 2))
    assert (case.applicant.name, case.applicant.identity_number) == ("张三", "11010519491231002X")
    assert case.agency == agency and case.due == date(2026, 3, 30)
    assert not any(secret in json.dumps(row.detail) for row in Entry.objects.all())


def test_a_double_click_makes_one_request_and_shows_the_same_number(visitor: Client) -> None:
    fill(visitor)
    for _n in range(3):
        assert visitor.post("/apply/check/").headers["Location"] == "/apply/done/"
    assert Case.objects.count() == 1 and Entry.objects.filter(action="requests.receive").count() == 1
    assert Draft.objects.get().secret in text(visitor.get("/apply/done/"))


def test_submitting_the_same_draft_twice_at_once_gives_the_first_case(visitor: Client) -> None:
    fill(visitor)
    draft = Draft.objects.get()
    first, again = drafts.submit(draft, "a"), drafts.submit(draft, "a")
    assert first.case_id == again.case_id and first.secret == again.secret and Case.objects.count() == 1


def test_the_draft_is_encrypted_and_emptied(visitor: Client) -> None:
    from django.db import connection

    fill(visitor)
    with connection.cursor() as cursor:
        cursor.execute("select data from requests_draft")
        (stored,) = cursor.fetchone()
    assert "张三" not in stored and "张三" in Draft.objects.get().data
    visitor.post("/apply/check/")
    assert Draft.objects.get().data == ""
    Draft.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert drafts.purge() == 1 and not Draft.objects.exists() and Case.objects.count() == 1


def test_only_the_three_things_of_article_29_are_asked() -> None:
    names = set(forms.WhatForm.base_fields) | set(forms.WhoForm.base_fields)
    assert names == {
        "agency", "description", "files", "kind", "name", "identity_type", "identity_number", "identity_file",
        "phone", "email", "address", "form", "route", "agent_name", "agent_identity", "agent_phone",
        "authorisation",
    }  # fmt: skip
    assert set(Applicant.Kind.values) >= {"enterprise", "research", "charity", "legal_service", "other"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "请填写姓名"),
        ({"identity_number": "1101051949"}, "现在填了 10 位"),
        ({"identity_number": "110105194912310021"}, "校验位不对"),
        ({"phone": ""}, "至少填一样"),
        ({"phone": "12"}, "电话号码太短"),
        ({"route": "post"}, "选了邮寄，请填写通信地址"),
        ({"route": "email"}, "选了用电子邮件取得"),
        ({"email": "不是邮箱"}, "name@example.cn"),
        ({"identity_type": "credit_code"}, "公民个人请选身份证"),
        ({"kind": "enterprise", "identity_type": "credit_code", "identity_number": "91440101O"}, "是 18 位"),
        ({"agent_name": "李律师"}, "请交授权委托书"),
    ],
)
def test_bad_input_says_what_and_keeps_the_rest(visitor: Client, changes: dict[str, str], said: str) -> None:
    visitor.post("/apply/what/", WHAT)
    answer = visitor.post("/apply/who/", WHO | changes | {"address": changes.get("address", "")})
    assert answer.status_code == 400 and said in text(answer)
    if "name" not in changes:
        assert 'value="张三"' in text(answer)
    assert not Case.objects.exists()


def test_credit_codes_are_checked() -> None:
    assert forms.credit_code_problem("91350100M000100Y43") == ""
    assert "校验位" in forms.credit_code_problem("91350100M000100Y44")
    assert "I、O" in forms.credit_code_problem("91350100M000100YO3")


def test_files_are_checked_kept_and_passed_on(visitor: Client, settings: Any) -> None:
    bad = SimpleUploadedFile("坏.exe", b"MZ\x90\x00" * 10)
    answer = visitor.post("/apply/what/", WHAT | {"files": [pdf("线索.pdf"), bad]})
    assert answer.status_code == 400 and "坏.exe" in text(answer) and "线索.pdf" in text(answer)
    assert DraftFile.objects.count() == 1
    # 别的栏填错了，授权书不必再选一次。
    agent = {"agent_name": "李律师", "agent_identity": "", "authorisation": pdf("委托书.pdf")}
    assert visitor.post("/apply/who/", WHO | agent).status_code == 400
    fixed = WHO | {"agent_name": "李律师", "agent_identity": "1"}
    assert visitor.post("/apply/who/", fixed).status_code == 302
    visitor.post("/apply/check/")
    case = Case.objects.get()
    assert sorted(case.files.values_list("kind", flat=True)) == ["authorisation", "submission"]
    assert {row.name for row in case.files.all()} == {"线索.pdf", "委托书.pdf"}
    # 代理人不改变申请人类型。
    assert (case.applicant.kind, case.applicant.agent_name) == ("natural", "李律师")


def test_a_file_can_be_taken_out(visitor: Client) -> None:
    visitor.post("/apply/what/", WHAT | {"files": [pdf()]})
    row = DraftFile.objects.get()
    other = Client()
    other.post("/apply/what/", WHAT)
    other.post(f"/apply/files/{row.pk}/remove/", {"back": "what"})
    assert DraftFile.objects.count() == 1
    visitor.post(f"/apply/files/{row.pk}/remove/", {"back": "what"})
    assert not DraftFile.objects.exists()


def test_similar_information_is_shown_before_the_form(visitor: Client, draft: Any, carry: Any) -> None:
    from gongkai.search.indexer import index_now

    carry(draft)
    index_now()
    visitor.post("/apply/what/", {"description": "管网检漏通知"})
    page = text(visitor.get("/apply/similar/"))
    assert "关于开展管网" in page.replace("<mark>", "").replace("</mark>", "") and "都不是，继续申请" in page
    visitor.post("/apply/what/", {"description": "qzxv"})
    assert visitor.get("/apply/similar/").headers["Location"] == "/apply/who/"


def test_without_a_draft_every_step_leads_back_to_the_first(visitor: Client) -> None:
    for name in ("similar", "who", "verify", "check", "done", "receipt.pdf"):
        answer = visitor.get(f"/apply/{name}{'' if '.' in name else '/'}")
        assert answer.headers["Location"] == "/apply/what/", name


def test_a_fast_source_answers_a_question_in_words(visitor: Client, settings: Any) -> None:
    settings.REQUESTS_PUZZLE_AFTER, settings.REQUESTS_HOURLY = 1, 3
    fill(visitor)
    visitor.post("/apply/check/")
    fill(visitor)
    page = text(visitor.get("/apply/check/"))
    assert "等于多少" in page and "<img" not in page
    assert visitor.post("/apply/check/", {"answer": "错"}).status_code == 400 and Case.objects.count() == 1
    first, second, minus = visitor.session["puzzle"]
    right = first - second if minus else first + second
    assert visitor.post("/apply/check/", {"answer": str(right)}).status_code == 302
    Attempt.objects.create(kind="submit", source=Attempt.objects.filter(kind="submit").first().source)
    fill(visitor)
    answer = visitor.post("/apply/check/", {"answer": "1"})
    assert answer.status_code == 400 and "当面、邮寄" in text(answer) and Case.objects.count() == 2


@pytest.mark.django_db
def test_many_people_behind_one_address_are_counted_as_people(settings: Any) -> None:
    """同一出口地址后面的许多人：核实过身份的各数各的，没有核实的按来源数。"""
    settings.REQUESTS_HOURLY = 2
    one, two = (guard.person_of({"verified": {"target": f"1390000000{n}"}}) for n in (1, 2))
    for _n in range(2):
        guard.note("submit", "同一地址")
        guard.note("person", one)
    assert guard.is_flooding("同一地址") and guard.is_flooding("同一地址", one)
    assert not guard.is_flooding("同一地址", two) and guard.person_of({}) == ""


def test_numbers_in_words() -> None:
    said = {0: "零", 7: "七", 10: "十", 12: "十二", 20: "二十", 31: "三十一"}
    assert {number: guard.say_number(number) for number in said} == said


def code_from(text: str) -> str:
    return next(part for part in text.replace("，", " ").split() if part.isdigit())


def test_an_email_code_proves_the_identity(visitor: Client, settings: Any) -> None:
    settings.REQUESTS_IDENTITY = ["email", "sms"]
    fill(visitor, who=WHO | {"email": "zhang@example.cn"})
    assert visitor.get("/apply/check/").headers["Location"] == "/apply/verify/"
    assert visitor.post("/apply/verify/", {"do": "send", "by": "email"}).status_code == 200
    code = code_from(mail.outbox[0].body)
    assert mail.outbox[0].to == ["zhang@example.cn"] and code not in Draft.objects.get().data
    wrong = "000000" if code != "000000" else "111111"
    assert "验证码不对" in text(visitor.post("/apply/verify/", {"code": wrong}))
    assert visitor.post("/apply/verify/", {"code": code}).headers["Location"] == "/apply/check/"
    visitor.post("/apply/check/")
    person = Applicant.objects.get()
    assert person.verified_by == "email" and person.verified_at


def test_a_code_fails_after_five_tries_and_after_changing_the_address(visitor: Client, settings: Any) -> None:
    settings.REQUESTS_IDENTITY = ["email"]
    fill(visitor, who=WHO | {"email": "zhang@example.cn"})
    visitor.post("/apply/verify/", {"do": "send", "by": "email"})
    code = code_from(mail.outbox[0].body)
    for _n in range(identity.TRIES):
        visitor.post("/apply/verify/", {"code": "x"})
    assert visitor.post("/apply/verify/", {"code": code}).status_code == 400
    visitor.post("/apply/verify/", {"do": "send", "by": "email"})
    assert visitor.post("/apply/verify/", {"code": code_from(mail.outbox[1].body)}).status_code == 302
    fill(visitor, who=WHO | {"email": "other@example.cn"})
    assert visitor.get("/apply/check/").headers["Location"] == "/apply/verify/"


def test_an_sms_goes_to_the_operators_file_only(visitor: Client, settings: Any, tmp_path: Any) -> None:
    settings.REQUESTS_IDENTITY, settings.SMS_FILE = ["sms"], tmp_path / "sms" / "outbox.jsonl"
    fill(visitor)
    visitor.post("/apply/verify/", {"do": "send", "by": "sms"})
    row = json.loads(settings.SMS_FILE.read_text(encoding="utf-8"))
    assert row["to"] == "13800001234" and settings.SMS_FILE.stat().st_mode & 0o077 == 0
    assert visitor.post("/apply/verify/", {"code": code_from(row["text"])}).status_code == 302


def test_a_mail_server_that_is_down_loses_nothing(visitor: Client, settings: Any) -> None:
    settings.REQUESTS_IDENTITY = ["email"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    fill(visitor, who=WHO | {"email": "zhang@example.cn"})
    answer = visitor.post("/apply/verify/", {"do": "send", "by": "email"})
    assert answer.status_code == 400 and "填写的内容都还在" in text(answer)
    assert "张三" in Draft.objects.get().data


def test_the_receipt_is_a_pdf_without_secrets(visitor: Client) -> None:
    import pypdfium2

    fill(visitor, what={"description": "“检漏报告”<b>2025</b>\n第二行"})
    visitor.post("/apply/check/")
    answer = visitor.get("/apply/receipt.pdf")
    assert answer.status_code == 200 and answer["Content-Disposition"].endswith('SQ-2026-000001.pdf"')
    document = pypdfium2.PdfDocument(answer.content)
    words = "".join(page.get_textpage().get_text_range() for page in document)
    flat = "".join(words.split())
    for words in ("SQ-2026-000001", "2026年3月30日", "<b>2025</b>", "临江市水务局"):
        assert words in flat, words
    secret = Draft.objects.get().secret
    assert secret not in flat and "13800001234" not in flat and "张三" not in flat


def test_a_missing_font_stops_the_receipt_with_a_reason(visitor: Client, monkeypatch: Any) -> None:
    fill(visitor)
    visitor.post("/apply/check/")
    monkeypatch.setattr(documents, "_SERIF", ("没有这种字体",))
    monkeypatch.setattr(documents, "_SANS", ("也没有这种",))
    answer = visitor.get("/apply/receipt.pdf")
    assert answer.status_code == 503 and "没有装中文字体" in text(answer) and "申请已经收到" in text(answer)


def test_a_missing_contact_is_refused_by_the_action_too(visitor: Client) -> None:
    visitor.post("/apply/what/", WHAT)
    draft = Draft.objects.get()
    drafts.keep(draft, name="张三", kind="natural", identity_type="id_card")
    with pytest.raises(Refused):
        drafts.submit(draft, "a")
    assert not Case.objects.exists()


def test_the_guide_says_channels_and_help(visitor: Client, agency: Any) -> None:
    agency.request_rules.address, agency.request_rules.phone = "临江市江滨路1号", "010-12345678"
    agency.request_rules.save()
    page = text(visitor.get("/apply/"))
    for words in ("当面", "邮寄", "临江市江滨路1号", "010-12345678", "口头申请", "不必说明用途"):
        assert words in page, words
