"""网址和表单里来的文字。"""

from __future__ import annotations

__all__ = ["is_number"]


def is_number(text: str) -> bool:
    """编号、年份：只含 0—9、至多 18 位，可以放心交给 int；“²”、“①”、全角数字和几千位的都不算。"""
    return text.isascii() and text.isdigit() and len(text) <= 18
