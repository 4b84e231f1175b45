"""内容相同的申请：有哪些组，一组照一件办，进度、停下、接着办，把一件拿出来另办。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gongkai.core.models import Organisation

from .. import actions, moves, queries, states
from ..actions.bulk import JOBS
from ..models import Case, GroupEntry, GroupRun
from .case import find
from .common import page_of, querystring, tried, with_days

# 这么少的当场办完，不必等后台。
AT_ONCE = 10
# 当场办至多几秒；没办完的由已经排好的后台接着。
PATIENCE = 8.0


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """有哪些组：没有答复、内容相同的两件以上。"""
    page = page_of(request, queries.groups(request.user))
    firsts = Case.objects.visible_to(request.user).defer(*queries.LIGHT)
    found = firsts.in_bulk([row["first"] for row in page.object_list])
    agencies = Organisation.objects.in_bulk({row["agency"] for row in page.object_list})
    rows = [
        {"case": found[row["first"]], "agency": agencies[row["agency"]], "n": row["n"], "alarm": row["alarm"]}
        for row in page.object_list
    ]
    context = {
        "page_obj": page,
        "rows": rows,
        "several": len(agencies) > 1,
        "querystring": querystring(request),
    }
    return render(request, "requests/groups.html", context)


@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """一组：照一件办，其余照它办；逐件列出，拿出去另办的在另一页。"""
    case = find(request, pk)
    office = states.holds_case(request.user, case, states.OFFICE)
    if request.method == "POST":
        return _start(request, case, request.POST.get("do", ""))
    apart = request.GET.get("show") == "apart"
    rows = queries.listed(request.user).filter(agency=case.agency, group_key=case.group_key)
    rows = rows.exclude(group_key="").order_by("pk")
    page_obj = page_of(request, rows.filter(apart=apart))
    with_days(page_obj.object_list)
    counts, runs = queries.stages(case), list(queries.runs_of(case)[:10])
    busy = next((each for each in runs if each.running), None)
    halted = [each for each in runs if each.state == GroupRun.State.STOPPED]
    stopped = {each.name for each in halted}
    context = {
        "case": case,
        "page_obj": page_obj,
        "apart": apart,
        "apart_count": rows.filter(apart=True).count(),
        "querystring": querystring(request),
        "total": sum(counts.values()),
        "people": queries.people_in(case),
        "stages": [(label, counts[state]) for state, label in Case.State.choices if counts.get(state)],
        "ahead": queries.ahead_of(case, counts) if office else None,
        "moves": []
        if busy
        else [m for m in moves.group_moves(request.user, case, counts) if m[0] not in stopped],
        "runs": runs,
        "busy": busy,
        "halted": halted,
        "office": office,
        "sample": queries.sample_of(case) if _can_preview(request.user, case, counts) else None,
    }
    return render(request, "requests/group.html", context)


def _can_preview(user: Any, case: Case, counts: dict[str, int]) -> bool:
    """有签发了的样子、还有没答复的，才有可预览的。"""
    signed = case.state in (Case.State.SIGNED, Case.State.DISPATCHED, Case.State.CLOSED)
    return bool(signed and counts.get(Case.State.WORKING)) and states.holds_case(
        user, case, states.LEADER | states.OFFICE
    )


def _start(request: HttpRequest, case: Case, name: str) -> HttpResponse:
    if name not in JOBS:
        messages.error(request, _("现在不能这样做，可能别人已先办了；请看过再办"))
        return redirect("foi:group", case.pk)
    made: list[GroupRun] = []
    if not tried(request, lambda: made.append(actions.start_group(request.user, case, name))):
        busy = queries.runs_of(case).filter(state=GroupRun.State.RUNNING).first()
        return redirect("foi:run", busy.pk) if busy else redirect("foi:group", case.pk)
    row = made[0]
    if row.total <= AT_ONCE:
        # 后台的那一段看到已经办完，什么也不做。
        actions.work_off_group(row, row.step, seconds=PATIENCE)
    return redirect("foi:run", row.pk)


def _run(request: HttpRequest, pk: int) -> GroupRun:
    rows = GroupRun.objects.visible_to(request.user).select_related("case__agency", "by")
    row: GroupRun = get_object_or_404(rows, pk=pk)
    return row


def _progress(row: GroupRun, user: Any) -> dict[str, Any]:
    tried_ = row.done + row.held
    left = queries.left_of(row).count() if row.state != GroupRun.State.DONE else 0
    minutes = round(left * row.seconds / tried_ / 60) if tried_ and row.running else None
    alive = row.running and queries.is_alive(row)
    may = states.holds_case(user, row.case, JOBS[GroupRun.Name(row.name)].duties)
    return {
        "run": row,
        "left": left,
        "percent": 100 if not left else tried_ * 100 // (tried_ + left),
        "minutes": minutes,
        "lost": row.running and not alive,
        "may_stop": row.running and alive and (may or states.holds_case(user, row.case, states.OFFICE)),
        "may_resume": may and (row.state == GroupRun.State.STOPPED or (row.running and not alive)),
    }


@login_required
@never_cache
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """一次成批办理：进度、停下、接着办；没有办成的写明原因，还没有试的、办成的分页列出。"""
    row = _run(request, pk)
    if request.method == "POST":
        wanted = request.POST.get("do", "")
        if wanted == "stop" and tried(request, lambda: actions.stop_group(request.user, row)):
            messages.success(request, _("已停下；办成的不变，可以随时接着办"))
        elif wanted == "resume" and tried(request, lambda: actions.resume_group(request.user, row)):
            messages.success(request, _("已接着办"))
        return redirect("foi:run", pk)
    progress_ = _progress(row, request.user)
    show = request.GET.get("show", "")
    if show not in ("held", "done", "left"):
        show = "held" if row.held else "left" if progress_["left"] else "done"
    if show == "left":
        page_obj = page_of(request, queries.left_of(row))
    else:
        rows = GroupEntry.objects.filter(run=row, state=show).select_related("case").order_by("id")
        page_obj = page_of(request, rows.defer("case__description", "case__rating_comment"))
    context = {
        "page_obj": page_obj,
        "querystring": querystring(request),
        "show": show,
        "office": states.holds_case(request.user, row.case, states.OFFICE),
    }
    return render(request, "requests/run.html", progress_ | context)


@login_required
@never_cache
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """进度：只是页面里的一块，过几秒取一次。"""
    return render(request, "requests/includes/progress.html", _progress(_run(request, pk), request.user))


@login_required
@require_POST
def apart(request: HttpRequest, pk: int) -> HttpResponse:
    """另办、放回去。"""
    case = find(request, pk)
    if request.POST.get("do") == "back":
        if tried(request, lambda: actions.put_back(request.user, case)):
            messages.success(request, _("%(number)s 已放回组里") % {"number": case.number})
        return redirect("foi:group", pk)
    reason = request.POST.get("reason", "")
    if tried(request, lambda: actions.take_apart(request.user, case, reason=reason)):
        messages.success(request, _("%(number)s 已拿出来另办") % {"number": case.number})
        return redirect("foi:case", pk)
    return redirect("foi:group", pk)


@login_required
@never_cache
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """预览：照这一件的答复，组里另一件（?for=编号）的一份会是什么样。"""
    case, made = find(request, pk), list[bytes]()
    other = queries.sample_of(case, _number(request.GET.get("for", "")))
    if other is None:
        messages.error(request, _("组里没有这一件在办理中的申请，可能刚刚办过"))
        return redirect("foi:group", pk)
    if not tried(request, lambda: made.append(actions.preview_like(request.user, other, case))):
        return redirect("foi:group", pk)
    response = HttpResponse(made[0], content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{other.number}.pdf"'
    return response


def _number(text: str) -> int:
    from gongkai.core.inputs import is_number

    return int(text) if is_number(text) else 0
