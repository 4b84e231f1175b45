"""政策问答：列出公众看得到的（或全部），与页面同一套。"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gongkai.consultations.exports import entry_as_data
from gongkai.consultations.models import Entry
from gongkai.consultations.queries import public_entries


class Command(BaseCommand):
    help = "列出政策问答"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="含草稿与撤下的")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = public_entries()
        if options["all"]:
            rows = Entry.objects.select_related("organisation__parent")
            rows = rows.prefetch_related("bases__record__live")
        if options["json"]:
            found = [entry_as_data(entry) for entry in rows]
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
            return
        for entry in rows:
            self.stdout.write(f"{entry.pk}　{entry.get_state_display()}　{entry.question}")
