"""有效性：规范性文件在某一天是有效、尚未生效、已修改、失效还是废止，以及规划是否现行、规划链条缺哪一期。

来源：《政府信息公开条例》第二十条第（一）（三）项、第二十六条；《广东省行政规范性文件管理规定》（粤府令第277号）、
《广州市行政规范性文件管理规定》（市政府令第195号）关于有效期的规定。年限是地方规定，且未核对原文，所以是参数，
只提醒，不拦截。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

__all__ = [
    "Facts",
    "Gap",
    "PlanFacts",
    "PlanStatus",
    "PlanValidity",
    "Relation",
    "RelationKind",
    "Status",
    "TermRule",
    "Validity",
    "ValidityWarning",
    "current_five_year",
    "five_year_name",
    "five_year_number",
    "five_year_period",
    "missing_periods",
    "next_change",
    "plan_validity",
    "timeline",
    "validity",
    "warnings",
]

_ONE_DAY: Final = timedelta(days=1)


class Status(StrEnum):
    """有效性：有效、尚未生效、已修改（修改后仍有效）、失效、废止。"""

    IN_FORCE = "in_force"
    PENDING = "pending"
    AMENDED = "amended"
    LAPSED = "lapsed"
    REPEALED = "repealed"

    @property
    def label(self) -> str:
        """中文名。"""
        return _STATUS_LABELS[self]

    @property
    def usable(self) -> bool:
        """可作依据：有效、已修改。"""
        return self in (Status.IN_FORCE, Status.AMENDED)


_STATUS_LABELS: Final[Mapping[Status, str]] = {
    Status.IN_FORCE: "有效",
    Status.PENDING: "尚未生效",
    Status.AMENDED: "已修改",
    Status.LAPSED: "失效",
    Status.REPEALED: "废止",
}


class RelationKind(StrEnum):
    """效力关系：被修改、部分条款被废止、被废止、被替代、延长有效期。"""

    AMEND = "amend"
    PARTIAL_REPEAL = "partial_repeal"
    REPEAL = "repeal"
    REPLACE = "replace"
    EXTEND = "extend"


@dataclass(frozen=True, slots=True)
class Relation:
    """效力关系：kind 种类，on 起作用的日子，by 哪份文件（字号或题名），until 延长后的有效期至（仅 EXTEND）。

    错误：EXTEND 没有 until、或别的种类带了 until 时抛出 ValueError。
    """

    kind: RelationKind
    on: date
    by: str = ""
    until: date | None = None

    def __post_init__(self) -> None:
        if (self.kind is RelationKind.EXTEND) != (self.until is not None):
            raise ValueError("延长有效期必须写明延长到哪一天，其他关系不能带这个日期")


@dataclass(frozen=True, slots=True)
class Facts:
    """文件事实：title 题名，effective 施行日期，expires 有效期至（当天仍有效），relations 效力关系，
    declared_lapsed 宣布失效的日子，published 发布日期（未填施行日期时据以起算）。"""

    title: str = ""
    effective: date | None = None
    expires: date | None = None
    relations: tuple[Relation, ...] = ()
    declared_lapsed: date | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Validity:
    """有效性结论：status 状态，since 自哪一天起（不知道为 None），why 一句话的理由。"""

    status: Status
    since: date | None
    why: str


@dataclass(frozen=True, slots=True)
class ValidityWarning:
    """提醒：code 种类，on 涉及的日子，text 说明。只提醒，不拦截。"""

    code: str
    on: date | None
    text: str


@dataclass(frozen=True, slots=True)
class TermRule:
    """年限规则：interim 暂行、试行文件最长几年，other 其他文件最长几年，days 到期前几天（自然日）提醒。

    缺省 3 年、5 年、180/90/30 天；各地不同且未核对原文，由使用者改。
    """

    interim: int = 3
    other: int = 5
    days: tuple[int, ...] = (180, 90, 30)


def _on(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _by(relation: Relation) -> str:
    return f"“{relation.by}”" if relation.by else "后来的文件"


def _start(facts: Facts) -> date | None:
    return facts.effective or facts.published


def _expiry(facts: Facts, today: date) -> date | None:
    """当天所知的有效期至：最近一次已作出的延长为准。"""
    known = [r for r in facts.relations if r.kind is RelationKind.EXTEND and r.on <= today]
    return max(known, key=lambda r: r.on).until if known else facts.expires


def _first(facts: Facts, today: date, *kinds: RelationKind) -> Relation | None:
    known = [r for r in facts.relations if r.kind in kinds and r.on <= today]
    return min(known, key=lambda r: r.on, default=None)


def validity(facts: Facts, today: date) -> Validity:
    """有效性：文件在 ``today`` 的状态。

    次序：废止（含被替代）→ 失效（宣布失效，或过了有效期至）→ 尚未生效 → 已修改 → 有效。
    废止是明示的决定，所以先到期、后被废止的，自废止之日起显示废止，之前显示失效；``timeline`` 保留全程。
    有效期至的当天仍有效，次日失效；延长有效期自作出延长之日起改变到期日，到期后才延长的中间一段是失效。
    没有施行日期的按发布日期算，两个都没有的视为已经施行，since 为 None。
    来源：publication.md §7 R1；《广东省行政规范性文件管理规定》。
    """
    ended = _first(facts, today, RelationKind.REPEAL, RelationKind.REPLACE)
    if ended:
        what = "替代" if ended.kind is RelationKind.REPLACE else "废止"
        return Validity(Status.REPEALED, ended.on, f"{_on(ended.on)}起被{_by(ended)}{what}")
    if facts.declared_lapsed and facts.declared_lapsed <= today:
        day = facts.declared_lapsed
        return Validity(Status.LAPSED, day, f"{_on(day)}宣布失效")
    expires = _expiry(facts, today)
    if expires and expires < today:
        return Validity(Status.LAPSED, expires + _ONE_DAY, f"有效期至{_on(expires)}，次日起自动失效")
    start = _start(facts)
    if start and start > today:
        return Validity(Status.PENDING, facts.published, f"自{_on(start)}起施行，尚未到期")
    changed = [
        r
        for r in facts.relations
        if r.kind in (RelationKind.AMEND, RelationKind.PARTIAL_REPEAL) and r.on <= today
    ]
    if changed:
        last = max(changed, key=lambda r: r.on)
        what = "修改" if last.kind is RelationKind.AMEND else "废止了部分条款"
        since = max(last.on, start) if start else last.on
        return Validity(Status.AMENDED, since, f"{_on(last.on)}起被{_by(last)}{what}，其余内容继续有效")
    if start is None:
        return Validity(Status.IN_FORCE, None, "没有填写施行日期和发布日期，暂按有效显示")
    if facts.effective is None:
        return Validity(Status.IN_FORCE, start, f"没有填写施行日期，按发布日期{_on(start)}起算")
    return Validity(Status.IN_FORCE, start, f"自{_on(start)}起施行")


def _turns(facts: Facts) -> list[date]:
    """状态可能改变的日子，升序。"""
    days: set[date] = {r.on for r in facts.relations}
    for expires in (facts.expires, *(r.until for r in facts.relations)):
        if expires and expires < date.max:
            days.add(expires + _ONE_DAY)
    days.update(d for d in (_start(facts), facts.published, facts.declared_lapsed) if d)
    return sorted(days)


def timeline(facts: Facts) -> list[Validity]:
    """效力沿革：文件自始至今及以后（按现有关系）的各段状态，按时间先后；相同的相邻段合并。"""
    found: list[Validity] = []
    for day in _turns(facts):
        state = validity(facts, day)
        if not found or (found[-1].status, found[-1].why) != (state.status, state.why):
            found.append(Validity(state.status, day, state.why))
    # 一个日期也没有的文件只有一段，起点不知道。
    return found or [validity(facts, date.min)]


def next_change(facts: Facts, today: date) -> date | None:
    """下次变化：``today`` 之后状态第一次改变的日子；按现有事实不再改变的为 None。供定时任务使用。"""
    now = validity(facts, today)
    for day in _turns(facts):
        if day > today and validity(facts, day) != now:
            return day
    return None


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 2 月 29 日起算，到期的年份没有这一天
        return date(day.year + years, 2, 28)


_INTERIM: Final = re.compile("暂行|试行|暫行|試行")


def warnings(facts: Facts, today: date, rule: TermRule | None = None) -> list[ValidityWarning]:
    """提醒：到期前 180、90、30 日（自然日）各提醒一次；日期填得不合理、年限过长也提醒。

    参数：rule 为年限规则，缺省见 ``TermRule``。
    返回：到期提醒只给最紧的一档（code 为 expires_180 等），已失效、废止的不提醒；年限提醒 term_too_long；
    日期矛盾 expiry_before_effective；没有有效期 no_expiry。
    来源：publication.md §7 R1、R7。
    """
    rule = rule or TermRule()
    found: list[ValidityWarning] = []
    state = validity(facts, today).status
    expires, start = _expiry(facts, today), _start(facts)
    if expires and state not in (Status.LAPSED, Status.REPEALED):
        left = (expires - today).days
        reached = [days for days in rule.days if left <= days]
        if reached:
            text = f"有效期至{_on(expires)}，还有{left}天；请评估后决定延长、修订或到期失效"
            found.append(ValidityWarning(f"expires_{min(reached)}", expires, text))
    if state in (Status.LAPSED, Status.REPEALED):
        return found
    if expires is None:
        found.append(ValidityWarning("no_expiry", None, "没有填写有效期；规范性文件一般应当规定有效期"))
    elif start and expires < start:
        text = f"有效期至{_on(expires)}早于施行日期{_on(start)}；请核对"
        found.append(ValidityWarning("expiry_before_effective", expires, text))
    elif start:
        interim = bool(_INTERIM.search(facts.title))
        years = rule.interim if interim else rule.other
        if expires > _years_later(start, years):
            what = "暂行、试行的文件" if interim else "规范性文件"
            text = f"自{_on(start)}至{_on(expires)}超过{years}年；{what}有效期一般不超过{years}年"
            found.append(ValidityWarning("term_too_long", expires, text))
    return found


class PlanStatus(StrEnum):
    """规划状态：现行、已调整、已到期、废止、未生效。"""

    CURRENT = "current"
    ADJUSTED = "adjusted"
    EXPIRED = "expired"
    REPEALED = "repealed"
    PENDING = "pending"

    @property
    def label(self) -> str:
        """中文名。"""
        return _PLAN_LABELS[self]


_PLAN_LABELS: Final[Mapping[PlanStatus, str]] = {
    PlanStatus.CURRENT: "现行",
    PlanStatus.ADJUSTED: "已调整",
    PlanStatus.EXPIRED: "已到期",
    PlanStatus.REPEALED: "废止",
    PlanStatus.PENDING: "未生效",
}


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """规划事实：starts、ends 规划期起止（ends 当天仍在期内），number 第几个五年规划，sector 领域，
    approved 批准日期，adjusted 被调整的日子及 adjusted_by 调整文件，repealed 废止日期。"""

    starts: date | None = None
    ends: date | None = None
    number: int | None = None
    sector: str = ""
    approved: date | None = None
    adjusted: date | None = None
    adjusted_by: str = ""
    repealed: date | None = None


@dataclass(frozen=True, slots=True)
class PlanValidity:
    """规划状态结论：status 状态，since 自哪一天起，why 理由。"""

    status: PlanStatus
    since: date | None
    why: str


def plan_validity(facts: PlanFacts, today: date) -> PlanValidity:
    """规划状态：规划在 ``today`` 是否现行；过了规划期最后一天绝不显示现行。

    次序：废止 → 已到期 → 未生效（尚未批准，或规划期未到）→ 已调整 → 现行。
    没填规划期而写了五年规划序数的按该期的起止年算；都没有的视为长期有效。
    来源：publication.md §1 (c)；《城乡规划法》第八条。
    """
    starts, ends = facts.starts, facts.ends
    if facts.number is not None:
        first, last = five_year_period(facts.number)
        starts, ends = starts or date(first, 1, 1), ends or date(last, 12, 31)
    if facts.repealed and facts.repealed <= today:
        return PlanValidity(PlanStatus.REPEALED, facts.repealed, f"{_on(facts.repealed)}废止")
    if ends and ends < today:
        return PlanValidity(PlanStatus.EXPIRED, ends + _ONE_DAY, f"规划期至{_on(ends)}")
    if facts.approved and facts.approved > today:
        return PlanValidity(PlanStatus.PENDING, None, f"{_on(facts.approved)}才批准")
    if starts and starts > today:
        return PlanValidity(PlanStatus.PENDING, facts.approved, f"规划期自{_on(starts)}开始")
    if facts.adjusted and facts.adjusted <= today:
        by = f"，见“{facts.adjusted_by}”" if facts.adjusted_by else ""
        return PlanValidity(PlanStatus.ADJUSTED, facts.adjusted, f"{_on(facts.adjusted)}调整{by}")
    since = max((d for d in (starts, facts.approved) if d), default=None)
    period = f"规划期{_on(starts)}至{_on(ends)}" if starts and ends else "没有填写规划期，按长期有效显示"
    return PlanValidity(PlanStatus.CURRENT, since, period)


_NUMERALS: Final = "零一二三四五六七八九十"
# 不加引号的“十五”可能是日期或数目，后面跟着量词的不算；个位的（一五至九五）必须有引号。
_FIVE_YEAR: Final = (
    re.compile(r"第(十?[一二三四五六七八九]|十)个五年"),
    re.compile(
        r"(?<![一二三四五六七八九十第])(十[一二三四五六七八九]?)五(?![十百千万个月日号年名户分点条款项章])"
    ),
    re.compile(r"[“\"「]([一二三四五六七八九])五[”\"」]"),
)
_LAST_FIVE_YEAR: Final = 19


def five_year_period(number: int) -> tuple[int, int]:
    """五年规划的起止年：14 → (2021, 2025)。

    一五 1953—1957，二五 1958—1962，1963—1965 为调整时期，三五 1966 年起每五年一期。
    错误：number 不在 1—19 抛出 ValueError。
    """
    if not 1 <= number <= _LAST_FIVE_YEAR:
        raise ValueError(f"五年规划的序数应在 1 至 {_LAST_FIVE_YEAR} 之间，收到的是 {number}")
    first = 1953 + 5 * (number - 1) if number <= 2 else 1966 + 5 * (number - 3)
    return first, first + 4


def five_year_name(number: int) -> str:
    """五年规划的简称：14 → “十四五”。错误：同 ``five_year_period``。"""
    five_year_period(number)
    tens, ones = divmod(number, 10)
    return ("十" if tens else "") + (_NUMERALS[ones] if ones else "") + "五"


def five_year_number(text: str) -> int | None:
    """五年规划的序数：从“‘十四五’规划”“第十四个五年规划”里取 14；没有返回 None。"""
    for pattern in _FIVE_YEAR:
        if found := pattern.search(text):
            numeral = found.group(1)
            tens = 10 if numeral[0] == "十" else 0
            return tens + (_NUMERALS.index(numeral[-1]) if numeral != "十" else 0)
    return None


def current_five_year(today: date) -> int:
    """当前是第几个五年规划：1966 年起；错误：更早或太远的日子抛出 ValueError。"""
    number = 3 + (today.year - 1966) // 5
    first, last = five_year_period(number)
    if not first <= today.year <= last:
        raise ValueError(f"{today.year} 年不在任何一个五年规划期内")
    return number


@dataclass(frozen=True, slots=True)
class Gap:
    """缺期：sector 领域，number 第几个五年规划，name 简称，years 起止年；列入历史归集。"""

    sector: str
    number: int
    name: str
    years: tuple[int, int]


def missing_periods(
    plans: Iterable[PlanFacts],
    today: date,
    *,
    first: int = 11,
    sectors: Iterable[str] = (),
    excused: Iterable[tuple[str, int]] = (),
) -> list[Gap]:
    """缺期：各领域自第 ``first`` 个五年规划到当前一个，缺哪几期，列为历史规划归集的活。

    参数：plans 已有的规划（没写序数的按规划期起止年推断；横跨几期的各期都算有）；sectors 应有规划的领域，
    plans 里出现的领域自动并入；excused 已注明“不适用”的（领域, 序数）。
    返回：按领域、序数排列；序数限 3 以后。
    来源：国办发〔2021〕12号（历史规划归集）；publication.md §1 (a)(b)。
    """
    have: dict[str, set[int]] = {sector: set() for sector in sectors}
    last = current_five_year(today)
    for plan in plans:
        owned = have.setdefault(plan.sector, set())
        if plan.number is not None:
            owned.add(plan.number)
        elif plan.starts and plan.ends and plan.starts.year >= 1966:
            # 不是五年一期的（如 2021—2035）也覆盖它经过的各期；只沾一年的不算。
            for number in range(3, last + 1):
                begin, end = five_year_period(number)
                if min(end, plan.ends.year) - max(begin, plan.starts.year) >= 2:
                    owned.add(number)
    skip = set(excused)
    return [
        Gap(sector, number, five_year_name(number), five_year_period(number))
        for sector, owned in sorted(have.items())
        for number in range(first, last + 1)
        if number not in owned and (sector, number) not in skip
    ]
