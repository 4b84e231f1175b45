"""答复期限的性质：任取可能的事件，各种运算都守的规矩。"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

from hypothesis import assume, given
from hypothesis import strategies as st

from gongkai.law.clock import (
    Confirmed,
    ConsultationSent,
    Corrected,
    CorrectionAsked,
    Deadline,
    Dispatched,
    ExtensionGranted,
    FeeNoticed,
    FeePaid,
    OpinionReceived,
    Received,
    consultation_limit,
    deadline,
    reply_limit,
)
from gongkai.law.clock_fold import _Clock
from gongkai.law.clock_log import in_order
from gongkai.law.workdays import Calendar

CAL = Calendar.official()
D = date


def due(*events: object) -> date:
    return deadline(events, CAL).due  # type: ignore[arg-type]


def text_of(result: Deadline) -> str:
    return "\n".join(step.text for step in result.steps)


receipts = st.dates(D(2019, 5, 15), D(2030, 12, 31))


@st.composite
def logs(draw: st.DrawFn) -> list:
    """可能的事件：各事件之间隔 0—12 天，种类任取。"""
    day = draw(receipts)
    gap = st.integers(0, 12)
    events: list = [Received(day, draw(st.sampled_from(["in_person", "portal", "ems", "fax"])))]
    if draw(st.booleans()):
        day += timedelta(draw(gap))
        events.append(Confirmed(day))
    if draw(st.booleans()):
        day += timedelta(draw(gap))
        events.append(CorrectionAsked(day, draw(st.integers(1, 30))))
        if draw(st.booleans()):
            day += timedelta(draw(gap))
            events.append(Corrected(day))
    for number in range(draw(st.integers(0, 3))):
        sent = day + timedelta(draw(gap))
        got = sent + timedelta(draw(gap))
        ref = str(number)
        events.append(ConsultationSent(sent, got, draw(st.sampled_from(["third_party", "organ"])), ref=ref))
        if draw(st.booleans()):
            events.append(OpinionReceived(sent + timedelta(draw(st.integers(0, 40))), ref=ref))
    if draw(st.booleans()):
        sent = day + timedelta(draw(gap))
        events.append(FeeNoticed(sent, sent))
        if draw(st.booleans()):
            events.append(FeePaid(sent + timedelta(draw(gap))))
    return events


@given(logs(), st.randoms(use_true_random=False))
def test_order_of_input_does_not_matter(events: list, random) -> None:  # noqa: ANN001
    shuffled = list(events)
    random.shuffle(shuffled)
    assert deadline(shuffled, CAL) == deadline(events, CAL)


@given(receipts)
def test_order_of_simultaneous_events_does_not_matter(day: date) -> None:
    events = [
        Received(day),
        CorrectionAsked(day),
        Corrected(day),
        ConsultationSent(day, day),
        OpinionReceived(day),
        FeeNoticed(day, day),
    ]
    first = deadline(events, CAL)
    for order in list(permutations(events))[::37]:
        assert deadline(order, CAL) == first
    assert deadline([*events, FeePaid(day), Dispatched(day)], CAL).due == reply_limit(day, CAL)


@given(logs())
def test_alarm_is_never_after_due_and_due_never_before_the_plain_limit(events: list) -> None:
    result = deadline(events, CAL)
    assert result.alarm <= result.due
    assert result.due >= reply_limit(events[0].on, CAL)
    assert CAL.is_workday(result.due)
    assert result.due == CAL.add(result.starts_on, 20 + result.excluded)


@given(logs())
def test_provisional_iff_a_year_without_notice_was_counted(events: list) -> None:
    result = deadline(events, CAL)
    day, touched = result.starts_on, False
    while day < result.due:
        day += timedelta(1)
        touched = touched or CAL.is_provisional(day)
    assert result.provisional is touched
    assert ("放假安排尚未公布" in text_of(result)) is touched
    # “暂定”只出现在没有通知的年份的日期之后。
    unknown = any(f"{year}年" in text_of(result) for year in range(2027, 2033))
    assert unknown or "暂定" not in text_of(result)


@given(receipts, st.integers(0, 40), st.integers(0, 20), st.integers(0, 40))
def test_a_pause_never_makes_it_earlier(day: date, sent: int, way: int, answer: int) -> None:
    out = day + timedelta(sent)
    pause = ConsultationSent(out, out + timedelta(way))
    plain = due(Received(day))
    answered = due(Received(day), pause, OpinionReceived(out + timedelta(answer)))
    assert plain <= answered <= due(Received(day), pause)


@given(receipts, st.integers(0, 12), st.integers(0, 30), st.integers(0, 30))
def test_a_correction_or_payment_never_makes_it_earlier(day: date, ask: int, gap: int, way: int) -> None:
    asked, fixed = day + timedelta(ask), day + timedelta(ask + gap)
    plain = due(Received(day))
    assert due(Received(day), CorrectionAsked(asked), Corrected(fixed)) >= plain
    notice = FeeNoticed(asked, asked + timedelta(way))
    assert due(Received(day), notice, FeePaid(fixed + timedelta(way))) >= plain


@given(receipts, st.integers(1, 20), st.integers(0, 20))
def test_extension_adds_exactly_its_workdays(day: date, workdays: int, shift: int) -> None:
    plain = due(Received(day))
    granted = ExtensionGranted(day + timedelta(shift), workdays)
    assert due(Received(day), granted) == CAL.add(plain, workdays)


@given(logs(), st.integers(1, 12))
def test_monotone_in_the_day_of_receipt(events: list, earlier: int) -> None:
    first = events[0]
    before = [Received(first.on - timedelta(earlier), first.channel), *events[1:]]
    assert deadline(before, CAL).due <= deadline(events, CAL).due


@given(receipts, st.integers(0, 15), st.integers(0, 15), st.integers(0, 15), st.integers(0, 15))
def test_overlaps_are_united_never_added(day: date, a: int, b: int, c: int, d: int) -> None:
    one, two = day + timedelta(a), day + timedelta(b)
    end_one, end_two = one + timedelta(c), two + timedelta(d)
    assume(one <= end_two and two <= end_one)
    both = due(
        Received(day),
        ConsultationSent(one, one, ref="1"),
        OpinionReceived(end_one, ref="1"),
        ConsultationSent(two, two, ref="2"),
        OpinionReceived(end_two, ref="2"),
    )
    # 两段合成一段：从先发出的到后结束的（各自不超过意见期限）。
    start, end = min(one, two), max(end_one, end_two)
    assume(end <= consultation_limit(start, CAL))
    assert both == due(Received(day), ConsultationSent(start, start), OpinionReceived(end))


@given(logs())
def test_the_short_cut_never_changes_the_alarm(events: list) -> None:
    early = _Clock(CAL, earliest=True)
    for event in in_order(events):
        early.take(event)
    result = deadline(events, CAL)
    assert result.alarm == min(result.due, early.due())


@given(logs())
def test_every_step_can_be_read_out(events: list) -> None:
    for step in deadline(events, CAL).steps:
        assert step.text.endswith("。") and step.article.startswith("《")
