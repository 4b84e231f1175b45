"""供 test_processes 用的任务：头一次做时把自己的进程杀掉，第二次才做成。"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from django_tasks import task


@task()
def die_once(path: str) -> str:
    """第一次被杀，第二次写下“做成”。"""
    note = Path(path)
    if not note.exists():
        note.write_text("死", encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    note.write_text("做成", encoding="utf-8")
    return "做成"
