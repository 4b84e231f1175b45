"""编号：每个组织、种类、年度各自从 1 起，连续无缺号，可并发。"""

from __future__ import annotations

from django.db import transaction

from .models import Counter, Organisation


def next_number(organisation: Organisation, kind: str, year: int) -> int:
    """取号：返回下一个号码（从 1 起）。

    参数：organisation 为编号所属单位；kind 为种类；year 为年度。
    错误：不在事务中调用时抛出 RuntimeError——号码须与使用它的记录同时提交或同时撤销，否则会缺号。
    """
    return next_numbers(organisation, kind, year, 1)[0]


def next_numbers(organisation: Organisation, kind: str, year: int, count: int) -> list[int]:
    """取一串号：连续 count 个，批量写入用。错误：同 ``next_number``。"""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("next_number 必须在使用该号码的同一事务中调用")
    if not count:
        return []
    Counter.objects.get_or_create(organisation=organisation, kind=kind, year=year)
    # 锁住编号行直到事务结束：后来者等待，回滚则号码退回。
    counter = Counter.objects.select_for_update().get(organisation=organisation, kind=kind, year=year)
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    return list(range(first, counter.last + 1))
