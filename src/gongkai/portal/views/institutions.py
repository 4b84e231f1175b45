"""机构：本单位和内设、所属机构的职能、地址、电话、负责人，以及各自发布的信息。"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.core.models import Organisation
from gongkai.records import public
from gongkai.records.kinds import Kind
from gongkai.records.models import Record, Site

from ..paging import Bounded
from ..sites import absolute, full_name, site_of

PAGE_SIZE = 20


def units_of(site: Site) -> dict[str, Organisation]:
    """名称 → 机构：主办单位的全称、简称、网站名称，和它下属的各机构。"""
    bureau = site.organisation
    named = {unit.name: unit for unit in Organisation.objects.active().within(bureau)}
    return named | dict.fromkeys((bureau.name, full_name(bureau), site.name), bureau)


def about_units(site: Site) -> list[tuple[Record, Organisation | None]]:
    """机构信息连同所说的机构：信息由内设机构起草，说的是谁看名称；主办单位在前，其余按组织次序。"""
    units = units_of(site)
    rows = [
        (record, units.get(record.live.title) if record.live else None)
        for record in public.on_site(site).filter(kind=Kind.INSTITUTION)
    ]

    def order(row: tuple[Record, Organisation | None]) -> tuple[bool, bool, int, int]:
        unit = row[1]
        own = unit is not None and unit.pk == site.organisation_id
        return not own, unit is None, unit.order if unit else 0, row[0].pk

    return sorted(rows, key=order)


@require_safe
def institutions(request: HttpRequest) -> HttpResponse:
    """机构一览。"""
    site = site_of(request)
    context = {"rows": about_units(site), "canonical": absolute(site, request.path)}
    return render(request, "portal/institutions.html", context)


@require_safe
def institution(request: HttpRequest, pk: int) -> HttpResponse:
    """一个机构：它的机构信息和它发布的信息。错误：Http404——不在本站主办单位之内，或没有公开过信息。"""
    site = site_of(request)
    unit = get_object_or_404(Organisation.objects.active().within(site.organisation), pk=pk)
    about = next((record for record, found in about_units(site) if found and found.pk == unit.pk), None)
    rows = public.on_site(site).exclude(kind=Kind.INSTITUTION)
    # 局的页面列全局发布的，内设机构的页面只列自己的。
    if unit.pk != site.organisation_id:
        rows = rows.filter(organisation=unit)
    if about is None and not rows.exists():
        raise Http404(_("这个机构还没有公开的信息"))
    page = Bounded(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "unit": unit,
        "about": about,
        "page_obj": page,
        "querystring": "",
        "canonical": absolute(site, request.path),
    }
    return render(request, "portal/institution.html", context)
