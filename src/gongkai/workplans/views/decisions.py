"""逐件决定：已撤下的要求、已不在列的单位，各自下发出去的任务怎么办。"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongkai.accounts.queries import holds
from gongkai.core.feedback import attempt
from gongkai.core.inputs import is_number

from .. import actions
from ..models import Assignment, Plan, Requirement
from ..queries import lit, to_decide


@login_required
def decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """待决定的任务，按要求排列；已终止、已转走的列在各项之下备查。"""
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    waiting = to_decide(request.user).filter(requirement__plan=plan)
    gone = Assignment.objects.visible_to(request.user).filter(
        requirement__plan=plan, requirement__withdrawn_at__isnull=False
    )
    ended = Assignment.objects.visible_to(request.user).filter(
        requirement__plan=plan, state=Assignment.State.ENDED
    )
    shown = (waiting | gone | ended).select_related("moved_to__requirement")
    rows = lit(shown.order_by("requirement__position", "requirement_id", "id"), timezone.localdate())
    open_ones = set(waiting.values_list("pk", flat=True))
    groups: list[dict[str, Any]] = [
        {"requirement": requirement, "tasks": [(task, task.pk in open_ones) for task in tasks]}
        for requirement, tasks in groupby(rows, key=lambda task: task.requirement)
    ]
    context = {
        "plan": plan,
        "groups": groups,
        "waiting": len(open_ones),
        "targets": plan.requirements.current(),
        "is_office": holds(request.user, plan.organisation, actions.OFFICE),
    }
    return render(request, "workplans/decisions.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, pk: int, task: int) -> HttpResponse:
    """决定一件：终止、保留，或转到另一项要求。"""
    found = get_object_or_404(Assignment.objects.visible_to(request.user), pk=task, requirement__plan_id=pk)
    name, reason = request.POST.get("do"), request.POST.get("reason", "").strip()[:300]
    if name == "end":
        attempt(request, lambda: actions.move(request.user, found, "end", reason=reason), _("任务已终止"))
    elif name == "keep":
        attempt(request, lambda: actions.keep(request.user, found, reason=reason), _("任务已保留"))
    elif name == "transfer":
        chosen = request.POST.get("to", "")
        to = get_object_or_404(
            Requirement.objects.visible_to(request.user), pk=chosen if is_number(chosen) else 0
        )
        done = _("任务已转到第 %(number)s 项，证据和报告一并带去") % {"number": to.number}
        attempt(request, lambda: actions.transfer(request.user, found, to=to), done)
    return redirect("workplans:decisions", pk)
