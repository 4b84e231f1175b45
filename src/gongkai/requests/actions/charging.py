"""收费与延期：收费通知、缴费、退付、逾期；延期只有工作机构负责人能批。"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.calendar import current_calendar
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.law import clock as law
from gongkai.law import fees

from .. import clock, states
from ..models import Case, CaseEvent, Extension, FeeNotice, Payment
from ..rules import rules_of
from ..trail import audit
from .common import check, day, lock, refuse, require, require_in, shift
from .sending import ensure_service_record
from .writing import issue

# 缴款方式：代码 → 取缴款码的函数。平台不经手钱，只登记。manual 由财务手填，file 由非税系统的文件导入。
Provider = Callable[[FeeNotice], str]
PROVIDERS: Final[dict[str, Provider]] = {
    "manual": lambda notice: "",
    # 文件方式以申请编号作对账的键，非税系统导出的文件里带回。
    "file": lambda notice: notice.case.number,
}


def rank_of(case: Case) -> int:
    """当月第几件：同一申请人、同一机关、同一自然月内按收到之日、编号排（国办函〔2020〕109号第四条）。"""
    first = case.received_on.replace(day=1)
    rows = Case.objects.filter(agency=case.agency_id, identity_key=case.identity_key, received_on__gte=first)
    rows = rows.filter(received_on__lte=case.received_on)
    items = [
        fees.Application(row.number, case.identity_key, str(case.agency_id), row.received_on)
        for row in rows.only("year", "serial", "received_on")
    ]
    return next(item.rank for item in fees.monthly(items) if item.number == case.number)


def quote(case: Case, method: str, pages: int | None = None) -> fees.FeeChoice:
    """计算：按件（当月第几件）或按量（页数），只能选一种 [fee_calculator]。错误：ValueError。"""
    if method == FeeNotice.Method.BY_ITEMS:
        return fees.FeeChoice(fees.FeeMethod.BY_ITEMS, rank=rank_of(case))
    return fees.FeeChoice(fees.FeeMethod.BY_PAGES, pages=pages)


def notice_fee(
    user: Any, case: Case, *, method: str, why: str, pages: int | None = None, provider: str = "manual"
) -> FeeNotice:
    """收费通知：在处理期限内发出，写明依据、标准、数额、缴纳方式；其 letter 待发出。

    错误：Refused——不该收、两种标准并用、过了处理期限、没有设置缴纳方式。来源：国办函〔2020〕109号。
    """
    with transaction.atomic():
        case = lock(case)
        check(case, user, "wait_payment")
        rules = rules_of(case.agency)
        if hasattr(case, "fee"):
            refuse("once", _("一件申请只收一次费"))
        if not rules.charges:
            refuse("charges", _("本机关设置为不收信息处理费"))
        if method not in FeeNotice.Method.values or (method == "by_items" and pages is not None):
            refuse("method", _("按件或按量只能选一种，不能同时计收"))
        if timezone.localdate() > case.due:
            refuse("late", _("处理期限已于 %(due)s 届满，不能再发收费通知") % {"due": case.due.isoformat()})
        if not why.strip():
            refuse("why", _("请写明为什么对这件申请收费"))
        if provider not in PROVIDERS or not rules.payment.strip():
            refuse("payment", _("缴纳方式没有设置，请在“规则”里填写"))
        try:
            choice = quote(case, method, pages)
        except ValueError as error:
            refuse("amount", str(error))
        if choice.yuan == 0:
            refuse("amount", _("按这种标准计算是 0 元，不用收费"))
        sums = choice.lines[-1] if choice.rank else "；".join(choice.lines)
        fields = {
            "method": method,
            "article": choice.article,
            "sums": sums,
            "lines": choice.lines,
            "yuan": choice.yuan,
            "why": why,
        }
        letter = issue(user, case, "T09", fields)
        notice = FeeNotice(
            case=case,
            letter=letter,
            method=method,
            rank=choice.rank,
            pages=choice.pages,
            yuan=choice.yuan,
            lines=choice.lines,
            why=why[:300],
            provider=provider,
        )
        notice.pay_code = PROVIDERS[provider](notice)
        notice.save()
        audit(user, "requests.notice_fee", case, method=method, yuan=choice.yuan)
    return notice


def pay(
    actor: Any,
    case: Case,
    *,
    yuan: int,
    paid_on: date | None = None,
    receipt: str = "",
    provider: str = "manual",
) -> Payment:  # noqa: E501
    """登记缴费：金额须与通知一致；缴清次日起重新计算处理期限。"""
    with transaction.atomic():
        case = lock(case)
        shift(case, actor, "pay")
        notice = case.fee
        if yuan != notice.yuan:
            values = {"paid": yuan, "due": notice.yuan}
            refuse("amount", _("缴了 %(paid)s 元，通知的是 %(due)s 元，请核对") % values)
        row = Payment.objects.create(
            notice=notice,
            yuan=yuan,
            paid_on=day(paid_on),
            receipt=receipt[:40],
            provider=provider,
            registered_by=actor if getattr(actor, "pk", None) else None,
        )
        case.save(update_fields=["state"])
        clock.log(case, CaseEvent.Kind.FEE_PAID, row.paid_on, actor=actor)
        audit(actor, "requests.pay", case, yuan=yuan, on=row.paid_on, provider=provider)
    return row


@dataclass(frozen=True, slots=True)
class Imported:
    """导入的一行：line 行号，number 申请编号，problem 没有登上的原因（空为登上了）。"""

    line: int
    number: str
    problem: str


def import_payments(user: Any, agency: Organisation, text: str) -> list[Imported]:
    """导入非税系统的缴款文件：CSV，列为 缴款码、金额、缴款日期、票据号；一行出错不影响别的行。"""
    require_in(user, agency, states.OFFICE, _("登记缴费"))
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    missing = {"缴款码", "金额", "缴款日期", "票据号"} - set(rows.fieldnames or ())
    if missing:
        refuse("columns", _("文件缺少这些列：%(names)s") % {"names": "、".join(sorted(missing))})
    found = []
    for line, row in enumerate(rows, start=2):
        code = (row["缴款码"] or "").strip()
        notice = (
            FeeNotice.objects.filter(pay_code=code, case__agency=agency).select_related("case").first()
            if code
            else None
        )  # noqa: E501
        problem = ""
        if notice is None:
            problem = _("没有这个缴款码")
        else:
            try:
                yuan, on = int(float(row["金额"])), date.fromisoformat(row["缴款日期"].strip())
                pay(user, notice.case, yuan=yuan, paid_on=on, receipt=row["票据号"] or "", provider="file")
            except (Refused, ValueError) as error:
                problem = str(error)
        found.append(Imported(line, code, problem))
    return found


def refund(user: Any, payment: Payment, *, reason: str, on: date | None = None) -> Payment:
    """退付：按国库规定退的，登记日期和理由。"""
    with transaction.atomic():
        case = lock(payment.notice.case)
        require(user, case, states.OFFICE, _("登记退付"))
        payment = Payment.objects.get(pk=payment.pk)
        if payment.refunded_on:
            refuse("once", _("已经退付"))
        if not reason.strip():
            refuse("reason", _("请写明退付的理由"))
        payment.refunded_on, payment.refund_reason = day(on), reason[:200]
        payment.save()
        audit(user, "requests.refund", case, yuan=payment.yuan, reason=reason)
    return payment


def lapse_fee(user: Any, case: Case) -> Case:
    """认定逾期未缴费：须有送达证明且期限已过；之后以 F2 答复（国办函〔2020〕109号第六条）。"""
    with transaction.atomic():
        case = lock(case)
        check(case, user, "lapse_fee")
        notice = case.fee
        if notice.letter.served_on is None:
            refuse("service", _("收费通知书没有送达证明，不能认定逾期未缴费"))
        noticed = clock.to_law(notice.event.kind, notice.event.on, notice.event.data)
        since = law.fee_lapses_on(noticed, current_calendar())
        if timezone.localdate() < since:
            refuse("early", _("%(day)s 起才能认定逾期未缴费") % {"day": since.isoformat()})
        ensure_service_record(user, notice.letter)
        shift(case, user, "lapse_fee")
        notice.lapsed_on = timezone.localdate()
        notice.save(update_fields=["lapsed_on"])
        case.save(update_fields=["state"])
        audit(user, "requests.lapse_fee", case)
    return case


# 延期


def ask_extension(user: Any, case: Case, *, reason: str, workdays: int = 20) -> Extension:
    """申请延期：期限届满之前提出，最多 20 个工作日，只有一次（条例第三十三条第二款）。"""
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.WORKERS, _("申请延期"))
        if case.state not in Case.RUNNING:
            refuse("state", _("这件申请现在不能延期（%(state)s）") % {"state": case.get_state_display()})
        if case.extensions.exclude(state="refused").exists():
            refuse("once", _("延期只能一次"))
        if not 1 <= workdays <= 20:
            refuse("workdays", _("最多延长 20 个工作日"))
        if not reason.strip():
            refuse("reason", _("请写明延期的理由"))
        if timezone.localdate() > case.due:
            refuse("late", _("答复期限已于 %(due)s 届满，不能再延期") % {"due": case.due.isoformat()})
        row = Extension.objects.create(case=case, workdays=workdays, reason=reason[:300], asked_by=user)
        audit(user, "requests.ask_extension", case, workdays=workdays)
    return row


def answer_extension(user: Any, extension: Extension, *, grant: bool, answer: str = "") -> Extension:
    """批延期：只有工作机构负责人能批，期限届满之后不能批 [extension_by_head]；批准的出告知书。"""
    with transaction.atomic():
        case = lock(extension.case)
        row = Extension.objects.get(pk=extension.pk)
        require(user, case, states.OFFICE_HEAD, _("批准延期"))
        if row.state != Extension.State.ASKED:
            refuse("state", _("延期申请已经批过"))
        if grant and timezone.localdate() > case.due:
            refuse("late", _("答复期限已于 %(due)s 届满，不能事后批准延期") % {"due": case.due.isoformat()})
        if not grant and not answer.strip():
            refuse("reason", _("不批准的请写明理由"))
        row.state = Extension.State.GRANTED if grant else Extension.State.REFUSED
        row.answered_by, row.answered_on, row.answer = user, timezone.localdate(), answer[:300]
        if grant:
            until = current_calendar().add(case.due, row.workdays)
            fields = {
                "until": until.isoformat(),
                "workdays": row.workdays,
                "reason": row.reason,
            }
            row.letter = issue(user, case, "T06", fields)
        row.save()
        audit(user, "requests.answer_extension", case, grant=grant, workdays=row.workdays)
    return row
