"""工作要点的公众页面：只出现已核验并公开的内容。"""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from gongkai.workplans.lights import rule
from gongkai.workplans.public import public_plans, public_requirements


def plans(request: HttpRequest) -> HttpResponse:
    """工作要点落实情况：已公开的各单位各年度分工表。"""
    page = Paginator(public_plans(), 30).get_page(request.GET.get("page"))
    return render(request, "portal/plans.html", {"page_obj": page, "querystring": ""})


def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """一份分工表的公开页：各项要求与已核验的落实情况。"""
    found = get_object_or_404(public_plans(), pk=pk)
    rows = public_requirements(found).annotate(
        verified=Count("assignments", filter=Q(assignments__state__in=("verified", "closed")))
    )
    done = sum(1 for row in rows if row.verified)
    return render(request, "portal/plan.html", {"plan": found, "rows": rows, "done": done})


def about(request: HttpRequest) -> HttpResponse:
    """关于本站：谁在办、亮灯规则、无障碍声明、隐私、联系方式。"""
    return render(request, "portal/about.html", {"rule": rule()})
