"""接口的数据形状。"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from ninja import Schema

from gongkai.records.kinds import fields_of
from gongkai.records.models import Column, Edition, Record


class RecordOut(Schema):
    """目录里的一条：索引、名称、内容概述、生成日期（条例第十二条）与常用的几项。"""

    id: int
    index_number: str
    title: str
    summary: str
    kind: str
    kind_name: str
    document_number: str
    issuer: str
    joint_issuers: list[str]
    written_on: date | None
    published_on: date | None
    effective_on: date | None
    expires_on: date | None
    validity: str
    validity_name: str
    theme: str
    keywords: list[str]
    item20: str
    language: str
    first_published_at: datetime
    updated_at: datetime
    url: str


class AttachmentOut(Schema):
    """附件：名称、大小、校验值、下载地址。"""

    name: str
    suffix: str
    size: int
    sha256: str
    url: str


class RelationOut(Schema):
    """关系：种类、名称、网址；target 为库内信息的编号。"""

    kind: str
    kind_name: str
    title: str
    url: str
    target: int | None
    effective_on: date | None


class RecordDetail(RecordOut):
    """全文：目录各项之外加正文、专有栏目、附件、关系和校验值。"""

    body: str
    fields: dict[str, Any]
    source: str
    unified_number: str
    genre: str
    change_note: str
    attachments: list[AttachmentOut]
    relations: list[RelationOut]
    sha256: str


class Page(Schema):
    """一页：items 各条，next 为下一页的 cursor，没有下一页为空。"""

    items: list[RecordOut]
    next: str | None


class ChangeOut(Schema):
    """变更：seq 号码，record 信息编号，withdrawn 为真时应同样撤下。"""

    seq: int
    record: int
    withdrawn: bool
    at: datetime
    url: str


class ChangePage(Schema):
    """一页变更：last 为本页最后的号码，下次从它之后取；more 为真时后面还有。"""

    items: list[ChangeOut]
    last: int
    more: bool


class ColumnOut(Schema):
    """栏目：path 网址，parent 上级的编号，section 为固定四栏的代号。"""

    id: int
    name: str
    path: str
    parent: int | None
    section: str
    type_word: str
    description: str
    not_applicable: str


def summary_of(record: Record) -> dict[str, Any]:
    """目录里的一条。"""
    live = record.live
    assert live is not None and record.first_published_at is not None  # noqa: S101 公开的才到得了这里
    same = (
        "title", "summary", "document_number", "issuer", "joint_issuers", "written_on", "published_on",
        "effective_on", "expires_on", "theme", "keywords", "item20", "language",
    )  # fmt: skip
    return {name: getattr(live, name) for name in same} | {
        "id": record.pk,
        "index_number": record.index_number,
        "kind": record.kind,
        "kind_name": record.get_kind_display(),
        "validity": record.validity,
        "validity_name": record.get_validity_display() if record.validity else "",
        "first_published_at": record.first_published_at,
        "updated_at": live.published_at or record.first_published_at,
        "url": record.get_absolute_url(),
    }


def _public_fields(record: Record, live: Edition) -> dict[str, Any]:
    return {spec.name: live.fields[spec.name] for spec in fields_of(record.kind) if spec.name in live.fields}


def detail_of(record: Record) -> dict[str, Any]:
    """全文，连同校验值：取的一方照同样的算法核对。"""
    live = record.live
    assert live is not None  # noqa: S101 同上
    whole = summary_of(record) | {
        name: getattr(live, name) for name in ("body", "source", "unified_number", "genre", "change_note")
    }
    whole["fields"] = _public_fields(record, live)
    whole["attachments"] = [
        {"name": row.name, "suffix": row.suffix, "size": row.size, "sha256": row.sha256,
         "url": reverse("open:attachment", args=[record.pk, row.sha256])}
        for row in live.attachments.all()
    ]  # fmt: skip
    whole["relations"] = [
        {
            "kind": row.kind,
            "kind_name": row.get_kind_display(),
            "title": row.title or (row.target.live.title if row.target and row.target.live else ""),
            "url": row.url or (row.target.get_absolute_url() if row.target and row.target.live else ""),
            "target": row.target_id if row.target and row.target.live else None,
            "effective_on": row.effective_on,
        }
        for row in live.relations.select_related("target__live")
    ]
    whole["sha256"] = checksum(whole)
    return whole


# 校验的是内容：编号、网址和时间在两边不同，不算在内。
_CHECKED = (
    "title", "summary", "document_number", "unified_number", "issuer", "joint_issuers", "written_on",
    "published_on", "effective_on", "expires_on", "theme", "genre", "keywords", "item20", "language",
    "source", "body", "fields", "change_note",
)  # fmt: skip


def checksum(whole: dict[str, Any]) -> str:
    """校验值：内容各栏和附件校验值的 SHA-256。"""
    values = {name: whole[name] for name in _CHECKED}
    values["attachments"] = sorted(row["sha256"] for row in whole["attachments"])
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def column_of(column: Column) -> dict[str, Any]:
    """栏目。"""
    same = ("id", "name", "section", "type_word", "description", "not_applicable")
    values = {name: getattr(column, name) for name in same}
    return values | {"path": column.get_absolute_url(), "parent": column.parent_id}
