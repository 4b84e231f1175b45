"""亮灯规则：由事实算出绿、黄、红、灰，附说明；纯函数。"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

GREEN, YELLOW, RED, GREY = "green", "yellow", "red", "grey"
LABELS: Final = {GREEN: _("绿灯"), YELLOW: _("黄灯"), RED: _("红灯"), GREY: _("灰灯（无证据）")}
# 条例没有规定亮灯办法，以下为本系统缺省口径，页面上照此公示。
SOON_WORKDAYS: Final = 7
# 按月报告，留一个月余地：两个月没有采纳的报告就不算按期。
STALE_DAYS: Final = 62
# 理由的写法；天数、件数在显示时填入。
_NOT_DONE: Final = _("核验结论为未完成")
_LATE: Final = ngettext_lazy(
    "时限 %(due)s 已过 %(late)s 个工作日，尚未报结", "时限 %(due)s 已过 %(late)s 个工作日，尚未报结", "late"
)
_PARTLY: Final = _("核验结论为部分完成")
_REWORK: Final = _("因质量问题被退回，尚未补正")
_PROVED: Final = ngettext_lazy("已报结，证据 %(evidence)s 件", "已报结，证据 %(evidence)s 件", "evidence")
_UNPROVED: Final = _("已报结但没有证据")
_SOON: Final = ngettext_lazy(
    "距时限还有 %(left)s 个工作日，尚未报结", "距时限还有 %(left)s 个工作日，尚未报结", "left"
)
_STALE: Final = _("最近一次采纳的进展报告在 %(last)s，已过 %(days)s 天")
_ON_TIME: Final = ngettext_lazy(
    "最近一次采纳的进展报告在 %(last)s，距时限还有 %(left)s 个工作日",
    "最近一次采纳的进展报告在 %(last)s，距时限还有 %(left)s 个工作日",
    "left",
)
_NOTHING: Final = _("尚无采纳的进展报告，也没有证据")


def rule() -> str:
    """规则：公示的全文，用界面语言。"""
    text = gettext(
        "红灯：过了时限仍未报结，或核验为“未完成”。黄灯：距时限不足 %(soon)s 个工作日仍未报结，"
        "或核验为“部分完成”，或被质量退回尚未补正，或在办而超过 %(stale)s 天没有采纳的进展报告。"
        "绿灯：已报结且有证据，或在办且 %(stale)s 天内有采纳的进展报告。"
        "灰灯：没有任何可查的证据或进展。人工定灯须写理由，并与系统结果一并显示。"
    )
    return text % {"soon": SOON_WORKDAYS, "stale": STALE_DAYS}


@dataclass(frozen=True, slots=True)
class Facts:
    """事实：定灯所依据的全部数据。

    due 为时限；workdays_left 为当日至时限的工作日数，过期为负；last_report_on 为最近一次采纳报告的日期。
    """

    due: date
    workdays_left: int
    completed: bool
    evidence: int
    verification: str = ""
    returned_open: bool = False
    last_report_on: date | None = None


@dataclass(frozen=True, slots=True)
class Light:
    """灯：颜色与理由；理由看时才按界面语言写出，几千盏灯只数颜色时不必写。"""

    colour: str
    text: Any
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def why(self) -> str:
        return self.text % self.values


def light(facts: Facts, today: date) -> Light:
    """定灯：按公示的规则（rule）得出颜色与理由。

    参数：facts 为事实；today 为当日。
    来源：本系统口径；时限与证据两项依据年度工作要点台账要求（第 29 项）。
    """
    if facts.verification == "not_done":
        return Light(RED, _NOT_DONE)
    if not facts.completed and today > facts.due:
        return Light(RED, _LATE, {"due": facts.due.isoformat(), "late": max(0, -facts.workdays_left)})
    if facts.verification == "partly":
        return Light(YELLOW, _PARTLY)
    if facts.returned_open:
        return Light(YELLOW, _REWORK)
    if facts.completed:
        if facts.evidence:
            return Light(GREEN, _PROVED, {"evidence": facts.evidence})
        return Light(GREY, _UNPROVED)
    left = facts.workdays_left
    if left < SOON_WORKDAYS:
        return Light(YELLOW, _SOON, {"left": left})
    if facts.last_report_on:
        last, days = facts.last_report_on.isoformat(), (today - facts.last_report_on).days
        if days > STALE_DAYS:
            return Light(YELLOW, _STALE, {"last": last, "days": days})
        return Light(GREEN, _ON_TIME, {"last": last, "left": left})
    return Light(GREY, _NOTHING)
