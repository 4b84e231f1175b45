"""库规则与审查项：各单位的参数，没有设的用缺省值；改动留痕。"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused
from gongkai.law.validity import TermRule

from . import reviews, states
from .models import LibraryRules, ReviewPoint


def rules_of(organisation: Organisation) -> LibraryRules:
    """库规则：本单位的，没有则为缺省（未存的一行）。"""
    return LibraryRules.objects.filter(organisation=organisation).first() or LibraryRules(
        organisation=organisation
    )


def term_rule(rules: LibraryRules) -> TermRule:
    """年限规则：供法规模块使用。"""
    return TermRule(rules.interim_years, rules.other_years, tuple(sorted(rules.warn_days, reverse=True)))


def _require_office(user: Any, organisation: Organisation) -> None:
    if not states.holds(user, organisation, states.OFFICE):
        raise Refused([Refusal("duty", _("只有办公室协调员可以改本单位的规则"))])


def save_rules(user: Any, organisation: Organisation, **values: Any) -> LibraryRules:
    """改库规则：只改给出的几项。错误：Refused——没有职责。"""
    _require_office(user, organisation)
    with in_turn():
        row, _created = LibraryRules.objects.select_for_update().get_or_create(organisation=organisation)
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        row.full_clean()
        row.save()
        audit(user, "records.save_rules", row, before=before, after=values)
    return row


def save_point(
    user: Any, organisation: Organisation, *, key: str, name: str, help: str = "", is_active: bool = True
) -> ReviewPoint:
    """增补或停用保密审查项：键与通用项相同的，本单位以这一行为准。错误：Refused。"""
    _require_office(user, organisation)
    if not name.strip():
        raise Refused([Refusal("name", _("请写明审查项的名称"))])
    with in_turn():
        common = ReviewPoint.objects.filter(organisation=None, key=key).first()
        key = key or f"own-{ReviewPoint.objects.filter(organisation=organisation).count() + 1}"
        row, _created = ReviewPoint.objects.update_or_create(
            organisation=organisation,
            key=key,
            defaults={
                "name": name.strip()[:40],
                "help": help.strip()[:200],
                "is_active": is_active,
                "order": common.order if common else 100,
            },
        )
        if not reviews.points_for(organisation):
            raise Refused([Refusal("is_active", _("至少要有一项在用的审查项，不能全部停用"))])
        audit(user, "records.save_review_point", row, key=key, name=name, active=is_active)
    return row
