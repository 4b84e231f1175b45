"""信息处理费：按件、按量两种标准的超额累进计算，金额一律为整数元。

来源：《政府信息公开信息处理费管理办法》（国办函〔2020〕109号，2021-01-01 起施行）第三至五条。
每件申请只能选一种标准，不得重复计算；选哪一种由行政机关决定，本模块只负责算数。
"""

from __future__ import annotations

from typing import Final

__all__ = ["by_items", "by_pages", "nth_item"]

_FREE_ITEMS: Final = 10
_FLAT_ITEMS: Final = 30
_ITEM_BAND: Final = 10
_ITEM_STEP_YUAN: Final = 100

# (上一档的末页, 本档每页元数)：一页落在哪一档，只按那一档的单价收（超额累进）。
_PAGE_TIERS: Final = ((30, 10), (100, 20), (200, 40))


def _whole(value: int, what: str, least: int) -> int:
    """整数校验：返回原值；不是整数或小于 ``least`` 时抛出 ValueError（中文说明）。"""
    # bool 是 int 的子类，True 会被悄悄当成 1 件；金额要上通知书，所以明确拒绝。
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{what}必须是整数，收到的是 {value!r}；请填写不带小数点的数字")
    if value < least:
        raise ValueError(f"{what}不能小于 {least}，收到的是 {value}；请核对后重新填写")
    return value


def by_items(n: int) -> int:
    """按件计收：同一申请人一个自然月内累计 ``n`` 件申请的收费总额。

    参数：n 为件数（件，0 起），跨月重新起算，由调用者按月累计。
    返回：金额（元，整数）。10 件以下（含）0 元；11—30 件的部分 100 元/件；
    31 件以上的部分以 10 件为一档，每档单价再加 100 元（31—40 件为 200 元/件）。
    错误：n 为负数或非整数（含 bool）时抛出 ValueError。
    来源：国办函〔2020〕109号第四条。
    """
    _whole(n, "件数", 0)
    if n <= _FREE_ITEMS:
        return 0
    # 11—30 件虽跨两个十件，单价不变；从 31 件起才是每十件一档。
    total = _ITEM_STEP_YUAN * (min(n, _FLAT_ITEMS) - _FREE_ITEMS)
    if n <= _FLAT_ITEMS:
        return total
    full, rest = divmod(n - _FLAT_ITEMS, _ITEM_BAND)
    # 满档单价依次为 200、300、…：等差数列求和，避免件数很大时逐件累加。
    total += _ITEM_BAND * _ITEM_STEP_YUAN * (full * (full + 3) // 2)
    return total + rest * _ITEM_STEP_YUAN * (full + 2)


def nth_item(k: int) -> int:
    """第几件的单价：同一申请人当月第 ``k`` 件申请单独应收的金额。

    参数：k 为当月序号（1 起）。
    返回：金额（元，整数）；``by_items(n)`` 等于第 1 至第 n 件单价之和。
    错误：k 小于 1 或非整数（含 bool）时抛出 ValueError。
    来源：国办函〔2020〕109号第四条。
    """
    _whole(k, "当月第几件", 1)
    if k <= _FREE_ITEMS:
        return 0
    if k <= _FLAT_ITEMS:
        return _ITEM_STEP_YUAN
    return _ITEM_STEP_YUAN * (2 + (k - _FLAT_ITEMS - 1) // _ITEM_BAND)


def by_pages(p: int) -> int:
    """按量计收：一件申请提供 ``p`` 页信息的收费金额。

    参数：p 为页数（页，0 起；A4 及以下幅面单面为一页），各件申请的页数不相加。
    返回：金额（元，整数）。30 页以下（含）0 元；31—100 页的部分 10 元/页；
    101—200 页的部分 20 元/页；201 页以上的部分 40 元/页。
    错误：p 为负数或非整数（含 bool）时抛出 ValueError。
    来源：国办函〔2020〕109号第五条。
    """
    _whole(p, "页数", 0)
    total = 0
    for index, (after, yuan) in enumerate(_PAGE_TIERS):
        last = _PAGE_TIERS[index + 1][0] if index + 1 < len(_PAGE_TIERS) else p
        total += yuan * max(0, min(p, last) - after)
    return total
