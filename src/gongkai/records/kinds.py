"""信息的类型与各自的专有栏目：一处定义，表单、检查、展示和导出都照它来。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """信息类型。"""

    NORMATIVE = "normative", _("规范性文件")
    REGULATION = "regulation", _("法规规章文本")
    POLICY = "policy", _("政策文件")
    PLAN = "plan", _("规划计划")
    INTERPRETATION = "interpretation", _("政策解读")
    GUIDE = "guide", _("公开指南")
    SYSTEM = "system", _("公开制度")
    INSTITUTION = "institution", _("机构职能")
    NOTICE = "notice", _("通知公告")
    NEWS = "news", _("工作动态")
    PERSONNEL = "personnel", _("人事信息")
    PROCUREMENT = "procurement", _("政府采购")
    PENALTY = "penalty", _("行政处罚")
    LICENCE = "licence", _("行政许可")
    EMERGENCY = "emergency", _("应急信息")
    STATISTICS = "statistics", _("统计信息")
    FINANCE = "finance", _("财政信息")
    ANNUAL_REPORT = "annual_report", _("公开年报")
    TOPIC = "topic", _("专题")
    OTHER = "other", _("其他信息")


class Type(models.TextChoices):
    """栏目的数据类型。"""

    TEXT = "text", _("文字")
    LONG = "long", _("长文字")
    NUMBER = "number", _("整数")
    DATE = "date", _("日期")
    YEAR = "year", _("年份")
    CHOICE = "choice", _("选项")


@dataclass(frozen=True, slots=True)
class Field:
    """专有栏目：name 键，label 名称，type 数据类型，required 公开前必填，choices 选项（值, 名称）。"""

    name: str
    label: Any
    type: str = Type.TEXT
    required: bool = False
    choices: tuple[tuple[str, Any], ...] = ()
    help: Any = ""

    def problem(self, value: Any) -> str:
        """毛病：值不合类型时的说明；合格为空。"""
        if value in (None, ""):
            return ""
        if self.type == Type.CHOICE and value not in dict(self.choices):
            return str(_("不在选项里"))
        text = str(value)
        if self.type in (Type.NUMBER, Type.YEAR) and not (text.isascii() and text.isdigit()):
            return str(_("应是数字"))
        if self.type == Type.YEAR and not 1900 <= int(text) <= 2999:
            return str(_("年份写四位数，如 2026"))
        if self.type == Type.DATE:
            try:
                date.fromisoformat(str(value))
            except ValueError:
                return str(_("日期写成 2026-01-31 的样子"))
        return ""


PLAN_CLASSES: Final = (
    ("outline", _("国民经济和社会发展规划纲要")),
    ("territorial", _("国土空间规划")),
    ("special", _("专项规划")),
    ("regional", _("区域规划")),
    ("annual", _("年度计划")),
    ("action", _("行动计划或实施方案")),
)
LEVELS: Final = (("state", _("国家")), ("province", _("省")), ("city", _("市")), ("district", _("区")))

# 必填只列公开前没有就不完整的；法律另有要求的在检查（gates）里注明条款。
FIELDS: Final[dict[str, tuple[Field, ...]]] = {
    Kind.PLAN: (
        Field("plan_class", _("规划类别"), Type.CHOICE, True, PLAN_CLASSES),
        Field("five_year", _("五年规划序号"), Type.NUMBER, help=_("“十四五”填 14；不是五年规划不填")),
        Field("period_from", _("规划期起"), Type.YEAR, True),
        Field("period_to", _("规划期止"), Type.YEAR, True),
        Field("level", _("层级"), Type.CHOICE, True, LEVELS),
        Field("sector", _("领域"), required=True, help=_("如供水、排水、防洪、水资源")),
        Field("compiled_by", _("编制机关"), required=True),
        Field("approved_by", _("批准机关"), required=True),
        Field("approval_number", _("批准文号"), required=True),
        Field("approved_on", _("批准日期"), Type.DATE, True),
        Field("withheld", _("不公开的部分及理由"), Type.LONG),
    ),
    Kind.NORMATIVE: (
        Field("legality_opinion", _("合法性审核意见"), required=True, help=_("文号或说明")),
        Field("fair_competition", _("公平竞争审查"), help=_("结论，或不涉及的说明")),
        Field("consultation", _("征求意见"), help=_("征求意见页面的网址，或不征求的理由")),
        Field("adoption", _("意见采纳情况"), Type.LONG),
        Field("gazette", _("公报期号")),
    ),
    Kind.REGULATION: (
        Field("official_source", _("正式文本来源"), required=True),
        Field("version_date", _("文本版本日期"), Type.DATE, True),
        Field("text_sha256", _("文本校验值"), help=_("由系统在导入正式文本时填写")),
        Field("compared_on", _("最近比对日期"), Type.DATE, help=_("由系统填写")),
        Field("lapsed_on", _("失效日期"), Type.DATE, help=_("来源注明已失效而库里没有废止它的文件时填")),
    ),
    Kind.INTERPRETATION: (
        Field("form", _("解读形式"), required=True, help=_("文字、图解、动画、短视频、访谈等")),
        Field("interpreter", _("解读人"), required=True, help=_("单位或姓名职务")),
    ),
    Kind.GUIDE: (
        Field("office", _("受理机构"), required=True),
        Field("address", _("地址"), required=True),
        Field("hours", _("办公时间"), required=True),
        Field("phone", _("联系电话"), required=True),
        Field("fax", _("传真")),
        Field("online", _("网上申请渠道"), required=True),
    ),
    Kind.INSTITUTION: (
        Field("address", _("办公地址"), required=True),
        Field("hours", _("办公时间"), required=True),
        Field("phone", _("联系方式"), required=True),
        Field("leader", _("负责人姓名"), required=True),
        Field("duties", _("机构职能"), Type.LONG, True),
    ),
    Kind.PERSONNEL: (Field("category", _("人事类别"), required=True, help=_("任免、招考、公示等")),),
    Kind.PROCUREMENT: (
        Field("project", _("项目名称"), required=True),
        Field("project_number", _("项目编号")),
        Field("stage", _("环节"), required=True, help=_("意向、公告、结果、合同")),
        Field("amount", _("金额（元）"), Type.NUMBER),
    ),
    Kind.PENALTY: (
        Field("party", _("当事人"), required=True, help=_("自然人只写姓氏，如“李某”")),
        Field("decision_number", _("决定书文号"), required=True),
        Field("decided_on", _("决定日期"), Type.DATE, True),
        Field("basis", _("处罚依据"), Type.LONG, True),
        Field("result", _("处罚内容"), Type.LONG, True),
    ),
    Kind.LICENCE: (
        Field("item", _("许可事项"), required=True),
        Field("party", _("行政相对人"), required=True),
        Field("decision_number", _("决定书文号"), required=True),
        Field("decided_on", _("决定日期"), Type.DATE, True),
        Field("valid_to", _("有效期至"), Type.DATE),
    ),
    Kind.EMERGENCY: (
        Field("category", _("应急类别"), Type.CHOICE, True, (
            ("scheme", _("应急预案")), ("warning", _("预警信息")), ("response", _("应对情况")),
        )),
        Field("level", _("级别")),
    ),
    Kind.ANNUAL_REPORT: (Field("year", _("报告年度"), Type.YEAR, True),),
}  # fmt: skip

# 这些类型算时效；规划按规划期，其余按施行日期、有效期和废改关系。
WITH_VALIDITY: Final = frozenset({Kind.NORMATIVE, Kind.REGULATION, Kind.POLICY, Kind.PLAN})
# 合法性审核：规范性文件应审必审（国办发〔2018〕115号）；其他类型可按需送审。
NEEDS_LEGAL: Final = frozenset({Kind.NORMATIVE})
# 固定四栏不收这些（国办公开办函〔2019〕61号：专栏姓专）。
NEWS_KINDS: Final = frozenset({Kind.NEWS, Kind.TOPIC})


def fields_of(kind: str) -> tuple[Field, ...]:
    """专有栏目：该类型的全部栏目，没有则为空。"""
    return FIELDS.get(kind, ())
