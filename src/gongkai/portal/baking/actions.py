"""页面生成的写入：全站重写、失败的马上再试。"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import duties_of
from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.states import Refusal, Refused
from gongkai.records.models import Site

from .baker import enqueue_all
from .models import BakeTask


def is_administrator(user: Any) -> bool:
    """系统管理员：页面生成只由管理员管。"""
    return any(duty.role == Duty.Role.ADMINISTRATOR for duty in duties_of(user))


def _require(user: Any) -> None:
    if not is_administrator(user):
        raise Refused([Refusal("duty", _("只有系统管理员可以管理页面生成"))])


def rewrite_site(user: Any, site: Site) -> int:
    """全站重写：各页排队，返回页数。"""
    _require(user)
    with in_turn():
        count = enqueue_all(site)
        audit(user, "baking.rewrite_site", site, pages=count)
    return count


def retry_now(user: Any) -> int:
    """马上再试：失败的不等退避，立刻重做。返回页数。"""
    _require(user)
    with in_turn():
        rows = BakeTask.objects.exclude(error="")
        count = rows.update(not_before=None)
        audit(user, "baking.retry_now", BakeTask(pk=0), pages=count)
    return count
