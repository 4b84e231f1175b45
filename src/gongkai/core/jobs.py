"""后台任务：失败退避重试、每日定时表、重新运行。"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from threading import Event
from typing import Any, Final

from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from gongkai.audit.actions import record

from .models import PeriodicRun

logger = logging.getLogger(__name__)

# 第 1、2、3 次失败后各等多久再试；第 4 次失败就停下，等人处理。
DELAYS: Final = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


def retry_later(task: Any, attempt: int, error: Exception, **kwargs: Any) -> str:
    """退避重试：把任务排到稍后再试；次数用完时重新抛出 error，任务记为失败。

    参数：attempt 为刚失败的是第几次（1 起）；kwargs 为任务参数（会另加 attempt）。
    """
    if attempt > len(DELAYS):
        raise error
    later = timezone.now() + DELAYS[attempt - 1]
    task.using(run_after=later).enqueue(**kwargs, attempt=attempt + 1)
    return f"第 {attempt} 次失败，{DELAYS[attempt - 1]} 后再试"


@dataclass(frozen=True, slots=True)
class Daily:
    """每日任务：name 名称，at 几点（本地时间）之后运行，start(当日) 负责排队。"""

    name: str
    at: time
    start: Callable[[str], Any]


DAILY: dict[str, Daily] = {}


def daily(name: str, at: time, start: Callable[[str], Any]) -> None:
    """登记每日任务。错误：重名抛出 ValueError。"""
    if name in DAILY:
        raise ValueError(f"每日任务重名：{name}")
    DAILY[name] = Daily(name, at, start)


def start_due(now: datetime) -> list[str]:
    """定时表：把今天到点还没排的每日任务排上，返回名称；停机错过的钟点，开机后补排当天的。"""
    local, started = timezone.localtime(now), []
    for job in DAILY.values():
        if local.time() < job.at:
            continue
        with transaction.atomic():
            # 唯一约束保证多个进程同时到点也只排一次。
            _, created = PeriodicRun.objects.get_or_create(name=job.name, day=local.date())
            if created:
                job.start(local.date().isoformat())
                started.append(job.name)
    return started


@dataclass(frozen=True, slots=True)
class Poller:
    """常看：name 名称，every 隔多久看一次（秒），run() 做完眼前的活，返回做了几件；alone 的独占一个进程。"""

    name: str
    every: float
    run: Callable[[], int]
    alone: bool = False


POLLERS: dict[str, Poller] = {}


def poll(name: str, every: float, run: Callable[[], int], *, alone: bool = False) -> None:
    """登记常看的活：定时发布、烘焙这类几秒之内要做的；占内存多的写 alone。错误：重名抛出 ValueError。"""
    if name in POLLERS:
        raise ValueError(f"常看的活重名：{name}")
    POLLERS[name] = Poller(name, every, run, alone)


def keep_polling(poller: Poller, stop: Event) -> None:
    """一直看着：直到 stop；出了错记下来接着看，一项出错不耽误别的。数据库连接归本线程。"""
    while not stop.is_set():
        close_old_connections()
        try:
            busy = poller.run() > 0
        except Exception:  # noqa: BLE001 不论什么错都不能停下这条线
            logger.exception("常看的活出错：%s", poller.name)
            busy = False
        # 还有活就接着做，没活才歇。
        if not busy:
            stop.wait(poller.every)
    connection.close()


def run_again(user: Any, result: DBTaskResult) -> None:
    """重新运行：按原参数把失败的任务再排一次，从第 1 次算起。"""
    arguments = result.args_kwargs
    with transaction.atomic():
        result.task.enqueue(*arguments["args"], **(arguments["kwargs"] | {"attempt": 1}))
        record(user, "core.run_again", result, task=result.task_path)
        result.delete()
