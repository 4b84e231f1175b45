"""告知与协办：告诉申请人正在征求意见（T07b），请别的单位协办（T08b）并登记它的意见。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.models import Organisation
from gongkai.law.clock_log import say

from .. import states
from ..models import Assistance, Case, Letter
from ..trail import audit
from .common import day, lock, open_only, refuse, require
from .writing import issue


def untold(case: Case) -> list[Any]:
    """已经发出、还没有告诉申请人的征求意见：最后一份征求意见告知书之后发出的。"""
    sent = case.consultations.filter(letter__state__in=Letter.SENT).order_by("id")
    told = case.letters.filter(template="T07b").exclude(state="void").order_by("-id").first()
    return list(sent.filter(letter__id__gt=told.pk) if told else sent)


def tell_consulting(user: Any, case: Case) -> Letter:
    """告知申请人：正在征求意见，所需时间不计入答复期限（条例第三十三条第三款）；返回待发出的文书。

    错误：Refused——没有职责、没有发出过征求意见书、都已经告知过。
    """
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.OFFICE, _("告知申请人"))
        open_only(case)
        if not untold(case):
            refuse("consultation", _("没有要告知的：还没有发出征求意见书，或者已经告知过申请人"))
        letter = issue(user, case, "T07b", {})
        audit(user, "requests.tell_consulting", case, letter=letter.pk)
    return letter


def confirm_end(user: Any, case: Case) -> Letter:
    """终止确认书（T25）：申请人撤回、并案的，书面确认不再办理；返回待发出的文书。错误：Refused。"""
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.OFFICE, _("确认终止"))
        if not ended_early(case):
            refuse("state", _("这件申请不是撤回或者并案的，或者已经出过终止确认书"))
        if case.joined_to:
            why = f"该申请并入你同时办理的申请（编号{case.joined_to.number}）一并答复"
        else:
            event = case.events.filter(kind="Withdrawn").last()
            on = event.on if event else timezone.localdate()
            why = f"申请人于{say(on)}撤回申请"
        letter = issue(user, case, "T25", {"closing_reason": why})
        audit(user, "requests.confirm_end", case, letter=letter.pk)
    return letter


def ended_early(case: Case) -> bool:
    """撤回或者并案办结、还没有出过终止确认书的。"""
    if case.state != Case.State.CLOSED or case.letters.exclude(outcome="").exclude(state="void").exists():
        return False
    return case.outcome == "r6_3" and not case.letters.filter(template="T25").exclude(state="void").exists()


def ask_help(
    user: Any, case: Case, *, name: str, task: str, by: date, organisation: Organisation | None = None
) -> Assistance:
    """协办：请别的单位帮着查、提意见；其 letter 待发出，不停止计算期限。

    参数：by 为请对方何时前回复，晚于今天、不晚于答复期限。错误：Refused。
    """
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.WORKERS, _("请别的单位协办"))
        if case.state not in (Case.State.TRIAGE, Case.State.WORKING):
            refuse("state", _("这件申请不在办理中"))
        name = name.strip() or (organisation.name if organisation else "")
        if not name or not task.strip():
            refuse("task", _("请填写协办单位和协办事项"))
        if not timezone.localdate() < by <= case.due:
            values = {"due": case.due.isoformat()}
            refuse("by", _("请对方回复的日期要晚于今天，不晚于答复期限 %(due)s") % values)
        fields = {"addressee": name, "task": task, "by": by.isoformat()}
        letter = issue(user, case, "T08b", fields, addressee=Letter.Addressee.ORGAN)
        row = Assistance.objects.create(
            case=case, organisation=organisation, name=name[:100], task=task.strip(), by=by, letter=letter
        )
        audit(user, "requests.ask_help", case, letter=letter.pk, by=by)
    return row


def note_help(user: Any, assistance: Assistance, *, text: str, on: date | None = None) -> Assistance:
    """登记协办意见：收到之日和内容。"""
    with transaction.atomic():
        case = lock(assistance.case)
        row = Assistance.objects.select_related("letter").get(pk=assistance.pk)
        require(user, case, states.WORKERS, _("登记协办意见"))
        if row.letter.state not in Letter.SENT:
            refuse("letter", _("协办函还没有发出"))
        if row.replied_on:
            refuse("once", _("协办意见已经登记过"))
        if not text.strip():
            refuse("text", _("请填写协办意见"))
        row.reply, row.replied_on = text.strip(), day(on)
        if row.replied_on < row.letter.dispatched_on:
            refuse("date", _("收到之日早于协办函发出之日，请核对"))
        row.save(update_fields=["reply", "replied_on"])
        audit(user, "requests.note_help", case, letter=row.letter_id, on=row.replied_on)
    return row
