"""作决定：逐项答问题得出决定，征求意见，检索，复核。"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.calendar import current_calendar
from gongkai.core.fields import blind_index
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused
from gongkai.law.clock_events import OPINION_WORKDAYS
from gongkai.law.decisions import DECISIONS, STEPS, walk

from .. import clock, gates, states
from ..models import Case, CaseEvent, Consultation, Item, Letter, SearchRecord
from ..public.where import opinion_address
from ..rules import rules_of
from ..trail import audit
from .common import day, keep_file, lock, refuse, require
from .writing import issue

Kind = CaseEvent.Kind
# 印在文书上的，一律中文。
_SILENCE = {
    "third_party": "逾期不提的，由本机关依法决定",
    "co_maker": "逾期不提的，视为同意公开",
    "organ": "逾期不提的，由本机关依法决定",
}


class Conflict(Refused):
    """冲突：打开之后别人先作了决定；theirs 为库里现在的一项。"""

    def __init__(self, theirs: Item) -> None:
        self.theirs = theirs
        who = theirs.decided_by or ""
        super().__init__(
            [Refusal("conflict", _("您打开之后，%(who)s 已先办了这一项；请看过再决定") % {"who": who})]
        )


class Changed(Refused):
    """看过之后改了：同意、批准的须是打开时看到的那一稿；theirs 为库里现在的一项。"""

    def __init__(self, theirs: Item) -> None:
        self.theirs = theirs
        decision = DECISIONS.get(theirs.code)
        at = timezone.localtime(theirs.decided_at) if theirs.decided_at else None
        values = {
            "now": f"{theirs.code} {decision.label}" if decision else _("还没有得出决定"),
            "who": theirs.decided_by or "—",
            "at": f"{at:%Y-%m-%d %H:%M}" if at else "—",
        }
        text = _("您打开之后这一项改过：现为“%(now)s”（%(who)s，%(at)s）；请看过现在的内容再表示意见")
        super().__init__([Refusal("conflict", text % values)])


def _lock_item(item: Item) -> Item:
    case = lock(item.case)
    found = Item.objects.select_related("decided_by", "earlier_case").get(pk=item.pk)
    found.case = case
    return found


def _deciding(user: Any, item: Item, action: str) -> None:
    require(user, item.case, states.WORKERS, action)
    if item.case.state not in (Case.State.TRIAGE, Case.State.WORKING, Case.State.REASONS):
        refuse("state", _("这件申请现在不能作决定（%(state)s）") % {"state": item.case.get_state_display()})
    if item.round != item.case.round:
        refuse("round", _("这是以前一轮的答复，不能再改"))


def _reviewed(item: Item) -> dict[str, Any]:
    """复核的是什么：各问的回答（“复核了没有”这一问除外），当时写了的事实、理由。"""
    answers = {key: value for key, value in item.answers.items() if key != "second"}
    return {"answers": answers, "facts": item.facts, "reason": item.reason}


def decide(
    user: Any,
    item: Item,
    *,
    version: int,
    answers: Mapping[str, str],
    facts: str = "",
    reason: str = "",
    materials: Mapping[str, Any] | None = None,
    withheld: Sequence[Mapping[str, str]] = (),
    earlier_case: Case | None = None,
    form_changed: str = "",
    is_main: bool = False,
) -> Item:
    """决定一项：按问题逐步得出，不能任选 [decision_wizard]；还缺什么由 gates.item_problems 说明，不丢已填的。

    参数：version 为打开时的版本号；answers 为各问的回答；其余见 Item。
    错误：Conflict——别人先办了；Refused——没有职责、不在办理中、回答不存在。
    """
    with transaction.atomic():
        item = _lock_item(item)
        _deciding(user, item, _("作决定"))
        if item.version != version:
            raise Conflict(item)
        before = _reviewed(item)
        try:
            outcome = walk(answers)
        except ValueError as error:
            raise Refused([Refusal("answers", str(error))]) from error
        # 只留走到的问题的回答，没走到的不作数。
        item.answers, item.code = dict(outcome.path), outcome.code
        item.facts, item.reason = facts.strip(), reason.strip()
        item.materials, item.withheld = dict(materials or {}), [dict(part) for part in withheld]
        item.earlier_case, item.form_changed = earlier_case, form_changed.strip()[:300]
        item.decided_by, item.decided_at = user, timezone.now()
        now = _reviewed(item)
        rewritten = any(before[key] and before[key] != now[key] for key in ("facts", "reason"))
        if rewritten or before["answers"] != now["answers"]:
            # 复核的是原来那样，改了要重新复核；复核之后才写的事实、理由不算改。
            item.second_by, item.second_agrees, item.second_opinion = None, None, ""
        item.version += 1
        if is_main:
            item.case.items.filter(round=item.round).update(is_main=False)
        item.is_main = is_main
        item.save()
        audit(
            user,
            "requests.decide",
            item.case,
            item=item.number,
            code=item.code or STEPS.get(outcome.step, ("",))[0],
        )
    return item


def second(user: Any, item: Item, *, version: int, agrees: bool, opinion: str) -> Item:
    """复核：认定为信访、投诉、举报的，由另一人复核是否在要某项记录 [second_opinion]。

    参数：version 为打开时的版本号，复核的须是看到的那一稿。错误：Changed——看过之后改了；Refused。
    """
    with transaction.atomic():
        item = _lock_item(item)
        _deciding(user, item, _("复核"))
        if item.decided_by_id in (None, user.pk):
            refuse("own", _("复核的须是作决定以外的另一人"))
        if item.version != version:
            raise Changed(item)
        if not opinion.strip():
            refuse("opinion", _("请写明复核意见"))
        item.second_by, item.second_agrees, item.second_opinion = user, agrees, opinion[:300]
        item.version += 1
        item.save()
        audit(user, "requests.second", item.case, item=item.number, agrees=agrees)
    return item


def approve_harm(user: Any, item: Item, *, version: int) -> Item:
    """批准危害分析：由签发的领导批准；version 为打开时的版本号，看过之后改了的不算（Changed）。"""
    with transaction.atomic():
        item = _lock_item(item)
        require(user, item.case, states.LEADER, _("批准危害分析"))
        if item.version != version:
            raise Changed(item)
        if not str(item.materials.get("harm_analysis") or "").strip():
            refuse("harm", _("还没有写危害分析"))
        item.materials = item.materials | {"harm_approval": user.pk}
        item.version += 1
        item.save()
        audit(user, "requests.approve_harm", item.case, item=item.number)
    return item


def add_search(
    user: Any,
    item: Item,
    *,
    places: Sequence[Mapping[str, str]],
    result: str,
    on: date | None = None,
    people: str = "",
    clues: str = "",
) -> SearchRecord:
    """检索记录：每处 {"place", "method", "words", "period", "result"}，地点、关键词必填 [search_record]。"""
    with transaction.atomic():
        item = _lock_item(item)
        _deciding(user, item, _("检索"))
        rows = [
            {
                key: str(place.get(key) or "").strip()
                for key in ("place", "method", "words", "period", "result")
            }
            for place in places
        ]
        rows = [row for row in rows if any(row.values())]
        if not rows or not all(row["place"] and row["words"] for row in rows):
            refuse("places", _("每一处都要写明在哪里检索、用什么关键词"))
        if result not in SearchRecord.Result.values:
            refuse("result", _("请选择检索结果"))
        row = SearchRecord.objects.create(
            case=item.case,
            item=item,
            on=day(on),
            places=rows,
            people=people[:200],
            result=result,
            clues=clues[:300],
            again=item.searches.exists(),
            searched_by=user,
        )
        audit(user, "requests.search", item.case, item=item.number, places=len(rows), result=result)
    return row


# 征求意见


def token_hash(token: str) -> str:
    """第三方链接的摘要。"""
    return blind_index("request.opinion", token)


def consult(
    user: Any,
    case: Case,
    *,
    party: str,
    name: str,
    content: str,
    contact: str = "",
    organisation: Organisation | None = None,
    item: Item | None = None,
    within: int | None = None,
) -> tuple[Consultation, str]:
    """征求意见：写明给谁、什么内容；返回（征求意见，第三方自己的链接码），其 letter 待发出。

    参数：within 为意见期限（工作日）：第三方、共同制作机关依法 15，其他机关由征求意见书写明。
    发出次日起不计入答复期限。给第三方的文书不写申请人是谁。来源：条例第三十二条至第三十四条。
    """
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.WORKERS, _("征求意见"))
        if case.state not in (Case.State.TRIAGE, Case.State.WORKING):
            refuse("state", _("这件申请不在办理中"))
        if party not in Consultation.Party.values:
            refuse("party", _("请选择征求意见的对象"))
        if not name.strip() or not content.strip():
            refuse("content", _("请填写对方的名称和征求意见的内容"))
        if party != "organ" and within not in (None, OPINION_WORKDAYS):
            refuse("within", _("第三方和共同制作机关的意见期限是 15 个工作日"))
        days, token = within or OPINION_WORKDAYS, secrets.token_urlsafe(24)
        template = "T07" if party == "third_party" else "T08"
        article = {"third_party": "第三十二条", "co_maker": "第三十四条"}.get(party, "第三十三条第三款")
        address = opinion_address(case.agency, token)
        fields = {
            "addressee": name,
            "content": content,
            "within": days,
            "party": party,
            "article": article,
            "silence": _SILENCE[party],
            "how": f"意见可以书面提出，也可以在网上提出：{address}" if address else "意见请书面提出",
            "token": token,
        }
        to = Letter.Addressee.THIRD_PARTY if party == "third_party" else Letter.Addressee.ORGAN
        letter = issue(user, case, template, fields, addressee=to)
        row = Consultation.objects.create(
            case=case,
            item=item,
            party=party,
            organisation=organisation,
            name=name,
            contact=contact,
            content=content,
            within=days,
            letter=letter,
            token_hash=token_hash(token),
        )
        audit(user, "requests.consult", case, party=party, within=days)
    return row, token


def by_token(token: str) -> Consultation | None:
    """按第三方的链接码找征求意见；没有发出的不算。"""
    row = (
        Consultation.objects.filter(token_hash=token_hash(token))
        .select_related("case__agency", "letter")
        .first()
    )
    return row if row and row.letter.state in Letter.SENT else None


def opine(
    actor: Any,
    consultation: Consultation,
    *,
    opinion: str,
    text: str = "",
    on: date | None = None,
    files: Sequence[Any] = (),
) -> Consultation:
    """收到意见：第三方在自己的链接里提，或工作人员登记；不同意的须写理由。逾期提的照收，不影响期限。"""
    with transaction.atomic():
        case = lock(consultation.case)
        row = Consultation.objects.select_related("letter").get(pk=consultation.pk)
        row.case = case
        if actor is not states.CITIZEN:
            require(actor, case, states.WORKERS, _("登记意见"))
        if not case.is_open:
            refuse("state", _("这件申请已经答复，不能再提意见"))
        if row.letter.state not in Letter.SENT:
            refuse("letter", _("征求意见书还没有发出"))
        if row.opinion not in ("", Consultation.Opinion.SILENT):
            refuse("once", _("意见已经登记过"))
        if opinion not in ("agree", "partly", "object"):
            refuse("opinion", _("请选择是否同意公开"))
        if opinion != "agree" and not text.strip():
            refuse("text", _("不同意公开的，请写明理由"))
        late = row.opinion == Consultation.Opinion.SILENT
        row.opinion, row.opinion_text, row.opinion_on = opinion, text.strip(), day(on)
        row.save()
        for file in files:
            keep_file(case, "opinion", file, actor)
        if not late:
            clock.log(case, Kind.OPINION_RECEIVED, row.opinion_on, actor=actor, party=row.party, ref=row.ref)
        audit(actor, "requests.opine", case, party=row.party, opinion=opinion)
    return row


def lapse_consultation(actor: Any, consultation: Consultation) -> Consultation:
    """意见逾期：期限届满的次日起登记，第三方的由本机关决定，共同制作机关的视为同意（第三十二、三十四条）。"""
    with transaction.atomic():
        case = lock(consultation.case)
        row = Consultation.objects.select_related("letter").get(pk=consultation.pk)
        if actor is not states.SYSTEM:
            require(actor, case, states.WORKERS, _("登记意见逾期"))
        if row.opinion:
            refuse("once", _("意见已经登记过"))
        if row.letter.served_on is None:
            refuse("service", _("还没有登记对方收到征求意见书的日期，不能认定逾期"))
        limit = current_calendar().add(row.letter.served_on, row.within)
        if timezone.localdate() <= limit:
            refuse("early", _("意见期限到 %(day)s 才届满") % {"day": limit.isoformat()})
        row.opinion, row.opinion_on = Consultation.Opinion.SILENT, limit
        row.save()
        clock.log(case, Kind.CONSULTATION_LAPSED, limit, actor=actor, party=row.party, ref=row.ref)
        audit(actor, "requests.lapse_consultation", case, party=row.party)
    return row


def assess(user: Any, consultation: Consultation, *, assessment: str, text: str) -> Consultation:
    """判断意见：第三方反对有没有道理、沉默时公开会不会损害它，本机关自己判断并写明 [own_assessment]。"""
    with transaction.atomic():
        case = lock(consultation.case)
        row = Consultation.objects.get(pk=consultation.pk)
        require(user, case, states.WORKERS, _("判断意见"))
        if not row.opinion:
            refuse("opinion", _("意见还没有收到"))
        least = rules_of(case.agency).min_reason
        if assessment not in Consultation.Assessment.values or not assessment:
            refuse("assessment", _("请选择本机关的判断"))
        if len("".join(text.split())) < least:
            refuse("text", _("请写明判断的理由，至少 %(least)s 个字") % {"least": least})
        row.assessment, row.assessment_text, row.assessed_by = assessment, text.strip(), user
        row.save()
        audit(user, "requests.assess", case, assessment=assessment)
    return row


def override(user: Any, consultation: Consultation, *, content: str, reason: str) -> Letter:
    """不顾反对公开：先书面告知第三方公开的内容和理由（第三十二条）[override_notice]；返回待发出的文书。"""
    with transaction.atomic():
        case = lock(consultation.case)
        row = Consultation.objects.get(pk=consultation.pk)
        row.case = case
        require(user, case, states.OFFICE, _("告知第三方"))
        if row.opinion not in ("object", "partly"):
            refuse("opinion", _("第三方没有反对，不必告知"))
        if row not in gates.overridden(case):
            refuse("override", _("各项决定里没有要公开这一第三方反对公开的内容"))
        if not content.strip() or not reason.strip():
            refuse("reason", _("请写明公开的内容和理由"))
        fields = {
            "addressee": row.name,
            "content": content,
            "reason": reason,
            "opinion_on": row.opinion_on.isoformat(),
        }
        row.override_letter = issue(user, case, "T07c", fields, addressee=Letter.Addressee.THIRD_PARTY)
        row.save(update_fields=["override_letter"])
        audit(user, "requests.override", case)
    return row.override_letter
