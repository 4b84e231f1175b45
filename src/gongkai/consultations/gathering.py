"""汇集：公众问了没有答上的，去掉个人信息，问法相近的并成一个；问够了次数就起草。"""

from __future__ import annotations

import logging
from typing import Any, Final

from django.db import Error, transaction
from django.db.models import F
from django.utils import timezone

from . import actions
from .alike import meaning, similarity
from .models import OpenQuestion, Wording
from .queries import receiver, rules

log = logging.getLogger(__name__)
LOOK: Final = 5000  # 只和最近的这么多种问法比


def asked(sender: Any, question: Any, times: int = 1, **kwargs: Any) -> None:
    """有人问了没有答上：记到知识库。出错只记日志，不耽误检索自己的记录。"""
    try:
        with transaction.atomic():
            note(question.text, times)
    except Error:
        log.exception("没有答上的问题没有记进知识库")


def note(text: str, times: int = 1) -> OpenQuestion | None:
    """记一次：返回并入的待编问题；去掉个人信息后没有内容的、没有单位可交的为 None。"""
    text, unit = actions.clean(text), receiver()
    if not text or unit is None:
        return None
    with transaction.atomic():
        found = _same(text)
        if found is None:
            found = OpenQuestion.objects.create(organisation=unit, text=text)
        row, _created = Wording.objects.get_or_create(text=text, defaults={"question": found})
        Wording.objects.filter(pk=row.pk).update(count=F("count") + times)
        found = row.question if not _created else found
        locked = OpenQuestion.objects.select_for_update().get(pk=found.pk)
        locked.count += times
        locked.last_at = timezone.now()
        locked.save(update_fields=["count", "last_at"])
        if locked.state == OpenQuestion.State.OPEN and locked.count >= rules().threshold:
            actions.draft_from(None, locked)
            locked.refresh_from_db()
    return locked


def _same(text: str) -> OpenQuestion | None:
    """同一个问题：问法一样的，或最像而够得上门槛的。"""
    exact = Wording.objects.filter(text=text).select_related("question").first()
    if exact is not None:
        return exact.question
    wanted, least = meaning(text), rules().similarity / 100
    best: tuple[float, Wording] | None = None
    for row in Wording.objects.select_related("question").order_by("-pk")[:LOOK]:
        score = similarity(wanted, meaning(row.text))
        if score >= least and (best is None or score > best[0]):
            best = score, row
    return best[1].question if best else None
