"""答复期限：《条例》的实例、法院认可的一案、边界，以及不可能的次序。"""

from __future__ import annotations

from datetime import date, datetime

import pytest

from gongkai.law.clock import (
    ClockError,
    Confirmed,
    ConsultationLapsed,
    ConsultationSent,
    Corrected,
    CorrectionAsked,
    Deadline,
    Dispatched,
    ExtensionGranted,
    FeeNoticed,
    FeePaid,
    OpinionReceived,
    Postponed,
    ReasonsAsked,
    ReasonsGiven,
    Received,
    Step,
    Withdrawn,
    consultation_limit,
    correction_lapses_on,
    correction_limit,
    deadline,
    fee_lapses_on,
    payment_limit,
    publication_limit,
    reply_limit,
)
from gongkai.law.workdays import Calendar, CalendarError, YearNotice

CAL = Calendar.official()
D = date


def due(*events: object) -> date:
    return deadline(events, CAL).due  # type: ignore[arg-type]


def text_of(result: Deadline) -> str:
    return "\n".join(step.text for step in result.steps)


# 实例（编号同规则汇编）


def test_1_in_person() -> None:
    day = D(2026, 1, 26)
    assert correction_limit(day, CAL) == D(2026, 2, 4)
    # 2 月 28 日是调休上班的周六。
    assert due(Received(day)) == reply_limit(day, CAL) == D(2026, 2, 28)
    assert due(Received(day), ExtensionGranted(D(2026, 2, 28))) == D(2026, 3, 27)


def test_2_signed_on_the_eve_of_spring_festival() -> None:
    day = D(2026, 2, 13)
    assert correction_limit(day, CAL) == D(2026, 3, 2)
    result = deadline([Received(day, "ems")], CAL)
    assert result.due == D(2026, 3, 19)
    assert "其间放假2026年2月15日至2026年2月23日，不计入" in text_of(result)
    assert "调休上班2026年2月14日、2026年2月28日，计入" in text_of(result)


def test_3_portal_submission_and_confirmation() -> None:
    result = deadline([Received(D(2026, 2, 16), "portal"), Confirmed(D(2026, 2, 24))], CAL)
    assert (result.due, result.alarm) == (D(2026, 3, 23), D(2026, 3, 20))
    assert result.starts_on == D(2026, 2, 24)


def test_4_correction_restarts() -> None:
    asked = CorrectionAsked(D(2026, 3, 9), 10, D(2026, 3, 11))
    before = deadline([Received(D(2026, 3, 2)), asked], CAL)
    assert (before.due, before.waiting, before.waiting_until) == (
        D(2026, 3, 30),
        "correction",
        D(2026, 3, 25),
    )
    assert "停止计算" in before.steps[-1].text
    after = deadline([Received(D(2026, 3, 2)), asked, Corrected(D(2026, 3, 20))], CAL)
    assert (after.due, after.waiting) == (D(2026, 4, 20), "")
    assert correction_lapses_on(asked, CAL) == D(2026, 3, 26)


FIVE = (Received(D(2026, 4, 20)), ConsultationSent(D(2026, 4, 29), D(2026, 5, 6)))


def test_5_third_party_answers() -> None:
    assert due(FIVE[0]) == D(2026, 5, 20)
    assert consultation_limit(D(2026, 5, 6), CAL) == D(2026, 5, 26)
    result = deadline([*FIVE, OpinionReceived(D(2026, 5, 20))], CAL)
    assert (result.due, result.excluded) == (D(2026, 6, 8), 13)


def test_5b_third_party_is_silent() -> None:
    open_ = deadline(FIVE, CAL)
    assert (open_.due, open_.waiting, open_.waiting_until) == (
        D(2026, 6, 12),
        "consultation",
        D(2026, 5, 26),
    )
    assert "尚未收到意见，暂按意见期限届满之日" in open_.steps[-1].text
    for day in (D(2026, 5, 26), D(2026, 5, 27), D(2026, 6, 5)):
        lapsed = deadline([*FIVE, ConsultationLapsed(day)], CAL)
        assert (lapsed.due, lapsed.waiting) == (D(2026, 6, 12), "")
        assert "由本机关依法决定是否公开" in text_of(lapsed)
    # 逾期的意见不延长停止计算的时间。
    late = deadline([*FIVE, OpinionReceived(D(2026, 6, 3))], CAL)
    assert late.due == D(2026, 6, 12) and "意见逾期" in text_of(late)


def test_6_extension_after_a_pause() -> None:
    events = [*FIVE, OpinionReceived(D(2026, 5, 20))]
    assert due(*events, ExtensionGranted(D(2026, 6, 8))) == D(2026, 7, 7)
    with pytest.raises(ClockError, match="2026年6月8日届满"):
        due(*events, ExtensionGranted(D(2026, 6, 9)))


SEVEN = (Received(D(2026, 6, 1)), FeeNoticed(D(2026, 6, 25), D(2026, 6, 29)))


def test_7_payment_restarts() -> None:
    assert due(SEVEN[0]) == D(2026, 6, 30)
    assert payment_limit(D(2026, 6, 29), CAL) == D(2026, 7, 27)
    assert due(*SEVEN, FeePaid(D(2026, 7, 15))) == D(2026, 8, 12)


def test_7b_unpaid() -> None:
    result = deadline(SEVEN, CAL)
    assert (result.due, result.waiting, result.waiting_until) == (
        D(2026, 6, 30),
        "payment",
        D(2026, 7, 27),
    )
    assert fee_lapses_on(SEVEN[1], CAL) == D(2026, 7, 28)
    # 不再处理的告知在原期限之后发出，期限其时停止计算，不算逾期。
    closed = deadline([*SEVEN, Dispatched(D(2026, 7, 28))], CAL)
    assert closed.late_workdays == 0 and "正在等候缴费" in closed.steps[-1].text


def test_8_national_day() -> None:
    assert correction_limit(D(2026, 9, 18), CAL) == D(2026, 9, 29)
    assert due(Received(D(2026, 9, 18))) == D(2026, 10, 22)


def test_9_the_case_the_court_accepted() -> None:
    result = deadline(
        [Received(D(2022, 9, 30), "ems"), Dispatched(D(2022, 11, 3))],
        CAL,
    )
    assert (result.due, result.late_workdays, result.provisional) == (D(2022, 11, 2), 1, False)
    assert "逾期1个工作日" in result.steps[-1].text


def test_10_the_coming_year_is_provisional_until_its_notice() -> None:
    result = deadline([Received(D(2026, 12, 4))], CAL)
    assert (result.due, result.provisional) == (D(2027, 1, 4), True)
    assert result.alarm == D(2027, 1, 1)
    assert "2027年1月4日（暂定）" in text_of(result) and "放假安排尚未公布" in result.steps[-1].text
    notice = YearNotice(2027, frozenset({D(2027, 1, 1), D(2027, 1, 4)}), frozenset({D(2026, 12, 27)}), "测试")
    again = deadline([Received(D(2026, 12, 4))], CAL.with_notice(notice))
    assert (again.due, again.provisional, again.alarm) == (D(2026, 12, 31), False, D(2026, 12, 31))
    assert "暂定" not in text_of(again)


def test_11_weekend_submission() -> None:
    result = deadline([Received(D(2026, 3, 7), "portal"), Confirmed(D(2026, 3, 9))], CAL)
    assert (result.due, result.alarm) == (D(2026, 4, 7), D(2026, 4, 3))


def test_12_co_maker() -> None:
    assert consultation_limit(D(2026, 9, 24), CAL) == D(2026, 10, 22)
    result = deadline(
        [
            Received(D(2026, 9, 18)),
            ConsultationSent(D(2026, 9, 23), D(2026, 9, 24), "co_maker"),
            ConsultationLapsed(D(2026, 10, 23)),
        ],
        CAL,
    )
    assert "视为同意公开" in text_of(result)


def test_13_publication() -> None:
    assert publication_limit(D(2026, 2, 12), CAL) == D(2026, 3, 18)


# 细节


def test_shapes_are_public() -> None:
    assert Received(D(2026, 1, 1)) == Received(on=D(2026, 1, 1), channel="in_person")
    assert CorrectionAsked(D(2026, 1, 1)).within == 15
    assert ConsultationSent(D(2026, 1, 1), D(2026, 1, 2)).party == "third_party"
    assert ExtensionGranted(D(2026, 1, 1)).workdays == 20
    step = deadline([Received(D(2026, 1, 26))], CAL).steps[0]
    assert isinstance(step, Step) and tuple(step) == (step.date, step.text, step.article)
    assert hash(Received(D(2026, 1, 1))) and issubclass(ClockError, ValueError)
    with pytest.raises(AttributeError):
        Received(D(2026, 1, 1)).on = D(2026, 1, 2)  # type: ignore[misc]


def test_a_late_correction_notice_keeps_the_original_clock() -> None:
    start = Received(D(2026, 3, 2))
    late, in_time = CorrectionAsked(D(2026, 3, 12)), CorrectionAsked(D(2026, 3, 11))
    fixed = Corrected(D(2026, 3, 20))
    kept = deadline([start, late, fixed], CAL)
    assert kept.due == D(2026, 3, 30) and "原期限不变" in text_of(kept)
    assert deadline([start, late], CAL).waiting == ""
    assert due(start, in_time, fixed) == D(2026, 4, 20)
    with pytest.raises(ClockError, match="一次性告知"):
        deadline([start, late, CorrectionAsked(D(2026, 3, 13))], CAL)


def test_a_correction_notice_is_late_by_the_earlier_reading_only_for_the_alarm() -> None:
    # 从提交日算第 8 天、从确认日算第 2 天告知补正：期限重新起算，催办仍按最早的读法。
    events = [
        Received(D(2026, 3, 2), "portal"),
        Confirmed(D(2026, 3, 10)),
        CorrectionAsked(D(2026, 3, 12)),
        Corrected(D(2026, 3, 20)),
    ]
    result = deadline(events, CAL)
    assert (result.due, result.alarm) == (D(2026, 4, 20), D(2026, 3, 30))


def test_confirmation_does_not_move_a_signed_receipt() -> None:
    for channel in ("in_person", "signed_mail", "ems"):
        assert due(Received(D(2026, 3, 2), channel), Confirmed(D(2026, 3, 5))) == D(2026, 3, 30)
    assert due(Received(D(2026, 3, 2), "ordinary_mail"), Confirmed(D(2026, 3, 5))) == D(2026, 4, 2)
    unconfirmed = deadline([Received(D(2026, 3, 2), "fax")], CAL)
    assert unconfirmed.due == D(2026, 3, 30) and "尚未登记双方确认之日" in text_of(unconfirmed)


def test_a_late_fee_notice_keeps_the_original_clock() -> None:
    events = [Received(D(2026, 6, 1)), FeeNoticed(D(2026, 7, 1), D(2026, 7, 2))]
    assert deadline(events, CAL).waiting == ""
    assert due(*events, FeePaid(D(2026, 7, 6))) == D(2026, 6, 30)


def test_an_extension_survives_a_restart_but_not_in_the_alarm() -> None:
    result = deadline(
        [
            Received(D(2026, 3, 2)),
            ExtensionGranted(D(2026, 3, 4)),
            CorrectionAsked(D(2026, 3, 9)),
            Corrected(D(2026, 3, 20)),
        ],
        CAL,
    )
    assert (result.due, result.alarm) == (CAL.add(D(2026, 3, 20), 40), D(2026, 4, 20))


def test_overlapping_consultations_are_united() -> None:
    sent = [
        ConsultationSent(D(2026, 4, 29), D(2026, 4, 30)),
        ConsultationSent(D(2026, 5, 7), D(2026, 5, 8), "organ", 15, "B"),
    ]
    answers = [OpinionReceived(D(2026, 5, 12)), OpinionReceived(D(2026, 5, 20), ref="B")]
    one = [ConsultationSent(D(2026, 4, 29), D(2026, 5, 6)), OpinionReceived(D(2026, 5, 20))]
    assert due(FIVE[0], *sent, *answers) == due(FIVE[0], *one) == D(2026, 6, 8)


def test_an_opinion_goes_to_the_consultation_still_open() -> None:
    # 第一次已逾期、第二次未到期：没有指明的意见归第二次。
    events = [
        Received(D(2026, 4, 20)),
        ConsultationSent(D(2026, 4, 21), D(2026, 4, 22)),
        ConsultationSent(D(2026, 5, 25), D(2026, 5, 26)),
        OpinionReceived(D(2026, 5, 27)),
    ]
    limit = consultation_limit(D(2026, 4, 22), CAL)
    assert limit == D(2026, 5, 15)
    result = deadline(events, CAL)
    assert result.excluded == CAL.between(D(2026, 4, 21), limit) + 2
    assert result.waiting == "consultation"


def test_a_consultation_not_yet_received_counts_from_sending() -> None:
    result = deadline([Received(D(2026, 4, 20)), ConsultationSent(D(2026, 4, 29), None)], CAL)
    assert result.waiting_until == consultation_limit(D(2026, 4, 29), CAL)
    assert "收到之日待登记" in text_of(result)


def test_a_consultation_after_the_due_date_changes_nothing() -> None:
    for day in (D(2026, 5, 20), D(2026, 5, 21)):
        result = deadline([Received(D(2026, 4, 20)), ConsultationSent(day, day)], CAL)
        assert result.due == D(2026, 5, 20) and "期限不因此延后" in text_of(result)


def test_reasons_keep_the_clock_running_unless_local_rules_stop_it() -> None:
    start = Received(D(2026, 4, 20))
    for stops, expected in ((False, D(2026, 5, 20)), (True, D(2026, 5, 25))):
        events = [start, ReasonsAsked(D(2026, 4, 22), stops), ReasonsGiven(D(2026, 4, 27))]
        assert due(*events) == expected
    assert deadline([start, ReasonsAsked(D(2026, 4, 22), True)], CAL).waiting == "reasons"
    events = [start, ReasonsAsked(D(2026, 4, 22)), ReasonsGiven(D(2026, 4, 27))]
    assert due(*events, Postponed(D(2026, 5, 20), D(2026, 8, 31))) == D(2026, 8, 31)


def test_withdrawal_ends_the_clock() -> None:
    result = deadline([Received(D(2026, 4, 20)), Withdrawn(D(2026, 6, 1))], CAL)
    assert (result.closed_on, result.late_workdays) == (D(2026, 6, 1), 0)


def test_lapse_needs_proof_of_service() -> None:
    with pytest.raises(ClockError, match="没有送达日期"):
        correction_lapses_on(CorrectionAsked(D(2026, 3, 9)), CAL)
    with pytest.raises(ClockError, match="没有申请人收到的日期"):
        fee_lapses_on(FeeNoticed(D(2026, 3, 9), None), CAL)


R = Received(D(2026, 3, 2))


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([], "没有“收到申请”"),
        ([R, Received(D(2026, 3, 3))], "登记了 2 次"),
        ([R, Corrected(D(2026, 3, 5))], "此前没有告知补正"),
        ([R, Corrected(D(2026, 3, 5)), CorrectionAsked(D(2026, 3, 6))], "此前没有告知补正"),
        ([R, CorrectionAsked(D(2026, 3, 5)), CorrectionAsked(D(2026, 3, 6))], "应当一次性告知"),
        (
            [R, CorrectionAsked(D(2026, 3, 5)), Corrected(D(2026, 3, 6)), CorrectionAsked(D(2026, 3, 9))],
            "应当一次性告知",
        ),
        (
            [R, CorrectionAsked(D(2026, 3, 5)), Corrected(D(2026, 3, 6)), Corrected(D(2026, 3, 9))],
            "补正告知只有一次",
        ),
        ([R, CorrectionAsked(D(2026, 3, 5), 0)], "补正期限是 0"),
        ([R, CorrectionAsked(D(2026, 3, 5), 10, D(2026, 3, 4))], "早于发出之日"),
        ([R, ExtensionGranted(D(2026, 3, 31))], "不能事后补办"),
        ([R, ExtensionGranted(D(2026, 3, 5), 21)], "1—20"),
        ([R, ExtensionGranted(D(2026, 3, 5), 0)], "1—20"),
        ([R, ExtensionGranted(D(2026, 3, 5), True)], "1—20"),
        ([R, ExtensionGranted(D(2026, 3, 5), 5), ExtensionGranted(D(2026, 3, 6), 5)], "延长只能一次"),
        ([R, ExtensionGranted(D(2026, 3, 1))], "早于收到申请之日"),
        ([R, CorrectionAsked(D(2026, 3, 5)), ExtensionGranted(D(2026, 4, 1))], "没有可以延长的期限"),
        ([R, FeePaid(D(2026, 3, 5))], "此前没有收费通知"),
        ([R, FeePaid(D(2026, 3, 5)), FeeNoticed(D(2026, 3, 6), D(2026, 3, 6))], "此前没有收费通知"),
        ([R, FeeNoticed(D(2026, 3, 5), None), FeeNoticed(D(2026, 3, 6), None)], "尚未缴费"),
        (
            [R, FeeNoticed(D(2026, 3, 5), None), FeePaid(D(2026, 3, 6)), FeePaid(D(2026, 3, 7))],
            "已经缴清",
        ),
        ([R, FeeNoticed(D(2026, 3, 5), D(2026, 3, 4))], "早于发出之日"),
        ([R, OpinionReceived(D(2026, 3, 5))], "没有对应的征求意见"),
        (
            [R, ConsultationSent(D(2026, 3, 5), D(2026, 3, 5)), OpinionReceived(D(2026, 3, 4))],
            "没有对应的征求意见",
        ),
        ([R, ConsultationSent(D(2026, 3, 5), D(2026, 3, 4))], "早于发出之日"),
        ([R, ConsultationSent(D(2026, 3, 5), D(2026, 3, 5), "neighbour")], "不认识的对象"),
        ([R, ConsultationSent(D(2026, 3, 5), D(2026, 3, 5), within=16)], "1—15"),
        ([R, ConsultationSent(D(2026, 3, 5), D(2026, 3, 5)), ConsultationLapsed(D(2026, 3, 25))], "才届满"),
        ([R, Dispatched(D(2026, 3, 5)), ExtensionGranted(D(2026, 3, 6))], "此前已答复发出"),
        ([R, Dispatched(D(2026, 3, 5)), Dispatched(D(2026, 3, 6))], "此前已答复发出"),
        ([R, Withdrawn(D(2026, 3, 5)), Dispatched(D(2026, 3, 6))], "此前已撤回申请"),
        ([Received(D(2026, 3, 2), "portal"), Confirmed(D(2026, 3, 1))], "早于收到申请之日"),
        ([Received(D(2026, 3, 2), " ")], "没有写明渠道"),
        ([R, Confirmed(D(2026, 3, 3)), Confirmed(D(2026, 3, 4))], "只确认一次"),
        ([R, ReasonsGiven(D(2026, 3, 3))], "没有要求说明理由"),
        ([R, Postponed(D(2026, 3, 3), D(2026, 8, 3))], "没有收到申请人说明的理由"),
        (
            [
                R,
                ReasonsAsked(D(2026, 3, 3)),
                ReasonsGiven(D(2026, 3, 4)),
                Postponed(D(2026, 3, 5), D(2026, 3, 6)),
            ],
            "反而早于",
        ),
    ],
)
def test_impossible_orders_are_refused_in_chinese(events: list, message: str) -> None:
    # 传入次序不同，结果也相同。
    for order in (events, events[::-1]):
        with pytest.raises(ClockError, match=message):
            deadline(order, CAL)


def test_types_are_strict() -> None:
    with pytest.raises(TypeError, match="不带时刻"):
        deadline([Received(datetime(2026, 3, 2, 9))], CAL)
    with pytest.raises(TypeError, match="不带时刻"):
        deadline([R, CorrectionAsked(D(2026, 3, 3), 10, "2026-03-04")], CAL)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="事件必须是"):
        deadline([R, D(2026, 3, 3)], CAL)  # type: ignore[list-item]


def test_the_edges_of_the_calendar() -> None:
    assert due(Received(D(2004, 1, 1))) == CAL.add(D(2004, 1, 1), 20)
    for day in (D(2003, 12, 31), D(2060, 12, 20)):
        with pytest.raises(CalendarError, match="2004—2060"):
            deadline([Received(day)], CAL)
    old, new = deadline([Received(D(2019, 5, 14))], CAL), deadline([Received(D(2019, 5, 15))], CAL)
    assert "15个工作日" in text_of(old) and "15个工作日" not in text_of(new)


# 边界


def test_the_last_day_is_still_in_time() -> None:
    # 收费通知在最后一日发出仍属期限之内，缴清即重新起算。
    notice = FeeNoticed(D(2026, 6, 30), D(2026, 7, 1))
    assert due(SEVEN[0], notice, FeePaid(D(2026, 7, 15))) == D(2026, 8, 12)


def test_a_confirmation_after_the_correction_changes_nothing() -> None:
    events = [
        Received(D(2026, 3, 2), "portal"),
        CorrectionAsked(D(2026, 3, 3)),
        Corrected(D(2026, 3, 4)),
        Confirmed(D(2026, 3, 6)),
    ]
    assert deadline(events, CAL).starts_on == D(2026, 3, 4)


def test_two_open_consultations_wait_for_the_later_limit() -> None:
    events = [
        Received(D(2026, 4, 20)),
        ConsultationSent(D(2026, 4, 29), D(2026, 5, 6)),
        ConsultationSent(D(2026, 4, 29), D(2026, 5, 8), "organ"),
    ]
    result = deadline(events, CAL)
    assert result.waiting_until == consultation_limit(D(2026, 5, 8), CAL)
    assert deadline([events[0], events[2], events[1]], CAL) == result


def test_same_day_opinions_find_their_own_consultation() -> None:
    # 指明的先对应，没有指明的得其余；期限届满当日收到的仍属期限之内。
    one = ConsultationSent(D(2026, 4, 29), D(2026, 5, 6), ref="甲")
    other = ConsultationSent(D(2026, 5, 7), D(2026, 5, 8))
    day = consultation_limit(D(2026, 5, 6), CAL)
    both = [OpinionReceived(day, ref="甲"), OpinionReceived(day)]
    assert deadline([Received(D(2026, 4, 20)), one, other, *both], CAL).waiting == ""
    first_only = deadline([Received(D(2026, 4, 20)), one, other, OpinionReceived(day)], CAL)
    assert first_only.waiting_until == consultation_limit(D(2026, 5, 8), CAL)


def test_a_postponed_answer_may_move_later_but_a_restart_keeps_it_only_in_due() -> None:
    reasons = [Received(D(2026, 6, 1)), ReasonsAsked(D(2026, 6, 2)), ReasonsGiven(D(2026, 6, 3))]
    postponed = [*reasons, Postponed(D(2026, 6, 4), D(2026, 6, 30))]
    sent = ConsultationSent(D(2026, 6, 24), D(2026, 6, 24))
    assert due(*postponed, sent) == due(Received(D(2026, 6, 1)), sent) > D(2026, 6, 30)
    long = [*reasons, Postponed(D(2026, 6, 4), D(2026, 9, 30)), SEVEN[1], FeePaid(D(2026, 7, 15))]
    result = deadline(long, CAL)
    assert (result.due, result.alarm) == (D(2026, 9, 30), D(2026, 8, 12))


def test_the_starting_day_itself_does_not_make_it_provisional() -> None:
    without = Calendar({year: notice for year, notice in CAL.years.items() if year != 2025})
    result = deadline([Received(D(2025, 12, 31))], without)
    assert not result.provisional and "暂定" not in text_of(result)
    assert deadline([Received(D(2025, 12, 30))], without).provisional
