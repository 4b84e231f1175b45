"""服务器档：同一套业务测试在真正的 PostgreSQL 上再跑一遍。"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# 由 Python 算、与数据库无关的。
SAME = (
    "workplans/test_matrix.py",
    "workplans/test_visibility.py",
    "workplans/test_odd_queries.py",
    "workplans/test_export.py",
    "accounts/test_every_address.py",
    "core/test_packaging.py",
    "core/test_vault.py",
)
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@pytest.fixture
def database_url() -> Iterator[str]:
    """临时的 PostgreSQL：只听本机，测完即删。"""
    if not PROGRAMS:
        pytest.skip("没有安装 postgresql；请运行 make test，它会装好")
    programs = PROGRAMS[-1].parent
    # PostgreSQL 拒绝以 root 运行；目录放在系统临时目录下，postgres 账号才进得去。
    owner = pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="gongkai-pg-"))
    if owner:
        shutil.chown(folder, owner)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=owner, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)

    data = str(folder / "data")
    run(
        str(programs / "initdb"), "-D", data, "-U", "gongkai", "-A", "trust", "-E", "UTF8",
        "--locale=C.UTF-8", "--no-sync",
    )  # fmt: skip
    unsafe = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    options = f"-p {port} -h 127.0.0.1 -k {folder} {unsafe}"
    run(str(programs / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgres://gongkai@127.0.0.1:{port}/postgres"
    finally:
        run(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def test_the_house_and_the_ledger_stand_on_postgresql(database_url: str) -> None:
    # 另起一个进程：数据库后端在 Django 启动时就定了，同一进程里换不了。
    here = Path(__file__).name
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/core", "tests/accounts"]
        + [
            "tests/workplans",
            "tests/api",
            "tests/records/test_lock_order.py",
            "tests/records/test_publication.py",
            "tests/requests/test_group_races.py",
        ]
        # 后台进程的那一例另开数据目录，用的是 SQLite。
        + [f"--ignore=tests/{each}" for each in (f"core/{here}", *SAME)]
        + ["-k", "not killed_child"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
    assert " passed" in result.stdout
