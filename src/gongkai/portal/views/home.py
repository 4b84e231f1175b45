"""首页、站点地图、离站提示。"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.records import public
from gongkai.records.kinds import Kind
from gongkai.records.models import FriendlyLink, Site
from gongkai.workplans.public import public_plans

from ..prose import leaving_target
from ..sites import absolute, any_site_of, columns, full_name, site_of

# 首页的版块：名称、收哪些类型、几条、没有对应栏目时“更多”去哪里。
_NEWS = (Kind.NEWS,)
_NOTICES = (Kind.NOTICE,)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """首页：要闻、通知公告、政策文件与解读、政府信息公开、机构、工作要点。还没有站点时只有工作要点。"""
    site = any_site_of(request)
    plans = public_plans()[:4]
    if site is None:
        if Site.objects.exists():
            raise Http404(_("没有这个站点"))
        return render(request, "portal/home_bare.html", {"plans": plans})
    tree = columns(request)
    named = (site.name, full_name(site.organisation), site.organisation.name)
    institution = public.on_site(site).filter(kind=Kind.INSTITUTION, live__title__in=named).first()
    news = public.latest(site, _NEWS, 6)
    context = {
        "plans": plans,
        "news": news[1:],
        "headline": news[0] if news else None,
        "notices": public.latest(site, _NOTICES, 7),
        "policies": public.latest(site, public.LIBRARY_KINDS, 6),
        "interpretations": public.latest(site, [Kind.INTERPRETATION], 6),
        "plannings": public.latest(site, [Kind.PLAN], 5),
        "finances": public.latest(site, [Kind.FINANCE, Kind.PROCUREMENT], 5),
        "institution": institution,
        "sections": tree.sections,
        "statutory": [child for section in tree.sections for child in tree.children(section)],
        "topics": [column for column in tree.columns if column.kind == "topic"],
        "links": public.links_of(site),
        "canonical": absolute(site, "/"),
    }
    for name, kind in (
        ("news_column", Kind.NEWS),
        ("notices_column", Kind.NOTICE),
        ("interpretations_column", Kind.INTERPRETATION),
        ("finances_column", Kind.FINANCE),
    ):
        context[name] = tree.for_kind(kind)
    return render(request, "portal/home.html", context)


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """站点地图：全部栏目和固定页面。"""
    site = any_site_of(request)
    return render(
        request,
        "portal/sitemap.html",
        {
            "plans": public_plans()[:200],
            "tree": columns(request),
            "links": public.links_of(site) if site else [],
            "canonical": absolute(site, request.path) if site else "",
        },
    )


@require_safe
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """友情链接：链到政府网站的直接去，其余的先提示。"""
    found = get_object_or_404(FriendlyLink, pk=pk, site=site_of(request))
    return render(request, "portal/leaving.html", {"url": found.url, "name": found.name})


@require_safe
def leaving(request: HttpRequest) -> HttpResponse:
    """离站提示：只认本站签过名的地址，不自动跳转。"""
    url = leaving_target(request.GET.get("to", ""))
    if url is None:
        raise Http404(_("这个链接不是本站给出的"))
    response = render(request, "portal/leaving.html", {"url": url, "name": ""})
    response["X-Robots-Tag"] = "noindex"
    return response
