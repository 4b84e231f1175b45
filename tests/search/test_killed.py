"""索引器被杀 -9：查找不出错，发布成功的不丢，撤下的不再出现。"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "bench" / "search" / "kill.py"


def test_a_killed_indexer_loses_nothing(migrated: Path, tmp_path: Path) -> None:
    shutil.copyfile(migrated, tmp_path / "gongkai.sqlite3")
    options = ["--kills", "3", "--steady", "1", "--keep", str(tmp_path), "--json"]
    run = subprocess.run([sys.executable, str(SCRIPT), *options], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr[-2000:]
    made = json.loads(run.stdout.splitlines()[-1])
    assert made["published"] > 50 and made["withdrawn"] > 5 and made["searches"] > 20, made
    assert made["reader_errors"] == 0, made
    assert made["lost"] == made["shown_after_withdrawal"] == made["waiting"] == 0, made
