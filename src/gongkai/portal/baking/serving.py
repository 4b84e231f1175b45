"""把门面装到应用前面：目录、安全头、偏好 Cookie 都取自设置。"""

from __future__ import annotations

import time
from typing import Any, Final

from django.conf import settings

from gongkai.portal.headers import SECURITY_HEADERS
from gongkai.records.models import Site

from .front import App, Front

# 改变页面的偏好：带了就由程序现写。
VARIANT_COOKIES: Final = ("elder", "script", settings.LANGUAGE_COOKIE_NAME)
_KEEP_SECONDS: Final = 30


class _DefaultDomain:
    """默认站点的域名：半分钟查一次库，不必每个请求都查。"""

    def __init__(self) -> None:
        self.known: str | None = None
        self.until = 0.0

    def __call__(self) -> str | None:
        now = time.monotonic()
        if now >= self.until:
            site = Site.objects.filter(is_default=True, is_active=True).first()
            self.known, self.until = site.domain if site else None, now + _KEEP_SECONDS
        return self.known


def front(app: App) -> Any:
    """门面：装好的 WSGI 应用。"""
    return Front(
        app,
        root=settings.SITE_ROOT,
        headers=SECURITY_HEADERS,
        cookies=VARIANT_COOKIES,
        default=_DefaultDomain(),
    )
