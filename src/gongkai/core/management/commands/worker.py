"""后台工作进程：定时表、排队的任务、常看的发布烘焙索引；分工见 core/processes.py。"""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from gongkai.core.jobs import POLLERS, start_due
from gongkai.core.processes import Crew


class Command(BaseCommand):
    help = "运行后台任务和每日定时任务；Ctrl+C 停止，没做完的下次接着做"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="只做完眼前的就退出")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["once"]:
            Crew(self.stdout.write).run()
            return
        for name in start_due(timezone.now()):
            self.stdout.write(f"已排：{name}")
        call_command("db_worker", batch=True, startup_delay=False, verbosity=0)
        for poller in POLLERS.values():
            while poller.run():
                pass
