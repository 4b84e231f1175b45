"""装入历史数据：法律法规库、政策文件库的 JSONL 成为公开信息；有进度条，可停可续。"""

from __future__ import annotations

import time
from argparse import ArgumentTypeError
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import people
from gongkai.core import statistics
from gongkai.core.models import Organisation
from gongkai.records.library_files import SourceError, read
from gongkai.records.loading import Load
from gongkai.records.models import Site


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("日期写成 2026-01-31 的样子") from None


class Command(BaseCommand):
    help = "装入历史数据（JSONL），一批一个事务；按 Ctrl+C 停下，再运行时接着装"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="laws.jsonl 或 policies.jsonl")
        parser.add_argument("--site", default="", help="站点域名；不写用默认站点")
        parser.add_argument("--unit", default="", help="承办单位；不写用站点单位里有经办人的第一个处室")
        parser.add_argument("--limit", type=int, default=0, help="只装前几件")
        parser.add_argument("--repeat", type=int, default=1, help="每件装几份（压力试验用）")
        parser.add_argument("--batch", type=int, default=200)
        parser.add_argument("--as-of", type=_day, default=date(2025, 4, 19), help="来源的日期")
        parser.add_argument(
            "--no-signals", action="store_true", help="不逐条通知；装完自己运行 bake --all 和 index --sync"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        if not path.is_file():
            raise CommandError(f"找不到文件：{path}")
        load = self._load(options)
        try:
            total = sum(1 for _item in self._items(options)) * load.copies
            self._run(load, options, total)
        except SourceError as error:
            raise CommandError(f"{path.name}：{error}") from error

    def _load(self, options: dict[str, Any]) -> Load:
        sites = Site.objects.select_related("organisation")
        site = sites.filter(domain=options["site"]).first() if options["site"] else sites.first()
        if site is None:
            raise CommandError("没有这个站点；请先建站点，或核对 --site 的域名")
        office = people(site.organisation, Duty.Role.COORDINATOR)
        if not office:
            raise CommandError(f"“{site.organisation}”没有办公室协调员；装入的信息要记在一个人名下")
        unit = self._unit(site, options["unit"])
        return Load(site, unit, office[0], not options["no_signals"], options["repeat"])

    def _unit(self, site: Site, name: str) -> Organisation:
        """承办单位：装入之后由它的人改版、采用正式文本，所以要有经办人。"""
        inside = Organisation.objects.active().within(site.organisation)
        if name:
            found = inside.filter(name=name).first()
            if found is None:
                raise CommandError(f"“{site.organisation}”没有叫“{name}”的单位；请核对 --unit")
            return found
        with_handler = inside.filter(duties__role=Duty.Role.HANDLER).order_by("path")
        return with_handler.first() or site.organisation

    def _items(self, options: dict[str, Any]) -> Any:
        items = read(options["path"], as_of=options["as_of"])
        return islice(items, options["limit"]) if options["limit"] else items

    def _run(self, load: Load, options: dict[str, Any], total: int) -> None:
        started, done = time.monotonic(), 0
        try:
            for done in load.run(self._items(options), batch=options["batch"]):
                self._bar(done, total, started)
        except KeyboardInterrupt:
            raise CommandError(f"\n停在 {done}/{total}；再运行同样的命令接着装") from None
        statistics.refresh()
        made = load.relate(self._items(options))
        seconds = time.monotonic() - started
        self.stdout.write(f"已装入 {total} 件，新建版本沿革 {made} 条，用时 {seconds:.1f} 秒")
        if not load.announce:
            self.stdout.write("没有逐条通知：请运行 bake --all 重做页面，index --sync 收进检索")

    def _bar(self, done: int, total: int, started: float) -> None:
        if self.stderr.isatty():
            filled = 30 * done // (total or 1)
            rate = done / max(time.monotonic() - started, 0.01)
            self.stderr.write(f"\r[{'#' * filled:<30}] {done}/{total}　{rate:.0f} 件/秒", ending="")
            if done >= total:
                self.stderr.write("")
