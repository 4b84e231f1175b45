"""决定：依申请公开的决定代码、依据、报表行、文书和救济告知。

来源：《政府信息公开条例》（国务院令第711号）第十四条至第十六条、第三十条、第三十五条至第三十九条；
年度报告格式（国办公开办函〔2021〕30号）；《行政复议法》（2023 年修订，2024-01-01 起施行）第二十条、
第二十二条至第二十四条；《行政诉讼法》第四十六条；法释〔2025〕8号（2025-06-01 起施行）第一条。
救济告知的文字须由法制机构审定后使用；法律没有写明、由我们选定的，在各处说明。
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from gongkai.law import docnumbers
from gongkai.law.decision_tree import QUESTIONS, STEPS, Option, Outcome, Question, walk
from gongkai.law.mistakes import MISTAKES, Mistake
from gongkai.law.statutes import STATUTES, StaleLawError, cite, stale_citations
from gongkai.law.workdays import Calendar

__all__ = [
    "DECISIONS",
    "MISTAKES",
    "PROCEDURAL",
    "QUESTIONS",
    "REQUIREMENTS",
    "STATUTES",
    "STEPS",
    "Clause",
    "Decision",
    "MissingValueError",
    "Mistake",
    "Option",
    "Outcome",
    "Question",
    "Remedy",
    "RemedyValues",
    "StaleLawError",
    "cite",
    "document_number",
    "remedy",
    "report_row",
    "review_limit",
    "stale_citations",
    "suit_limit",
    "walk",
]


class Remedy(StrEnum):
    """救济的种类：R1 复议前置，R2 复议或诉讼，R0 修订前的复议或诉讼，RE 网上申请渠道。"""

    REVIEW_FIRST = "R1"
    EITHER = "R2"
    EITHER_2017 = "R0"
    ONLINE = "RE"


_REGULATION_FROM: Final = STATUTES["regulation"].valid_from
_REVIEW_FROM: Final = STATUTES["review"].valid_from
_COURT_FROM: Final = STATUTES["court"].valid_from


class MissingValueError(ValueError):
    """缺少内容：救济告知的一项没有填，或填的还是占位；消息为中文，写明缺哪一项。"""


@dataclass(frozen=True, slots=True)
class Decision:
    """决定：code 代码，label 名称，statute 法规键，article 条款，row 报表行，template 文书。

    statute 为空的没有直接依据。requires 为必备的材料，说法见 REQUIREMENTS，缺一项就不能作出。
    """

    code: str
    label: str
    statute: str
    article: str
    row: str
    template: str
    requires: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """类别：A 予以公开，B 部分公开，C 不予公开，D 无法提供，E 不予处理，F 其他处理。"""
        return self.code[0]


_R: Final = "regulation"
_ALL: Final = (
    Decision("A1", "已主动公开，告知获取方式、途径", _R, "第三十六条第一项", "r1", "T10", ("where",)),
    Decision("A2", "予以公开，提供信息", _R, "第三十六条第二项", "r1", "T11", ("files",)),
    Decision(
        "A3", "予以公开，告知获取方式、途径和时间", _R, "第三十六条第二项", "r1", "T11", ("where", "when")
    ),
    Decision("B", "部分公开", _R, "第三十七条", "r2", "T12", ("files", "withheld_parts")),
    Decision(
        "C1",
        "国家秘密",
        _R,
        "第十四条、第三十六条第三项",
        "r3_1",
        "T13",
        ("secrecy_mark", "secrecy_term", "secrecy_basis"),
    ),
    Decision(
        "C2",
        "法律、行政法规禁止公开",
        _R,
        "第十四条、第三十六条第三项",
        "r3_2",
        "T13",
        ("forbidding_law", "facts"),
    ),
    Decision(
        "C3",
        "可能危及国家安全、公共安全、经济安全、社会稳定",
        _R,
        "第十四条、第三十六条第三项",
        "r3_3",
        "T13",
        ("harm_analysis", "harm_approval"),
    ),
    Decision(
        "C4",
        "保护第三方合法权益",
        _R,
        "第十五条、第三十六条第三项",
        "r3_4",
        "T13",
        ("consultation", "own_assessment", "facts"),
    ),
    Decision(
        "C5",
        "内部事务信息",
        _R,
        "第十六条第一款、第三十六条第三项",
        "r3_5",
        "T13",
        ("facts", "why_not_released"),
    ),
    Decision(
        "C6",
        "过程性信息",
        _R,
        "第十六条第二款、第三十六条第三项",
        "r3_6",
        "T13",
        ("facts", "why_not_released", "process_state"),
    ),
    Decision(
        "C7",
        "行政执法案卷信息",
        _R,
        "第十六条第二款、第三十六条第三项",
        "r3_7",
        "T13",
        ("case_number", "party_checked", "why_not_released"),
    ),
    Decision("C8", "行政查询事项", _R, "第三十六条第七项", "r3_8", "T14", ("special_law", "special_organ")),
    Decision("D1a", "信息不存在", _R, "第三十六条第四项", "r4_1", "T15a", ("search_record",)),
    Decision(
        "D1b", "不属于本机关负责公开", _R, "第三十六条第五项", "r4_1", "T15b", ("facts", "competent_organ")
    ),
    Decision("D2", "需要另行制作、加工分析", _R, "第三十八条", "r4_2", "T16", ("search_record", "facts")),
    Decision("D3", "补正后仍不明确", _R, "第三十条", "r4_3", "T17", ("correction_notice", "facts")),
    Decision("E1", "信访、投诉、举报", _R, "第三十九条第一款", "r5_1", "T18", ("second_opinion",)),
    Decision("E2", "重复申请", _R, "第三十六条第六项", "r5_2", "T19", ("earlier_reply",)),
    Decision("E3", "公开出版物", _R, "第三十九条第二款", "r5_3", "T20", ("where",)),
    Decision(
        "E4", "无正当理由大量反复申请", _R, "第三十五条", "r5_4", "T21", ("request_counts", "reasons_asked")
    ),
    # 条例没有专条；报表单列，依据由各地选定（第二条、第三十八条）。
    Decision("E5", "要求确认或重新出具已获取信息", "", "", "r5_5", "T22", ("earlier_delivery",)),
    Decision("F1", "逾期不补正", _R, "第三十条", "r6_1", "T23", ("correction_notice", "correction_service")),
    Decision("F2", "逾期未缴费", "fee", "第六条", "r6_2", "T24", ("fee_notice", "fee_service")),
    Decision("F3", "其他（撤回、并案、转信访等）", "", "", "r6_3", "T25", ("closing_reason",)),
)
DECISIONS: Final = MappingProxyType({decision.code: decision for decision in _ALL})

# 作出决定必备的材料：键 → 说法。
REQUIREMENTS: Final = MappingProxyType(
    {
        "where": "获取方式、途径（网址或地点）",
        "when": "获取时间",
        "files": "提供的文件目录",
        "withheld_parts": "不予公开的各部分及其条款、理由",
        "secrecy_mark": "密级标识",
        "secrecy_term": "保密期限",
        "secrecy_basis": "定密依据",
        "forbidding_law": "禁止公开的法律或行政法规条文",
        "harm_analysis": "危害分析",
        "harm_approval": "危害分析的批准人",
        "consultation": "书面征求第三方意见的记录",
        "own_assessment": "本机关对第三方意见的判断",
        "facts": "事实和理由",
        "why_not_released": "不公开的必要性",
        "process_state": "过程是否已经结束",
        "case_number": "案卷号",
        "party_checked": "申请人是否案件当事人",
        "special_law": "特别规定的法律、行政法规",
        "special_organ": "办理查询的机关",
        "search_record": "检索记录",
        "competent_organ": "负责公开的机关及联系方式，或无法确定的理由",
        "correction_notice": "补正告知书",
        "correction_service": "补正告知书的送达证明",
        "second_opinion": "另一人的复核意见",
        "earlier_reply": "对同一申请人的前一次答复",
        "request_counts": "申请的数量、频次",
        "reasons_asked": "要求说明理由的告知书及申请人的理由",
        "earlier_delivery": "申请人已获取该信息的记录",
        "fee_notice": "收费通知书",
        "fee_service": "收费通知书的送达证明",
        "closing_reason": "终止的原因和证明",
    }
)

# 程序性文书：不产生实际影响，不告知复议、诉讼（法律没有明文，由我们选定）。
PROCEDURAL: Final = ("T03", "T04", "T05", "T06", "T07", "T07b", "T08", "T08b", "T09", "T25", "T26")
# 不是对申请的决定、但要告知救济的文书：给第三方的公开告知、更正答复。
_OTHER_ACTS: Final = ("T07c", "T27")


def report_row(codes: Collection[str], main: str = "") -> str:
    """报表行：一件申请各项的决定合起来计入哪一行，只计一行。

    参数：codes 为各项的决定代码；main 为主要一项的代码，各项不同类又不是区分处理时须指明。
    返回：报表行的键（r1、r2、r3_1…）。有公开又有不予公开的，一律 r2。
    错误：没有代码、代码不认识、须指明而没有指明时抛出 ValueError。
    来源：年度报告格式申请情况表（二）：区分处理的，只计这一情形，不计其他情形。
    """
    unknown = [code for code in (*codes, *([main] if main else [])) if code not in DECISIONS]
    if unknown or not codes:
        raise ValueError(
            f"决定代码 {'、'.join(unknown) or '（空）'} 不认识；请从 {'、'.join(DECISIONS)} 中选"
        )
    rows = {DECISIONS[code].row for code in codes}
    groups = {DECISIONS[code].group for code in codes}
    if len(rows) == 1:
        return rows.pop()
    if "B" in groups or {"A", "C"} <= groups:
        return "r2"
    if main not in codes:
        raise ValueError("各项的决定不同类，又不是区分处理；请指明主要的一项，或登记时按一事一申请拆开")
    return DECISIONS[main].row


# 救济告知


@dataclass(frozen=True, slots=True)
class RemedyValues:
    """救济告知的内容：review_body 复议机关，court 管辖法院。

    review_url 为网上申请复议的网址，superior 为上一级主管部门（只用于 2024 年以前的决定）。
    """

    review_body: str = ""
    court: str = ""
    review_url: str = ""
    superior: str = ""


_VALUE_LABELS: Final = {
    "review_body": "复议机关",
    "court": "管辖法院",
    "review_url": "网上申请行政复议的网址",
    "superior": "上一级主管部门",
}
_TEXTS: Final = {
    Remedy.REVIEW_FIRST: (
        "如不服本决定中不予公开的内容，可以自收到本告知书之日起60日内向{review_body}申请行政复议；"
        "根据《中华人民共和国行政复议法》第二十三条，应当先申请行政复议，"
        "对行政复议决定不服的，可以再依法向人民法院提起行政诉讼。"
    ),
    Remedy.EITHER: (
        "如不服{part}，可以自收到之日起60日内向{review_body}申请行政复议，"
        "或者自收到之日起6个月内依法向{court}提起行政诉讼。"
    ),
    Remedy.EITHER_2017: (
        "如不服本答复，可以自收到之日起60日内向{review_body}或者{superior}申请行政复议，"
        "或者自收到之日起6个月内依法向{court}提起行政诉讼。"
    ),
    Remedy.ONLINE: "行政复议网上申请渠道：{review_url}。",
}
_NEEDS: Final = {
    Remedy.REVIEW_FIRST: ("review_body",),
    Remedy.EITHER: ("review_body", "court"),
    Remedy.EITHER_2017: ("review_body", "superior", "court"),
    Remedy.ONLINE: ("review_url",),
}


@dataclass(frozen=True, slots=True)
class Clause:
    """救济告知：kinds 各段的种类（依次写出），basis 依据；没有 kinds 的不告知。"""

    kinds: tuple[Remedy, ...]
    basis: tuple[str, ...]

    @property
    def placeholders(self) -> tuple[str, ...]:
        """要填的各项：RemedyValues 的字段名，不重复。"""
        return tuple(dict.fromkeys(name for kind in self.kinds for name in _NEEDS[kind]))

    def render(self, values: RemedyValues) -> str:
        """写出：各段连成一段文字；没有救济的为空。

        错误：缺少一项、仍是占位（带〔〕、{}、下划线、×）或网址不是 http(s) 时抛出 MissingValueError。
        """
        given = {item.name: getattr(values, item.name) for item in fields(values)}
        for name in self.placeholders:
            value = given[name]
            if not isinstance(value, str) or not value.strip():
                raise MissingValueError(f"救济告知：没有填{_VALUE_LABELS[name]}；请在机关设置中补上")
            marks = "〔〕{}" if name == "review_url" else "〔〕{}_＿×"
            if any(mark in value for mark in marks):
                raise MissingValueError(f"救济告知：{_VALUE_LABELS[name]}还是占位“{value}”；请填实际的")
            if name == "review_url" and not _is_web(value):
                raise MissingValueError(f"救济告知：“{value}”不是网址；请填以 https:// 开头的复议申请网址")
        part = "本答复的其他内容" if Remedy.REVIEW_FIRST in self.kinds else "本答复"
        return "".join(_TEXTS[kind].format(part=part, **given) for kind in self.kinds)


def _is_web(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https") and bool(parts.hostname) and not any(ch.isspace() for ch in value)
    )


def remedy(code: str, on: date, *, online: bool = False, withheld: Collection[str] = ()) -> Clause:
    """救济告知：某日作出的决定应当告知怎样的救济。

    参数：code 为决定代码，或文书 T07c（给第三方的公开告知）、T27（更正答复），或 PROCEDURAL 中的程序性文书；
    on 为作出决定之日；online 为真表示通过互联网送达；withheld 为部分公开时不予公开各部分的代码（缺省按
    第十四条至第十六条的理由）。
    返回：Clause。2024-01-01 以前：复议或诉讼，可选上一级主管部门。2024-01-01 起：只向本级人民政府申请复议，
    不予公开的复议前置。2025-06-01 起：复议前置限于第十四条至第十六条的不予公开，行政查询事项可复议可诉讼。
    部分公开的，不予公开部分复议前置、其余可复议可诉讼，两段都写（法律没有明文，由我们选定）。
    错误：代码不认识抛出 ValueError；现行条例施行（2019-05-15）以前的抛出 StaleLawError。
    来源：《行政复议法》第二十条、第二十二条第二款、第二十三条、第二十四条；《行政诉讼法》第四十六条；
    法释〔2025〕8号第一条。
    """
    known = (*DECISIONS, *_OTHER_ACTS, *PROCEDURAL)
    for each in (code, *withheld):
        if each not in known:
            raise ValueError(f"决定代码 {each!r} 不认识；请从 {'、'.join(known)} 中选")
    cite("regulation", "", on)
    if code in PROCEDURAL or code == "F3":
        return Clause((), ())
    if on < _REVIEW_FROM:
        return Clause((Remedy.EITHER_2017,), (cite("review_2017", "第九条、第十二条", on), _suit(on)))
    kinds = _kinds(code, on, withheld)
    basis = [cite("review", "第二十条、第二十四条", on)]
    if Remedy.REVIEW_FIRST in kinds:
        basis.append(cite("review", "第二十三条第一款第四项、第二款", on))
    if Remedy.EITHER in kinds:
        basis.append(_suit(on))
    if on >= _COURT_FROM:
        items = [
            item
            for kind, item in ((Remedy.EITHER, "第一项"), (Remedy.REVIEW_FIRST, "第二项"))
            if kind in kinds
        ]
        basis += [cite("court", f"第一条{item}", on) for item in items]
    if online:
        kinds = (*kinds, Remedy.ONLINE)
        basis.append(cite("review", "第二十二条第二款", on))
    return Clause(kinds, tuple(basis))


def _suit(on: date) -> str:
    return cite("litigation", "第四十六条", on)


def _kinds(code: str, on: date, withheld: Collection[str]) -> tuple[Remedy, ...]:
    # 法释〔2025〕8号施行以前，“不予公开”没有限于第十四条至第十六条，从宽按报表的八类。
    first = {f"C{n}" for n in range(1, 8)} | ({"C8"} if on < _COURT_FROM else set())
    if code == "B":
        parts = set(withheld) or {"C1"}
        return (Remedy.REVIEW_FIRST, Remedy.EITHER) if parts & first else (Remedy.EITHER,)
    return (Remedy.REVIEW_FIRST,) if code in first else (Remedy.EITHER,)


def _roll(day: date, calendar: Calendar) -> date:
    """期间届满之日是休息日的，顺延到其后第一个工作日。《民事诉讼法》第八十五条第三款。"""
    return day if calendar.is_workday(day) else calendar.add(day, 1)


def review_limit(served_on: date, calendar: Calendar) -> date:
    """申请复议的最后一日：收到之日起 60 日（日历日），末日为休息日的顺延。

    来源：《行政复议法》第二十条第一款、第八十八条。没有告知权利的最长一年，不在此列。
    """
    return _roll(served_on + timedelta(days=60), calendar)


def suit_limit(served_on: date, calendar: Calendar) -> date:
    """起诉的最后一日：收到之日起 6 个月，末日为休息日的顺延；到期的月份没有这一日的，取月末。

    来源：《行政诉讼法》第四十六条第一款、第一百零一条。
    """
    year, month = divmod(served_on.year * 12 + served_on.month - 1 + 6, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return _roll(date(year, month + 1, min(served_on.day, last)), calendar)


# 发文字号


def document_number(code: str, year: int, serial: int) -> str:
    """发文字号：机关代字、年份、序号合成“穗水公开告〔2026〕12号”，六角括号，不加“第”，序号不编虚位。

    参数：code 为机关代字（1—20 个汉字）；year 为四位年份；serial 为序号（1 起）。
    错误：代字不是汉字或合成后认不回来（如代字里有“关于”“号”）、年份或序号不合格时抛出 ValueError。
    来源：GB/T 9704—2012 7.2.5。
    """
    for value, what in ((year, "年份"), (serial, "序号")):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"发文字号：{what}是 {value!r}；请填写正整数")
    text = f"{code}〔{year}〕{serial}号"
    parsed = docnumbers.parse(text)
    if len(parsed) != 1 or parsed[0].span != (0, len(text)) or parsed[0].canonical != text:
        raise ValueError(
            f"发文字号：“{text}”不合格；代字应为 1—20 个汉字（不含“关于”“号”等字），年份四位，序号不超过六位"
        )
    return text
