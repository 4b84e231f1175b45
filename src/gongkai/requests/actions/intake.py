"""收件：接收、确认、登记、拆分、并案、撤回；各渠道、任何窗口都能收，首次到达之日不变。"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.fields import blind_index
from gongkai.core.models import Organisation
from gongkai.core.numbering import next_number
from gongkai.law.clock_events import DIRECT_CHANNELS

from .. import clock, states
from ..models import Applicant, Case, CaseEvent, CaseFile, Item
from ..trail import audit
from .common import day, ensure_rules, keep_file, lock, open_only, refuse, require, require_in, shift

S, Kind = Case.State, CaseEvent.Kind
# 查询码：去掉易混的字母数字，60 位随机，够长，不怕猜。
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_SECRET_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class Submission:
    """提交的结果：created 为假是重复提交，没有新的一件，也没有查询码可给。"""

    case: Case
    secret: str
    created: bool


def secret_hash(secret: str) -> str:
    """查询码的摘要：库里只存它。查询码是随机的，不必用慢摘要。"""
    return blind_index("request.secret", secret.replace("-", ""))


def new_secret() -> str:
    """新查询码，如 7K3M-Q9TX-2HBD。"""
    text = "".join(secrets.choice(_ALPHABET) for _n in range(_SECRET_LENGTH))
    return "-".join(text[i : i + 4] for i in range(0, _SECRET_LENGTH, 4))


def content_key(agency: Organisation, description: str, attachments: Iterable[str] = ()) -> str:
    """内容键：描述去掉标点空白、全角半角和大小写归一后相同，附件也相同的，有同样的键。

    参数：attachments 为申请人所附文件的校验值——写“详见附件”的，附件不同就不是同样的申请。
    """
    text = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", description).casefold())
    return blind_index(f"request.content.{agency.pk}", "/".join([text, *sorted(attachments)]))


def receive(
    actor: Any,
    *,
    agency: Organisation,
    applicant: dict[str, Any],
    description: str,
    channel: str,
    items: Sequence[str] = (),
    form: str = Case.Form.ANY,
    route: str = Case.Route.PORTAL,
    submitted_at: datetime | None = None,
    arrived_on: date | None = None,
    posted_on: date | None = None,
    postal_number: str = "",
    arrived_at: Organisation | None = None,
    oral: bool = False,
    idempotency_key: str = "",
    files: Iterable[tuple[str, Any]] = (),
) -> Submission:
    """接收申请：门户提交（actor 为 states.CITIZEN）或工作人员代录；同一个 idempotency_key 只成一件。

    参数：applicant 为 Applicant 各栏的值；channel 为 Case.Channel；items 为各项内容，缺省整段为一项；
    arrived_on 为到达之日（缺省今天）；files 为（种类, 文件）。门户提交的当场确认，两个日期相同。
    错误：Refused——缺条例第二十九条的内容、日期不对、没有收件的职责。来源：条例第二十九条至第三十一条。
    """
    if actor is not states.CITIZEN:
        require_in(actor, agency, states.ANYONE | states.OFFICE, _("接收申请"))
    if idempotency_key and (existing := _existing(agency, idempotency_key)):
        return Submission(existing, "", False)
    arrived = day(arrived_on)
    _check_form(applicant, description, channel, posted_on, arrived)
    secret, person = new_secret(), Applicant(**applicant)
    case = Case(
        agency=agency,
        year=timezone.localdate().year,
        state=S.RECEIVED if channel in DIRECT_CHANNELS or actor is states.CITIZEN else S.AWAITING,
        channel=channel,
        submitted_at=submitted_at or timezone.now(),
        posted_on=posted_on,
        postal_number=postal_number,
        arrived_at=arrived_at,
        taken_by=actor if getattr(actor, "pk", None) else None,
        oral=oral,
        description=description,
        form=form,
        route=route,
        secret_hash=secret_hash(secret),
        idempotency_key=idempotency_key,
        group_key=content_key(agency, description),
        # 收到之日、期限先都记到达之日，登记事件时推算。
        **dict.fromkeys(("arrived_on", "received_on", "due", "alarm", "starts_on"), arrived),
    )
    try:
        _keep(actor, case, person, items or [description], files)
    except IntegrityError:
        # 两次同时到：唯一约束只放过一件，另一件照已有的回。
        if idempotency_key and (existing := _existing(agency, idempotency_key)):
            return Submission(existing, "", False)
        raise
    return Submission(case, secret, True)


def _keep(
    actor: Any, case: Case, person: Applicant, items: Sequence[str], files: Iterable[tuple[str, Any]]
) -> None:
    """存下一件：申请人、编号、各项、材料、收到的事件，一个事务、一条审计。"""
    with transaction.atomic():
        ensure_rules(case.agency)
        person.save()
        case.applicant, case.applicant_kind, case.identity_key = person, person.kind, person.identity_key
        # 编号行锁到事务结束，所以放在别的检查之后，取号后不再等人。
        case.serial = next_number(case.agency, "request", case.year)
        case.save()
        _write_items(case, items)
        kept = [keep_file(case, kind, file, actor) for kind, file in files]
        attached = [row.sha256 for row in kept if row.kind == CaseFile.Kind.SUBMISSION]
        if attached and actor is states.CITIZEN:
            # 代录的，描述照原件录全，扫描件每份都不同，不算在内。
            case.group_key = content_key(case.agency, case.description, attached)
            case.save(update_fields=["group_key"])
        clock.log(case, Kind.RECEIVED, case.arrived_on, actor=actor, channel=case.channel)
        if actor is states.CITIZEN:
            # 提交成功即是双方确认：内部流转不是没有收到的理由（指导案例26号）[intake_heartbeat]。
            clock.log(case, Kind.CONFIRMED, case.arrived_on)
            Case.objects.filter(pk=case.pk).update(confirmed_how="portal")
        audit(actor, "requests.receive", case, number=case.number, channel=case.channel, oral=case.oral)


def _existing(agency: Organisation, key: str) -> Case | None:
    return Case.objects.filter(agency=agency, idempotency_key=key).first()


def _check_form(
    applicant: dict[str, Any], description: str, channel: str, posted_on: date | None, arrived: date
) -> None:
    """只查条例第二十九条要的三样；用途、职业一概不问 [no_purpose_field]。"""
    if not str(applicant.get("name") or "").strip():
        refuse("name", _("请填写申请人的姓名或者名称"))
    if not any(str(applicant.get(key) or "").strip() for key in ("phone", "email", "address")):
        refuse("contact", _("请至少填写一种联系方式：电话、电子邮箱或者通信地址"))
    if not description.strip():
        refuse("description", _("请写明所需政府信息的名称、文号或者其他特征性描述"))
    if channel not in Case.Channel.values:
        refuse("channel", _("没有这种提出渠道"))
    if posted_on and posted_on > arrived:
        refuse("date", _("邮戳日期晚于到达之日，请核对这两个日期"))


def _write_items(case: Case, texts: Sequence[str]) -> None:
    rows = [text.strip() for text in texts if text.strip()]
    case.items.filter(round=case.round).delete()
    Item.objects.bulk_create(
        Item(case=case, round=case.round, number=number, text=text) for number, text in enumerate(rows, 1)
    )


def confirm(user: Any, case: Case, *, on: date | None = None, how: str) -> Case:
    """确认：平常信函、传真、电子邮件提出的，与申请人确认之日为收到之日（条例第三十一条）。"""
    with transaction.atomic():
        case = lock(case)
        if not how.strip():
            refuse("how", _("请写明怎样确认的：谁、用什么方式"))
        shift(case, user, "confirm")
        case.received_on, case.confirmed_how = day(on), how
        case.save(update_fields=["state", "received_on", "confirmed_how"])
        clock.log(case, Kind.CONFIRMED, case.received_on, actor=user)
        audit(user, "requests.confirm", case, on=case.received_on)
    return case


def register(user: Any, case: Case, *, summary: str, items: Sequence[str] = ()) -> Case:
    """登记：拟一句不含个人信息的摘要，把申请分成各项；原文照存不动。"""
    with transaction.atomic():
        case = lock(case)
        shift(case, user, "register")
        if not summary.strip():
            refuse("summary", _("请拟一句不含个人信息的内容摘要"))
        case.summary, case.registered_at = summary.strip()[:120], timezone.now()
        case.save(update_fields=["state", "summary", "registered_at"])
        if [text for text in items if text.strip()]:
            _write_items(case, items)
        audit(user, "requests.register", case, items=case.items.count())
    return case


def rewrite_items(user: Any, case: Case, *, items: Sequence[str]) -> Case:
    """改列各项：分办之前、补正之后可以重新列；已有决定的不能。"""
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.OFFICE, _("改列各项"))
        open_only(case)
        if case.items.filter(round=case.round).exclude(code="").exists():
            refuse("decided", _("已有作出决定的项，不能重新列"))
        if not [text for text in items if text.strip()]:
            refuse("items", _("至少要有一项"))
        _write_items(case, items)
        audit(user, "requests.rewrite_items", case, items=case.items.count())
    return case


def split(user: Any, case: Case, *, groups: Sequence[Sequence[int]]) -> list[Case]:
    """拆分（一事一申请）：groups 为各件所含的项号，第一组留在原件，其余各成一件新申请。

    新件的编号另取，收到之日、渠道、申请人、查询码与原件相同。返回全部各件，原件在前。
    """
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.OFFICE, _("拆分"))
        if case.state not in (S.RECEIVED, S.TRIAGE):
            refuse("state", _("拆分要在登记、分办的时候做"))
        rows = {item.number: item for item in case.items.filter(round=case.round)}
        given = sorted(number for group in groups for number in group)
        if given != sorted(rows) or len(groups) < 2 or not all(groups):
            refuse("groups", _("每一项都要归到一件里，每件至少一项，至少分成两件"))
        events = clock.in_force(case.events.all())
        made = [case]
        for group in groups[1:]:
            part = _copy(case, "\n".join(rows[number].text for number in group))
            _write_items(part, [rows[number].text for number in group])
            for event in events:
                clock.log(part, event.kind, event.on, actor=user, **event.data)
            made.append(part)
        _write_items(case, [rows[number].text for number in groups[0]])
        audit(user, "requests.split", case, into=[each.number for each in made])
    return made


def _copy(case: Case, description: str) -> Case:
    part = Case.objects.get(pk=case.pk)
    part.pk, part._state.adding = None, True
    part.year = timezone.localdate().year
    part.serial = next_number(case.agency, "request", part.year)
    part.split_from_id = case.split_from_id or case.pk
    part.description, part.idempotency_key = description, ""
    part.group_key = content_key(case.agency, description)
    part.save(force_insert=True)
    return part


def join(user: Any, case: Case, *, into: Case, reason: str) -> Case:
    """并案：同一申请人的两件并成一件；并入的一件以“其他处理”办结。"""
    with transaction.atomic():
        # 两件都锁，次序固定，免得互等。
        locked = {each.pk: lock(each) for each in sorted((case, into), key=lambda c: c.pk)}
        case, into = locked[case.pk], locked[into.pk]
        shift(case, user, "join", reason=reason)
        if case.pk == into.pk or case.agency_id != into.agency_id or case.identity_key != into.identity_key:
            refuse("join", _("只能并入同一申请人向本机关提出的另一件申请"))
        if not into.is_open:
            refuse("join", _("要并入的申请已经答复"))
        start = into.items.filter(round=into.round).count()
        for number, item in enumerate(case.items.filter(round=case.round), start + 1):
            Item.objects.create(case=into, round=into.round, number=number, text=item.text)
        case.joined_to, case.outcome = into, "r6_3"
        case.save(update_fields=["state", "joined_to", "outcome"])
        clock.log(case, Kind.WITHDRAWN, timezone.localdate(), actor=user)
        audit(user, "requests.join", case, into=into.number, reason=reason)
    return case


def withdraw(actor: Any, case: Case, *, reason: str, on: date | None = None) -> Case:
    """撤回：答复之前申请人可以撤回，以“其他处理”办结。"""
    with transaction.atomic():
        case = lock(case)
        shift(case, actor, "withdraw", reason=reason)
        case.outcome = "r6_3"
        case.save(update_fields=["state", "outcome"])
        case.letters.exclude(state__in=("dispatched", "served")).update(
            state="void", void_reason="申请人撤回"
        )
        clock.log(case, Kind.WITHDRAWN, day(on), actor=actor)
        audit(actor, "requests.withdraw", case, reason=reason)
    return case


def add_file(
    user: Any, case: Case, *, kind: str, file: Any, item: Item | None = None, pages: int | None = None
) -> Any:
    """添加材料：案卷里加一份文件。"""
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.WORKERS, _("添加材料"))
        if kind == "release" and not case.is_open:
            refuse("state", _("已经答复，不能再改拟提供的信息"))
        row = keep_file(case, kind, file, user, item=item, pages=pages)
        audit(user, "requests.add_file", case, kind=kind, sha256=row.sha256)
    return row


# 里面有申请人的身份材料，只给办理的人看。
PRIVATE: Final = ("submission", "identity", "authorisation", "envelope", "correction", "opinion", "proof")


def open_file(user: Any, row: CaseFile) -> None:
    """打开材料：含个人信息的只给办理的人；每次打开记审计。错误：Refused。"""
    with transaction.atomic():
        if row.kind in PRIVATE:
            require(user, row.case, states.WORKERS, _("查看申请人的材料"))
        elif row.kind == CaseFile.Kind.SOURCE:
            # 没有遮盖的原件：办理的人和要对照着审的人。
            require(user, row.case, states.WORKERS | states.REVIEWERS, _("查看没有遮盖的原件"))
        audit(user, "requests.open_file", row.case, file=row.pk, kind=row.kind)


def look(user: Any, case: Case, what: str, **detail: Any) -> None:
    """看了印着姓名等个人信息的文件：记一条审计。what 为看的是什么（document、form、package……）。"""
    with transaction.atomic():
        audit(user, "requests.look", case, what=what, **detail)


def correct_event(user: Any, event: CaseEvent, *, on: date, reason: str, **data: Any) -> CaseEvent:
    """更正事件：写错日期的，另写一行取代，期限随之重算；原来的一行一直看得见。"""
    with transaction.atomic():
        case = lock(event.case)
        require(user, case, states.OFFICE, _("更正日期"))
        if not reason.strip():
            refuse("reason", _("更正日期要写明理由"))
        row = clock.log(
            case, event.kind, day(on), actor=user, replaces=event, reason=reason[:200], **(event.data | data)
        )
        if event.kind in (Kind.RECEIVED, Kind.CONFIRMED):
            arrival = event.kind == Kind.RECEIVED and case.channel not in DIRECT_CHANNELS
            field = "arrived_on" if arrival else "received_on"
            Case.objects.filter(pk=case.pk).update(**{field: on})
        audit(user, "requests.correct_event", case, kind=event.kind, before=event.on, after=on, reason=reason)
    return row
