"""每日任务：过零点撤下到期的问答。"""

from __future__ import annotations

from datetime import time

from django_tasks import task

from gongkai.core.jobs import daily, retry_later

from .searching import keep


@task()
def expire(day: str, attempt: int = 1) -> str:
    """到期：过了有效期的从检索里撤下（作答和页面自己看日期，不等这个任务）。"""
    try:
        return f"动了 {keep()} 条"
    except Exception as error:  # noqa: BLE001 任何错误都按退避重试
        return retry_later(expire, attempt, error, day=day)


daily("政策问答到期", time(0, 1), lambda day: expire.enqueue(day=day))
