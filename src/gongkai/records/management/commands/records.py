"""信息库现状：看信息、待办、时效、公开期限、待发布失败；动作 keep 按某日做一遍每日维护。"""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gongkai.law.workdays import Calendar
from gongkai.records import deadlines, official, upkeep, validity
from gongkai.records.kinds import Kind
from gongkai.records.models import PublicationFailure, Record, WorkItem
from gongkai.records.rules import rules_of


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("日期写成 2026-01-31 的样子") from None


def _records(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    rows = Record.objects.public().select_related("live", "organisation", "site").defer("live__body")
    if options["kind"]:
        rows = rows.filter(kind=options["kind"])
    for row in rows.order_by("pk"):
        edition: Any = row.live
        yield {
            "id": row.pk, "kind": row.kind, "index_number": row.index_number, "title": edition.title,
            "document_number": edition.document_number, "unit": str(row.organisation),
            "site": row.site.domain, "url": row.get_absolute_url(), "validity": row.validity,
            "published_at": edition.published_at,
        }  # fmt: skip


def _validity(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    rows = validity.dated()
    if options["kind"]:
        rows = rows.filter(kind=options["kind"])
    for row in rows.order_by("pk"):
        edition: Any = row.live
        yield {
            "id": row.pk, "title": edition.title, "document_number": edition.document_number,
            "effective_on": edition.effective_on, "expires_on": edition.expires_on,
            "validity": row.validity, "since": row.validity_since, "why": row.validity_why,
        }  # fmt: skip


def _work_items(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for row in WorkItem.objects.filter(closed_at=None).select_related("organisation"):
        yield {
            "id": row.pk, "kind": row.kind, "unit": str(row.organisation), "record": row.record_id,
            "text": row.text, "due": row.due, "opened_at": row.opened_at,
        }  # fmt: skip


def _deadlines(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    calendar, today = Calendar.official(), options["day"]
    rows = deadlines.pending().select_related("record__organisation", "record__agency").defer("body")
    for edition in rows:
        late_days = rules_of(edition.record.agency).late_days
        found = deadlines.deadline_of(edition, calendar, today, late_days=late_days)
        if found:
            yield {
                "edition": edition.pk, "title": edition.title, "unit": str(edition.record.organisation),
                "state": edition.state, "due": found.due.due, "provisional": found.due.provisional,
                "light": found.light, "why": found.why,
            }  # fmt: skip


def _failures(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for row in PublicationFailure.objects.filter(settled_at=None).select_related("edition"):
        yield {
            "id": row.pk,
            "edition": row.edition_id,
            "title": row.edition.title,
            "at": row.at,
            "why": row.reason,
        }


def _keep(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    changed = validity.refresh_all(options["day"])
    differ = official.compare_all(options["day"])
    yield {"validity_changed": changed, "texts_differ": differ, "opened": upkeep.keep(options["day"])}


VIEWS: Final = {
    "list": _records,
    "validity": _validity,
    "workitems": _work_items,
    "deadlines": _deadlines,
    "failures": _failures,
    "keep": _keep,
}


class Command(BaseCommand):
    help = "看信息库：list、validity、workitems、deadlines、failures；keep 做一遍每日维护"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=list(VIEWS))
        parser.add_argument("--kind", default="", help="只看一种类型，如 normative")
        parser.add_argument("--day", type=_day, default=None, help="按哪一天算；缺省今天")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["kind"] and options["kind"] not in Kind.values:
            raise CommandError(f"没有“{options['kind']}”这种类型；可用：{'、'.join(Kind.values)}")
        options["day"] = options["day"] or timezone.localdate()
        rows = list(VIEWS[options["what"]](options))
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, default=str))
            return
        for row in rows:
            self.stdout.write("\t".join("" if value is None else str(value) for value in row.values()))
        self.stdout.write(f"共 {len(rows)} 条")
