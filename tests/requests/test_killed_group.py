"""成批办理办到一半，做任务的进程被杀：后台收回任务接着办，没有重的文书、缺的号、漏的件。"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CROWD = 24
START = f"""
import django; django.setup()
import crowd
from gongkai.requests import actions
bureau = crowd.seed()
case = crowd.work(crowd.take(bureau, 0))
for number in range(1, {CROWD} + 1):
    crowd.take(bureau, number)
for name in ("register", "assign"):
    crowd.whole("clerk", case, name)
actions.start_group(crowd.user("leader"), crowd.sign(case), "answer")
"""
LOOK = """
import django; django.setup()
import json
from gongkai.audit.actions import verify
from gongkai.audit.models import Entry
from gongkai.requests.models import Case, GroupRun, Letter
run = GroupRun.objects.get(name="answer")
print(json.dumps({
    "run": [run.state, run.done, run.held, run.entries.count()],
    "states": sorted(set(Case.objects.values_list("state", flat=True))),
    "serials": sorted(Letter.objects.values_list("serial", flat=True)),
    "cases": Letter.objects.values("case").distinct().count(),
    "files": all(letter.file.storage.exists(letter.file.name) for letter in Letter.objects.all()),
    "told": Entry.objects.filter(action="requests.answer_like").count(),
    "faults": len(verify()),
}))
"""


def wait_for(look: Callable[[], Any], seconds: float = 90) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("等了太久")


def task_child(pid: int) -> int:
    """后台里做任务的子进程；现在没有为 0。"""
    for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
        if Path(f"/proc/{each}/comm").read_text("utf-8", errors="ignore").startswith("gk-任务"):
            return int(each)
    return 0


@pytest.mark.skipif(sys.platform != "linux", reason="由 /proc 找子进程")
def test_a_killed_worker_goes_on_where_it_was(tmp_path: Path, migrated: Path) -> None:
    database = tmp_path / "gongkai.sqlite3"
    shutil.copyfile(migrated, database)
    env = os.environ | {
        "GONGKAI_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "gongkai.settings.dev",
        "PYTHONPATH": f"{ROOT / 'src'}:{Path(__file__).parent}",
    }
    env.pop("DATABASE_URL", None)

    def python(program: str) -> str:
        made = subprocess.run(
            [sys.executable, "-c", program], env=env, check=True, timeout=120, capture_output=True, text=True
        )
        return made.stdout

    def run() -> tuple[str, int]:
        with sqlite3.connect(database, timeout=20) as connection:
            query = "SELECT state, done FROM requests_grouprun WHERE name = 'answer'"
            row: tuple[str, int] = connection.execute(query).fetchone()
            return row

    python(START)
    worker = subprocess.Popen([sys.executable, ROOT / "manage.py", "worker"], env=env)
    try:
        wait_for(lambda: run()[1] >= 4)
        os.kill(task_child(worker.pid), signal.SIGKILL)
        assert run()[1] < CROWD, "杀的时候还没有办完"
        wait_for(lambda: run()[0] == "done")
    finally:
        worker.terminate()
        worker.wait(timeout=40)
    assert json.loads(python(LOOK)) == {
        "run": ["done", CROWD, 0, CROWD],
        "states": ["signed"],
        "serials": list(range(1, CROWD + 2)),
        "cases": CROWD + 1,
        "files": True,
        "told": CROWD,
        "faults": 0,
    }
