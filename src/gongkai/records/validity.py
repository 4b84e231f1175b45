"""时效：由公开版本的日期和别的公开版本对它的关系算出；变了就记下来，受影响的页面随之重做。"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.parts import in_parts
from gongkai.law import validity as law

from .kinds import WITH_VALIDITY, Kind
from .models import Edition, Record, Relation, ValidityChange
from .signals import record_changed

logger = logging.getLogger(__name__)
R, V = Relation.Kind, Record.Validity
# 依据存多长；算出来就截好，免得天天与存下的比不相同。
_LONGEST: Final = 300
# 会改变对方时效的关系。
DECIDING: Final = (R.AMENDS, R.REPEALS, R.LAPSES, R.REPLACES, R.ADJUSTS)
_LAW: Final = {
    R.AMENDS: law.RelationKind.AMEND,
    R.REPEALS: law.RelationKind.REPEAL,
    R.REPLACES: law.RelationKind.REPLACE,
}
_PLAN: Final = {
    law.PlanStatus.CURRENT: V.IN_FORCE,
    law.PlanStatus.ADJUSTED: V.AMENDED,
    law.PlanStatus.EXPIRED: V.LAPSED,
    law.PlanStatus.REPEALED: V.REPEALED,
    law.PlanStatus.PENDING: V.PENDING,
}


def decisions(targets: Iterable[int] | None = None) -> dict[int, list[Relation]]:
    """关系：各条信息被哪些公开版本修改、废止、替代；targets 为空值取全部。"""
    rows = Relation.objects.filter(
        kind__in=DECIDING, edition__state=Edition.State.PUBLISHED, target__isnull=False
    )
    if targets is not None:
        rows = rows.filter(target__in=list(targets))
    rows = rows.select_related("edition").defer("edition__body", "edition__summary", "edition__fields")
    found: dict[int, list[Relation]] = defaultdict(list)
    for row in rows:
        found[row.target_id].append(row)
    return found


def _when(relation: Relation) -> date:
    edition = relation.edition
    return (
        relation.effective_on
        or edition.effective_on
        or edition.published_on
        or edition.written_on
        or timezone.localdate(edition.published_at)
    )


def _name(edition: Edition) -> str:
    return edition.document_number or edition.title


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def whole(value: Any) -> int | None:
    """整数：栏目里写的数字；写得不对的（收来的信息不经本地检查）当没写。"""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def facts_of(edition: Edition, incoming: list[Relation]) -> law.Facts:
    """文件事实：供法规模块计算；来源只注明“已失效”的，按专有栏目里的失效日期。"""
    lapses = [_when(row) for row in incoming if row.kind == R.LAPSES]
    own = _day(edition.fields.get("lapsed_on"))
    if own:
        lapses.append(own)
    return law.Facts(
        title=edition.title,
        effective=edition.effective_on,
        expires=edition.expires_on,
        relations=tuple(
            law.Relation(_LAW[R(row.kind)], _when(row), _name(row.edition))
            for row in incoming
            if row.kind in _LAW
        ),
        declared_lapsed=min(lapses, default=None),
        published=edition.published_on,
    )


def plan_facts_of(edition: Edition, incoming: list[Relation]) -> law.PlanFacts:
    """规划事实：规划期写年份，止于当年末；被调整、被废止看关系。"""
    fields = edition.fields
    years = [whole(fields.get(key)) for key in ("period_from", "period_to", "five_year")]
    adjusts = [row for row in incoming if row.kind in (R.ADJUSTS, R.AMENDS)]
    last = max(adjusts, key=_when, default=None)
    ends = [_when(row) for row in incoming if row.kind in (R.REPEALS, R.REPLACES, R.LAPSES)]
    return law.PlanFacts(
        starts=date(years[0], 1, 1) if years[0] and years[0] < 9999 else None,
        ends=date(years[1], 12, 31) if years[1] and years[1] < 9999 else None,
        number=years[2] if years[2] and 1 <= years[2] <= 19 else None,
        sector=str(fields.get("sector") or ""),
        approved=_day(fields.get("approved_on")),
        adjusted=_when(last) if last else None,
        adjusted_by=_name(last.edition) if last else "",
        repealed=min(ends, default=None),
    )


def compute(record: Record, incoming: list[Relation], today: date) -> tuple[str, date | None, str]:
    """算时效：（时效, 自哪天起, 依据）；没有公开版本、不算时效的类型为空。"""
    edition = record.live
    if edition is None or record.kind not in WITH_VALIDITY:
        return V.NONE, None, ""
    if record.kind == Kind.PLAN:
        plan = law.plan_validity(plan_facts_of(edition, incoming), today)
        return _PLAN[plan.status], plan.since, plan.why[:_LONGEST]
    found = law.validity(facts_of(edition, incoming), today)
    own = _day(edition.fields.get("lapsed_on"))
    if found.status == law.Status.LAPSED and found.since == own:
        # 不知道是哪一天、被哪份文件宣布的，照实说。
        return V.LAPSED, own, f"来源注明已失效（截至{own}）"
    return V(found.status.value), found.since, found.why[:_LONGEST]


def settle(record: Record, incoming: list[Relation], today: date, *, announce: bool) -> bool:
    """定时效：变了就存下并记一条变化，announce 为真时发信号使页面重做；返回是否变了。须在事务中。"""
    after, since, why = compute(record, incoming, today)
    if (after, since, why) == (record.validity, record.validity_since, record.validity_why):
        return False
    before = record.validity
    record.validity, record.validity_since, record.validity_why = after, since, why
    record.save(update_fields=["validity", "validity_since", "validity_why"])
    if before != after:
        ValidityChange.objects.create(record=record, on=since or today, before=before, after=after, why=why)
        audit(None, "records.validity", record, before=before, after=after, why=why)
    if announce:
        record_changed.send(Record, record=record)
    return True


def affected_by(record: Record) -> set[int]:
    """受影响的：这条信息各版（公开过的）修改、废止、替代的对象；撤下或改版后也要重算。"""
    rows = Relation.objects.filter(
        edition__record=record, edition__published_at__isnull=False, kind__in=DECIDING
    )
    return set(rows.exclude(target=None).values_list("target", flat=True))


def follow(sender: Any, record: Record, **kwargs: Any) -> None:
    """跟随：公开的内容变了，被它修改、废止、替代的重算。接收 record_changed、record_withdrawn。"""
    targets = affected_by(record)
    if not targets:
        return
    incoming, today = decisions(targets), timezone.localdate()
    # 按编号先后锁，两份文件同时牵动同几条时不会互相等。
    rows = Record.objects.select_for_update(of=("self",)).filter(pk__in=targets).select_related("live")
    for target in rows.order_by("pk"):
        settle(target, incoming.get(target.pk, []), today, announce=True)


def dated() -> QuerySet[Record]:
    """算时效的公开信息；正文不取。"""
    rows = Record.objects.public().filter(kind__in=WITH_VALIDITY).select_related("live")
    return rows.defer("live__body", "live__summary")


def refresh_all(today: date) -> int:
    """每日重算：全部算时效的信息，各自一个事务，一条出错不耽误别的；返回变了几条。

    错误：RuntimeError——有没算成的，列出编号；算成的照样存下。
    """
    incoming, changed = decisions(), 0
    failed: list[int] = []
    for record in in_parts(dated(), 500):
        try:
            changed += _refresh(record, incoming.get(record.pk, []), today)
        except Exception:  # noqa: BLE001 一条出什么错都不能挡住后面的
            logger.exception("时效没有算成：信息 %s", record.pk)
            failed.append(record.pk)
    if failed:
        raise RuntimeError(f"时效没有算成的信息：{failed[:50]}")
    return changed


def _refresh(record: Record, related: list[Relation], today: date) -> bool:
    now = (record.validity, record.validity_since, record.validity_why)
    if compute(record, related, today) == now:
        return False
    with in_turn():
        locked = Record.objects.select_for_update(of=("self",)).select_related("live").get(pk=record.pk)
        return settle(locked, related, today, announce=True)
