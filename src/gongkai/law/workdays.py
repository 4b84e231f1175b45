"""工作日：按国务院办公厅公布的放假安排推算期限。

《政府信息公开条例》的期限以工作日计，《预算法》的公开期限以日历日计：这里只算前者。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

FIRST_YEAR, LAST_YEAR = 2004, 2060


class CalendarError(ValueError):
    """日历错误：日期超出可以推算的范围，或放假安排的数据有误。"""


@dataclass(frozen=True)
class YearNotice:
    """一年的放假安排：`off` 为放假日，`work` 为调休上班日，`source` 为通知的出处。"""

    year: int
    off: frozenset[date] = field(default_factory=frozenset)
    work: frozenset[date] = field(default_factory=frozenset)
    source: str = ""


def notice_from_json(data: Mapping[str, object]) -> YearNotice | None:
    """读取放假安排：形如 ``{"year": 2025, "papers": [...], "days": [{"date", "isOffDay"}]}``。

    没有列出日期的年份视为尚未公布，返回 None；数据有误时抛出 CalendarError，说明第几项错在哪里。
    """
    year, days = data.get("year"), data.get("days")
    if not isinstance(year, int) or not isinstance(days, list):
        raise CalendarError("放假安排缺少 year（年份）或 days（日期列表），请对照通知补全后重新导入。")
    off: set[date] = set()
    work: set[date] = set()
    for position, row in enumerate(days, 1):
        try:
            day, is_off = date.fromisoformat(row["date"]), row["isOffDay"]
        except (KeyError, TypeError, ValueError) as error:
            raise CalendarError(
                f"{year} 年放假安排第 {position} 项有误：应有 date（如 2025-10-01）和 isOffDay（true 或 false）。"
            ) from error
        (off if is_off else work).add(day)
    if not days:
        return None
    papers = data.get("papers")
    source = "；".join(str(paper) for paper in papers) if isinstance(papers, list) else ""
    return YearNotice(year, frozenset(off), frozenset(work), source)


class Calendar:
    """工作日历：已公布的年份照通知，未公布的年份按周末与法定节日暂算，并标明“暂定”。

    未公布年份只排除周末和日期固定的法定节日（元旦、五一、国庆）；农历节日要等通知，
    所以暂定的期限只会偏早，不会偏晚——偏早不会误期。
    """

    def __init__(self, notices: Mapping[int, YearNotice]) -> None:
        self._notices = dict(notices)
        # 通知有时把调休排到相邻年份，所以按日期而不按年份查。
        self._off = frozenset(day for notice in notices.values() for day in notice.off)
        self._work = frozenset(day for notice in notices.values() for day in notice.work)

    @staticmethod
    @cache
    def official() -> Calendar:
        """官方日历：所有已知的、已经公布放假安排的年份（2004 年起）。"""
        from chinese_calendar import constants  # 只作种子数据，不用它的判断函数

        years = {day.year for day in constants.holidays}
        return Calendar(
            {
                year: YearNotice(
                    year,
                    frozenset(day for day in constants.holidays if day.year == year),
                    frozenset(day for day in constants.workdays if day.year == year),
                    "chinesecalendar",
                )
                for year in years
            }
        )

    def with_notice(self, notice: YearNotice) -> Calendar:
        """换上一年的放假安排，返回新的日历；原日历不变。"""
        return Calendar({**self._notices, notice.year: notice})

    def is_provisional(self, day: date) -> bool:
        """是否暂定：该日所在年份的放假安排尚未公布。"""
        _check(day)
        return day.year not in self._notices

    def is_workday(self, day: date) -> bool:
        """是否工作日。超出 2004—2060 年时抛出 CalendarError。"""
        _check(day)
        if day in self._work:
            return True
        if day in self._off or day.weekday() >= 5:
            return False
        return not (self.is_provisional(day) and (day.month, day.day) in _FIXED_HOLIDAYS)

    def add(self, day: date, workdays: int) -> date:
        """从 `day` 起数 `workdays` 个工作日（当日不计，条例第三十一、三十三条）；负数向前数，0 即当日。"""
        _check(day)
        step = timedelta(days=1 if workdays >= 0 else -1)
        remaining = abs(workdays)
        while remaining:
            day += step
            remaining -= self.is_workday(day)
        return day

    def between(self, start: date, end: date) -> int:
        """两日之间的工作日数：不计 `start`，计入 `end`；`end` 在前时为负数。"""
        _check(start)
        _check(end)
        low, high = sorted((start, end))
        # 负数是 add 的逆：从 start 往回数，同样不计 start、计入 end。
        first = low + timedelta(days=1) if start <= end else low
        count = sum(
            self.is_workday(first + timedelta(days=offset)) for offset in range((high - low).days)
        )
        return count if start <= end else -count


# 《全国年节及纪念日放假办法》（2024 年修订）第二条中公历日期固定的放假日。
_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


def _check(day: date) -> None:
    if isinstance(day, datetime) or not isinstance(day, date):
        raise TypeError("工作日历只接受日期（date），不接受时间。")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CalendarError(f"{day} 超出可推算的范围（{FIRST_YEAR}—{LAST_YEAR} 年）。")
