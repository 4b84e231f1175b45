"""检索的导航入口。"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gongkai.accounts.navigation import Entry, register

from .actions import OFFICE

register(
    Entry("search", "search_desk:not_found", _("查而未得"), OFFICE, 1),
    Entry("search", "search_desk:synonyms", _("同义词"), OFFICE, 2),
    Entry("search", "search_desk:pins", _("置顶"), OFFICE, 3),
)
