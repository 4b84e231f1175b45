"""取用各机关自定的规则；没有登记过的给缺省值，不写库。"""

from __future__ import annotations

from gongkai.core.models import Organisation

from .models import RequestRules


def rules_of(agency: Organisation) -> RequestRules:
    """规则：该机关的一行；没有的是一行没存过的缺省值，工作机构暂定为名叫“办公室”的处室。"""
    cached = getattr(agency, "_request_rules", None)
    if cached is not None:
        return cached
    found = RequestRules.objects.filter(agency=agency).select_related("office", "agency").first()
    if found is None:
        found = RequestRules(agency=agency)
    if found.office is None:
        kind = Organisation.Kind.DIVISION
        found.office = Organisation.objects.filter(
            parent=agency, kind=kind, name="办公室", is_active=True
        ).first()
    agency._request_rules = found  # type: ignore[attr-defined]
    return found
