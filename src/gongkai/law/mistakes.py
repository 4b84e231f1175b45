"""败诉的 32 种错误：各由哪一项控制防住。

来源：L 条例、行政复议法、司法解释的明文；C 已见的案例；P 办案经验。
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["MISTAKES", "Mistake"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """错误：number 序号，text 内容，source 来源（L、C、P），control 控制的标识，how 怎样防。"""

    number: int
    text: str
    source: str
    control: str
    how: str


MISTAKES: Final = tuple(
    Mistake(number, *rest)
    for number, rest in enumerate(
        (
            (
                "逾期答复；诉讼中补答不能补救",
                "C",
                "clock_alarms",
                "由事件推算期限，第10、15、18日和末日提醒并逐级上报",
            ),
            (
                "漏算调休和节假日，或把收到当日算入",
                "C",
                "workday_calendar",
                "工作日历与公布的通知逐日一致，起始日不计",
            ),
            (
                "申请在内外网之间丢失，称没有看到",
                "C",
                "intake_heartbeat",
                "提交即确认，未读申请报警，门户与后台互通心跳",
            ),
            (
                "拒收某种渠道，或以送错部门为由不收",
                "C",
                "any_office_intake",
                "任何窗口都能登记，内部转送保留首次到达之日",
            ),
            (
                "补正告知超过7个工作日、分次或重复告知",
                "L",
                "one_correction",
                "超期不再停止计算；一次列全，第二次拒绝",
            ),
            (
                "描述已够清楚仍要求补正，或没有给予指导",
                "L",
                "correction_guidance",
                "理由和指导必填，复核人看得到原文",
            ),
            ("没有送达证明就认定逾期不补正", "L", "lapse_needs_service", "F1、F2 须有送达回证"),
            (
                "延期没有负责人同意，或过了期限才告知",
                "L",
                "extension_by_head",
                "只有工作机构负责人能批，期限届满后不能批",
            ),
            (
                "没有充分检索就答复信息不存在",
                "C",
                "search_record",
                "检索记录必填，至少两处；申请人有线索的另一人再查",
            ),
            ("不存在、非本机关、未制作混为一谈", "L", "decision_wizard", "按问题逐步得出，不能任选"),
            (
                "知道负责公开的机关却没有告知",
                "L",
                "competent_organ",
                "机关名录可查；填机关或注明无法确定的理由",
            ),
            ("能区分处理的整份不予公开", "L", "separability", "每一项都问能否区分，不答不能拒绝"),
            (
                "只写“涉及秘密”一类结论，没有事实和理由",
                "L",
                "reasoned_refusal",
                "条款、事实、理由分栏必填，设最少字数",
            ),
            (
                "涉及第三方却没有征求意见，或把沉默当作反对",
                "L",
                "consultation_required",
                "须有征求意见记录；沉默的由本机关自行决定",
            ),
            ("第三方反对没有合理理由，机关照单全收", "L", "own_assessment", "本机关的判断必填"),
            ("没有告知第三方就公开其信息", "L", "override_notice", "公开前书面告知第三方，遮盖后预览"),
            (
                "没有密级标识和保密期限就称国家秘密",
                "L",
                "secrecy_proof",
                "C1 须有密级、期限、依据，否则报请确定",
            ),
            ("以低于行政法规的规定为由禁止公开", "L", "law_or_regulation_only", "C2 只能选法律、行政法规"),
            (
                "过程已经结束，或另有规定应当公开，仍以过程性信息拒绝",
                "L",
                "process_ended",
                "问过程是否结束、有无应当公开的规定",
            ),
            ("答非所问，给了别的信息", "C", "item_by_item", "申请的各项与答复逐项对照，每项都有决定代码"),
            ("没有理由就不按申请人要求的形式提供", "L", "delivery_form", "改变形式须写理由"),
            (
                "前次答复的是别的信息或别的申请人，却称重复申请",
                "L",
                "earlier_reply",
                "须链接同一申请人的前次答复",
            ),
            ("把真正的申请当作信访", "L", "second_opinion", "问是否要求某项记录，另一人复核"),
            (
                "救济告知写错：上一级主管部门、没有复议前置、期限不对",
                "L",
                "generated_remedy",
                "由决定代码和日期得出，不能手写",
            ),
            ("网上送达却没有网上复议渠道", "L", "online_review_channel", "网址必填，没有不能网上送达"),
            ("引用修订前的条文或已废止的司法解释", "L", "article_library", "条文库带施行和废止之日"),
            ("用快递公司寄送或到付", "L", "permitted_carrier", "承运人限于邮政企业"),
            ("署名不对：办公室代替机关，内设机构没有授权", "P", "fixed_issuer", "署名由机关设置，不能改"),
            ("要求说明用途，或超出需要索要身份信息", "L", "no_purpose_field", "没有这样的栏目"),
            (
                "收费两种标准相加、算错月份、没有依据、过期通知",
                "L",
                "fee_calculator",
                "按件或按量只选一种，通知书锁定算法",
            ),
            ("答复或门户泄露个人信息", "L", "redaction_and_masking", "遮盖真正删除文字，清除文件属性"),
            ("交付的电子文件与归档的不一致", "P", "dispatch_hash", "发出时记录文件摘要"),
        ),
        start=1,
    )
)
