"""页面生成的情况：写了多少、等着多少、哪些没写成。本模块也是网址表。"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongkai.core.feedback import attempt
from gongkai.records.models import Site

from . import actions
from .models import BakeTask, Page

app_name = "baking"


@login_required
def status(request: HttpRequest) -> HttpResponse:
    """情况页：各站点的页数和大小，失败的页面和原因。"""
    if not actions.is_administrator(request.user):
        raise PermissionDenied
    written = {
        row["site"]: row for row in Page.objects.values("site").annotate(pages=Count("pk"), size=Sum("size"))
    }
    waiting = dict(BakeTask.objects.values_list("site").annotate(Count("pk")))
    sites = [
        {"site": site, "written": written.get(site.pk), "waiting": waiting.get(site.pk, 0)}
        for site in Site.objects.filter(is_active=True)
    ]
    failed = BakeTask.objects.exclude(error="").select_related("site").order_by("-attempts", "pk")
    page = Paginator(failed, 50).get_page(request.GET.get("page"))
    return render(request, "baking/status.html", {"sites": sites, "page_obj": page, "querystring": ""})


@login_required
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """全站重写，或把失败的马上再试。"""
    if request.POST.get("do") == "rewrite":
        site = get_object_or_404(Site, pk=request.POST.get("site") or 0)
        attempt(request, lambda: actions.rewrite_site(request.user, site), _("已排队，后台逐页重写"))
    else:
        attempt(request, lambda: actions.retry_now(request.user), _("失败的页面马上再试"))
    return redirect("baking:status")


urlpatterns = [path("pages/", status, name="status"), path("pages/act/", act, name="act")]
