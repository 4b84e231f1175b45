"""公开期限：一条主动公开的信息最迟哪一天要公开。

来源：《政府信息公开条例》第二十六条：自该政府信息形成或者变更之日起 20 个工作日内及时公开；
法律、法规对期限另有规定的，从其规定。预算、决算按《预算法》第十四条为批准后 20 日（自然日），两种数法不能混。
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from gongkai.law.workdays import Calendar, CalendarError

__all__ = ["ARTICLE_26", "BUDGET", "PublicationDue", "PublicationTerm", "Unit", "publication_due"]

Step = tuple[date | None, str, str]


class Unit(StrEnum):
    """期限单位：工作日、自然日。"""

    WORKDAYS = "workdays"
    CALENDAR_DAYS = "calendar_days"

    @property
    def label(self) -> str:
        """中文名；自然日按法律原文写作“日”。"""
        return "个工作日" if self is Unit.WORKDAYS else "日"


@dataclass(frozen=True, slots=True)
class PublicationTerm:
    """公开期限：days 天数，unit 工作日或自然日，basis 依据（法名和条款）。

    错误：天数为负、另定期限而没有写依据时抛出 ValueError。
    """

    days: int
    unit: Unit
    basis: str

    def __post_init__(self) -> None:
        if isinstance(self.days, bool) or not isinstance(self.days, int) or self.days < 0:
            raise ValueError(f"公开期限的天数应是不小于 0 的整数，收到的是 {self.days!r}")
        if not self.basis.strip():
            raise ValueError("另定公开期限必须写明依据（哪部法律、法规第几条）")


ARTICLE_26: Final = PublicationTerm(20, Unit.WORKDAYS, "《政府信息公开条例》第二十六条")
BUDGET: Final = PublicationTerm(20, Unit.CALENDAR_DAYS, "《预算法》第十四条")


@dataclass(frozen=True, slots=True)
class PublicationDue:
    """最迟公开日：due 日期，provisional 是否暂定（途经的年度还没有放假通知），steps 推算过程
    （日子或 None，说明，依据）。"""

    due: date
    provisional: bool
    steps: tuple[Step, ...]


def _on(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def publication_due(
    formed_on: date,
    calendar: Calendar,
    term: PublicationTerm = ARTICLE_26,
    *,
    changed_on: date | None = None,
) -> PublicationDue:
    """最迟公开日：自形成（或变更）之日的次日起数 ``term``，返回日期、是否暂定和逐步说明。

    参数：formed_on 形成日期；calendar 工作日历；term 期限，缺省为第二十六条的 20 个工作日；
    changed_on 变更日期，有变更的从变更之日重新起算。
    自然日的期限不因末日放假而顺延：早公开总不违法，晚公开可能违法。
    错误：变更早于形成抛出 ValueError；超出日历可推算的年份抛出 CalendarError。
    来源：《政府信息公开条例》第二十六条。
    """
    steps: list[Step] = [(formed_on, f"信息于{_on(formed_on)}形成", ARTICLE_26.basis)]
    start = formed_on
    if changed_on is not None:
        if changed_on < formed_on:
            raise ValueError(f"变更日期{_on(changed_on)}早于形成日期{_on(formed_on)}；请核对")
        start = changed_on
        steps.append((start, f"信息于{_on(start)}变更，期限从变更之日重新起算", ARTICLE_26.basis))
    if term.unit is Unit.WORKDAYS:
        due = calendar.add(start, term.days)
    else:
        try:
            due = start + timedelta(days=term.days)
        except OverflowError:
            raise CalendarError(f"自{_on(start)}起推算{term.days}日超出可知的日期；请核对天数") from None
    steps.append((start + timedelta(days=1) if term.days else start, "从次日起数，当日不计入", term.basis))
    steps.append((due, f"第{term.days}{term.unit.label}为{_on(due)}，应在这一天以前公开", term.basis))
    years = [y for y in range(start.year, due.year + 1) if _unknown(calendar, y, start, due)]
    provisional = term.unit is Unit.WORKDAYS and bool(years)
    if provisional:
        which = "、".join(map(str, years))
        steps.append(
            (
                None,
                f"{which}年放假通知尚未公布，日期暂定，公布后重新推算",
                "《全国年节及纪念日放假办法》第七条",
            )
        )
    return PublicationDue(due, provisional, tuple(steps))


def _unknown(calendar: Calendar, year: int, start: date, due: date) -> bool:
    # 起始日不计入：12 月 31 日形成的，只看次年。
    day = max(start + timedelta(days=1), date(year, 1, 1))
    return day.year == year and day <= due and calendar.is_provisional(day)
