"""正式文本：导入国家正式版本，与本站的法规规章文本比对；不符的开待办，文字不许手工改。

来源：《行政法规制定程序条例》第二十八条（公报文本为标准文本）；《规章制定程序条例》同理。
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.fetch import FetchError, fetch
from gongkai.core.models import Organisation
from gongkai.core.names import name_key
from gongkai.core.parts import in_parts
from gongkai.core.states import Refusal, Refused
from gongkai.formats.documents.texts import INVISIBLE, text_of
from gongkai.formats.official_texts import Entry, OfficialTextError, read

from . import actions, states
from .kinds import Kind
from .models import Edition, OfficialText, Record, Site, TextComparison, WorkItem
from .upkeep import Matter, sync

IMPORTERS = states.OFFICE | states.LEGAL
_MARKS = re.compile(r"[\s#*　]+")
_PUNCTUATION = str.maketrans("，。；：！？（）〔〕［］【】“”‘’「」『』、—－–", ',.;:!?()[][][]""\'\'"""",---')


def normalised(text: str) -> str:
    """归一：只比文字，不比空白、看不见的字符、标题标记、全半角标点。"""
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).translate(_PUNCTUATION)
    return _MARKS.sub("", text)


def without_marks(text: str) -> str:
    """去掉行首的标题标记（#）。"""
    return re.sub(r"^#+[ \t]*", "", text, flags=re.MULTILINE)


def digest(text: str) -> str:
    """归一后的 SHA-256。"""
    return hashlib.sha256(normalised(text).encode()).hexdigest()


def key_of(name: str) -> str:
    """名称键：去书名号、国名、版本说明，繁简视同。"""
    name = re.sub(r"[《》]|[(（][^()（）]*(?:修订|修正|\d{4})[^()（）]*[)）]$", "", name.strip())
    return name_key(name.removeprefix("中华人民共和国"))[:200]


def _require(user: Any, organisation: Organisation) -> None:
    if not states.holds(user, organisation, IMPORTERS):
        raise Refused([Refusal("duty", _("只有办公室协调员和合法性审查人可以导入正式文本"))])


def import_entries(
    user: Any, organisation: Organisation, entries: list[Entry], *, source: str
) -> dict[str, int]:
    """导入：同名同版本日期的已有则更新文字，返回 {"new": …, "changed": …, "same": …}。随后立即比对。"""
    _require(user, organisation)
    counts = {"new": 0, "changed": 0, "same": 0}
    with in_turn():
        for entry in entries:
            sha256 = digest(entry.text)
            row = OfficialText.objects.filter(
                organisation=organisation, key=key_of(entry.name), version_date=entry.version_date
            ).first()
            if row and row.sha256 == sha256:
                counts["same"] += 1
                continue
            counts["changed" if row else "new"] += 1
            row = row or OfficialText(
                organisation=organisation, key=key_of(entry.name), version_date=entry.version_date
            )
            row.name, row.text, row.sha256 = entry.name[:200], entry.text, sha256
            row.source, row.imported_by, row.imported_at = (
                (entry.source or source)[:300],
                user,
                timezone.now(),
            )
            row.save()
        audit(user, "records.import_official_texts", organisation, source=source, **counts)
    compare_all(timezone.localdate())
    return counts


def import_file(user: Any, organisation: Organisation, data: bytes, filename: str) -> dict[str, int]:
    """导入文件：JSON、JSONL、xlsx、docx、txt。错误：Refused——读不了，写明哪一行、怎样改。"""
    _require(user, organisation)
    try:
        entries = read(data, filename)
    except OfficialTextError as error:
        raise Refused([Refusal("file", str(error))]) from error
    return import_entries(user, organisation, entries, source=filename)


def import_feed(user: Any, organisation: Organisation, url: str) -> dict[str, int]:
    """导入网址：法规库提供的 JSON 或 JSONL；限时、限大小，不访问内网。错误：Refused。"""
    _require(user, organisation)
    try:
        found = fetch(url, timeout=20, max_bytes=100 * 1024 * 1024)
        entries = read(found.body, "feed.json")
    except (FetchError, OfficialTextError) as error:
        raise Refused([Refusal("feed", str(error))]) from error
    return import_entries(user, organisation, entries, source=url)


def official_for(record: Record) -> OfficialText | None:
    """对应的正式文本：同名的最新版；本单位导入的优先，没有的用上级的。"""
    line, edition = record.agency.line, record.live
    rows = OfficialText.objects.filter(organisation__in=line, key=key_of(edition.title if edition else ""))
    return max(
        rows.defer("text"),
        key=lambda row: (line.index(row.organisation_id), row.version_date, row.pk),
        default=None,
    )


def regulations() -> QuerySet[Record]:
    """公开的法规规章文本：现行的（旧版本由新版本替代，不再比对）。"""
    rows = Record.objects.public().filter(kind=Kind.REGULATION)
    over = (Record.Validity.REPEALED, Record.Validity.LAPSED)
    return rows.exclude(validity__in=over).select_related("live", "agency", "organisation")


def compare(record: Record, today: date) -> TextComparison | None:
    """比一部：结果存下；没有对应的正式文本为空。"""
    official = official_for(record)
    if official is None or record.live is None:
        return None
    same = digest(text_of(record.live.body)) == official.sha256
    row, _created = TextComparison.objects.update_or_create(
        record=record, defaults={"official": official, "same": same, "on": today}
    )
    return row


def compare_all(today: date) -> int:
    """比对：现行文本逐部与最新正式文本比，不符的开待办，相符了的结掉。返回不符几部。"""
    keys = set(OfficialText.objects.values_list("key", flat=True))
    matters = []
    for record in in_parts(regulations(), 50):
        # 没有正式文本的不必逐部去查。
        row = compare(record, today) if key_of(record.live.title) in keys else None
        if row and not row.same:
            matters.append(_matter(record, row.official))
    sync("text_differs", matters)
    return len(matters)


def follow(sender: Any, record: Record, **kwargs: Any) -> None:
    """跟随：法规文本有了新的公开版，立即比对，相符的待办随即办结。接收 record_changed。"""
    if record.kind == Kind.REGULATION and (row := compare(record, timezone.localdate())) and row.same:
        rows = WorkItem.objects.filter(kind=WorkItem.Kind.TEXT_DIFFERS, record=record, closed_at=None)
        rows.update(closed_at=timezone.now(), note=_("已与正式文本相符"))


def _matter(record: Record, official: OfficialText) -> Matter:
    text = _("“%(title)s”与 %(version)s 的正式文本不符，请核对后采用正式文本") % {
        "title": record.live.title,
        "version": official.version_date,
    }
    key = f"text_differs:{record.pk}:{official.pk}:{official.sha256[:12]}:{record.live_id}"
    return Matter(key, record.organisation, text, record)


def take(user: Any, record: Record, official: OfficialText) -> Edition:
    """采用正式文本：另起新版，正文照正式文本，送审后公开；这是改法规文本的唯一办法。错误：Refused。"""
    if record.kind != Kind.REGULATION:
        raise Refused([Refusal("kind", _("只有法规规章文本采用正式文本"))])
    with in_turn():
        edition = actions.new_edition(user, record)
        return _fill(user, edition, official)


def create(
    user: Any, *, organisation: Organisation, site: Site, official: OfficialText, **values: Any
) -> Edition:
    """新收一部法规：正文取自正式文本，其余栏目由拟稿人填。错误：Refused。"""
    with in_turn():
        values = {"title": official.name} | values
        edition = actions.create_record(
            user, organisation=organisation, site=site, kind=Kind.REGULATION, **values
        )
        return _fill(user, edition, official)


def _fill(user: Any, edition: Edition, official: OfficialText) -> Edition:
    from gongkai.formats.documents import from_text

    return actions.save_draft(
        user,
        edition,
        version=edition.version,
        official=True,
        body=from_text(without_marks(official.text)),
        fields=edition.fields
        | {
            "official_source": official.source,
            "version_date": official.version_date.isoformat(),
            "text_sha256": official.sha256,
            "compared_on": timezone.localdate().isoformat(),
        },
        change_note=_("采用 %(version)s 的正式文本") % {"version": official.version_date},
    )
