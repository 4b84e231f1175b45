"""信息资源库的读取：公开信息、栏目规则、队列。"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Q, QuerySet

from gongkai.accounts.queries import duties_of
from gongkai.core.models import Organisation

from . import states
from .kinds import NEWS_KINDS
from .models import Column, Edition, Record, Site
from .models.records import SEEN, Seen


@contextmanager
def watching() -> Iterator[Seen]:
    """看着：其间从库里取出的信息，编号都记在返回的集合里；烘焙由此知道一页用到哪些信息。"""
    seen = Seen()
    token = SEEN.set(seen)
    try:
        yield seen
    finally:
        SEEN.reset(token)


def note(*records: Record) -> None:
    """记下用到：信息不是此刻从库里取的（预先成批取来的）时，由取用的地方自己记。"""
    seen = SEEN.get()
    if seen is not None:
        for record in records:
            seen.note(record)


def public_records() -> QuerySet[Record]:
    """公众可见的信息，连同公开版本，新的在前；站点停用了的不在内，接口、开放数据、检索都由此而止。"""
    rows = Record.objects.public().filter(live__openness=Edition.Openness.ACTIVE, site__is_active=True)
    return rows.select_related("live", "agency", "site").order_by("-first_published_at", "-pk")


def in_section(column: Column) -> bool:
    """在固定四栏之内：自己或上级是固定栏目；不收新闻动态和专题（国办公开办函〔2019〕61号）。"""
    step: Column | None = column
    while step is not None:
        if step.section or step.kind == Column.Kind.SECTION:
            return True
        step = step.parent
    return False


def matches(column: Column, record: Record) -> bool:
    """合规则：信息按栏目规则该不该进这个栏目；空规则只收手工挑选的。

    规则的键：kinds 类型、organisations 承办单位或公开主体编号、items20 条例第二十条类别、themes 主题；
    写了几个键就要同时满足，一个键里任一值即可。
    """
    rule, edition = column.rule, record.live
    if not rule or edition is None:
        return False
    if record.kind in NEWS_KINDS and in_section(column):
        return False
    facts = {
        "kinds": {record.kind},
        "organisations": {record.organisation_id, record.agency_id},
        "items20": {edition.item20},
        "themes": {edition.theme},
    }
    return all(facts[key] & set(values) for key, values in rule.items() if values)


def matching(column: Column) -> QuerySet[Record]:
    """合规则的全部公开信息：与 matches 同一套规则，在库里一次算完；空规则一条也没有。"""
    rule = {key: values for key, values in column.rule.items() if values}
    rows = Record.objects.filter(live__isnull=False, site=column.site_id)
    if not column.rule:
        return rows.none()
    if in_section(column):
        rows = rows.exclude(kind__in=NEWS_KINDS)
    if "kinds" in rule:
        rows = rows.filter(kind__in=rule["kinds"])
    if "organisations" in rule:
        units = rule["organisations"]
        rows = rows.filter(Q(organisation__in=units) | Q(agency__in=units))
    if "items20" in rule:
        rows = rows.filter(live__item20__in=rule["items20"])
    if "themes" in rule:
        rows = rows.filter(live__theme__in=rule["themes"])
    return rows


def columns_for(record: Record) -> list[Column]:
    """按规则该进的栏目：本站点在用栏目中的，逐条规则判断。"""
    columns = Column.objects.open().filter(site=record.site_id).select_related("parent__parent")
    return [column for column in columns if matches(column, record)]


def column_records(column: Column) -> QuerySet[Record]:
    """栏目里的公开信息：置顶在前，再按公开时间新的在前。"""
    rows = public_records().filter(placements__column=column, archived_at=None)
    return rows.order_by("-placements__pinned", "-first_published_at", "-pk")


def queue(user: Any) -> QuerySet[Edition]:
    """待我审：此人有职责办理的审查环节上的版本，先到的在前。"""
    scope = Q(pk__in=[])
    steps = {
        states.Role.HEAD: (Edition.State.HEAD,),
        states.Role.SECRECY: (Edition.State.SECRECY,),
        states.Role.LEGAL: (Edition.State.LEGAL,),
        states.Role.LEADER: (Edition.State.SIGNING,),
        states.Role.COORDINATOR: (Edition.State.SIGNED, Edition.State.SCHEDULED),
    }
    for duty in duties_of(user):
        for state in steps.get(duty.role, ()):
            unit = "record__organisation" if duty.role == states.Role.HEAD else "record__agency"
            scope |= Q(state=state, **{unit: duty.organisation_id})
    rows = Edition.objects.visible_to(user).filter(scope).exclude(author=user)
    return rows.select_related("record__organisation", "record__agency", "author").order_by("updated_at")


def units_written_for(user: Any) -> list[Organisation]:
    """可拟稿的单位：此人任经办人或负责人的单位。"""
    found = {
        duty.organisation_id: duty.organisation for duty in duties_of(user) if duty.role in states.WRITERS
    }
    return list(found.values())


def sites_for(units: list[Organisation]) -> QuerySet[Site]:
    """可用的站点：这些单位自己的、上级的在用站点。"""
    line = {pk for unit in units for pk in unit.line}
    return Site.objects.filter(organisation__in=line, is_active=True)


def units_coordinated(user: Any) -> list[int]:
    """任办公室协调员的单位的编号。"""
    return [duty.organisation_id for duty in duties_of(user) if duty.role in states.OFFICE]
