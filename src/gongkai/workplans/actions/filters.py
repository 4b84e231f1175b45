"""常用筛选：各人存自己的。"""

from __future__ import annotations

from django.db import transaction

from gongkai.accounts.models import User
from gongkai.audit.actions import record

from ..models import SavedFilter


def save_filter(user: User, *, name: str, query: str) -> SavedFilter:
    """存为常用筛选：同名的换成新的。"""
    with transaction.atomic():
        saved, _made = SavedFilter.objects.update_or_create(user=user, name=name, defaults={"query": query})
        record(user, "workplans.save_filter", saved, name=name)
    return saved


def remove_filter(user: User, pk: int) -> None:
    """去掉一条常用筛选；别人的动不了。"""
    with transaction.atomic():
        for saved in SavedFilter.objects.visible_to(user).select_for_update().filter(pk=pk):
            record(user, "workplans.remove_filter", saved, name=saved.name)
            saved.delete()
