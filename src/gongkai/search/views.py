"""公众的一网通查、一网通答：查找页、提问页、联想、浏览器里的搜索框说明。"""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from . import memory
from .answers import answer
from .backends.base import Unavailable
from .correction import suggestions
from .forms import FILTERS, criteria_of
from .models import NotFound
from .queries import MAX_QUERY, Results, search
from .sources import WAYS


def results(request: HttpRequest) -> HttpResponse:
    """查找页：一个框，结果、筛选、翻页；什么都没查到时指出几条路。"""
    criteria = criteria_of(request.GET)
    filtered = any(getattr(criteria, name) for name in FILTERS) or bool(criteria.since or criteria.until)
    context: dict[str, Any] = {"criteria": criteria, "query": criteria.query, "filtered": filtered}
    context |= {"ways": _ways()}
    if not criteria.query and not filtered:
        return render(request, "search/results.html", context | {"hot": memory.hot_words()})
    try:
        found = search(criteria)
    except Unavailable:
        return render(request, "search/results.html", context | {"unavailable": True}, status=503)
    if criteria.query and criteria.page == 1 and not filtered:
        if found.plan == "loose" or not found.total or found.corrected:
            memory.missed(NotFound.Kind.SEARCH, criteria.query)
        else:
            memory.found(criteria.query)
    page = Paginator(range(min(found.total, found.pages * criteria.size)), criteria.size).get_page(
        criteria.page
    )
    context |= {"results": found, "page_obj": page, "groups": _groups(request, found)}
    return render(request, "search/results.html", context | _links(request, found))


def ask(request: HttpRequest) -> HttpResponse:
    """提问页：只引原文作答；没有找到时给出别的路，问题记下来供办公室补充知识库。"""
    question = request.GET.get("q", "").replace("\x00", "").strip()[:MAX_QUERY]
    context: dict[str, Any] = {"query": question, "ways": _ways()}
    if not question:
        return render(request, "search/ask.html", context)
    try:
        made = answer(question, phrase=True)
    except Unavailable:
        return render(request, "search/ask.html", context | {"unavailable": True}, status=503)
    if not made.found:
        memory.missed(NotFound.Kind.QUESTION, question)
    return render(request, "search/ask.html", context | {"answer": made})


def _ways() -> list[dict[str, Any]]:
    """出路：已装的应用报来的，如政策咨询、申请公开。"""
    found = []
    for way in WAYS:
        try:
            found.append({"label": way.label, "url": reverse(way.name)})
        except NoReverseMatch:
            # 那个应用没有装。
            continue
    return found


def _link(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return "?" + query.urlencode()


def _links(request: HttpRequest, found: Results) -> dict[str, str]:
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "querystring": query.urlencode(),
        "by_relevance": _link(request, order=""),
        "by_date": _link(request, order="date"),
        "with_dead": _link(request, dead="1"),
        "without_dead": _link(request, dead=""),
        "without_filters": "?" + _only(request, "q", "order"),
        "instead": _link(request, q=found.suggestion) if found.suggestion else "",
    }


def _only(request: HttpRequest, *names: str) -> str:
    query = request.GET.copy()
    for name in list(query):
        if name not in names:
            del query[name]
    return query.urlencode()


def _groups(request: HttpRequest, found: Results) -> list[dict[str, Any]]:
    """筛选项：每项一个链接，选中的再点即取消；只有一个值可选的不列。"""
    labels = {
        "site": _("站点"),
        "organisation": _("单位"),
        "column": _("栏目"),
        "kind": _("种类"),
        "theme": _("主题"),
        "year": _("年度"),
        "validity": _("有效性"),
    }
    groups = []
    for name, label in labels.items():
        chosen = getattr(found.criteria, name)
        rows = [
            row
            | {
                "chosen": row["value"] == chosen,
                "link": _link(request, **{name: "" if row["value"] == chosen else row["value"]}),
            }
            for row in found.facets.get(name, ())[:40]
        ]
        if len(rows) > 1 or chosen:
            groups.append({"name": name, "label": label, "rows": rows, "chosen": chosen})
    return groups


def suggest(request: HttpRequest) -> JsonResponse:
    """联想：OpenSearch 建议的格式 [查找词, [词…]]；没有脚本时页面照用，只是没有联想。"""
    query = request.GET.get("q", "")[:60]
    return JsonResponse([query, suggestions(query)], safe=False, json_dumps_params={"ensure_ascii": False})


def description(request: HttpRequest) -> HttpResponse:
    """搜索框说明：浏览器据此把本站加进地址栏的搜索。"""
    context = {
        "results_url": request.build_absolute_uri(reverse("search:results")),
        "suggest_url": request.build_absolute_uri(reverse("search:suggest")),
    }
    return render(
        request, "search/opensearch.xml", context, content_type="application/opensearchdescription+xml"
    )
