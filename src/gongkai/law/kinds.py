"""公开事项与信息种类：第二十条十五类、第二十一条增加的几类；各种信息必填什么、要不要合法性审核、要不要解读。

来源：《政府信息公开条例》第十二条、第二十条、第二十一条；国办发〔2018〕115号（合法性审核）；
穗府办函〔2017〕313号（政策解读）。每行带来源和可信程度（S+ 读过全文，S 读过部分，M 凭记忆、未核对）：
可信程度为 M 的只作缺省值，由使用者改，不作硬性拦截。
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gongkai.law import docnumbers

__all__ = [
    "ARTICLE_20",
    "ARTICLE_21",
    "LEGALITY_EXCLUDED",
    "LEGALITY_POINTS",
    "Confidence",
    "FieldRule",
    "Interpretation",
    "Item",
    "LegalityReview",
    "RecordKind",
    "fields_of",
    "interpretation",
    "item",
    "legality_review",
    "missing_fields",
]


class Confidence(StrEnum):
    """可信程度：读过全文、读过部分、转引、凭记忆。"""

    FULL = "S+"
    PART = "S"
    SECOND_HAND = "S2"
    MEMORY = "M"


@dataclass(frozen=True, slots=True)
class Item:
    """公开事项：code 编码，label 法条原文（节略），short 栏目用的短名，article 条款。"""

    code: str
    label: str
    short: str
    article: str


def _items(article: str, prefix: str, rows: tuple[tuple[str, str], ...]) -> tuple[Item, ...]:
    return tuple(
        Item(f"{prefix}-{n:02}", label, short, article.format(n=n))
        for n, (short, label) in enumerate(rows, 1)
    )


ARTICLE_20: Final = _items(
    "《政府信息公开条例》第二十条第（{n}）项",
    "20",
    (
        ("法规文件", "行政法规、规章和规范性文件"),
        ("机构职能", "机关职能、机构设置、办公地址、办公时间、联系方式、负责人姓名"),
        ("规划计划", "国民经济和社会发展规划、专项规划、区域规划及相关政策"),
        ("统计信息", "国民经济和社会发展统计信息"),
        ("行政许可", "办理行政许可和其他对外管理服务事项的依据、条件、程序以及办理结果"),
        (
            "行政处罚和强制",
            "实施行政处罚、行政强制的依据、条件、程序以及本行政机关认为具有一定社会影响的行政处罚决定",
        ),
        ("预算决算", "财政预算、决算信息"),
        ("收费项目", "行政事业性收费项目及其依据、标准"),
        ("政府采购", "政府集中采购项目的目录、标准及实施情况"),
        ("重大建设项目", "重大建设项目的批准和实施情况"),
        ("民生政策", "扶贫、教育、医疗、社会保障、促进就业等方面的政策、措施及其实施情况"),
        ("应急管理", "突发公共事件的应急预案、预警信息及应对情况"),
        ("监督检查", "环境保护、公共卫生、安全生产、食品药品、产品质量的监督检查情况"),
        ("公务员招考", "公务员招考的职位、名额、报考条件等事项以及录用结果"),
        ("其他法定公开", "法律、法规、规章和国家有关规定规定应当主动公开的其他政府信息"),
    ),
)
ARTICLE_21: Final = _items(
    "《政府信息公开条例》第二十一条",
    "21",
    (
        ("市政建设", "市政建设"),
        ("公共服务", "公共服务"),
        ("公益事业", "公益事业"),
        ("土地征收", "土地征收"),
        ("房屋征收", "房屋征收"),
        ("治安管理", "治安管理"),
        ("社会救助", "社会救助"),
    ),
)
_ITEMS: Final = {each.code: each for each in ARTICLE_20 + ARTICLE_21}


def item(code: str) -> Item:
    """公开事项：按编码取。错误：没有这个编码抛出 KeyError。"""
    return _ITEMS[code]


class RecordKind(StrEnum):
    """信息种类：统一信息资源库里一条信息的种类，决定必填项与审核。"""

    PLAN = "plan"
    NORMATIVE = "normative"
    REGULATION = "regulation"
    GUIDE = "guide"
    SYSTEM = "system"
    INSTITUTION = "institution"
    NOTICE = "notice"
    PERSONNEL = "personnel"
    PROCUREMENT = "procurement"
    PENALTY = "penalty"
    LICENCE = "licence"
    EMERGENCY = "emergency"
    TOPIC = "topic"
    ANNUAL_REPORT = "annual_report"
    OTHER = "other"

    @property
    def label(self) -> str:
        """中文名。"""
        return _KINDS[self][0]

    @property
    def article(self) -> str:
        """对应的第二十条事项编码；没有固定对应的为空。"""
        return _KINDS[self][1]


_KINDS: Final[Mapping[RecordKind, tuple[str, str]]] = {
    RecordKind.PLAN: ("规划计划", "20-03"),
    RecordKind.NORMATIVE: ("规范性文件", "20-01"),
    RecordKind.REGULATION: ("法规规章文本", "20-01"),
    RecordKind.GUIDE: ("政府信息公开指南", ""),
    RecordKind.SYSTEM: ("政府信息公开制度", ""),
    RecordKind.INSTITUTION: ("机构职能", "20-02"),
    RecordKind.NOTICE: ("通知公告", ""),
    RecordKind.PERSONNEL: ("人事信息", "20-14"),
    RecordKind.PROCUREMENT: ("政府采购", "20-09"),
    RecordKind.PENALTY: ("行政处罚和强制", "20-06"),
    RecordKind.LICENCE: ("行政许可", "20-05"),
    RecordKind.EMERGENCY: ("应急管理", "20-12"),
    RecordKind.TOPIC: ("专题页", ""),
    RecordKind.ANNUAL_REPORT: ("政府信息公开工作年度报告", ""),
    RecordKind.OTHER: ("其他信息", "20-15"),
}


@dataclass(frozen=True, slots=True)
class FieldRule:
    """必填项：name 字段名，label 中文名，source 来源，confidence 可信程度。

    hard 为真时缺了不能过关；可信程度为 M 的为假，只提醒。
    """

    name: str
    label: str
    source: str
    confidence: Confidence

    @property
    def hard(self) -> bool:
        """硬性：凭记忆的不硬性。"""
        return self.confidence is not Confidence.MEMORY


def _rules(source: str, confidence: Confidence, **fields: str) -> tuple[FieldRule, ...]:
    return tuple(FieldRule(name, label, source, confidence) for name, label in fields.items())


_ART_12: Final = "《政府信息公开条例》第十二条"
_R6: Final = "publication.md §7 R6；国办发〔2018〕37号"
# 目录四要素：索引、名称、内容概述、生成日期；索引号由系统编，发布机构、公开属性是审查必需的。
_COMMON: Final = (
    *_rules(_ART_12, Confidence.FULL, title="名称", summary="内容概述", formed_on="生成日期"),
    *_rules("《政府信息公开条例》第十条", Confidence.FULL, issuer="发布机构"),
    *_rules("《政府信息公开条例》第十七条", Confidence.FULL, openness="公开属性"),
)
_OWN: Final[Mapping[RecordKind, tuple[FieldRule, ...]]] = {
    RecordKind.PLAN: (
        *_rules(
            "publication.md §1 (e)；《城乡规划法》第八条",
            Confidence.PART,
            plan_class="规划类别",
            period_from="规划期起",
            period_to="规划期止",
            approving_body="批准机关",
            approved_on="批准日期",
        ),
        # 部门自己印发的专项规划常没有批准文号，所以不硬性。
        *_rules(
            "publication.md §1", Confidence.MEMORY, approval_number="批准文号", level="层级", sector="领域"
        ),
    ),
    RecordKind.NORMATIVE: (
        *_rules(_R6, Confidence.PART, document_number="文号", effective_on="施行日期"),
        *_rules("国办发〔2018〕115号", Confidence.FULL, legality_opinion="合法性审核意见"),
        *_rules("粤府令第277号、广州市政府令第195号", Confidence.MEMORY, expires_on="有效期至"),
        *_rules("《优化营商环境条例》第六十三条", Confidence.MEMORY, fair_competition="公平竞争审查"),
    ),
    RecordKind.REGULATION: _rules(
        "《行政法规制定程序条例》第二十八条；publication.md §7",
        Confidence.FULL,
        official_source="标准文本来源",
        version_date="文本版本日期",
    ),
    RecordKind.GUIDE: _rules(
        _ART_12,
        Confidence.FULL,
        office_name="工作机构名称",
        office_address="办公地址",
        office_hours="办公时间",
        office_phone="联系电话",
        office_fax="传真号码",
        office_online="互联网联系方式",
    ),
    RecordKind.SYSTEM: (),
    RecordKind.INSTITUTION: _rules(
        "《政府信息公开条例》第二十条第（二）项",
        Confidence.FULL,
        functions="机关职能",
        address="办公地址",
        hours="办公时间",
        phone="联系方式",
        head="负责人姓名",
    ),
    RecordKind.NOTICE: (),
    RecordKind.PERSONNEL: _rules("publication.md §0.2", Confidence.MEMORY, personnel_class="人事类别"),
    RecordKind.PROCUREMENT: _rules(
        "publication.md §0.2", Confidence.MEMORY, project_number="项目编号", budget_amount="预算金额"
    ),
    RecordKind.PENALTY: _rules(
        "《政府信息公开条例》第二十条第（六）项；《行政处罚法》第四十八条",
        Confidence.MEMORY,
        decision_number="决定书文号",
        subject_name="当事人",
        decided_on="决定日期",
        legal_basis="处罚依据",
        decision="处罚内容",
    ),
    RecordKind.LICENCE: _rules(
        "《政府信息公开条例》第二十条第（五）项",
        Confidence.MEMORY,
        decision_number="许可文号",
        subject_name="相对人",
        decided_on="决定日期",
        decision="许可内容",
    ),
    RecordKind.EMERGENCY: _rules("publication.md §0.2", Confidence.MEMORY, emergency_class="应急信息类别"),
    RecordKind.TOPIC: (),
    RecordKind.ANNUAL_REPORT: _rules(
        "《政府信息公开条例》第四十九条", Confidence.FULL, report_year="报告年度"
    ),
    RecordKind.OTHER: (),
}


def fields_of(kind: RecordKind) -> tuple[FieldRule, ...]:
    """必填项：目录通用的在前，本种类自己的在后。"""
    return _COMMON + _OWN[kind]


def missing_fields(kind: RecordKind, values: Mapping[str, object]) -> list[FieldRule]:
    """缺项：没有填、或只填了空白的必填项；是否拦截看 ``hard``。"""
    return [
        rule
        for rule in fields_of(kind)
        if (value := values.get(rule.name)) is None or (isinstance(value, str) and not value.strip())
    ]


@dataclass(frozen=True, slots=True)
class LegalityReview:
    """合法性审核结论：needed 是否必须，why 理由，source 来源。"""

    needed: bool
    why: str
    source: str


_115: Final = "国办发〔2018〕115号"
LEGALITY_EXCLUDED: Final[Mapping[str, str]] = {
    "内部管理": r"内部(?:管理|事务|控制)|机关(?:内务|后勤|食堂|车辆)",
    "工作制度": r"工作(?:制度|规则)|值班制度|考勤|学习制度|议事规则",
    "机构编制": r"机构编制|三定|内设机构|职能配置|编制调整",
    "会议纪要": r"会议纪要|纪要$",
    "工作方案": r"工作(?:方案|要点|计划|安排)|分工方案|分工表|活动方案",
    "请示报告": r"请示|(?:情况|工作|总结|年度)报告",
    "表彰奖惩": r"表彰|通报表扬|嘉奖|奖励(?:的)?(?:决定|通报)",
    "人事任免": r"任免|任职|免职|任命|聘任",
}
# 审核看的七点。
LEGALITY_POINTS: Final = (
    "制定主体是否合法",
    "是否超越制定机关法定职权",
    "内容是否符合宪法、法律、法规、规章和国家政策规定",
    "是否违法设立行政许可、行政处罚、行政强制、行政征收、行政收费等事项",
    "是否存在没有法律、法规依据作出减损公民、法人和其他组织合法权益或者增加其义务的情形",
    "是否存在没有法律、法规依据作出增加本单位权力或者减少本单位法定职责的情形",
    "是否违反规范性文件制定程序",
)
_EXCLUDED: Final = {name: re.compile(pattern) for name, pattern in LEGALITY_EXCLUDED.items()}


def legality_review(
    kind: RecordKind, title: str = "", *, touches_rights: bool | None = None
) -> LegalityReview:
    """合法性审核：这条信息公开前是否须经合法性审核。

    参数：title 题名；touches_rights 起草人判断是否涉及公民、法人和其他组织权利义务，None 为没有判断。
    规则：规范性文件应审必审；其他种类由起草人判断，判断涉及权利义务的也审；只有种类不是规范性文件而题名属于
    排除范围（内部管理、工作制度、机构编制、会议纪要、工作方案、请示报告、表彰奖惩、人事任免）的不审。
    题名像排除范围、又登记为规范性文件的仍审，理由里提醒核对种类：是不是规范性文件看内容，不看名称。
    来源：国办发〔2018〕115号“二、（二）明确审核范围”。
    """
    excluded = next((name for name, pattern in _EXCLUDED.items() if pattern.search(title)), "")
    if kind is RecordKind.NORMATIVE:
        why = "规范性文件应审必审；未经审核或者审核不合法的，不得提交集体审议"
        if excluded and touches_rights is False:
            return LegalityReview(False, f"起草人认定不涉及权利义务，属于“{excluded}”，不在审核范围", _115)
        if excluded:
            why += f"；题名像“{excluded}”，请核对是不是规范性文件"
        return LegalityReview(True, why, _115)
    if touches_rights:
        return LegalityReview(True, "涉及公民、法人和其他组织权利义务，应审必审", _115)
    if excluded:
        return LegalityReview(False, f"属于“{excluded}”，不在审核范围", _115)
    return LegalityReview(False, f"{kind.label}不是规范性文件；如涉及权利义务请勾选后送审", _115)


@dataclass(frozen=True, slots=True)
class Interpretation:
    """解读要求：rank 类别（1 必须同步解读，2 起草单位判断后主动解读，3 其他），
    required 没有解读是否不能发布，within_workdays 解读最迟在文件公开后几个工作日内公开（0 为同时），
    why 理由，source 来源，confidence 可信程度。"""

    rank: int
    required: bool
    within_workdays: int
    why: str
    source: str
    confidence: Confidence


_313: Final = "穗府办函〔2017〕313号第三条"
_ORDER: Final = re.compile(r"(?:人民政府|政府|^[^〔]{1,8}府)令|令\s*第")
_NORMATIVE_CODE: Final = re.compile(r"规(?:字|范)?(?:发)?\s*[〔\[［(（【]\s*\d{4}")


def interpretation(
    kind: RecordKind, document_number: str = "", *, public_effect: bool = False, within_workdays: int = 3
) -> Interpretation:
    """解读要求：按文号和种类定解读的类别。

    参数：document_number 文号（写法不限）；
    public_effect 起草单位认为有社会管理效力、涉及权益、受关注或专业性强；
    within_workdays 第二类解读的期限（工作日），各地不同，是设置。
    规则：文号是“政府令”的规章、“××规〔年〕”的规范性文件（或登记为规范性文件、法规规章文本的）为第一类，
    解读须与文件同时公开；第二类由起草单位判断；其余为第三类。
    来源：穗府办函〔2017〕313号第三条（第一、二类读过；第三类与 3 个工作日未在该文核实）。
    """
    text = "".join(n.canonical for n in docnumbers.parse(document_number)) or document_number
    if _ORDER.search(text):
        why = "文号是政府令，属于政府规章，解读与文件同时公开"
        return Interpretation(1, True, 0, why, _313, Confidence.PART)
    if _NORMATIVE_CODE.search(text) or kind is RecordKind.NORMATIVE:
        why = "行政规范性文件，解读与文件同步组织、同步审签、同时公开"
        return Interpretation(1, True, 0, why, _313, Confidence.PART)
    if public_effect:
        why = f"起草单位认为应当解读，文件公开后{within_workdays}个工作日内公开解读"
        return Interpretation(2, False, within_workdays, why, _313, Confidence.MEMORY)
    return Interpretation(3, False, within_workdays, "其他文件，按需要解读", _313, Confidence.MEMORY)
