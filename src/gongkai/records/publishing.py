"""定时发布：到点的逐条发布，各自一个事务；一条失败记下来，不耽误别的。"""

from __future__ import annotations

import logging
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.states import Refusal, Refused

from . import states
from .actions import publish_scheduled
from .models import Edition, PublicationFailure

logger = logging.getLogger(__name__)


def due() -> QuerySet[Edition]:
    """到点的：定时发布、时间已到、没有待处理的失败，先到的在前。"""
    stuck = PublicationFailure.objects.filter(edition=OuterRef("pk"), settled_at=None)
    rows = Edition.objects.filter(state=Edition.State.SCHEDULED, publish_at__lte=timezone.now())
    return rows.exclude(Exists(stuck)).order_by("publish_at", "pk")


def publish_due() -> int:
    """发布到点的：返回办了几条（成功和失败都算）。"""
    done = 0
    for edition in due():
        attempt(edition)
        done += 1
    return done


def attempt(edition: Edition) -> bool:
    """试发一条：失败的记入发布失败，写明原因；返回是否成功。"""
    try:
        publish_scheduled(edition)
    except Refused as refused:
        reason = str(refused)
    except Exception as error:  # noqa: BLE001 一条出什么错都不能挡住后面的
        logger.exception("定时发布失败：版本 %s", edition.pk)
        reason = _("程序出错：%(error)s") % {"error": f"{type(error).__name__} {error}"}
    else:
        return True
    with in_turn():
        failure = PublicationFailure.objects.create(edition=edition, reason=reason)
        audit(None, "records.publication_failed", edition, failure=failure.pk, reason=reason)
    return False


def retry(user: Any, failure: PublicationFailure) -> bool:
    """再发一次：先把这次失败标为已处理；又失败的会另记一条。错误：Refused——没有发布的职责。"""
    _require_office(user, failure.edition)
    _settle(user, failure, "records.retry_publication")
    failure.edition.refresh_from_db()
    if failure.edition.state != Edition.State.SCHEDULED:
        raise Refused([Refusal("state", _("这一版已不在定时发布，不必再发"))])
    return attempt(failure.edition)


def settle(user: Any, failure: PublicationFailure) -> None:
    """标为已处理：已另行处理（如退回修改）的失败，不再列出；仍在定时发布的，下一轮会再试。"""
    _require_office(user, failure.edition)
    _settle(user, failure, "records.settle_failure")


def _require_office(user: Any, edition: Edition) -> None:
    if not states.holds_edition(user, edition, states.OFFICE):
        raise Refused([Refusal("duty", _("只有办公室协调员可以处理发布失败"))])


def _settle(user: Any, failure: PublicationFailure, action: str) -> None:
    with in_turn():
        locked = PublicationFailure.objects.select_for_update().get(pk=failure.pk)
        if locked.settled_at:
            raise Refused([Refusal("settled", _("这次失败已有人处理过"))])
        locked.settled_at = timezone.now()
        locked.save(update_fields=["settled_at"])
        audit(user, action, locked.edition, failure=locked.pk)
