"""文书的正文与定稿：各栏由案卷取，救济告知由代码和日期得出，渲染交给登记的渲染器。

渲染器由 set_renderer 登记，一个函数 (letter) -> Rendered；没有登记时定稿是纯文字。
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils import timezone

from gongkai.law.clock_events import CHANNELS
from gongkai.law.clock_log import say
from gongkai.law.decisions import DECISIONS, RemedyValues, cite, remedy

from .models import Case, Item, Letter
from .rules import rules_of

# 文书代码 → 标题里的文种。
TITLES: Final = {
    "T03": "政府信息公开申请接收回执",
    "T04": "政府信息公开申请补正告知书",
    "T05": "政府信息公开申请说明理由告知书",
    "T06": "政府信息公开申请延期答复告知书",
    "T07": "政府信息公开征求意见书",
    "T07b": "政府信息公开征求意见告知书",
    "T07c": "政府信息依申请公开告知书",
    "T08": "政府信息公开征求意见书",
    "T08b": "政府信息公开协办函",
    "T09": "政府信息公开信息处理费收费通知书",
    "T10": "政府信息公开告知书（已主动公开）",
    "T11": "政府信息公开告知书（予以公开）",
    "T12": "政府信息公开告知书（部分公开）",
    "T13": "政府信息公开告知书（不予公开）",
    "T14": "政府信息公开告知书（行政查询事项）",
    "T15a": "政府信息公开告知书（信息不存在）",
    "T15b": "政府信息公开告知书（非本机关负责公开）",
    "T16": "政府信息公开告知书（需要另行制作）",
    "T17": "政府信息公开告知书（补正后仍不明确）",
    "T18": "政府信息公开告知书（不予处理）",
    "T19": "政府信息公开告知书（重复申请）",
    "T20": "政府信息公开告知书（公开出版物）",
    "T21": "政府信息公开告知书（大量反复申请）",
    "T22": "政府信息公开告知书（确认或重新出具）",
    "T23": "政府信息公开告知书（逾期不补正）",
    "T24": "政府信息公开告知书（逾期未缴费）",
    "T25": "政府信息公开申请终止确认书",
    "T26": "送达回证",
    "T27": "政府信息更正答复书",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """定稿：content 文件内容，suffix 后缀，version 所用模板的版本。"""

    content: bytes
    suffix: str
    version: str


_renderer: list[Callable[[Letter], Rendered]] = []


def set_renderer(render_letter: Callable[[Letter], Rendered]) -> None:
    """登记渲染器：此后的定稿都由它出。"""
    _renderer[:] = [render_letter]


def render(letter: Letter) -> Rendered:
    """渲染定稿。"""
    if _renderer:
        return _renderer[0](letter)
    return Rendered(plain(letter).encode(), ".txt", "plain-1")


def fields_of(letter: Letter) -> dict[str, Any]:
    """各栏：拟稿时填的值。"""
    return json.loads(letter.fields) if letter.fields else {}


def date_of(letter: Letter) -> date:
    """文书的日期：成文日期；没有签发的按今天。"""
    return letter.signed_on or timezone.localdate()


def is_online(letter: Letter) -> bool:
    """是否经互联网送达：申请人要求网上、电子邮件获取的。"""
    return letter.case.route in (Case.Route.PORTAL, Case.Route.EMAIL)


def remedy_text(letter: Letter) -> str:
    """救济告知：由决定代码和成文日期得出，不能手写。错误：MissingValueError、StaleLawError。"""
    if letter.remedy:
        return letter.remedy
    rules = rules_of(letter.case.agency)
    codes = list(letter.codes) or [letter.template]
    withheld = [code for code in (*codes, *letter.withheld) if code.startswith("C")]
    code = codes[0]
    if len(set(codes)) > 1 and withheld:
        code = "B"
    online = bool(rules.review_url) or is_online(letter)
    clause = remedy(code, date_of(letter), online=online, withheld=withheld if code == "B" else ())
    values = RemedyValues(rules.review_body, rules.court, rules.review_url)
    return clause.render(values)


def items_of(letter: Letter) -> list[Item]:
    """答复所及的各项。"""
    return list(letter.case.items.filter(round=letter.round).select_related("earlier_case"))


def context(letter: Letter) -> dict[str, Any]:
    """模板可用的各栏：机关、申请人、编号、日期、各项及其决定、救济告知、联系方式、拟稿时填的值。"""
    case, rules = letter.case, rules_of(letter.case.agency)
    fields = fields_of(letter)
    addressee = fields.get("addressee") or case.applicant.name
    return {
        "letter": letter,
        "case": case,
        "rules": rules,
        "issuer": rules.issuer_name,
        "title": letter.title,
        "document_number": letter.document_number,
        "addressee": addressee,
        "request_number": case.number,
        "received_on": case.received_on,
        "channel": CHANNELS[case.channel],
        "due": case.due,
        "date": date_of(letter),
        "items": items_of(letter),
        "fields": fields,
        "remedy": remedy_text(letter),
        "body": text_of(letter),
    }


def _opening(letter: Letter) -> str:
    case = letter.case
    you = "你" if case.applicant_kind == "natural" else "你单位"
    quote = "；".join(item.text for item in items_of(letter))
    text = (
        f"本机关于{say(case.received_on)}收到{you}通过{CHANNELS[case.channel]}提出的政府信息公开申请"
        f"（编号{case.number}），申请公开“{quote}”。"
    )
    correction = getattr(case, "correction", None)
    if correction and correction.answered_on:
        text += f"{you}于{say(correction.answered_on)}提交补正材料。"
    extension = case.extensions.filter(state="granted").select_related("letter").first()
    if extension and extension.letter and extension.letter.dispatched_on:
        text += (
            f"本机关于{say(extension.letter.dispatched_on)}以{extension.letter.document_number}告知延期答复。"
        )
    if case.consultations.exclude(opinion="").exists():
        text += "本机关依法征求了有关方面意见，所需时间不计入答复期限。"
    return text


def _conclusion(letter: Letter, item: Item) -> str:
    """一项的结论：条款、事实、理由。"""
    decision = DECISIONS[item.code]
    basis = cite(decision.statute, decision.article, date_of(letter)) if decision.statute else ""
    head = f"关于“{item.text}”：" if len(letter.codes) > 1 else "经审查，"
    text = f"{head}{f'根据{basis}，' if basis else ''}{decision.label}。"
    if item.facts:
        text += item.facts.rstrip("。") + "。"
    if item.reason:
        text += f"理由：{item.reason.rstrip('。')}。"
    for part in item.withheld:
        ground = DECISIONS[part["code"]]
        text += f"其中“{part['part']}”不予公开，属于{ground.label}，依据{cite(ground.statute, ground.article, date_of(letter))}，理由：{part['reason'].rstrip('。')}。"  # noqa: E501
    for search in item.searches.all() if item.code == "D1a" else ():
        places = "；".join(
            "、".join(str(place.get(key)) for key in ("place", "period", "words") if place.get(key))
            for place in search.places
        )
        text += f"{say(search.on)}检索范围：{places}，未查到。"
    for key in ("where", "when", "special_organ"):
        if item.materials.get(key):
            text += f"{item.materials[key]}。"
    organ = item.materials.get("competent_organ")
    if item.code == "D1b" and isinstance(organ, dict) and organ.get("name"):
        text += f"建议向{organ['name']}（{organ.get('contact', '')}）提出。"
    if item.code == "E2" and item.earlier_case:
        text += f"前次申请编号{item.earlier_case.number}。"
    if item.form_changed:
        text += f"未按要求的形式提供的理由：{item.form_changed.rstrip('。')}。"
    return text


def text_of(letter: Letter) -> str:
    """正文：经办人改过的用改过的，否则照案卷生成；不含标题、称谓、救济告知和署名。"""
    if letter.text:
        return letter.text
    if letter.is_decision:
        items = [item for item in items_of(letter) if item.code in DECISIONS]
        return "\n".join([_opening(letter), *(_conclusion(letter, item) for item in items)])
    return str(fields_of(letter).get("body", ""))


def plain(letter: Letter) -> str:
    """纯文字的全文：标题、字号、称谓、正文、救济、联系、署名、日期。"""
    rules = rules_of(letter.case.agency)
    fields = fields_of(letter)
    contact = "　".join(each for each in (rules.contact, rules.phone, rules.address) if each)
    lines = [
        letter.title,
        letter.document_number,
        f"{fields.get('addressee') or letter.case.applicant.name}：",
        text_of(letter),
        remedy_text(letter),
        f"联系：{contact}" if contact else "",
        rules.issuer_name,
        say(date_of(letter)),
    ]
    return "\n".join(line for line in lines if line)
