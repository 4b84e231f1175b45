import json
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.law.workdays import Calendar, CalendarError, notice_from_json

HOLIDAYS = Path(__file__).resolve().parents[3] / "shared" / "data" / "holidays"
days = st.dates(date(2007, 1, 1), date(2025, 1, 1))
CALENDAR = Calendar.official()


@pytest.mark.skipif(not HOLIDAYS.exists(), reason="缺少 shared/data/holidays：只在有开发数据时对照")
@pytest.mark.parametrize("year", range(2007, 2027))
def test_every_listed_day_agrees_with_the_published_notice(year):
    for row in json.loads((HOLIDAYS / f"{year}.json").read_text())["days"]:
        assert CALENDAR.is_workday(date.fromisoformat(row["date"])) is not row["isOffDay"], row


def test_twenty_workdays_over_the_national_day():
    assert CALENDAR.add(date(2025, 9, 22), 20) == date(2025, 10, 24)


def test_a_year_without_a_notice_is_provisional_and_still_skips_fixed_holidays():
    assert CALENDAR.is_provisional(date(2027, 3, 1))
    assert not CALENDAR.is_provisional(date(2026, 3, 1))
    assert not CALENDAR.is_workday(date(2027, 10, 1))


def test_an_imported_notice_ends_the_provisional_state():
    notice = notice_from_json({"year": 2027, "days": [{"date": "2027-02-08", "isOffDay": True}]})
    calendar = CALENDAR.with_notice(notice)
    assert not calendar.is_provisional(date(2027, 2, 8))
    assert not calendar.is_workday(date(2027, 2, 8))
    assert CALENDAR.is_workday(date(2027, 2, 8))


def test_an_unpublished_year_gives_no_notice_and_bad_rows_are_named():
    assert notice_from_json({"year": 2027, "days": []}) is None
    with pytest.raises(CalendarError, match="第 1 项"):
        notice_from_json({"year": 2027, "days": [{"date": "10月1日"}]})


def test_out_of_range_is_an_error_and_times_are_refused():
    with pytest.raises(CalendarError):
        CALENDAR.is_workday(date(1999, 1, 1))
    with pytest.raises(CalendarError):
        CALENDAR.add(date(2060, 12, 31), 1)
    with pytest.raises(TypeError):
        CALENDAR.add(datetime(2025, 1, 1), 1)


@given(days, st.integers(1, 60), st.integers(1, 60))
def test_adding_in_two_steps_is_adding_once(day, first, second):
    assert CALENDAR.add(CALENDAR.add(day, first), second) == CALENDAR.add(day, first + second)
    assert CALENDAR.is_workday(CALENDAR.add(day, first))


@given(days, st.integers(-60, 60))
def test_between_undoes_add(day, count):
    assert CALENDAR.between(day, CALENDAR.add(day, count)) == count
