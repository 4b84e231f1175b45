"""期限的事件怎样读：按日期和因果排序，核对类型，以及说明和错误里的用语。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Final

from gongkai.law import clock_events as c
from gongkai.law.workdays import Calendar

# 同一天的事按先因后果排：先收到、先问、先答，最后才是答复发出。
RANK: Final[dict[type[c.Event], tuple[int, str]]] = {
    c.Received: (0, "收到申请"),
    c.Confirmed: (1, "确认收到"),
    c.CorrectionAsked: (2, "告知补正"),
    c.Corrected: (3, "收到补正"),
    c.ConsultationSent: (4, "征求意见"),
    c.OpinionReceived: (5, "收到意见"),
    c.ConsultationLapsed: (6, "逾期未提意见"),
    c.ReasonsAsked: (7, "要求说明理由"),
    c.ReasonsGiven: (8, "说明理由"),
    c.FeeNoticed: (9, "收费通知"),
    c.FeePaid: (10, "缴费"),
    c.ExtensionGranted: (11, "延长答复期限"),
    c.Postponed: (12, "延迟答复"),
    c.Dispatched: (13, "答复发出"),
    c.Withdrawn: (14, "撤回申请"),
}


def name(event: c.Event) -> str:
    """事件的说法，如“告知补正”。"""
    return RANK[type(event)][1]


def say(day: date) -> str:
    """日期的说法，如“2026年3月9日”，不编虚位。"""
    return f"{day.year}年{day.month}月{day.day}日"


def refuse(event: c.Event, problem: str, remedy: str) -> c.ClockError:
    """不可能的事件：写明哪一件、哪一天、什么问题、怎样改；由调用者抛出。"""
    return c.ClockError(f"{name(event)}（{say(event.on)}）：{problem}；{remedy}")


def whole(event: c.Event, value: object, what: str, most: int) -> None:
    """查工作日数：不是 1—``most`` 的整数时抛出 ClockError。"""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise refuse(event, f"{what}是 {value!r}", f"请填写 1—{most} 的整数（工作日）")


def in_order(events: Iterable[c.Event]) -> list[c.Event]:
    """排序并查类型：每个日期都不带时刻，必有且只有一个收到申请。"""
    log = list(events)
    for event in log:
        if type(event) not in RANK:
            raise TypeError(f"事件必须是 gongkai.law.clock 里的事件，收到的是 {type(event).__name__}")
        for item in fields(event):
            value = getattr(event, item.name)
            if not item.type.startswith("date") or (value is None and "None" in item.type):
                continue
            if isinstance(value, datetime) or not isinstance(value, date):
                raise TypeError(
                    f"{name(event)}的日期必须是 datetime.date（不带时刻），收到的是 {type(value).__name__}"
                )
    received = [event for event in log if isinstance(event, c.Received)]
    if not received:
        raise c.ClockError("没有“收到申请”，期限无从起算；请先登记收到申请的日期和渠道")
    if len(received) > 1:
        days = "、".join(say(day) for day in sorted(event.on for event in received))
        raise c.ClockError(
            f"收到申请登记了 {len(received)} 次（{days}）；一件申请只有一个收到之日，请删去多余的"
        )

    def key(event: c.Event) -> tuple[object, ...]:
        # 指明了对象的意见先对应，没指明的后对应；最后按内容排，传入次序才不起作用。
        vague = not getattr(event, "ref", ""), not getattr(event, "party", "")
        return (event.on, RANK[type(event)][0], *vague, repr(event))

    log.sort(key=key)  # type: ignore[arg-type,return-value]
    if log[0] is not received[0]:
        raise refuse(
            log[0], f"早于收到申请之日（{say(received[0].on)}）", "请核对这两个日期，收到之前不会有别的事"
        )
    return log


def rest_days(calendar: Calendar, start: date, end: date) -> str:
    """期间的放假与调休：只说与周一至周五上班不同的日子；``start`` 不含，``end`` 含。"""
    runs: list[list[date]] = [[]]
    extra: list[date] = []
    for shift in range(1, (end - start).days + 1):
        day = start + timedelta(days=shift)
        if not calendar.is_workday(day):
            runs[-1].append(day)
            continue
        runs.append([])
        if day.weekday() >= 5:
            extra.append(day)
    off = [
        say(run[0]) if len(run) == 1 else f"{say(run[0])}至{say(run[-1])}"
        for run in runs
        if any(day.weekday() < 5 for day in run)
    ]
    text = f"其间放假{'、'.join(off)}，不计入。" if off else ""
    return text + (f"调休上班{'、'.join(map(say, extra))}，计入。" if extra else "")
