"""基础的每日任务。"""

from __future__ import annotations

from datetime import time

from django_tasks import task

from gongkai.audit.actions import leave_anchor

from . import statistics
from .jobs import daily, poll


@task()
def refresh_statistics(day: str) -> None:
    """库的统计：每天一次。"""
    statistics.refresh()


daily("库的统计", time(0, 0), lambda day: refresh_statistics.enqueue(day=day))
poll("审计锚", 600, leave_anchor)
