"""逐件决定：要求撤下、单位不再在列之后，已下发的任务终止、保留或转到另一项要求。"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gongkai.accounts.models import User
from gongkai.audit.actions import record

from .. import states
from ..models import Assignment, Requirement
from .common import OFFICE, refuse, require

State, Membership = Assignment.State, Assignment.Membership


def keep(user: User, assignment: Assignment, *, reason: str) -> Assignment:
    """保留：单位虽已不在列，任务仍由它办完；须写理由，以后不再提示。"""
    require(user, assignment.requirement.plan.organisation, OFFICE, pgettext("职责", "决定任务去留"))
    if not reason.strip():
        refuse("reason", _("保留需要填写理由"))
    with transaction.atomic():
        locked = Assignment.objects.select_for_update().get(pk=assignment.pk)
        if locked.membership != Membership.LEFT or locked.state == State.ENDED:
            refuse("listed", _("这项任务不在待决定之列"))
        if locked.requirement.withdrawn_at:
            refuse("withdrawn", _("要求已经撤下，只能终止或转到另一项要求"))
        locked.membership = Membership.KEPT
        locked.save(update_fields=["membership"])
        record(user, "workplans.assignment.keep", locked, reason=reason)
    return locked


def transfer_targets(requirement: Requirement) -> QuerySet[Requirement]:
    """可转到：同一张分工表里在册的其他要求。"""
    return requirement.plan.requirements.current().exclude(pk=requirement.pk)


def transfer(user: User, assignment: Assignment, *, to: Requirement) -> Assignment:
    """转走：任务终止，证据、报告、步骤、延期随单位带到另一项要求的任务名下；返回接上的任务。

    那一项已有此单位的任务就并进去，没有就新建并下发。同一报告期两边都有报告时，各留各的。
    错误：Refused——无职责、要求没有撤下且单位还在列、不是同一张表里在册的要求。
    """
    require(user, assignment.requirement.plan.organisation, OFFICE, pgettext("职责", "决定任务去留"))
    with transaction.atomic():
        old = Assignment.objects.select_for_update().select_related("requirement__plan").get(pk=assignment.pk)
        if old.state not in states.HANDED or not states.to_decide(old):
            refuse("listed", _("这项任务不在待决定之列"))
        if not transfer_targets(old.requirement).filter(pk=to.pk).exists():
            refuse("target", _("只能转到同一张分工表里在册的另一项要求"))
        target, made = Assignment.objects.select_for_update().get_or_create(
            requirement=to,
            organisation=old.organisation,
            defaults={
                "role": old.role, "unit": old.unit, "state": State.ISSUED, "first_due": to.due, "due": to.due,
                "membership": Membership.KEPT,
            },
        )  # fmt: skip
        moved = _carry(old, target)
        if target.state in (State.DRAFT, State.ENDED):
            target.state = State.ISSUED
            # 由办公室指定，不因表里没写这个单位又被撤下。
            target.membership = Membership.KEPT
        target.save()
        old.state, old.moved_to = State.ENDED, target
        old.evidence_count = old.evidence.count()
        old.save()
        record(user, "workplans.assignment.transfer", old, to=target.pk, made=made, **moved)
    return target


def _carry(old: Assignment, target: Assignment) -> dict[str, int]:
    """带走名下的记录，返回各几件；目标任务的证据数、进度、最近报告日随之更新。"""
    taken = target.reports.values("period")
    moved = {
        "evidence": old.evidence.update(assignment=target),
        "reports": old.reports.exclude(period__in=list(taken.values_list("period", flat=True))).update(
            assignment=target
        ),
        "subtasks": old.subtasks.update(assignment=target),
    }
    # 一项任务只能有一份待审批的延期；目标已有时，旧的留在原处。
    extensions = old.extensions.all()
    if target.extensions.filter(state="asked").exists():
        extensions = extensions.exclude(state="asked")
    moved["extensions"] = extensions.update(assignment=target)
    target.evidence_count = target.evidence.count()
    target.percent = max(target.percent, old.percent)
    days = [day for day in (target.last_report_on, old.last_report_on) if day]
    target.last_report_on = max(days, default=None)
    return moved
