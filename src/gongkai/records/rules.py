"""库规则：取某单位的参数，没有设的用缺省值。"""

from __future__ import annotations

from gongkai.core.models import Organisation
from gongkai.law.validity import TermRule

from .models import LibraryRules


def rules_of(organisation: Organisation) -> LibraryRules:
    """库规则：本单位的，没有则为缺省（未存的一行）。"""
    return LibraryRules.objects.filter(organisation=organisation).first() or LibraryRules(
        organisation=organisation
    )


def term_rule(rules: LibraryRules) -> TermRule:
    """年限规则：供法规模块使用。"""
    return TermRule(rules.interim_years, rules.other_years, tuple(sorted(rules.warn_days, reverse=True)))
