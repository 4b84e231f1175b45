"""烘焙队列：排队、与写入互斥。"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from .models import BakeTask

# PostgreSQL 咨询锁的编号，任取而固定；SQLite 的写事务本来就一次一个。
_LOCK = 720_260
_QUEUE = 720_261


def _alone(number: int) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def hold() -> None:
    """互斥：公开内容的撤下与页面换名不同时进行，直到本事务结束。错误：不在事务中抛出 RuntimeError。"""
    if not connection.in_atomic_block:
        raise RuntimeError("hold 必须在事务中调用")
    _alone(_LOCK)


def enqueue(pages: Iterable[tuple[int, str]], *, urgent: bool = False) -> int:
    """排队：已在队里的换成新行——正在烘焙的那次结果就此作废。返回排了几页。"""
    rows = [BakeTask(site_id=site, path=path, urgent=urgent) for site, path in sorted(set(pages))]
    with transaction.atomic():
        # 同一页两边同时排，后一个会撞上唯一约束；次序不同又会互相等着。排队的一次一个，到提交为止。
        _alone(_QUEUE)
        for start in range(0, len(rows), 400):
            part = rows[start : start + 400]
            for site in {row.site_id for row in part}:
                paths = [row.path for row in part if row.site_id == site]
                BakeTask.objects.filter(site_id=site, path__in=paths).delete()
            BakeTask.objects.bulk_create(part)
    return len(rows)
