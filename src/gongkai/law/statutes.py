"""条文库：文书引用的法律、法规和司法解释，及其施行与废止之日；过了时的条文引用不出来。

只收依申请公开文书用得到的。日期见各文件的公布、施行条款；法释〔2011〕17号由法释〔2025〕8号同时废止。
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from gongkai.law import docnumbers

__all__ = ["STATUTES", "StaleLawError", "Statute", "cite", "stale_citations"]


class StaleLawError(ValueError):
    """条文失效：所引的文件在该日尚未施行或已经废止；消息为中文，写明改引什么。"""


@dataclass(frozen=True, slots=True)
class Statute:
    """法规：title 名称，number 文号（没有文号的写修订之日），valid_from 施行之日。

    valid_to 为废止之日（当日起不可再引），successor 为替代者的键。
    """

    title: str
    number: str
    valid_from: date
    valid_to: date | None = None
    successor: str = ""

    def in_force(self, on: date) -> bool:
        """在该日有效：施行之日起（含），废止之日止（不含）。"""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


STATUTES: Final = MappingProxyType(
    {
        "regulation_2007": Statute(
            "中华人民共和国政府信息公开条例",
            "国务院令第492号",
            date(2008, 5, 1),
            date(2019, 5, 15),
            "regulation",
        ),
        "regulation": Statute("中华人民共和国政府信息公开条例", "国务院令第711号", date(2019, 5, 15)),
        "review_2017": Statute(
            "中华人民共和国行政复议法", "2017年9月1日修正", date(2018, 1, 1), date(2024, 1, 1), "review"
        ),
        "review": Statute("中华人民共和国行政复议法", "2023年9月1日修订", date(2024, 1, 1)),
        "litigation": Statute("中华人民共和国行政诉讼法", "2017年6月27日修正", date(2017, 7, 1)),
        "court_2011": Statute(
            "最高人民法院关于审理政府信息公开行政案件若干问题的规定",
            "法释〔2011〕17号",
            date(2011, 8, 13),
            date(2025, 6, 1),
            "court",
        ),
        "court": Statute(
            "最高人民法院关于审理政府信息公开行政案件适用法律若干问题的解释",
            "法释〔2025〕8号",
            date(2025, 6, 1),
        ),
        "fee": Statute("政府信息公开信息处理费管理办法", "国办函〔2020〕109号", date(2021, 1, 1)),
        "secrets_2010": Statute(
            "中华人民共和国保守国家秘密法",
            "2010年4月29日修订",
            date(2010, 10, 1),
            date(2024, 5, 1),
            "secrets",
        ),
        "secrets": Statute("中华人民共和国保守国家秘密法", "2024年2月27日修订", date(2024, 5, 1)),
        "archives": Statute("中华人民共和国档案法", "2020年6月20日修订", date(2021, 1, 1)),
        "report_format": Statute(
            "中华人民共和国政府信息公开工作年度报告格式", "国办公开办函〔2021〕30号", date(2021, 9, 26)
        ),
    }
)

# 2008 年条例第十三条的“特殊需要”，修订后不再是条件，也不得要求说明用途。
_NEEDS: Final = re.compile("生产、生活、科研等特殊需要")
# 修订前行政复议法第十二条的选择；现在只有垂直领导的机关才向上一级主管部门申请。
_SUPERIOR: Final = re.compile("(?:上一?级(?:行政)?(?:主管)?(?:部门|机关))[^。；]{0,20}(?:申请|提起)行政复议")


def _plain(on: date) -> date:
    if isinstance(on, datetime) or not isinstance(on, date):
        raise TypeError(f"日期必须是 datetime.date（不带时刻），收到的是 {type(on).__name__}")
    return on


def cite(key: str, article: str, on: date) -> str:
    """引用：返回“《名称》第几条”，该日不在施行期内的拒绝。

    参数：key 为 STATUTES 的键；article 为条款（“第三十六条第一项”，可空）；on 为文书的日期。
    错误：没有这个键时抛出 KeyError；该日尚未施行或已废止时抛出 StaleLawError，写明改引什么。
    """
    statute = STATUTES[key]
    if not statute.in_force(_plain(on)):
        raise StaleLawError(f"{_named(statute)}{_why(statute, on)}；{_instead(statute)}")
    return f"《{statute.title}》{article}"


def _named(statute: Statute) -> str:
    return f"《{statute.title}》（{statute.number}）"


def _why(statute: Statute, on: date) -> str:
    if on < statute.valid_from:
        return f"{statute.valid_from.isoformat()} 起才施行，{on.isoformat()} 的文书不能引用"
    return f"{statute.valid_to} 起已经废止，{on.isoformat()} 的文书不能引用"


def _instead(statute: Statute) -> str:
    if statute.successor:
        return f"请改引{_named(STATUTES[statute.successor])}"
    return "请引用当时有效的规定"


def stale_citations(text: str, on: date, *, vertical: bool = False) -> list[str]:
    """过时的引用：返回文书中不该再有的文号和说法，每条一句中文说明；没有问题为空列表。

    参数：text 为文书正文；on 为文书的日期；vertical 为真表示本机关实行垂直领导，仍向上一级主管部门申请复议。
    来源：《条例》第二十七条（不再要求说明特殊需要）；《行政复议法》（2023 年修订）第二十四条、第二十七条；
    法释〔2025〕8号（废止法释〔2011〕17号）。
    """
    found = []
    numbers = {statute.number: statute for statute in STATUTES.values()}
    for number in docnumbers.parse(text):
        statute = numbers.get(number.canonical)
        if statute is not None and not statute.in_force(_plain(on)):
            found.append(f"“{number.canonical}”{_why(statute, on)}；{_instead(statute)}")
    if on >= STATUTES["regulation"].valid_from and (match := _NEEDS.search(text)):
        found.append(f"“{match[0]}”是修订前条例的条件，现行条例没有；请删去")
    if on >= STATUTES["review"].valid_from and not vertical and (match := _SUPERIOR.search(text)):
        found.append(f"“{match[0]}”是修订前行政复议法的规定；现在只向本级人民政府申请，请改正")
    return found
