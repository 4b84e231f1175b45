"""台账自身的核查：建账、进展、汇报、培训、回头看。"""

from __future__ import annotations

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gongkai.core.evidence import CheckResult, Period, Status, register
from gongkai.core.models import Organisation

from .models import Assignment, Evidence, Plan, ProgressReport


def _items(n: int) -> str:
    return ngettext("%(n)s 项", "%(n)s 项", n) % {"n": n}


@register("workplans.ledger", _("已建立年度台账"))
def ledger(organisation: Organisation, period: Period) -> CheckResult:
    """台账：本年度分工表已导入，且每项要求都已下发到单位（年度工作要点）。"""
    plan = Plan.objects.filter(organisation=organisation, year=period.year).first()
    if plan is None:
        why = gettext("%(year)s 年分工表尚未导入") % {"year": period.year}
        return CheckResult(Status.MISSING, gettext("没有台账"), gettext("1 份台账"), (), why)
    rows = plan.requirements.current()
    total = rows.count()
    live = Assignment.objects.current().filter(requirement__plan=plan)
    handed = rows.filter(pk__in=live.values("requirement")).exclude(
        pk__in=live.filter(state=Assignment.State.DRAFT).values("requirement")
    )
    done = handed.distinct().count()
    status = Status.MET if total and done == total else Status.MISSING
    return CheckResult(
        status,
        ngettext("%(n)s 项已下发", "%(n)s 项已下发", done) % {"n": done},
        _items(total),
        ((plan.title, f"/staff/plans/{plan.pk}/"),),
        gettext("逐项要求均须下发到承担单位"),
    )


@register("workplans.progress", _("进展报告按期"))
def progress(organisation: Organisation, period: Period) -> CheckResult:
    """进展：上一个月，每项已签收在办的任务都有采纳的进展报告。"""
    month = period.today.month - 1 or 12
    year = period.today.year if period.today.month > 1 else period.today.year - 1
    code = f"{year}-{month:02d}"
    open_now = Assignment.objects.current().filter(
        requirement__plan__organisation=organisation,
        requirement__plan__year=period.year,
        state=Assignment.State.SIGNED,
    )
    total = open_now.count()
    if not total:
        return CheckResult(Status.NOT_APPLICABLE, gettext("0 项在办"), "—", (), gettext("目前没有在办任务"))
    reported = open_now.filter(reports__period=code, reports__state=ProgressReport.State.ACCEPTED).count()
    status = Status.MET if reported == total else Status.LATE
    why = gettext("%(period)s 的报告须经办公室采纳") % {"period": code}
    return CheckResult(status, _items(reported), _items(total), (), why)


def _recorded(kind: str, organisation: Organisation, period: Period, least: int, what: str) -> CheckResult:
    found = Evidence.objects.filter(
        assignment__requirement__plan__organisation=organisation, kind=kind, held_on__year=period.year
    ).select_related("assignment")
    rows = tuple(
        (f"{e.held_on} {e.title}", f"/staff/requirements/{e.assignment.requirement_id}/") for e in found[:50]
    )
    status = Status.MET if len(rows) >= least else Status.NO_EVIDENCE
    measured = ngettext("%(n)s 次", "%(n)s 次", len(rows)) % {"n": len(rows)}
    target = ngettext("至少 %(n)s 次", "至少 %(n)s 次", least) % {"n": least}
    return CheckResult(status, measured, target, rows, what)


@register("workplans.briefing", _("主要负责人听取汇报"))
def briefing(organisation: Organisation, period: Period) -> CheckResult:
    """汇报：当年至少一次主要负责人听取政务公开工作汇报的记录（年度工作要点）。"""
    return _recorded(Evidence.Kind.BRIEFING, organisation, period, 1, gettext("须有写明日期的会议记录"))


@register("workplans.training", _("业务培训"))
def training(organisation: Organisation, period: Period) -> CheckResult:
    """培训：当年至少一次培训记录（条例第四十八条：定期对工作人员进行业务培训）。"""
    return _recorded(Evidence.Kind.TRAINING, organisation, period, 1, gettext("须有写明日期的培训记录"))


@register("workplans.look_back", _("上一年度回头看"))
def look_back(organisation: Organisation, period: Period) -> CheckResult:
    """回头看：上一年度台账的每项任务都有核查结论（年度工作要点）。"""
    last = Assignment.objects.current().filter(
        requirement__plan__organisation=organisation, requirement__plan__year=period.year - 1
    )
    total = last.count()
    if not total:
        return CheckResult(
            Status.NO_EVIDENCE,
            gettext("没有上一年度台账"),
            gettext("逐项核查"),
            (),
            gettext("%(year)s 年台账未导入，无从核查") % {"year": period.year - 1},
        )
    done = last.exclude(look_back="").count()
    status = Status.MET if done == total else Status.MISSING
    return CheckResult(status, _items(done), _items(total), (), gettext("逐项核查并记下结论"))
