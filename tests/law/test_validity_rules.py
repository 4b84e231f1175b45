"""有效性与规划状态：实例与性质。"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.law.validity import (
    Facts,
    PlanFacts,
    PlanStatus,
    Relation,
    RelationKind,
    Status,
    TermRule,
    current_five_year,
    five_year_name,
    five_year_number,
    five_year_period,
    missing_periods,
    next_change,
    plan_validity,
    timeline,
    validity,
    warnings,
)

FILE = Facts("某办法", effective=date(2021, 3, 1), expires=date(2026, 2, 28), published=date(2021, 2, 1))


@pytest.mark.parametrize(
    ("today", "status", "since"),
    [
        (date(2021, 2, 28), Status.PENDING, date(2021, 2, 1)),
        (date(2021, 3, 1), Status.IN_FORCE, date(2021, 3, 1)),
        (date(2026, 2, 28), Status.IN_FORCE, date(2021, 3, 1)),
        (date(2026, 3, 1), Status.LAPSED, date(2026, 3, 1)),
    ],
)
def test_expiry_takes_effect_the_day_after(today: date, status: Status, since: date) -> None:
    assert (validity(FILE, today).status, validity(FILE, today).since) == (status, since)


def test_history_of_an_amended_extended_lapsed_and_repealed_file() -> None:
    facts = Facts(
        "某办法",
        effective=date(2018, 1, 1),
        expires=date(2020, 12, 31),
        published=date(2017, 12, 1),
        relations=(
            Relation(RelationKind.AMEND, date(2019, 5, 1), "某规〔2019〕3号"),
            Relation(RelationKind.EXTEND, date(2020, 12, 1), "某规〔2020〕9号", until=date(2022, 12, 31)),
            Relation(RelationKind.REPEAL, date(2024, 6, 1), "某规〔2024〕1号"),
        ),
    )
    assert [(v.status, v.since) for v in timeline(facts)] == [
        (Status.PENDING, date(2017, 12, 1)),
        (Status.IN_FORCE, date(2018, 1, 1)),
        (Status.AMENDED, date(2019, 5, 1)),
        (Status.LAPSED, date(2023, 1, 1)),
        (Status.REPEALED, date(2024, 6, 1)),
    ]
    assert "某规〔2019〕3号" in validity(facts, date(2022, 12, 31)).why
    assert next_change(facts, date(2021, 1, 1)) == date(2023, 1, 1)
    assert next_change(facts, date(2024, 6, 1)) is None


def test_an_extension_made_too_late_leaves_a_gap() -> None:
    extend = Relation(RelationKind.EXTEND, date(2026, 4, 1), until=date(2028, 1, 1))
    facts = Facts("某办法", date(2021, 3, 1), date(2026, 2, 28), (extend,))
    assert validity(facts, date(2026, 3, 31)).status is Status.LAPSED
    assert validity(facts, date(2026, 4, 1)).status is Status.IN_FORCE


def test_replacement_declared_lapse_and_missing_dates() -> None:
    replaced = Facts(
        effective=date(2020, 1, 1), relations=(Relation(RelationKind.REPLACE, date(2022, 1, 1), "新办法"),)
    )
    assert validity(replaced, date(2022, 1, 1)).why == "2022年1月1日起被“新办法”替代"
    assert validity(Facts(declared_lapsed=date(2022, 1, 1)), date(2022, 1, 1)).status is Status.LAPSED
    assert validity(Facts(), date(2022, 1, 1)).since is None
    assert validity(Facts(published=date(2021, 1, 1)), date(2022, 1, 1)).since == date(2021, 1, 1)
    assert [v.status for v in timeline(Facts())] == [Status.IN_FORCE]
    with pytest.raises(ValueError, match="延长有效期"):
        Relation(RelationKind.EXTEND, date(2022, 1, 1))


@pytest.mark.parametrize(
    ("left", "code"),
    [
        (181, None),
        (180, "expires_180"),
        (91, "expires_180"),
        (90, "expires_90"),
        (30, "expires_30"),
        (0, "expires_30"),
    ],
)
def test_warning_steps(left: int, code: str | None) -> None:
    assert FILE.expires
    codes = [w.code for w in warnings(FILE, FILE.expires - timedelta(days=left))]
    assert codes == ([code] if code else [])


def test_term_checks_are_parameters() -> None:
    def codes(title: str, expires: date | None, rule: TermRule | None = None) -> list[str]:
        facts = Facts(title, effective=date(2021, 3, 1), expires=expires)
        return [w.code for w in warnings(facts, date(2021, 6, 1), rule)]

    assert codes("某办法（试行）", date(2024, 3, 1)) == []
    assert codes("某办法（试行）", date(2024, 3, 2)) == ["term_too_long"]
    assert codes("某办法", date(2026, 3, 2)) == ["term_too_long"]
    assert codes("某办法", date(2026, 3, 2), TermRule(other=10)) == []
    assert codes("某办法", None) == ["no_expiry"]
    assert codes("某办法", date(2020, 1, 1)) == []
    pending = Facts("某办法", effective=date(2022, 1, 1), expires=date(2021, 12, 1))
    assert "expiry_before_effective" in [w.code for w in warnings(pending, date(2021, 6, 1))]


days = st.dates(date(2015, 1, 1), date(2030, 12, 31))
relations = st.builds(
    lambda kind, on, until: Relation(kind, on, until=until if kind is RelationKind.EXTEND else None),
    st.sampled_from(RelationKind),
    days,
    days,
)
facts_strategy = st.builds(
    Facts,
    title=st.sampled_from(["某办法", "某办法（试行）"]),
    effective=st.none() | days,
    expires=st.none() | days,
    relations=st.lists(relations, max_size=4).map(tuple),
    declared_lapsed=st.none() | days,
    published=st.none() | days,
)


@given(facts_strategy, days)
def test_the_timeline_agrees_with_every_day(facts: Facts, today: date) -> None:
    segments = [v for v in timeline(facts) if v.since and v.since <= today]
    state = validity(facts, today)
    if segments:
        assert (segments[-1].status, segments[-1].why) == (state.status, state.why)
    assert state.since is None or state.since <= today or state.status is Status.PENDING
    turn = next_change(facts, today)
    assert turn is None or (turn > today and validity(facts, turn) != state)


@given(facts_strategy, days, st.integers(0, 3000))
def test_once_repealed_always_repealed(facts: Facts, today: date, later: int) -> None:
    if validity(facts, today).status is Status.REPEALED:
        assert validity(facts, today + timedelta(days=later)).status is Status.REPEALED


def test_plan_states() -> None:
    plan = PlanFacts(number=14, approved=date(2021, 8, 1), adjusted=date(2023, 5, 1), adjusted_by="调整方案")
    expected = [
        (date(2021, 7, 1), PlanStatus.PENDING),
        (date(2021, 8, 1), PlanStatus.CURRENT),
        (date(2023, 5, 1), PlanStatus.ADJUSTED),
        (date(2025, 12, 31), PlanStatus.ADJUSTED),
        (date(2026, 1, 1), PlanStatus.EXPIRED),
    ]
    assert [(day, plan_validity(plan, day).status) for day, _ in expected] == expected
    assert plan_validity(PlanFacts(number=15), date(2025, 12, 31)).status is PlanStatus.PENDING
    assert plan_validity(PlanFacts(repealed=date(2020, 1, 1)), date(2020, 1, 1)).status is PlanStatus.REPEALED


@given(st.none() | days, days, st.none() | days, days)
def test_no_plan_is_current_past_its_end(
    starts: date | None, ends: date, approved: date | None, today: date
) -> None:
    status = plan_validity(PlanFacts(starts=starts, ends=ends, approved=approved), today).status
    assert status is PlanStatus.EXPIRED if today > ends else status is not PlanStatus.EXPIRED


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("广州市水务发展“十四五”规划", 14),
        ("国民经济和社会发展第十四个五年规划", 14),
        ("十五五规划", 15),
        ("第十个五年计划", 10),
        ("“九五”计划", 9),
        ("“十五”计划", 10),
        ("二〇二一年十五日", None),
        ("五十五岁", None),
        ("第十五条", None),
    ],
)
def test_five_year_number(text: str, number: int | None) -> None:
    assert five_year_number(text) == number


def test_five_year_periods() -> None:
    assert [five_year_period(n) for n in (1, 2, 3, 11, 14, 15)] == [
        (1953, 1957), (1958, 1962), (1966, 1970), (2006, 2010), (2021, 2025), (2026, 2030),
    ]  # fmt: skip
    assert current_five_year(date(2026, 11, 25)) == 15
    with pytest.raises(ValueError, match="序数"):
        five_year_period(0)
    for number in range(1, 20):
        assert five_year_number(f"“{five_year_name(number)}”规划") == number


def test_missing_periods_are_listed_per_sector() -> None:
    plans = [
        PlanFacts(sector="供水", number=12),
        PlanFacts(sector="供水", number=14),
        PlanFacts(sector="排水", starts=date(2021, 1, 1), ends=date(2035, 12, 31)),
    ]
    gaps = missing_periods(plans, date(2024, 1, 1), sectors=["防洪"], excused=[("供水", 11)])
    assert [(g.sector, g.number) for g in gaps] == [
        ("供水", 13), ("排水", 11), ("排水", 12), ("排水", 13),
        ("防洪", 11), ("防洪", 12), ("防洪", 13), ("防洪", 14),
    ]  # fmt: skip
    assert gaps[0].name == "十三五" and gaps[0].years == (2016, 2020)
