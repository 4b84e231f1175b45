"""后台进程的分工：主进程只看定时表，活由它分出来的子进程做。

常看的活（发布、烘焙、索引……）各由一个一直开着的子进程做；排队的任务由临时的子进程做，做完就退出，一件大活占的内存
随之还给系统。主进程没有别的线程，分出子进程才稳妥；各子进程共用已经装入的程序，不各占一份。
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from django.db import close_old_connections, connection, connections, transaction
from django.urls import get_resolver
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from .jobs import POLLERS, Poller, keep_polling, start_due
from .models import Lease

logger = logging.getLogger(__name__)

LOOK: Final = 5.0  # 秒；多久看一次定时表和任务
BEAT: Final = timedelta(seconds=30)
# 心跳停了多久算是没了：要比一件任务里最长的一次写库等待长得多。
LEASE: Final = timedelta(minutes=5)
# 没有租约的（手工运行的 db_worker）过多久还没做完，算是没了。
UNLEASED: Final = timedelta(hours=1)
ATTEMPTS: Final = 4
PREFIX: Final = "gongkai-"
TASKS: Final = "任务"
# 做任务的子进程占到这么多就退出，换一个新的接着做。
ENOUGH: Final = 180 * 1024 * 1024
PATIENCE: Final = 30.0  # 秒；停下时等子进程把手上的做完


class Died(Exception):
    """执行任务的进程中途没了：被系统杀掉、断电。"""


def resident() -> int:
    """本进程常驻内存，字节；不是 Linux 的为 0。"""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _settle_in(name: str) -> None:
    """子进程安顿：改名（ps 里看得出谁是谁）；用过的内存及时还给系统，不然一篇长文过后会一直占着。"""
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    library.prctl(15, f"gk-{name}".encode()[:15], 0, 0, 0)  # PR_SET_NAME
    if hasattr(library, "mallopt"):  # 只有 glibc 有
        library.mallopt(-8, 2)  # M_ARENA_MAX：几条线合用两片，不各留一片空闲的
        library.mallopt(-3, 128 * 1024)  # M_MMAP_THRESHOLD：大块用完即还，不随用随涨
        library.mallopt(-1, 1024 * 1024)  # M_TRIM_THRESHOLD


# ---- 租约：哪个进程在做任务 ----


def reclaim() -> list[DBTaskResult]:
    """收回：做到一半而进程已经没了的任务，重新排队；没了 ATTEMPTS 次的记为失败，等人处理。返回收回的。"""
    now = timezone.now()
    Lease.objects.filter(until__lt=now).delete()
    held = set(Lease.objects.values_list("worker", flat=True))
    lost = []
    with transaction.atomic():
        rows = DBTaskResult.objects.running().select_for_update(skip_locked=True)
        for row in rows:
            worker = row.worker_ids[-1] if row.worker_ids else ""
            started = row.started_at or row.enqueued_at
            if worker in held or (not worker.startswith(PREFIX) and started > now - UNLEASED):
                continue
            lost.append(row)
            if len(row.worker_ids) >= ATTEMPTS:
                row.set_failed(Died(f"执行它的进程 {len(row.worker_ids)} 次中途退出；多半是内存不够"))
            else:
                again = DBTaskResult.objects.filter(pk=row.pk)
                again.update(status="READY", started_at=None, run_after=now)
    for row in lost:
        logger.error("任务做到一半进程没了，重新排队：%s", row.task_path)
    return lost


def new_lease() -> str:
    """立租约：返回进程的名字；心跳由 keep_lease 续。"""
    worker = PREFIX + get_random_string(24)
    Lease.objects.create(worker=worker, until=timezone.now() + LEASE)
    return worker


def keep_lease(worker: str, stop: Event) -> None:
    """续租：一直续到 stop。单独一条线，任务做得久也不耽误。"""
    while not stop.wait(BEAT.total_seconds()):
        close_old_connections()
        try:
            Lease.objects.filter(worker=worker).update(until=timezone.now() + LEASE)
        except Exception:  # noqa: BLE001 库一时忙，下一次再续；租期比心跳长十倍
            logger.exception("租约没有续上，稍后再续")
    connection.close()


class _Batch(Worker):
    """做任务：做到没有，或内存占多了、主进程没了为止。"""

    parent = 0

    def run_task(self, db_task_result: Any) -> None:
        super().run_task(db_task_result)
        if resident() > ENOUGH or os.getppid() != self.parent:
            self.running = False


def work_off(worker: str) -> None:
    """做眼前的任务，做完返回；其间给 worker 续租，中途没了由 reclaim 收回。"""
    stop = Event()
    beat = Thread(target=keep_lease, args=(worker, stop), daemon=True)
    beat.start()
    try:
        batch = _Batch(
            queue_names=["*"], interval=1, batch=True, backend_name="default", startup_delay=False,
            max_tasks=None, worker_id=worker, excluded_queue_names=[],
        )  # fmt: skip
        batch.parent = os.getppid()
        batch.configure_signals()
        batch.run()
    finally:
        stop.set()
        beat.join()


# ---- 子进程 ----


def _poll(pollers: list[Poller]) -> None:
    """常看：几项各占一条线，直到主进程叫停或没了。"""
    stop, parent = Event(), os.getppid()
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        # 只记一笔：在信号里动 Event，碰上本线程正拿着它的锁就卡死了。
        signal.signal(number, lambda number, _frame: told.append(number))
    threads = [Thread(target=keep_polling, args=(poller, stop), name=poller.name) for poller in pollers]
    for thread in threads:
        thread.start()
    while not told and os.getppid() == parent:
        time.sleep(0.3)
    stop.set()
    for thread in threads:
        thread.join()


def _fork(name: str, run: Callable[[], None]) -> int:
    """分出子进程做 run，返回其进程号。"""
    # 数据库连接不能两个进程共用。
    connections.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _settle_in(name)
        run()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 0
    except BaseException:  # noqa: BLE001 子进程不能回到主进程的路上去
        logger.exception("后台子进程出错退出")
    finally:
        connections.close_all()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class Crew:
    """一班子进程：常看的一直开着，没了就再开；任务来了开一个临时的。"""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.posts: dict[str, list[Poller]] = {}
        for poller in POLLERS.values():
            self.posts.setdefault(poller.name if poller.alone else "常看", []).append(poller)
        self.running: dict[int, str] = {}
        self.leases: dict[int, str] = {}
        self.ended: list[str] = []
        self.not_before: dict[str, float] = {}

    def run(self) -> None:
        """一直做下去，直到收到停止的信号。"""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _leave)
        # 网址表连同各视图先装好，子进程共用；此后的回收不再翻动它们，页面才一直是共用的。
        get_resolver().url_patterns  # noqa: B018
        gc.collect()
        gc.freeze()
        try:
            while True:
                self.look()
                self._rest(LOOK)
        finally:
            self.stop()

    def look(self) -> None:
        """看一遍：子进程齐不齐，有没有到点的、没人做的。"""
        for name in self.posts:
            if self._vacant(name):
                self._start(name, partial(_poll, self.posts[name]))
        try:
            for name in start_due(timezone.now()):
                self.say(f"已排：{name}")
            # 子进程没做完的随即收回，不必等租约到期。
            Lease.objects.filter(worker__in=self.ended).delete()
            self.ended.clear()
            reclaim()
            if self._vacant(TASKS) and DBTaskResult.objects.ready().exists():
                worker = new_lease()
                self.leases[self._start(TASKS, partial(work_off, worker))] = worker
        except Exception:  # noqa: BLE001 库一时忙都不能让后台停下
            logger.exception("定时表没有看成，稍后再看")
            close_old_connections()

    def _vacant(self, name: str) -> bool:
        return name not in self.running.values() and time.monotonic() >= self.not_before.get(name, 0)

    def _start(self, name: str, run: Callable[[], None]) -> int:
        pid = _fork(name, run)
        self.running[pid] = name
        return pid

    def _rest(self, seconds: float) -> None:
        """歇一会儿；子进程退出了就早点醒。"""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pid, status = os.waitpid(-1, os.WNOHANG) if self.running else (0, 0)
            if pid:
                self._left(pid, os.waitstatus_to_exitcode(status))
                return
            time.sleep(0.2)

    def _left(self, pid: int, code: int) -> None:
        name = self.running.pop(pid)
        if pid in self.leases:
            self.ended.append(self.leases.pop(pid))
        if code:
            logger.error("后台子进程“%s”中途退出（%s），稍后再开", name, code)
            self.not_before[name] = time.monotonic() + LOOK

    def stop(self) -> None:
        """停下：让子进程做完手上的；等够了还不停的强行结束，没做完的任务下次收回。"""
        for pid in self.running:
            os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        while self.running:
            pid, _status = os.waitpid(-1, os.WNOHANG)
            if pid:
                self._left(pid, 0)
            elif time.monotonic() > until:
                for each in self.running:
                    os.kill(each, signal.SIGKILL)
                until += PATIENCE
            else:
                time.sleep(0.05)
        Lease.objects.filter(worker__in=self.ended).delete()


def _leave(number: int, frame: Any) -> None:
    raise SystemExit(0)
