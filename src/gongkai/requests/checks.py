"""依申请公开的核查：服务、答复规范、信息处理费；由在册的申请和文书算出，证据是统计页和规则页。"""

from __future__ import annotations

from typing import Final

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gongkai.core.calendar import current_calendar
from gongkai.core.evidence import CheckResult, Period, Status, register
from gongkai.core.models import Organisation
from gongkai.law import clock as law
from gongkai.law import fees

from .models import Case, CorrectionNotice, FeeNotice, Letter, Mail, RequestRules

# 规则里没有就出不了合法答复的各栏。
NEEDED: Final = ("office", "document_code", "review_body", "court", "review_url", "phone", "address")


def _rules(organisation: Organisation) -> RequestRules | None:
    return RequestRules.objects.filter(agency=organisation).select_related("office").first()


def _cases(n: int) -> str:
    return ngettext("%(n)s 件", "%(n)s 件", n) % {"n": n}


def _evidence(year: int) -> tuple[tuple[str, str], ...]:
    # 证据只到统计，不列申请人和内容。
    return ((gettext("依申请公开统计"), f"{reverse('foi:statistics')}?year={year}"),)


@register("requests.service", _("依申请公开渠道畅通、按期答复"))
def service(organisation: Organisation, period: Period) -> CheckResult:
    """服务：指定了工作机构，收到的都登记，在办的没有逾期，答复的都按期（条例第二十八条、第三十三条）。"""
    target = gettext("全部按期答复")
    rules = _rules(organisation)
    if rules is None or rules.office is None:
        why = gettext("还没有指定政府信息公开工作机构")
        return CheckResult(Status.NO_EVIDENCE, "—", target, ((gettext("规则"), reverse("foi:rules")),), why)
    rows = Case.objects.filter(agency=organisation).order_by()
    answered = rows.filter(answered_on__year=period.year)
    late = answered.filter(timeliness=Case.Timeliness.LATE).count()
    overdue = rows.filter(state__in=Case.RUNNING, due__lt=period.today).exclude(
        waiting__in=("correction", "payment")
    )
    unread: list[object] = [
        case
        for case in rows.filter(state__in=(Case.State.AWAITING, Case.State.RECEIVED)).only(
            "arrived_on", "state"
        )
        if current_calendar().between(case.arrived_on, period.today) > rules.confirm_workdays
    ]
    received, done = rows.filter(received_on__year=period.year).count(), answered.count()
    measured = gettext("收到 %(received)s 件，答复 %(done)s 件") % {"received": received, "done": done}
    if n := overdue.count():
        why = gettext("有 %(n)s 件在办的已经逾期") % {"n": n}
        return CheckResult(Status.LATE, measured, target, _evidence(period.year), why)
    if late:
        why = gettext("有 %(n)s 件答复晚于期限") % {"n": late}
        return CheckResult(Status.LATE, measured, target, _evidence(period.year), why)
    mails = Mail.objects.filter(agency=organisation, state=Mail.State.WAITING).values_list(
        "arrived_at", flat=True
    )
    unread += [
        mail
        for mail in mails
        if current_calendar().between(timezone.localdate(mail), period.today) > rules.confirm_workdays
    ]
    if unread:
        why = gettext("有 %(n)s 件收到后没有及时确认或登记") % {"n": len(unread)}
        return CheckResult(Status.MISSING, measured, target, _evidence(period.year), why)
    why = gettext("都按期办理") if received else gettext("渠道已开，本年没有收到申请")
    return CheckResult(Status.MET, measured, target, _evidence(period.year), why)


@register("requests.rules", _("答复规范落实"))
def answers(organisation: Organisation, period: Period) -> CheckResult:
    """答复规范：规则齐全，补正在 7 个工作日内告知，答复有字号、定稿、救济告知（条例第三十、四十五条）。"""
    target = gettext("规则齐全，文书合规")
    rules = _rules(organisation)
    link = ((gettext("规则"), reverse("foi:rules")),)
    missing = [name for name in NEEDED if not rules or not getattr(rules, name)]
    if missing:
        names = "、".join(str(RequestRules._meta.get_field(name).verbose_name) for name in missing)  # type: ignore[union-attr]
        why = gettext("规则里没有填：%(names)s") % {"names": names}
        return CheckResult(Status.MISSING, "—", target, link, why)
    sent = Letter.objects.filter(
        case__agency=organisation, dispatched_on__year=period.year, state__in=Letter.SENT
    ).exclude(outcome="")
    measured = gettext("%(n)s 份答复") % {"n": sent.count()}
    bare = sent.filter(remedy="").exclude(outcome="r6_3").count()
    unsealed = sent.filter(sha256="").count()
    calendar = current_calendar()
    slow = [
        notice
        for notice in CorrectionNotice.objects.filter(
            case__agency=organisation, letter__dispatched_on__year=period.year
        ).select_related("letter", "case")
        if notice.letter.dispatched_on
        and notice.letter.dispatched_on > law.correction_limit(notice.case.received_on, calendar)
    ]
    evidence = (*link, *_evidence(period.year))
    if slow:
        why = gettext("有 %(n)s 件补正告知超过 7 个工作日") % {"n": len(slow)}
        return CheckResult(Status.LATE, measured, target, evidence, why)
    if bare or unsealed:
        why = gettext("有 %(n)s 份答复没有救济告知或定稿") % {"n": bare + unsealed}
        return CheckResult(Status.MISSING, measured, target, evidence, why)
    if not sent.exists():
        why = gettext("规则齐全，本年还没有答复可查")
        return CheckResult(Status.MET, measured, target, evidence, why)
    return CheckResult(
        Status.MET, measured, target, evidence, gettext("规则齐全，答复都有字号、定稿和救济告知")
    )


def _wrong(notice: FeeNotice) -> bool:
    """金额与办法算出的不符，或在处理期限之后才通知。"""
    if notice.method == FeeNotice.Method.BY_ITEMS:
        return notice.rank is None or notice.yuan != fees.nth_item(notice.rank)
    return notice.pages is None or notice.yuan != fees.by_pages(notice.pages)


@register("requests.fees", _("信息处理费依法计收"))
def charges(organisation: Organisation, period: Period) -> CheckResult:
    """信息处理费：缴纳方式已设置，金额都与办法算出的相符，没有与通知不符的缴费（国办函〔2020〕109号）。"""
    target = gettext("金额与办法相符")
    rules = _rules(organisation)
    link = ((gettext("规则"), reverse("foi:rules")),)
    if rules is None or (rules.charges and not rules.payment):
        return CheckResult(Status.MISSING, "—", target, link, gettext("还没有设置缴纳方式"))
    notices = FeeNotice.objects.filter(case__agency=organisation, letter__dispatched_on__year=period.year)
    measured = _cases(notices.count())
    if not rules.charges and not notices.exists():
        return CheckResult(
            Status.NOT_APPLICABLE, measured, target, link, gettext("本机关设置为不收信息处理费")
        )
    wrong = [notice for notice in notices if _wrong(notice)]
    unequal = notices.exclude(payment=None).exclude(payment__yuan=F("yuan")).count()
    evidence = (*link, *_evidence(period.year))
    if wrong or unequal:
        why = gettext("有 %(n)s 件金额与办法或通知不符") % {"n": len(wrong) + unequal}
        return CheckResult(Status.MISSING, measured, target, evidence, why)
    why = gettext("都与办法算出的相符") if notices.exists() else gettext("标准、程序已设置，本年没有收费")
    return CheckResult(Status.MET, measured, target, evidence, why)
