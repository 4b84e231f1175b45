"""亮灯规则：由事实算出绿、黄、红、灰，附说明；纯函数。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

GREEN, YELLOW, RED, GREY = "green", "yellow", "red", "grey"
LABELS: Final = {GREEN: "绿灯", YELLOW: "黄灯", RED: "红灯", GREY: "灰灯（无证据）"}
# 条例没有规定亮灯办法，以下为本系统缺省口径，页面上照此公示。
SOON_WORKDAYS: Final = 7
# 按月报告，留一个月余地：两个月没有采纳的报告就不算按期。
STALE_DAYS: Final = 62
RULE: Final = (
    f"红灯：过了时限仍未报结，或核验为“未完成”。黄灯：距时限不足 {SOON_WORKDAYS} 个工作日仍未报结，"
    f"或核验为“部分完成”，或被质量退回尚未补正，或在办而超过 {STALE_DAYS} 天没有采纳的进展报告。"
    f"绿灯：已报结且有证据，或在办且 {STALE_DAYS} 天内有采纳的进展报告。"
    "灰灯：没有任何可查的证据或进展。人工定灯须写理由，并与系统结果一并显示。"
)


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
    """灯：颜色与理由。"""

    colour: str
    why: str


def light(facts: Facts, today: date) -> Light:
    """定灯：按公示的规则（RULE）得出颜色与理由。

    参数：facts 为事实；today 为当日。
    来源：本系统口径；时限与证据两项依据年度工作要点台账要求（第 29 项）。
    """
    if facts.verification == "not_done":
        return Light(RED, "核验结论为未完成")
    if not facts.completed and today > facts.due:
        late = max(0, -facts.workdays_left)
        return Light(RED, f"时限 {facts.due.isoformat()} 已过 {late} 个工作日，尚未报结")
    if facts.verification == "partly":
        return Light(YELLOW, "核验结论为部分完成")
    if facts.returned_open:
        return Light(YELLOW, "因质量问题被退回，尚未补正")
    if facts.completed:
        if facts.evidence:
            return Light(GREEN, f"已报结，证据 {facts.evidence} 件")
        return Light(GREY, "已报结但没有证据")
    left = facts.workdays_left
    if left < SOON_WORKDAYS:
        return Light(YELLOW, f"距时限还有 {left} 个工作日，尚未报结")
    if facts.last_report_on:
        last, days = facts.last_report_on.isoformat(), (today - facts.last_report_on).days
        if days > STALE_DAYS:
            return Light(YELLOW, f"最近一次采纳的进展报告在 {last}，已过 {days} 天")
        return Light(GREEN, f"最近一次采纳的进展报告在 {last}，距时限还有 {left} 个工作日")
    return Light(GREY, "尚无采纳的进展报告，也没有证据")
