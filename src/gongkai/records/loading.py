"""批量装入：历史数据一批一个事务地成为公开信息；可随时停下，下次从没装的接着装。"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from django.db.models import Count, Max, OuterRef, Subquery
from django.utils import timezone

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.numbering import next_numbers
from gongkai.formats.documents import from_paste, from_text
from gongkai.law import docnumbers

from . import validity
from .actions import PAGE_SIZE
from .library_files import Item
from .models import Column, Edition, Placement, Record, Relation, Site
from .official import digest, without_marks
from .queries import matches
from .signals import record_changed


@dataclass(slots=True)
class Load:
    """一次装入：site 站点，unit 承办单位（以后由它改），author 名义上的拟稿人，
    announce 是否逐条通知烘焙和检索，copies 每件装几份。"""

    site: Site
    unit: Organisation
    author: Any
    announce: bool = True
    copies: int = 1

    def run(self, items: Iterable[Item], *, batch: int = 200) -> Iterator[int]:
        """装入：每批提交后给出已处理的件数（含早已装过的）。"""
        done, source = 0, self._copied(items)
        while part := list(islice(source, batch)):
            self._batch(part)
            done += len(part)
            yield done

    def _copied(self, items: Iterable[Item]) -> Iterator[tuple[str, Item]]:
        for item in items:
            for copy in range(1, self.copies + 1):
                # 同一件装多份只为压力试验：第一份用原来的编号，其余加序号。
                yield (item.key if copy == 1 else f"{item.key}#{copy}"), item

    def _batch(self, part: list[tuple[str, Item]]) -> None:
        with in_turn():
            keys = [key for key, _item in part]
            known = set(
                Record.objects.filter(site=self.site, import_key__in=keys).values_list(
                    "import_key", flat=True
                )
            )
            fresh = [(key, item) for key, item in part if key not in known]
            if fresh:
                records = self._create(fresh)
                audit(
                    self.author, "records.load", self.site,
                    count=len(records), first=records[0].pk, last=records[-1].pk,
                )  # fmt: skip

    def _create(self, fresh: list[tuple[str, Item]]) -> list[Record]:
        today, now = timezone.localdate(), timezone.now()
        organisation, agency = self.unit, self.unit.agency
        indexes = self._indexes(fresh, today.year)
        records = Record.objects.bulk_create(
            Record(
                organisation=organisation, agency=agency, site=self.site, kind=item.kind, import_key=key,
                index_number=number, first_published_at=_moment(item.values.get("published_on")) or now,
                **_validity(item, today),
            )
            for (key, item), number in zip(fresh, indexes, strict=True)
        )  # fmt: skip
        prepared = _Prepared()
        editions = [
            _edition(record, item, self.author, now, prepared)
            for record, (_key, item) in zip(records, fresh, strict=True)
        ]
        Edition.objects.bulk_create(editions)
        mine = Edition.objects.filter(record=OuterRef("pk")).values("pk")[:1]
        Record.objects.filter(pk__in=[record.pk for record in records]).update(live=Subquery(mine))
        for record, edition in zip(records, editions, strict=True):
            record.live = edition
        self._place(records)
        if self.announce:
            for record in records:
                record_changed.send(Record, record=record)
        return records

    def _indexes(self, fresh: list[tuple[str, Item]], year: int) -> list[str]:
        own = [item.index_number for key, item in fresh if "#" not in key and item.index_number]
        taken = set(
            Record.objects.filter(site=self.site, index_number__in=own).values_list("index_number", flat=True)
        )
        pattern, code = self.site.index_pattern, self.site.credit_code
        kept = ["" if "#" in key or item.index_number in taken else item.index_number for key, item in fresh]
        if not pattern or not code:
            return kept
        numbers = iter(next_numbers(self.site.organisation, f"index:{self.site.pk}", year, kept.count("")))
        return [found or pattern.format(code=code, year=year, serial=next(numbers)) for found in kept]

    def _place(self, records: list[Record]) -> None:
        """进栏目：照规则，装订页接着各栏目的最后一页。"""
        rows = []
        for column in Column.objects.open().select_for_update().filter(site=self.site):
            inside = [record for record in records if matches(column, record)]
            if not inside:
                continue
            placed = Placement.objects.filter(column=column)
            page = placed.aggregate(last=Max("page"))["last"] or 1
            filled = placed.filter(page=page).aggregate(n=Count("pk"))["n"]
            for record in inside:
                if filled >= PAGE_SIZE:
                    page, filled = page + 1, 0
                rows.append(Placement(record=record, column=column, page=page))
                filled += 1
        Placement.objects.bulk_create(rows)

    def relate(self, items: Iterable[Item]) -> int:
        """版本沿革：同一部的新版替代旧版，随即重算旧版的时效；返回新建几条关系。"""
        families: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            if item.family and item.version:
                families[item.family].append(item)
        made = 0
        for family in families.values():
            versions = sorted(
                {item.version: item for item in family}.items(), key=lambda row: row[0] or date.min
            )
            for (_old, older), (_new, newer) in zip(versions, versions[1:], strict=False):
                made += self._replace(older, newer)
        return made

    def _replace(self, older: Item, newer: Item) -> int:
        with in_turn():
            rows = Record.objects.filter(
                site=self.site, import_key__in=[older.key, newer.key], live__isnull=False
            )
            found = {row.import_key: row for row in rows.select_related("live")}
            if len(found) != 2:
                return 0
            target = found[older.key]
            _relation, created = Relation.objects.get_or_create(
                edition=found[newer.key].live,
                kind=Relation.Kind.REPLACES,
                target=target,
                defaults={"effective_on": newer.values.get("effective_on")},
            )
            if created:
                incoming = validity.decisions([target.pk]).get(target.pk, [])
                validity.settle(target, incoming, timezone.localdate(), announce=self.announce)
                audit(self.author, "records.relate_versions", target, newer=found[newer.key].pk)
        return int(created)


def _validity(item: Item, today: date) -> dict[str, Any]:
    """时效：这时还没有别的文件修改、废止它，沿革装完再算。"""
    dates = {name: item.values.get(name) for name in ("title", "effective_on", "published_on")}
    record = Record(kind=item.kind)
    record.live = Edition(fields=item.fields, **dates)
    status, since, why = validity.compute(record, [], today)
    return {"validity": status, "validity_since": since, "validity_why": why}


def _moment(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time(9))) if day else None


class _Prepared:
    """洗好的正文和正式文本的校验值：同一件装多份时只洗、只算一次。"""

    def __init__(self) -> None:
        self.item: Item | None = None
        self.made = ("", "")

    def __call__(self, item: Item) -> tuple[str, str]:
        if self.item is not item:
            body = from_paste(item.html).html if item.html else from_text(without_marks(item.text))
            self.made = body, digest(item.text) if "official_source" in item.fields else ""
            self.item = item
        return self.made


def _edition(record: Record, item: Item, author: Any, now: datetime, prepared: _Prepared) -> Edition:
    fields = dict(item.fields)
    body, sha256 = prepared(item)
    if sha256:
        fields["text_sha256"] = sha256
    numbers = docnumbers.parse(item.values.get("document_number", ""))
    return Edition(
        record=record,
        number=1,
        state=Edition.State.PUBLISHED,
        author=author,
        published_at=now,
        body=body,
        fields=fields,
        canonical_number=numbers[0].canonical if numbers else "",
        keywords=[word for word in (item.values.get("theme"),) if word],
        **{
            key: re.sub(r"\s+", " ", value) if key == "title" else value for key, value in item.values.items()
        },
    )
