"""信息资源库的核查：规划、历史规划、法规文本、规范性文件、集约化平台、IPv6；证据都是能打开的页面。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gongkai.core.evidence import CheckResult, Period, Status, register
from gongkai.core.models import Organisation
from gongkai.law import validity as law
from gongkai.law.workdays import Calendar

from .deadlines import deadline_of
from .kinds import Kind
from .models import Column, Edition, Record, Site, SiteProbe, TextComparison, WorkItem
from .rules import rules_of
from .validity import plan_facts_of

_SHOWN: Final = 50
# 比对每晚一次、探测每天一次：超过这些天没有新结果，旧结果不再算证据。
_FRESH: Final = timedelta(days=7)


def _items(n: int) -> str:
    return ngettext("%(n)s 件", "%(n)s 件", n) % {"n": n}


def _links(records: Iterable[Record]) -> tuple[tuple[str, str], ...]:
    return tuple((str(row.live.title), row.get_absolute_url()) for row in list(records)[:_SHOWN] if row.live)


def _public(organisation: Organisation, kind: str) -> list[Record]:
    rows = Record.objects.public().filter(agency=organisation, kind=kind, archived_at=None)
    rows = rows.select_related("live", "agency").defer("live__body")
    return list(rows.order_by("-first_published_at", "-pk"))


def _late(records: list[Record], period: Period) -> list[Record]:
    """逾期公开的：当年公开的版本里，晚于公开期限的。"""
    calendar, found = Calendar.official(), []
    for record in records:
        edition: Any = record.live
        if timezone.localdate(edition.published_at).year != period.year:
            continue
        edition.record = record
        deadline = deadline_of(edition, calendar, period.today)
        if deadline and deadline.light == "red":
            found.append(record)
    return found


def _gaps(organisation: Organisation, today: date) -> tuple[list[law.Gap], list[Record]]:
    """缺期：（缺的各期, 公开的规划）；写明理由办结的视为不适用。"""
    plans = _public(organisation, Kind.PLAN)
    facts = [plan_facts_of(row.live, []) for row in plans if row.live]
    rules = rules_of(organisation)
    settled = WorkItem.objects.filter(
        kind=WorkItem.Kind.MISSING_PERIOD, organisation=organisation, closed_by__isnull=False
    )
    excused = []
    for key in settled.values_list("key", flat=True):
        _kind, _agency, sector, number = key.split(":")
        excused.append((sector, int(number)))
    found = law.missing_periods(
        [plan for plan in facts if plan.sector],
        today,
        first=rules.first_five_year,
        sectors=rules.sectors,
        excused=excused,
    )
    return found, plans


def _names(gaps: list[law.Gap]) -> str:
    return "、".join(f"{gap.sector}“{gap.name}”" for gap in gaps[:10])


@register("records.plans", _("各领域现行规划已公开"))
def plans(organisation: Organisation, period: Period) -> CheckResult:
    """规划：各领域当期规划都已公开、没有逾期，过期的不显示现行（条例第二十条第三项、城乡规划法第八条）。"""
    gaps, rows = _gaps(organisation, period.today)
    number = law.current_five_year(period.today)
    missing = [gap for gap in gaps if gap.number == number]
    current = [row for row in rows if row.validity in (Record.Validity.IN_FORCE, Record.Validity.AMENDED)]
    target = gettext("各领域都有“%(name)s”规划") % {"name": law.five_year_name(number)}
    if not rows:
        return CheckResult(
            Status.MISSING, gettext("没有公开的规划"), target, (), gettext("信息库里没有公开的规划")
        )
    measured = gettext("%(n)s 件现行规划") % {"n": len(current)}
    if missing:
        why = gettext("缺：%(names)s") % {"names": _names(missing)}
        return CheckResult(Status.MISSING, measured, target, _links(current), why)
    if late := _late(rows, period):
        why = gettext("有 %(n)s 件公开晚于期限") % {"n": len(late)}
        return CheckResult(Status.LATE, measured, target, _links(late), why)
    return CheckResult(Status.MET, measured, target, _links(current), gettext("各领域当期规划都已按期公开"))


@register("records.old_plans", _("历史规划已归集"))
def old_plans(organisation: Organisation, period: Period) -> CheckResult:
    """历史规划：各领域自规定的一期起，往期规划都已归集公开或写明不适用（国办发〔2021〕12号）。"""
    gaps, rows = _gaps(organisation, period.today)
    number = law.current_five_year(period.today)
    first = rules_of(organisation).first_five_year
    missing = [gap for gap in gaps if gap.number < number]
    old = [row for row in rows if row.validity in (Record.Validity.LAPSED, Record.Validity.REPEALED)]
    target = gettext("“%(first)s”至“%(last)s”各期") % {
        "first": law.five_year_name(first),
        "last": law.five_year_name(max(first, number - 1)),
    }
    measured = gettext("%(n)s 件历史规划") % {"n": len(old)}
    if not rows and not gaps:
        return CheckResult(
            Status.NO_EVIDENCE, measured, target, (), gettext("没有规划，也没有设定应有规划的领域")
        )
    if missing:
        why = gettext("缺：%(names)s") % {"names": _names(missing)}
        return CheckResult(Status.MISSING, measured, target, _links(old), why)
    return CheckResult(Status.MET, measured, target, _links(old), gettext("往期规划都已归集，或写明不适用"))


@register("records.regulations", _("法规文本与正式版本一致"))
def regulations(organisation: Organisation, period: Period) -> CheckResult:
    """法规文本：网站上的现行法规文本都与国家正式版本比对过、相符（行政法规制定程序条例第二十八条）。"""
    over = (Record.Validity.REPEALED, Record.Validity.LAPSED)
    rows = (
        Record.objects.public().filter(agency=organisation, kind=Kind.REGULATION).exclude(validity__in=over)
    )
    total = rows.count()
    target = _items(total)
    if not total:
        return CheckResult(Status.NO_EVIDENCE, _items(0), "—", (), gettext("信息库里没有现行的法规规章文本"))
    recent = TextComparison.objects.filter(record__in=rows, on__gte=period.today - _FRESH)
    compared = recent.select_related("record__live").defer("record__live__body")
    differ = list(compared.filter(same=False)[:_SHOWN])
    same = recent.filter(same=True).count()
    measured = gettext("%(n)s 件相符") % {"n": same}
    if differ:
        evidence = _links(row.record for row in differ)
        why = gettext("有 %(n)s 件与正式文本不符") % {"n": recent.filter(same=False).count()}
        return CheckResult(Status.MISSING, measured, target, evidence, why)
    evidence = _links(row.record for row in compared.order_by("-on")[:_SHOWN])
    if same < total:
        why = gettext("有 %(n)s 件没有导入正式文本，或超过 7 天没有比对") % {"n": total - same}
        return CheckResult(Status.NO_EVIDENCE, measured, target, evidence, why)
    return CheckResult(Status.MET, measured, target, evidence, gettext("每件都与导入的正式文本比对相符"))


@register("records.normative", _("规范性文件集中公开"))
def normative(organisation: Organisation, period: Period) -> CheckResult:
    """规范性文件：都进了专栏，文号、施行日期、有效期齐全，时效已算出，当年的没有逾期（条例第二十条第一项）。"""
    rows = _public(organisation, Kind.NORMATIVE)
    target = _items(len(rows))
    if not rows:
        return CheckResult(Status.NO_EVIDENCE, _items(0), "—", (), gettext("信息库里没有公开的规范性文件"))
    placed = set(
        Column.objects.open()
        .filter(site__organisation=organisation, placements__record__in=[row.pk for row in rows])
        .values_list("placements__record", flat=True)
    )
    unfit = [
        row
        for row in rows
        if row.live
        and (
            row.pk not in placed
            or not row.validity
            or not (row.live.document_number and row.live.effective_on and row.live.expires_on)
        )
    ]
    measured = gettext("%(n)s 件齐全") % {"n": len(rows) - len(unfit)}
    if unfit:
        why = gettext("有 %(n)s 件没进专栏，或缺文号、施行日期、有效期") % {"n": len(unfit)}
        return CheckResult(Status.MISSING, measured, target, _links(unfit), why)
    if late := _late(rows, period):
        why = gettext("有 %(n)s 件公开晚于期限") % {"n": len(late)}
        return CheckResult(Status.LATE, measured, target, _links(late), why)
    return CheckResult(Status.MET, measured, target, _links(rows), gettext("都在专栏集中公开，要素齐全"))


@register("records.platform", _("网站内容都来自信息资源库"))
def platform(organisation: Organisation, period: Period) -> CheckResult:
    """集约化：栏目都由信息库供稿、没有空白栏目，公开的信息都有索引号（国办函〔2018〕71号：先入库，后使用）。"""
    sites = list(Site.objects.filter(organisation=organisation, is_active=True))
    if not sites:
        return CheckResult(Status.NO_EVIDENCE, "—", "—", (), gettext("没有建在本平台上的网站"))
    shown = Q(placements__record__live__isnull=False, placements__record__withdrawn_at=None)
    columns = (
        Column.objects.open()
        .filter(site__in=sites)
        .annotate(
            inside=Count("children", distinct=True), filled=Count("placements", filter=shown, distinct=True)
        )
    )
    leaves = [column for column in columns if not column.inside]
    blank = [column for column in leaves if not column.filled and not column.not_applicable]
    evidence = tuple((str(column.name), column.get_absolute_url()) for column in (blank or leaves)[:_SHOWN])
    measured = gettext("%(n)s 个栏目有内容") % {"n": len(leaves) - len(blank)}
    target = gettext("%(n)s 个栏目") % {"n": len(leaves)}
    if blank:
        names = "、".join(column.name for column in blank[:10])
        why = gettext("空白栏目：%(names)s；没有内容的要写明不适用的理由") % {"names": names}
        return CheckResult(Status.MISSING, measured, target, evidence, why)
    public = Record.objects.public().filter(site__in=sites, live__openness=Edition.Openness.ACTIVE)
    nameless = public.filter(index_number="").count()
    if nameless:
        why = gettext("有 %(n)s 条信息没有索引号；请补填网站的统一社会信用代码") % {"n": nameless}
        return CheckResult(Status.MISSING, measured, target, evidence, why)
    return CheckResult(Status.MET, measured, target, evidence, gettext("每个页面都对应信息库里的一条信息"))


@register("channels.ipv6", _("网站支持 IPv6"))
def ipv6(organisation: Organisation, period: Period) -> CheckResult:
    """IPv6：各网站域名有 IPv6 地址、经 IPv6 打得开、与 IPv4 一致；七天之内探测过才算。"""
    sites = list(Site.objects.filter(organisation=organisation, is_active=True))
    good, bad, unknown = [], [], []
    since = timezone.now() - _FRESH
    for site in sites:
        probe = SiteProbe.objects.filter(site=site, at__gte=since).first()
        if probe is None or not probe.online:
            unknown.append(site)
        elif probe.reachable and probe.same_as_ipv4 is not False:
            good.append((site, probe))
        else:
            bad.append((site, probe))
    target = gettext("%(n)s 个网站") % {"n": len(sites)}
    measured = gettext("%(n)s 个支持") % {"n": len(good)}
    if bad:
        evidence = tuple((str(site.name), f"https://{site.domain}/") for site, _probe in bad)
        why = gettext("%(site)s：%(detail)s") % {
            "site": bad[0][0].name,
            "detail": bad[0][1].detail or gettext("与 IPv4 打开的页面不一致"),
        }
        return CheckResult(Status.MISSING, measured, target, evidence, why)
    if unknown or not sites:
        why = gettext("七天之内没有探测成功（探测机没有网络，或还没有探测）")
        return CheckResult(Status.NO_EVIDENCE, measured, target, (), why)
    evidence = tuple(
        (f"{site.name}（{probe.addresses[0]}）", f"https://{site.domain}/") for site, probe in good
    )
    return CheckResult(Status.MET, measured, target, evidence, gettext("经 IPv6 可以访问，与 IPv4 一致"))
