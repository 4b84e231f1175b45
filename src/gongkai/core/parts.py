"""分段取数：边取边写的长循环用。"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["in_parts"]


def in_parts(rows: Any, size: int) -> Iterator[Any]:
    """按编号一段一段地取完，每段 size 行。

    不用游标：SQLite 上读着的游标不放，别的进程其间写过，本进程接着就写不进去（database is locked）。
    """
    last: int | None = None
    while part := list((rows if last is None else rows.filter(pk__gt=last)).order_by("pk")[:size]):
        yield from part
        last = part[-1].pk
