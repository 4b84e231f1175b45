"""查进度与第三方意见：编号加查询码、试错有限、补正、理由、费用、下载、评价、投诉、建议、撤回。"""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from foi_samples import GIVE, pdf

from gongkai.audit.models import Entry
from gongkai.core.models import Organisation
from gongkai.requests import actions, states
from gongkai.requests.models import Attempt, Case, Complaint, Draft, RecordCorrection, Suggestion
from gongkai.requests.public import following


@pytest.fixture
def made(agency: Any, site: Any, today: Any) -> Any:
    """一件门户提交的申请和它的查询码。"""
    person = {
        "kind": "natural", "name": "张三", "identity_number": "11010519491231002X", "phone": "13800001234",
    }  # fmt: skip
    return actions.receive(
        states.CITIZEN,
        agency=agency,
        applicant=person,
        description="2025年供水管网检漏报告",
        channel="portal",
    )


@pytest.fixture
def work(person: Any) -> Any:
    """登记、分办。"""

    def run(case: Case) -> Case:
        case = actions.register(person("clerk"), case, summary="检漏报告")
        unit = Organisation.objects.get(parent=case.agency, name="科技信息处")
        return actions.assign(person("clerk"), case, units=[unit])

    return run


def enter(made: Any) -> Client:
    client = Client()
    answer = client.post("/track/", {"number": made.case.number, "code": made.secret.lower()})
    assert answer.headers.get("Location") == "/track/case/", answer.content.decode()
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


def test_number_and_secret_open_the_case_and_neither_alone_does(made: Any) -> None:
    other = "2222-2222-2222"
    for number, code in ((made.case.number, ""), (made.case.number, other), ("SQ-2026-000009", made.secret)):
        answer = Client().post("/track/", {"number": number, "code": code})
        assert answer.status_code == 400 and "没有找到" in text(answer)
    assert Client().get("/track/case/").headers["Location"] == "/track/"
    page = text(enter(made).get("/track/case/"))
    assert made.case.number in page and "已经收到，正在登记" in page and "2026-03-30" in page
    assert "为什么是这一天" in page and "20个工作日" in page.replace(" ", "")
    # 屏幕上遮着；标题、网址里没有个人信息。
    assert (
        "张*" in page
        and "张三" not in page
        and "13800001234" not in page
        and "11010519491231002X" not in page
    )
    assert Entry.objects.filter(action="requests.track").count() == 1


def test_wrong_secrets_are_limited_even_when_right_at_last(made: Any) -> None:
    client = Client()
    for _n in range(following.WRONG):
        client.post("/track/", {"number": made.case.number, "code": "x"})
    answer = client.post("/track/", {"number": made.case.number, "code": made.secret})
    assert answer.status_code == 400 and "十五分钟" in text(answer)
    # 别处来的不受连累。
    fine = Client(HTTP_X_FORWARDED_FOR="10.1.1.1")
    assert fine.post("/track/", {"number": made.case.number, "code": made.secret}).status_code == 302
    assert made.case.number not in str(list(Attempt.objects.values()))


def test_the_same_number_in_another_agency_is_another_case(made: Any, person: Any) -> None:
    other = Organisation.objects.get(name="市财政局")
    twin = actions.receive(
        states.CITIZEN, agency=other, applicant={"kind": "natural", "name": "李四", "phone": "13900000000"},
        description="预算", channel="portal",
    )  # fmt: skip
    assert twin.case.number == made.case.number
    found = following.find([made.case.agency, other], made.case.number, twin.secret, "s")
    assert found == twin.case
    assert following.find([made.case.agency], made.case.number, twin.secret, "s") is None


def test_looking_ends_after_half_an_hour_or_on_leaving(made: Any, today: Any) -> None:
    client = enter(made)
    client.post("/track/leave/")
    assert client.get("/track/case/").status_code == 302
    client = enter(made)
    today(date(2026, 3, 3))
    assert client.get("/track/case/").status_code == 302


def test_a_correction_is_shown_and_answered_online(made: Any, work: Any, person: Any, today: Any) -> None:
    case = work(made.case)
    defects = [{"what": "content", "text": "没有写明区域", "guidance": "请写明要哪个区的"}]
    notice = actions.ask_correction(person("clerk"), case, within=10, defects=defects)
    actions.dispatch(person("clerk"), notice.letter, carrier="portal")
    client = enter(made)
    page = text(client.get("/track/case/"))
    for words in (
        "需要您补正",
        "没有写明区域",
        "请写明要哪个区的",
        "2026-03-16",
        "政府信息公开申请补正告知书",
    ):
        assert words in page, words
    answer = client.post("/track/do/correct/", {"correct-text": ""})
    assert answer.status_code == 400 and "请填写补正的内容" in text(answer)
    today(date(2026, 3, 5))
    client = enter(made)
    data = {"correct-text": "要江东区的", "correct-files": [pdf("地图.pdf")]}
    assert client.post("/track/do/correct/", data).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.correction.answer, case.due) == ("triage", "要江东区的", date(2026, 4, 2))
    assert case.files.get(kind="correction").name == "地图.pdf"
    assert client.post("/track/do/correct/", data).status_code == 302
    assert case.files.filter(kind="correction").count() == 1


def test_reasons_are_given_online(made: Any, work: Any, person: Any) -> None:
    case = work(made.case)
    notice = actions.ask_reasons(person("clerk"), case, counts="三个月内 30 件")
    actions.dispatch(person("clerk"), notice.letter, carrier="portal")
    client = enter(made)
    assert "三个月内 30 件" in text(client.get("/track/case/"))
    assert client.post("/track/do/reasons/", {"reasons-text": "写论文要对照"}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.reasons.answer) == ("working", "写论文要对照")


def test_a_fee_is_shown_line_by_line(made: Any, work: Any, person: Any) -> None:
    case = work(made.case)
    notice = actions.notice_fee(person("clerk"), case, method="by_pages", pages=68, why="页数多")
    actions.dispatch(person("clerk"), notice.letter, carrier="portal")
    page = text(enter(made).get("/track/case/"))
    assert "380 元" in page and all(line in page for line in notice.lines)
    assert "凭缴款码到代收银行缴纳" in page


@pytest.fixture
def answered(made: Any, work: Any, answer: Any, person: Any) -> Any:
    """办结的一件，给了一份文件。"""
    case = work(made.case)
    actions.add_file(person("handler"), case, kind="source", file=pdf("内部底稿.pdf"))
    item = case.items.get()
    actions.add_file(person("handler"), case, kind="release", file=pdf("检漏报告.pdf"), item=item, pages=1)
    letter = answer(case, GIVE)
    actions.dispatch(person("clerk"), letter, carrier="portal")
    made.case.refresh_from_db()
    return letter


def test_decision_and_files_download_with_their_hashes(made: Any, answered: Any) -> None:
    client = enter(made)
    page = text(client.get("/track/case/"))
    released = made.case.files.get(kind="release")
    source = made.case.files.get(kind="source")
    assert answered.sha256 in page and released.sha256 in page
    assert "https://review.example.invalid/" in page and "内部底稿" not in page
    got = client.get(f"/track/letters/{answered.pk}/")
    assert hashlib.sha256(b"".join(got)).hexdigest() == answered.sha256
    assert "张三" not in got["Content-Disposition"]
    got = client.get(f"/track/files/{released.pk}/")
    assert hashlib.sha256(b"".join(got)).hexdigest() == released.sha256
    assert client.get(f"/track/files/{source.pk}/").status_code == 404
    assert Entry.objects.filter(action="requests.fetch").count() == 2
    # 没有查询码的人，知道编号也取不到。
    assert Client().get(f"/track/files/{released.pk}/").status_code == 302


def test_an_answer_can_be_rated_and_rated_again(made: Any, answered: Any) -> None:
    client = enter(made)
    assert client.post("/track/do/rate/", {"rate-stars": ""}).status_code == 400
    for stars in ("2", "5"):
        client.post("/track/do/rate/", {"rate-stars": stars, "rate-comment": "好"})
    made.case.refresh_from_db()
    assert (made.case.rating, made.case.rating_comment) == (5, "好")
    assert client.post("/track/do/withdraw/", {"withdraw-text": "不要了"}).status_code == 302
    made.case.refresh_from_db()
    assert made.case.state == "closed"


def test_complaints_go_one_level_up_and_suggestions_to_the_agency(
    made: Any, answered: Any, person: Any
) -> None:
    client = enter(made)
    client.post("/track/do/complain/", {"complain-text": "答复不全"})
    client.post("/track/do/suggest/", {"suggest-text": "每年公布检漏报告"})
    complaint, suggestion = Complaint.objects.get(), Suggestion.objects.get()
    assert (complaint.agency, complaint.about) == (made.case.agency.parent, made.case.agency)
    assert (suggestion.agency, suggestion.case) == (made.case.agency, made.case)
    page = text(client.get("/track/case/"))
    code = page.split("编号 JY-2026-00001，查询码 ")[1][:14]
    actions.answer_filed(person("clerk"), suggestion, state="accepted", answer="下月起公布")
    client = Client()
    assert client.post("/track/", {"number": "JY-2026-00001", "code": code}).status_code == 302
    assert "下月起公布" in text(client.get("/track/case/"))


def test_withdrawing_needs_a_reason_and_ends_it(made: Any) -> None:
    client = enter(made)
    assert client.post("/track/do/withdraw/", {"withdraw-text": ""}).status_code == 400
    client.post("/track/do/withdraw/", {"withdraw-text": "已经找到"})
    made.case.refresh_from_db()
    assert (made.case.state, made.case.outcome) == ("closed", "r6_3")
    assert "已经办结" in text(client.get("/track/case/"))


@pytest.fixture
def asked(made: Any, work: Any, person: Any) -> Any:
    case = work(made.case)
    row, token = actions.consult(
        person("clerk"), case, party="third_party", name="甲公司", content="检漏报告第三章"
    )
    delivery = actions.dispatch(person("clerk"), row.letter, carrier="ems", tracking="E2")
    return row, token, delivery


def test_a_third_party_sees_the_content_the_limit_and_no_applicant(
    asked: Any, person: Any, today: Any
) -> None:
    row, token, delivery = asked
    client = Client()
    page = text(client.get(f"/opinion/{token}/"))
    assert "检漏报告第三章" in page and "15 个工作日内" in page and "由本机关依法决定" in page
    today(date(2026, 3, 4))
    actions.serve(person("clerk"), delivery, on=date(2026, 3, 4))
    answer = client.get(f"/opinion/{token}/")
    assert "2026-03-25" in text(answer) and "张" not in text(answer) and answer["X-Robots-Tag"] == "noindex"
    bad = client.post(f"/opinion/{token}/", {"opinion": "object", "text": ""})
    assert bad.status_code == 400 and "请写明理由" in text(bad)
    data = {"opinion": "object", "text": "含有本公司的工艺参数", "files": [pdf("证明.pdf")]}
    assert client.post(f"/opinion/{token}/", data).status_code == 302
    row.refresh_from_db()
    assert (row.opinion, row.opinion_text, row.opinion_on) == (
        "object",
        "含有本公司的工艺参数",
        date(2026, 3, 4),
    )
    assert "已收到您的意见" in text(client.get(f"/opinion/{token}/"))
    client.post(f"/opinion/{token}/", {"opinion": "agree"})
    row.refresh_from_db()
    assert row.opinion == "object"
    assert token not in json.dumps(list(Entry.objects.values("detail", "subject")), default=str)


def test_guessing_links_is_limited(asked: Any) -> None:
    _row, token, _delivery = asked
    client = Client()
    for _n in range(following.WRONG):
        assert client.get("/opinion/x/").status_code == 404
    assert client.get(f"/opinion/{token}/").status_code == 404


def test_attempts_are_forgotten(made: Any, today: Any) -> None:
    from gongkai.requests.public import drafts

    Client().post("/track/", {"number": "x", "code": "y"})
    assert Attempt.objects.count() == 1
    today(date(2026, 3, 2) + timedelta(days=2))
    drafts.purge()
    assert not Attempt.objects.exists()


def test_the_letter_to_a_third_party_holds_its_own_link(asked: Any, site: Any) -> None:
    row, token, _delivery = asked
    address = f"https://{site.domain}/opinion/{token}/"
    assert address in row.letter.text
    # 库里只存摘要和密文。
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select text, fields from requests_letter where id = %s", [row.letter_id])
        assert token not in "".join(cursor.fetchone())


def test_leaving_hides_what_was_just_submitted(agency: Any, site: Any, today: Any) -> None:
    from gongkai.requests.models import Draft

    client = Client()
    client.post("/apply/what/", {"description": "预算"})
    who = {
        "kind": "natural", "name": "张三", "identity_type": "other", "identity_number": "1",
        "phone": "13800001234", "form": "any", "route": "portal",
    }  # fmt: skip
    client.post("/apply/who/", who)
    client.post("/apply/check/")
    assert Draft.objects.get().secret in text(client.get("/apply/done/"))
    client.post("/track/leave/")
    assert client.get("/apply/done/").status_code == 302
    # 没有退出的，一小时后也不再显示。
    client = Client()
    client.post("/apply/what/", {"description": "预算"})
    client.post("/apply/who/", who)
    client.post("/apply/check/")
    today(date(2026, 3, 3))
    assert client.get("/apply/done/").status_code == 302


@pytest.mark.parametrize("kind", ["correction", "complaint", "suggestion"])
def test_other_matters_are_taken_once_and_can_be_followed(
    agency: Any, site: Any, today: Any, kind: str
) -> None:
    client = Client()
    page = text(client.get(f"/apply/others/{kind}/"))
    once = page.split('name="once" value="')[1].split('"')[0]
    bad = client.post(f"/apply/others/{kind}/", {"once": once, "text": "", "name": "张三"})
    assert bad.status_code == 400 and 'value="张三"' in text(bad)
    data = {"once": once, "text": "登记有误", "name": "张三", "identity_number": "1", "phone": "13800001234"}
    for _n in range(2):
        if kind == "correction":
            data["evidence"] = pdf("户口簿.pdf")
        assert client.post(f"/apply/others/{kind}/", data).headers["Location"] == "/apply/others/done/"
    shown = client.session["filed"]
    assert shown["number"] in text(client.get("/apply/others/done/")) and shown["number"].endswith("-00001")
    looking = Client()
    answer = looking.post("/track/", {"number": shown["number"], "code": shown["secret"]})
    assert answer.status_code == 302 and "登记有误" in text(looking.get("/track/case/"))
    assert Entry.objects.filter(action__startswith="requests.file.").count() == 1


def test_a_complaint_needs_no_name_and_a_correction_does(agency: Any, site: Any, today: Any) -> None:
    assert Client().post("/apply/others/complaint/", {"text": "不答复"}).status_code == 302
    assert Complaint.objects.get().applicant is None
    assert Client().post("/apply/others/correction/", {"text": "登记有误"}).status_code == 400
    given = {"text": "登记有误", "name": "张三", "identity_number": "1", "phone": "13800001234"}
    bare = Client().post("/apply/others/correction/", given)
    assert bare.status_code == 400 and "请附上证据，至少一份" in text(bare)
    assert Client().get("/apply/others/nothing/").status_code == 404


def test_the_evidence_is_kept_when_something_else_is_wrong(agency: Any, site: Any, today: Any) -> None:
    client, url = Client(), "/apply/others/correction/"
    bad = client.post(url, {"text": "", "name": "张三", "evidence": pdf("户口簿.pdf")})
    assert bad.status_code == 400 and "户口簿.pdf" in text(bad)
    done = client.post(
        url, {"text": "登记有误", "name": "张三", "identity_number": "1", "phone": "13800001234"}
    )
    assert done.headers["Location"] == "/apply/others/done/"
    row = RecordCorrection.objects.get()
    assert [each.name for each in row.files.all()] == ["户口簿.pdf"] and not Draft.objects.exists()
    six = [pdf(f"{n}.pdf") for n in range(6)]
    most = client.post(url, {"text": "错", "name": "张三", "identity_number": "1", "evidence": six})
    assert most.status_code == 400 and "最多 5 份" in text(most)
