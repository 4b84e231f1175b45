"""审计写入与核验。

锁的次序：每个写入都要锁链头，锁到提交。一个事务里锁几行的（发布、撤下、改栏目……），一律用 in_turn 开事务：
先锁链头，再锁信息、版本、栏目各行，最后是烘焙队列的锁；次序不一，PostgreSQL 上两个事务会互相等着（死锁）。
只锁自己一行、别人不会拿着链头来等这一行的，先锁行、后记账也可以。SQLite 的写事务本来就一次一个。
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from .models import Entry, Head

GENESIS = "0" * 64


def subject_of(obj: models.Model) -> str:
    """对象名：模型与编号，如 ``workplans.plan:3``。"""
    return f"{obj._meta.label_lower}:{obj.pk}"


def _seal(*parts: object, key: str = "") -> str:
    # 带密钥的摘要：只拿到数据库的人改了行也算不出合法的链。
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hmac.new((key or settings.AUDIT_KEY).encode(), text.encode(), hashlib.sha256).hexdigest()


def _parts(entry: Entry) -> tuple[object, ...]:
    return (
        entry.number,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.action,
        entry.subject,
        entry.detail,
        entry.previous,
    )


def _is_sealed(digest: str, *parts: object) -> bool:
    """摘要对：用现在的密钥，或换下来的旧密钥之一算得出。"""
    keys = (settings.AUDIT_KEY, *settings.AUDIT_OLD_KEYS)
    return any(hmac.compare_digest(digest, _seal(*parts, key=key)) for key in keys)


def take_turn() -> None:
    """占住链头，直到本事务结束；已经占着的再占无妨。错误：不在事务中抛出 RuntimeError。"""
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("take_turn 必须在事务中调用")
    if connection.features.has_select_for_update:
        _locked_head()


@contextmanager
def in_turn() -> Iterator[None]:
    """依次写入：开一个事务，先占住链头再做；锁的次序见本模块的说明。"""
    with transaction.atomic():
        take_turn()
        yield


def _locked_head() -> Head:
    Head.objects.get_or_create(pk=1)
    return Head.objects.select_for_update().get(pk=1)


def record(actor: Any, action: str, obj: models.Model, **detail: Any) -> Entry:
    """记账：在当前事务里追加一条审计记录。

    参数：actor 为操作人（系统任务为 None）；action 为动作名；obj 为对象；detail 为可存 JSON 的详情，
    不得含个人信息明文。错误：不在事务中抛出 RuntimeError（写入与记录必须同生共死）。
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("审计记录必须与所记的写入在同一事务中")
    head = _locked_head()
    detail = json.loads(json.dumps(detail, ensure_ascii=False, default=str))
    entry = Entry(
        number=head.number + 1,
        at=timezone.now(),
        actor=actor if getattr(actor, "pk", None) else None,
        action=action,
        subject=subject_of(obj),
        detail=detail,
        previous=head.digest,
    )
    entry.digest = _seal(*_parts(entry))
    entry.save(force_insert=True)
    head.number, head.digest = entry.number, entry.digest
    head.seal = _seal(head.number, head.digest)
    head.save()
    return entry


def has_done(actor: Any, obj: models.Model, names: Iterable[str]) -> bool:
    """做过：此人对这个对象记过其中一种动作；职责分离据此判断，不靠可以改的字段。"""
    rows = Entry.objects.filter(subject=subject_of(obj), actor=actor.pk, action__in=list(names))
    return rows.exists()


def last_done(obj: models.Model, names: Iterable[str]) -> str:
    """最近做的：这几种动作里，对这个对象最后记的一种；都没有为空。"""
    rows = Entry.objects.filter(subject=subject_of(obj), action__in=list(names))
    return rows.order_by("-number").values_list("action", flat=True).first() or ""


@dataclass(frozen=True, slots=True)
class Fault:
    """审计差错：第几号、什么问题。"""

    number: int
    problem: str


def leave_anchor() -> int:
    """留锚：把链头的序号与摘要记到数据库之外的文件里，返回记了几行；链没有变长就不记。

    链头也在数据库里：把末尾的记录连同链头一起退回从前，单看数据库查不出。文件宜另备一份到别的机器。
    """
    head = Head.objects.filter(pk=1).first()
    if not settings.AUDIT_ANCHORS or head is None or not head.number:
        return 0
    left = list(_anchors())
    if left and (left[-1][0], left[-1][1]) == (head.number, head.digest):
        return 0
    path = Path(settings.AUDIT_ANCHORS)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{head.number} {head.digest} {timezone.now().isoformat(timespec='seconds')}\n")
    return 1


def _anchors() -> Iterator[tuple[int, str, str]]:
    """逐行读锚：（序号，摘要，时间）；写了半行的不算。"""
    path = Path(settings.AUDIT_ANCHORS or "")
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        number, digest, at = (line.split() + ["", "", ""])[:3]
        if number.isdecimal() and len(digest) == 64:
            yield int(number), digest, at


def _lost_anchors() -> Iterator[Fault]:
    """链与留下的锚不符：末尾连同链头退回从前、整表清空，或拿到密钥的人重算了全链。"""
    left = list(_anchors())
    for start in range(0, len(left), 500):
        anchors = left[start : start + 500]
        numbers = [number for number, _digest, _at in anchors]
        found = dict(Entry.objects.filter(number__in=numbers).values_list("number", "digest"))
        for number, digest, at in anchors:
            if found.get(number) != digest:
                yield Fault(number, f"与 {at} 留在库外的锚不符（末尾被删除、退回从前，或全链重算过）")


def verify() -> list[Fault]:
    """核验：逐行重算摘要，返回全部差错（被改、被删、被插入、末尾被截、与库外的锚不符）；空列表表示完好。"""
    faults: list[Fault] = []
    expected, previous = 1, GENESIS
    for entry in Entry.objects.order_by("number").iterator(chunk_size=2000):
        if entry.number != expected:
            faults.append(Fault(expected, f"缺少第 {expected} 至 {entry.number - 1} 号记录（被删除）"))
        elif entry.previous != previous:
            faults.append(Fault(entry.number, "与上一条不相接（前面的记录被改或被插入）"))
        if not _is_sealed(entry.digest, *_parts(entry)):
            faults.append(Fault(entry.number, "内容与摘要不符（被修改或插入）"))
        expected, previous = entry.number + 1, entry.digest
    head = Head.objects.filter(pk=1).first()
    last = head.number if head else 0
    if head and head.number and not _is_sealed(head.seal, head.number, head.digest):
        faults.append(Fault(head.number, "链头被修改"))
    if last != expected - 1 or (head and head.digest != previous):
        faults.append(Fault(last, f"链头记到第 {last} 号，表中到第 {expected - 1} 号（末尾被删除或插入）"))
    faults.extend(_lost_anchors())
    return faults
