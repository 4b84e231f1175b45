"""审计核验：``manage.py audit verify``。"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongkai.audit.actions import verify
from gongkai.audit.models import Entry


class Command(BaseCommand):
    help = "核验审计链：发现被改、被删、被插入的记录"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["verify"])
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        faults = verify()
        if options["json"]:
            rows = [{"number": fault.number, "problem": fault.problem} for fault in faults]
            self.stdout.write(
                json.dumps({"entries": Entry.objects.count(), "faults": rows}, ensure_ascii=False)
            )
        for fault in () if options["json"] else faults:
            self.stdout.write(f"第 {fault.number} 号：{fault.problem}")
        if faults:
            raise CommandError(f"审计链有 {len(faults)} 处差错")
        if not options["json"]:
            self.stdout.write(f"审计链完好，共 {Entry.objects.count()} 条")
