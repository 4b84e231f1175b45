"""规范性文件库：法规规章、规范性文件、政策文件，按时效、年份、类别、名称查。"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from gongkai.law import docnumbers
from gongkai.records import public
from gongkai.records.kinds import Kind
from gongkai.records.models import Edition, Record

from ..paging import Bounded
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


def filtered(rows: QuerySet[Edition], wanted: dict[str, str]) -> QuerySet[Edition]:
    """按条件筛；文号怎么写都认。"""
    values = next(found for key, _name, found in STATUSES if key == wanted["status"])
    if values:
        rows = rows.filter(record__validity__in=values)
    if wanted["kind"]:
        rows = rows.filter(record__kind=wanted["kind"])
    if wanted["year"]:
        rows = rows.filter(written_on__year=int(wanted["year"]))
    if wanted["q"]:
        text = Q(title__icontains=wanted["q"]) | Q(document_number__icontains=wanted["q"])
        for number in docnumbers.parse(wanted["q"]):
            text |= Q(canonical_number=number.canonical)
        rows = rows.filter(text)
    return rows


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """规范性文件库：不带条件时为现行有效的第一页。"""
    site = site_of(request)
    wanted = chosen(request)
    everything = public.library(site)
    rows = filtered(everything, wanted).only("record")
    page = Bounded(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "records": public.records_of(page.object_list),
        "wanted": wanted,
        "statuses": [(key, name) for key, name, _found in STATUSES],
        "kinds": [(kind.value, kind.label) for kind in public.LIBRARY_KINDS],
        "years": public.years_written(everything),
        "querystring": urlencode({key: value for key, value in wanted.items() if value}),
        "narrowed": bool(request.GET),
        "canonical": absolute(site, request.path),
        "Kind": Kind,
    }
    return render(request, "portal/library.html", context)
