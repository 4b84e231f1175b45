"""后台任务：失败退避重试、每日定时表、重新运行。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from gongkai.audit.actions import record

from .models import PeriodicRun

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


def run_again(user: Any, result: DBTaskResult) -> None:
    """重新运行：按原参数把失败的任务再排一次，从第 1 次算起。"""
    arguments = result.args_kwargs
    with transaction.atomic():
        result.task.enqueue(*arguments["args"], **(arguments["kwargs"] | {"attempt": 1}))
        record(user, "core.run_again", result, task=result.task_path)
        result.delete()
