"""答复期限：依申请公开一件申请的期限，由事件推算，逐步说明理由，从不手填。

来源：《政府信息公开条例》（国务院令第711号，下称《条例》）第二十六条、第三十条至第三十五条；
《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）第六条。
三种运算：重新起算（补正、缴费）、不计入（征求意见）、延长（一次）。事件的次序与传入次序无关，只看日期；
同日的按先因后果排。各事件的日期与次序是否可能，由 ``deadline`` 核对，不可能的抛出 ClockError。
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from gongkai.law.clock_events import (
    CHANNELS,
    CORRECTION_WORKDAYS,
    OPINION_WORKDAYS,
    PARTIES,
    PAYMENT_WORKDAYS,
    PUBLICATION_WORKDAYS,
    REPLY_WORKDAYS,
    ClockError,
    Confirmed,
    ConsultationLapsed,
    ConsultationSent,
    Corrected,
    CorrectionAsked,
    Deadline,
    Dispatched,
    Event,
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
)
from gongkai.law.clock_fold import read
from gongkai.law.workdays import Calendar

__all__ = [
    "CHANNELS",
    "PARTIES",
    "ClockError",
    "Confirmed",
    "ConsultationLapsed",
    "ConsultationSent",
    "Corrected",
    "CorrectionAsked",
    "Deadline",
    "Dispatched",
    "Event",
    "ExtensionGranted",
    "FeeNoticed",
    "FeePaid",
    "OpinionReceived",
    "Postponed",
    "ReasonsAsked",
    "ReasonsGiven",
    "Received",
    "Step",
    "Withdrawn",
    "consultation_limit",
    "correction_lapses_on",
    "correction_limit",
    "deadline",
    "fee_lapses_on",
    "payment_limit",
    "publication_limit",
    "reply_limit",
]


def reply_limit(received_on: date, calendar: Calendar) -> date:
    """答复期限：收到之日起 20 个工作日的最后一日（没有其他事件时）。《条例》第三十三条第二款。"""
    return calendar.add(received_on, REPLY_WORKDAYS)


def correction_limit(received_on: date, calendar: Calendar) -> date:
    """补正告知期限：收到之日起 7 个工作日的最后一日。

    参数：received_on 为收到申请之日；calendar 为工作日历。返回：日期，起始日不计入。
    来源：《条例》第三十条。
    """
    return calendar.add(received_on, CORRECTION_WORKDAYS)


def consultation_limit(received_on: date, calendar: Calendar) -> date:
    """意见期限：第三方或共同制作机关收到征求意见书之日起 15 个工作日的最后一日。第三十二、三十四条。"""
    return calendar.add(received_on, OPINION_WORKDAYS)


def payment_limit(received_on: date, calendar: Calendar) -> date:
    """缴费期限：申请人收到收费通知次日起 20 个工作日的最后一日。国办函〔2020〕109号第六条。"""
    return calendar.add(received_on, PAYMENT_WORKDAYS)


def publication_limit(formed_on: date, calendar: Calendar) -> date:
    """主动公开期限：信息形成或变更之日起 20 个工作日的最后一日。

    参数：formed_on 为形成或变更之日；calendar 为工作日历。返回：日期，起始日不计入。
    来源：《条例》第二十六条；法律、法规另有规定的从其规定。
    """
    return calendar.add(formed_on, PUBLICATION_WORKDAYS)


def correction_lapses_on(asked: CorrectionAsked, calendar: Calendar) -> date:
    """补正逾期之日：补正期限届满后的第一个工作日，自该日起可作“不再处理”的告知。

    参数：asked 为补正告知，须有送达日期；calendar 为工作日历。
    错误：没有送达日期时抛出 ClockError——不能证明送达，就不能认定逾期。
    来源：《条例》第三十条。
    """
    if asked.served_on is None:
        raise ClockError("补正告知：没有送达日期，不能认定逾期不补正；请先登记送达回证上的日期")
    return calendar.add(calendar.add(asked.served_on, asked.within), 1)


def fee_lapses_on(notice: FeeNoticed, calendar: Calendar) -> date:
    """缴费逾期之日：缴费期限届满后的第一个工作日，自该日起可作“不再处理”的告知。

    参数：notice 为收费通知，须有收到日期；calendar 为工作日历。
    错误：没有收到日期时抛出 ClockError——不能证明送达，就不能认定逾期。
    来源：国办函〔2020〕109号第六条。
    """
    if notice.received_on is None:
        raise ClockError("收费通知：没有申请人收到的日期，不能认定逾期未缴费；请先登记送达回证上的日期")
    return calendar.add(payment_limit(notice.received_on, calendar), 1)


def deadline(events: Iterable[Event], calendar: Calendar) -> Deadline:
    """推算：由事件得出答复期限的最后一日及其由来。

    参数：events 为事件，次序不限，必有且只有一个 Received；calendar 为工作日历（Calendar.official()）。
    返回：Deadline；征求意见尚无结果的，暂按意见期限届满之日推算，并在 steps 写明。
    规则：起始日不计入；补正告知超过 7 个工作日、收费通知超过处理期限才发出的，原期限不变；
    逾期的意见不延长停止计算的时间；先前批准的延长、延迟并入重新起算的期限（alarm 不并入）。
    错误：日期或次序不可能时抛出 ClockError；日期带时刻抛出 TypeError；超出日历范围抛出 CalendarError。
    来源：《条例》第三十条至第三十五条；国办函〔2020〕109号第六条。
    """
    return read(events, calendar)
