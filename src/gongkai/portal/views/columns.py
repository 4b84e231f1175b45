"""政务公开总页、栏目页、栏目的装订页。"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.records import public
from gongkai.records.models import Column, Site

from ..metas import column_metas
from ..paging import Bounded
from ..sites import absolute, columns, is_year, site_of
from ..structured import of_trail

PAGE_SIZE = 20
# 有下级的栏目，每个下级先露几条。
PREVIEW = 4


def found_column(request: HttpRequest, path: str) -> tuple[Site, Column]:
    """栏目：按网址找在用的。错误：Http404。"""
    site, tree = site_of(request), columns(request)
    column = tree.by_path.get(f"{path}/")
    if column is None or (column.parent_id and column.parent_id not in tree.by_pk):
        raise Http404(_("没有这个栏目"))
    return site, column


def surroundings(request: HttpRequest, column: Column) -> dict[str, Any]:
    """栏目四周：当前位置、侧栏、标签。"""
    site, tree = site_of(request), columns(request)
    line = tree.lineage(column)
    # 固定四栏一起列；其余的列同一顶层栏目之下的，没有下级就列各顶层栏目。
    if line[0].section:
        side = tree.sections
    else:
        side = [line[0]] if tree.children(line[0]) else [c for c in tree.roots if not c.section]
    return {
        "column": column,
        "line": line,
        "side": [(each, tree.children(each)) for each in side],
        "column_metas": column_metas(site, column),
        "jsonld": of_trail(site, line),
    }


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """政务公开：固定四栏在前，法定主动公开内容展开成树，其余栏目在后。"""
    site, tree = site_of(request), columns(request)
    context = {
        "sections": [(each, tree.children(each)) for each in tree.sections],
        "others": [(each, tree.children(each)) for each in tree.roots if not each.section],
        "counts": public.summary_of(tree.columns),
        "canonical": absolute(site, request.path),
    }
    return render(request, "portal/overview.html", context)


@require_safe
def column(request: HttpRequest, path: str) -> HttpResponse:
    """栏目页：最新的两个装订页；带 year 时只列那一年的。"""
    site, found = found_column(request, path)
    context = surroundings(request, found) | {"canonical": absolute(site, found.get_absolute_url())}
    children = columns(request).children(found)
    last = public.last_page(found)
    year = request.GET.get("year", "")
    if is_year(year):
        rows = public.placed(found).filter(record__live__published_on__year=int(year))
        page = Bounded(rows, PAGE_SIZE).get_page(request.GET.get("page"))
        context |= {
            "rows": page.object_list,
            "page_obj": page,
            "year": int(year),
            "querystring": f"year={year}",
        }
    else:
        context |= {"rows": public.newest_rows(found, last), "older": last - 2 if last > 2 else 0}
    if children:
        counts, pages = public.summary_of(children), public.last_pages(children)
        context["branches"] = [
            (
                child,
                counts.get(child.pk, (0, None)),
                public.newest_rows(child, pages[child.pk])[:PREVIEW] if child.pk in pages else [],
            )
            for child in children
        ]
    context["years"] = public.years_of(found, last)
    return render(
        request, "portal/topic.html" if found.kind == Column.Kind.TOPIC else "portal/column.html", context
    )


@require_safe
def bound_page(request: HttpRequest, path: str, number: int) -> HttpResponse:
    """装订页：编号不变，内容不因新发布而移动。"""
    site, found = found_column(request, path)
    rows, last = public.page_rows(found, number), public.last_page(found)
    if not rows and number != 1:
        raise Http404(_("没有这一页"))
    context = surroundings(request, found) | {
        "rows": rows,
        "number": number,
        "newer": number + 1 if number < last else 0,
        "older": number - 1,
        "canonical": absolute(site, request.path),
    }
    return render(request, "portal/column.html", context)
