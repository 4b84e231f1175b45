"""后台任务：失败重试、最后停下、重新运行，每日任务一天只排一次。"""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from gongkai.core.jobs import Poller, keep_polling, poll, start_due
from gongkai.workplans.tasks import deliver

SHANGHAI = ZoneInfo("Asia/Shanghai")


def work() -> None:
    # 不等真实时间：把排到以后的任务提到现在。
    DBTaskResult.objects.ready().update(run_after=timezone.now() - timedelta(seconds=1))
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now() - timedelta(seconds=1))
    call_command("db_worker", batch=True, startup_delay=False, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_a_failing_mail_is_retried_then_left_for_a_person(settings: Any, bureau: Any, person: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    deliver.enqueue(to="a@example.invalid", subject="题", body="文")
    for _ in range(4):
        work()
    assert DBTaskResult.objects.successful().count() == 3 and DBTaskResult.objects.failed().count() == 1
    client = Client()
    client.force_login(person("office"))
    assert client.get("/staff/jobs/").status_code == 403
    client.force_login(person("admin"))
    assert "重新运行" in client.get("/staff/jobs/").content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    client.post(f"/staff/jobs/{DBTaskResult.objects.failed().get().pk}/again/")
    work()
    assert [message.subject for message in mail.outbox] == [
        "题"
    ] and not DBTaskResult.objects.failed().exists()


@pytest.mark.django_db
def test_a_daily_job_starts_once_a_day_after_its_hour() -> None:
    early = datetime(2026, 11, 24, 8, 0, tzinfo=SHANGHAI)
    first = start_due(early)
    assert "跟随组织变化" in first and start_due(early + timedelta(hours=1)) == ["到期提醒"]
    assert start_due(early + timedelta(hours=9)) == []
    assert sorted(start_due(early + timedelta(days=1, hours=9))) == sorted([*first, "到期提醒"])


@pytest.mark.django_db(transaction=True)
def test_one_failure_does_not_end_the_polling() -> None:
    stop, calls = Event(), []

    def run() -> int:
        calls.append(len(calls))
        if len(calls) == 1:
            raise RuntimeError("坏了一次")
        if len(calls) == 4:
            stop.set()
        return 1 if len(calls) == 2 else 0

    thread = Thread(target=keep_polling, args=(Poller("试", 0.01, run), stop))
    thread.start()
    thread.join(timeout=20)
    assert not thread.is_alive() and calls == [0, 1, 2, 3]


def test_two_pollers_cannot_share_a_name(monkeypatch: Any) -> None:
    monkeypatch.setattr("gongkai.core.jobs.POLLERS", {})
    poll("试", 1, lambda: 0)
    with pytest.raises(ValueError, match="重名"):
        poll("试", 1, lambda: 0)
