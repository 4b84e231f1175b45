"""烘焙命令：做完队列、全站重写、看进度；随时可停，下次接着做。"""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from typing import Any

import django
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from gongkai.core import statistics
from gongkai.portal.baking import baker
from gongkai.portal.baking.models import BakeTask, Page
from gongkai.records.models import Site


def _prepare() -> None:
    # 子进程不能用父进程的数据库连接。
    django.setup()
    connections.close_all()


@contextmanager
def _mapper(processes: int) -> Any:
    """映射函数：一个进程就在本进程里做，多个就开进程池。"""
    if processes == 1:
        yield lambda function, tasks: [function(task) for task in tasks]
        return
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(processes, initializer=_prepare) as pool:
        yield lambda function, tasks: pool.map(function, tasks, chunksize=1)


class Command(BaseCommand):
    help = "烘焙公众页面：缺省做完队列；--all 全站重写"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="先把全站各页排队")
        parser.add_argument("--site", default="", help="只做这个域名的站点")
        parser.add_argument("--processes", type=int, default=1, help="用几个进程渲染")
        parser.add_argument("--json", action="store_true", help="只报告现状，不做")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["json"]:
            failed = BakeTask.objects.exclude(error="").values("path", "attempts", "error")[:100]
            waiting = BakeTask.objects.count()
            status = {"waiting": waiting, "pages": Page.objects.count(), "failed": list(failed)}
            self.stdout.write(json.dumps(status, ensure_ascii=False))
            return
        if options["all"]:
            sites = Site.objects.filter(is_active=True)
            if options["site"]:
                sites = sites.filter(domain=options["site"])
                if not sites:
                    raise CommandError(f"没有域名为 {options['site']} 的站点；请核对 --site")
            for site in sites:
                self.stdout.write(f"{site}：排了 {baker.enqueue_all(site)} 页")
        # 刚装入一大批的库还没有统计，每批都会多查半秒。
        statistics.refresh()
        processes = max(1, options["processes"])
        with _mapper(processes) as pool:
            self._run(pool, processes)

    def _run(self, pool: Callable[[Any, list[Any]], Iterable[list[baker.Baked]]], processes: int) -> None:
        total, done, started, shown = BakeTask.objects.count(), 0, time.monotonic(), 0.0
        for count in baker.batches(pool, processes):
            done += count
            now = time.monotonic()
            if now - shown >= 1:
                rate, shown = done / (now - started), now
                self.stdout.write(f"已写 {done}/{max(total, done)} 页，每秒 {rate:.0f} 页")
        seconds = time.monotonic() - started
        self.stdout.write(f"写完 {done} 页，用时 {seconds:.1f} 秒")
        waiting = BakeTask.objects.exclude(error="").count()
        if waiting:
            self.stdout.write(f"有 {waiting} 页没有写成，稍后自动再试；原因见 bake --json")
