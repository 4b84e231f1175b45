"""日常：日历变了全部在办的重新推算，到档提醒，意见逾期自动登记。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import people
from gongkai.core.calendar import current_calendar
from gongkai.core.models import HolidayNotice, Organisation
from gongkai.core.parts import in_parts
from gongkai.core.states import Refusal, Refused
from gongkai.law.workdays import Calendar, CalendarError, YearNotice

from .. import clock, states
from ..covering import with_stand_ins
from ..models import Assistance, Case, CaseEvent, CaseNotice, Consultation, Item, Proceeding
from ..rules import rules_of
from ..trail import audit
from .common import refuse

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Moved:
    """期限变了的一件：number 编号，before、after 前后的期限。"""

    number: str
    before: date
    after: date


def load_notice(user: Any, notice: YearNotice) -> HolidayNotice:
    """登记放假通知：只增不改；在用日历的人都能看到它来自哪份文件。登记后请重新推算（redate）。"""
    roles = {duty.role for duty in states.duties_of(user)}
    if user is not states.SYSTEM and not roles & {Duty.Role.COORDINATOR, Duty.Role.ADMINISTRATOR}:
        refuse("duty", _("您没有“%(action)s”的职责") % {"action": _("登记放假通知")})
    with transaction.atomic():
        try:
            current_calendar().with_notice(notice)
        except CalendarError as error:
            raise Refused([Refusal("calendar", str(error))]) from error
        if not notice.source.strip():
            refuse("source", _("请填写通知的文号"))
        row = HolidayNotice.objects.create(
            year=notice.year,
            off=sorted(day.isoformat() for day in notice.off),
            work=sorted(day.isoformat() for day in notice.work),
            source=notice.source,
        )
        audit(user, "requests.load_notice", row, year=row.year, off=len(row.off), work=len(row.work))
    return row


def redate(
    user: Any, *, reason: str, agency: Organisation | None = None, calendar: Calendar | None = None
) -> list[Moved]:  # noqa: E501
    """重新推算：日历变了，没有答复的申请全部再算一遍；一批一个事务、一条审计，写明变了哪些。

    参数：user 为 states.SYSTEM 或工作机构的人；agency 为空是全部机关。返回期限变了的各件。
    """
    if user is not states.SYSTEM:
        if agency is None or not states.holds_in(user, agency, states.OFFICE):
            refuse("duty", _("您没有“%(action)s”的职责") % {"action": _("重新推算")})
    calendar = calendar or current_calendar()
    rows = Case.objects.open().filter(**({"agency": agency} if agency else {}))
    ids = list(rows.order_by("agency_id", "pk").values_list("agency_id", "pk"))
    moved: list[Moved] = []
    for agency_id, group in groupby(ids, key=lambda row: row[0]):
        keys = [pk for _agency, pk in group]
        for start in range(0, len(keys), BATCH):
            moved += _redate_batch(user, agency_id, keys[start : start + BATCH], reason, calendar)
    return moved


def _redate_batch(user: Any, agency_id: int, keys: list[int], reason: str, calendar: Calendar) -> list[Moved]:
    moved, changed = [], []
    with transaction.atomic():
        # 描述是加密的，推算用不着，不取；与成批办理一样按编号的次序锁，免得互相等着。
        cases = Case.objects.select_for_update().filter(pk__in=keys).order_by("pk")
        cases = cases.defer("description", "rating_comment")
        events: dict[int, list[CaseEvent]] = {}
        for event in CaseEvent.objects.filter(case__in=keys).order_by("id"):
            events.setdefault(event.case_id, []).append(event)
        for case in cases:
            before = case.due
            if case.round > 1:
                continue
            if clock.apply(case, clock.compute(events[case.pk], calendar)):
                changed.append(case)
                if case.due != before:
                    moved.append(Moved(case.number, before, case.due))
        clock.store(changed)
        if changed:
            agency = Organisation.objects.get(pk=agency_id)
            listing = [[row.number, row.before.isoformat(), row.after.isoformat()] for row in moved]
            audit(user, "requests.redate", agency, reason=reason, cases=len(keys), moved=listing)
    return moved


# 提醒存在库里并发成邮件，一律中文。


def _office(agency: Organisation) -> list[Any]:
    found = people(agency, Duty.Role.COORDINATOR)
    office = rules_of(agency).office
    return found + (people(office, Duty.Role.HANDLER, Duty.Role.HEAD) if office else [])


def _heads(agency: Organisation) -> list[Any]:
    office = rules_of(agency).office
    return people(agency, Duty.Role.LEADER) + (people(office, Duty.Role.HEAD) if office else [])


def level(case: Case, today: date, calendar: Calendar, marks: Iterable[int]) -> tuple[str, str]:
    """今天到了哪一档：（档, 说法）；没有到档的为空。从早按催办日算，不在等候中的才提醒 [clock_alarms]。"""
    if case.waiting in ("correction", "payment"):
        over = case.waiting_until and calendar.add(case.waiting_until, 1) == today
        what = "补正" if case.waiting == "correction" else "缴费"
        return ("lapse", f"{what}期限已过，可以认定逾期") if over else ("", "")
    left = (
        calendar.between(today, case.alarm) if today <= case.alarm else -calendar.between(case.alarm, today)
    )
    if today == case.alarm:
        return "last", "今天是最后一日"
    if today > case.alarm:
        return f"late{-left}", f"已逾期 {-left} 个工作日"
    # 剩下几个工作日对应第几个工作日：20 个工作日的期限，第 10 日剩 10 日。
    for mark in sorted(marks, reverse=True):
        if left == 20 - mark:
            return f"day{mark}", f"第 {mark} 个工作日，还有 {left} 个工作日"
    return "", ""


def remind(today: date) -> int:
    """到期提醒：到档的提醒承办人、处室和工作机构，末日和逾期的逐级上报；返回新发条数，重跑不重发。"""
    calendar, sent = current_calendar(), 0
    rows = Case.objects.open().select_related("agency", "handler").defer("description", "rating_comment")
    rows = rows.exclude(state=Case.State.AWAITING)
    for case in in_parts(rows, 500):
        kind, text = level(case, today, calendar, rules_of(case.agency).alarms)
        if kind:
            with transaction.atomic():
                sent += _notify(case, kind, text, today)
    return sent + unread(today) + _to_reconsider(today) + _waiting_for(today, calendar)


def _waiting_for(today: date, calendar: Calendar) -> int:
    """协办到期没有回的；复议、诉讼的答辩期限，前三个工作日和当天各提醒一次。"""
    sent = 0
    late = Assistance.objects.filter(by=today, replied_on=None, letter__state__in=("dispatched", "served"))
    for row in late.select_related("case__agency", "case__handler"):
        with transaction.atomic():
            sent += _notify(row.case, f"help{row.pk}", f"{row.name}的协办意见今天到期，还没有收到", today)
    soon = {calendar.add(today, 3): ("3", "还有 3 个工作日"), today: ("0", "今天到期")}
    rows = Proceeding.objects.filter(answer_due__in=list(soon), result=Proceeding.Result.PENDING)
    for row in rows.select_related("case__agency", "case__handler"):
        mark, when = soon[row.answer_due]
        with transaction.atomic():
            sent += _notify(row.case, f"plead{mark}-{row.pk}", f"答辩期限{when}（{row.body}）", today)
    return sent


def _to_reconsider(today: date) -> int:
    """定期评估到期的，当天提醒工作机构（条例第十八条）。"""
    sent = 0
    for item in Item.objects.filter(reconsider_on=today).select_related("case__agency", "case__handler"):
        with transaction.atomic():
            sent += _notify(item.case, "reconsider", "有不予公开的内容该定期评估了", today)
    return sent


def unread(today: date) -> int:
    """未读报警：收到一个工作日还没确认、没登记的，提醒工作机构 [intake_heartbeat]。"""
    calendar, sent = current_calendar(), 0
    rows = Case.objects.filter(state__in=(Case.State.AWAITING, Case.State.RECEIVED)).select_related("agency")
    for case in in_parts(rows.defer("description", "rating_comment"), 500):
        if calendar.between(case.arrived_on, today) >= rules_of(case.agency).confirm_workdays:
            with transaction.atomic():
                sent += _notify(case, "unread", "收到后还没有确认或登记", today)
    return sent


def _notify(case: Case, kind: str, text: str, today: date) -> int:
    from ..tasks import deliver

    urgent = kind == "last" or kind.startswith("late")
    readers = _office(case.agency) + ([case.handler] if case.handler else [])
    for row in case.assignments.select_related("organisation"):
        readers += people(row.organisation, Duty.Role.HANDLER, Duty.Role.HEAD)
    if urgent:
        readers += _heads(case.agency)
    flag = "，暂定" if case.provisional else ""
    line = f"{case.number} {text}（答复期限 {case.due.isoformat()}{flag}）"
    sent = 0
    # 请假的照收，代办的人也收。
    for person, officer in with_stand_ins(readers, today):
        text = f"代{officer}：{line}" if officer else line
        _row, created = CaseNotice.objects.get_or_create(
            user=person, case=case, kind=kind, due=case.alarm, defaults={"text": text[:300]}
        )
        if created:
            sent += 1
            if person.email:
                # 与提醒同一事务排队；邮件里只有编号，没有内容和申请人。
                deliver.enqueue(to=person.email, subject=line[:60], body=line)
    return sent


def mail_failed(case: int, why: str) -> int:
    """信没有发到：在站内提醒工作机构和承办人改用邮寄或电话；只提醒一次，返回几人。

    只是告知的信；文书送达另有登记，不以这封信为准。
    """
    row = Case.objects.select_related("agency", "handler").get(pk=case)
    text = f"{row.number} 给申请人的邮件没有发到（{why}）：请核对邮箱，改用邮寄或者电话告知"
    made = 0
    with transaction.atomic():
        for person in {each.pk: each for each in _office(row.agency) + [row.handler] if each}.values():
            _row, created = CaseNotice.objects.get_or_create(
                user=person, case=row, kind="mail_failed", due=timezone.localdate(), defaults={"text": text}
            )
            made += created
        audit(states.SYSTEM, "requests.mail_failed", row, why=why)
    return made


def lapse_opinions(today: date) -> int:
    """意见逾期自动登记：送达后期限届满还没有意见的；返回登记了几件。"""
    from .deciding import lapse_consultation

    calendar, done = current_calendar(), 0
    rows = Consultation.objects.filter(opinion="", letter__served_on__isnull=False, event__isnull=False)
    for row in rows.filter(case__state__in=Case.OPEN).select_related("letter", "case"):
        if row.letter.served_on and timezone.localdate() > calendar.add(row.letter.served_on, row.within):
            lapse_consultation(states.SYSTEM, row)
            done += 1
    return done


def read_notices(user: Any) -> int:
    """已读：本人的提醒全部标为已读，返回几条。"""
    return CaseNotice.objects.visible_to(user).filter(read_at=None).update(read_at=timezone.now())
