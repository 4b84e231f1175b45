"""发出与送达：承运方式在名单里，定稿与摘要一致；发出、送达各记一笔事件，期限由此变。"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.calendar import current_calendar
from gongkai.core.states import Refused
from gongkai.core.vault import Sealed

from .. import clock, gates, letters, states
from ..models import Case, CaseEvent, Delivery, Letter
from ..models.rules import CARRIERS
from ..rules import rules_of
from ..trail import audit
from .common import day, keep_file, lock, refuse, require, shift

Kind, L = CaseEvent.Kind, Letter.State
# 不予公开的，一年评估一次（条例第十八条只说定期）。
RECONSIDER_AFTER: Final = timedelta(days=365)
# 发出就是送达的：当面以签收之日为准，网上以进入对方系统之日为准（国办公开办函〔2016〕235号）。
AT_ONCE: Final = frozenset({"direct", "entrusted", "portal", "email", "fax"})
ONLINE: Final = frozenset({"portal", "email"})
POST: Final = frozenset({"ems", "registered"})


def dispatch(
    user: Any,
    letter: Letter,
    *,
    carrier: str,
    on: date | None = None,
    tracking: str = "",
    signer: str = "",
    proof: Any = None,
) -> Delivery:
    """发出：交邮之日、签收之日、网上到达之日为准；答复发出之后一个字也不能变。

    错误：Refused——承运方式不在名单里 [permitted_carrier]，网上送达没有网上复议渠道 [online_review_channel]，
    定稿被改动 [dispatch_hash]，告知第三方后没等够 [override_notice]，过期才告知延期 [extension_by_head]。
    """
    with transaction.atomic():
        case = lock(letter.case)
        letter = Letter.objects.select_for_update().get(pk=letter.pk)
        letter.case = case
        refusals = states.LETTER.refusals(letter, user, "dispatch")
        if refusals:
            raise Refused(refusals)
        sent_on = day(on)
        check_carrier(letter, carrier, tracking, signer)
        if sent_on < letter.signed_on:
            refuse("date", _("发出之日早于成文日期，请核对"))
        check_sealed(letter)
        if letter.is_decision:
            check_decision(case, letter, sent_on)
        letter.state, letter.dispatched_on = L.DISPATCHED, sent_on
        delivery = Delivery(
            letter=letter,
            carrier=carrier,
            tracking=tracking.strip()[:40],
            sent_on=sent_on,
            sent_by=user if getattr(user, "pk", None) else None,
        )
        if carrier in AT_ONCE:
            delivery.state, delivery.delivered_on, delivery.signer = Delivery.State.DELIVERED, sent_on, signer
            letter.state, letter.served_on = L.SERVED, sent_on
        letter.save()
        delivery.save()
        if proof:
            keep_file(case, "proof", proof, user)
        _on_dispatch(user, case, letter)
        audit(
            user,
            "requests.dispatch",
            case,
            letter=letter.pk,
            number=letter.document_number,
            carrier=carrier,
            on=sent_on,
            sha256=letter.sha256,
        )  # noqa: E501
    return delivery


def check_sealed(letter: Letter) -> None:
    """查定稿：与签发时一字不差。错误：Refused [dispatch_hash]。"""
    try:
        with letter.file.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == letter.sha256
        why = ""
    except Sealed as error:
        # 加密存放的，改过一个字节就解不开；密钥不对的也写明。
        same, why = False, f"（{error}）"
    if not same:
        told = _("%(number)s 的定稿与签发时不一致，不能发出；请作废后重新签发")
        refuse("hash", told % {"number": letter.case.number} + why)


def check_carrier(letter: Letter, carrier: str, tracking: str, signer: str) -> None:
    """查送达方式：在名单里、邮寄有号码、当面有签收人、网上有复议渠道。错误：Refused。"""
    rules = rules_of(letter.case.agency)
    if carrier not in rules.carriers or carrier not in CARRIERS:
        refuse("carrier", _("答复只能直接送达、委托其他机关或交邮政企业寄送，不能用快递公司、不能到付"))
    if carrier in POST and not tracking.strip():
        refuse("tracking", _("请填写邮件号码"))
    if carrier in ("direct", "entrusted") and not signer.strip():
        refuse("signer", _("请填写签收人"))
    if carrier in ONLINE and letter.is_decision and letter.remedy and not rules.review_url:
        refuse("online", _("网上送达的，须同时告知网上申请行政复议的渠道；请先在“规则”里填写网址"))
    if carrier in ONLINE and letter.is_decision and letter.remedy and rules.review_url not in letter.remedy:
        refuse("online", _("这份答复签发时没有写网上申请行政复议的渠道，不能网上送达"))


def check_decision(case: Case, letter: Letter, sent_on: date) -> None:
    """查答复：第三方已告知且等够；记下随附文件的校验值。错误：Refused。"""
    hold = rules_of(case.agency).hold_workdays
    for row in gates.overridden(case):
        told = row.override_letter.served_on if row.override_letter else None
        if told is None:
            refuse("override", _("还没有登记第三方收到公开告知的日期"))
        free = current_calendar().add(told, hold)
        if sent_on <= free:
            refuse("override", _("已告知第三方，%(day)s 之后才能提供") % {"day": free.isoformat()})
    letter.released = [
        {"id": row.pk, "name": row.name, "sha256": row.sha256} for row in case.files.filter(kind="release")
    ]


def _on_dispatch(user: Any, case: Case, letter: Letter) -> None:
    """发出之后：登记事件、变阶段。"""
    on, served = letter.dispatched_on, letter.served_on
    assert on is not None  # noqa: S101
    if letter.is_decision:
        answered(user, case, letter)
        return
    if notice := getattr(letter, "correction", None):
        shift(case, user, "wait_correction")
        notice.event = clock.log(
            case, Kind.CORRECTION_ASKED, on, actor=user, within=notice.within, served_on=served
        )
        notice.save(update_fields=["event"])
    elif getattr(letter, "reasons", None):
        shift(case, user, "wait_reasons")
        clock.log(case, Kind.REASONS_ASKED, on, actor=user, stops=rules_of(case.agency).reasons_stop)
    elif notice := getattr(letter, "fee", None):
        shift(case, user, "wait_payment")
        notice.event = clock.log(case, Kind.FEE_NOTICED, on, actor=user, received_on=served)
        notice.save(update_fields=["event"])
    elif row := getattr(letter, "consultation", None):
        row.event = clock.log(
            case,
            Kind.CONSULTATION_SENT,
            on,
            actor=user,
            received_on=served,
            party=row.party,
            within=row.within,
            ref=row.ref,
        )
        row.save(update_fields=["event"])
    elif row := getattr(letter, "extension", None):
        clock.log(case, Kind.EXTENSION_GRANTED, on, actor=user, workdays=row.workdays)
    elif until := letters.fields_of(letter).get("postponed_until"):
        clock.log(case, Kind.POSTPONED, on, actor=user, until=date.fromisoformat(until))
    case.save(update_fields=["state"])


def answered(user: Any, case: Case, letter: Letter) -> None:
    """答复发出之后：阶段、结果、期限事件、定期评估之日。"""
    on = letter.dispatched_on
    assert on is not None  # noqa: S101
    shift(case, user, "dispatch")
    if letter.served_on:
        case.state = Case.State.CLOSED
    if case.round == 1:
        # 年度表只计首次答复，重作的不再计。
        case.outcome = letter.outcome
        case.save(update_fields=["state", "outcome"])
        clock.log(case, Kind.DISPATCHED, on, actor=user)
    else:
        case.save(update_fields=["state"])
        case.proceedings.exclude(remake_due=None).filter(remade_on=None).update(remade_on=on)
        clock.recompute(case)
    for item in case.items.filter(round=case.round, code__in=("B", *gates.GROUNDS)):
        # 不予公开的定期评估，情况变化应当公开的公开（条例第十八条）。
        item.reconsider_on = on + RECONSIDER_AFTER
        item.save(update_fields=["reconsider_on"])


def serve(user: Any, delivery: Delivery, *, on: date, signer: str = "", proof: Any = None) -> Delivery:
    """登记送达：签收之日、签收人、回证；补正、收费、征求意见的期限自此日起算。"""
    with transaction.atomic():
        case = lock(delivery.letter.case)
        delivery = Delivery.objects.select_related("letter").get(pk=delivery.pk)
        letter = delivery.letter
        letter.case = case
        require(user, case, states.OFFICE | states.CLOCKWORK, _("登记送达"))
        if delivery.state != Delivery.State.SENT:
            refuse("state", _("这次发送已经登记过结果"))
        if day(on) < delivery.sent_on:
            refuse("date", _("送达之日早于发出之日，请核对"))
        delivery.state, delivery.delivered_on, delivery.signer = Delivery.State.DELIVERED, on, signer
        delivery.save()
        letter.state, letter.served_on = L.SERVED, on
        letter.save()
        if proof:
            keep_file(case, "proof", proof, user)
        _on_service(user, case, letter, on)
        audit(user, "requests.serve", case, letter=letter.pk, number=letter.document_number, on=on)
    return delivery


def _on_service(user: Any, case: Case, letter: Letter, on: date) -> None:
    if letter.is_decision:
        if case.state == Case.State.DISPATCHED:
            shift(case, user, "serve")
            case.save(update_fields=["state"])
        return
    for name, key in (("correction", "served_on"), ("fee", "received_on"), ("consultation", "received_on")):
        row = getattr(letter, name, None)
        if row is None or row.event is None:
            continue
        event: CaseEvent = row.event
        row.event = clock.log(
            case,
            event.kind,
            event.on,
            actor=user,
            replaces=event,
            reason="登记送达日期",
            **(event.data | {key: on}),
        )
        row.save(update_fields=["event"])


def keep_service_record(user: Any, delivery: Delivery) -> Any:
    """存送达回证（T26）：由登记的送达方式、号码、日期、签收人生成，存进案卷；返回这份材料。

    错误：Refused——还没有登记送达、已经存过。
    """
    with transaction.atomic():
        case = lock(delivery.letter.case)
        require(user, case, states.OFFICE, _("存送达回证"))
        delivery = Delivery.objects.select_related("letter").get(pk=delivery.pk)
        if delivery.state != Delivery.State.DELIVERED:
            refuse("service", _("还没有登记送达，没有送达回证可存"))
        if delivery.record_id:
            refuse("once", _("这次送达的回证已经存过"))
        letter = delivery.letter
        letter.case = case
        made = letters.form_pdf(case, "T26", letter)
        name = f"送达回证（{letter.document_number or letter.title}）.pdf"
        row = keep_file(case, "proof", SimpleUploadedFile(name, made, "application/pdf"), user)
        delivery.record = row
        delivery.save(update_fields=["record"])
        audit(user, "requests.keep_service_record", case, letter=letter.pk, sha256=row.sha256)
    return row


def ensure_service_record(user: Any, letter: Letter) -> None:
    """认定逾期以前：送达回证还没有存进案卷的，照登记的送达存一份（败诉情形第7项）。"""
    delivery = letter.deliveries.filter(state=Delivery.State.DELIVERED).order_by("-id").first()
    if delivery is None:
        refuse("service", _("没有登记过送达，不能认定逾期"))
    if delivery.record_id is None:
        keep_service_record(user, delivery)


def returned(user: Any, delivery: Delivery, *, note: str) -> Delivery:
    """被退回：登记原因；之后可以另发一次，首次发出之日不变。"""
    with transaction.atomic():
        case = lock(delivery.letter.case)
        delivery = Delivery.objects.get(pk=delivery.pk)
        require(user, case, states.OFFICE, _("登记退回"))
        if delivery.state != Delivery.State.SENT:
            refuse("state", _("这次发送已经登记过结果"))
        if not note.strip():
            refuse("note", _("请写明退回的原因"))
        delivery.state, delivery.note = Delivery.State.RETURNED, note[:200]
        delivery.save()
        audit(user, "requests.returned", case, letter=delivery.letter_id, note=note)
    return delivery


def send_again(user: Any, letter: Letter, *, carrier: str, tracking: str = "", signer: str = "") -> Delivery:
    """另发一次：前一次被退回的；文书不变，首次发出之日不变。"""
    with transaction.atomic():
        case = lock(letter.case)
        letter = Letter.objects.get(pk=letter.pk)
        letter.case = case
        require(user, case, states.OFFICE, _("发出"))
        if letter.state != L.DISPATCHED or letter.deliveries.exclude(state="returned").exists():
            refuse("state", _("只有被退回的才能另发"))
        check_carrier(letter, carrier, tracking, signer)
        today = timezone.localdate()
        row = Delivery.objects.create(
            letter=letter, carrier=carrier, tracking=tracking[:40], sent_on=today, sent_by=user
        )
        audit(user, "requests.send_again", case, letter=letter.pk, carrier=carrier)
    return serve(user, row, on=today, signer=signer) if carrier in AT_ONCE else row


def archive(user: Any, case: Case) -> Case:
    """归档：办结的装进归档包，转入已归档。错误：Refused。"""
    from ..archive import pack

    return pack(user, case).case
