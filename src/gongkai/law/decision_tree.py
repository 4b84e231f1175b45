"""决定向导：一项申请内容应作哪种决定，由一串问题逐步得出，不能任选。

来源：《政府信息公开条例》第十四条至第十七条、第三十条、第三十二条、第三十五条至第三十九条。
问题的次序防住几种常见的错误：信访与申请之分（另一人复核）、重复申请须是同一人同一信息、
非本机关先于不存在、不存在与未制作之分、过程是否结束、能否区分处理。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

__all__ = ["FIRST", "QUESTIONS", "STEPS", "Option", "Outcome", "Question", "walk"]


@dataclass(frozen=True, slots=True)
class Option:
    """选项：key 标识，text 说法，to 下一问、决定代码或尚须办理的步骤；note 选了之后的提醒。"""

    key: str
    text: str
    to: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """问题：key 标识，text 问什么，article 依据，options 选项。"""

    key: str
    text: str
    article: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """走到哪里：code 决定代码、step 尚须办理的步骤、ask 下一问，有且只有一个。

    path 为依次的问与答，notes 为提醒。
    """

    code: str = ""
    step: str = ""
    ask: str = ""
    path: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


# 还不能作决定、须先办理的步骤：键 →（说法，文书）。
STEPS: Final = MappingProxyType(
    {
        "ask_correction": ("告知补正", "T04"),
        "wait_correction": ("等候补正，期限届满再定", ""),
        "prove_service": ("取得送达证明", "T26"),
        "ask_second": ("请另一人复核是否信访、投诉、举报", ""),
        "ask_reasons": ("要求说明理由", "T05"),
        "search": ("检索，并作检索记录", ""),
        "consult": ("书面征求第三方意见", "T07"),
        "determine": ("报有关主管部门或保密行政管理部门确定", ""),
        "analyse_harm": ("写出危害分析并经批准", ""),
        "state_reasons": ("写明不公开的必要性", ""),
    }
)

FIRST: Final = "alive"


def _yes_no(yes: str, no: str, yes_note: str = "", no_note: str = "") -> tuple[Option, ...]:
    return Option("yes", "是", yes, yes_note), Option("no", "否", no, no_note)


def _separable(code: str) -> Question:
    return Question(
        f"separable_{code}",
        "除去不应公开的内容，其余能不能区分出来提供？",
        "第三十七条",
        (
            Option("yes", "能区分", "B", "可以公开的部分要提供，不予公开的部分逐处写明条款和理由"),
            Option("no", "不能区分", code, "写明为什么不能区分"),
        ),
    )


_QUESTIONS: Final = (
    Question(
        "alive",
        "这件申请还要不要作实体处理？",
        "第三十条",
        (
            Option("yes", "要", "record"),
            Option("withdrawn", "申请人已撤回，或并案、转出", "F3"),
            Option("not_corrected", "已告知补正，期限已过没有补正", "correction_served"),
            Option("not_paid", "已发收费通知，期限已过没有缴费", "fee_served"),
        ),
    ),
    Question(
        "correction_served",
        "补正告知书送达有证明吗？",
        "第三十条",
        _yes_no("correction_excuse", "prove_service"),
    ),
    Question(
        "correction_excuse",
        "申请人逾期有没有正当理由？",
        "第三十条",
        (Option("yes", "有正当理由", "wait_correction"), Option("no", "没有", "F1")),
    ),
    Question(
        "fee_served", "收费通知书送达有证明吗？", "国办函〔2020〕109号第六条", _yes_no("F2", "prove_service")
    ),
    Question(
        "record",
        "申请人要的是某项记录、文件或数据吗？（不看语气，只看要什么）",
        "第二条、第三十九条第一款",
        (
            Option("yes", "是", "clear"),
            Option("no", "不是，是信访、投诉、举报", "second"),
        ),
    ),
    Question(
        "second",
        "另一人复核后，也认为不是要求政府信息吗？",
        "第三十九条第一款",
        (
            Option("agreed", "同意", "E1", "可以告知通过相应渠道提出"),
            Option("disagreed", "不同意，按申请处理", "clear"),
            Option("not_yet", "还没有复核", "ask_second"),
        ),
    ),
    Question(
        "clear",
        "凭申请的描述，能不能查找？",
        "第二十九条、第三十条",
        (
            Option("yes", "能", "frequency"),
            Option("no", "不能，还没有告知补正", "ask_correction", "7个工作日内一次性告知，给予指导和释明"),
            Option("waiting", "不能，正在等候补正", "wait_correction"),
            Option("still_no", "补正之后仍然不能", "D3"),
        ),
    ),
    Question(
        "frequency",
        "申请的数量、频次是否明显超过合理范围？",
        "第三十五条",
        (
            Option("no", "没有", "repeat"),
            Option("not_asked", "超过，还没有要求说明理由", "ask_reasons"),
            Option("unreasonable", "超过，已说明的理由不合理", "E4"),
            Option("reasonable", "超过，理由合理", "repeat", "无法按期答复的，确定延迟的合理期限并告知"),
        ),
    ),
    Question(
        "repeat",
        "同一申请人是否申请过同一信息，并且已经答复？",
        "第三十六条第六项",
        (
            Option("no", "没有，或不是同一人、同一信息", "reissue"),
            Option("yes", "是，已链接前次答复", "E2"),
        ),
    ),
    Question(
        "reissue",
        "是否要求确认真伪，或重新出具申请人已经取得的信息？",
        "年度报告格式（五）5",
        _yes_no("E5", "publication"),
    ),
    Question(
        "publication",
        "要的是政府公报、报刊、书籍等公开出版物吗？",
        "第三十九条第二款",
        _yes_no("E3", "special"),
    ),
    Question(
        "special",
        "是否属于工商、不动产登记等法律、行政法规对查询有特别规定的信息？",
        "第三十六条第七项",
        _yes_no("C8", "ours"),
    ),
    Question(
        "ours",
        "这项信息由本机关负责公开吗？（制作的，或从公民、企业取得并保存的，或最初从其他机关取得的）",
        "第十条、第三十六条第五项",
        (
            Option("yes", "是", "found"),
            Option("no", "不是", "D1b", "能确定负责公开的机关的，告知名称和联系方式"),
        ),
    ),
    Question(
        "found",
        "检索的结果是什么？",
        "第三十六条第四项、第三十八条",
        (
            Option("found", "查到", "public"),
            Option("none", "至少两处检索，没有查到", "D1a", "写明检索的范围、方式和关键词"),
            Option("raw", "没有现成的，须把零散信息汇总、加工、分析", "D2"),
            Option("not_searched", "还没有检索", "search"),
        ),
    ),
    Question("public", "这项信息已经主动公开了吗？", "第三十六条第一项", _yes_no("A1", "withheld")),
    Question(
        "withheld",
        "有没有不应当公开的内容？",
        "第十三条",
        (Option("no", "没有", "delivery"), Option("yes", "有", "ground")),
    ),
    Question(
        "ground",
        "不应当公开的内容属于哪一种？",
        "第十四条、第十五条、第十六条",
        (
            Option("secret", "国家秘密", "secret_proof"),
            Option("forbidden", "法律、行政法规禁止公开", "forbidden_rank"),
            Option("safety", "公开后可能危及三安全一稳定", "harm"),
            Option("third_party", "商业秘密、个人隐私等，会损害第三方", "opinion"),
            Option("internal", "人事管理、后勤管理、内部工作流程", "internal_effect"),
            Option("process", "讨论记录、过程稿、磋商信函、请示报告", "process_rule"),
            Option("file", "行政执法案卷", "file_rule"),
        ),
    ),
    Question(
        "secret_proof",
        "密级标识、保密期限、定密依据齐全吗？",
        "第十四条、第十七条",
        _yes_no("separable_C1", "determine"),
    ),
    Question(
        "forbidden_rank",
        "写明禁止公开的是法律或行政法规吗？",
        "第十四条",
        _yes_no("separable_C2", "other_ground", no_note="规章和规范性文件不能作为禁止公开的依据"),
    ),
    Question(
        "other_ground",
        "除此之外，还有没有别的不予公开的理由？",
        "第十三条",
        (
            Option("no", "没有", "delivery"),
            Option("unsure", "不能确定", "determine"),
        ),
    ),
    Question("harm", "危害分析写出并经批准了吗？", "第十四条", _yes_no("separable_C3", "analyse_harm")),
    Question(
        "opinion",
        "第三方的意见是什么？",
        "第十五条、第三十二条",
        (
            Option("not_asked", "还没有书面征求", "consult"),
            Option("agree", "同意公开", "delivery"),
            Option("refuse", "不同意，理由合理", "interest"),
            Option("weak", "不同意，理由不合理", "own_view"),
            Option("silent", "逾期没有提出", "own_view", "沉默不等于同意，也不等于反对，由本机关决定"),
        ),
    ),
    Question(
        "own_view",
        "本机关认为公开会损害第三方的合法权益吗？",
        "第十五条、第三十二条",
        _yes_no("interest", "delivery"),
    ),
    Question(
        "interest",
        "不公开会不会对公共利益造成重大影响？",
        "第十五条、第三十二条",
        (
            Option("yes", "会", "delivery", "公开的内容和理由书面告知第三方"),
            Option("no", "不会", "separable_C4"),
        ),
    ),
    Question(
        "internal_effect",
        "对外不产生影响，且写明了不公开的必要吗？",
        "第十六条第一款",
        (
            Option("yes", "是", "separable_C5"),
            Option("no_reason", "对外没有影响，但还没有写明必要", "state_reasons"),
            Option("external", "对外产生影响", "delivery"),
        ),
    ),
    Question(
        "process_rule",
        "有没有法律、法规、规章规定这类信息应当公开？",
        "第十六条第二款",
        _yes_no("delivery", "process_ended"),
    ),
    Question(
        "process_ended",
        "所在的过程结束了吗？",
        "第十六条第二款",
        (
            Option("running", "没有结束", "separable_C6"),
            Option("needed", "已经结束，仍有不公开的必要并已写明", "separable_C6"),
            Option("no_reason", "已经结束，必要性还没有写明", "state_reasons"),
            Option("ended", "已经结束，没有必要不公开", "delivery"),
        ),
    ),
    Question(
        "file_rule",
        "有没有法律、法规、规章规定这类信息应当公开？",
        "第十六条第二款",
        _yes_no("delivery", "file_party"),
    ),
    Question(
        "file_party",
        "申请人是这个案件的当事人吗？",
        "第十六条第二款",
        _yes_no("separable_C7", "separable_C7", yes_note="当事人可以依法查阅案卷，请一并告知途径"),
    ),
    *(_separable(f"C{number}") for number in range(1, 8)),
    Question(
        "delivery",
        "怎样让申请人得到？",
        "第三十六条第二项、第四十条",
        (
            Option("give", "现在提供", "A2"),
            Option("tell", "告知获取的方式、途径和时间", "A3"),
        ),
    ),
)
QUESTIONS: Final = MappingProxyType({question.key: question for question in _QUESTIONS})


def walk(answers: Mapping[str, str]) -> Outcome:
    """走一遍：从第一问起按 ``answers``（问题 → 选项）走，到决定、步骤或没有回答的一问为止。

    返回：Outcome；没有走到的问题的回答不起作用。
    错误：选项不存在时抛出 ValueError，写明哪一问、有哪些选项。
    来源：见模块说明。
    """
    ask = FIRST
    path: list[tuple[str, str]] = []
    notes: list[str] = []
    while ask in QUESTIONS:
        question = QUESTIONS[ask]
        if ask not in answers:
            return Outcome(ask=ask, path=tuple(path), notes=tuple(notes))
        chosen = {option.key: option for option in question.options}.get(answers[ask])
        if chosen is None:
            choices = "、".join(f"{option.key}（{option.text}）" for option in question.options)
            raise ValueError(f"“{question.text}”没有选项 {answers[ask]!r}；请选 {choices}")
        path.append((ask, chosen.key))
        notes += [chosen.note] if chosen.note else []
        ask = chosen.to
    done = {"step": ask} if ask in STEPS else {"code": ask}
    return Outcome(path=tuple(path), notes=tuple(notes), **done)
