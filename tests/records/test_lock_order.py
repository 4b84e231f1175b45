"""锁的次序：两个真的连接同时写，谁也不会等死，变更的号码不会后到。只有 PostgreSQL 上才有意思。"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from gongkai.portal.baking import baker
from gongkai.portal.baking.models import BakeTask, Page
from gongkai.records import actions, site_actions
from gongkai.records.models import Column, Record
from gongkai.records.signals import record_changed

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite 的写事务一次一个，没有次序可言"),
]
SECONDS = 30


@pytest.fixture
def beside() -> Iterator[Callable[..., Future[Any]]]:
    """在另一条线上做，用它自己的数据库连接。"""
    with ThreadPoolExecutor(4) as pool:

        def run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            finally:
                connection.close()

        yield lambda function, *args, **kwargs: pool.submit(run, function, *args, **kwargs)


def someone_waits() -> None:
    """等到有一个连接在等锁。"""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("没有人在等锁")


def hold_up(monkeypatch: Any, module: Any, name: str) -> tuple[Event, Event]:
    """让 module.name 停在做之前：返回（已经到了, 放行）。"""
    arrived, go = Event(), Event()
    real = getattr(module, name)

    def wait(*args: Any, **kwargs: Any) -> Any:
        arrived.set()
        assert go.wait(SECONDS)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, wait)
    return arrived, go


def test_publishing_and_changing_the_column_do_not_deadlock(
    make: Any, carry: Any, person: Any, beside: Any, monkeypatch: Any
) -> None:
    edition = carry(make(), until="sign")
    column = Column.objects.get(path="notices/")
    # 发布已记了账（占着链头），还没去锁栏目；这时另一人存栏目。
    arrived, go = hold_up(monkeypatch, actions, "place_by_rules")
    publishing = beside(actions.publish, person("office"), edition)
    assert arrived.wait(SECONDS)
    saving = beside(site_actions.save_column, person("office"), column.site, column, description="新的说明")
    someone_waits()
    go.set()
    assert publishing.result(SECONDS).state == "published"
    assert saving.result(SECONDS).description == "新的说明"


def test_withdrawing_and_publishing_anew_do_not_deadlock(
    make: Any, carry: Any, person: Any, beside: Any, monkeypatch: Any
) -> None:
    record = carry(make()).record
    newer = carry(actions.new_edition(person("handler"), record), until="sign")
    # 撤下锁着信息，还没记账；这时另一人发布同一条的新版。
    arrived, go = hold_up(monkeypatch, actions, "audit")
    withdrawing = beside(actions.withdraw, person("office"), record, reason="有误")
    assert arrived.wait(SECONDS)
    publishing = beside(actions.publish, person("office"), newer)
    someone_waits()
    go.set()
    withdrawing.result(SECONDS)
    assert publishing.result(SECONDS).state == "published"
    assert Record.objects.get(pk=record.pk).live_id == newer.pk


def test_a_reader_of_changes_never_skips_one(make: Any, carry: Any, beside: Any) -> None:
    first, second = (carry(make(title=f"第{n}份通知")).record for n in (1, 2))
    announced, go = Event(), Event()

    def change(record: Record, *, slowly: bool) -> None:
        with transaction.atomic():
            record_changed.send(Record, record=record)
            if slowly:
                announced.set()
                assert go.wait(SECONDS)

    def read(after: int) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = Client().get("/api/v1/changes", {"after": after}).json()["items"]
        return items

    start = read(0)[-1]["seq"]
    # 先取了号的还没提交；后来的若能先提交，取数的会从它的号往后取，先取号的那一件就漏了。
    slow = beside(change, first, slowly=True)
    assert announced.wait(SECONDS)
    quick = beside(change, second, slowly=False)
    someone_waits()
    seen = read(start)
    go.set()
    slow.result(SECONDS)
    quick.result(SECONDS)
    seen += read(seen[-1]["seq"] if seen else start)
    assert [item["record"] for item in seen] == [first.pk, second.pk]


def test_a_page_rendered_before_a_slow_withdrawal_is_not_written(
    make: Any, carry: Any, person: Any, beside: Any, monkeypatch: Any, settings: Any, tmp_path: Any
) -> None:
    settings.SITE_ROOT = tmp_path / "site"
    record = carry(make()).record
    BakeTask.objects.all().delete()
    # 撤下的时间已经记下，还没提交；这时渲染的一页还看得见它，而且以前没有写过、队里不会有它的新行。
    arrived, go = hold_up(monkeypatch, actions, "audit")
    withdrawing = beside(actions.withdraw, person("office"), record, reason="有误")
    assert arrived.wait(SECONDS)
    path = f"/institutions/{record.organisation_id}/"
    task = BakeTask.objects.create(site=record.site, path=path)
    baked = baker.bake([(task.pk, record.site_id, path)])
    assert record.pk in baked[0].live
    go.set()
    withdrawing.result(SECONDS)
    baker.settle(baked)
    assert not Page.objects.filter(path=path).exists() and BakeTask.objects.filter(path=path).exists()
    baker.drain()
    target = baker.files.file_of(record.site.domain, path)
    assert not target.exists() or "管网检漏" not in target.read_text("utf-8")


def test_two_who_queue_the_same_pages_wait_for_each_other(site: Any, beside: Any) -> None:
    started, go = Event(), Event()

    def queue(paths: list[str], *, slowly: bool) -> None:
        with transaction.atomic():
            baker.enqueue((site.pk, path) for path in paths)
            if slowly:
                started.set()
                assert go.wait(SECONDS)

    BakeTask.objects.all().delete()
    slow = beside(queue, ["/", "/library/"], slowly=True)
    assert started.wait(SECONDS)
    quick = beside(queue, ["/library/", "/"], slowly=False)
    someone_waits()
    go.set()
    slow.result(SECONDS)
    quick.result(SECONDS)
    assert BakeTask.objects.count() == 2
