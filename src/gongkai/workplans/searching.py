"""已公开分工表里的要求交给检索：公开、收回、重新导入时在同一事务里更新。"""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from gongkai.search import actions as search
from gongkai.search.sources import Entry, register

from .models import Plan, Requirement
from .public import public_requirements

NAME = "workplans.requirement"


def load(number: int) -> Entry | None:
    """一项要求；所在的分工表没有公开或要求已撤下的，返回 None。"""
    found = public_requirements().filter(pk=number).select_related("plan__organisation").first()
    if found is None:
        return None
    plan = found.plan
    lines = [found.part, found.task, found.text, found.city_units, found.bureau_units]
    return Entry(
        key=f"{NAME}:{found.pk}",
        title=f"{plan.title} 第{found.number}项",
        url=reverse("portal:plan", args=[plan.pk]),
        body="\n".join(line for line in lines if line),
        organisation=plan.organisation,
        columns=("工作要点",),
        kind="工作要点",
        date=timezone.localdate(plan.released_at),
    )


def keys() -> Iterable[int]:
    """应当查得到的要求。"""
    return public_requirements().values_list("pk", flat=True)


def refresh(plan: Plan) -> None:
    """按分工表现在的样子更新检索；须在改动它的事务中调用。"""
    for number in Requirement.objects.filter(plan=plan).values_list("pk", flat=True):
        search.put(f"{NAME}:{number}")


register(NAME, load=load, keys=keys)
