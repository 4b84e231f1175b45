"""导出：申请登记簿（xlsx），申请人遮蔽，内容只写摘要。"""

from __future__ import annotations

import io
from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import override
from openpyxl import Workbook

from gongkai.law.annual import row_label

from .models import Case

COLUMNS = (
    "申请编号",
    "收到之日",
    "提出渠道",
    "申请人类型",
    "申请人",
    "内容摘要",
    "阶段",
    "答复期限",
    "答复之日",
    "是否按期",
    "办理结果",
    "承办单位",
    "承办人",
)  # noqa: E501
# 以这些字开头的单元格会被表格软件当成公式。
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _safe(value: object) -> object:
    text = "" if value is None else value
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text


@override(settings.LANGUAGE_CODE)
def register(cases: Iterable[Case]) -> bytes:
    """登记簿：一件一行；不论界面语言，一律中文。"""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("申请登记簿")
    sheet.append(COLUMNS)
    for case in cases:
        units = "、".join(row.organisation.name for row in case.assignments.all())
        values = (
            case.number,
            case.received_on,
            case.get_channel_display(),
            case.get_applicant_kind_display(),
            case.applicant.masked_name,
            case.summary,
            case.get_state_display(),
            case.due,
            case.answered_on,
            case.get_timeliness_display(),
            row_label(case.outcome) if case.outcome else "",
            units,
            case.handler.name if case.handler else "",
        )
        sheet.append([_safe(value) for value in values])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
