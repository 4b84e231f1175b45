"""汇聚命令：立刻从各来源取到最新；--json 只报告现状。"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gongkai.api.aggregation import pull
from gongkai.api.models import Source


class Command(BaseCommand):
    help = "从下级站点取数"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="只报告各来源的现状，不取")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["json"]:
            rows = Source.objects.values("name", "base_url", "cursor", "pulled_at", "error", "is_active")
            self.stdout.write(json.dumps(list(rows), ensure_ascii=False, default=str))
            return
        for source in Source.objects.filter(is_active=True):
            done = pull(source)
            self.stdout.write(f"{source}：收 {done.received} 条，撤 {done.withdrawn} 条　{source.error}")
