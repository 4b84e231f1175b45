"""定时发布：各自一个事务，一条失败不挡别的，可以再发。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gongkai.core.jobs import POLLERS
from gongkai.core.states import Refused
from gongkai.records import actions, publishing
from gongkai.records.models import Edition, PublicationFailure

pytestmark = pytest.mark.django_db
S = Edition.State


@pytest.fixture
def waiting(make: Any, carry: Any, person: Any) -> list[Edition]:
    found = []
    for n in range(3):
        signed = carry(make(title=f"定时第{n}条"), until="sign")
        found.append(actions.schedule(person("office"), signed, at=timezone.now() + timedelta(minutes=n + 1)))
    return found


def _arrive() -> None:
    Edition.objects.filter(state=S.SCHEDULED).update(publish_at=timezone.now())


def test_nothing_before_its_time_and_everything_after(waiting: list[Edition]) -> None:
    assert publishing.publish_due() == 0
    _arrive()
    assert POLLERS["定时发布"].every <= 60
    assert POLLERS["定时发布"].run() == 3
    assert Edition.objects.filter(state=S.PUBLISHED).count() == 3
    assert POLLERS["定时发布"].run() == 0


def test_one_that_fails_holds_up_no_other(waiting: list[Edition], person: Any) -> None:
    _arrive()
    broken = waiting[0]
    Edition.objects.filter(pk=broken.pk).update(body="<p>签发之后被换</p>")
    assert publishing.publish_due() == 3
    states = list(
        Edition.objects.filter(pk__in=[e.pk for e in waiting]).order_by("pk").values_list("state", flat=True)
    )
    assert states == [S.SCHEDULED, S.PUBLISHED, S.PUBLISHED]
    failure = PublicationFailure.objects.visible_to(person("office")).get()
    assert "签发时不一致" in failure.reason
    assert publishing.publish_due() == 0, "没处理的失败不反复试"
    with pytest.raises(Refused, match="办公室"):
        publishing.retry(person("handler"), failure)
    assert not publishing.retry(person("office"), failure), "原因还在，又记一条"
    Edition.objects.filter(pk=broken.pk).update(body=waiting[0].body)
    second = PublicationFailure.objects.get(settled_at=None)
    assert publishing.retry(person("office"), second)
    with pytest.raises(Refused, match="有人处理过"):
        publishing.settle(person("office"), second)


def test_a_crash_is_recorded_too(waiting: list[Edition], monkeypatch: Any) -> None:
    _arrive()
    real = publishing.publish_scheduled

    def crash(edition: Edition) -> Edition:
        if edition.pk == waiting[1].pk:
            raise RuntimeError("磁盘满")
        return real(edition)

    monkeypatch.setattr(publishing, "publish_scheduled", crash)
    publishing.publish_due()
    assert Edition.objects.filter(state=S.PUBLISHED).count() == 2
    assert "磁盘满" in PublicationFailure.objects.get().reason
