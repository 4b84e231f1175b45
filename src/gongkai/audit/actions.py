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
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from .models import Entry, Head

GENESIS = "0" * 64


def subject_of(obj: models.Model) -> str:
    """对象名：模型与编号，如 ``workplans.plan:3``。"""
    return f"{obj._meta.label_lower}:{obj.pk}"


def _seal(*parts: object) -> str:
    # 带密钥的摘要：只拿到数据库的人改了行也算不出合法的链。
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hmac.new(settings.AUDIT_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _digest(entry: Entry) -> str:
    return _seal(
        entry.number,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.action,
        entry.subject,
        entry.detail,
        entry.previous,
    )


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
    entry.digest = _digest(entry)
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


def verify() -> list[Fault]:
    """核验：逐行重算摘要，返回全部差错（被改、被删、被插入、末尾被截）；空列表表示完好。"""
    faults: list[Fault] = []
    expected, previous = 1, GENESIS
    for entry in Entry.objects.order_by("number").iterator(chunk_size=2000):
        if entry.number != expected:
            faults.append(Fault(expected, f"缺少第 {expected} 至 {entry.number - 1} 号记录（被删除）"))
        elif entry.previous != previous:
            faults.append(Fault(entry.number, "与上一条不相接（前面的记录被改或被插入）"))
        if entry.digest != _digest(entry):
            faults.append(Fault(entry.number, "内容与摘要不符（被修改或插入）"))
        expected, previous = entry.number + 1, entry.digest
    head = Head.objects.filter(pk=1).first()
    last = head.number if head else 0
    if head and head.number and head.seal != _seal(head.number, head.digest):
        faults.append(Fault(head.number, "链头被修改"))
    if last != expected - 1 or (head and head.digest != previous):
        faults.append(Fault(last, f"链头记到第 {last} 号，表中到第 {expected - 1} 号（末尾被删除或插入）"))
    return faults
