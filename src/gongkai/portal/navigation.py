"""门户在工作台的导航入口。"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gongkai.accounts.navigation import Entry, Role, register

STAFF = frozenset({Role.COORDINATOR, Role.HANDLER, Role.HEAD, Role.LEADER, Role.AUDITOR})
register(Entry("records", "portal:error_reports", _("网站找错"), STAFF, 8))
