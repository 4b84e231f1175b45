"""索引器：只有一个在写；按批取待索引的，撤下的先做，提交之后才算做完；重建另起一代，建成一次切换。"""

from __future__ import annotations

import fcntl
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from gongkai.core.models import Alias, Organisation

from . import rows
from .backends.base import Writer
from .backends.select import backend
from .models import Generation, Outbox, SearchDocument
from .sources import WORDS

BATCH: Final = 200
PIECE: Final = 10
PAUSE: Final = 0.3  # 秒；没有待办时多久看一次，加上提交时间不到半秒
CHUNK: Final = 2000


class Busy(Exception):
    """已有索引器在运行。"""


def advisory(name: str) -> int:
    """库锁的号码：各锁不同，也不与别的应用相撞。"""
    return zlib.crc32(f"gongkai.search.{name}".encode())


@contextmanager
def locked(name: str = "indexer") -> Iterator[None]:
    """独占：本机用文件锁，PostgreSQL 上再加库锁，进程被杀两者都自动放开。错误：Busy。"""
    settings.SEARCH_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.SEARCH_DIR / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy("已有一个索引器在运行；请等它做完，或先停掉它") from None
        number = advisory(name)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
                if not cursor.fetchone()[0]:
                    raise Busy("另一台机器上已有索引器在运行")
        try:
            yield
        finally:
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def current() -> Generation:
    """使用中的一代；从没有建过就先建一个空的。"""
    name = backend().name
    found = Generation.objects.filter(backend=name, state=Generation.State.CURRENT).first()
    if found is None:
        found = Generation.objects.create(backend=name, words=user_words())
        backend().create(found.name)
        _switch(found, found.started_at)
        # 已在库里而索引里没有的，全部排队。
        Outbox.objects.bulk_create(
            (Outbox(key=key) for key in _published().values_list("key", flat=True).iterator()),
            batch_size=2000,
        )
    return found


def user_words() -> list[str]:
    """用户词典：单位名称与别名，各应用登记的办事事项等名称；自带的另在 data/words.txt。"""
    names = set(Organisation.objects.active().values_list("name", flat=True))
    names |= set(Alias.objects.values_list("name", flat=True))
    for give in WORDS:
        names |= set(give())
    return sorted(name for name in names if 2 <= len(name) <= 20)


def _published() -> Any:
    return SearchDocument.objects.filter(published=True)


def _lines() -> dict[int, list[int]]:
    return {org.pk: org.line for org in Organisation.objects.only("path")}


class Indexer:
    """索引器：开着写者，一批一批地做；换代之后自动换到新的一代。"""

    def __init__(self) -> None:
        self.generation: Generation | None = None
        self.writer: Writer | None = None

    def run_once(self) -> int:
        """做一批，返回做了几条；没有待办返回 0。"""
        waiting = list(
            Outbox.objects.filter(applied_at=None)
            .order_by("-withdrawal", "id")
            .values_list("pk", "key")[:BATCH]
        )
        generation = current()
        if self.generation is None or generation.pk != self.generation.pk:
            self.close()
            self.generation, self.writer = generation, backend().writer(generation.name)
        if not waiting or self.writer is None:
            return 0
        apply(self.writer, generation, [key for _, key in waiting])
        self.writer.commit()
        with transaction.atomic():
            # 提交之后才记；在这之间被杀，重启后重做一遍，结果一样。其间换了代的不记，到新的一代里再做。
            still = Generation.objects.select_for_update().get(pk=generation.pk)
            if still.state == Generation.State.CURRENT:
                done = Outbox.objects.filter(pk__in=[pk for pk, _ in waiting])
                done.update(applied_at=timezone.now())
        return len(waiting)

    def drain(self) -> int:
        """做到没有待办为止，返回总条数；顺便清掉已做完的。"""
        done = 0
        while count := self.run_once():
            done += count
        _sweep()
        return done

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.writer = self.generation = None


def apply(writer: Writer, generation: Generation, keys: Sequence[str]) -> None:
    """按库里现在的样子更新这些键：已发布的删旧加新，其余删去。"""
    lines, words = _lines(), tuple(generation.words)
    rows_now = _published().filter(key__in=set(keys))
    gone = set(keys) - set(rows_now.values_list("key", flat=True))
    # 一件的各行连同二元组是正文的十来倍：取几件、写几件，不攒着。
    few = rows_now.iterator(chunk_size=PIECE)
    writer.apply(removed=sorted(gone), added=(rows.bundle(document, words, lines) for document in few))


def _sweep() -> None:
    # 正在重建时，已做完的还要在新的一代里重做一遍，先留着。
    if not Generation.objects.filter(state=Generation.State.BUILDING).exists():
        Outbox.objects.exclude(applied_at=None).delete()


def index_now() -> int:
    """把待索引的全部做完，返回条数。错误：Busy。"""
    with locked():
        indexer = Indexer()
        try:
            return indexer.drain()
        finally:
            indexer.close()


class Resident:
    """常驻的索引器：本进程里开着写者，一直占着锁，免得每批都重开。"""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.indexer: Indexer | None = None
        self.not_before = 0.0
        self.checked = False

    def step(self) -> int:
        """做一批，返回条数；没有待办、别的进程占着锁、刚出过错，都返回 0。"""
        if time.monotonic() < self.not_before:
            return 0
        self._first_time()
        if not Outbox.objects.filter(applied_at=None).exists():
            return 0
        try:
            if self.indexer is None:
                self.stack.enter_context(locked())
                self.indexer = Indexer()
            done = self.indexer.run_once()
            if done < BATCH:
                _sweep()
            return done
        except Busy:
            self.not_before = time.monotonic() + 2
            return 0
        except Exception:
            # 待索引的还在库里：放开锁和写者，歇一会儿从头再做。
            self.not_before = time.monotonic() + 5
            self.close()
            raise

    def _first_time(self) -> None:
        """头一回：升级上来的系统里已有公开的信息而没有索引，先与各来源对账。"""
        if not self.checked:
            self.checked = True
            if not Generation.objects.exists():
                from .actions import synchronise

                synchronise()

    def close(self) -> None:
        """放开写者与锁。"""
        self.checked = False
        indexer, self.indexer = self.indexer, None
        try:
            if indexer is not None:
                indexer.close()
        finally:
            self.stack.close()


RESIDENT: Final = Resident()


def step() -> int:
    """做一批：后台进程 worker 每隔 PAUSE 秒看一次。"""
    return RESIDENT.step()


# ---- 重建 ----


def rebuild(
    progress: Callable[[int, int], None] = lambda done, total: None, *, resume: bool = True
) -> Generation:
    """重建：另起一代，边建边照常更新旧的一代；建成后补上其间的变化，一次切换。

    参数：progress(已做件数, 总件数)；resume 为真时接着上次没建完的一代做。错误：Busy——已有重建在运行。
    """
    with locked("rebuild"):
        generation = _building(resume)
        total = _published().count()
        writer = backend().writer(generation.name, memory=settings.SEARCH_BUILD_MEMORY)
        try:
            _fill(writer, generation, progress, total)
            since = _replay(writer, generation)
        finally:
            writer.close()
        _switch(generation, since)
        from .correction import rebuild_vocabulary

        rebuild_vocabulary()
        return generation


def _building(resume: bool) -> Generation:
    name = backend().name
    unfinished = Generation.objects.filter(backend=name, state=Generation.State.BUILDING)
    found = unfinished.order_by("-pk").first() if resume else None
    for old in unfinished.exclude(pk=found.pk if found else 0):
        backend().drop(old.name)
        old.delete()
    if found is None:
        found = Generation.objects.create(backend=name, words=user_words())
        backend().create(found.name)
    return found


def _fill(writer: Writer, generation: Generation, progress: Callable[[int, int], None], total: int) -> None:
    lines, words = _lines(), tuple(generation.words)
    fresh = generation.reached == 0
    committed = time.monotonic()
    while True:
        chunk = list(_published().filter(pk__gt=generation.reached).order_by("pk")[:CHUNK])
        if chunk:
            made = [rows.bundle(document, words, lines) for document in chunk]
            if fresh:
                writer.append(made)
            else:
                # 接着建的第一批可能已在索引里，先删后加。
                writer.apply(removed=(), added=made)
                fresh = True
            generation.reached = chunk[-1].pk
            generation.documents += len(chunk)
        if not chunk or time.monotonic() - committed > 20:
            writer.commit()
            generation.save(update_fields=["reached", "documents"])
            committed = time.monotonic()
        progress(generation.documents, total)
        if not chunk:
            return


def _replay(writer: Writer, generation: Generation) -> datetime:
    """补做：建立期间的变化在新的一代里再做一遍；返回补到的时刻。"""
    since = timezone.now()
    changed = Outbox.objects.filter(Q(applied_at=None) | Q(applied_at__gte=generation.started_at))
    keys = list(dict.fromkeys(changed.order_by("id").values_list("key", flat=True)))
    for first in range(0, len(keys), CHUNK):
        apply(writer, generation, keys[first : first + CHUNK])
    writer.commit()
    return since


def _switch(generation: Generation, since: datetime) -> None:
    """切换：一个事务里换代；补做之后又在旧的一代里做过的，退回待索引，到新的一代里再做。"""
    with transaction.atomic():
        same = Generation.objects.select_for_update().filter(backend=generation.backend)
        old = list(same.filter(state=Generation.State.CURRENT))
        same.filter(pk__in=[each.pk for each in old]).update(state=Generation.State.RETIRED)
        generation.state, generation.switched_at = Generation.State.CURRENT, timezone.now()
        generation.save(update_fields=["state", "switched_at"])
        Outbox.objects.filter(applied_at__gte=since).update(applied_at=None)
    backend().switch(generation.name)
    # 只留刚换下的一代，给还开着它的进程用；更早的删去。
    retired = Generation.objects.filter(backend=generation.backend, state=Generation.State.RETIRED)
    for each in retired.exclude(pk__in=[each.pk for each in old]):
        backend().drop(each.name)
        each.delete()
