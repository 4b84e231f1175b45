"""答复之后：复议诉讼与重新答复、评价、更正、投诉、主动公开建议、规则。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.accounts.queries import holds
from gongkai.core.calendar import current_calendar
from gongkai.core.models import Organisation
from gongkai.core.numbering import next_number

from .. import clock, states
from ..models import (
    Applicant,
    Case,
    Complaint,
    Item,
    Proceeding,
    Reconsideration,
    RecordCorrection,
    RequestRules,
    Suggestion,
)
from ..models.rules import CARRIERS
from ..rules import rules_of
from ..trail import audit
from .common import day, ensure_rules, lock, refuse, require, require_in, shift
from .fixing import keep_fix_file
from .intake import new_secret, secret_hash
from .sending import RECONSIDER_AFTER


def open_proceeding(
    user: Any,
    case: Case,
    *,
    kind: str,
    filed_on: date,
    body: str,
    number: str = "",
    answer_due: date | None = None,
    counted: bool = True,
) -> Proceeding:
    """登记复议、诉讼：答复期限、案号另记；逾期不答复的也可以被复议、起诉。"""
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.OFFICE, _("登记复议诉讼"))
        if kind not in Proceeding.Kind.values or not body.strip():
            refuse("kind", _("请选择种类，填写复议机关或法院"))
        if day(filed_on) < case.received_on:
            refuse("date", _("受理之日早于收到申请之日，请核对"))
        row = Proceeding.objects.create(
            case=case,
            kind=kind,
            filed_on=filed_on,
            body=body[:80],
            number=number[:60],
            answer_due=answer_due,
            counted=counted,
        )
        audit(user, "requests.open_proceeding", case, kind=kind, on=filed_on)
    return row


def close_proceeding(
    user: Any,
    proceeding: Proceeding,
    *,
    result: str,
    decided_on: date,
    remake_workdays: int | None = None,
    note: str = "",
) -> Proceeding:
    """登记结果：责令重新答复的，写明期限（工作日），自审结之日次日起算。"""
    with transaction.atomic():
        case = lock(proceeding.case)
        require(user, case, states.OFFICE, _("登记复议诉讼"))
        row = Proceeding.objects.get(pk=proceeding.pk)
        if row.result != Proceeding.Result.PENDING:
            refuse("once", _("结果已经登记过"))
        if result not in ("upheld", "corrected", "other"):
            refuse("result", _("请选择结果"))
        if day(decided_on) < row.filed_on:
            refuse("date", _("审结之日早于受理之日，请核对"))
        row.result, row.decided_on, row.note = result, decided_on, note[:300]
        row.remake_workdays = remake_workdays
        if remake_workdays:
            row.remake_due = current_calendar().add(decided_on, remake_workdays)
        row.save()
        audit(user, "requests.close_proceeding", case, result=result, remake=row.remake_due)
    return row


def remake(user: Any, proceeding: Proceeding) -> Case:
    """重新答复：开新的一轮，各项重新作决定；期限按决定书、判决书，不算新收的申请。"""
    with transaction.atomic():
        case = lock(proceeding.case)
        row = Proceeding.objects.get(pk=proceeding.pk)
        if row.remake_due is None or row.remade_on:
            refuse("remake", _("这一复议、诉讼没有责令重新答复，或者已经重新答复"))
        shift(case, user, "remake")
        before = list(case.items.filter(round=case.round))
        case.round += 1
        case.save(update_fields=["state", "round"])
        Item.objects.bulk_create(
            Item(case=case, round=case.round, number=item.number, text=item.text) for item in before
        )
        clock.recompute(case)
        audit(user, "requests.remake", case, round=case.round, due=row.remake_due)
    return case


def rate(actor: Any, case: Case, *, stars: int, comment: str = "") -> Case:
    """评价：申请人收到答复后自愿评价，可以改。"""
    with transaction.atomic():
        case = lock(case)
        if actor is not states.CITIZEN:
            refuse("duty", _("只有申请人可以评价"))
        if case.is_open or case.outcome == "":
            refuse("state", _("还没有答复，不能评价"))
        if not 1 <= stars <= 5:
            refuse("stars", _("请选择 1 至 5 分"))
        case.rating, case.rating_comment = stars, comment.strip()
        case.save(update_fields=["rating", "rating_comment"])
        audit(actor, "requests.rate", case, stars=stars)
    return case


def reconsider(user: Any, item: Item, *, release: bool, reason: str) -> Reconsideration:
    """定期评估：情况变了、应当公开的公开，否则一年后再评估（条例第十八条）。"""
    with transaction.atomic():
        case = lock(item.case)
        item = Item.objects.get(pk=item.pk)
        require(user, case, states.OFFICE, _("定期评估"))
        if item.reconsider_on is None:
            refuse("item", _("这一项不用评估：没有不予公开的内容，或已决定公开"))
        if len("".join(reason.split())) < rules_of(case.agency).min_reason:
            least = rules_of(case.agency).min_reason
            refuse("reason", _("请写明评估的理由，至少 %(least)s 个字") % {"least": least})
        today = timezone.localdate()
        row = Reconsideration.objects.create(
            item=item, on=today, release=release, reason=reason[:300], by=user
        )
        item.reconsider_on = None if release else today + RECONSIDER_AFTER
        item.save(update_fields=["reconsider_on"])
        audit(user, "requests.reconsider", case, item=item.number, release=release)
    return row


# 更正、投诉、建议


def _file(
    actor: Any,
    model: Any,
    kind: str,
    agency: Organisation,
    text: str,
    applicant: dict[str, Any] | None,
    **values: Any,
) -> tuple[Any, str]:
    """收下一件其他事项：取号、给查询码。返回（事项, 查询码）。"""
    if actor is not states.CITIZEN:
        require_in(actor, agency, states.OFFICE | states.ANYONE, _("接收"))
    if not text.strip():
        refuse("text", _("请写明内容"))
    person = Applicant(**applicant) if applicant and str(applicant.get("name") or "").strip() else None
    ensure_rules(agency)
    secret, today = new_secret(), timezone.localdate()
    if person:
        person.save()
    row = model(
        agency=agency,
        year=today.year,
        serial=next_number(agency, kind, today.year),
        applicant=person,
        text=text.strip(),
        received_on=today,
        secret_hash=secret_hash(secret),
        **values,
    )
    row.save()
    audit(actor, f"requests.file.{kind}", row, number=row.number)
    return row, secret


def file_correction(
    actor: Any,
    *,
    agency: Organisation,
    applicant: dict[str, Any],
    text: str,
    files: Sequence[tuple[str, Any]],
    case: Case | None = None,
) -> tuple[RecordCorrection, str]:
    """申请更正：有证据证明与自身相关的政府信息记录不准确的（条例第四十一条）。

    参数：files 为（种类, 文件）：证据至少一份，身份证明可另交。错误：Refused。
    """
    with transaction.atomic():
        if not any(kind == "evidence" for kind, _each in files):
            refuse("evidence", _("请提交证明记录不准确的证据，至少一份（条例第四十一条）"))
        if not str(applicant.get("name") or "").strip():
            refuse("name", _("请填写申请人的姓名或者名称"))
        days = ensure_rules(agency).correction_case_workdays
        due = current_calendar().add(timezone.localdate(), days)
        row, secret = _file(actor, RecordCorrection, "fix", agency, text, applicant, case=case, due=due)
        for kind, file in files:
            keep_fix_file(row, kind, file, actor)
    return row, secret


def file_complaint(
    actor: Any,
    *,
    agency: Organisation,
    about: Organisation,
    text: str,
    applicant: dict[str, Any] | None = None,
    case: Case | None = None,
) -> tuple[Complaint, str]:
    """投诉举报：向上一级机关或公开工作主管部门（agency）提出（条例第四十七条、第五十一条）。"""
    with transaction.atomic():
        return _file(actor, Complaint, "complaint", agency, text, applicant, case=case, about=about)


def suggest(
    actor: Any,
    *,
    agency: Organisation,
    text: str,
    applicant: dict[str, Any] | None = None,
    case: Case | None = None,
) -> tuple[Suggestion, str]:
    """建议主动公开：申请人认为应当纳入主动公开范围的（条例第四十四条第二款）。"""
    with transaction.atomic():
        return _file(actor, Suggestion, "suggestion", agency, text, applicant, case=case)


def answer_filed(user: Any, row: Any, *, state: str, answer: str, **values: Any) -> Any:
    """答复投诉、建议：state 为处理结果，answer 为答复内容；values 如 record_id。更正见 fixing。"""
    if isinstance(row, RecordCorrection):
        raise TypeError("更正申请以答复书（T27）答复")
    with transaction.atomic():
        row = type(row).objects.select_for_update().get(pk=row.pk)
        duties = states.OFFICE
        if not states.holds_in(user, row.agency, duties) and not _supervises(user, row):
            refuse("duty", _("您没有“%(action)s”的职责") % {"action": _("答复")})
        if row.state != "open":
            refuse("state", _("已经办结，不能再答复"))
        if state not in row.State.values or state == "open":
            refuse("state", _("请选择处理结果"))
        if not answer.strip():
            refuse("answer", _("请填写答复"))
        row.state, row.answer, row.answered_by = state, answer.strip(), user
        row.answered_on = timezone.localdate()
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        audit(user, "requests.answer_filed", row, number=row.number, state=state)
    return row


def _supervises(user: Any, row: Any) -> bool:
    # 市政务公开办受理的投诉，由督办的人答复。
    return isinstance(row, Complaint) and holds(user, row.agency, frozenset({"city"}))


def keep_rules(user: Any, agency: Organisation, **values: Any) -> RequestRules:
    """改规则：工作机构负责人或协调员；送达方式只能在邮政企业等名单里选。"""
    with transaction.atomic():
        require_in(user, agency, states.OFFICE | states.OFFICE_HEAD, _("改规则"))
        rules = ensure_rules(agency)
        before = {name: getattr(rules, name) for name in values}
        for name, value in values.items():
            setattr(rules, name, value)
        if wrong := set(rules.carriers) - set(CARRIERS):
            refuse("carriers", _("没有这些送达方式：%(names)s") % {"names": "、".join(sorted(wrong))})
        if rules.office and rules.office.agency.pk != agency.pk:
            refuse("office", _("工作机构须是本机关的处室"))
        rules.save()
        agency._request_rules = rules  # type: ignore[attr-defined]
        changed = {k: [str(v), str(values[k])] for k, v in before.items() if v != values[k]}
        audit(user, "requests.keep_rules", rules, changed=changed)
    return rules
