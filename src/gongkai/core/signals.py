"""信号：别的应用要跟着变的事。"""

from __future__ import annotations

from django.dispatch import Signal

# 组织建立、停用、改类别或标签之后，在同一事务里发出；参数 organisation、actor（做这件事的人）。
organisation_changed = Signal()
