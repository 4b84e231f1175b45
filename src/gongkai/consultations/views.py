"""公众的政策问答：列表、一条一页、数据；只有此刻有效的。本模块也是这些页面的网址表。"""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .exports import entry_as_data
from .models import Entry
from .queries import public_entries, shown
from .structure import blocks

PAGE = 20
app_name = "knowledge"


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """列表：按主题和文字筛选，新的在前。"""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    theme = request.GET.get("theme", "").replace("\x00", "")[:60]
    rows = public_entries()
    themes = sorted(set(rows.exclude(theme="").order_by().values_list("theme", flat=True)))
    if words:
        rows = rows.filter(
            Q(question__icontains=words) | Q(answer__icontains=words) | Q(wordings__icontains=words)
        )
    if theme:
        rows = rows.filter(theme=theme)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page_obj": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "words": words,
        "theme": theme,
        "themes": themes,
        "querystring": query.urlencode(),
    }
    return render(request, "consultations/list.html", context)


@require_safe
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """一条：问题、答复、依据和有效期；撤下的转到新版，没有新版的说明已不再有效。"""
    found = public_entries().filter(pk=pk).first()
    if found is None:
        old = get_object_or_404(Entry, pk=pk, first_published_at__isnull=False)
        newer = old.replaced_by.filter(state=Entry.State.PUBLISHED).first()
        if newer is not None and shown(newer):
            return redirect(newer, permanent=False)
        return render(request, "consultations/gone.html", {"entry": old}, status=410)
    context: dict[str, Any] = {"entry": found, "blocks": blocks(found.answer), "bases": found.bases.all()}
    return render(request, "consultations/entry.html", context)


@require_safe
def data(request: HttpRequest) -> JsonResponse:
    """数据：全部有效的问答，编号不变，版次可比；供上级平台和开发者取用。"""
    page = Paginator(public_entries().order_by("pk"), 500).get_page(request.GET.get("page"))
    found = {
        "title": _("政策问答"),
        "page": page.number,
        "pages": page.paginator.num_pages,
        "total": page.paginator.count,
        "entries": [entry_as_data(each) for each in page],
    }
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False})


urlpatterns = [
    path("", listing, name="list"),
    path("entries.json", data, name="data"),
    path("<int:pk>/", entry, name="entry"),
]
