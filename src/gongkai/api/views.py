"""汇聚来源的管理页。本模块也是网址表。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gongkai.core.feedback import attempt
from gongkai.core.models import Organisation
from gongkai.records.models import Site

from . import actions
from .models import Source

app_name = "sources"


class SourceForm(forms.ModelForm):
    """登记来源。"""

    class Meta:
        model = Source
        fields = ("name", "site", "organisation", "base_url", "remote_site")

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["base_url"].assume_scheme = "https"  # type: ignore[attr-defined]
        sites = Site.objects.visible_to(user)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        roots = [site.organisation for site in sites.select_related("organisation")]
        units = Organisation.objects.none()
        for root in roots:
            units = units | Organisation.objects.active().within(root)
        self.fields["organisation"].queryset = units  # type: ignore[attr-defined]
        self.fields["name"].help_text = gettext_lazy("如：江东区政府门户")


@login_required
def sources(request: HttpRequest) -> HttpResponse:
    """来源清单：取到哪里、最近的错误；登记新的来源。"""
    form = SourceForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if attempt(
            request, lambda: actions.add_source(request.user, **values), _("已登记，几分钟内开始取数")
        ):
            return redirect("sources:list")
    rows = Source.objects.visible_to(request.user).select_related("site", "organisation")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "api/sources.html", {"page_obj": page, "form": form, "querystring": ""})


@login_required
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """立刻取数、停用、启用。"""
    source = get_object_or_404(Source.objects.visible_to(request.user).select_related("site"), pk=pk)
    name = request.POST.get("do")
    if name == "pull":
        found: list[Any] = []
        if attempt(request, lambda: found.append(actions.pull_now(request.user, source)), _("取数完毕")):
            values = {"received": found[0].received, "withdrawn": found[0].withdrawn}
            messages.info(request, _("收 %(received)s 条，撤 %(withdrawn)s 条") % values)
    elif name in ("stop", "start"):
        active = name == "start"
        attempt(request, lambda: actions.set_source_active(request.user, source, active=active), _("已更新"))
    return redirect("sources:list")


urlpatterns = [
    path("sources/", sources, name="list"),
    path("sources/<int:pk>/act/", act, name="act"),
]
