"""信息处理费：按件、按量两种标准的超额累进计算，金额一律为整数元。

来源：《政府信息公开信息处理费管理办法》（国办函〔2020〕109号，2021-01-01 起施行）第三至五条。
每件申请只能选一种标准，不得重复计算；选哪一种由行政机关决定，本模块只负责算数。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

__all__ = [
    "Application",
    "FeeChoice",
    "FeeMethod",
    "MonthlyItem",
    "by_items",
    "by_pages",
    "monthly",
    "nth_item",
    "page_lines",
]

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


@dataclass(frozen=True, slots=True)
class Application:
    """一件申请：number 申请编号，applicant 申请人（同一人同一写法），body 受理机关，received_on 收到之日。

    一份申请含多个不相关事项、按“一事一申请”拆开的，拆出的每一件各算一件。
    """

    number: str
    applicant: str
    body: str
    received_on: date


@dataclass(frozen=True, slots=True)
class MonthlyItem:
    """当月一件：number 申请编号，month 年月，rank 当月第几件（1 起），yuan 这一件按件计收的金额（元）。"""

    number: str
    month: tuple[int, int]
    rank: int
    yuan: int


def monthly(applications: Iterable[Application]) -> list[MonthlyItem]:
    """逐月累计：每件申请是当月第几件、按件计收多少元；同一申请人、同一受理机关、同一自然月内累计，跨月重新起算。

    参数：applications 为申请，次序不限；同月内按收到之日、同日按申请编号排先后。
    返回：MonthlyItem 列表，次序与传入的相同；某月金额之和等于 ``by_items(当月件数)``。
    错误：申请编号重复、申请人或受理机关为空时抛出 ValueError；收到之日带时刻抛出 TypeError。
    来源：国办函〔2020〕109号第四条（不论答复类型都计件）；累计范围（按受理机关、按证件号）法无明文。
    """
    given = list(applications)
    for item in given:
        if isinstance(item.received_on, datetime) or not isinstance(item.received_on, date):
            raise TypeError(f"申请 {item.number}：收到之日必须是 datetime.date（不带时刻）")
        if not item.applicant or not item.body:
            raise ValueError(f"申请 {item.number}：没有申请人或受理机关，无从累计；请补上后重新计算")
    repeated = [number for number, times in Counter(item.number for item in given).items() if times > 1]
    if repeated:
        raise ValueError(f"申请编号 {repeated[0]} 重复，一件只能计一次；请删去多余的")
    counts: Counter[tuple[str, str, int, int]] = Counter()
    found: dict[str, MonthlyItem] = {}
    for item in sorted(given, key=lambda each: (each.received_on, each.number)):
        month = (item.received_on.year, item.received_on.month)
        counts[item.applicant, item.body, *month] += 1
        rank = counts[item.applicant, item.body, *month]
        found[item.number] = MonthlyItem(item.number, month, rank, nth_item(rank))
    return [found[item.number] for item in given]


class FeeMethod(StrEnum):
    """计收标准：不收、按件、按量；收不收、用哪一种由行政机关决定（条例第四十二条、国办函〔2020〕109号第三条）。"""

    NONE = "none"
    BY_ITEMS = "by_items"
    BY_PAGES = "by_pages"


@dataclass(frozen=True, slots=True)
class FeeChoice:
    """收费决定：一件申请选定的一种标准，method 标准，rank 当月第几件（按件），pages 页数（按量）。

    错误：按件缺 rank、按量缺 pages，或者两样都给（重复计算）时抛出 ValueError。
    来源：国办函〔2020〕109号第三条：每件申请只适用一种标准，不得同时按照两种标准重复计算。
    """

    method: FeeMethod
    rank: int | None = None
    pages: int | None = None

    def __post_init__(self) -> None:
        method = FeeMethod(self.method)
        object.__setattr__(self, "method", method)
        needed = {FeeMethod.BY_ITEMS: self.rank, FeeMethod.BY_PAGES: self.pages}
        if sum(value is not None for value in (self.rank, self.pages)) > (method is not FeeMethod.NONE):
            raise ValueError("一件申请只能按一种标准收费，不得重复计算；请只填“当月第几件”或“页数”中的一项")
        if method in needed and needed[method] is None:
            wanted = "当月第几件" if method is FeeMethod.BY_ITEMS else "页数"
            raise ValueError(f"收费决定没有填“{wanted}”，无从计算；请补上")
        # 金额在这里先算一次，填错的数字当场拒绝。
        _ = self.yuan

    @property
    def yuan(self) -> int:
        """金额（元，整数）。"""
        if self.rank is not None:
            return nth_item(self.rank)
        return by_pages(self.pages) if self.pages is not None else 0

    @property
    def article(self) -> str:
        """依据的条款，用于收费通知；不收的为空。"""
        articles = {FeeMethod.BY_ITEMS: "第四条", FeeMethod.BY_PAGES: "第五条"}
        if self.method not in articles:
            return ""
        return f"《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）{articles[self.method]}"

    @property
    def lines(self) -> list[str]:
        """算法：收费通知上逐档写明的计算过程。"""
        if self.rank is not None:
            return [f"当月第{self.rank}件：{self.yuan}元"]
        return page_lines(self.pages) if self.pages is not None else []


def page_lines(p: int) -> list[str]:
    """按量的算法：``p`` 页逐档写明“第31—100页：38页×10元＝380元”；30 页以内只有免收一行。

    错误：p 为负数或非整数（含 bool）时抛出 ValueError。来源：国办函〔2020〕109号第五条。
    """
    _whole(p, "页数", 0)
    lines = [f"第1—30页（共{min(p, _PAGE_TIERS[0][0])}页）：不收费"]
    for index, (after, yuan) in enumerate(_PAGE_TIERS):
        last = _PAGE_TIERS[index + 1][0] if index + 1 < len(_PAGE_TIERS) else p
        number = min(p, last) - after
        if number > 0:
            upper = f"第{after + 1}—{last}页" if index + 1 < len(_PAGE_TIERS) else f"第{after + 1}页以上"
            lines.append(f"{upper}：{number}页×{yuan}元＝{number * yuan}元")
    return lines
