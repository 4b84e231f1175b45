"""页面生成的导航入口。"""

from django.utils.translation import gettext_lazy as _

from gongkai.accounts.navigation import Entry, Role, register

register(Entry("admin", "baking:status", _("页面生成"), frozenset({Role.ADMINISTRATOR}), 4))
