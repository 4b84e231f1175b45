"""后台进程：做到一半没了的任务重新排队，常看的子进程没了就再开，停得干净。"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from gongkai.core.models import Lease
from gongkai.core.processes import ATTEMPTS, PREFIX, new_lease, reclaim
from gongkai.workplans.tasks import deliver

ROOT = Path(__file__).resolve().parents[2]


def running(*workers: str, started: timedelta = timedelta(0)) -> DBTaskResult:
    result = deliver.enqueue(to="a@example.invalid", subject="题", body="文")
    row = DBTaskResult.objects.get(pk=result.id)
    row.status, row.worker_ids = "RUNNING", list(workers)
    row.started_at = timezone.now() - started
    row.save()
    return row


@pytest.mark.django_db
def test_a_task_whose_process_has_gone_is_queued_again() -> None:
    alive, gone = new_lease(), new_lease()
    kept, lost = running(alive), running(gone)
    by_hand, long_ago = running("别的"), running("别的", started=timedelta(hours=2))
    Lease.objects.filter(worker=gone).update(until=timezone.now() - timedelta(seconds=1))
    assert {row.pk for row in reclaim()} == {lost.pk, long_ago.pk}
    status = dict(DBTaskResult.objects.values_list("pk", "status"))
    assert status == {kept.pk: "RUNNING", lost.pk: "READY", by_hand.pk: "RUNNING", long_ago.pk: "READY"}
    assert lost.pk in set(DBTaskResult.objects.ready().values_list("pk", flat=True))


@pytest.mark.django_db
def test_a_task_that_keeps_killing_its_process_is_left_for_a_person() -> None:
    lost = running(*[f"{PREFIX}{number}" for number in range(ATTEMPTS)])
    reclaim()
    lost.refresh_from_db()
    assert lost.status == "FAILED" and "中途退出" in lost.traceback


def wait_for(look: Callable[[], Any], seconds: float = 90) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("等了太久")


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


@pytest.fixture
def house(tmp_path: Path, migrated: Path) -> dict[str, str]:
    """自成一处的数据目录；里面有一件会把进程弄死的任务。"""
    env = {
        **os.environ,
        "GONGKAI_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "gongkai.settings.dev",
        "PYTHONPATH": f"{ROOT / 'src'}:{Path(__file__).parent}",
    }
    env.pop("DATABASE_URL", None)
    shutil.copyfile(migrated, tmp_path / "gongkai.sqlite3")
    program = (
        "import django; django.setup()\n"
        "import mortal\n"
        f"mortal.die_once.using(priority=90).enqueue(path={str(tmp_path / 'note')!r})\n"
    )
    subprocess.run([sys.executable, "-c", program], env=env, check=True, timeout=120)
    return env


@pytest.mark.skipif(sys.platform != "linux", reason="由 /proc 找子进程")
def test_a_killed_child_loses_nothing_and_the_worker_stops_clean(house: dict[str, str]) -> None:
    folder = Path(house["GONGKAI_DATA"])
    worker = subprocess.Popen([sys.executable, ROOT / "manage.py", "worker"], env=house)

    def task() -> tuple[str, str]:
        with sqlite3.connect(folder / "gongkai.sqlite3", timeout=20) as database:
            table = DBTaskResult._meta.db_table
            query = f"SELECT status, worker_ids FROM {table} WHERE task_path LIKE 'mortal%'"  # noqa: S608
            row: tuple[str, str] = database.execute(query).fetchone()
            return row

    try:
        wait_for(lambda: task()[0] == "SUCCESSFUL")
        assert (folder / "note").read_text("utf-8") == "做成" and task()[1].count(PREFIX) == 2
        # 常看的子进程没了，主进程再开一个。
        before = wait_for(lambda: children(worker.pid))
        os.kill(before[0], signal.SIGKILL)
        wait_for(lambda: set(children(worker.pid)) - set(before))
        now = children(worker.pid)
        worker.terminate()
        assert worker.wait(timeout=40) == 0
        assert not [pid for pid in now if Path(f"/proc/{pid}").exists()]
    finally:
        worker.kill()
        worker.wait()
