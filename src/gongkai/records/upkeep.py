"""库的维护：每天按规则找出要人处理的事，开成待办；情况变了自动结掉，人结的不再开。"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import F, Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused
from gongkai.law import validity as law
from gongkai.law.workdays import Calendar

from . import links, states
from .deadlines import deadline_of, pending
from .kinds import Kind
from .models import Column, Edition, FriendlyLink, LinkCheck, Record, Relation, WorkItem
from .rules import rules_of, term_rule
from .validity import dated, decisions, facts_of, plan_facts_of

logger = logging.getLogger(__name__)
K = WorkItem.Kind
# 一次最多复查多少个站外链接：查不完的第二天接着查。
_RECHECKED: Final = 500


@dataclass(frozen=True, slots=True)
class Matter:
    """事项：key 同一件事只开一次。"""

    key: str
    organisation: Organisation
    text: str
    record: Record | None = None
    due: date | None = None


def sync(kind: str, found: Iterable[Matter]) -> int:
    """对账：新的开，不再成立的结；人结掉的不再开。返回新开几件。"""
    matters = {matter.key: matter for matter in found}
    opened = 0
    with in_turn():
        for item in WorkItem.objects.filter(kind=kind, closed_at=None).exclude(key__in=matters):
            item.closed_at, item.note = timezone.now(), _("情况已变，自动办结")
            item.save(update_fields=["closed_at", "note"])
        known = set(WorkItem.objects.filter(kind=kind, key__in=matters).values_list("key", flat=True))
        for key, matter in matters.items():
            if key not in known:
                WorkItem.objects.create(
                    kind=kind, key=key, organisation=matter.organisation, record=matter.record,
                    text=matter.text[:400], due=matter.due,
                )  # fmt: skip
                opened += 1
        if opened:
            first = WorkItem.objects.filter(kind=kind, key__in=matters).latest("pk")
            audit(None, "records.open_work_items", first, kind=kind, opened=opened)
    return opened


def close(user: Any, item: WorkItem, *, note: str) -> None:
    """办结待办：写明怎样处理的。错误：Refused——没有职责、没写、已办结。"""
    mine = states.holds(user, item.organisation, states.WRITERS | states.OFFICE)
    if not mine and not states.holds(user, item.organisation.agency, states.OFFICE):
        raise Refused([Refusal("duty", _("您没有办理这件待办的职责"))])
    if not note.strip():
        raise Refused([Refusal("note", _("请写明怎样处理的"))])
    with in_turn():
        locked = WorkItem.objects.select_for_update().get(pk=item.pk)
        if locked.closed_at:
            raise Refused([Refusal("closed", _("这件待办已经办结"))])
        locked.closed_at, locked.closed_by, locked.note = timezone.now(), user, note.strip()[:300]
        locked.save()
        audit(user, "records.close_work_item", locked, note=note)


def expiring(today: date) -> Iterator[Matter]:
    """有效期将满：到期前 180、90、30 日各提醒一次（天数是库规则）。"""
    incoming, rules = decisions(), {}
    for record in dated().exclude(kind=Kind.PLAN).filter(live__expires_on__isnull=False).iterator():
        if record.agency_id not in rules:
            rules[record.agency_id] = term_rule(rules_of(record.agency))
        for warning in law.warnings(
            facts_of(record.live, incoming.get(record.pk, [])), today, rules[record.agency_id]
        ):
            if warning.code.startswith("expires_"):
                days = warning.code.removeprefix("expires_")
                text = f"{record.live.title}：{warning.text}"
                key = f"expiring:{record.pk}:{days}:{warning.on}"
                yield Matter(key, record.organisation, text, record, warning.on)


def ended_plans(today: date) -> Iterator[Matter]:
    """规划期满：还没有后一期接上的，提醒公开新一期。"""
    followed = set(
        Relation.objects.filter(
            kind=Relation.Kind.PREDECESSOR, edition__state=Edition.State.PUBLISHED
        ).values_list("target", flat=True)
    )
    for record in dated().filter(kind=Kind.PLAN, validity=Record.Validity.LAPSED):
        if record.pk not in followed:
            text = _("“%(title)s”规划期已满，已标为到期；请公开新一期并写明前期规划") % {
                "title": record.live.title
            }
            yield Matter(f"plan_ended:{record.pk}", record.organisation, text, record)


def missing_periods(today: date) -> Iterator[Matter]:
    """历史规划缺期：各领域自规定的那一期起，缺哪几期（历史规划归集）。"""
    plans: dict[int, list[law.PlanFacts]] = {}
    for record in dated().filter(kind=Kind.PLAN):
        plans.setdefault(record.agency_id, []).append(plan_facts_of(record.live, []))
    wanted = Organisation.objects.filter(Q(pk__in=plans) | Q(library_rules__isnull=False))
    for agency in wanted:
        rules = rules_of(agency)
        facts = [plan for plan in plans.get(agency.pk, []) if plan.sector]
        gaps = law.missing_periods(facts, today, first=rules.first_five_year, sectors=rules.sectors)
        for gap in gaps:
            text = _("%(sector)s缺“%(name)s”规划（%(first)s—%(last)s）；没有的请写明不适用的理由后办结") % {
                "sector": gap.sector,
                "name": gap.name,
                "first": gap.years[0],
                "last": gap.years[1],
            }
            yield Matter(f"missing_period:{agency.pk}:{gap.sector}:{gap.number}"[:120], agency, text)


def refusals_to_review(today: date) -> Iterator[Matter]:
    """重新评估：不予公开的信息到了重新评估的日期（条例第十八条）。"""
    last = Edition.objects.filter(record=OuterRef("record")).exclude(state=Edition.State.DISCARDED)
    rows = Edition.objects.filter(
        openness=Edition.Openness.REFUSED,
        review_again_on__lte=today,
        pk=Subquery(last.order_by("-number").values("pk")[:1]),
    )
    for edition in rows.select_related("record__organisation").defer("body"):
        text = _("“%(title)s”不予公开已到重新评估的日期；情形变化可以公开的应当公开") % {
            "title": edition.title
        }
        key = f"review_again:{edition.pk}:{edition.review_again_on}"
        record = edition.record
        yield Matter(key, record.organisation, text, record, edition.review_again_on)


def stale_columns(today: date) -> Iterator[Matter]:
    """栏目未更新：超过栏目规定的更新间隔，没有内容的自站点有栏目时算起不提，由“空白栏目”核查管。"""
    rows = Column.objects.open().filter(update_days__isnull=False, not_applicable="")
    rows = rows.annotate(last=Max("placements__record__live__published_at")).select_related(
        "site__organisation"
    )
    for column in rows.filter(last__isnull=False):
        last = timezone.localdate(column.last)
        due = last + timedelta(days=column.update_days)
        if due < today:
            text = _("栏目“%(column)s”自 %(last)s 以来没有更新，超过 %(days)s 天") % {
                "column": column.name,
                "last": last,
                "days": column.update_days,
            }
            yield Matter(f"stale_column:{column.pk}:{last}", column.site.organisation, text, None, due)


def late(today: date) -> Iterator[Matter]:
    """公开将逾期：快到、已过公开期限而还没公开的（条例第二十六条）。"""
    calendar, rules = Calendar.official(), {}
    rows = pending().select_related("record__organisation", "record__agency").defer("body", "summary")
    for edition in rows.iterator():
        record = edition.record
        if record.agency_id not in rules:
            rules[record.agency_id] = rules_of(record.agency)
        found = deadline_of(edition, calendar, today, late_days=rules[record.agency_id].late_days)
        if found and found.light != "green":
            text = _("“%(title)s”：%(why)s，最迟 %(due)s") % {
                "title": edition.title,
                "why": found.why,
                "due": found.due.due,
            }
            key = f"late:{edition.pk}:{found.light}:{found.due.due}"
            yield Matter(key, record.organisation, text, record, found.due.due)


def broken_links(today: date) -> Iterator[Matter]:
    """链接失效：公开的正文、友情链接里打不开、或连续三次不通的站外网址。"""
    for row in LinkCheck.objects.filter(Q(state=LinkCheck.State.DEAD) | Q(failures__gte=3)):
        editions = Edition.objects.filter(state=Edition.State.PUBLISHED, body__contains=row.url)
        for edition in editions.select_related("record__organisation").defer("body")[:50]:
            text = _("“%(title)s”里的链接打不开：%(url)s（%(detail)s）") % {
                "title": edition.title,
                "url": row.url,
                "detail": row.detail,
            }
            yield Matter(
                f"broken_link:{row.pk}:{edition.pk}", edition.record.organisation, text, edition.record
            )
        for friend in FriendlyLink.objects.filter(url=row.url).select_related("site__organisation"):
            text = _("友情链接“%(name)s”打不开：%(url)s") % {"name": friend.name, "url": row.url}
            yield Matter(f"broken_link:{row.pk}:friend:{friend.pk}", friend.site.organisation, text)


def recheck_links() -> int:
    """复查链接：查过而结果已旧的、友情链接里没查过的；最久没查的在前。返回查了几个。"""
    stale = LinkCheck.objects.filter(
        Q(checked_at=None) | Q(checked_at__lt=timezone.now() - links.FRESH)
    ).order_by(F("checked_at").asc(nulls_first=True))
    known = LinkCheck.objects.values("url")
    fresh = FriendlyLink.objects.exclude(url__in=known).values_list("url", flat=True)
    urls = list(dict.fromkeys([*fresh, *stale.values_list("url", flat=True)[:_RECHECKED]]))[:_RECHECKED]
    for url in urls:
        links.check(url)
    return len(urls)


FINDERS: Final = {
    K.EXPIRING: expiring,
    K.PLAN_ENDED: ended_plans,
    K.MISSING_PERIOD: missing_periods,
    K.REVIEW_AGAIN: refusals_to_review,
    K.STALE_COLUMN: stale_columns,
    K.LATE: late,
    K.BROKEN_LINK: broken_links,
}


def keep(today: date) -> dict[str, int]:
    """每日维护：逐类对账，返回各类新开几件；一类出错不耽误别的。

    错误：RuntimeError——有没对成的，列出哪几类；对成的照样存下。
    """
    opened: dict[str, int] = {}
    failed: list[str] = []
    for kind, find in FINDERS.items():
        try:
            opened[str(kind)] = sync(kind, find(today))
        except Exception:  # noqa: BLE001 一类出什么错都不能挡住后面的
            logger.exception("库维护没有对成：%s", kind)
            failed.append(str(kind))
    if failed:
        raise RuntimeError(f"库维护没有对成：{failed}")
    return opened
