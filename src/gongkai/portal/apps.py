from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "gongkai.portal"
    verbose_name = "门户"

    def ready(self) -> None:
        from gongkai.records import previewing

        from . import images, navigation  # noqa: F401

        images.install()
        previewing.register(_preview)


def _preview(request: Any, edition: Any) -> Any:
    # 视图要等各应用都装好才能引入。
    from .views.content import preview

    return preview(request, edition)
