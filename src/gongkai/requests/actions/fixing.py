"""更正（条例第四十一条）：收证据、核实、拟答复书（T27）、签发、发出送达，决定更正的登记怎样改的。"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.numbering import next_number
from gongkai.core.states import Refusal, Refused
from gongkai.core.uploads import check_upload
from gongkai.law.decisions import document_number

from .. import letters, states
from ..models import CorrectionFile, CorrectionReply, RecordCorrection
from ..models.rules import CARRIERS
from ..rules import rules_of
from ..trail import audit
from .common import day, refuse, require_in
from .sending import AT_ONCE, ONLINE, POST

R = CorrectionReply.State
SIGNERS: Final = states.OFFICE_HEAD | states.LEADER


def _lock(row: RecordCorrection) -> RecordCorrection:
    rows = RecordCorrection.objects.select_for_update(of=("self",)).select_related("agency", "applicant")
    return rows.get(pk=row.pk)


def _reply(row: RecordCorrection, *expected: str) -> CorrectionReply:
    reply = CorrectionReply.objects.filter(correction=row).select_related("author").first()
    if reply is None or reply.state not in expected:
        refuse("state", _("更正答复现在不能这样做，可能别人已先办了；请看过再办"))
    return reply


def keep_fix_file(row: RecordCorrection, kind: str, file: Any, user: Any) -> CorrectionFile:
    """存一份更正材料：按内容认类型、查毒、算校验值。错误：Refused——说明哪份文件、怎样改。"""
    try:
        suffix, digest = check_upload(file)
    except ValidationError as error:
        refuse("file", f"{file.name}：{error.messages[0]}")
    made = CorrectionFile(
        correction=row,
        kind=kind,
        name=file.name[:200],
        suffix=suffix,
        sha256=digest,
        size=file.size,
        uploaded_by=user if getattr(user, "pk", None) else None,
    )
    made.file.save(file.name, file, save=False)
    made.save()
    return made


def add_fix_file(user: Any, row: RecordCorrection, *, kind: str, file: Any) -> CorrectionFile:
    """添加更正材料：查到的记录、后来补交的证据、更正后的记录、送达证明。"""
    with transaction.atomic():
        row = _lock(row)
        require_in(user, row.agency, states.OFFICE, _("添加材料"))
        if kind not in CorrectionFile.Kind.values:
            refuse("kind", _("请选择材料的种类"))
        made = keep_fix_file(row, kind, file, user)
        audit(user, "requests.add_fix_file", row, kind=kind, sha256=made.sha256)
    return made


def open_fix_file(user: Any, made: CorrectionFile) -> None:
    """打开更正材料：只给工作机构和签发的人；每次记审计。错误：Refused。"""
    with transaction.atomic():
        row = made.correction
        require_in(user, row.agency, states.OFFICE | SIGNERS, _("查看申请人的材料"))
        audit(user, "requests.open_fix_file", row, file=made.pk, kind=made.kind)


def prepare_fix(
    user: Any,
    row: RecordCorrection,
    *,
    result: str,
    record: str,
    evidence: str,
    facts: str,
    change: str = "",
    reason: str = "",
    transferred_to: str = "",
    contact: str = "",
    handed: bool = False,
) -> CorrectionReply:
    """拟更正答复：写明要更正的记录、申请人的证据、核实的情况和结果。

    参数：result 为 corrected（change 改成什么）、refused（reason 理由）或 transferred（transferred_to 有权
    更正的机关，contact 联系方式，handed 真为已转送、假为告知申请人自行提出）。
    错误：Refused——没有职责、缺内容、事实理由太短、没有查到的记录却要更正。来源：条例第四十一条。
    """
    with transaction.atomic():
        row = _lock(row)
        require_in(user, row.agency, states.OFFICE, _("拟更正答复"))
        if row.state != RecordCorrection.State.OPEN:
            refuse("state", _("已经办结，不能再答复"))
        given = {"record": record, "evidence": evidence, "facts": facts}
        if not all(value.strip() for value in given.values()):
            refuse("facts", _("请写明要更正的记录、申请人的证据和核实的情况"))
        written = _outcome(row, result, change, reason, transferred_to, contact, handed)
        person = row.applicant
        fields = {
            "机关": rules_of(row.agency).issuer_name,
            "申请人": person.name if person else "",
            "你方": "你" if not person or person.kind == "natural" else "你单位",
            "更正编号": row.number,
            "更正的记录": record.strip(),
            "更正的证据": evidence.strip(),
            "更正核实情况": facts.strip(),
        } | written
        old = CorrectionReply.objects.filter(correction=row).first()
        if old and old.state != R.DRAFT:
            refuse("state", _("更正答复已经签发，不能再改"))
        row.transferred_to = transferred_to.strip()[:80] if result == "transferred" else ""
        row.save(update_fields=["transferred_to"])
        reply = old or CorrectionReply(correction=row)
        reply.result, reply.fields = result, json.dumps(fields, ensure_ascii=False)
        reply.author, reply.returned = user, ""
        reply.save()
        audit(user, "requests.prepare_fix", row, number=row.number, result=result)
    return reply


def _outcome(
    row: RecordCorrection, result: str, change: str, reason: str, to: str, contact: str, handed: bool
) -> dict[str, str]:
    """结果写进答复书的一段。错误：Refused——缺这种结果必备的内容。"""
    least = rules_of(row.agency).min_reason
    if result == "corrected":
        if not change.strip():
            refuse("change", _("决定更正的，请写明哪一处由什么改为什么"))
        if not row.files.filter(kind="record").exists():
            refuse("record", _("请先放入本机关查到的记录，再决定更正"))
        return {"更正内容": change.strip()}
    if result == "refused":
        if len("".join(reason.split())) < least:
            refuse("reason", _("请写明不予更正的理由，至少 %(least)s 个字") % {"least": least})
        return {"不予更正的理由": reason.strip()}
    if result == "transferred":
        if not to.strip() or not contact.strip():
            refuse("transferred_to", _("请填写有权更正的机关和它的联系方式"))
        where = f"{to.strip()}（联系方式：{contact.strip()}）"
        did = f"本机关已将更正申请转送{where}办理" if handed else f"请向有权更正的{where}提出"
        return {"转送情况": did}
    refuse("state", _("请选择处理结果"))


def sign_fix(user: Any, row: RecordCorrection) -> CorrectionReply:
    """签发：工作机构负责人或领导，不能是拟稿的人；取号、写救济告知、定稿。错误：Refused。"""
    with transaction.atomic():
        row = _lock(row)
        require_in(user, row.agency, SIGNERS, _("签发更正答复"))
        reply = _reply(row, R.DRAFT)
        if reply.author_id == user.pk:
            refuse("own", _("这份文书由您拟稿，须由另一人办理这个环节"))
        rules, today = rules_of(row.agency), timezone.localdate()
        if not rules.fix_code:
            refuse("document_code", _("机关代字没有设置，编不了发文字号；请在“规则”里填写"))
        reply.code, reply.year, reply.signed_on, reply.signed_by = rules.fix_code, today.year, today, user
        reply.serial = next_number(row.agency, f"letter:{reply.code}"[:30], today.year)
        try:
            document_number(reply.code, reply.year, reply.serial)
            reply.text, reply.remedy, reply.template_version = letters.correction_text(reply)
            content = letters.correction_pdf(reply)
        except ValueError as error:
            raise Refused([Refusal("letter", str(error))]) from error
        reply.sha256, reply.state = hashlib.sha256(content).hexdigest(), R.SIGNED
        reply.file.save(f"{reply.sha256}.pdf", ContentFile(content), save=False)
        reply.save()
        audit(user, "requests.sign_fix", row, number=reply.document_number, sha256=reply.sha256)
    return reply


def return_fix(user: Any, row: RecordCorrection, *, reason: str) -> CorrectionReply:
    """退回：签发的人不同意的，写明理由退给拟稿人重拟。"""
    with transaction.atomic():
        row = _lock(row)
        require_in(user, row.agency, SIGNERS, _("签发更正答复"))
        reply = _reply(row, R.DRAFT)
        if not reason.strip():
            refuse("reason", _("请写明退回的理由"))
        reply.returned = reason.strip()[:300]
        reply.save(update_fields=["returned"])
        audit(user, "requests.return_fix", row, number=row.number, reason=reason)
    return reply


def dispatch_fix(
    user: Any,
    row: RecordCorrection,
    *,
    carrier: str,
    on: date | None = None,
    tracking: str = "",
    signer: str = "",
) -> CorrectionReply:
    """发出更正答复书：承运方式在名单里，定稿与签发时一致；发出之日为答复之日。错误：Refused。"""
    with transaction.atomic():
        row = _lock(row)
        require_in(user, row.agency, states.OFFICE, _("发出"))
        reply, rules, sent_on = _reply(row, R.SIGNED), rules_of(row.agency), day(on)
        if carrier not in rules.carriers or carrier not in CARRIERS:
            refuse("carrier", _("答复只能直接送达、委托其他机关或交邮政企业寄送，不能用快递公司、不能到付"))
        if carrier in POST and not tracking.strip():
            refuse("tracking", _("请填写邮件号码"))
        if carrier in ("direct", "entrusted") and not signer.strip():
            refuse("signer", _("请填写签收人"))
        if carrier in ONLINE and (not rules.review_url or rules.review_url not in reply.remedy):
            refuse("online", _("网上送达的，须同时告知网上申请行政复议的渠道；请先在“规则”里填写网址"))
        if sent_on < reply.signed_on:
            refuse("date", _("发出之日早于成文日期，请核对"))
        with reply.file.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != reply.sha256:
                refuse("hash", _("定稿与签发时不一致，不能发出；请作废后重新签发"))
        reply.carrier, reply.tracking, reply.sent_on = carrier, tracking.strip()[:40], sent_on
        reply.state = R.DISPATCHED
        if carrier in AT_ONCE:
            reply.state, reply.served_on, reply.signer = R.SERVED, sent_on, signer.strip()
        reply.save()
        row.state, row.answer, row.answered_on, row.answered_by = reply.result, reply.text, sent_on, user
        row.save(update_fields=["state", "answer", "answered_on", "answered_by"])
        audit(user, "requests.dispatch_fix", row, number=reply.document_number, carrier=carrier, on=sent_on)
    return reply


def serve_fix(user: Any, row: RecordCorrection, *, on: date, signer: str = "") -> CorrectionReply:
    """登记送达：签收之日、签收人。"""
    with transaction.atomic():
        row = _lock(row)
        require_in(user, row.agency, states.OFFICE, _("登记送达"))
        reply = _reply(row, R.DISPATCHED)
        if reply.sent_on is None or day(on) < reply.sent_on:
            refuse("date", _("送达之日早于发出之日，请核对"))
        reply.state, reply.served_on, reply.signer = R.SERVED, on, signer.strip()
        reply.save()
        audit(user, "requests.serve_fix", row, number=reply.document_number, on=on)
    return reply


def carry_out_fix(
    user: Any, row: RecordCorrection, *, on: date | None = None, text: str, file: Any = None
) -> RecordCorrection:
    """登记更正：决定更正的，记录改好之后登记哪一天改的、改前改后各是什么；可附更正后的记录。"""
    with transaction.atomic():
        row = _lock(row)
        require_in(user, row.agency, states.OFFICE, _("登记更正"))
        if row.state != RecordCorrection.State.CORRECTED:
            refuse("state", _("没有决定更正，不用登记"))
        if row.carried_out_on:
            refuse("once", _("已经登记过怎样更正的"))
        if not text.strip():
            refuse("text", _("请写明改前、改后各是什么"))
        if file:
            keep_fix_file(row, "changed", file, user)
        row.carried_out_on, row.carried_out = day(on), text.strip()
        row.save(update_fields=["carried_out_on", "carried_out"])
        audit(user, "requests.carry_out_fix", row, number=row.number, on=row.carried_out_on)
    return row
