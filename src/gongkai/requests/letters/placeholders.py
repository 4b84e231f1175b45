"""占位：模板可以用的各个名称，各有种类、说明和取值的办法；内容都由案卷来，不靠手填。"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from django.utils import timezone

from gongkai.core.calendar import current_calendar
from gongkai.core.fields import masked
from gongkai.law.clock_events import CHANNELS
from gongkai.law.clock_log import say
from gongkai.law.decisions import DECISIONS, cite

from ..models import Case, Item, Letter
from ..rules import rules_of


class Kind(StrEnum):
    """占位的种类。"""

    TEXT = "文字"
    DATE = "日期"
    NUMBER = "数字"
    LIST = "列表"


@dataclass(slots=True)
class Source:
    """取值的来源：一件申请，其中的一份文书、一项；extra 为另给的值（占位名称 → 内容）。

    更正答复书没有所属的申请，case 为 None，内容全在 extra 里。
    """

    case: Case | None
    letter: Letter | None = None
    item: Item | None = None
    several: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.letter and self.letter.fields and not self.fields:
            self.fields = json.loads(self.letter.fields)

    @property
    def on(self) -> date:
        """文书的日期：引用条款以它为准。"""
        return (self.letter and self.letter.signed_on) or timezone.localdate()

    def material(self, key: str) -> str:
        value = self.item.materials.get(key) if self.item else ""
        return value.strip() if isinstance(value, str) else ""

    def value(self, name: str) -> str:
        """一个占位的内容；没有的为空。"""
        if self.case is None:
            return _written(self.extra.get(name, ""))
        return self.extra.get(name) or PLACEHOLDERS[name].take(self)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """占位：name 名称，kind 种类，note 从哪里来，take 取值。"""

    name: str
    kind: Kind
    note: str
    take: Callable[[Source], str]


PLACEHOLDERS: Final[dict[str, Placeholder]] = {}
Take = Callable[[Source], Any]


def _written(value: Any) -> str:
    if isinstance(value, date):
        return say(value)
    if isinstance(value, (list, tuple)):
        return "；".join(str(each).strip().rstrip("。；") for each in value if str(each).strip())
    # 句末的标点由模板写。
    return str(value or "").strip().rstrip("。；")


def _add(name: str, note: str, take: Take, kind: Kind = Kind.TEXT) -> None:
    PLACEHOLDERS[name] = Placeholder(name, kind, note, lambda source: _written(take(source)))


def _field(name: str, key: str, note: str, kind: Kind = Kind.TEXT) -> None:
    """拟稿时填的一栏。"""

    def take(source: Source) -> Any:
        value = source.fields.get(key)
        return date.fromisoformat(value) if value and kind is Kind.DATE else value

    _add(name, note, take, kind)


def _on_applicant(name: str) -> Take:
    return lambda s: masked(getattr(s.case.applicant, name))


def _moment(value: Any) -> date | None:
    return timezone.localtime(value).date() if value else None


# 申请


def quote(source: Source) -> str:
    """申请内容：本轮各项照录。"""
    rows = source.case.items.filter(round=source.case.round)
    return "；".join(row.text.strip().rstrip("。；") for row in rows) or source.case.description.strip()


def _consulted(source: Source) -> str:
    names = {"third_party": "第三方", "co_maker": "共同制作机关", "organ": "其他机关"}
    parties = source.case.consultations.exclude(letter__dispatched_on=None).values_list("party", flat=True)
    return "、".join(names[party] for party in dict.fromkeys(parties.order_by("id")))


def _extension(source: Source) -> Letter | None:
    row = source.case.extensions.filter(state="granted").select_related("letter").first()
    if row is None or row.letter is None or row.letter == source.letter:
        return None
    return row.letter if row.letter.dispatched_on else None


def _extended(key: str) -> Take:
    def take(source: Source) -> Any:
        letter = _extension(source)
        if letter is None:
            return ""
        return {"on": letter.dispatched_on, "number": letter.document_number}[key]

    return take


def _until(source: Source) -> Any:
    if letter := _extension(source):
        return date.fromisoformat(json.loads(letter.fields)["until"])
    return date.fromisoformat(source.fields["until"]) if source.fields.get("until") else ""


def _flagged(day: Any) -> Any:
    """日期：那一年的放假安排还没有公布的，写明暂定，不印没有标明的暂定日期。"""
    if not isinstance(day, date) or not current_calendar().is_provisional(day):
        return day
    return f"{say(day)}（暂定，以放假安排公布后的推算为准）"


def _units(source: Source) -> list[str]:
    rows = source.case.assignments.select_related("organisation")
    return [f"{row.organisation}{'（主办）' if row.lead else ''}" for row in rows]


# 印在公文上的一律中文，不随界面语言变。
KINDS: Final = {
    "natural": "自然人", "enterprise": "商业企业", "research": "科研机构", "charity": "社会公益组织",
    "legal_service": "法律服务机构", "other": "其他组织",
}  # fmt: skip
FORMS: Final = {
    "paper": "纸质", "electronic": "电子数据", "inspect": "当面查阅、抄录", "any": "由行政机关决定",
}  # fmt: skip
ROUTES: Final = {"portal": "网上获取", "email": "电子邮件", "post": "邮寄", "pick_up": "自行领取"}

_add("机关", "署名的机关", lambda s: rules_of(s.case.agency).issuer_name)
_add("申请人", "申请人的姓名或者名称", lambda s: s.case.applicant.name)
_add(
    "你方", "自然人为“你”，单位为“你单位”", lambda s: "你" if s.case.applicant_kind == "natural" else "你单位"
)
_add("申请人类型", "申请人类型", lambda s: KINDS[s.case.applicant_kind])
_add("证件号码", "遮蔽后的证件号码", _on_applicant("identity_number"))
_add("申请人电话", "遮蔽后的电话", _on_applicant("phone"))
_add("申请人邮箱", "遮蔽后的邮箱", _on_applicant("email"))
_add("申请人地址", "遮蔽后的地址", lambda s: s.case.applicant.masked("address"))
_add("代理人", "代理人的姓名", lambda s: s.case.applicant.agent_name)
_add("申请编号", "申请编号", lambda s: s.case.number)
_add("收到日期", "收到之日（期限由此起算）", lambda s: s.case.received_on, Kind.DATE)
_add("到达日期", "到达之日", lambda s: s.case.arrived_on, Kind.DATE)
_add("提交日期", "提交之日", lambda s: _moment(s.case.submitted_at), Kind.DATE)
_add("登记日期", "登记之日", lambda s: _moment(s.case.registered_at), Kind.DATE)
_add("提出渠道", "怎样提出的", lambda s: CHANNELS[s.case.channel])
_add("申请内容", "各项内容照录", quote)
_add("形式要求", "申请人要求的形式", lambda s: FORMS[s.case.form])
_add("获取途径", "申请人要求的获取方式", lambda s: ROUTES[s.case.route])
_add("邮件号码", "来信的邮件号码", lambda s: s.case.postal_number)
_add("答复期限", "由事件推算的期限", lambda s: _flagged(s.case.due), Kind.DATE)
_add("承办单位", "分给的处室", _units, Kind.LIST)
_add("承办人", "承办人", lambda s: s.case.handler or "")
_add("答复日期", "答复之日", lambda s: s.case.answered_on, Kind.DATE)
_add("征求意见对象", "征求过谁的意见", _consulted, Kind.LIST)
_add("延期告知日", "延期告知书发出之日", _extended("on"), Kind.DATE)
_add("延期文号", "延期告知书的字号", _extended("number"))
_add("延期至", "延长后的期限", lambda s: _flagged(_until(s)), Kind.DATE)

# 拟稿时填的
_field("期限", "within", "告知的工作日数", Kind.NUMBER)
_add(
    "数量频次",
    "申请的数量、频次",
    lambda s: s.fields.get("counts") or getattr(getattr(s.case, "reasons", None), "counts", ""),
)
_field("延期原因", "reason", "延期的理由")
_field("延长工作日", "workdays", "延长几个工作日", Kind.NUMBER)
_field("延迟至", "postponed_until", "依第三十五条延迟到的日期", Kind.DATE)
_field("征求意见的内容", "content", "需要征求意见的内容")
_field("征求意见条款", "article", "征求意见的条款")
_field("逾期后果", "silence", "逾期不提意见的后果")
_field("提意见的办法", "how", "意见怎样提出，含对方自己的网址")
_field("意见日期", "opinion_on", "收到第三方意见之日", Kind.DATE)
_field("公开的内容", "content", "决定公开的内容")
_field("公开的理由", "reason", "不顾反对决定公开的理由")
_field("协办事项", "task", "请协助的事项")
_field("协办期限", "by", "请何时前回复", Kind.DATE)
_field("收费依据", "article", "收费的依据")
_field("收费计算", "sums", "计算过程", Kind.LIST)
_field("收费金额", "yuan", "金额（元）", Kind.NUMBER)
_add("缴纳方式", "规则里的缴纳方式", lambda s: rules_of(s.case.agency).payment)
# 更正答复书（T27）没有所属的申请，内容由核实人填，见 actions.fixing。
CORRECTION: Final = (
    "更正编号", "更正的记录", "更正的证据", "更正核实情况", "更正内容", "不予更正的理由", "转送情况",
)  # fmt: skip
for _name in CORRECTION:
    _add(_name, "更正答复时填的（只用于更正答复书）", lambda s: "")


def _defects(source: Source) -> str:
    rows = source.fields.get("defects") or []
    return "\n".join(
        f"{n}．{row['text'].rstrip('。')}。补正办法：{row['guidance'].rstrip('。')}。"
        for n, row in enumerate(rows, 1)
    )


PLACEHOLDERS["补正事项"] = Placeholder("补正事项", Kind.LIST, "要补正的各项和怎样补正", _defects)


# 一项的决定


def _basis(source: Source) -> str:
    decision = DECISIONS.get(source.item.code) if source.item else None
    if decision is None or not decision.statute:
        return ""
    return cite(decision.statute, decision.article, source.on)


def _label(source: Source) -> str:
    return DECISIONS[source.item.code].label if source.item and source.item.code in DECISIONS else ""


def _of_item(name: str) -> Take:
    return lambda s: getattr(s.item, name) if s.item else ""


def _released(source: Source) -> list[Any]:
    files = list(source.case.files.filter(kind="release").order_by("id"))
    own = [row for row in files if source.item and row.item_id == source.item.pk]
    return own or [row for row in files if row.item_id is None]


def _listing(source: Source) -> list[str]:
    if source.item and source.item.code == "A3":
        return []
    return [
        f"《{row.name.rsplit('.', 1)[0]}》{f'（{row.pages}页）' if row.pages else ''}"
        for row in _released(source)
    ]


def _withheld(source: Source) -> str:
    parts = source.item.withheld if source.item else []
    out = []
    for n, part in enumerate(parts, 1):
        ground = DECISIONS[part["code"]]
        basis = cite(ground.statute, ground.article, source.on)
        out.append(
            f"{n}．{part['part']}，属于{ground.label}，依据{basis}，理由：{part['reason'].rstrip('。')}。"
        )
    return "\n".join(out)


def _search(source: Source) -> str:
    if source.item is None:
        return ""
    out = []
    for row in source.item.searches.all():
        places = "；".join(
            "、".join(
                text
                for key, head in (("place", ""), ("period", "年代"), ("words", "关键词"), ("method", "方式"))
                if place.get(key)
                for text in [f"{head}“{place[key]}”" if head else place[key]]
            )
            for place in row.places
        )
        out.append(f"本机关于{say(row.on)}检索了{places}")
    return "；".join(out)


def _third_party(source: Source) -> str:
    said = {
        "agree": "第三方同意公开", "partly": "第三方同意部分公开", "object": "第三方不同意公开",
        "silent": "第三方逾期未提出意见",
    }  # fmt: skip
    item = source.item
    if item is None:
        return ""
    rows = [
        row for row in source.case.consultations.filter(party="third_party").exclude(opinion="")
        if row.item_id in (None, item.pk)
    ]  # fmt: skip
    return "；".join(
        f"本机关依法书面征求第三方意见，{said[row.opinion]}"
        + (f"，经审查：{row.assessment_text.rstrip('。')}" if row.assessment_text else "")
        for row in rows
    )


def _organ(key: str) -> Take:
    def take(source: Source) -> str:
        organ = source.item.materials.get("competent_organ") if source.item else None
        if not isinstance(organ, dict):
            return ""
        if key == "unknown":
            return str(organ.get("unknown") or "")
        name, contact = str(organ.get("name") or ""), str(organ.get("contact") or "")
        return f"{name}（联系方式：{contact}）" if name and contact else ""

    return take


def _forbidding(source: Source) -> str:
    law = source.item.materials.get("forbidding_law") if source.item else None
    if not isinstance(law, dict) or not law.get("title"):
        return ""
    title = str(law["title"]).strip("《》")
    return f"《{title}》{law.get('article', '')}"


def _earlier(key: str) -> Take:
    def take(source: Source) -> Any:
        case = source.item.earlier_case if source.item else None
        if case is None:
            return ""
        if key == "number":
            letter = case.letters.exclude(outcome="").exclude(state="void").first()
            return letter.document_number if letter else ""
        return {"case": case.number, "received": case.received_on, "answered": case.answered_on}[key]

    return take


def _notice(kind: str, key: str) -> Take:
    """补正、说明理由、收费通知：字号、发出、送达、期满。"""

    def take(source: Source) -> Any:
        row = getattr(source.case, kind, None)
        if row is None:
            return ""
        if key == "answered":
            return row.answered_on
        served = row.letter.served_on
        if key == "limit":
            return current_calendar().add(served, getattr(row, "within", 20)) if served else ""
        dates = {"number": row.letter.document_number, "sent": row.letter.dispatched_on, "served": served}
        return dates[key]

    return take


def _head(source: Source) -> str:
    return f"关于“{source.item.text.rstrip('。；')}”：" if source.item and source.several else ""


PLACEHOLDERS["项目标识"] = Placeholder("项目标识", Kind.TEXT, "有几项时写明是哪一项；只有一项时为空", _head)
PLACEHOLDERS["不予公开的部分"] = Placeholder("不予公开的部分", Kind.LIST, "各部分连同条款、理由", _withheld)
_add("依据条款", "由决定代码和成文日期得出", _basis)
_add("不予公开的理由种类", "由决定代码得出", _label)
_add("事实", "决定时写的事实", _of_item("facts"))
_add("理由", "决定时写的理由", _of_item("reason"))
_add("形式变更理由", "未按要求的形式提供的理由", _of_item("form_changed"))
_add("获取方式", "获取方式、途径", lambda s: s.material("where"))
_add("获取时间", "获取时间", lambda s: s.material("when"))
_add("提供形式", "实际提供的形式", lambda s: _given(s))
_add("提供的文件", "拟提供的信息目录", _listing, Kind.LIST)
_add("提供份数", "拟提供的份数", lambda s: str(len(_listing(s)) or ""), Kind.NUMBER)
_add("禁止公开的规定", "法律、行政法规的条文", _forbidding)
_add("定密依据", "定密依据", lambda s: s.material("secrecy_basis"))
_add("密级标识", "密级标识", lambda s: s.material("secrecy_mark"))
_add("保密期限", "保密期限", lambda s: s.material("secrecy_term"))
_add("第三方意见", "征求意见的经过和本机关的判断", _third_party)
_add("特别规定", "特别规定的法律、行政法规", lambda s: s.material("special_law"))
_add("查询机关", "办理查询的机关", lambda s: s.material("special_organ"))
_add("检索情况", "检索记录", _search, Kind.LIST)
_add("负责机关", "负责公开的机关及联系方式", _organ("name"))
_add("无法确定的理由", "无法确定负责机关的理由", _organ("unknown"))
_add("渠道", "信访等的渠道", lambda s: s.material("channel"))
_add("前次收到日期", "前次申请收到之日", _earlier("received"), Kind.DATE)
_add("前次编号", "前次申请的编号", _earlier("case"))
_add("前次答复日期", "前次答复之日", _earlier("answered"), Kind.DATE)
_add("前次文号", "前次答复的字号", _earlier("number"))
_add("前次提供情况", "申请人已获取的记录", lambda s: s.material("earlier_delivery"))
_add("说明理由文号", "说明理由告知书的字号", _notice("reasons", "number"))
_add("补正文号", "补正告知书的字号", _notice("correction", "number"))
_add("补正日期", "收到补正之日", _notice("correction", "answered"), Kind.DATE)
_add("补正告知日期", "补正告知书发出之日", _notice("correction", "sent"), Kind.DATE)
_add("补正送达日期", "补正告知书送达之日", _notice("correction", "served"), Kind.DATE)
_add("补正期满日期", "补正期限的最后一日", _notice("correction", "limit"), Kind.DATE)
_add("收费文号", "收费通知书的字号", _notice("fee", "number"))
_add("收费通知日期", "收费通知书发出之日", _notice("fee", "sent"), Kind.DATE)
_add("收费送达日期", "收费通知书送达之日", _notice("fee", "served"), Kind.DATE)
_add("收费期满日期", "缴费期限的最后一日", _notice("fee", "limit"), Kind.DATE)
_add("终止原因", "终止办理的原因", lambda s: s.material("closing_reason") or s.fields.get("closing_reason"))


def _given(source: Source) -> str:
    if source.item is None or source.item.code == "A3":
        return ""
    form = source.item.materials.get("form") or source.case.form
    if form == "any":
        return "电子数据" if source.case.route in ("portal", "email") else "纸质"
    return FORMS.get(form, "")


# 表格


def _step(stage: str) -> Take:
    def take(source: Source) -> list[str]:
        if source.letter is None:
            return []
        rows = source.letter.steps.filter(stage=stage).select_related("reviewer")
        verdicts = {"submitted": "送审", "passed": "通过", "returned": "退回"}
        return [
            f"{verdicts[row.verdict]}{f'：{row.opinion}' if row.opinion else ''}"
            f"（{row.reviewer}，{say(timezone.localtime(row.at).date())}）"
            for row in rows
        ]

    return take


def _decisions(source: Source) -> list[str]:
    rows = source.case.items.filter(round=source.case.round)
    return [f"第{row.number}项 {DECISIONS[row.code].label}" for row in rows if row.code in DECISIONS]


def _delivery(name: str) -> Take:
    from ..models.rules import CARRIERS

    def take(source: Source) -> Any:
        row = source.letter.deliveries.order_by("-id").first() if source.letter else None
        if row is None:
            return ""
        return CARRIERS.get(row.carrier, "") if name == "carrier" else getattr(row, name)

    return take


_add("受送达人", "文书发给谁", lambda s: s.fields.get("addressee") or s.case.applicant.name)
_add("文书名称", "文书的标题", lambda s: s.letter.title if s.letter else "")
_add("发文字号", "发文字号", lambda s: s.letter.document_number if s.letter else "")
_add("拟作决定", "各项的决定", _decisions, Kind.LIST)
_add("承办意见", "送审的意见", _step("draft"))
_add("保密意见", "保密审查的意见", _step("secrecy"))
_add("法制意见", "合法性审查的意见", _step("legal"))
_add("工作机构意见", "另给", lambda s: "")
_add("签发意见", "签发的意见", _step("signing"))
_add("送达方式", "送达方式", _delivery("carrier"))
_add("送达邮件号码", "邮件号码", _delivery("tracking"))
_add("发出日期", "发出之日", _delivery("sent_on"), Kind.DATE)
_add("送达日期", "送达之日", _delivery("delivered_on"), Kind.DATE)
_add("签收人", "签收人", _delivery("signer"))
for _name, _note in (
    ("移送名称", "转成的信息的名称"), ("移送内容", "移送的内容"), ("答复文号", "答复的字号"),
    ("移送日期", "移送之日"), ("移送人", "移送人"), ("办理结果", "报表行的名称"), ("保管期限", "保管期限"),
    ("归档日期", "归档之日"), ("归档文件", "各份文件及其校验值"),
):  # fmt: skip
    _add(_name, f"{_note}（归档、移送时另给）", lambda s: "")
