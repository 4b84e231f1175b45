"""模板公用变量。"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """站点信息与工作人员导航。"""
    from gongkai.workplans.navigation import staff_nav

    return {"site": settings.SITE, "staff_nav": staff_nav(request)}
