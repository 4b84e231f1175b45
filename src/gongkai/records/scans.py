"""查文字：个人信息、错词；人看过认为没有问题的记住，同样的上下文不再提示。"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused
from gongkai.formats import personal, wording

from . import states
from .models import Edition, RememberedPhrase, WordRule
from .texts import parts

PERSONAL: Final = "personal"
WORDING: Final = "wording"
_AROUND: Final = 8
# 一栏里同类问题多了只报前面这些，改完再查。
_MOST: Final = 30


@dataclass(frozen=True, slots=True)
class Hit:
    """命中：check 哪种检查，field、label 哪一栏，shown 可以给人看的词句（个人信息已遮），message 说明与改法，
    context 词句连同前后文的摘要，blocking 是否拦下。"""

    check: str
    field: str
    label: str
    shown: str
    message: str
    context: str
    blocking: bool


def context_of(check: str, text: str, start: int, end: int) -> str:
    """上下文摘要：词句加前后各几个字，去空白；带密钥，从摘要猜不出号码。"""
    around = re.sub(r"\s+", "", text[max(0, start - _AROUND) : end + _AROUND])
    return salted_hmac(f"records.{check}", around, algorithm="sha256").hexdigest()


_SEEN: dict[tuple[str, str], Any] = {}


def _once(check: str, text: str, find: Callable[[str], Any]) -> Any:
    # 关口在一次办理里要查好几遍，附件可能有几百万字：同样的文字只查一遍。
    key = (check, hashlib.sha256(text.encode()).hexdigest())
    if key not in _SEEN:
        if len(_SEEN) >= 512:
            _SEEN.clear()
        _SEEN[key] = tuple(find(text))
    return _SEEN[key]


def _personal(field: str, label: str, text: str) -> Iterator[Hit]:
    for finding in _once(PERSONAL, text, personal.find)[:_MOST]:
        certain = finding.certainty != "possible"
        advice = _("请遮去或删去；确需公开的，由审查人写明理由放行") if certain else _("请核对是否个人信息")
        message = _("像是%(kind)s“%(shown)s”，%(advice)s") % {
            "kind": finding.kind.label,
            "shown": finding.text,
            "advice": advice,
        }
        context = context_of(PERSONAL, text, finding.start, finding.end)
        yield Hit(PERSONAL, field, label, finding.text, message, context, certain)


def rules_for(organisation: Organisation) -> list[WordRule]:
    """本单位词表：本单位和各上级单位在用的错词。"""
    today = timezone.localdate()
    rows = WordRule.objects.filter(organisation__in=organisation.line)
    return list(rows.filter(Q(until=None) | Q(until__gt=today)))


def _wording(field: str, label: str, text: str, own: list[WordRule]) -> Iterator[Hit]:
    table = [wording.Rule(row.wrong, row.right, row.note) for row in own]
    # 同一个词以本单位的为准。
    mine = {row.wrong for row in own}
    builtin = [row for row in _once(WORDING, text, wording.check) if row.wrong not in mine]
    found = [row for row in wording.check(text, table) if not _is_right(text, row)] if table else []
    for row in sorted({*builtin, *found}, key=lambda row: row.start)[:_MOST]:
        message = _("“%(wrong)s”应为“%(right)s”") % {"wrong": row.wrong, "right": row.right}
        if row.note:
            message = _("%(message)s（%(note)s）") % {"message": message, "note": row.note}
        context = context_of(WORDING, text, row.start, row.end)
        yield Hit(WORDING, field, label, row.wrong, message, context, False)


def _is_right(text: str, row: wording.WordFinding) -> bool:
    """本来就是正词：正词里含有错词（如“水务”改“水务局”）的，正处不报。"""
    inside = row.right.find(row.wrong)
    start = row.start - inside
    return inside >= 0 and start >= 0 and text.startswith(row.right, start)


def hits(edition: Edition) -> list[Hit]:
    """全部命中：已记住的误报除外。个人信息拦下，错词只提醒。"""
    agency = edition.record.agency
    remembered = set(
        RememberedPhrase.objects.filter(organisation=agency).values_list("check_name", "context")
    )
    rules = rules_for(agency)
    found: list[Hit] = []
    for field, label, text in parts(edition):
        if text:
            found += [*_personal(field, label, text), *_wording(field, label, text, rules)]
    return [hit for hit in found if (hit.check, hit.context) not in remembered]


def remember(user: Any, edition: Edition, *, check: str, context: str, reason: str) -> RememberedPhrase:
    """记住误报：同样的上下文不再提示。

    错词由拟稿的、审查的都可以记；个人信息只能由审查人（负责人、保密审查、法制、签发人）记，不能是拟稿人自己。
    错误：Refused——没有职责、没写理由、这一版里没有这处。
    """
    record = edition.record
    reviewers = states.HEAD | states.SECRECY | states.LEGAL | states.LEADER
    roles = reviewers if check == PERSONAL else reviewers | states.WRITERS
    if not states.holds_edition(user, edition, roles):
        raise Refused([Refusal("duty", _("您没有放行这类提示的职责"))])
    if check == PERSONAL and edition.author_id == user.pk:
        raise Refused([Refusal("own", _("这一版由您拟稿，个人信息须由审查人放行"))])
    if not reason.strip():
        raise Refused([Refusal("reason", _("请写明为什么没有问题，如“对外公布的办公电话”"))])
    hit = next((row for row in hits(edition) if (row.check, row.context) == (check, context)), None)
    if hit is None:
        raise Refused([Refusal("gone", _("这一版里已经没有这处提示"))])
    with in_turn():
        row, _created = RememberedPhrase.objects.get_or_create(
            organisation=record.agency,
            check_name=check,
            context=context,
            defaults={"shown": hit.shown[:80], "reason": reason[:200], "author": user},
        )
        audit(user, "records.remember", edition, check=check, shown=hit.shown, reason=reason)
    return row


def forget(user: Any, row: RememberedPhrase) -> None:
    """不再记住：以后照常提示。由公开主体的办公室办理。"""
    if not states.holds(user, row.organisation, states.OFFICE):
        raise Refused([Refusal("duty", _("只有办公室协调员可以撤销"))])
    with in_turn():
        audit(user, "records.forget", row, check=row.check_name, shown=row.shown)
        row.delete()


def add_word(user: Any, organisation: Organisation, *, wrong: str, right: str, note: str = "") -> WordRule:
    """增补错词：已停用的同一个词重新起用。错误：Refused——没有职责、写得不对。"""
    if not states.holds(user, organisation, states.OFFICE):
        raise Refused([Refusal("duty", _("只有办公室协调员可以维护词表"))])
    wrong, right = wrong.strip(), right.strip()
    if not wrong or not right or wrong == right:
        raise Refused([Refusal("word", _("错词和正词都要填，而且不能一样"))])
    with in_turn():
        row, created = WordRule.objects.update_or_create(
            organisation=organisation,
            wrong=wrong[:40],
            defaults={"right": right[:40], "note": note.strip()[:120], "until": None},
        )
        audit(user, "records.add_word", row, wrong=wrong, right=right, new=created)
    return row


def retire_word(user: Any, row: WordRule) -> None:
    """停用错词：自今天起不再检查；行留着，旧的检查结果仍说得清依据。"""
    if not states.holds(user, row.organisation, states.OFFICE):
        raise Refused([Refusal("duty", _("只有办公室协调员可以维护词表"))])
    with in_turn():
        row.until = timezone.localdate()
        row.save(update_fields=["until"])
        audit(user, "records.retire_word", row, wrong=row.wrong)
