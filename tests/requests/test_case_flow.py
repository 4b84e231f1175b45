"""一件申请从收到到办结：主线与各条支线，期限由事件推算。"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from foi_samples import GIVE, PUBLIC, TEXT, pdf

from gongkai.audit.models import Entry
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.requests import actions, clock, states
from gongkai.requests.models import Case, Letter


def test_a_portal_request_is_answered_in_time(working: Any, answer: Any, person: Any, today: Any) -> None:
    case = working()
    assert (case.state, case.number, case.due) == ("working", "SQ-2026-000001", date(2026, 3, 30))
    letter = answer(case)
    case.refresh_from_db()
    assert (case.state, letter.document_number) == ("signed", "临水公开告〔2026〕1号")
    today(date(2026, 3, 30))
    delivery = actions.dispatch(person("clerk"), letter, carrier="ems", tracking="EA123")
    case.refresh_from_db()
    assert (case.state, case.outcome, case.timeliness, case.answered_on) == (
        "dispatched", "r1", "on_time", date(2026, 3, 30),
    )  # fmt: skip
    today(date(2026, 4, 2))
    actions.serve(person("clerk"), delivery, on=date(2026, 4, 1), signer="张三")
    case.refresh_from_db()
    assert (case.state, case.due) == ("closed", date(2026, 3, 30))
    assert actions.archive(person("clerk"), case).state == "archived"


def test_a_correction_restarts_the_clock(working: Any, person: Any, today: Any) -> None:
    """foi.md 例4：03-02 收到，03-09 告知，03-20 收到补正，新期限 04-20。"""
    case = working()
    today(date(2026, 3, 9))
    notice = actions.ask_correction(
        person("clerk"), case, within=10,
        defects=[{"what": "content", "text": "没有写明年度", "guidance": "请写明所要的年度"}],
    )  # fmt: skip
    delivery = actions.dispatch(person("clerk"), notice.letter, carrier="ems", tracking="E1")
    case.refresh_from_db()
    assert (case.state, case.waiting, case.waiting_until) == ("correcting", "correction", None)
    today(date(2026, 3, 11))
    actions.serve(person("clerk"), delivery, on=date(2026, 3, 11))
    case.refresh_from_db()
    assert case.waiting_until == date(2026, 3, 25)
    today(date(2026, 3, 20))
    case = actions.correct(states.CITIZEN, case, text="要2025年的")
    case.refresh_from_db()
    assert (case.state, case.due, case.waiting) == ("triage", date(2026, 4, 20), "")
    # 每一步都能念出来，送达日期取代了原来的一行而不是改了它。
    assert [row.kind for row in case.events.all()] == [
        "Received", "Confirmed", "CorrectionAsked", "CorrectionAsked", "Corrected",
    ]  # fmt: skip
    assert any("重新计算" in step.text for step in clock.deadline_of(case).steps)


def test_silence_of_a_third_party_and_extension(working: Any, person: Any, today: Any) -> None:
    """foi.md 例5b：04-20 收到，04-29 征求意见，05-06 收到，沉默到 05-26，期限 06-12。"""
    today(date(2026, 4, 20))
    case = working()
    today(date(2026, 4, 29))
    row, token = actions.consult(
        person("clerk"), case, party="third_party", name="甲公司", content="检漏报告第三章"
    )
    assert actions.by_token(token) is None
    delivery = actions.dispatch(person("clerk"), row.letter, carrier="ems", tracking="E2")
    assert actions.by_token(token) == row and actions.by_token("x") is None
    today(date(2026, 5, 6))
    actions.serve(person("clerk"), delivery, on=date(2026, 5, 6))
    case.refresh_from_db()
    assert (case.due, case.waiting, case.waiting_until) == (
        date(2026, 6, 12), "consultation", date(2026, 5, 26),
    )  # fmt: skip
    today(date(2026, 5, 26))
    assert actions.lapse_opinions(date(2026, 5, 26)) == 0
    today(date(2026, 5, 27))
    assert actions.lapse_opinions(date(2026, 5, 27)) == 1
    case.refresh_from_db()
    assert (case.due, case.waiting) == (date(2026, 6, 12), "")
    extension = actions.ask_extension(person("handler"), case, reason="内容较多，需要逐页核对")
    with pytest.raises(Refused):
        actions.answer_extension(person("office"), extension, grant=True)
    extension = actions.answer_extension(person("chief"), extension, grant=True)
    actions.dispatch(person("clerk"), extension.letter, carrier="portal")
    case.refresh_from_db()
    assert case.due > date(2026, 6, 12)


def test_fee_paid_restarts_and_unpaid_lapses(working: Any, person: Any, today: Any, agency: Any) -> None:
    """foi.md 例7：06-01 收到，06-25 通知，06-29 收到，07-15 缴清，期限 08-12。"""
    today(date(2026, 6, 1))
    case = working()
    today(date(2026, 6, 25))
    notice = actions.notice_fee(person("clerk"), case, method="by_pages", pages=68, why="页数多")
    assert notice.yuan == 380
    delivery = actions.dispatch(person("clerk"), notice.letter, carrier="ems", tracking="E3")
    today(date(2026, 6, 29))
    actions.serve(person("clerk"), delivery, on=date(2026, 6, 29))
    case.refresh_from_db()
    assert (case.state, case.waiting_until) == ("fee", date(2026, 7, 27))
    today(date(2026, 7, 15))
    with pytest.raises(Refused):
        actions.pay(person("clerk"), case, yuan=300)
    payment = actions.pay(person("clerk"), case, yuan=380, receipt="P1")
    case.refresh_from_db()
    assert (case.state, case.due) == ("working", date(2026, 8, 12))
    assert actions.refund(person("clerk"), payment, reason="多收").refunded_on == date(2026, 7, 15)


def test_one_submission_makes_one_case(agency: Any, today: Any) -> None:
    values = {
        "agency": agency, "applicant": {"kind": "natural", "name": "李四", "phone": "13900000000"},
        "description": "预算", "channel": "portal", "idempotency_key": "k1",
    }  # fmt: skip
    first = actions.receive(states.CITIZEN, **values)
    again = actions.receive(states.CITIZEN, **values)
    assert first.created and not again.created and again.case == first.case and again.secret == ""
    assert Case.objects.count() == 1
    assert actions.secret_hash(first.secret.lower().replace("-", " ")) == first.case.secret_hash


def test_split_keeps_the_dates_and_join_needs_the_same_person(receive: Any, person: Any, today: Any) -> None:
    case = receive()
    today(date(2026, 3, 4))
    case = actions.register(person("clerk"), case, summary="三件事", items=["一", "二", "三"])
    parts = actions.split(person("clerk"), case, groups=[[1], [2, 3]])
    assert [part.number for part in parts] == ["SQ-2026-000001", "SQ-2026-000002"]
    assert parts[1].due == parts[0].due == date(2026, 3, 30) and parts[1].items.count() == 2
    assert set(case.family()) == set(parts)
    other = receive(person={"name": "李四", "identity_number": "440101199001015678"})
    with pytest.raises(Refused):
        actions.join(person("clerk"), parts[0], into=other, reason="同一事")
    joined = actions.join(person("clerk"), parts[0], into=parts[1], reason="同一事")
    joined.refresh_from_db()
    assert (joined.state, joined.outcome, joined.answered_on) == ("closed", "r6_3", date(2026, 3, 4))
    assert parts[1].items.count() == 3


def test_a_refusal_remade_after_review(working: Any, answer: Any, person: Any, today: Any) -> None:
    case = working()
    letter = answer(case)
    actions.dispatch(person("clerk"), letter, carrier="portal")
    today(date(2026, 5, 6))
    row = actions.open_proceeding(
        person("clerk"), case, kind="review", filed_on=date(2026, 4, 1), body="临江市人民政府"
    )
    row = actions.close_proceeding(
        person("clerk"), row, result="corrected", decided_on=date(2026, 5, 6), remake_workdays=20
    )
    case = actions.remake(person("clerk"), row)
    assert (case.state, case.round, case.due) == ("working", 2, row.remake_due)
    again = answer(case)
    actions.dispatch(person("clerk"), again, carrier="portal")
    case.refresh_from_db()
    row.refresh_from_db()
    # 首次答复的结果、日期不变。
    assert (case.outcome, case.answered_on, row.remade_on) == ("r1", date(2026, 3, 2), date(2026, 5, 6))


def test_a_dispatched_letter_cannot_change(working: Any, answer: Any, person: Any, decide: Any) -> None:
    case = working(route="pick_up")
    actions.add_file(person("handler"), case, kind="release", file=pdf("检漏报告.pdf"))
    letter = answer(case, GIVE)
    actions.dispatch(person("clerk"), letter, carrier="direct", signer="张三")
    letter = Letter.objects.get(pk=letter.pk)
    assert letter.state == "served" and letter.released[0]["name"] == "检漏报告.pdf"
    letter.text = "改过"
    with pytest.raises(RuntimeError):
        letter.save()
    with pytest.raises(RuntimeError):
        Letter.objects.filter(pk=letter.pk).update(text="改过")
    with pytest.raises(RuntimeError):
        case.events.first().save()
    with pytest.raises(Refused):
        actions.edit_letter(person("handler"), letter, text="改过")


def test_personal_data_is_encrypted_masked_and_looked_at_on_record(
    receive: Any, person: Any, django_db_blocker: Any
) -> None:
    from django.db import connection

    case = receive(person={"name": "欧阳明", "phone": "13812345678"})
    with connection.cursor() as cursor:
        cursor.execute("select * from requests_applicant")
        assert "欧阳明" not in str(cursor.fetchall())
        cursor.execute("select * from requests_case")
        assert "检漏" not in str(cursor.fetchall())
    assert case.applicant.masked_name == "欧**" and case.applicant.masked("phone") == "138****5678"
    assert actions.reveal(person("clerk"), case, reason="电话核对")["phone"] == "13812345678"
    assert Entry.objects.filter(action="requests.reveal").count() == 1
    for who in ("handler", "auditor", "admin", "leader"):
        with pytest.raises(Refused):
            actions.reveal(person(who), case, reason="看看")


def test_two_officers_decide_one_wins(working: Any, decide: Any, person: Any) -> None:
    item = working().items.get()
    decide(item, PUBLIC, by="handler")
    with pytest.raises(actions.Conflict) as caught:
        actions.decide(person("clerk"), item, version=1, answers=GIVE, facts=TEXT, reason=TEXT)
    assert "林经办" in str(caught.value) and caught.value.theirs.code == "A1"


def test_visibility_by_duty(working: Any, person: Any, outsider: Any) -> None:
    case = working()
    seen = {
        name for name in (
            "office", "clerk", "chief", "handler", "head", "fagui", "secrecy", "leader",
            "city", "auditor", "admin",
        )
        if Case.objects.visible_to(person(name)).filter(pk=case.pk).exists()
    }  # fmt: skip
    assert seen == {"office", "clerk", "chief", "handler", "head", "auditor"}
    assert not Case.objects.visible_to(outsider).exists()


def test_windows_take_requests_and_keep_the_first_arrival(
    receive: Any, person: Any, agency: Any, today: Any
) -> None:
    unit = Organisation.objects.get(parent=agency, name="科技信息处")
    today(date(2026, 3, 6))
    case = receive(
        person("handler"), channel="ordinary_mail", arrived_on=date(2026, 3, 3), arrived_at=unit,
        posted_on=date(2026, 3, 1), postal_number="X1",
    )  # fmt: skip
    assert (case.state, case.received_on) == ("awaiting", date(2026, 3, 3))
    case = actions.confirm(person("clerk"), case, how="电话，何经办")
    case.refresh_from_db()
    # 两个日期都在：期限从确认之日，催办从到达之日。
    assert (case.arrived_on, case.received_on) == (date(2026, 3, 3), date(2026, 3, 6))
    assert case.alarm < case.due
