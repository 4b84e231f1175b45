"""文书：程序性文书直接签发；答复拟稿后经保密审查、合法性审查，领导签发、编号、定稿。"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.numbering import next_number
from gongkai.core.states import Refusal, Refused
from gongkai.law.decisions import DECISIONS, document_number, report_row

from .. import gates, letters, states
from ..covering import said
from ..models import Case, Consultation, Letter, LetterStep
from ..rules import rules_of
from ..trail import audit
from .common import lock, refuse, require, shift

L = Letter.State


def issue(
    user: Any,
    case: Case,
    template: str,
    fields: dict[str, Any],
    *,
    addressee: str = Letter.Addressee.APPLICANT,
) -> Letter:
    """程序性文书：签发、编号、定稿，待发出；在所属动作的事务里做，申请已锁住。返回文书。"""
    letter = Letter(
        case=case,
        round=case.round,
        template=template,
        addressee=addressee,
        title="",
        fields=json.dumps(fields, ensure_ascii=False),
        author=user if getattr(user, "pk", None) else None,
    )
    letter.title = letters.title_of(letter)
    finish(letter, user)
    return letter


def finish(letter: Letter, user: Any) -> None:
    """定稿：取号、写成文日期、冻结救济告知和正文、渲染、记摘要。错误：Refused。"""
    number(letter, user)
    try:
        rendered = letters.render(letter)
    except ValueError as error:
        raise Refused([Refusal("letter", str(error))]) from error
    letter.state = L.SIGNED
    letter.save()
    letter.template_version = rendered.version
    letter.sha256 = hashlib.sha256(rendered.content).hexdigest()
    letter.file.save(f"{letter.sha256}{rendered.suffix}", ContentFile(rendered.content), save=False)
    letter.save()


def number(letter: Letter, user: Any) -> None:
    """编号：取号、写成文日期、冻结救济告知和正文；还没有排版、存库。错误：Refused。"""
    rules = rules_of(letter.case.agency)
    today = timezone.localdate()
    if not rules.document_code:
        refuse("document_code", _("机关代字没有设置，编不了发文字号；请在“规则”里填写"))
    letter.code, letter.year, letter.signed_on = rules.document_code, today.year, today
    letter.signed_by = user if getattr(user, "pk", None) else None
    letter.serial = next_number(letter.case.agency, f"letter:{letter.code}"[:30], today.year)
    try:
        document_number(letter.code, letter.year, letter.serial)
        letter.remedy = letters.remedy_text(letter)
        letter.text = letters.text_of(letter)
    except ValueError as error:
        raise Refused([Refusal("letter", str(error))]) from error


def draft_decision(user: Any, case: Case) -> Letter:
    """拟答复：各项决定齐备之后，由代码定文书和报表行；已有草稿的照现在的决定更新。

    错误：Refused——哪一项还差什么，全部列出。
    """
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.WORKERS, _("拟答复"))
        if case.state != Case.State.WORKING:
            refuse("state", _("这件申请不在办理中"))
        problems = gates.decision_problems(case)
        if problems:
            raise Refused([Refusal("item", problem) for problem in problems])
        items = gates.round_items(case)
        codes = [item.code for item in items]
        row = report_row(codes, gates.main_code(items))
        letter = case.letters.filter(round=case.round, state=L.DRAFT).exclude(outcome="").first()
        letter = letter or Letter(case=case, round=case.round, author=user)
        main = gates.main_code(items) or codes[0]
        letter.template = "T12" if row == "r2" else DECISIONS[main].template
        letter.title = letters.title_of(letter)
        # 决定变了，照旧决定改过的正文不能再用。
        letter.codes, letter.outcome, letter.author, letter.text = codes, row, user, ""
        letter.fields = json.dumps({"versions": gates.versions_of(items)})
        letter.withheld = [part["code"] for item in items for part in item.withheld]
        letter.save()
        audit(user, "requests.draft_decision", case, codes=codes, template=letter.template)
    return letter


def edit_letter(user: Any, letter: Letter, *, text: str) -> Letter:
    """改正文：草稿可以改；救济告知、署名、字号由系统生成，不能手写 [generated_remedy][fixed_issuer]。"""
    with transaction.atomic():
        case = lock(letter.case)
        letter = Letter.objects.select_for_update().get(pk=letter.pk)
        letter.case = case
        require(user, case, states.WORKERS, _("改文书"))
        if letter.state != L.DRAFT:
            refuse("state", _("文书不在草稿，不能改"))
        letter.text = text.strip()
        letter.save()
        audit(user, "requests.edit_letter", case, letter=letter.pk)
    return letter


_CASE_MOVES = {
    "submit": "submit",
    "sign": "sign",
    "return_secrecy": "return",
    "return_legal": "return",
    "return_sign": "return",
    "recall": "return",
}


def move_letter(
    user: Any, letter: Letter, name: str, *, opinion: str = "", seen: int | None = None
) -> Letter:
    """审签：送审、各环节通过或退回、签发；申请的阶段一并变。

    参数：seen 为打开时已有几次审签，之后又退回、改过、送过的，不能照先前看到的办；None 为不看（不经页面）。
    错误：Refused。
    """
    if name in ("dispatch", "void"):
        raise ValueError("发出、作废另有动作")
    with transaction.atomic():
        case = lock(letter.case)
        letter = Letter.objects.select_for_update().get(pk=letter.pk)
        letter.case = case
        if seen is not None and letter.steps.count() != seen:
            refuse("conflict", _("您打开之后，这份文书又经别人办过；请看过现在的样子再办"))
        refusals = states.LETTER.refusals(letter, user, name, reason=opinion)
        if refusals:
            raise Refused(refusals)
        stage, move = letter.state, states.LETTER.transitions[name]
        verdict = LetterStep.Verdict
        kind = (
            verdict.RETURNED
            if move.target == L.DRAFT
            else verdict.SUBMITTED
            if name == "submit"
            else verdict.PASSED
        )
        LetterStep.objects.create(
            letter=letter, stage=stage, verdict=kind, opinion=(said(user) + opinion)[:500], reviewer=user
        )
        if name == "sign":
            finish(letter, user)
        else:
            letter.state = move.target
            letter.save(update_fields=["state", "updated_at"])
        if name in _CASE_MOVES and letter.is_decision:
            case.state = states.CASE.transitions[_CASE_MOVES[name]].target
            case.save(update_fields=["state"])
        audit(
            user,
            f"requests.letter.{name}",
            case,
            letter=letter.pk,
            number=letter.document_number,
            opinion=opinion,
        )
    return letter


def void_letter(user: Any, letter: Letter, *, reason: str) -> Letter:
    """作废：没有发出的文书作废，字号不再用；答复作废的，申请回到办理中。"""
    with transaction.atomic():
        case = lock(letter.case)
        letter = Letter.objects.select_for_update().get(pk=letter.pk)
        letter.case = case
        refusals = states.LETTER.refusals(letter, user, "void", reason=reason)
        if refusals:
            raise Refused(refusals)
        signed = letter.state == L.SIGNED
        letter.state, letter.void_reason = L.VOID, reason[:200]
        letter.save(update_fields=["state", "void_reason", "updated_at"])
        for name in ("correction", "reasons", "fee", "extension", "consultation", "assistance"):
            # 没有发出的补正、收费、征求意见等，随文书一并撤销，可以重新来。
            if related := getattr(letter, name, None):
                related.delete()
        Consultation.objects.filter(override_letter=letter).update(override_letter=None)
        if letter.is_decision and signed:
            shift(case, user, "return")
            case.save(update_fields=["state"])
        audit(
            user, "requests.void_letter", case, letter=letter.pk, number=letter.document_number, reason=reason
        )
    return letter
