"""主色：站点的颜色，白字写在上面要看得清。"""

from __future__ import annotations

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# WCAG 2.1 AA：正文与底色的对比度至少 4.5。
LEAST: Final = 4.5


def contrast(colour: str) -> float:
    """与白色的对比度（WCAG 2.1）：主色上写白字，低于 4.5 看不清。"""

    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[start : start + 2], 16)) for start in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def readable(colour: str) -> None:
    """核对主色。错误：ValidationError——写法不对，或太浅、白字看不清。"""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValidationError(_("主色写成 #0b4ea2 的样子"))
    found = contrast(colour)
    if found < LEAST:
        message = _("主色太浅：白字的对比度只有 %(found)s，至少要 %(least)s，请选深一些的颜色")
        raise ValidationError(message % {"found": f"{found:.1f}", "least": LEAST})
