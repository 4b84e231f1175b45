"""版本的内容：取出、比对、摘要；签发盖的就是这个摘要。"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from .models import Edition

# 随版本走、要审查的全部内容；状态、时间、审查记录不在内。
CONTENT_FIELDS: Final = (
    "title", "summary", "document_number", "unified_number", "issuer", "joint_issuers", "written_on",
    "published_on", "effective_on", "expires_on", "formed_on", "item20", "theme", "genre", "keywords",
    "openness", "refusal_ground", "review_again_on", "language", "source", "body", "fields", "change_note",
)  # fmt: skip


def content(edition: Edition) -> dict[str, Any]:
    """内容：各栏、附件校验值、关系，供摘要和比较。"""
    values = {name: getattr(edition, name) for name in CONTENT_FIELDS}
    values["attachments"] = [(row.name, row.sha256) for row in edition.attachments.all()]
    values["relations"] = [
        (row.kind, row.target_id, row.title, row.url, row.effective_on) for row in edition.relations.all()
    ]
    return values


def digest(edition: Edition) -> str:
    """摘要：内容的 SHA-256；任何一栏、附件或关系变了都不同。"""
    text = json.dumps(content(edition), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def changed_files(edition: Edition) -> list[str]:
    """变了的文件：附件、正文里的图片，存着的与校验值不符、或找不到的，返回名称；发布前查，免得发出被换过的文件。"""
    found = []
    pictures = [use.picture for use in edition.picture_uses.select_related("picture")]
    for row in [*edition.attachments.all(), *pictures]:
        try:
            with row.file.open("rb") as file:
                actual = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            actual = ""
        if actual != row.sha256:
            found.append(str(row))
    return found
