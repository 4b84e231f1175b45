"""查文字：个人信息、错词；人看过认为没有问题的记住，同样的上下文不再提示。"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused
from gongkai.formats import personal

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


_FOUND: dict[str, tuple[personal.Finding, ...]] = {}


def _findings(text: str) -> tuple[personal.Finding, ...]:
    # 关口在一次办理里要查好几遍，附件可能有几百万字：同样的文字只查一遍。
    key = hashlib.sha256(text.encode()).hexdigest()
    if key not in _FOUND:
        if len(_FOUND) >= 512:
            _FOUND.clear()
        _FOUND[key] = tuple(personal.find(text))
    return _FOUND[key]


def _personal(field: str, label: str, text: str) -> Iterator[Hit]:
    for finding in _findings(text)[:_MOST]:
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
    """词表：本单位和各上级单位在用的错词。"""
    today = timezone.localdate()
    rows = WordRule.objects.filter(organisation__in=organisation.line)
    return list(rows.filter(Q(until=None) | Q(until__gt=today)))


def _wording(field: str, label: str, text: str, rules: list[WordRule]) -> Iterator[Hit]:
    for rule in rules:
        for match in list(re.finditer(re.escape(rule.wrong), text))[:_MOST]:
            # 正词包含错词时（“登录”与“登陆”之类不会，“法定代表人”与“定代表”会），正处不报。
            inside = rule.right.find(rule.wrong)
            start = match.start() - inside
            if inside >= 0 and start >= 0 and text.startswith(rule.right, start):
                continue
            message = _("“%(wrong)s”应为“%(right)s”") % {"wrong": rule.wrong, "right": rule.right}
            if rule.note:
                message = _("%(message)s（%(note)s）") % {"message": message, "note": rule.note}
            context = context_of(WORDING, text, match.start(), match.end())
            yield Hit(WORDING, field, label, rule.wrong, message, context, False)


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
    with transaction.atomic():
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
    with transaction.atomic():
        audit(user, "records.forget", row, check=row.check_name, shown=row.shown)
        row.delete()


def add_word(user: Any, organisation: Organisation, *, wrong: str, right: str, note: str = "") -> WordRule:
    """增补错词：已停用的同一个词重新起用。错误：Refused——没有职责、写得不对。"""
    if not states.holds(user, organisation, states.OFFICE):
        raise Refused([Refusal("duty", _("只有办公室协调员可以维护词表"))])
    wrong, right = wrong.strip(), right.strip()
    if not wrong or not right or wrong == right:
        raise Refused([Refusal("word", _("错词和正词都要填，而且不能一样"))])
    with transaction.atomic():
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
    with transaction.atomic():
        row.until = timezone.localdate()
        row.save(update_fields=["until"])
        audit(user, "records.retire_word", row, wrong=row.wrong)
