"""检索的全部写入：收进、撤下（由各应用在发布的事务里调用），办公室的同义词、置顶与查而未得。"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import duties_of
from gongkai.audit.actions import in_turn, record, take_turn
from gongkai.core.states import Refusal, Refused

from . import text
from .correction import forget
from .models import NotFound, Outbox, Pin, SearchDocument, Synonym
from .numbers import canonical
from .sources import SOURCES, Entry

TOGETHER: Final = 20  # 对账时几件一个事务
OFFICE = frozenset({Duty.Role.COORDINATOR, Duty.Role.CITY, Duty.Role.ADMINISTRATOR})


def _in_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("收进与撤下必须和发布在同一事务中，否则两边会不一致")
    take_turn()


def put(entry: Entry | str) -> SearchDocument | None:
    """收进：把一件公开信息放进检索；给键时由来源登记的 load 取，取不到就撤下。

    索引随后（通常不到半秒）由索引器更新。错误：RuntimeError——不在事务中；KeyError——来源没有登记。
    """
    _in_transaction()
    if isinstance(entry, str):
        name, _colon, number = entry.rpartition(":")
        loaded = SOURCES[name].load(int(number))
        if loaded is None:
            withdraw(entry)
            return None
        entry = loaded
    values: dict[str, Any] = {
        "organisation": entry.organisation,
        "sites": list(entry.sites),
        "columns": list(entry.columns),
        "kind": entry.kind,
        "theme": entry.theme,
        "validity": entry.validity,
        "date": entry.date,
        "title": entry.title[:400],
        "numbers": canonical(entry.numbers),
        "body": entry.body,
        "url": entry.url,
        "published": True,
    }
    document, _created = SearchDocument.objects.update_or_create(key=entry.key, defaults=values)
    Outbox.objects.create(key=entry.key)
    return document


def withdraw(key: str) -> None:
    """撤下：立即查不到（每条结果显示前都与库核对），联想也不再提，索引随后删去；没有收进过的不算错。"""
    _in_transaction()
    rows = SearchDocument.objects.filter(key=key)
    title = rows.filter(published=True).values_list("title", flat=True).first()
    # 正文一并清掉：撤下的内容不在检索里再留一份。
    if rows.update(published=False, body=""):
        Outbox.objects.create(key=key, withdrawal=True)
    if title:
        forget(title)


def is_published(key: str) -> bool:
    """此刻收没收着。"""
    return SearchDocument.objects.filter(key=key, published=True).exists()


def published_keys(name: str) -> set[str]:
    """一个来源此刻收着的键。"""
    rows = SearchDocument.objects.filter(published=True, key__startswith=f"{name}:")
    return set(rows.values_list("key", flat=True))


def synchronise(names: Iterable[str] = (), *, everything: bool = False) -> dict[str, int]:
    """对账：按各来源现在应当查得到的，收进缺的，撤下多的；返回各来源收进与撤下的件数。

    参数：names 为来源，空为全部；everything 为真时已在的也重取一遍（如改了栏目名称之后）。
    """
    counts = {}
    for name in names or SOURCES:
        wanted = {f"{name}:{number}" for number in SOURCES[name].keys()}
        present = published_keys(name)
        stale, missing = present - wanted, wanted if everything else wanted - present
        for keys, act in ((sorted(stale), withdraw), (sorted(missing), put)):
            for first in range(0, len(keys), TOGETHER):
                with in_turn():
                    for key in keys[first : first + TOGETHER]:
                        act(key)
                # 上万件要做好一阵：每批之间让一让，发布不必等（SQLite 一次只有一个写者，也不排队）。
                time.sleep(0.02)
        counts[name] = len(stale) + len(missing)
    return counts


def _require_office(user: Any) -> None:
    if not is_office(user):
        raise Refused([Refusal("duty", _("只有办公室协调员、市政务公开办和系统管理员可以维护检索"))])


def is_office(user: Any) -> bool:
    """能否维护检索。"""
    return any(duty.role in OFFICE for duty in duties_of(user))


def words_of(typed: str) -> list[str]:
    """一行文字里的词：以顿号、逗号、分号、空白分开，统一字形，去重。"""
    for mark in "、，,；;\n\t　":
        typed = typed.replace(mark, " ")
    return list(dict.fromkeys(text.normal(word) for word in typed.split()))


def save_synonym(user: Any, *, synonym: Synonym | None, words: list[str], one_way: bool = False) -> Synonym:
    """保存一组同义词；one_way 为单向：查第一个也查其余，反过来不查。

    错误：Refused——没有职责、不足两个词、某词已在别的组里、词太长。
    """
    _require_office(user)
    refusals = []
    if len(words) < 2:
        refusals.append(Refusal("words", _("一组同义词至少要两个词，用顿号分开")))
    for word in words:
        if len(word) > 20:
            refusals.append(Refusal("words", _("“%(word)s”超过 20 个字，请写短一些") % {"word": word}))
    others = Synonym.objects.exclude(pk=synonym.pk if synonym else None)
    for other in others:
        for word in set(words) & set(other.words):
            message = _("“%(word)s”已在“%(group)s”一组里，请改那一组")
            refusals.append(Refusal("words", message % {"word": word, "group": other}))
    if refusals:
        raise Refused(refusals)
    with in_turn():
        synonym = synonym or Synonym()
        before = str(synonym)
        synonym.words, synonym.one_way, synonym.author = words, one_way, user
        synonym.save()
        record(user, "search.save_synonym", synonym, before=before, after=str(synonym))
    return synonym


def delete_synonym(user: Any, synonym: Synonym) -> None:
    """删去一组同义词。"""
    _require_office(user)
    with in_turn():
        record(user, "search.delete_synonym", synonym, words=synonym.words)
        synonym.delete()


def save_pin(user: Any, *, query: str, keys: list[str]) -> Pin:
    """保存置顶：同一查找词只有一组，按次序。错误：Refused——没有职责、词空、条目不存在或已撤下。"""
    _require_office(user)
    normal = text.normal(query).strip()
    found = set(SearchDocument.objects.filter(published=True, key__in=keys).values_list("key", flat=True))
    refusals = [] if normal else [Refusal("query", _("请填写查找词"))]
    if not keys:
        refusals.append(Refusal("keys", _("请至少选一条置顶的信息")))
    if len(keys) > 5:
        refusals.append(Refusal("keys", _("一个词最多置顶 5 条")))
    if set(keys) - found:
        refusals.append(Refusal("keys", _("选的信息有的已撤下或不存在，请重新选")))
    if refusals:
        raise Refused(refusals)
    with in_turn():
        values = {"query": query.strip()[:60], "keys": keys, "author": user}
        pin, _created = Pin.objects.update_or_create(normal=normal, defaults=values)
        record(user, "search.save_pin", pin, query=pin.query, keys=keys)
    return pin


def delete_pin(user: Any, pin: Pin) -> None:
    """取消置顶。"""
    _require_office(user)
    with in_turn():
        record(user, "search.delete_pin", pin, query=pin.query, keys=pin.keys)
        pin.delete()


def settle(user: Any, row: NotFound) -> None:
    """查而未得：标为已处理（已补内容、已加同义词等）。"""
    _require_office(user)
    with in_turn():
        NotFound.objects.filter(pk=row.pk).update(state=NotFound.State.DONE)
        record(user, "search.settle", row, text=row.text, count=row.count)
