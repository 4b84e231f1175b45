"""汇聚来源的写入：登记、停用、立刻取数。"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import holds
from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused
from gongkai.records.models import Site

from .aggregation import Pulled, pull
from .models import Source

OFFICE = frozenset({Duty.Role.COORDINATOR})


def _require(user: Any, site: Site) -> None:
    if not holds(user, site.organisation, OFFICE):
        message = _("只有“%(unit)s”的办公室协调员可以管理汇聚来源")
        raise Refused([Refusal("duty", message % {"unit": site.organisation})])


def add_source(
    user: Any, *, site: Site, organisation: Organisation, name: str, base_url: str, remote_site: str = ""
) -> Source:
    """登记来源：只收管辖范围内单位的。错误：Refused——没有职责、不是下级、地址重复。"""
    _require(user, site)
    base_url = base_url.rstrip("/") + "/"
    if not organisation.path.startswith(site.organisation.path):
        raise Refused([Refusal("tree", _("只能汇聚本单位下级的站点"))])
    if Source.objects.filter(site=site, base_url=base_url, remote_site=remote_site).exists():
        raise Refused([Refusal("url", _("这个接口地址已经登记过"))])
    with in_turn():
        source = Source.objects.create(
            site=site,
            organisation=organisation,
            name=name,
            base_url=base_url,
            remote_site=remote_site,
            author=user,
        )
        audit(user, "api.add_source", source, url=base_url)
    return source


def set_source_active(user: Any, source: Source, *, active: bool) -> None:
    """停用或启用：停用后不再取数，已收的不动。"""
    _require(user, source.site)
    with in_turn():
        Source.objects.filter(pk=source.pk).update(is_active=active)
        audit(user, "api.set_source_active", source, active=active)


def pull_now(user: Any, source: Source) -> Pulled:
    """立刻取数。"""
    _require(user, source.site)
    return pull(source)
