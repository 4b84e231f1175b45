"""信息库的导航入口。"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gongkai.accounts.navigation import EVERYBODY, Entry, Role, register

STAFF = EVERYBODY - {Role.ADMINISTRATOR}
register(
    Entry("records", "desk:waiting", _("待我审"), STAFF, 1),
    Entry("records", "desk:library", _("信息库"), STAFF, 2),
    Entry("records", "keeping:work_items", _("待办"), STAFF, 3),
    Entry("records", "keeping:deadlines", _("公开期限"), STAFF, 4),
    Entry("records", "keeping:validity", _("时效"), STAFF, 5),
    Entry("records", "keeping:cleanups", _("文件清理"), STAFF, 6),
    Entry("records", "keeping:official", _("正式文本"), STAFF, 7),
    Entry("records", "keeping:words", _("词表"), STAFF, 8),
    Entry("records", "keeping:failures", _("发布失败"), frozenset({Role.COORDINATOR, Role.LEADER}), 9),
    Entry("records", "keeping:rules", _("库规则"), frozenset({Role.COORDINATOR}), 11),
    Entry("records", "keeping:deliveries", _("档案移送"), frozenset({Role.COORDINATOR, Role.LEADER}), 10),
)
