"""公众页面：只出现已核验并公开的内容。"""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from gongkai.workplans.lights import rule
from gongkai.workplans.public import public_plans, public_requirements


def home(request: HttpRequest) -> HttpResponse:
    """首页。"""
    return render(request, "portal/home.html", {"plans": public_plans()[:6]})


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


def _remember(request: HttpRequest, name: str, value: str) -> HttpResponse:
    """记住一项选择：由服务器记在 Cookie 里，不靠脚本；然后回到原页，只回本站。"""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    response.set_cookie(name, value, max_age=31_536_000, samesite="Lax", httponly=True)
    return response


@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """长者模式：开或关。"""
    return _remember(request, "elder", "0" if request.COOKIES.get("elder") == "1" else "1")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """界面语言：记下所选的；没有的语言按中文记。"""
    code = request.POST.get("language", "")
    code = code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, code)


def feedback(request: HttpRequest) -> HttpResponse:
    """网站找错：告诉公众怎样反映。"""
    return render(request, "portal/feedback.html")


def about(request: HttpRequest) -> HttpResponse:
    """关于本站：谁在办、亮灯规则、无障碍声明、隐私、联系方式。"""
    return render(request, "portal/about.html", {"rule": rule()})


def sitemap(request: HttpRequest) -> HttpResponse:
    """站点地图。"""
    return render(request, "portal/sitemap.html", {"plans": public_plans()[:200]})
