"""公开信息交给检索：发布、改版、时效变化、撤下，都在同一事务里更新。"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from gongkai.search import actions as search
from gongkai.search.models import Validity
from gongkai.search.sources import Entry, offer_words, register

from .kinds import Kind
from .models import Record
from .queries import public_records
from .texts import parts

NAME = "records.record"
# “临江市水务局关于用水报装的办事指南”取“用水报装”。
_SERVICE = re.compile(
    r"(?:.*(?:关于|局|委员会|厅|中心|政府))?([\u4e00-\u9fff（）()]{2,20}?)的?(?:办事|服务)(?:指南|流程)"
)
_PLAIN = re.compile(r"[\u4e00-\u9fff（）()]{2,20}")
_VALIDITY = {Record.Validity.LAPSED: Validity.EXPIRED}
# 标题、文号另有栏；公开说明、不予公开的依据不是内容，校验值只给机器看。
_LEFT_OUT = frozenset({"title", "change_note", "refusal_ground", "fields.text_sha256"})


def load(number: int) -> Entry | None:
    """一条公开信息；没有公开或已撤下的，返回 None。正文连同专有栏目、附件的文字。"""
    rows = public_records().select_related("organisation").prefetch_related("placements__column")
    record = rows.filter(pk=number).first()
    if record is None or record.live is None:
        return None
    edition = record.live
    # 种类存进索引供筛选，总用中文，不随发布者的界面语言。
    with override(settings.LANGUAGE_CODE):
        texts = [text for key, _label, text in parts(edition) if key not in _LEFT_OUT and text.strip()]
        kind = str(record.get_kind_display())
    numbers = (edition.document_number, edition.unified_number, record.index_number)
    published = record.first_published_at and timezone.localdate(record.first_published_at)
    return Entry(
        key=f"{NAME}:{record.pk}",
        title=edition.title,
        url=record.get_absolute_url(),
        body="\n".join(texts),
        organisation=record.organisation,
        sites=(record.site.name,),
        columns=tuple(dict.fromkeys(placement.column.name for placement in record.placements.all())),
        kind=kind,
        theme=edition.theme,
        validity=_VALIDITY.get(Record.Validity(record.validity), record.validity),
        date=edition.published_on or published,
        numbers=tuple(number for number in numbers if number),
    )


def keys() -> Iterable[int]:
    """应当查得到的信息。"""
    return public_records().values_list("pk", flat=True)


def changed(sender: Any, record: Record, **kwargs: Any) -> None:
    """有了新的公开版本，或时效、栏目变了。"""
    search.put(f"{NAME}:{record.pk}")


def withdrawn(sender: Any, record: Record, **kwargs: Any) -> None:
    """不再公开。"""
    search.withdraw(f"{NAME}:{record.pk}")


def placed(sender: Any, records: list[int], **kwargs: Any) -> None:
    """归栏：所在栏目变了。"""
    for number in records:
        search.put(f"{NAME}:{number}")


def site_changed(sender: Any, toggled: bool = False, **kwargs: Any) -> None:
    """站点停用或启用：它的信息全部撤下或收进，可能上万条，交后台做。"""
    from .tasks import follow_site

    if toggled:
        follow_site.enqueue(site=kwargs["site"].pk)


def service_names() -> set[str]:
    """办事事项的名称：行政许可的许可事项，“某某办事指南”“某某服务指南”里的某某；进检索的用户词典。"""
    rows = public_records().order_by()
    items = rows.filter(kind=Kind.LICENCE).values_list("live__fields__item", flat=True).distinct()
    titles = rows.filter(live__title__iregex=r"(办事|服务)(指南|流程)").values_list("live__title", flat=True)
    found = {str(item).strip() for item in items if item}
    found |= {match[1] for title in titles if (match := _SERVICE.search(title))}
    return {name for name in found if _PLAIN.fullmatch(name)}


register(NAME, load=load, keys=keys)
offer_words(service_names)
