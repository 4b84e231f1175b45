"""变更流水：公开内容一变就记一号，与写入同一事务。

号码在占住审计链头之后才取，占到提交为止：号码小的先提交。取数的一方拿到 n 号，n 以前的就都已看得见，不会漏。
"""

from __future__ import annotations

from typing import Any

from gongkai.audit.actions import take_turn
from gongkai.records.models import Record
from gongkai.records.signals import record_changed, record_withdrawn

from .models import Change


def connect() -> None:
    """接收信号。"""
    record_changed.connect(changed, dispatch_uid="api")
    record_withdrawn.connect(withdrawn, dispatch_uid="api")


def changed(record: Record, **kwargs: Any) -> None:
    take_turn()
    Change.objects.create(record=record, site_id=record.site_id)


def withdrawn(record: Record, **kwargs: Any) -> None:
    take_turn()
    Change.objects.create(record=record, site_id=record.site_id, withdrawn=True)
