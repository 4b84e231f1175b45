"""跟随组织：集合名称随组织树展开；不再在列的单位，没签收的撤下，签收了的请办公室决定。"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext

from gongkai.accounts.models import User
from gongkai.audit.actions import record
from gongkai.core.models import Organisation
from gongkai.core.queries import Resolver
from gongkai.law import duties

from ..models import Assignment, Plan, Requirement
from .common import OFFICE, require

State, Membership = Assignment.State, Assignment.Membership
# 签收之前（含已退回）：单位不再在列就直接撤下。
UNSIGNED = (State.ISSUED, State.RETURNED)


def expand(requirement: Requirement, resolver: Resolver, actor: User | None = None) -> Counter[str]:
    """展开：按局内负责处室一栏为每个单位建任务，集合名称展开为当时的各单位。

    不再在列的单位：待下发的删去；没签收的终止，各记一条审计；已签收的标为待办公室决定。
    返回新增、撤下、待决定各几件。
    """
    wanted: dict[int, tuple[Organisation, str, str]] = {}
    for duty in duties.parse(requirement.bureau_units):
        for organisation in resolver.resolve(duty.unit):
            # 同一单位既牵头又在“各处室”里时，以先写的（牵头）为准。
            wanted.setdefault(organisation.pk, (organisation, duty.role.value, duty.unit))
    counts: Counter[str] = Counter()
    existing = {a.organisation_id: a for a in requirement.assignments.select_related("organisation")}
    for organisation, role, unit in wanted.values():
        assignment = existing.get(organisation.pk)
        if assignment is None:
            requirement.assignments.create(
                organisation=organisation,
                role=role,
                unit=unit,
                first_due=requirement.due,
                due=requirement.due,
            )
            counts["added"] += 1
            continue
        # 改正后的表换了分工（配合改为牵头）或写法，任务跟着改；办公室指定保留的不动。
        if assignment.membership != Membership.KEPT and (assignment.role, assignment.unit) != (role, unit):
            assignment.role, assignment.unit = role, unit
            assignment.save(update_fields=["role", "unit"])
        if assignment.state == State.ENDED or assignment.membership:
            counts["added"] += _take_back(assignment)
    for pk, assignment in existing.items():
        if pk not in wanted and _is_out(assignment, resolver):
            counts[_let_go(assignment, actor)] += 1
    return counts


def _is_out(assignment: Assignment, resolver: Resolver) -> bool:
    """不在列：单位停用了，或它的写法还认得、却不再指它；写法认不出时不作判断。"""
    return not assignment.organisation.is_active or resolver.is_known(assignment.unit)


def _take_back(assignment: Assignment) -> bool:
    """重新在列：终止了的回到待下发，由办公室再下发；在办的去掉标记。返回是否算新增。"""
    ended = assignment.state == State.ENDED
    if ended:
        assignment.state, assignment.moved_to, assignment.completed_on = State.DRAFT, None, None
    assignment.membership = Membership.IN
    assignment.save()
    return ended


def _let_go(assignment: Assignment, actor: User | None) -> str:
    """离开：返回计数用的类别；什么都不用做时为空串。"""
    if assignment.state == State.DRAFT:
        assignment.delete()
        return "dropped"
    if assignment.membership == Membership.KEPT or assignment.state in (State.ENDED, State.CLOSED):
        return ""
    if assignment.state in UNSIGNED:
        assignment.state, assignment.membership = State.ENDED, Membership.LEFT
        assignment.save(update_fields=["state", "membership"])
        reason = f"“{assignment.unit}”现在不含“{assignment.organisation}”，任务还没有签收，随之撤下"
        record(actor, "workplans.assignment.leave", assignment, reason=reason)
        return "ended"
    if assignment.membership == Membership.LEFT:
        return ""
    assignment.membership = Membership.LEFT
    assignment.save(update_fields=["membership"])
    reason = f"“{assignment.unit}”现在不含“{assignment.organisation}”，任务已签收，等办公室决定"
    record(actor, "workplans.assignment.flag", assignment, reason=reason)
    return "flagged"


def follow_tree(user: User | None, plan: Plan) -> int:
    """跟随组织：按现在的组织树重新展开整张表，返回新增件数；user 为空表示每日自动。"""
    if user is not None:
        require(user, plan.organisation, OFFICE, pgettext("职责", "更新任务"))
    with transaction.atomic():
        rows = list(plan.requirements.current())
        return _follow(plan, rows, Resolver(plan.organisation), user, always=user is not None)["added"]


def _follow(
    plan: Plan, rows: list[Requirement], resolver: Resolver, actor: User | None, *, always: bool
) -> Counter[str]:
    counts: Counter[str] = Counter()
    for requirement in rows:
        counts += expand(requirement, resolver, actor)
    changed = {name: counts[name] for name in ("added", "dropped", "ended", "flagged")}
    # 自动检查时没有变化就不记账，免得审计链里全是空话。
    if always or any(changed.values()):
        record(actor, "workplans.follow_tree", plan, **changed)
    return counts


def follow_change(sender: Any, organisation: Organisation, actor: User | None, **kwargs: Any) -> None:
    """组织一变就跟着变：与组织的修改同一事务；只重新展开写到这类单位的要求，或已有此单位任务的要求。"""
    parent = organisation.parent
    if parent is None:
        return
    inner = organisation.kind in (
        Organisation.Kind.DIVISION,
        Organisation.Kind.AFFILIATED,
        Organisation.Kind.WINDOW,
    )
    having = set(organisation.assignments.values_list("requirement", flat=True))
    # 处室、局属单位、窗口只进本单位的表；市直单位、区在整棵树里都可能写到。
    near = (
        Q(plan__organisation=parent)
        if inner
        else Q(plan__organisation__path__startswith=f"/{parent.line[0]}/")
    )
    rows = Requirement.objects.current().filter(
        near | Q(pk__in=having), plan__year__gte=timezone.localdate().year
    )
    resolvers: dict[int, Resolver] = {}
    affected: dict[Plan, list[Requirement]] = {}
    for requirement in rows.select_related("plan__organisation"):
        plan = requirement.plan
        if plan.organisation_id not in resolvers:
            resolvers[plan.organisation_id] = Resolver(plan.organisation)
        resolver = resolvers[plan.organisation_id]
        units = [duty.unit for duty in duties.parse(requirement.bureau_units)]
        if requirement.pk in having or any(organisation in resolver.resolve(unit) for unit in units):
            affected.setdefault(plan, []).append(requirement)
    for plan, requirements in affected.items():
        _follow(plan, requirements, resolvers[plan.organisation_id], actor, always=False)
