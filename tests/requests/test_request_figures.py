"""年度报告的数、重新推算、缴款文件、核查：都由在册的申请算出。"""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from foi_samples import INTERNAL, PUBLIC, TEXT

from gongkai.audit.models import Entry
from gongkai.core.evidence import Period, Status, run
from gongkai.core.states import Refused
from gongkai.law.annual import violations
from gongkai.law.workdays import Calendar, YearNotice
from gongkai.requests import actions, clock, queries, states
from gongkai.requests.models import Case, CaseEvent, RequestRules


def test_the_annual_tables_come_from_live_cases(
    working: Any,
    receive: Any,
    answer: Any,
    person: Any,
    agency: Any,
    today: Any,
    django_assert_num_queries: Any,
) -> None:
    """跨年：上年收到、本年答复的是结转；拆分后计件；重作不另计；勾稽全部相符，逐件核对（V8）也相符。"""
    clerk = person("clerk")
    today(date(2025, 12, 22))
    carried = working()
    answered = working(person={"kind": "enterprise", "name": "甲公司"})
    actions.dispatch(clerk, answer(answered), carrier="portal")
    today(date(2026, 1, 12))
    actions.dispatch(
        clerk, answer(carried, INTERNAL, materials={"why_not_released": TEXT}), carrier="ems", tracking="E1"
    )
    split = receive(person={"kind": "research", "name": "研究所"})
    split = actions.register(clerk, split, summary="两件", items=["一", "二"])
    parts = actions.split(clerk, split, groups=[[1], [2]])
    actions.withdraw(states.CITIZEN, parts[1], reason="不要了")
    row = actions.open_proceeding(clerk, carried, kind="review", filed_on=date(2026, 1, 12), body="市政府")
    for year, expected in (
        (2025, {"new": 2, "carry_in": 0, "r1": 1, "r7": 1, "carry_out": 1}),
        (2026, {"new": 2, "carry_in": 1, "r3_5": 1, "r6_3": 1, "r7": 2, "carry_out": 1}),
    ):
        with django_assert_num_queries(1):
            table = queries.table3(agency, year)
        totals = {key: value[6] for key, value in table.items() if value[6] or key in expected}
        assert totals == expected
        report = queries.annual_report(agency, year, with_cases=True)
        previous = queries.annual_report(agency, year - 1)
        assert violations(report, previous) == []
    assert queries.table4(agency, 2026)["review"] == [0, 0, 0, 1, 1]
    actions.close_proceeding(clerk, row, result="upheld", decided_on=date(2026, 1, 12))
    assert queries.table4(agency, 2026)["review"] == [1, 0, 0, 0, 1]


def test_a_new_notice_moves_open_cases_and_is_recorded(
    working: Any, answer: Any, person: Any, today: Any, agency: Any
) -> None:
    """放假通知公布：在办的重新推算，列出变了的，记入审计；已答复的不动。"""
    today(date(2026, 12, 4))
    case, done = working(), working()
    actions.dispatch(person("clerk"), answer(done), carrier="portal")
    assert (case.due, case.provisional) == (date(2027, 1, 4), True)
    notice = YearNotice(
        2027, frozenset({date(2027, 1, 1), date(2027, 1, 4)}), frozenset(), "国办发明电〔2026〕99号"
    )
    with pytest.raises(Refused):
        actions.load_notice(person("handler"), notice)
    actions.load_notice(person("office"), notice)
    with pytest.raises(Refused):
        actions.redate(person("handler"), agency=agency, reason="通知")
    moved = actions.redate(person("office"), agency=agency, reason="通知")
    assert [(row.number, row.before, row.after) for row in moved] == [
        (case.number, date(2027, 1, 4), date(2027, 1, 5))
    ]
    case.refresh_from_db()
    assert (case.due, case.provisional) == (date(2027, 1, 5), False)
    entry = Entry.objects.get(action="requests.redate")
    assert entry.detail["moved"] == [[case.number, "2027-01-04", "2027-01-05"]]
    out = io.StringIO()
    call_command("redate", "--reason", "再算一遍", "--json", stdout=out)
    assert out.getvalue().strip() == '{"moved": []}'


def test_the_cached_deadline_always_equals_the_computed_one(working: Any, person: Any, today: Any) -> None:
    case = working()
    today(date(2026, 3, 5))
    event = case.events.get(kind="Received")
    actions.correct_event(person("clerk"), event, on=date(2026, 2, 27), reason="签收日期登记错")
    case.refresh_from_db()
    found = clock.deadline_of(case)
    assert (case.due, case.alarm) == (found.due, found.alarm)
    # 原来的一行还在，被新的一行取代。
    assert case.events.filter(kind="Received").count() == 2
    with pytest.raises(Refused):
        actions.correct_event(person("clerk"), event, on=date(2026, 2, 26), reason="再改")
    with pytest.raises(Refused):
        clock.log(case, CaseEvent.Kind.CORRECTED, date(2026, 3, 5))


def test_payments_come_from_a_file(working: Any, person: Any, agency: Any) -> None:
    clerk = person("clerk")
    case = working()
    notice = actions.notice_fee(clerk, case, method="by_pages", pages=68, why="页数多", provider="file")
    actions.dispatch(clerk, notice.letter, carrier="portal")
    head, code = "缴款码,金额,缴款日期,票据号", notice.pay_code
    rows = f"{head}\n{code},300,2026-03-02,P0\n{code},380,2026-03-02,P1\nX,1,2026-03-02,\n"
    found = actions.import_payments(clerk, agency, rows)
    assert [bool(row.problem) for row in found] == [True, False, True]
    case.refresh_from_db()
    assert case.state == "working" and case.fee.payment.receipt == "P1"
    with pytest.raises(Refused):
        actions.import_payments(clerk, agency, "a,b\n1,2\n")


def test_checks_follow_the_live_cases(
    working: Any, answer: Any, person: Any, agency: Any, today: Any, receive: Any
) -> None:
    clerk = person("clerk")

    def result(code: str, day: date) -> Any:
        return run(code, agency, Period(2026, day))

    assert result("requests.service", date(2026, 3, 2)).status == Status.MET
    assert result("requests.rules", date(2026, 3, 2)).status == Status.MISSING
    RequestRules.objects.update(phone="020-1", address="滨江路1号")
    assert result("requests.rules", date(2026, 3, 2)).status == Status.MET
    assert result("requests.fees", date(2026, 3, 2)).status == Status.MET
    case = working()
    assert result("requests.service", date(2026, 3, 31)).status == Status.LATE
    today(date(2026, 3, 31))
    actions.dispatch(clerk, answer(case, PUBLIC), carrier="portal")
    found = result("requests.service", date(2026, 3, 31))
    assert found.status == Status.LATE and "1" in found.why
    Case.objects.all().update(timeliness="on_time")
    receive()
    assert result("requests.service", date(2026, 3, 31)).status == Status.MET
    assert result("requests.service", date(2026, 4, 3)).status == Status.MISSING
    notice = actions.notice_fee(clerk, working(), method="by_pages", pages=68, why="页数多")
    actions.dispatch(clerk, notice.letter, carrier="portal")
    assert result("requests.fees", date(2026, 3, 31)).status == Status.MET
    type(notice).objects.update(yuan=381)
    assert result("requests.fees", date(2026, 3, 31)).status == Status.MISSING
    RequestRules.objects.update(office=None)
    assert result("requests.service", date(2026, 3, 31)).status == Status.NO_EVIDENCE


def test_refusals_are_reconsidered_every_year(
    working: Any, answer: Any, person: Any, today: Any, client: Any
) -> None:
    """不予公开的一年后评估：到期提醒，写明理由；仍不公开的再过一年，应当公开的不再列。"""
    clerk = person("clerk")
    case = working()
    actions.dispatch(clerk, answer(case, INTERNAL, materials={"why_not_released": TEXT}), carrier="portal")
    item = case.items.get()
    assert item.reconsider_on == date(2027, 3, 2) and not queries.to_reconsider(clerk, date(2027, 1, 1))
    today(date(2027, 3, 2))
    assert actions.remind(date(2027, 3, 2)) > 0 and case.notices.filter(kind="reconsider").exists()
    client.force_login(clerk, backend="gongkai.accounts.permissions.DutyBackend")
    url = reverse("foi:reconsider")
    assert case.number in client.get(url).content.decode()
    data = {"item": item.pk, f"{item.pk}-release": "no", f"{item.pk}-reason": "不行"}
    assert "至少 20 个字" in client.post(url, data).content.decode()
    client.post(url, data | {f"{item.pk}-reason": TEXT})
    item.refresh_from_db()
    assert item.reconsider_on == date(2028, 3, 1)
    for who in ("handler", "leader"):
        with pytest.raises(Refused):
            actions.reconsider(person(who), item, release=True, reason=TEXT)
    actions.reconsider(clerk, item, release=True, reason=TEXT)
    item.refresh_from_db()
    assert item.reconsider_on is None and item.reconsiderations.count() == 2
    with pytest.raises(Refused):
        actions.reconsider(clerk, item, release=True, reason=TEXT)


def test_the_calendar_of_the_day_is_the_official_one_plus_later_notices() -> None:
    assert Calendar.official().is_provisional(date(2027, 1, 4))
