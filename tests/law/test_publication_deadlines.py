"""公开期限：实例与性质。"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.law.publication import ARTICLE_26, BUDGET, PublicationTerm, Unit, publication_due
from gongkai.law.workdays import Calendar

CALENDAR = Calendar.official()


def test_twenty_workdays_over_the_spring_festival() -> None:
    found = publication_due(date(2024, 1, 29), CALENDAR)
    # 2024 年春节放假 2 月 10—17 日，2 月 4 日、18 日上班：1 月 2 天、2 月 1—9 日 8 天、18—29 日 10 天。
    assert found.due == CALENDAR.add(date(2024, 1, 29), 20) == date(2024, 2, 29)
    assert not found.provisional
    assert [step[2] for step in found.steps] == ["《政府信息公开条例》第二十六条"] * 3


def test_budget_counts_calendar_days() -> None:
    assert publication_due(date(2024, 1, 29), CALENDAR, BUDGET).due == date(2024, 2, 18)


def test_a_change_restarts_the_term() -> None:
    found = publication_due(date(2023, 1, 1), CALENDAR, changed_on=date(2024, 1, 29))
    assert found.due == date(2024, 2, 29) and "重新起算" in found.steps[1][1]
    with pytest.raises(ValueError, match="早于形成日期"):
        publication_due(date(2024, 1, 2), CALENDAR, changed_on=date(2024, 1, 1))


def test_a_year_without_notice_is_provisional() -> None:
    last = max(CALENDAR.years)
    across = publication_due(date(last, 12, 25), CALENDAR)
    assert across.provisional and f"{last + 1}年放假通知" in across.steps[-1][1]
    assert publication_due(date(last, 12, 31), CALENDAR).provisional
    assert not publication_due(date(last, 12, 31), CALENDAR, BUDGET).provisional


def test_an_own_term_needs_its_basis() -> None:
    with pytest.raises(ValueError, match="依据"):
        PublicationTerm(7, Unit.WORKDAYS, " ")
    with pytest.raises(ValueError, match="天数"):
        PublicationTerm(-1, Unit.WORKDAYS, "某条")
    own = PublicationTerm(7, Unit.WORKDAYS, "《行政处罚法》第四十八条")
    assert publication_due(date(2024, 3, 1), CALENDAR, own).due == date(2024, 3, 12)


@given(st.dates(date(2008, 1, 1), date(2025, 12, 1)), st.integers(0, 60), st.sampled_from(Unit))
def test_due_is_what_the_steps_say(formed: date, days: int, unit: Unit) -> None:
    found = publication_due(formed, CALENDAR, PublicationTerm(days, unit, "某条"))
    assert found.due in [step[0] for step in found.steps]
    assert found.due >= formed
    if unit is Unit.CALENDAR_DAYS:
        assert found.due - formed == timedelta(days=days)
    else:
        assert CALENDAR.between(formed, found.due) == days
        assert (
            found.due
            >= publication_due(formed, CALENDAR, PublicationTerm(days, Unit.CALENDAR_DAYS, "某条")).due
        )
    assert publication_due(formed, CALENDAR, ARTICLE_26).due >= formed + timedelta(days=20)
