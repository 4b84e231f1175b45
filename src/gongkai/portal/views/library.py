"""规范性文件库：法规规章、规范性文件、政策文件，按时效、年份、类别、名称查。"""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from gongkai.law import docnumbers
from gongkai.records import public
from gongkai.records.kinds import Kind
from gongkai.records.models import Record

from ..sites import absolute, is_year, site_of

PAGE_SIZE = 30
V = Record.Validity
# 状态筛选：键、名称、收哪些时效；缺省只看现行的。
STATUSES: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("valid", _("现行有效"), (*public.VALID, V.NONE)),
    ("pending", _("尚未生效"), (V.PENDING,)),
    ("amended", _("已修改"), (V.AMENDED,)),
    ("lapsed", _("失效"), (V.LAPSED,)),
    ("repealed", _("废止"), (V.REPEALED,)),
    ("all", _("全部"), ()),
)


def chosen(request: HttpRequest) -> dict[str, str]:
    """所选的条件；认不出的当没选。"""
    status, kind = request.GET.get("status", "valid"), request.GET.get("kind", "")
    year = request.GET.get("year", "")
    return {
        "status": status if status in {key for key, *_rest in STATUSES} else "valid",
        "kind": kind if kind in public.LIBRARY_KINDS else "",
        "year": year if is_year(year) else "",
        "q": request.GET.get("q", "").strip()[:60],
    }


def filtered(rows: QuerySet[Record], wanted: dict[str, str]) -> QuerySet[Record]:
    """按条件筛；文号怎么写都认。"""
    values = next(found for key, _name, found in STATUSES if key == wanted["status"])
    if values:
        rows = rows.filter(validity__in=values)
    if wanted["kind"]:
        rows = rows.filter(kind=wanted["kind"])
    if wanted["year"]:
        rows = rows.filter(live__written_on__year=int(wanted["year"]))
    if wanted["q"]:
        text = Q(live__title__icontains=wanted["q"]) | Q(live__document_number__icontains=wanted["q"])
        for number in docnumbers.parse(wanted["q"]):
            text |= Q(live__canonical_number=number.canonical)
        rows = rows.filter(text)
    return rows.order_by("-live__written_on", "-pk")


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """规范性文件库：不带条件时为现行有效的第一页。"""
    site = site_of(request)
    wanted = chosen(request)
    everything = public.on_site(site).filter(kind__in=public.LIBRARY_KINDS)
    page = Paginator(filtered(everything, wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    years = (
        everything.order_by().exclude(live__written_on=None).dates("live__written_on", "year", order="DESC")
    )
    context = {
        "page_obj": page,
        "wanted": wanted,
        "statuses": [(key, name) for key, name, _found in STATUSES],
        "kinds": [(kind.value, kind.label) for kind in public.LIBRARY_KINDS],
        "years": [day.year for day in years],
        "querystring": urlencode({key: value for key, value in wanted.items() if value}),
        "narrowed": bool(request.GET),
        "canonical": absolute(site, request.path),
        "Kind": Kind,
    }
    return render(request, "portal/library.html", context)
