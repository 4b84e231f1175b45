"""工作日历：随程序附带的历年放假通知，加上后来登记的；同一年度以最后登记的为准。"""

from __future__ import annotations

from datetime import date
from functools import cache

from gongkai.law.workdays import Calendar, YearNotice

from .models import HolidayNotice


@cache
def _with(rows: tuple[tuple[int, tuple[str, ...], tuple[str, ...], str], ...]) -> Calendar:
    calendar = Calendar.official()
    for year, off, work, source in rows:
        days, extra = (frozenset(map(date.fromisoformat, each)) for each in (off, work))
        calendar = calendar.with_notice(YearNotice(year, days, extra, source))
    return calendar


def current_calendar() -> Calendar:
    """现行日历：一次查库，同样的通知只合成一次。"""
    rows = HolidayNotice.objects.order_by("id").values_list("year", "off", "work", "source")
    return _with(tuple((year, tuple(off), tuple(work), source) for year, off, work, source in rows))
