"""经过：一件申请从收到到归档的每一件事，按日期排成一条线；期限怎样变另见“为什么是这一天”。"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from . import clock
from .models import Case, Letter, LetterStep


@dataclass(frozen=True, slots=True)
class Line:
    """一件事：on 日期，text 什么事，who 谁办的，url 去看它（可空）。"""

    on: date
    text: str
    who: str = ""
    url: str = ""


def chronology(case: Case) -> list[Line]:
    """经过：同一天的照发生的次序。"""
    found = [*_clock(case), *_handling(case), *_letters(case), *_after(case)]
    return sorted(found, key=lambda line: line.on)


def _clock(case: Case) -> Iterator[Line]:
    for event in clock.in_force(case.events.select_related("actor")):
        yield Line(event.on, event.get_kind_display(), str(event.actor or ""))


def _local(moment: Any) -> date:
    return timezone.localtime(moment).date()


def _handling(case: Case) -> Iterator[Line]:
    if case.registered_at:
        yield Line(_local(case.registered_at), _("登记"))
    for row in case.assignments.select_related("organisation", "replied_by").exclude(replied_on=None):
        yield Line(
            row.replied_on, _("%(unit)s回复意见") % {"unit": row.organisation}, str(row.replied_by or "")
        )
    for row in case.searches.select_related("searched_by"):
        text = _("检索 %(n)s 处：%(result)s") % {"n": len(row.places), "result": row.get_result_display()}
        yield Line(row.on, text, str(row.searched_by))
    for row in case.consultations.filter(opinion__in=("agree", "partly", "object")):
        if row.opinion_on:
            values = {"name": row.name, "opinion": row.get_opinion_display()}
            yield Line(row.opinion_on, _("%(name)s的意见：%(opinion)s") % values)
    for row in case.assistances.exclude(replied_on=None):
        yield Line(row.replied_on, _("收到%(name)s的协办意见") % {"name": row.name})
    for row in case.extensions.select_related("asked_by", "answered_by"):
        yield Line(_local(row.asked_at), _("申请延期"), str(row.asked_by))
        if row.answered_on:
            yield Line(
                row.answered_on,
                _("延期：%(state)s") % {"state": row.get_state_display()},
                str(row.answered_by),
            )
    for item in case.items.exclude(decided_at=None).select_related("decided_by"):
        text = _("第 %(n)s 项作出决定 %(code)s") % {"n": item.number, "code": item.code or "—"}
        yield Line(
            _local(item.decided_at), text, str(item.decided_by or ""), reverse("foi:item", args=[item.pk])
        )


def _letters(case: Case) -> Iterator[Line]:
    rows = case.letters.select_related("signed_by").order_by("id")
    for letter in rows:
        url, values = reverse("foi:letter", args=[letter.pk]), {"title": letter.title}
        if letter.signed_on and letter.state != Letter.State.VOID:
            number = {"number": letter.document_number}
            text = _("签发《%(title)s》%(number)s") % (values | number)
            yield Line(letter.signed_on, text, str(letter.signed_by or ""), url)
        if letter.dispatched_on:
            yield Line(letter.dispatched_on, _("发出《%(title)s》") % values, "", url)
        if letter.served_on:
            yield Line(letter.served_on, _("《%(title)s》送达") % values, "", url)
    steps = LetterStep.objects.filter(letter__case=case).exclude(verdict="submitted")
    for step in steps.select_related("reviewer"):
        values = {"stage": step.get_stage_display(), "verdict": step.get_verdict_display()}
        url = reverse("foi:letter", args=[step.letter_id])
        yield Line(_local(step.at), _("%(stage)s：%(verdict)s") % values, str(step.reviewer), url)


def _after(case: Case) -> Iterator[Line]:
    for row in case.proceedings.all():
        yield Line(
            row.filed_on, _("%(kind)s受理（%(body)s）") % {"kind": row.get_kind_display(), "body": row.body}
        )
        if row.decided_on:
            values = {"kind": row.get_kind_display(), "result": row.get_result_display()}
            yield Line(row.decided_on, _("%(kind)s审结：%(result)s") % values)
        if row.remade_on:
            yield Line(row.remade_on, _("重新答复"))
    if package := getattr(case, "package", None):
        yield Line(_local(package.made_at), _("归档"))
        if package.handed_on:
            yield Line(package.handed_on, _("移交%(name)s") % {"name": package.handed_to})
