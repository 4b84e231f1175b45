"""办公室的检索页：同义词、置顶、查而未得；改之前先看改后的次序。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongkai.core.feedback import attempt

from . import actions
from .backends.base import Unavailable
from .models import NotFound, Pin, SearchDocument, Synonym
from .queries import Criteria, Hit, search

SIZE = 50
MOST = 5


def _require(request: HttpRequest) -> None:
    if not actions.is_office(request.user):
        raise PermissionDenied


def _page(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, SIZE).get_page(request.GET.get("page"))


def _top(query: str, **values: Any) -> list[Hit]:
    """前十条；索引不通时为空，页面另有提示。"""
    try:
        return search(Criteria(query), **values).hits
    except Unavailable:
        return []


@login_required
def synonyms(request: HttpRequest) -> HttpResponse:
    """同义词：列表与添改；先看效果，再保存。"""
    _require(request)
    number = request.GET.get("edit", "")
    chosen = Synonym.objects.filter(pk=number).first() if number.isdecimal() else None
    typed = request.POST.get("words", "、".join(chosen.words) if chosen else "")[:200]
    context: dict[str, Any] = {"typed": typed, "chosen": chosen, "querystring": ""}
    one_way = request.POST.get("one_way") == "1" if request.POST else bool(chosen and chosen.one_way)
    context["one_way"] = one_way
    if request.method == "POST":
        words = actions.words_of(typed)
        if request.POST.get("do") == "save":
            done = _("同义词已保存，查找时立即生效")
            if attempt(
                request,
                lambda: actions.save_synonym(request.user, synonym=chosen, words=words, one_way=one_way),
                done,
            ):
                return redirect("search_desk:synonyms")
        elif len(words) < 2:
            messages.error(request, _("一组同义词至少要两个词，用顿号分开"))
        else:
            context["effects"] = [
                {"word": word, "old": _top(word), "new": _top(word, extra=(tuple(words),))}
                for word in words[: 1 if one_way else MOST]
            ]
    context["page_obj"] = _page(request, Synonym.objects.select_related("author"))
    return render(request, "search/synonyms.html", context)


@login_required
@require_POST
def remove_synonym(request: HttpRequest, pk: int) -> HttpResponse:
    """删去一组同义词。"""
    _require(request)
    row = get_object_or_404(Synonym, pk=pk)
    attempt(request, lambda: actions.delete_synonym(request.user, row), _("同义词已删去"))
    return redirect("search_desk:synonyms")


@login_required
def pins(request: HttpRequest) -> HttpResponse:
    """置顶：填查找词，从结果里选几条排在最前；先看改后的次序，再保存。"""
    _require(request)
    values = request.POST if request.method == "POST" else request.GET
    query = values.get("query", "").strip()[:60]
    pin = Pin.objects.filter(normal=actions.text.normal(query)).first() if query else None
    keys = values.getlist("keys") if request.method == "POST" else list(pin.keys if pin else [])
    if request.method == "POST" and request.POST.get("do") == "save":
        done = _("置顶已保存，查找时立即生效")
        if attempt(request, lambda: actions.save_pin(request.user, query=query, keys=keys), done):
            return redirect("search_desk:pins")
    context: dict[str, Any] = {"query": query, "pin": pin, "keys": keys, "querystring": ""}
    if query:
        old = _top(query, pins=False)
        found = SearchDocument.objects.filter(key__in=keys, published=True)
        chosen = {document.key: document for document in found}
        ordered = [chosen[key] for key in keys if key in chosen]
        rest = [hit.document for hit in old if hit.document.key not in chosen]
        others = [document for document in ordered if all(document.key != h.document.key for h in old)]
        context |= {"old": old, "new": [*ordered, *rest][:10], "others": others}
        context |= {"previewing": request.method == "POST"}
    context["page_obj"] = _page(request, Pin.objects.select_related("author"))
    return render(request, "search/pins.html", context)


@login_required
@require_POST
def remove_pin(request: HttpRequest, pk: int) -> HttpResponse:
    """取消置顶。"""
    _require(request)
    row = get_object_or_404(Pin, pk=pk)
    attempt(request, lambda: actions.delete_pin(request.user, row), _("置顶已取消"))
    return redirect("search_desk:pins")


@login_required
def not_found(request: HttpRequest) -> HttpResponse:
    """查而未得：没有结果的查找和没有答案的提问，次数多的在前；一行一个去处。"""
    _require(request)
    state = request.GET.get("state", NotFound.State.OPEN)
    kind = request.GET.get("kind", "")
    rows = NotFound.objects.filter(state=state if state in NotFound.State.values else NotFound.State.OPEN)
    if kind in NotFound.Kind.values:
        rows = rows.filter(kind=kind)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page_obj": _page(request, rows),
        "state": state,
        "kind": kind,
        "kinds": NotFound.Kind.choices,
        "states": NotFound.State.choices,
        "querystring": query.urlencode(),
    }
    return render(request, "search/not_found.html", context)


@login_required
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """标为已处理。"""
    _require(request)
    row = get_object_or_404(NotFound, pk=pk)
    attempt(request, lambda: actions.settle(request.user, row), _("已标为处理过"))
    return redirect("search_desk:not_found")


app_name = "search_desk"
urlpatterns = [
    path("search/synonyms/", synonyms, name="synonyms"),
    path("search/synonyms/<int:pk>/remove/", remove_synonym, name="remove_synonym"),
    path("search/pins/", pins, name="pins"),
    path("search/pins/<int:pk>/remove/", remove_pin, name="remove_pin"),
    path("search/not-found/", not_found, name="not_found"),
    path("search/not-found/<int:pk>/settle/", settle, name="settle"),
]
