"""记下查过什么：热词与查而未得。先攒在内存里，隔几秒一并写库，查找不等它；个人信息不留。"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import F, Sum
from django.utils import timezone

from . import privacy, text
from .models import HotWord, NotFound
from .signals import unanswered

log = logging.getLogger(__name__)
LONGEST: Final = 20
ENOUGH: Final = 3  # 至少查过这么多次才列为热词，一两个人查的不列
DAYS: Final = 30

_hot: Counter[str] = Counter()
_missed: Counter[tuple[str, str]] = Counter()
_lock = threading.Lock()
_last = time.monotonic()


def found(query: str) -> None:
    """查到了：短的记作热词。"""
    words = text.normal(query).strip()
    if 2 <= len(words) <= LONGEST:
        _note(_hot, words)


def missed(kind: str, query: str) -> None:
    """没查到或没答上：kind 取 NotFound.Kind。"""
    words = query.replace("\x00", "").strip()[:200]
    if words:
        _note(_missed, (kind, words))


def _note(counter: Counter, item: object) -> None:
    global _last
    with _lock:
        counter[item] += 1
        every = settings.SEARCH_REMEMBER_EVERY
        due = every > 0 and time.monotonic() - _last > every
        if due:
            _last = time.monotonic()
    if due:
        threading.Thread(target=_in_background, daemon=True).start()


def _in_background() -> None:
    try:
        flush()
    except Error:
        log.exception("热词没有写进库，这几秒的不记了")
    finally:
        # 这条线随即结束，它的数据库连接也要还回去。
        connection.close()


def flush() -> None:
    """写库：把攒下的写进去；疑似含个人信息的热词不记，查而未得的先抹去。"""
    with _lock:
        hot, missing = dict(_hot), dict(_missed)
        _hot.clear()
        _missed.clear()
    today = timezone.localdate()
    public = {words: count for words, count in hot.items() if not privacy.is_personal(words)}
    clean: Counter[tuple[str, str]] = Counter()
    for (kind, words), count in missing.items():
        clean[kind, privacy.redacted(words)] += count
    if not public and not clean:
        return
    asked: list[tuple[NotFound, int]] = []
    with transaction.atomic():
        for words, count in public.items():
            row, created = HotWord.objects.get_or_create(text=words, day=today, defaults={"count": count})
            if not created:
                HotWord.objects.filter(pk=row.pk).update(count=F("count") + count)
        for (kind, words), count in clean.items():
            missed_row, created = NotFound.objects.get_or_create(
                kind=kind, text=words, defaults={"count": count}
            )
            if kind == NotFound.Kind.QUESTION:
                asked.append((missed_row, count))
            if not created:
                # 处理过又有人查不到，重新列出来。
                NotFound.objects.filter(pk=missed_row.pk).update(
                    count=F("count") + count, last_at=timezone.now(), state=NotFound.State.OPEN
                )
        for missed_row, times in asked:
            unanswered.send(sender=NotFound, question=missed_row, times=times)


def hot_words(limit: int = 10) -> list[str]:
    """热词：近 30 天查得最多的。"""
    since = timezone.localdate() - timedelta(days=DAYS)
    rows = HotWord.objects.filter(day__gte=since).values("text").annotate(times=Sum("count"))
    return list(
        rows.filter(times__gte=ENOUGH).order_by("-times", "text").values_list("text", flat=True)[:limit]
    )
