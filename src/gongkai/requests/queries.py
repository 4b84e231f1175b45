"""依申请公开的读取：队列、看板、提示、统计、年度报告的数。"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Case as When_
from django.db.models import CharField, Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum, Value
from django.db.models import When as Branch
from django.utils import timezone

from gongkai.accounts.models import Duty
from gongkai.core.models import Organisation
from gongkai.law.annual import LEAVES, TABLE3_ROWS
from gongkai.law.workdays import Calendar

from .covering import duties_of
from .models import (
    Applicant,
    Case,
    Consultation,
    CorrectionNotice,
    FeeNotice,
    GroupRun,
    Item,
    Letter,
    Payment,
    Proceeding,
    RecordCorrection,
    RequestRules,
)
from .rules import rules_of
from .visibility import offices

# 列表上用不着的加密栏不取：解密要时间，也免得在列表上漏出内容。
LIGHT: Final = ("description", "rating_comment")
# 审签各环节由谁办。
_STEP_OF: Final = {Duty.Role.SECRECY: "secrecy", Duty.Role.LEGAL: "legal", Duty.Role.LEADER: "signing"}


def listed(user: Any) -> QuerySet[Case]:
    """看得见的申请，供列表用：不取加密的描述，连申请人、承办人一起取。"""
    return _light(Case.objects.visible_to(user))


def _light(rows: QuerySet[Case]) -> QuerySet[Case]:
    rows = rows.defer(*LIGHT)
    return rows.select_related("applicant", "handler", "agency").prefetch_related("assignments__organisation")


def queue(user: Any) -> QuerySet[Case]:
    """我的队列：没有答复、等我这一边动手的，催办日早的在前；承办处室的人只看处室还没回复的。"""
    rows = _light(Case.objects.at_desk(user)).filter(state__in=Case.OPEN)
    if offices(user):
        return rows.order_by("alarm", "pk")
    units = [d.organisation_id for d in duties_of(user) if d.role in (Duty.Role.HANDLER, Duty.Role.HEAD)]
    return rows.filter(assignments__organisation__in=units).distinct().order_by("alarm", "pk")


def to_review(user: Any) -> QuerySet[Letter]:
    """待我审签的文书：此人有职责办理、不是自己拟的，期限早的在前。"""
    scope = Q(pk__in=[])
    for duty in duties_of(user):
        if duty.role in _STEP_OF:
            scope |= Q(case__agency=duty.organisation_id, state=_STEP_OF[duty.role])
    rows = Letter.objects.visible_to(user).filter(scope).exclude(author=user)
    return (
        rows.select_related("case__agency", "author").defer("case__description").order_by("case__alarm", "pk")
    )


def fixes_to_sign(user: Any) -> QuerySet[RecordCorrection]:
    """待我签发的更正答复：此人是工作机构负责人或签发的领导，不是自己拟的，没有退回的，期限早的在前。"""
    rows = RecordCorrection.objects.visible_to(user).filter(reply__state="draft", reply__returned="")
    rows = rows.exclude(reply__author=user)
    heads = {d.organisation_id for d in duties_of(user) if d.role == Duty.Role.HEAD}
    leads = {d.organisation_id for d in duties_of(user) if d.role == Duty.Role.LEADER}
    offices_ = RequestRules.objects.filter(office__in=heads).values("agency")
    rows = rows.filter(Q(agency__in=leads) | Q(agency__in=offices_))
    return rows.select_related("agency").defer("text", "answer", "carried_out").order_by("due", "pk")


def fixes_pressing(user: Any, today: date, calendar: Calendar) -> list[RecordCorrection]:
    """要紧的更正：五个工作日之内到期、已逾期没有答复的，和决定更正还没有登记怎样改的；早的在前。"""
    agencies = offices(user)
    if not agencies:
        return []
    due = Q(state="open", due__lte=calendar.add(today, 5))
    undone = Q(state="corrected", carried_out_on=None)
    rows = RecordCorrection.objects.visible_to(user).filter(due | undone, agency__in=agencies)
    return list(rows.defer("text", "answer", "carried_out").order_by("due", "pk")[:20])


def board(user: Any) -> list[tuple[str, str, int, list[Case]]]:
    """看板：按阶段，（阶段, 名称, 件数, 催办日最早的几件）；两次查询加每阶段一次。"""
    rows = Case.objects.at_desk(user).filter(state__in=(*Case.OPEN, Case.State.DISPATCHED))
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    found = []
    for state in (*Case.OPEN, Case.State.DISPATCHED):
        some = (
            _light(Case.objects.at_desk(user)).filter(state=state).order_by("alarm", "pk")[:8]
            if counts.get(state)
            else []
        )
        found.append((str(state), str(state.label), counts.get(state, 0), list(some)))
    return found


def remaining(case: Case, today: date, calendar: Calendar) -> int:
    """还剩几个工作日：到催办日为止，负数为已逾期。"""
    if today <= case.alarm:
        return calendar.between(today, case.alarm)
    return -calendar.between(case.alarm, today)


@dataclass(frozen=True, slots=True)
class Hints:
    """办理提示：repeats 同一申请人相同内容的前次申请，earlier 其近来的件数，same 相同内容的件数。"""

    repeats: list[Case]
    earlier: int
    days: int
    frequent: bool
    same: int
    worth_publishing: bool


def hints(case: Case) -> Hints:
    """提示：可能重复（第三十六条第六项）、频次过高（第三十五条）、多人要同样的信息（第四十四条）。"""
    rules = rules_of(case.agency)
    person = Case.objects.filter(agency=case.agency_id, identity_key=case.identity_key).exclude(pk=case.pk)
    since = case.received_on - timedelta(days=rules.frequent_days)
    count = person.filter(received_on__gte=since, received_on__lte=case.received_on).count() + 1
    same = Case.objects.filter(agency=case.agency_id, group_key=case.group_key).exclude(group_key="")
    people = same.values("identity_key").distinct().count()
    return Hints(
        repeats=list(person.filter(group_key=case.group_key).defer(*LIGHT).order_by("-pk")[:5]),
        earlier=count,
        days=rules.frequent_days,
        frequent=count > rules.frequent_count,
        same=same.count(),
        worth_publishing=people >= rules.similar_count,
    )


def earlier_cases(case: Case) -> QuerySet[Case]:
    """同一申请人向本机关提出、已经答复的其他申请，新的在前。"""
    rows = Case.objects.filter(agency=case.agency_id, identity_key=case.identity_key).exclude(pk=case.pk)
    return rows.exclude(answered_on=None).defer(*LIGHT).order_by("-answered_on")


def directory(agency: Organisation) -> list[dict[str, str]]:
    """机关名录：同一城市里可能负责公开的机关，联系方式取各机关自己的规则（败诉情形第11项）。"""
    kinds = (Organisation.Kind.AGENCY, Organisation.Kind.DISTRICT, Organisation.Kind.CITY)
    root = f"/{agency.path.split('/')[1]}/"
    rows = Organisation.objects.active().filter(path__startswith=root, kind__in=kinds).exclude(pk=agency.pk)
    found = rows.order_by("path").values_list("name", "request_rules__phone", "request_rules__address")[:500]
    return [
        {"name": name, "contact": "　".join(text for text in (phone, address) if text)}
        for name, phone, address in found
    ]


def to_reconsider(user: Any, today: date) -> QuerySet[Item]:
    """该评估的：一个月之内到期的不予公开各项，早的在前（条例第十八条）。"""
    rows = Item.objects.visible_to(user).filter(reconsider_on__lte=today + timedelta(days=30))
    return rows.select_related("case__agency").defer("case__description").order_by("reconsider_on", "pk")


def by_name(rows: QuerySet[Case], name: str) -> QuerySet[Case]:
    """按申请人姓名（名称）查：全名相同的；库里是密文，只能整名比对。"""
    from gongkai.core.fields import blind_index

    return rows.filter(applicant__name_key=blind_index("applicant.name", name))


# 年度报告

# 申请人类型 → 表三的列。
COLUMNS: Final = {kind: index for index, kind in enumerate(Applicant.Kind.values)}


def _year(agency: Organisation, year: int) -> QuerySet[Case]:
    """在册：当年收到的，和上年结转、当年仍在办或办结的；待确认的信件、传真也是收到的。"""
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = Case.objects.filter(agency=agency, received_on__lte=last)
    return rows.filter(Q(answered_on=None) | Q(answered_on__gte=first))


def _classified(agency: Organisation, year: int) -> QuerySet[Any]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return (
        _year(agency, year)
        .order_by()
        .annotate(
            intake=When_(
                Branch(received_on__gte=first, then=Value("new")),
                default=Value("carry_in"),
                output_field=CharField(),
            ),
            result=When_(
                Branch(Q(answered_on=None) | Q(answered_on__gt=last), then=Value("carry_out")),
                default=F("outcome"),
                output_field=CharField(),
            ),
        )
    )


def table3(agency: Organisation, year: int) -> dict[str, list[int]]:
    """申请情况表：25 行 × 7 列，一次查询得出；件数以登记（拆分）后的为准，重作的不另计。"""
    table = {key: [0] * 7 for key in TABLE3_ROWS}
    rows = _classified(agency, year).values("applicant_kind", "intake", "result").annotate(n=Count("pk"))
    for row in rows:
        column, n = COLUMNS[row["applicant_kind"]], row["n"]
        keys = [row["intake"], row["result"]] + (["r7"] if row["result"] in LEAVES else [])
        for key in keys:
            if key in table:
                table[key][column] += n
                table[key][6] += n
    return table


def cases_of_year(agency: Organisation, year: int) -> list[dict[str, Any]]:
    """逐件的归类：供核对规则 V8 用。"""
    rows = _classified(agency, year).values_list("year", "serial", "applicant_kind", "intake", "result")
    return [
        {"number": f"SQ-{y}-{serial:06d}", "column": COLUMNS[kind], "intake": intake, "result": result}
        for y, serial, kind, intake, result in rows.iterator(chunk_size=5000)
    ]


def table4(agency: Organisation, year: int) -> dict[str, list[int]]:
    """复议诉讼表：三行各五个数；当年审结的按结果，年底没有审结的为尚未审结。"""
    last = date(year, 12, 31)
    rows = Proceeding.objects.filter(case__agency=agency, counted=True, filed_on__lte=last)
    rows = rows.filter(Q(decided_on=None) | Q(decided_on__gte=date(year, 1, 1)))
    order = {"upheld": 0, "corrected": 1, "other": 2, "pending": 3}
    table = {kind: [0] * 5 for kind in Proceeding.Kind.values}
    for kind, result, decided_on in rows.values_list("kind", "result", "decided_on"):
        column = order["pending"] if decided_on is None or decided_on > last else order[result]
        table[kind][column] += 1
        table[kind][4] += 1
    return table


def annual_report(agency: Organisation, year: int, *, with_cases: bool = False) -> dict[str, Any]:
    """年度报告里依申请公开的部分：形状即 law.annual.violations 的参数。"""
    sent = Q(letter__dispatched_on__lte=date(year, 12, 31))
    running = Q(case__answered_on=None) | Q(case__answered_on__year__gte=year)
    notices = {
        "fee": FeeNotice.objects.filter(sent, running, case__agency=agency).count(),
        "correction": CorrectionNotice.objects.filter(sent, running, case__agency=agency).count(),
    }
    paid = Payment.objects.filter(notice__case__agency=agency, paid_on__year=year, refunded_on=None)
    third = Consultation.objects.filter(sent, running, case__agency=agency, party="third_party")
    report = {
        "year": year,
        "table3": table3(agency, year),
        "table4": table4(agency, year),
        "notices": notices,
        "consultations": third.values("case").distinct().count(),
        "fee_received": paid.aggregate(n=Sum("yuan"))["n"] or 0,
    }
    if with_cases:
        report["cases"] = cases_of_year(agency, year)
    return report


@dataclass(frozen=True, slots=True)
class Statistics:
    """统计：当年各项件数；各表为（名称, 件数）。"""

    received: int
    open: int
    late_open: int
    answered: int
    late: int
    channels: list[tuple[str, int]]
    outcomes: list[tuple[str, int]]
    rating: float | None


def statistics(rows: QuerySet[Case], year: int, today: date) -> Statistics:
    """统计：rows 为看得见的申请；received 当年收到，answered 当年答复。"""
    from gongkai.law.annual import row_label

    rows = rows.order_by()
    mine = rows.filter(received_on__year=year)
    answered = rows.filter(answered_on__year=year)
    running = rows.filter(state__in=Case.RUNNING, waiting="")
    labels = dict(Case.Channel.choices)
    channels = Counter(dict(mine.values_list("channel").annotate(n=Count("pk"))))
    outcomes = Counter(dict(answered.exclude(outcome="").values_list("outcome").annotate(n=Count("pk"))))
    rated = list(answered.exclude(rating=None).values_list("rating", flat=True))
    return Statistics(
        received=mine.count(),
        open=rows.filter(state__in=Case.OPEN).count(),
        late_open=running.filter(due__lt=today).count(),
        answered=sum(outcomes.values()),
        late=answered.filter(timeliness=Case.Timeliness.LATE).count(),
        channels=[(str(labels[key]), n) for key, n in channels.most_common()],
        outcomes=[(row_label(key), outcomes[key]) for key in LEAVES if outcomes.get(key)],
        rating=round(sum(rated) / len(rated), 1) if rated else None,
    )


# 内容相同的一组


def stages(case: Case) -> dict[str, int]:
    """组里没有另办的各件：阶段 → 件数，一次查询。"""
    rows = Case.objects.filter(agency=case.agency_id, group_key=case.group_key, apart=False)
    rows = rows.exclude(group_key="").order_by()
    return dict(rows.values_list("state").annotate(n=Count("pk")))


# 组里照谁办：办得最靠前的一件；阶段从后往前。
_ANSWERED: Final = (Case.State.SIGNED, Case.State.DISPATCHED, Case.State.CLOSED, Case.State.ARCHIVED)
_AHEAD: Final = (
    *_ANSWERED,
    Case.State.REVIEW,
    Case.State.WORKING,
    Case.State.TRIAGE,
)


def ahead_of(case: Case, counts: dict[str, int]) -> Case | None:
    """组里比这一件办得靠前、可以照着办的一件；没有为 None。"""
    if case.state in _ANSWERED:
        return None
    for state in _AHEAD:
        if case.state == state:
            return None
        if counts.get(state):
            rows = Case.objects.filter(agency=case.agency_id, group_key=case.group_key, state=state)
            return rows.filter(apart=False).defer(*LIGHT).order_by("pk").first()
    return None


def waiting_like(case: Case) -> int:
    """组里另有几件还没有答复、可以照这一件办。"""
    rows = Case.objects.filter(agency=case.agency_id, group_key=case.group_key, apart=False)
    return rows.filter(state__in=Case.OPEN).exclude(group_key="").exclude(pk=case.pk).count()


def groups(user: Any) -> QuerySet[Any]:
    """内容相同、两件以上没有答复的各组：机关、键、件数、最早的催办日、编号最小的一件；件数多的在前。"""
    rows = Case.objects.at_desk(user).filter(state__in=Case.OPEN, apart=False).exclude(group_key="")
    rows = rows.order_by().values("agency", "group_key")
    rows = rows.annotate(n=Count("pk"), first=Min("pk"), alarm=Min("alarm"))
    return rows.filter(n__gt=1).order_by("-n", "first")


def firsts(rows: QuerySet[Case]) -> QuerySet[Case]:
    """内容相同的只列最早的一件：几万件相同的不淹没别的；另办的照列。"""
    same = {"agency": OuterRef("agency"), "group_key": OuterRef("group_key"), "state__in": Case.OPEN}
    earlier = Case.objects.filter(**same, apart=False, pk__lt=OuterRef("pk")).exclude(group_key="")
    return rows.filter(Q(apart=True) | ~Exists(earlier.order_by()))


def runs_of(case: Case) -> QuerySet[GroupRun]:
    """这一组成批办过的各次，新的在前。"""
    rows = GroupRun.objects.filter(agency=case.agency_id, group_key=case.group_key)
    return rows.exclude(group_key="").select_related("case", "by").defer("case__description")


def left_of(run: GroupRun) -> QuerySet[Case]:
    """这一次还没有试的各件。"""
    from .actions.bulk import members

    return members(run.case, run.name).filter(pk__gt=run.cursor).defer(*LIGHT).order_by("pk")


# 后台任务多久没有动静、也没有排着，算是没了。
_SILENT: Final = timedelta(minutes=2)


def is_alive(run: GroupRun) -> bool:
    """正在办的这一次还有没有人在办：任务排着、在做，或者刚刚动过。"""
    from django_tasks_db.models import DBTaskResult

    if timezone.now() - run.moved_at < _SILENT:
        return True
    rows = DBTaskResult.objects.filter(status__in=("READY", "RUNNING"), task_path__endswith="carry_on_group")
    return any(row.args_kwargs["kwargs"].get("run") == run.pk for row in rows)


def people_in(case: Case) -> int:
    """这一组有几位申请人：没有另办的。"""
    rows = Case.objects.filter(agency=case.agency_id, group_key=case.group_key, apart=False)
    return rows.exclude(group_key="").aggregate(n=Count("identity_key", distinct=True))["n"]


def sample_of(case: Case, pk: int = 0) -> Case | None:
    """预览用的另一件：组里在办的，pk 不给就取最后收到的。"""
    rows = Case.objects.filter(agency=case.agency_id, group_key=case.group_key, state=Case.State.WORKING)
    rows = rows.filter(apart=False).exclude(pk=case.pk).exclude(group_key="").defer(*LIGHT)
    return (rows.filter(pk=pk) if pk else rows).order_by("-pk").first()
