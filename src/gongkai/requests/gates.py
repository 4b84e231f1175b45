"""把关：一项决定、一份答复还差什么；败诉的各种错误（law.mistakes，方括号里是控制的标识）多在这里防住。"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from django.utils.translation import gettext as _

from gongkai.core.states import Refusal
from gongkai.law.decisions import (
    DECISIONS,
    REQUIREMENTS,
    STEPS,
    MissingValueError,
    StaleLawError,
    report_row,
    stale_citations,
    walk,
)

from .models import Case, Consultation, Item, Letter, SearchRecord
from .rules import rules_of

# 不予公开的理由；C8 行政查询事项另有文书。
GROUNDS: Final = tuple(f"C{number}" for number in range(1, 8))
# 把信息给出去的决定。
GIVING: Final = ("A2", "A3", "B")
# 这些决定必须写明理由：不予公开、无法提供、不予处理。
_REASONED: Final = ("C", "D", "E")


def _lacks(item: Item, key: str) -> str:
    """缺少的材料的说法；不缺为空。没有专门查法的，看 materials 里填了没有。"""
    check = _CHECKS.get(key)
    if check is not None:
        return check(item)
    if str(item.materials.get(key) or "").strip():
        return ""
    return _("没有填“%(what)s”") % {"what": REQUIREMENTS[key]}


def _short(text: str, least: int, what: str) -> str:
    """字数不够的说法；够的为空。只写结论、没有事实和理由是败诉的常见原因 [reasoned_refusal]。"""
    count = len("".join(text.split()))
    if count >= least:
        return ""
    values = {"what": what, "count": count, "least": least}
    return _("“%(what)s”只有 %(count)s 个字，至少写 %(least)s 个字：写明具体的事实，不能只写结论") % values


def _facts(item: Item) -> str:
    return _short(item.facts, rules_of(item.case.agency).min_reason, _("事实"))


def _files(item: Item) -> str:
    if item.case.files.filter(kind="release", item__in=[item.pk]).exists():
        return ""
    if item.case.files.filter(kind="release", item=None).exists():
        return ""
    return _("还没有放入拟提供的信息")


def _withheld(item: Item) -> str:
    """部分公开：不予公开的各部分逐处写明条款和理由。"""
    if not item.withheld:
        return _("部分公开的，不予公开的各部分要逐处列出")
    least = rules_of(item.case.agency).min_reason
    for number, part in enumerate(item.withheld, start=1):
        if part.get("code") not in GROUNDS or not str(part.get("part") or "").strip():
            return _("不予公开的第 %(n)s 部分没有写明是哪一部分、属于哪种理由") % {"n": number}
        if problem := _short(str(part.get("reason") or ""), least, _("不予公开部分的理由")):
            return problem
    return ""


def _consultation(item: Item) -> str:
    """第三方：须有书面征求意见且有结果；沉默不等于反对 [consultation_required]。"""
    rows = _third_parties(item)
    if not rows:
        return _("涉及第三方的，须先书面征求第三方意见（条例第三十二条）")
    if any(not row.opinion for row in rows):
        return _("第三方的意见还没有收到，意见期限也没有届满")
    return ""


def _assessment(item: Item) -> str:
    """第三方反对或沉默，机关都要自己判断 [own_assessment]。"""
    for row in _third_parties(item):
        if row.opinion in ("object", "silent", "partly") and not (
            row.assessment and row.assessment_text.strip()
        ):
            return _("还没有写明本机关对第三方意见的判断")
    return ""


def _third_parties(item: Item) -> list[Consultation]:
    rows = item.case.consultations.filter(party=Consultation.Party.THIRD_PARTY)
    return [row for row in rows if row.item_id in (None, item.pk)]


def _search(item: Item) -> str:
    """检索记录：至少几处；申请人有线索的另一人再查 [search_record]。"""
    rows = list(item.searches.all())
    if not rows:
        return _("还没有检索记录")
    if item.code != "D1a":
        return ""
    if any(row.result == SearchRecord.Result.FOUND for row in rows):
        return _("检索记录里有查到的，不能答复“不存在”")
    places = {str(place.get("place", "")).strip() for row in rows for place in row.places}
    least = rules_of(item.case.agency).min_sources
    if len(places - {""}) < least:
        values = {"count": len(places - {""}), "least": least}
        return _("只检索了 %(count)s 处，至少检索 %(least)s 处，才能答复“不存在”") % values
    if any(row.clues for row in rows) and len({row.searched_by_id for row in rows}) < 2:
        return _("申请人提供了线索，须由另一人再检索一次")
    return ""


def _organ(item: Item) -> str:
    """非本机关：能确定负责公开的机关的，告知名称和联系方式 [competent_organ]。"""
    organ = item.materials.get("competent_organ") or {}
    if isinstance(organ, dict):
        if str(organ.get("name") or "").strip() and str(organ.get("contact") or "").strip():
            return ""
        if str(organ.get("unknown") or "").strip():
            return ""
    return _("请填负责公开的机关的名称和联系方式；无法确定的，写明理由")


def _law_only(item: Item) -> str:
    """禁止公开的只能是法律、行政法规 [law_or_regulation_only]。"""
    law = item.materials.get("forbidding_law") or {}
    if not isinstance(law, dict) or not all(str(law.get(k) or "").strip() for k in ("title", "article")):
        return _("请写明禁止公开的法律或行政法规的名称和条款")
    if law.get("rank") not in ("law", "regulation"):
        return _("禁止公开的依据只能是法律或者行政法规，规章和规范性文件不行")
    return ""


def _approval(item: Item) -> str:
    """危害分析须有批准人，且不是写的人自己。"""
    from gongkai.accounts.models import User

    approver = User.objects.filter(pk=item.materials.get("harm_approval") or 0).first()
    if approver is None:
        return _("危害分析还没有批准")
    if approver.pk == item.decided_by_id:
        return _("危害分析须由另一人批准")
    return ""


def _correction(item: Item) -> str:
    notice = getattr(item.case, "correction", None)
    if notice is None or not notice.letter.dispatched_on:
        return _("没有发出过补正告知书")
    if item.code == "D3" and notice.answered_on is None:
        return _("还没有收到补正，不能认定补正后仍不明确")
    return ""


def _correction_service(item: Item) -> str:
    """没有送达证明，不能认定逾期 [lapse_needs_service]。"""
    notice = getattr(item.case, "correction", None)
    if notice is None or notice.letter.served_on is None:
        return _("补正告知书没有送达证明，不能认定逾期不补正")
    return "" if notice.lapsed_on else _("还没有认定逾期不补正")


def _fee_notice(item: Item) -> str:
    notice = getattr(item.case, "fee", None)
    return "" if notice and notice.letter.dispatched_on else _("没有发出过收费通知书")


def _fee_service(item: Item) -> str:
    notice = getattr(item.case, "fee", None)
    if notice is None or notice.letter.served_on is None:
        return _("收费通知书没有送达证明，不能认定逾期未缴费")
    return "" if notice.lapsed_on else _("还没有认定逾期未缴费")


def _second(item: Item) -> str:
    """信访类须另一人复核 [second_opinion]。"""
    if item.second_by_id is None:
        return _("认定为信访、投诉、举报的，须另一人复核")
    if item.second_by_id == item.decided_by_id:
        return _("复核的须是另一人")
    return "" if item.second_agrees else _("复核的人不同意，应按申请处理")


def _earlier(item: Item) -> str:
    """重复申请：须链接同一申请人、同一机关、已经答复的前次申请 [earlier_reply]。"""
    earlier = item.earlier_case
    if earlier is None:
        return _("请链接对同一申请人的前次答复")
    case = item.case
    if earlier.pk == case.pk or earlier.agency_id != case.agency_id:
        return _("前次申请须是本机关的另一件申请")
    if earlier.identity_key != case.identity_key:
        return _("前次申请的申请人不是同一人，不能以重复申请答复")
    if earlier.answered_on is None:
        return _("前次申请还没有答复，不能以重复申请答复")
    return ""


def _reasons(item: Item) -> str:
    notice = getattr(item.case, "reasons", None)
    if notice is None or not notice.letter.dispatched_on:
        return _("没有要求过申请人说明理由（条例第三十五条）")
    if notice.reasonable is not False:
        return _("还没有认定申请人的理由不合理")
    return ""


def _counts(item: Item) -> str:
    notice = getattr(item.case, "reasons", None)
    return "" if notice and notice.counts else _("没有写明申请的数量、频次")


def _delivered_before(item: Item) -> str:
    if item.earlier_case_id or str(item.materials.get("earlier_delivery") or "").strip():
        return ""
    return _("没有申请人已获取该信息的记录")


_CHECKS: Final[dict[str, Callable[[Item], str]]] = {
    "facts": _facts,
    "files": _files,
    "withheld_parts": _withheld,
    "consultation": _consultation,
    "own_assessment": _assessment,
    "search_record": _search,
    "competent_organ": _organ,
    "forbidding_law": _law_only,
    "harm_approval": _approval,
    "correction_notice": _correction,
    "correction_service": _correction_service,
    "fee_notice": _fee_notice,
    "fee_service": _fee_service,
    "second_opinion": _second,
    "earlier_reply": _earlier,
    "reasons_asked": _reasons,
    "request_counts": _counts,
    "earlier_delivery": _delivered_before,
}


def _against_the_file(item: Item) -> Iterator[str]:
    """问题的回答与案卷不符的。"""
    answers, third = item.answers, _third_parties(item)
    said = answers.get("opinion")
    if "opinion" in dict(walk(answers).path) and said:
        opinions = {row.opinion for row in third}
        fits = {
            "agree": {"agree"},
            "refuse": {"object", "partly"},
            "weak": {"object", "partly"},
            "silent": {"silent"},
        }
        if not opinions & fits.get(said, set()):
            yield _("所答的第三方意见与征求意见的记录不符")
    if "frequency" in dict(walk(answers).path) and answers.get("frequency") in ("unreasonable", "reasonable"):
        notice = getattr(item.case, "reasons", None)
        if notice is None or notice.reasonable is not (answers["frequency"] == "reasonable"):
            yield _("所答的申请频次与说明理由的记录不符")


def item_problems(item: Item) -> list[str]:
    """一项决定还差什么；空列表为齐备。"""
    prefix = _("第 %(n)s 项：") % {"n": item.number}
    if not item.code:
        return [prefix + _("还没有作出决定")]
    outcome = walk(item.answers)
    if outcome.code != item.code:
        # 决定只能由问题逐步得出，不能任选 [decision_wizard]。
        step = STEPS[outcome.step][0] if outcome.step else _("问题还没有答完")
        return [prefix + _("决定与所答的问题不符（%(step)s）") % {"step": step}]
    decision = DECISIONS[item.code]
    keys = list(decision.requires)
    if item.code == "B":
        # 部分公开的，每种理由各自必备的材料也要齐。
        for ground in dict.fromkeys(part.get("code") for part in item.withheld):
            if ground in GROUNDS:
                keys += [key for key in DECISIONS[ground].requires if key != "facts"]
    found = [problem for key in dict.fromkeys(keys) if (problem := _lacks(item, key))]
    least = rules_of(item.case.agency).min_reason
    if decision.group in _REASONED and (problem := _short(item.reason, least, _("理由"))):
        found.append(problem)
    if decision.group == "C" and item.code != "C8" and "facts" not in keys and (problem := _facts(item)):
        found.append(problem)
    asked, given = item.case.form, item.materials.get("form") or item.case.form
    if item.code in GIVING and asked != Case.Form.ANY and given != asked and not item.form_changed.strip():
        # 不按要求的形式提供的，写明理由 [delivery_form]。
        found.append(_("没有按申请人要求的形式提供，请写明理由（条例第四十条）"))
    found += _against_the_file(item)
    return [prefix + problem for problem in found]


def round_items(case: Case) -> list[Item]:
    """本轮的各项。"""
    items = list(case.items.filter(round=case.round).select_related("earlier_case", "decided_by"))
    for item in items:
        item.case = case
    return items


def decision_problems(case: Case) -> list[str]:
    """一件申请能不能拟答复：各项逐一有决定 [item_by_item]，合起来归得进一行报表。"""
    items = round_items(case)
    if not items:
        return [_("申请没有列出各项内容")]
    found = [problem for item in items for problem in item_problems(item)]
    if not found:
        try:
            report_row([item.code for item in items], main_code(items))
        except ValueError as error:
            found.append(str(error))
    return found


def versions_of(items: list[Item]) -> list[list[int]]:
    """各项决定的版本：拟稿时记下，之后变了就要重新拟。"""
    return [[item.pk, item.version] for item in items]


def main_code(items: list[Item]) -> str:
    """主要一项的代码；没有指明的为空。"""
    return next((item.code for item in items if item.is_main), "")


def overridden(case: Case) -> list[Consultation]:
    """不顾第三方反对仍要公开的：须书面告知第三方 [override_notice]。"""
    items = {item.pk: item for item in round_items(case)}
    found = []
    for row in case.consultations.filter(party="third_party", opinion__in=("object", "partly")):
        about = [items[row.item_id]] if row.item_id in items else list(items.values())
        withheld = {part.get("code") for item in about for part in item.withheld}
        if any(item.code in GIVING for item in about) and "C4" not in withheld:
            found.append(row)
    return found


def letter_problems(letter: Letter) -> list[Refusal]:
    """一份文书能不能送审、签发。"""
    from . import letters, redaction

    found: list[Refusal] = []
    case = letter.case
    if letter.is_decision:
        found += [Refusal("item", problem) for problem in decision_problems(case)]
        items = round_items(case)
        codes = [item.code for item in items]
        if codes != letter.codes or versions_of(items) != letters.fields_of(letter).get("versions"):
            found.append(Refusal("codes", _("拟稿以后决定有变，请重新拟稿")))
        for row in overridden(case):
            if row.override_letter is None or row.override_letter.state not in Letter.SENT:
                message = _("不顾第三方的反对决定公开的，先书面告知第三方公开的内容和理由（条例第三十二条）")
                found.append(Refusal("override", message))
    if not rules_of(case.agency).document_code:
        found.append(Refusal("document_code", _("机关代字没有设置，编不了发文字号；请在“规则”里填写")))
    try:
        letters.remedy_text(letter)
    except (MissingValueError, StaleLawError) as error:
        found.append(Refusal("remedy", str(error)))
    try:
        text = letters.text_of(letter)
    except ValueError as error:
        return [*found, Refusal("text", str(error))]
    found += [Refusal("stale", problem) for problem in stale_citations(text, letters.date_of(letter))]
    if letter.is_decision:
        found += [Refusal("hidden", problem) for problem in redaction.hidden_problems(case)]
    return found
