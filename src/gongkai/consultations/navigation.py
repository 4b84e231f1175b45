"""知识库的导航入口。"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gongkai.accounts.navigation import Entry, Role, register

from .states import OFFICE, REVIEWERS, WRITERS

STAFF = WRITERS | REVIEWERS | {Role.AUDITOR}
register(
    Entry("consultations", "knowledge_desk:entries", _("政策问答"), STAFF, 1),
    Entry("consultations", "knowledge_desk:questions", _("待编问题"), STAFF, 2),
    Entry("consultations", "knowledge_desk:rules", _("规则"), OFFICE, 3),
)
