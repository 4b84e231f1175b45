"""工作日历：与历年通知逐日核对、推算的性质、暂定年度与录入错误。"""

from __future__ import annotations

import copy
import json
import pickle
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.law.workdays import (
    FIRST_YEAR,
    LAST_YEAR,
    Calendar,
    CalendarError,
    YearNotice,
    _statutory_days,
    notice_from_csv,
    notice_from_json,
)

HOLIDAYS = Path(__file__).resolve().parents[3] / "shared" / "data" / "holidays"
CAL = Calendar.official()
D = date

# 两头留出余量，使推算不会走出 2004—2060 年。
days = st.dates(D(2006, 1, 1), D(2055, 12, 31))
counts = st.integers(1, 300)


def _shared(year: int) -> dict:
    path = HOLIDAYS / f"{year}.json"
    if not path.is_file():
        pytest.skip(f"缺少共享数据 shared/data/holidays/{year}.json，跳过逐日核对")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("year", range(2007, 2027))
def test_every_listed_day_agrees(year: int) -> None:
    data = _shared(year)
    assert data["days"]
    for item in data["days"]:
        day = date.fromisoformat(item["date"])
        assert CAL.is_workday(day) is not item["isOffDay"], item
        assert not CAL.is_provisional(day)


@pytest.mark.parametrize("year", range(2007, 2027))
def test_the_notice_read_from_json_is_the_one_shipped(year: int) -> None:
    read, shipped = notice_from_json(_shared(year)), CAL.years[year]
    # 周末放假、周一至周五上班，通知里列不列都一样。
    assert all(day.weekday() < 5 for day in read.work ^ shipped.work)
    assert all(day.weekday() >= 5 for day in read.off ^ shipped.off)


def test_the_shipped_table_agrees_with_chinesecalendar_every_day() -> None:
    reference = pytest.importorskip("chinese_calendar", reason="未安装 chinesecalendar，跳过逐日核对")
    day = D(2004, 1, 1)
    while day <= D(2026, 12, 31):
        assert CAL.is_workday(day) == reference.is_workday(day), day
        day += timedelta(days=1)


def test_year_totals() -> None:
    expected = {2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}
    assert {y: CAL.between(D(y - 1, 12, 31), D(y, 12, 31)) for y in expected} == expected


def test_national_day_2025() -> None:
    # 10 月 1—8 日放假，9 月 28 日（周日）、10 月 11 日（周六）上班。
    assert CAL.is_workday(D(2025, 9, 28)) and CAL.is_workday(D(2025, 10, 11))
    assert CAL.add(D(2025, 9, 30), 1) == D(2025, 10, 9)
    assert CAL.add(D(2025, 9, 26), 1) == D(2025, 9, 28)
    assert CAL.add(D(2025, 9, 25), 20) == D(2025, 10, 29)
    assert CAL.between(D(2025, 9, 30), D(2025, 10, 11)) == 3
    assert CAL.add(D(2025, 10, 5), 0) == D(2025, 10, 5)
    assert CAL.add(D(2025, 10, 9), -1) == D(2025, 9, 30)
    assert CAL.between(D(2025, 10, 9), D(2025, 9, 30)) == -1


def test_a_december_day_ruled_by_the_next_years_notice() -> None:
    assert CAL.is_workday(D(2018, 12, 29)) and not CAL.is_workday(D(2018, 12, 31))
    assert D(2018, 12, 31) in CAL.years[2019].off


@given(days, counts)
def test_add_lands_on_a_workday_and_between_inverts_it(day: date, n: int) -> None:
    later, earlier = CAL.add(day, n), CAL.add(day, -min(n, 200))
    assert CAL.is_workday(later) and later > day
    assert CAL.between(day, later) == n
    assert CAL.is_workday(earlier) and earlier < day
    assert CAL.between(day, earlier) == -min(n, 200)


@given(days, st.integers(1, 150), st.integers(1, 150))
def test_add_composes(day: date, a: int, b: int) -> None:
    assert CAL.add(CAL.add(day, a), b) == CAL.add(day, a + b)


@given(days, days, st.integers(0, 60))
def test_add_is_monotone(one: date, other: date, n: int) -> None:
    low, high = sorted((one, other))
    assert CAL.add(low, n) <= CAL.add(high, n)
    assert CAL.add(low, n) < CAL.add(low, n + 1)


@given(days, st.integers(-400, 400))
def test_between_counts_what_is_workday_says(start: date, shift: int) -> None:
    end = start + timedelta(days=shift)
    span = (start + timedelta(days=i) for i in (range(1, shift + 1) if shift > 0 else range(shift, 0)))
    total = sum(CAL.is_workday(day) for day in span)
    assert CAL.between(start, end) == (total if shift > 0 else -total)


def test_2027_is_provisional_until_its_notice() -> None:
    assert CAL.is_provisional(D(2027, 1, 1)) and not CAL.is_provisional(D(2026, 12, 31))
    empty = notice_from_json({"year": 2027, "papers": [], "days": []})
    assert CAL.with_notice(empty).is_provisional(D(2027, 6, 1))
    # 2027 年春节 2 月 6 日：除夕 2 月 5 日（周五）、初三 2 月 8 日（周一）。
    assert [CAL.is_workday(D(2027, 2, n)) for n in (4, 5, 8, 9)] == [True, False, False, True]
    assert not CAL.is_workday(D(2027, 10, 1)) and CAL.is_workday(D(2027, 10, 4))
    notice = YearNotice(2027, frozenset({D(2027, 10, 4)}), frozenset({D(2026, 12, 27)}), "测试")
    updated = CAL.with_notice(notice)
    assert not updated.is_provisional(D(2027, 1, 1)) and not updated.is_workday(D(2027, 10, 4))
    assert updated.is_workday(D(2026, 12, 27)) and not CAL.is_workday(D(2026, 12, 27))
    assert CAL.is_provisional(D(2027, 1, 1)), "原日历不变"


def test_shared_2027_is_still_provisional() -> None:
    data = _shared(2027)
    if data["days"]:
        pytest.skip("共享数据已有 2027 年通知，不再是暂定")
    assert CAL.with_notice(notice_from_json(data)).is_provisional(D(2027, 3, 3))


@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR + 1))
def test_statutory_days_are_thirteen(year: int) -> None:
    found = _statutory_days(year)
    assert len(found) in (12, 13) and all(day.year == year for day in found)
    # 少一天只能是中秋落在国庆三天内；其余法定日不相交。
    assert sum(d.month == 10 for d in found) >= 3
    if len(found) == 12:
        assert not any(d.month == 9 for d in found) and sum(d.month == 10 for d in found) == 3


@pytest.mark.parametrize("year", [2025, 2026])
def test_statutory_days_are_off_in_the_notices_of_the_same_rule(year: int) -> None:
    assert _statutory_days(year) <= CAL.years[year].off


def test_statutory_lunar_days_are_off_in_every_notice_since_2008() -> None:
    for year in range(2008, 2027):
        # 只查历来都放假的：初一至初三、清明、端午、中秋（除夕 2014、2024 未列；5 月 2 日自 2025 年起）。
        for day in _statutory_days(year):
            eve = day + timedelta(days=1) in _statutory_days(year) and day.month in (1, 2)
            if day in (D(year, 1, 1), D(year, 5, 2)) or eve:
                continue
            assert not CAL.is_workday(day), day


@pytest.mark.parametrize("day", [D(2003, 12, 31), D(2061, 1, 1), date.min, date.max])
def test_out_of_range_is_refused(day: date) -> None:
    for call in (
        lambda: CAL.is_workday(day),
        lambda: CAL.is_provisional(day),
        lambda: CAL.add(day, 1),
        lambda: CAL.between(D(2025, 1, 1), day),
        lambda: CAL.between(day, D(2025, 1, 1)),
    ):
        with pytest.raises(CalendarError, match="2004—2060"):
            call()


def test_running_off_either_end_is_refused() -> None:
    with pytest.raises(CalendarError, match="超出可推算的范围"):
        CAL.add(D(2060, 12, 20), 30)
    with pytest.raises(CalendarError, match="超出可推算的范围"):
        CAL.add(D(2004, 1, 5), -30)


def test_types_are_strict() -> None:
    moment = datetime(2025, 1, 1, 8)
    for call in (
        lambda: CAL.is_workday(moment),
        lambda: CAL.is_provisional(moment),
        lambda: CAL.add(moment, 1),
        lambda: CAL.between(moment, D(2025, 1, 2)),
        lambda: CAL.between(D(2025, 1, 2), moment),
        lambda: CAL.is_workday("2025-01-01"),
        lambda: CAL.add(D(2025, 1, 1), True),
        lambda: CAL.add(D(2025, 1, 1), 1.0),
        lambda: CAL.with_notice({}),
        lambda: Calendar({2025: {}}),
        lambda: YearNotice(2027, frozenset({moment}), frozenset()),
    ):
        with pytest.raises(TypeError):
            call()


def test_the_calendar_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        CAL.years = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        CAL.years[2027] = None  # type: ignore[index]
    mine = dict(CAL.years)
    made = Calendar(mine)
    mine.clear()
    assert made == CAL and hash(made) == hash(CAL)
    assert pickle.loads(pickle.dumps(CAL)) == copy.deepcopy(CAL) == CAL
    assert Calendar.official() is CAL


def test_bad_notices_are_refused() -> None:
    with pytest.raises(CalendarError, match="键 2026 与通知的年度 2025 不一致"):
        Calendar({2026: CAL.years[2025]})
    with pytest.raises(CalendarError, match="既列为放假又列为上班"):
        YearNotice(2027, frozenset({D(2027, 1, 1)}), frozenset({D(2027, 1, 1)}))
    with pytest.raises(CalendarError, match="不属于该年度"):
        YearNotice(2027, frozenset({D(2025, 1, 1)}), frozenset())
    with pytest.raises(CalendarError, match="请导入完整的通知"):
        CAL.with_notice(YearNotice(2026, frozenset(), frozenset()))


OFF = {"name": "元旦", "date": "2027-01-01", "isOffDay": True}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "应为一个对象"),
        ({"days": []}, "缺少“year”"),
        ({"year": 2027}, "缺少“days”"),
        ({"year": "2027", "days": []}, "年份必须是整数"),
        ({"year": True, "days": []}, "年份必须是整数"),
        ({"year": 1999, "days": []}, "年份 1999 超出"),
        ({"year": 2027, "days": {}}, "“days”应为列表"),
        ({"year": 2027, "papers": "x", "days": []}, "“papers”应为"),
        ({"year": 2027, "days": [OFF, 3]}, "第 2 项：应为对象"),
        ({"year": 2027, "days": [{"date": "2027-01-01"}]}, "第 1 项：“isOffDay”是 None"),
        ({"year": 2027, "days": [{**OFF, "isOffDay": 1}]}, "请填 true"),
        ({"year": 2027, "days": [{**OFF, "date": "2027-02-30"}]}, "不存在"),
        ({"year": 2027, "days": [{**OFF, "date": "元旦"}]}, "无法识别"),
        ({"year": 2027, "days": [{**OFF, "date": None}]}, "无法识别"),
        ({"year": 2027, "days": [OFF, {**OFF, "isOffDay": False}]}, "第 2 项：.*与“days”第 1 项矛盾"),
        ({"year": 2027, "days": [OFF, {**OFF, "date": "2028-05-01"}]}, "第 2 项：.*不属于 2027 年度"),
    ],
)
def test_json_errors_name_place_and_remedy(data: object, message: str) -> None:
    with pytest.raises(CalendarError, match=message):
        notice_from_json(data)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "date,name,is_off_day\n2026-12-27,元旦,false\n2027-01-01,元旦,true\n2027-01-02,元旦,true\n",
        "\ufeff日期,名称,休息/上班\r\n2026/12/27,元旦,上班\r\n2027/1/1,元旦,休息\r\n2027年1月2日,元旦,休息\r\n\r\n,,\r\n",
        'is_off_day,date,name\n0,2026-12-27,"元旦,\n调休"\n1,2027-01-01,\n1,2027-01-02,\n1,2027-01-02,\n',
    ],
)
def test_csv_forms(text: str) -> None:
    expected = YearNotice(
        2027, frozenset({D(2027, 1, 1), D(2027, 1, 2)}), frozenset({D(2026, 12, 27)}), "国办发明电"
    )
    assert notice_from_csv(text, source="国办发明电") == expected


def test_csv_round_trip_of_a_published_year() -> None:
    notice = CAL.years[2019]
    rows = [f"{d},x,{'休息' if d in notice.off else '上班'}" for d in sorted(notice.off | notice.work)]
    assert notice_from_csv("\n".join(["日期,名称,休息/上班", *rows]), source=notice.source) == notice


HEAD = "日期,名称,休息/上班\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "没有任何数据行"),
        (HEAD, "没有任何数据行"),
        ("2027-01-01,元旦,休息\n", "第 1 行：表头缺少“日期”列"),
        ("日期，名称，休息/上班\n", "用英文逗号分隔"),
        ("日期,日期,休息/上班\n", "表头重复了“日期”列"),
        (HEAD + "2027-01-01,元旦\n", "第 2 行：有 2 列，表头有 3 列"),
        (HEAD + "2027-01-01,元旦,休息\n2027-13-01,元旦,休息\n", "第 3 行：日期 '2027-13-01' 不存在"),
        (HEAD + "1月1日,元旦,休息\n", "第 2 行：日期 '1月1日' 无法识别"),
        (HEAD + "2027-01-01,元旦,也许\n", "第 2 行：“也许”无法识别；请填“休息”或“上班”"),
        (HEAD + "2027-01-01,元旦,休息\n2027-01-01,元旦,上班\n", "第 3 行：2027-01-01 与第 2 行矛盾"),
        (HEAD + '2027-01-01,"元旦,休息\n', "引号是否成对"),
        (HEAD + "2027-01-01,元旦,休息\n2028-01-01,元旦,休息\n", "看不出属于哪一年"),
        (HEAD + "2027-01-01,a,休息\n2027-01-02,a,休息\n2029-01-01,a,休息\n", "第 4 行：.*不属于 2027"),
        (HEAD + "2099-01-01,元旦,休息\n", "年份 2099 超出"),
        (b"", "请先按 UTF-8 解码"),
    ],
)
def test_csv_errors_name_line_and_remedy(text: str, message: str) -> None:
    with pytest.raises(CalendarError, match=message):
        notice_from_csv(text)


@given(st.text(max_size=80))
def test_any_text_gives_a_notice_or_a_clear_error(tail: str) -> None:
    for text in (tail, HEAD + tail, HEAD + "2027-01-01,元旦," + tail):
        try:
            assert notice_from_csv(text).is_published
        except CalendarError as error:
            assert str(error)
