"""看板：我的任务、台账看板、排名、日历、提醒、整表。"""

from __future__ import annotations

import calendar as months
from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Min
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import duties_of, holds
from gongkai.audit.models import Entry
from gongkai.core.evidence import REGISTRY, Period, run
from gongkai.core.feedback import attempt
from gongkai.core.inputs import is_number
from gongkai.law.workdays import Calendar

from .. import actions, reminders, states
from ..exports import export as export_ledger
from ..lights import GREEN, GREY, LABELS, RED, SOON_WORKDAYS, YELLOW, rule
from ..models import Assignment, Notice, Plan, SavedFilter
from ..queries import FORMULA, OPEN_STATES, colours, lit, standings, to_decide
from .common import page_of, querystring

CONTENT_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _tasks(request: HttpRequest) -> Any:
    """此人看得见的在册任务。"""
    return Assignment.objects.visible_to(request.user).current()


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """登录后先到最常用的一页。"""
    roles = {duty.role for duty in duties_of(request.user)}
    if Duty.Role.CITY in roles:
        return redirect("workplans:city")
    if roles & {Duty.Role.COORDINATOR, Duty.Role.LEADER, Duty.Role.AUDITOR}:
        return redirect("workplans:board")
    if roles == {Duty.Role.ADMINISTRATOR}:
        return redirect("people:list")
    return redirect("workplans:my")


@login_required
def my(request: HttpRequest) -> HttpResponse:
    """我的任务：本处室要签收、办理的任务，最急的在前。"""
    # 上级下发给整个局的任务，由办公室协调员和分管领导承办。
    roles = states.HANDLER | frozenset(states.STANDING_IN)
    own = [d.organisation_id for d in duties_of(request.user) if d.role in roles]
    rows = _tasks(request).filter(organisation__in=own).order_by("due", "requirement__position")
    page = page_of(request, rows)
    page.object_list = lit(page.object_list, timezone.localdate())
    return render(
        request, "workplans/my.html", {"page_obj": page, "rule": rule(), "querystring": querystring(request)}
    )


DUES = {
    "overdue": gettext_lazy("已过时限"),
    "soon": gettext_lazy("7 个工作日内"),
    "month": gettext_lazy("本月内"),
}


def _due_range(values: dict[str, str], today: date) -> tuple[date | None, date | None]:
    """时限的起止：先看快选（已过、7 个工作日内、本月内），再看起止日期；写错的日期不算，并从表单里去掉。"""
    if values["due"] == "overdue":
        return None, today - timedelta(days=1)
    if values["due"] == "soon":
        return today, Calendar.official().add(today, SOON_WORKDAYS)
    if values["due"] == "month":
        return today.replace(day=1), today.replace(day=months.monthrange(today.year, today.month)[1])
    found: list[date | None] = []
    for name in ("after", "before"):
        try:
            found.append(date.fromisoformat(values[name]) if values[name] else None)
        except ValueError:
            values[name] = ""
            found.append(None)
    return found[0], found[1]


def _filtered(request: HttpRequest) -> tuple[list[tuple[int, str]], dict[str, Any]]:
    """筛选：年度、所属、部分、单位、阶段、时限、灯；返回（编号, 颜色）。灯是算出来的，所以算过之后再筛。"""
    every, today = _tasks(request), timezone.localdate()
    years = sorted(set(Plan.objects.visible_to(request.user).values_list("year", flat=True)), reverse=True)
    chosen = request.GET.get("year", "")
    year = int(chosen) if is_number(chosen) else (years[0] if years else today.year)
    rows = every.filter(requirement__plan__year=year).order_by(
        "requirement__plan__organisation__order", "requirement__plan_id", "requirement__position", "id"
    )
    # 照表里的先后：按字排，“三”在“二”前头。
    parts = rows.order_by().values("requirement__part").annotate(first=Min("requirement__position"))
    units = rows.order_by().values_list("organisation_id", "organisation__parent__name", "organisation__name")
    names = ("owner", "part", "unit", "light", "state", "due", "after", "before")
    values = {name: request.GET.get(name, "") for name in names}
    after, before = _due_range(values, today)
    wanted = {
        "requirement__plan__organisation_id": values["owner"] if is_number(values["owner"]) else "",
        "requirement__part": values["part"],
        "organisation_id": values["unit"] if is_number(values["unit"]) else "",
        "state": values["state"],
        "due__gte": after,
        "due__lte": before,
    }
    rows = rows.filter(**{field: value for field, value in wanted.items() if value})
    if values["due"] == "overdue":
        rows = rows.filter(state__in=OPEN_STATES)
    found = colours(rows, today)
    # 各灯的件数按其余条件算，选了一种灯之后仍看得见别的灯有几件。
    counts = Counter(colour for _pk, colour in found)
    if values["light"]:
        found = [pair for pair in found if pair[1] == values["light"]]
    return found, {
        "values": values,
        "year": year,
        "years": years,
        "parts": [row["requirement__part"] for row in parts.order_by("first")],
        "units": {pk: f"{parent or ''} {name}".strip() for pk, parent, name in sorted(units.distinct())},
        "owner": Plan.objects.visible_to(request.user)
        .filter(organisation_id=values["owner"] if is_number(values["owner"]) else 0, year=year)
        .first(),
        "counts": [(colour, label, counts[colour]) for colour, label in LABELS.items()],
        "total": counts.total(),
    }


@login_required
def board(request: HttpRequest) -> HttpResponse:
    """台账看板：按部分、单位、灯、时限筛选，可成批催办。"""
    rows, context = _filtered(request)
    page = page_of(request, rows)
    shown = _tasks(request).in_bulk([pk for pk, _ in page.object_list])
    page.object_list = lit((shown[pk] for pk, _ in page.object_list), timezone.localdate())
    context |= {
        "page_obj": page,
        "found": len(rows),
        "lights": LABELS,
        "dues": DUES,
        "states": [(v, label) for v, label in Assignment.State.choices if v != Assignment.State.ENDED],
        "rule": rule(),
        "querystring": querystring(request),
        "others": querystring(request, "light"),
        "saved": SavedFilter.objects.visible_to(request.user),
        "plans": Plan.objects.visible_to(request.user).filter(year=context["year"])[:20],
        "deciding": to_decide(request.user)
        .filter(requirement__plan__year=context["year"])
        .values_list("requirement__plan", "requirement__plan__title")
        .annotate(n=Count("pk"))
        .order_by("requirement__plan__organisation__order")[:20],
        "is_office": any(d.role == Duty.Role.COORDINATOR for d in duties_of(request.user)),
    }
    return render(request, "workplans/board.html", context)


@login_required
@require_POST
def urge(request: HttpRequest) -> HttpResponse:
    """成批催办所选任务。"""
    chosen = "shown" if request.POST.get("do") == "all" else "task"
    ids = [pk for pk in request.POST.getlist(chosen) if is_number(pk)]
    rows = list(_tasks(request).filter(pk__in=ids, state__in=OPEN_STATES))
    if not rows:
        messages.error(request, _("没有选中未报结的任务，没有发出催办"))
        return redirect(f"/staff/board/?{request.POST.get('query', '')}")
    done = ngettext("已催办 %(n)s 项未报结的任务", "已催办 %(n)s 项未报结的任务", len(rows)) % {
        "n": len(rows)
    }
    attempt(request, lambda: reminders.urge(request.user, rows, timezone.localdate()), done)
    return redirect(f"/staff/board/?{request.POST.get('query', '')}")


@login_required
@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """存下当前筛选条件，或去掉存过的一条。"""
    name, query = request.POST.get("name", "").strip()[:40], request.POST.get("query", "")[:400]
    if is_number(gone := request.POST.get("remove", "")):
        actions.remove_filter(request.user, int(gone))
        messages.success(request, _("已从常用筛选中去掉"))
    elif name:
        actions.save_filter(request.user, name=name, query=query)
        messages.success(request, _("已存为常用筛选“%(name)s”") % {"name": name})
    else:
        messages.error(request, _("没有存：请先给这个筛选起个名称"))
    return redirect(f"/staff/board/?{query}")


@login_required
def city(request: HttpRequest) -> HttpResponse:
    """单位排名：灯数、得分与公式。"""
    years = sorted(set(Plan.objects.visible_to(request.user).values_list("year", flat=True)), reverse=True)
    chosen = request.GET.get("year", "")
    year = int(chosen) if is_number(chosen) else (years[0] if years else timezone.localdate().year)
    rows = standings(request.user, year, timezone.localdate())
    context = {
        "page_obj": page_of(request, rows, 100),
        "year": year,
        "years": years,
        "formula": FORMULA,
        "rule": rule(),
    }
    return render(request, "workplans/city.html", context | {"querystring": querystring(request)})


@login_required
def calendar(request: HttpRequest) -> HttpResponse:
    """日历：一个月里每天到期的任务；休息日标出，没有放假通知的年份标“暂定”。"""
    today = timezone.localdate()
    try:
        first = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        first = today.replace(day=1)
    if not 2008 <= first.year <= 2059:
        first = today.replace(day=1)
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    rows = lit(_tasks(request).filter(due__range=(first, last)), today)
    # 一项要求常有许多单位同日到期，合成一条，不然一格里全是重复的序号。
    by_day: dict[date, dict[int, list[Assignment]]] = {}
    for row in rows:
        by_day.setdefault(row.due, {}).setdefault(row.requirement_id, []).append(row)
    official = Calendar.official()
    names = [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]
    weeks = [
        [
            {
                "day": day,
                "inside": day.month == first.month,
                "off": not official.is_workday(day),
                "items": [_calendar_item(tasks) for tasks in list(by_day.get(day, {}).values())[:6]],
                "more": len(by_day.get(day, {})) - 6,
                "weekday": names[day.weekday()],
                "today": day == today,
            }
            for day in week
        ]
        for week in months.Calendar().monthdatescalendar(first.year, first.month)
    ]
    before = date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
    after = date(first.year + (first.month == 12), first.month % 12 + 1, 1)
    context = {
        "weeks": weeks,
        "first": first,
        "before": before,
        "after": after,
        "names": names,
        "total": len(rows),
        "now": today.replace(day=1),
        "provisional": official.is_provisional(first),
    }
    return render(request, "workplans/calendar.html", context)


def _calendar_item(tasks: list[Assignment]) -> dict[str, Any]:
    """日历的一条：一项要求；只有一个单位时直接到任务，灯取最急的。"""
    worst = min(tasks, key=lambda task: (RED, YELLOW, GREY, GREEN).index(task.colour))
    return {"task": worst, "n": len(tasks)}


@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """提醒：看过即标为已读。"""
    page = page_of(request, Notice.objects.visible_to(request.user).select_related("assignment__requirement"))
    shown = list(page.object_list)
    page.object_list = shown
    Notice.objects.visible_to(request.user).filter(pk__in=[n.pk for n in shown], read_at=None).update(
        read_at=timezone.now()
    )
    return render(request, "workplans/notices.html", {"page_obj": page, "querystring": ""})


def _plan(request: HttpRequest, pk: int) -> Plan:
    return get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)


@login_required
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """整表：各部分各项要求、承担单位和灯，以及台账自身的核查。"""
    found, today = _plan(request, pk), timezone.localdate()
    tasks: dict[int, list[Assignment]] = {}
    for row in lit(_tasks(request).filter(requirement__plan=found), today):
        tasks.setdefault(row.requirement_id, []).append(row)
    rows = [(r, tasks.get(r.pk, [])) for r in found.requirements.current()]
    period = Period(found.year, today)
    codes = (
        "workplans.ledger",
        "workplans.progress",
        "workplans.briefing",
        "workplans.training",
        "workplans.look_back",
    )
    context = {
        "plan": found,
        "rows": rows,
        "rule": rule(),
        "is_office": holds(request.user, found.organisation, actions.OFFICE),
        "deciding": to_decide(request.user).filter(requirement__plan=found).count(),
        "waiting": sum(t.state == Assignment.State.DRAFT for ts in tasks.values() for t in ts),
        "checks": [
            {"name": REGISTRY[code][0], "result": run(code, found.organisation, period)} for code in codes
        ],
        "entries": Entry.objects.filter(subject=f"workplans.plan:{pk}")
        .select_related("actor")
        .order_by("-number")[:20],
    }
    return render(request, "workplans/plan.html", context)


@login_required
@require_POST
def plan_action(request: HttpRequest, pk: int) -> HttpResponse:
    """整表动作：全部下发、公开、收回。"""
    found, name = _plan(request, pk), request.POST.get("do")
    if name == "issue":
        attempt(request, lambda: actions.issue_all(request.user, found), _("任务已下发，等待各处室签收"))
    elif name == "follow":
        done = _("已按现在的组织更新，新增的任务待下发")
        attempt(request, lambda: actions.follow_tree(request.user, found), done)
    elif name in ("release", "withdraw"):
        on = name == "release"
        done = _("已向社会公开已核验的部分") if on else _("已收回公开页")
        attempt(request, lambda: actions.release(request.user, found, on=on), done)
    return redirect("workplans:plan", pk)


@login_required
def plan_file(request: HttpRequest, pk: int) -> FileResponse:
    """下载导入时的原文件。"""
    found = _plan(request, pk)
    if not found.file:
        raise Http404
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=found.filename)


@login_required
def export(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """导出台账（Word、Excel），带状态各栏。"""
    found = _plan(request, pk)
    if suffix not in CONTENT_TYPES:
        raise Http404
    rows = list(_tasks(request).filter(requirement__plan=found))
    response = HttpResponse(
        export_ledger(found, rows, timezone.localdate(), f".{suffix}"), content_type=CONTENT_TYPES[suffix]
    )
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''ledger-{found.year}.{suffix}"
    return response
