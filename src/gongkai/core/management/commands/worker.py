"""后台工作进程：每分钟看一次定时表，随时运行排队的任务，另有几条线常看定时发布、烘焙、索引。"""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from gongkai.core.jobs import POLLERS, keep_polling, start_due

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "运行后台任务和每日定时任务；Ctrl+C 停止，没做完的下次接着做"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="只做完眼前的就退出")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self._work()
            for poller in POLLERS.values():
                while poller.run():
                    pass
            return
        # 各占一条线：一件做得久的后台任务不能耽误到点的发布。
        stop = Event()
        threads = [Thread(target=keep_polling, args=(p, stop), name=p.name) for p in POLLERS.values()]
        for thread in threads:
            thread.start()
        try:
            while True:
                try:
                    self._work()
                except Exception:  # noqa: BLE001 库一时忙、邮件不通都不能让后台停下
                    logger.exception("后台任务出错，稍后接着做")
                    close_old_connections()
                stop.wait(5)
        finally:
            stop.set()
            for thread in threads:
                thread.join(timeout=30)

    def _work(self) -> None:
        for name in start_due(timezone.now()):
            self.stdout.write(f"已排：{name}")
        call_command("db_worker", batch=True, startup_delay=False, verbosity=0)
