"""成批：内容相同的申请一起登记、分办、答复；一批一个事务、一条审计，一件出错不影响别的批。

各动作的 limit 为这一次最多办几件：件数多的由后台任务一段一段地办（tasks.carry_on_group）。
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.calendar import current_calendar
from gongkai.core.models import Organisation
from gongkai.core.numbering import next_numbers
from gongkai.core.states import Refusal, Refused

from .. import letters, states
from ..models import Assignment, Case, CaseFile, Delivery, Item, Letter
from ..rules import rules_of
from ..trail import audit
from .common import refuse, require

BATCH: Final = 200
# 答复要逐份排版，一批少些，编号和写锁不占太久。
LETTERS_BATCH: Final = 20
S = Case.State


def twins(case: Case, *states_: str) -> Any:
    """内容相同的其他申请：同一机关、同一内容键，处在所给阶段的。"""
    rows = Case.objects.filter(agency=case.agency_id, group_key=case.group_key, state__in=states_)
    return rows.exclude(pk=case.pk).exclude(group_key="")


def _batches(rows: Any, limit: int | None, work: Callable[[list[int]], int], size: int = BATCH) -> int:
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
    return sum(work(ids[start : start + size]) for start in range(0, len(ids), size))


def _locked(ids: Sequence[int], state: str) -> list[Case]:
    rows = Case.objects.select_for_update(of=("self",)).filter(pk__in=ids, state=state)
    return list(rows.select_related("applicant", "agency").order_by("pk"))


def register_group(user: Any, case: Case, *, limit: int | None = None) -> int:
    """成批登记：照已登记的一件，登记内容相同、待登记的各件；返回几件。"""
    require(user, case, states.OFFICE, _("登记"))
    if not case.registered_at:
        refuse("register", _("请先登记其中一件，其余照它登记"))
    texts = list(case.items.filter(round=case.round).values_list("text", flat=True))

    def work(ids: list[int]) -> int:
        with transaction.atomic():
            rows, now = _locked(ids, S.RECEIVED), timezone.now()
            for row in rows:
                row.state, row.summary, row.registered_at = S.TRIAGE, case.summary, now
            Case.objects.bulk_update(rows, ["state", "summary", "registered_at"])
            Item.objects.filter(case__in=rows).delete()
            Item.objects.bulk_create(
                Item(case=row, number=n, text=text) for row in rows for n, text in enumerate(texts, 1)
            )
            if rows:
                audit(user, "requests.register_group", case, numbers=[row.number for row in rows])
        return len(rows)

    return _batches(twins(case, S.RECEIVED), limit, work)


def assign_group(user: Any, case: Case, *, limit: int | None = None) -> int:
    """成批分办：照已分办的一件，分给同样的处室；内部时限不晚于各件自己的期限。返回几件。"""
    require(user, case, states.OFFICE, _("分办"))
    pattern = list(case.assignments.all())
    if not pattern:
        refuse("assign", _("请先分办其中一件，其余照它分办"))
    calendar, days = current_calendar(), rules_of(case.agency).inner_workdays

    def work(ids: list[int]) -> int:
        with transaction.atomic():
            rows = _locked(ids, S.TRIAGE)
            for row in rows:
                row.state, row.handler_id = S.WORKING, case.handler_id
            Case.objects.bulk_update(rows, ["state", "handler"])
            Assignment.objects.bulk_create(
                [
                    Assignment(
                        case=row,
                        organisation_id=each.organisation_id,
                        lead=each.lead,
                        note=each.note,
                        inner_due=min(calendar.add(row.starts_on, days), row.alarm),
                    )
                    for row in rows
                    for each in pattern
                ],
                ignore_conflicts=True,
            )
            if rows:
                audit(user, "requests.assign_group", case, numbers=[row.number for row in rows])
        return len(rows)

    return _batches(twins(case, S.TRIAGE), limit, work)


# 各件自己的事，不能照搬到别人的申请上的决定。
_PERSONAL: Final = frozenset({"E2", "E4", "E5", "F1", "F2", "F3", "D3"})


def answer_group(user: Any, case: Case, *, limit: int | None = None) -> int:
    """成批答复：一件签发后，内容相同、在办的各件照它答复：决定、正文相同，各有字号、各给本人，待发出。

    审查、签发以所照的一件为准；重复申请、逾期不补正等因人而异的决定不能照搬。返回几件。
    """
    require(user, case, states.LEADER, _("签发"))
    lead = (
        case.letters.filter(round=case.round, state__in=("signed", *Letter.SENT)).exclude(outcome="").first()
    )
    if lead is None:
        refuse("letter", _("请先签发其中一件的答复"))
    items = list(case.items.filter(round=case.round).prefetch_related("searches"))
    if set(lead.codes) & _PERSONAL:
        refuse("personal", _("这种决定因人而异，不能照搬到别人的申请上"))
    if case.consultations.exists():
        refuse("consultation", _("征求过意见的须逐件办理"))

    def work(ids: list[int]) -> int:
        with transaction.atomic():
            rows = _locked(ids, S.WORKING)
            _copy_items(rows, items)
            _copy_files(rows, case)
            _copy_letters(user, rows, lead)
            for row in rows:
                row.state = S.SIGNED
            Case.objects.bulk_update(rows, ["state"])
            if rows:
                audit(
                    user, "requests.answer_group", case, letter=lead.pk, numbers=[row.number for row in rows]
                )
        return len(rows)

    undecided = twins(case, S.WORKING).filter(round=1, items__code="").distinct()
    return _batches(undecided, limit, work, LETTERS_BATCH)


def _copy_items(rows: list[Case], items: list[Item]) -> None:
    fields = (
        "answers",
        "code",
        "facts",
        "reason",
        "materials",
        "withheld",
        "form_changed",
        "is_main",
        "decided_by_id",
        "decided_at",
        "second_by_id",
        "second_opinion",
        "second_agrees",
    )
    Item.objects.filter(case__in=rows).delete()
    copies = []
    for row in rows:
        for item in items:
            copies.append(
                Item(case=row, number=item.number, text=item.text, **{f: getattr(item, f) for f in fields})
            )
    Item.objects.bulk_create(copies)
    by_place = {(copy.case_id, copy.number): copy for copy in copies}
    searches = []
    for row in rows:
        for item in items:
            for search in item.searches.all():
                # 检索是对同样的内容做的，照录，检索人、日期不变。
                again = type(search).objects.model(
                    **{
                        f.attname: getattr(search, f.attname)
                        for f in search._meta.fields
                        if not f.primary_key
                    }
                )  # noqa: E501
                again.case_id, again.item_id = row.pk, by_place[row.pk, item.number].pk
                searches.append(again)
    if searches:
        type(searches[0]).objects.bulk_create(searches)


def _copy_files(rows: list[Case], case: Case) -> None:
    """拟提供的信息：各件都登记，文件按校验值只存一份。"""
    fields = ("kind", "name", "file", "suffix", "sha256", "size", "pages", "redaction", "uploaded_by_id")
    CaseFile.objects.bulk_create(
        CaseFile(case=row, **{field: getattr(file, field) for field in fields})
        for file in case.files.filter(kind="release")
        for row in rows
    )


def _copy_letters(user: Any, rows: list[Case], lead: Letter) -> None:
    if not rows:
        return
    year = timezone.localdate().year
    serials = next_numbers(lead.case.agency, f"letter:{lead.code}"[:30], year, len(rows))
    today = timezone.localdate()
    for serial, row in zip(serials, rows, strict=True):
        letter = Letter(
            case=row,
            template=lead.template,
            codes=lead.codes,
            withheld=lead.withheld,
            outcome=lead.outcome,
            title=lead.title,
            author_id=lead.author_id,
            signed_by=user,
            signed_on=today,
            code=lead.code,
            year=today.year,
            serial=serial,
            state=Letter.State.SIGNED,
        )
        letter.remedy = letters.remedy_text(letter)
        letter.save()
        letter.text = letters.text_of(letter)
        rendered = letters.render(letter)
        letter.template_version = rendered.version
        letter.sha256 = hashlib.sha256(rendered.content).hexdigest()
        letter.file.save(f"{letter.sha256}{rendered.suffix}", ContentFile(rendered.content), save=False)
        letter.save()


def dispatch_group(user: Any, case: Case, *, carrier: str = "portal", limit: int | None = None) -> int:
    """成批发出：内容相同、待发出、申请人要求网上获取的，网上送达；返回几件。

    邮寄的要逐件填邮件号码；发不出的（定稿不符等）跳过，一批里一件也发不出时说明原因。错误：Refused。
    """
    from .sending import answered, check_carrier, check_decision, check_sealed

    require(user, case, states.OFFICE, _("发出"))
    if carrier != "portal":
        refuse("carrier", _("成批发出只能网上送达"))
    today = timezone.localdate()

    def work(ids: list[int]) -> int:
        with transaction.atomic():
            rows = _locked(ids, S.SIGNED)
            found = (
                Letter.objects.filter(case__in=rows, state="signed")
                .exclude(outcome="")
                .select_related("case")
            )
            by_case = {letter.case_id: letter for letter in found}
            done, held = [], list[Refusal]()
            for row in rows:
                letter = by_case.get(row.pk)
                if letter is None:
                    continue
                letter.case = row
                try:
                    check_carrier(letter, carrier, "", "")
                    check_sealed(letter)
                    check_decision(row, letter, today)
                except Refused as refused:
                    # 这一件发不出，不耽误别人的；它留在待发出，逐件办时说明原因。
                    held += refused.refusals
                    continue
                letter.state, letter.dispatched_on, letter.served_on = Letter.State.SERVED, today, today
                letter.save()
                Delivery.objects.create(
                    letter=letter,
                    carrier=carrier,
                    sent_on=today,
                    delivered_on=today,
                    state="delivered",
                    sent_by=user,
                )
                answered(user, row, letter)
                done.append(row.number)
            if held and not done:
                raise Refused(held[:5])
            if done:
                reasons = [refusal.message for refusal in held]
                audit(user, "requests.dispatch_group", case, carrier=carrier, numbers=done, held=reasons)
        return len(done)

    return _batches(twins(case, S.SIGNED).filter(route=Case.Route.PORTAL), limit, work)


def assign_many(
    user: Any, agency: Organisation, cases: Sequence[Case], *, units: Sequence[Organisation]
) -> list[str]:
    """多件分办：所选各件分给同样的处室；返回没有分成的（编号：原因）。"""
    from .handling import assign

    failed = []
    for case in cases:
        try:
            assign(user, case, units=units)
        except Refused as refused:
            failed.append(f"{case.number}：{refused}")
    return failed
