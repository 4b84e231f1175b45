"""迁移好的空库（SQLite 文件）：迁移要二十秒，所以只做一次，测试的各进程抄来用；换了迁移或依赖就重做。"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def migrated() -> Path:
    """返回迁移好的库；还没有就做，几个进程同时要时只有一个在做。"""
    marks = [ROOT / "requirements" / "lock.txt", *sorted(ROOT.glob("src/**/migrations/*.py"))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in marks)).hexdigest()[:16]
    folder = Path(os.environ.get("GONGKAI_DATA", ROOT / "var")) / "test"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"migrated-{digest}.sqlite3"
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for old in folder.glob("migrated-*.sqlite3*"):
                old.unlink()
            part = made.with_suffix(".part")
            part.unlink(missing_ok=True)
            subprocess.run(
                [sys.executable, ROOT / "manage.py", "migrate", "--verbosity", "0"],
                env={**os.environ, "DATABASE_URL": f"sqlite:///{part}"},
                check=True,
            )
            part.rename(made)
    return made
