"""每日任务与索引的登记。"""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone
from django_tasks import task

from gongkai.core.jobs import daily, poll, retry_later

from .indexer import PAUSE, step
from .models import HotWord

KEEP_DAYS = 90


@task()
def tidy(day: str, attempt: int = 1) -> str:
    """每日整理：与各来源对账，删去过期的热词，重算纠错词表。"""
    from .actions import synchronise
    from .correction import rebuild_vocabulary

    try:
        HotWord.objects.filter(day__lt=timezone.localdate() - timedelta(days=KEEP_DAYS)).delete()
        moved = sum(synchronise().values())
        return f"对出 {moved} 件，纠错词 {rebuild_vocabulary()} 个"
    except Exception as error:  # noqa: BLE001 任何错误都按退避重试
        return retry_later(tidy, attempt, error, day=day)


daily("整理检索", time(3, 10), lambda day: tidy.enqueue(day=day))
# 切词的词典和写者的缓冲有几十兆，独占一个进程，免得和烘焙的加在一起。
poll("索引", PAUSE, step, alone=True)
