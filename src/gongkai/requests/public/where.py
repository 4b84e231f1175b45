"""本站向哪些机关提申请：由站点的主办单位定。"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from gongkai.core.models import Organisation
from gongkai.records.public import site_for, site_serving

_GOVERNMENTS = (Organisation.Kind.CITY, Organisation.Kind.DISTRICT)


def host_agency(request: HttpRequest) -> Organisation:
    """主办单位所属的机关。错误：Http404——没有这个站点。"""
    site = site_for(request.get_host().rsplit(":", 1)[0].strip("[]").lower())
    if site is None or not site.is_active:
        raise Http404(_("没有这个站点"))
    return site.organisation.agency


def agencies(request: HttpRequest) -> list[Organisation]:
    """可选的机关：部门的网站只有本部门；政府的网站还有所辖的部门、区。公共企事业单位另有规定（第五十五条）。"""
    host = host_agency(request)
    if host.kind not in _GOVERNMENTS:
        return [host]
    kinds = (*_GOVERNMENTS, Organisation.Kind.AGENCY)
    return list(Organisation.objects.active().within(host).filter(kind__in=kinds).order_by("path"))


def opinion_address(agency: Organisation, token: str) -> str:
    """第三方提意见的网址，写进征求意见书；机关没有网站的为空。"""
    site = site_serving(agency)
    if site is None:
        return ""
    return settings.PUBLIC_ORIGIN.format(domain=site.domain) + reverse("track:opinion", args=[token])
