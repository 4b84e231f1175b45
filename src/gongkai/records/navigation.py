"""信息库的导航入口。"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gongkai.accounts.navigation import EVERYBODY, Entry, Role, register

STAFF = EVERYBODY - {Role.ADMINISTRATOR}
register(
    Entry("records", "desk:waiting", _("待我审"), STAFF, 1),
    Entry("records", "desk:library", _("信息库"), STAFF, 2),
)
