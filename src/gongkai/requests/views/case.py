"""一件申请：事实、期限的由来、各项、名下的记录、此刻可以做的。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from gongkai.core.calendar import current_calendar
from gongkai.law.decisions import DECISIONS

from .. import actions, clock, gates, moves, states
from ..chronology import chronology
from ..forms import Reason
from ..models import Applicant, Case, CaseFile, Letter
from ..queries import hints, waiting_like
from .common import tried, with_days


def find(request: HttpRequest, pk: int) -> Case:
    """看得见的一件。"""
    rows = Case.objects.visible_to(request.user).select_related(
        "agency", "applicant", "handler", "taken_by", "arrived_at", "split_from", "joined_to"
    )
    case: Case = get_object_or_404(rows, pk=pk)
    return case


def _items(case: Case) -> list[Any]:
    found = gates.round_items(case)
    editing = case.state in (Case.State.TRIAGE, Case.State.WORKING, Case.State.REASONS)
    for item in found:
        item.decision = DECISIONS.get(item.code)  # type: ignore[attr-defined]
        item.problems = gates.item_problems(item) if editing and item.answers else []  # type: ignore[attr-defined]
    return found


def _leads(user: Any, case: Case) -> bool:
    signed = case.state in (Case.State.SIGNED, Case.State.DISPATCHED, Case.State.CLOSED)
    return signed and states.holds_case(user, case, states.OFFICE | states.LEADER)


def show(
    request: HttpRequest, case: Case, bound: Any = None, name: str = "", status: int = 200
) -> HttpResponse:
    """显示一件；bound 为没做成的那张表，原样填着。"""
    with_days([case])
    user = request.user
    cards = []
    for move in moves.available(user, case):
        form = bound if move.name == name else move.form(case=case, prefix=move.name)
        cards.append({"move": move, "form": form, "open": move.opens(case) or move.name == name})
    deadline = clock.deadline_of(case, current_calendar())
    working = states.holds_case(user, case, states.WORKERS)
    return render(
        request,
        "requests/case.html",
        {
            "case": case,
            "deadline": deadline,
            "cards": cards,
            "items": _items(case),
            "lines": chronology(case),
            "events": case.events.select_related("actor", "replaced_by"),
            "masked": [
                (f, Applicant._meta.get_field(f).verbose_name, case.applicant.masked(f))
                for f in Applicant.PERSONAL
                if getattr(case.applicant, f)
            ],  # noqa: E501
            "letters": Letter.objects.visible_to(user).filter(case=case).exclude(state="void"),
            "hints": hints(case) if working and case.is_open else None,
            "family": [row for row in case.family() if row.pk != case.pk],
            "working": working,
            # 没有答复的在“提示”里说；签发以后，领导和工作机构从这里去照样办。
            "alike": waiting_like(case) if not (working and case.is_open) and _leads(user, case) else 0,
            "office": states.holds_case(user, case, states.OFFICE),
            "correction": getattr(case, "correction", None),
            "reasons": getattr(case, "reasons", None),
            "fee": getattr(case, "fee", None),
        },
        status=status,
    )


@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """一件申请的页面。"""
    return show(request, find(request, pk))


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """办理：照所填的表做；没做成的原样留着，说明原因。"""
    case = find(request, pk)
    move = moves.MOVES.get(name)
    if move is None or not move.allowed(request.user, case):
        messages.error(request, _("现在不能这样做，可能别人已先办了；请看过再办"))
        return redirect("foi:case", pk)
    form = move.form(request.POST, request.FILES, case=case, prefix=name)
    if not form.is_valid():
        messages.error(request, _("有几处没有填好，请看标出的地方"))
        return show(request, case, form, name, status=422)
    made: list[Any] = []
    if not tried(request, lambda: made.append(move.run(request.user, case, form))):
        return show(request, find(request, pk), form, name, status=422)
    messages.success(request, str(move.done))
    if made and isinstance(made[0], Letter):
        return redirect("foi:letter", made[0].pk)
    return redirect("foi:case", pk)


@login_required
@never_cache
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """查看申请人全部信息：写明为什么，记入审计，只显示这一次。"""
    case = find(request, pk)
    form = Reason(request.POST or None, case=case)
    found: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        tried(request, lambda: found.append(actions.reveal(request.user, case, reason=reason)))
    rows = (
        [(Applicant._meta.get_field(key).verbose_name, value) for key, value in found[0].items() if value]
        if found
        else []
    )  # noqa: E501
    return render(request, "requests/applicant.html", {"case": case, "form": form, "rows": rows})


@login_required
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """案卷材料：看得见申请的可以下载，申请人的身份材料只给办理的人，每次下载记审计。"""
    row = get_object_or_404(CaseFile.objects.visible_to(request.user).select_related("case__agency"), pk=pk)
    if not tried(request, lambda: actions.open_file(request.user, row)):
        return redirect("foi:case", row.case_id)
    # 文件名不用上传者给的：名称里常有姓名。
    name = f"{row.case.number}-{row.pk}{row.suffix}"
    response = FileResponse(row.file.open("rb"), as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
