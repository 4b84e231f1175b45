"""后台工作进程：每分钟看一次定时表，随时运行排队的任务。"""

from __future__ import annotations

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from gongkai.core.jobs import start_due


class Command(BaseCommand):
    help = "运行后台任务和每日定时任务；Ctrl+C 停止，没做完的下次接着做"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="只做完眼前的就退出")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            for name in start_due(timezone.now()):
                self.stdout.write(f"已排：{name}")
            call_command("db_worker", batch=True, startup_delay=False, verbosity=0)
            if options["once"]:
                return
            time.sleep(5)
