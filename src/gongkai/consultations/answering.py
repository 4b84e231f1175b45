"""作答：一网通答先问知识库；只给此刻公众看得到的，撤下、过期、依据失效的立即不给。"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from typing import Any

from django.utils import timezone

from gongkai.search.known import Known, Source

from . import actions
from .alike import Meaning, meaning, similarity
from .models import Entry
from .queries import public_entries, rules, stamp
from .structure import blocks

# 各种问法的意思与倒排：词到问法的序号；变了才重做，每个进程一份。
_held: tuple[Any, list[tuple[int, Meaning]], dict[str, list[int]]] | None = None
_lock = threading.Lock()
NEAR = 20


def _index() -> tuple[list[tuple[int, Meaning]], dict[str, list[int]]]:
    global _held
    now = stamp()
    with _lock:
        if _held is None or _held[0] != now:
            rows: list[tuple[int, Meaning]] = []
            places: dict[str, list[int]] = defaultdict(list)
            published = Entry.objects.filter(state=Entry.State.PUBLISHED)
            for pk, question, wordings in published.values_list("pk", "question", "wordings"):
                for text in (question, *wordings):
                    found = meaning(text)
                    for word in found.words:
                        places[word].append(len(rows))
                    rows.append((pk, found))
            _held = now, rows, places
        return _held[1], _held[2]


def known(question: str) -> Known | None:
    """编好的答复：最像而够得上门槛、此刻公众看得到的一条；没有为 None。"""
    wanted = meaning(question)
    rows, places = _index()
    shared = Counter(place for word in wanted.words for place in places.get(word, ()))
    least = rules().answer_similarity / 100 if shared else 1.0
    scored = [
        (score, rows[place][0])
        for place, _count in shared.most_common(NEAR)
        if (score := similarity(wanted, rows[place][1])) >= least
    ]
    if not scored:
        return None
    # 缓存里的只用来找；能不能给，以库里此刻的为准。
    shown = {entry.pk: entry for entry in public_entries().filter(pk__in={pk for _score, pk in scored})}
    best = next((pk for _score, pk in sorted(scored, reverse=True) if pk in shown), None)
    return as_known(shown[best]) if best is not None else None


def take(number: int) -> Known | None:
    """按编号取；公众此刻看不到的为 None。"""
    entry = public_entries().filter(pk=number).first()
    return as_known(entry) if entry is not None else None


def as_known(entry: Entry) -> Known:
    """一条问答交给检索的样子。"""
    return Known(
        key=f"{actions.SOURCE}:{entry.pk}",
        question=entry.question,
        url=entry.get_absolute_url(),
        blocks=blocks(entry.answer),
        sources=[
            Source(name=basis.name, url=basis.address, number=basis.number, clause=basis.clause)
            for basis in entry.bases.all()
        ],
        organisation=entry.answered_by,
        date=timezone.localdate(entry.published_at) if entry.published_at else None,
        valid_until=entry.valid_until,
    )
