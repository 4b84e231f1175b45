"""索引：把待索引的做完。"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongkai.search import actions
from gongkai.search.backends.base import Unavailable
from gongkai.search.indexer import Busy, index_now
from gongkai.search.models import Outbox


class Command(BaseCommand):
    help = "把待索引的信息写进索引；--sync 先与各来源对账。后台进程 worker 会一直做，不必另开"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sync", action="store_true", help="先与各来源对账：收进缺的、撤下多的")
        parser.add_argument("--all", action="store_true", help="连已在的也重取一遍（如改了栏目名称之后）")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["sync"] or options["all"]
        counts = actions.synchronise(everything=options["all"]) if wanted else {}
        try:
            done = index_now()
        except (Busy, Unavailable) as error:
            raise CommandError(str(error)) from error
        waiting = Outbox.objects.filter(applied_at=None).count()
        if options["json"]:
            self.stdout.write(json.dumps({"indexed": done, "waiting": waiting, "synchronised": counts}))
            return
        for name, count in counts.items():
            self.stdout.write(f"{name}：对出 {count} 件")
        self.stdout.write(f"已索引 {done} 条，待索引 {waiting} 条")
