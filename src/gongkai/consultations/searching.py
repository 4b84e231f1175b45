"""问答交给检索：发布、撤下、依据变化都在同一事务里更新；过期的由每日任务撤下。"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.audit.actions import record as audit
from gongkai.records.models import Record
from gongkai.search import actions as search
from gongkai.search.models import Validity
from gongkai.search.sources import Entry as Item
from gongkai.search.sources import register

from .actions import SOURCE
from .models import Entry
from .queries import public_entries
from .structure import blocks


def load(number: int) -> Item | None:
    """一条问答；公众看不到的返回 None。其他问法放在最后，查得到而不抢在答复前面。"""
    entry = public_entries().filter(pk=number).first()
    if entry is None:
        return None
    lines = [item for block in blocks(entry.answer) for item in block.items]
    lines += [f"依据：{basis.label}。" for basis in entry.bases.all()]
    return Item(
        key=f"{SOURCE}:{entry.pk}",
        title=entry.question,
        url=entry.get_absolute_url(),
        body="\n".join([*lines, *entry.wordings]),
        organisation=entry.organisation,
        columns=("政策问答",),
        kind="政策问答",
        theme=entry.theme,
        validity=Validity.IN_FORCE,
        date=timezone.localdate(entry.published_at) if entry.published_at else None,
    )


def keys() -> Iterable[int]:
    """应当查得到的问答。"""
    return public_entries().values_list("pk", flat=True)


def basis_changed(sender: Any, record: Record, **kwargs: Any) -> None:
    """所依据的改版、废止、撤下了：问答随之查得到或查不到。"""
    rows = Entry.objects.filter(bases__record=record, state=Entry.State.PUBLISHED).distinct()
    for entry in rows:
        before = search.is_published(f"{SOURCE}:{entry.pk}")
        after = search.put(f"{SOURCE}:{entry.pk}") is not None
        if before and not after:
            # 留一笔：办公室在“要处理的”里看得到是哪份依据的缘故。
            audit(None, "consultations.hidden", entry, record=record.pk, why=_("依据失效或撤下"))


def keep() -> int:
    """对账：过了有效期的撤下，又合条件的收回；返回动了几条。"""
    wanted = {f"{SOURCE}:{pk}" for pk in keys()}
    present = search.published_keys(SOURCE)
    for key in sorted(wanted ^ present):
        with transaction.atomic():
            search.put(key)
    return len(wanted ^ present)


register(SOURCE, load=load, keys=keys)
