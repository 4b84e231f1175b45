"""重建索引：另起一代，建成一次切换；断了再运行会接着建。"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongkai.search.backends.base import Unavailable
from gongkai.search.backends.select import backend
from gongkai.search.indexer import Busy, rebuild


class Command(BaseCommand):
    help = "重建检索索引；其间照常可查可发布，建成后一次切换；中断了再运行会接着建"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="不接着上次没建完的，从头建")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        started, shown = time.monotonic(), 0.0

        def progress(done: int, total: int) -> None:
            nonlocal shown
            now = time.monotonic()
            if options["json"] or (now - shown < 0.5 and done < total):
                return
            shown = now
            self.stdout.write(_bar(done, total, now - started), ending="")
            self.stdout.flush()

        try:
            generation = rebuild(progress, resume=not options["fresh"])
        except (Busy, Unavailable) as error:
            raise CommandError(str(error)) from error
        seconds, size = time.monotonic() - started, backend().disk(generation.name)
        if options["json"]:
            report = {"documents": generation.documents, "seconds": round(seconds, 1), "bytes": size}
            self.stdout.write(json.dumps(report))
            return
        megabytes = size / 1_000_000
        self.stdout.write(f"\n已建成并切换：{generation.documents} 件，{seconds:.0f} 秒，{megabytes:.0f} MB")


def _bar(done: int, total: int, spent: float) -> str:
    """进度条：终端里在一行内更新，写进文件时一行一次。"""
    share = done / total if total else 1.0
    left = f"，还要约 {spent / done * (total - done):.0f} 秒" if 0 < done < total else ""
    filled = int(share * 30)
    line = f"[{'█' * filled}{'·' * (30 - filled)}] {share:4.0%} {done}/{total} 件{left}"
    return f"\r{line}　　" if sys.stdout.isatty() else line + "\n"
