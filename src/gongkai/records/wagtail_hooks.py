"""采编后台里登记稿件、站点与栏目。"""

from __future__ import annotations

from typing import Any

from wagtail import hooks

from .backoffice.listing import EditionViewSet


@hooks.register("register_admin_viewset")
def viewsets() -> list[Any]:
    return [EditionViewSet()]
