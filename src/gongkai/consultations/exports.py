"""导出：政策问答（xlsx 与数据），一条一行，连同依据。"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override
from openpyxl import Workbook

from .models import Entry

COLUMNS = (
    "编号", "版次", "问题", "其他问法", "答复", "依据", "主题", "答复单位", "状态", "首次发布", "有效期至",
)  # fmt: skip
# 以这些字开头的单元格会被表格软件当成公式。
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


@override(settings.LANGUAGE_CODE)
def workbook(entries: Iterable[Entry]) -> bytes:
    """工作簿：不论界面语言，一律中文。"""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("政策问答")
    sheet.append(COLUMNS)
    for entry in entries:
        published = entry.first_published_at and timezone.localdate(entry.first_published_at)
        values = (
            entry.pk,
            entry.version,
            entry.question,
            "\n".join(entry.wordings),
            entry.answer,
            "\n".join(f"{basis}{basis.number} {basis.address}".strip() for basis in entry.bases.all()),
            entry.theme,
            entry.answered_by,
            str(entry.get_state_display()),
            published,
            entry.valid_until,
        )
        sheet.append([_safe(value) for value in values])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def entry_as_data(entry: Entry) -> dict[str, Any]:
    """交给程序的样子：编号不变，版次随改动增加；字段只增不改。"""
    return {
        "id": entry.pk,
        "version": entry.version,
        "question": entry.question,
        "wordings": entry.wordings,
        "answer": entry.answer,
        "basis": [
            {"name": row.name, "number": row.number, "clause": row.clause, "url": row.address}
            for row in entry.bases.all()
        ],
        "theme": entry.theme,
        "organisation": entry.answered_by,
        "state": entry.state,
        "published_at": entry.published_at.isoformat() if entry.published_at else None,
        "valid_until": entry.valid_until.isoformat() if entry.valid_until else None,
        "url": entry.get_absolute_url(),
    }
