"""汇聚来源的导航入口。"""

from django.utils.translation import gettext_lazy as _

from gongkai.accounts.navigation import Entry, Role, register

register(Entry("records", "sources:list", _("汇聚来源"), frozenset({Role.COORDINATOR}), 12))
