"""年度报告的三张表：行、列和说法，照格式原文。对外从 gongkai.law.annual 引入。

来源：《中华人民共和国政府信息公开工作年度报告格式》（国办公开办函〔2021〕30号）；
《政府信息公开条例》第二十条、第四十九条、第五十条。
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Block:
    """主动公开情况表的一块：article 条款，columns 各列，rows 信息内容（表中原文，也是键）。"""

    article: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]


TABLE2: Final = (
    Block("第二十条第（一）项", ("本年制发件数", "本年废止件数", "现行有效件数"), ("规章", "行政规范性文件")),
    Block("第二十条第（五）项", ("本年处理决定数量",), ("行政许可",)),
    Block("第二十条第（六）项", ("本年处理决定数量",), ("行政处罚", "行政强制")),
    Block("第二十条第（八）项", ("本年收费金额（单位：万元）",), ("行政事业性收费",)),
)

TABLE3_NOTE: Final = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
TABLE3_COLUMNS: Final = (
    "自然人",
    "商业企业",
    "科研机构",
    "社会公益组织",
    "法律服务机构",
    "其他",
    "总计",
)
# 中间五列在表头归“法人或其他组织”之下。
TABLE3_LEGAL_PERSONS: Final = slice(1, 6)
# 每行：键 → 表中原文。
TABLE3_ROWS: Final = MappingProxyType(
    {
        "new": "一、本年新收政府信息公开申请数量",
        "carry_in": "二、上年结转政府信息公开申请数量",
        "r1": "（一）予以公开",
        "r2": "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
        "r3_1": "1.属于国家秘密",
        "r3_2": "2.其他法律行政法规禁止公开",
        "r3_3": "3.危及“三安全一稳定”",
        "r3_4": "4.保护第三方合法权益",
        "r3_5": "5.属于三类内部事务信息",
        "r3_6": "6.属于四类过程性信息",
        "r3_7": "7.属于行政执法案卷",
        "r3_8": "8.属于行政查询事项",
        "r4_1": "1.本机关不掌握相关政府信息",
        "r4_2": "2.没有现成信息需要另行制作",
        "r4_3": "3.补正后申请内容仍不明确",
        "r5_1": "1.信访举报投诉类申请",
        "r5_2": "2.重复申请",
        "r5_3": "3.要求提供公开出版物",
        "r5_4": "4.无正当理由大量反复申请",
        "r5_5": "5.要求行政机关确认或重新出具已获取信息",
        "r6_1": "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
        "r6_2": "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
        "r6_3": "3.其他",
        "r7": "（七）总计",
        "carry_out": "四、结转下年度继续办理",
    }
)
TABLE3_GROUPS: Final = MappingProxyType(
    {
        "r": "三、本年度办理结果",
        "r3": "（三）不予公开",
        "r4": "（四）无法提供",
        "r5": "（五）不予处理",
        "r6": "（六）其他处理",
    }
)
# 办理结果的 21 个叶子；（三）至（六）在格式里没有小计行。
LEAVES: Final = tuple(key for key in TABLE3_ROWS if key.startswith("r") and key != "r7")

TABLE4_COLUMNS: Final = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
TABLE4_ROWS: Final = MappingProxyType(
    {
        "review": "行政复议",
        "direct_suit": "行政诉讼 未经复议直接起诉",
        "suit_after_review": "行政诉讼 复议后起诉",
    }
)

# 六个部分的标题；五是 V16 所查的部分。
SECTIONS: Final = MappingProxyType(
    {
        "1": "一、总体情况",
        "2": "二、主动公开政府信息情况",
        "3": "三、收到和处理政府信息公开申请情况",
        "4": "四、政府信息公开行政复议、行政诉讼情况",
        "5": "五、存在的主要问题及改进情况",
        "6": "六、其他需要报告的事项",
    }
)


def row_label(key: str) -> str:
    """申请情况表一行的完整说法：带上所在的组，如“（三）不予公开 1.属于国家秘密”。"""
    group = TABLE3_GROUPS.get(key.split("_")[0], "") if "_" in key and key.startswith("r") else ""
    return f"{group}{TABLE3_ROWS[key]}"
