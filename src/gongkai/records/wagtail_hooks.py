"""采编后台里登记稿件、站点与栏目，和它们的样式。"""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks

from .backoffice.listing import EditionViewSet
from .backoffice.sites import SitesViewSet


@hooks.register("register_admin_viewset")
def viewsets() -> list[Any]:
    return [EditionViewSet(), SitesViewSet()]


@hooks.register("insert_global_admin_css")
def stylesheet() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("records/writing.css"))
