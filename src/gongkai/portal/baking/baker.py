"""烘焙：取出队里的页面，渲染，写成文件；被牵动的结果作废重来。"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gongkai.records.models import Record, Site

from . import files
from .models import BakeTask, Page, PageUse
from .pages import all_pages
from .queue import enqueue, hold
from .render import Shared, render, shared_for, together

logger = logging.getLogger(__name__)
BATCH: Final = 40
# 排队一段几页。
PART: Final = 2000
# 失败后隔多久再试；一直失败的留在队里，“后台任务”页看得到。
BACK_OFF: Final = (timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=6))


@dataclass(frozen=True, slots=True)
class Baked:
    """烤好的一页，还没换名：staged 为临时文件，空表示页面已不存在；error 为失败原因。"""

    task: int
    site: int
    path: str
    staged: str = ""
    sha256: str = ""
    size: int = 0
    uses: tuple[int, ...] = ()
    live: frozenset[int] = frozenset()
    error: str = ""


Task = tuple[int, int, str]


def bake(tasks: list[Task]) -> list[Baked]:
    """烤几页：每页为（任务号, 站点号, 路径）；只写临时文件，不动库，可以在别的进程里做。"""
    shared = {pk: shared_for(pk) for pk in {site for _pk, site, _path in tasks}}
    with together(path for _pk, _site, path in tasks):
        return [_bake(shared[site], pk, path) for pk, site, path in tasks]


def _bake(shared: Shared, pk: int, path: str) -> Baked:
    site = shared.site
    try:
        page = render(shared, path)
        if page.status != 200:
            return Baked(pk, site.pk, path)
        staged = files.stage(files.file_of(site.domain, path), page.body)
    except Exception as error:  # noqa: BLE001 一页出错不能耽误别的页
        logger.exception("烘焙出错：%s", path)
        return Baked(pk, site.pk, path, error=f"{type(error).__name__}: {error}"[:500])
    sha256 = hashlib.sha256(page.body).hexdigest()
    return Baked(pk, site.pk, path, str(staged), sha256, len(page.body), tuple(sorted(page.uses)), page.live)


def ready(size: int = BATCH) -> list[Task]:
    """眼前的，至多 size 页：有急的只取急的——刚发布的不必等全站重写的那几十页一起换名。"""
    due = Q(not_before=None) | Q(not_before__lte=timezone.now())
    rows = BakeTask.objects.filter(due).order_by("id").values_list("pk", "site_id", "path")
    return list(rows.filter(urgent=True)[:size]) or list(rows[:size])


def drain() -> int:
    """做一批：返回做了几页；空队返回 0。"""
    tasks = ready()
    settle(bake(tasks))
    return len(tasks)


def settle(batch: Iterable[Baked]) -> None:
    """换名入账：与撤下互斥；渲染之后又排了队的、用到的信息已不公开的，结果作废。"""
    batch = list(batch)
    if not batch:
        return
    with transaction.atomic():
        hold()
        # 别的事务正在换下的行跳过不等：那一页它会重新排队。
        rows = BakeTask.objects.select_for_update(skip_locked=True).filter(pk__in=[b.task for b in batch])
        still = set(rows.values_list("pk", flat=True))
        gone = _withdrawn_meanwhile(batch)
        good: list[Baked] = []
        for baked in batch:
            if baked.task not in still or gone & set(baked.uses):
                # 队里的新行（或这一行本身）会再烤一次。
                _discard(baked)
            elif baked.error:
                _fail(baked)
            else:
                good.append(baked)
        _record(good)
        BakeTask.objects.filter(pk__in=[b.task for b in good]).delete()


def _withdrawn_meanwhile(batch: list[Baked]) -> set[int]:
    """渲染时还公开、现在不公开了的；不看时间，事务拖得久、各机器的钟有快慢都不会漏。"""
    shown = set().union(*(baked.live for baked in batch))
    return shown - set(Record.objects.filter(pk__in=shown, live__isnull=False).values_list("pk", flat=True))


def _discard(baked: Baked) -> None:
    if baked.staged:
        files.remove(Path(baked.staged))


def _fail(baked: Baked) -> None:
    task = BakeTask.objects.get(pk=baked.task)
    wait = BACK_OFF[min(task.attempts, len(BACK_OFF) - 1)]
    task.attempts, task.error, task.not_before = task.attempts + 1, baked.error, timezone.now() + wait
    task.save()


def _record(good: list[Baked]) -> None:
    """记下页面与用到的信息，换名；页面不存在了的，文件与记录一并去掉。"""
    sites = Site.objects.in_bulk({b.site for b in good})
    present = [b for b in good if b.staged]
    Page.objects.bulk_create(
        [Page(site_id=b.site, path=b.path, sha256=b.sha256, size=b.size) for b in present],
        update_conflicts=True,
        unique_fields=["site", "path"],
        update_fields=["sha256", "size"],
    )
    pages: dict[tuple[int, str], int] = {}
    for site in sites:
        rows = Page.objects.filter(site=site, path__in=[b.path for b in good if b.site == site])
        pages |= {(site, path): pk for pk, path in rows.values_list("pk", "path")}
    PageUse.objects.filter(page__in=pages.values()).delete()
    PageUse.objects.bulk_create(
        [PageUse(page_id=pages[b.site, b.path], record_id=pk) for b in present for pk in b.uses]
    )
    absent = [pages[b.site, b.path] for b in good if not b.staged and (b.site, b.path) in pages]
    Page.objects.filter(pk__in=absent).delete()
    for baked in good:
        target = files.file_of(sites[baked.site].domain, baked.path)
        if baked.staged:
            Path(baked.staged).replace(target)
        else:
            files.remove(target)


def enqueue_all(site: Site) -> int:
    """全站重写：各页排队，返回页数；公共页和栏目页在前。"""
    return enqueue_each(site.pk, all_pages(site))


def enqueue_each(site: int, paths: Iterable[str]) -> int:
    """逐段排队，一段一个事务，写锁不占太久。返回页数。"""
    # 先读完再写：SQLite 上读着的游标不放，别的进程其间写过，接着就写不进去。
    every = list(paths)
    return sum(
        enqueue((site, path) for path in every[start : start + PART]) for start in range(0, len(every), PART)
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """核对结果：missing 补排了几页，stray 去掉了几个不该有的文件。"""

    missing: int
    stray: int


def check(site: Site) -> Checked:
    """核对：该有的页面没有文件的排队补上；没有记录的文件（如撤下后残留）立刻去掉。"""
    folder = files.file_of(site.domain, "/").parent
    present = set(files.inside(folder))
    missing = enqueue_each(site.pk, (path for path in all_pages(site) if files.name_of(path) not in present))
    for path in Page.objects.filter(site=site).values_list("path", flat=True).iterator():
        present.discard(files.name_of(path))
    stray = sorted(present)
    for first in range(0, len(stray), 200):
        _remove_stray(site, folder, stray[first : first + 200])
    return Checked(missing, len(stray))


def _remove_stray(site: Site, folder: Path, names: list[str]) -> None:
    with transaction.atomic():
        hold()
        # 刚才看的时候没有记录的，锁住之后再看一遍：其间可能刚写成。
        paths = {path for name in names for path in files.paths_of(name)}
        rows = Page.objects.filter(site=site, path__in=paths)
        known = {files.name_of(path) for path in rows.values_list("path", flat=True)}
        for name in names:
            if name not in known:
                files.remove(folder / name)


def batches(pool: Callable[[Any, list[Any]], Iterable[list[Baked]]], processes: int) -> Iterator[int]:
    """一批一批做到队空：pool 为映射函数（进程池的 map）；每做完一批给出页数，随时可停，下次接着。"""
    while tasks := ready(BATCH * processes):
        parts = [tasks[start::processes] for start in range(processes)]
        settle(baked for part in pool(bake, parts) for baked in part)
        yield len(tasks)
