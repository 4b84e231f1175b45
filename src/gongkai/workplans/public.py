"""供门户读取的公开内容：只含已公开的分工表。"""

from __future__ import annotations

from django.db.models import QuerySet

from .models import Plan, Requirement


def public_plans() -> QuerySet[Plan]:
    """已公开的分工表，新的在前。"""
    return Plan.objects.exclude(released_at=None).select_related("organisation")


def public_requirements(plan: Plan | None = None) -> QuerySet[Requirement]:
    """已公开分工表里的要求；给了 plan 时只取这一份的。"""
    rows = Requirement.objects.current().filter(plan__in=public_plans())
    return rows.filter(plan=plan) if plan else rows
