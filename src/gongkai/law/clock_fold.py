"""期限的推算过程：按日期逐个读入事件，核对次序，记下每一步的说明。公开的名称都在 clock.py。"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from gongkai.law import clock_events as c
from gongkai.law.clock_log import in_order, name, refuse, rest_days, say, whole
from gongkai.law.workdays import Calendar

_REG: Final = "《政府信息公开条例》"
_FEE: Final = "《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）第六条"
# 现行条例施行之日。
_IN_FORCE: Final = date(2019, 5, 15)
_ONE_DAY: Final = timedelta(days=1)


@dataclass
class _Pause:
    """一段不计入的时间：发出次日起，至收到意见之日或意见期限届满之日，取早。"""

    sent: c.ConsultationSent | c.ReasonsAsked
    limit: date | None
    ended: date | None = None
    by: str = ""

    @property
    def span(self) -> tuple[date, date | None]:
        ends = [day for day in (self.ended, self.limit) if day]
        return self.sent.on, min(ends) if ends else None


class _Clock:
    """一只钟：逐个读入事件。earliest 为真时按最早的读法走，只为得出催办日，不作说明，也不报错。"""

    def __init__(self, calendar: Calendar, *, earliest: bool = False) -> None:
        self.calendar = calendar
        self.earliest = earliest
        self.steps: list[c.Step] = []
        self.received = self.base = self.start = date.min
        self.channel = ""
        self.days = c.REPLY_WORKDAYS
        self.until: date | None = None
        self.pauses: list[_Pause] = []
        self.seen: dict[type[c.Event], c.Event] = {}
        self.correction: c.CorrectionAsked | None = None
        self.fee: c.FeeNoticed | None = None
        self.correction_in_time = self.fee_in_time = True
        self.restarted = False
        self.closed: c.Event | None = None

    # 推算

    def works(self, day: date) -> bool:
        if self.calendar.is_workday(day):
            return True
        # 尚无放假通知的年份，最早的读法不扣任何法定节假日。
        return self.earliest and day.weekday() < 5 and self.calendar.is_provisional(day)

    def count(self, start: date, workdays: int, pauses: Iterable[tuple[date, date | None]] = ()) -> date:
        """自 ``start`` 次日起数 ``workdays`` 个工作日；``pauses`` 各段（不含起日）不数，重叠只扣一次。"""
        spans = [(first, last) for first, last in pauses if last is not None and last > first]
        day, left = start, workdays
        while left:
            day += _ONE_DAY
            if self.works(day) and not any(first < day <= last for first, last in spans):
                left -= 1
        return day

    def due(self) -> date:
        counted = self.count(self.start, self.days, (pause.span for pause in self.pauses))
        return counted if self.until is None else max(counted, self.until)

    @property
    def stopped(self) -> str:
        """期限停止计算，等候的是什么：补正、缴费，或空。"""
        if self.correction and self.correction_in_time:
            return "补正"
        return "缴费" if self.fee and self.fee_in_time else ""

    def note(self, day: date | None, text: str, article: str) -> None:
        if not self.earliest:
            self.steps.append(c.Step(day, text, article))

    def show(self, day: date) -> str:
        """推算出来的日期：落在尚无放假通知的年份的，凡出现都标“暂定”。"""
        return say(day) + ("（暂定）" if self.calendar.is_provisional(day) else "")

    # 读入

    def take(self, event: c.Event) -> None:
        if self.closed is not None:
            problem = f"此前已{name(self.closed)}（{say(self.closed.on)}）"
            raise refuse(event, problem, "办结之后不再有影响期限的事，请核对日期")
        handlers: dict[type[c.Event], Callable[..., None]] = {
            c.Received: self.receive,
            c.Confirmed: self.confirm,
            c.CorrectionAsked: self.ask_correction,
            c.Corrected: self.correct,
            c.ConsultationSent: self.consult,
            c.OpinionReceived: self.answer,
            c.ConsultationLapsed: self.answer,
            c.ReasonsAsked: self.ask_reasons,
            c.ReasonsGiven: self.give_reasons,
            c.FeeNoticed: self.notice_fee,
            c.FeePaid: self.pay,
            c.ExtensionGranted: self.extend,
            c.Postponed: self.postpone,
            c.Dispatched: self.close,
            c.Withdrawn: self.close,
        }
        handlers[type(event)](event)
        self.seen[type(event)] = event

    def once(self, event: c.Event, why: str) -> None:
        earlier = self.seen.get(type(event))
        if earlier is not None:
            raise refuse(event, f"已在{say(earlier.on)}登记过一次，{why}", "请删去多余的一次")

    def receive(self, event: c.Received) -> None:
        if not isinstance(event.channel, str) or not event.channel.strip():
            raise refuse(event, "没有写明渠道", f"请填写 {'、'.join(c.CHANNELS)} 之一")
        # 超出日历范围的收到之日在这里就拒绝。
        self.received = self.base = self.start = self.calendar.add(event.on, 0)
        self.channel = event.channel
        item = {
            "in_person": "第一项",
            "signed_mail": "第二项",
            "ems": "第二项",
            "ordinary_mail": "第二项",
        }.get(event.channel, "第三项")
        text = (
            f"{say(event.on)}收到申请（{c.CHANNELS.get(event.channel, event.channel)}）。"
            f"当日不计入，自次日起{c.REPLY_WORKDAYS}个工作日，至{self.show(self.due())}；"
            f"需要补正的，应在{self.show(self.count(event.on, c.CORRECTION_WORKDAYS))}前一次性告知。"
        )
        self.note(event.on, text, f"{_REG}第三十条、第三十一条{item}、第三十三条第二款")
        if event.on < _IN_FORCE:
            text = f"{say(_IN_FORCE)}以前收到的适用修订前的条例（15个工作日），这里按现行条例推算，仅供参考。"
            self.note(None, text, f"{_REG}第五十六条")

    def confirm(self, event: c.Confirmed) -> None:
        self.once(event, "收到之日只确认一次")
        if self.channel in c.DIRECT_CHANNELS:
            text = f"{say(event.on)}与申请人确认；当面提交和签收的邮件以提交、签收之日为准，不因此改变。"
            self.note(event.on, text, f"{_REG}第三十一条第一项、第二项")
            return
        if self.restarted or self.earliest:
            return
        self.base = self.start = event.on
        text = f"{say(event.on)}双方确认，以确认之日为收到之日，期限至{self.show(self.due())}。"
        if event.on != self.received:
            text += f"提交之日为{say(self.received)}，催办按提交之日从早计算。"
        item = "第二项" if self.channel == "ordinary_mail" else "第三项"
        self.note(event.on, text, f"{_REG}第三十一条{item}")

    def restart(self, day: date) -> None:
        """重新起算：先前批准的延长和延迟照算；最早的读法里随旧期限一并失效。"""
        self.start, self.restarted = day, True
        if self.earliest:
            self.days, self.until = c.REPLY_WORKDAYS, None

    def ask_correction(self, event: c.CorrectionAsked) -> None:
        self.once(event, "补正应当一次性告知")
        whole(event, event.within, "补正期限", 250)
        if event.served_on is not None and event.served_on < event.on:
            raise refuse(event, f"送达之日（{say(event.served_on)}）早于发出之日", "请核对这两个日期")
        limit = self.count(self.base, c.CORRECTION_WORKDAYS)
        self.correction_in_time = event.on <= limit
        self.correction = event
        if self.correction_in_time:
            text = (
                f"{say(event.on)}告知补正，未超过{self.show(limit)}；期限停止计算，收到补正之日起重新计算。"
            )
        else:
            text = f"{say(event.on)}告知补正，已超过7个工作日（至{self.show(limit)}），"
            text += f"原期限不变，仍至{self.show(self.due())}。"
        if event.served_on:
            last = self.count(event.served_on, event.within)
            text += f"{say(event.served_on)}送达，补正期限{event.within}个工作日，至{self.show(last)}。"
        self.note(event.on, text, f"{_REG}第三十条")

    def correct(self, event: c.Corrected) -> None:
        if self.correction is None:
            if c.Corrected in self.seen:
                raise refuse(event, "补正告知只有一次，对应的补正已经登记", "请删去多余的一次")
            raise refuse(event, "此前没有告知补正", "请先登记补正告知，或核对两者的日期")
        asked, self.correction = self.correction, None
        if not self.correction_in_time:
            text = f"{say(event.on)}收到补正；补正告知已超期，原期限不变，仍至{self.show(self.due())}。"
        else:
            self.restart(event.on)
            text = f"{say(event.on)}收到补正的申请，答复期限重新计算，至{self.show(self.due())}。"
            if asked.served_on and event.on > self.count(asked.served_on, asked.within):
                text += "补正晚于所定期限，有正当理由的照常处理。"
        self.note(event.on, text, f"{_REG}第三十条")

    def consult(self, event: c.ConsultationSent) -> None:
        if event.party not in c.PARTIES:
            raise refuse(event, f"不认识的对象 {event.party!r}", f"请填写 {'、'.join(c.PARTIES)} 之一")
        whole(event, event.within, "意见期限", 60 if event.party == "organ" else c.OPINION_WORKDAYS)
        if event.received_on is not None and event.received_on < event.on:
            raise refuse(event, f"对方收到之日（{say(event.received_on)}）早于发出之日", "请核对这两个日期")
        late = not self.stopped and event.on >= self.due()
        # 还不知道对方哪天收到的，按发出当日即收到从早计算。
        limit = self.count(event.received_on or event.on, event.within)
        self.pauses.append(_Pause(event, limit))
        who, article = c.PARTIES[event.party]
        got = (
            f"{say(event.received_on)}对方收到" if event.received_on else "对方收到之日待登记，暂按发出之日算"
        )
        text = (
            f"{say(event.on)}向{who}征求意见，{got}，意见期限{event.within}个工作日，至{self.show(limit)}；"
            "所需时间自发出次日起不计入答复期限。"
        )
        if late:
            text += "发出时答复期限已到最后一日或已过，期限不因此延后。"
        where = article if article.startswith("第三十三条") else f"{article}、第三十三条第三款"
        self.note(event.on, text, f"{_REG}{where}")

    def answer(self, event: c.OpinionReceived | c.ConsultationLapsed) -> None:
        """意见或逾期：与尚无结果的一次征求意见对应，先看未过期限的，再看发出先后。"""
        waiting = [
            pause
            for pause in self.pauses
            if isinstance(pause.sent, c.ConsultationSent)
            and pause.ended is None
            and event.ref in ("", pause.sent.ref)
            and event.party in ("", pause.sent.party)
        ]
        lapsed = isinstance(event, c.ConsultationLapsed)
        if not waiting:
            raise refuse(
                event, "此前没有对应的征求意见，或其结果已经登记", "请先登记征求意见，或核对日期和对象"
            )
        fit = [p for p in waiting if p.limit and (p.limit <= event.on if lapsed else p.limit >= event.on)]
        if lapsed and not fit and not self.earliest:
            soonest = min(p.limit for p in waiting if p.limit)
            raise refuse(event, f"意见期限到{say(soonest)}才届满", "请等期限届满再登记，或核对对方收到之日")
        pause = min(fit or waiting, key=lambda p: (p.sent.on, p.limit or date.max, repr(p.sent)))
        assert isinstance(pause.sent, c.ConsultationSent) and pause.limit  # noqa: S101
        pause.ended, pause.by = event.on, "lapsed" if lapsed else "opinion"
        who, article = c.PARTIES[pause.sent.party]
        end = min(event.on, pause.limit)
        if lapsed:
            effect = "视为同意公开" if pause.sent.party == "co_maker" else "由本机关依法决定是否公开"
            text = f"{who}至{self.show(pause.limit)}未提出意见，{effect}。"
        else:
            text = f"{say(event.on)}收到{who}意见。"
            if event.on > pause.limit:
                text += f"意见逾期，停止计算只到期限届满之日{self.show(pause.limit)}。"
        text += f"{say(pause.sent.on)}之后至{self.show(end)}不计入，期限至{self.show(self.due())}。"
        self.note(event.on, text, f"{_REG}{article}")

    def ask_reasons(self, event: c.ReasonsAsked) -> None:
        self.once(event, "说明理由只要求一次")
        if event.stops:
            self.pauses.append(_Pause(event, None))
            text = "当地规定说明理由期间不计入答复期限。"
        else:
            text = "期限照常计算。"
        self.note(event.on, f"{say(event.on)}要求申请人说明理由，{text}", f"{_REG}第三十五条")

    def give_reasons(self, event: c.ReasonsGiven) -> None:
        if c.ReasonsAsked not in self.seen:
            raise refuse(event, "此前没有要求说明理由", "请先登记要求说明理由，或核对日期")
        self.once(event, "对应的理由已经登记")
        for pause in self.pauses:
            if isinstance(pause.sent, c.ReasonsAsked):
                pause.ended, pause.by = event.on, "reasons"
        self.note(
            event.on, f"{say(event.on)}收到申请人的理由，期限至{self.show(self.due())}。", f"{_REG}第三十五条"
        )

    def notice_fee(self, event: c.FeeNoticed) -> None:
        if self.fee is not None:
            raise refuse(event, f"{say(self.fee.on)}的收费通知尚未缴费", "请先登记缴费，或删去多余的一次")
        self.once(event, "一件申请只收一次费")
        if event.received_on is not None and event.received_on < event.on:
            raise refuse(event, f"申请人收到之日（{say(event.received_on)}）早于发出之日", "请核对这两个日期")
        self.fee_in_time = bool(self.stopped) or event.on <= self.due()
        self.fee = event
        if not self.fee_in_time:
            text = f"{say(event.on)}发出收费通知，处理期限已于{self.show(self.due())}届满，原期限不变。"
        else:
            text = f"{say(event.on)}在处理期限内发出收费通知，缴清次日起重新计算期限。"
        if event.received_on:
            last = self.count(event.received_on, c.PAYMENT_WORKDAYS)
            text += f"{say(event.received_on)}收到，次日起20个工作日内缴费，至{self.show(last)}。"
        self.note(event.on, text, _FEE)

    def pay(self, event: c.FeePaid) -> None:
        if self.fee is None:
            if c.FeePaid in self.seen:
                raise refuse(event, "对应的收费通知已经缴清", "请删去多余的一次")
            raise refuse(event, "此前没有收费通知", "请先登记收费通知，或核对两者的日期")
        notice, self.fee = self.fee, None
        if not self.fee_in_time:
            text = f"{say(event.on)}缴清；收费通知已超过处理期限，原期限不变，仍至{self.show(self.due())}。"
        else:
            self.restart(event.on)
            text = f"{say(event.on)}缴清，处理期限自次日起重新计算，至{self.show(self.due())}。"
            if notice.received_on and event.on > self.count(notice.received_on, c.PAYMENT_WORKDAYS):
                text += "缴费晚于期限，本机关继续处理的照此计算。"
        self.note(event.on, text, _FEE)

    def extend(self, event: c.ExtensionGranted) -> None:
        self.once(event, "延长只能一次")
        whole(event, event.workdays, "延长的工作日", c.EXTENSION_WORKDAYS)
        due = self.due()
        if event.on > due:
            if self.earliest:
                return
            if self.stopped:
                problem = f"正在等候{self.stopped}，期限停止计算，没有可以延长的期限"
                raise refuse(event, problem, f"请等收到{self.stopped}、期限重新计算之后再延长")
            problem = f"答复期限已于{self.show(due)}届满"
            raise refuse(event, problem, "延长须在期限届满前同意并告知，不能事后补办")
        self.days += event.workdays
        text = (
            f"{say(event.on)}经政府信息公开工作机构负责人同意并告知申请人，在{self.show(due)}的基础上"
            f"延长{event.workdays}个工作日，至{self.show(self.due())}。"
        )
        self.note(event.on, text, f"{_REG}第三十三条第二款")

    def postpone(self, event: c.Postponed) -> None:
        self.once(event, "合理期限只定一次")
        if c.ReasonsGiven not in self.seen:
            raise refuse(event, "此前没有收到申请人说明的理由", "请先登记说明理由，或改用延长")
        due = self.due()
        if not self.earliest and event.on > due:
            raise refuse(event, f"答复期限已于{self.show(due)}届满", "须在期限届满前告知，不能事后补办")
        if not self.earliest and event.until < due:
            raise refuse(event, f"延迟到{say(event.until)}，反而早于{self.show(due)}", "请核对延迟到的日期")
        self.until = event.until
        text = f"{say(event.on)}告知申请人：理由合理但无法按期答复，延迟至{say(event.until)}答复。"
        self.note(event.on, text, f"{_REG}第三十五条")

    def close(self, event: c.Event) -> None:
        self.closed = event

    # 结果

    def waiting(self) -> tuple[str, date | None]:
        """正在等什么、等到哪一天。"""
        if self.closed:
            return "", None
        if self.correction and self.correction_in_time:
            served = self.correction.served_on
            return "correction", self.count(served, self.correction.within) if served else None
        if self.fee and self.fee_in_time:
            got = self.fee.received_on
            return "payment", self.count(got, c.PAYMENT_WORKDAYS) if got else None
        open_pauses = [pause for pause in self.pauses if pause.ended is None]
        if any(pause.limit is None for pause in open_pauses):
            return "reasons", None
        limits = [pause.limit for pause in open_pauses if pause.limit]
        return ("consultation", max(limits)) if limits else ("", None)

    def result(self, alarm: date) -> c.Deadline:
        due = self.due()
        waiting, waiting_until = self.waiting()
        provisional = any(
            self.calendar.is_provisional(date(year, 1, 1))
            for year in range((self.start + _ONE_DAY).year, due.year + 1)
        )
        excluded = self.excluded(due)
        self.conclude(due, excluded, waiting, waiting_until)
        late = 0
        if isinstance(self.closed, c.Dispatched):
            if self.stopped:
                verdict = f"其时正在等候{self.stopped}，期限停止计算"
            else:
                late = max(0, self.calendar.between(due, self.closed.on))
                verdict = f"逾期{late}个工作日" if self.closed.on > due else "没有超过期限"
            self.note(
                self.closed.on, f"{say(self.closed.on)}答复发出，{verdict}。", f"{_REG}第三十三条第二款"
            )
        elif self.closed:
            self.note(self.closed.on, f"{say(self.closed.on)}申请人撤回申请，不再计算期限。", "")
        if provisional:
            years = "、".join(
                str(y)
                for y in range((self.start + _ONE_DAY).year, due.year + 1)
                if self.calendar.is_provisional(date(y, 1, 1))
            )
            text = f"{years}年的放假安排尚未公布，以上日期为暂定，公布后重新推算；催办从早，按{say(alarm)}。"
            self.note(None, text, "《全国年节及纪念日放假办法》第七条")
        return c.Deadline(
            due=due,
            provisional=provisional,
            steps=tuple(self.steps),
            alarm=alarm,
            starts_on=self.start,
            excluded=excluded,
            waiting=waiting,
            waiting_until=waiting_until,
            closed_on=self.closed.on if self.closed else None,
            late_workdays=late,
        )

    def excluded(self, due: date) -> int:
        """不计入的工作日数：起算次日至 ``due`` 之间，落在任何一段之内的工作日，重叠的只计一次。"""
        spans = [pause.span for pause in self.pauses]
        total, day = 0, self.start
        while day < due:
            day += _ONE_DAY
            total += self.works(day) and any(a < day <= b for a, b in spans if b is not None)
        return total

    def conclude(self, due: date, excluded: int, waiting: str, until: date | None) -> None:
        """最后一步：期限怎样数出来，休息日与调休怎样算，还有什么没有定。"""
        counted = self.count(self.start, self.days, (pause.span for pause in self.pauses))
        if due == counted:
            text = f"自{say(self.start)}次日起算{self.days}个工作日"
            text += f"，征求意见等{excluded}个工作日不计入" if excluded else ""
            text += f"，最后一日为{self.show(due)}。{rest_days(self.calendar, self.start, due)}"
        else:
            text = f"按确定的合理期限，最后一日为{self.show(due)}。"
        article = f"{_REG}第三十三条" if self.until is None else f"{_REG}第三十五条"
        self.note(due, text, article)
        if self.channel not in c.DIRECT_CHANNELS and c.Confirmed not in self.seen and not self.restarted:
            self.note(None, "尚未登记双方确认之日，暂按到达之日从早计算。", f"{_REG}第三十一条")
        limit = f"（至{self.show(until)}）" if until else ""
        if waiting == "correction":
            text = f"正在等候补正{limit}，期限停止计算；上列日期是原期限，收到补正后重新计算。"
            self.note(until, text, f"{_REG}第三十条")
        elif waiting == "payment":
            text = f"正在等候缴费{limit}，期限停止计算；上列日期是原期限，缴清后重新计算。"
            self.note(until, text, _FEE)
        elif waiting == "consultation":
            text = f"尚未收到意见，暂按意见期限届满之日{limit}推算；提前收到意见的，期限相应提前。"
            self.note(until, text, f"{_REG}第三十三条第三款")
        elif waiting == "reasons":
            text = "尚未收到申请人的理由，上列日期没有扣除等候的时间，收到后重新推算。"
            self.note(None, text, f"{_REG}第三十五条")


def read(events: Iterable[c.Event], calendar: Calendar) -> c.Deadline:
    """读入全部事件，得出期限；另按最早的读法走一遍，得出催办日。参数与错误见 clock.deadline。"""
    log = in_order(events)
    main, early = _Clock(calendar), _Clock(calendar, earliest=True)
    for event in log:
        main.take(event)
    due = main.due()
    # 没有这几种情形，最早的读法与通常的读法相同，不必再走一遍。
    certain = main.base == main.received and not main.restarted
    if certain and not any(
        calendar.is_provisional(date(year, 1, 1)) for year in range(main.received.year, due.year + 1)
    ):
        return main.result(due)
    for event in log:
        early.take(event)
    return main.result(min(due, early.due()))
