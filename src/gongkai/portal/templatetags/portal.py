"""门户模板用的小件。"""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django import template

from gongkai.records.models import Record
from gongkai.records.public import shown_date

from ..prose import is_government

register = template.Library()


@register.filter
def shown_on(record: Record) -> date:
    """发布日期。"""
    return shown_date(record)


@register.filter
def size(count: int) -> str:
    """文件大小：1 MB 以下写 KB，进位取整。"""
    if count < 1024 * 1024:
        return f"{max(1, -(-count // 1024))} KB"
    return f"{count / 1024 / 1024:.1f} MB"


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """按键取。"""
    return mapping.get(key)


@register.filter
def government(url: str) -> bool:
    """政府网站。"""
    return is_government(urlsplit(url).hostname or "")


@register.filter
def is_date(value: Any) -> bool:
    """是日期。"""
    return isinstance(value, date)
