#!/usr/bin/env python3
"""后台进程的内存：开着 worker 做完眼前的活（每日任务、索引、烘焙、发布），逐个子进程记下峰值。

用法：nice python bench/memory.py 数据目录 [分钟]
数据目录里要有装好的库（bench/publishing.py --keep 留下的）；量完把 worker 停下，库留着。
常驻（VmRSS）含各进程共用的页，各记各的；分摊（PSS）把共用的平分，合计才是真正占的。
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
EVERY = 0.5


def children(pid: int) -> list[int]:
    """本进程和它分出来的，都算。"""
    found, waiting = [], [pid]
    while waiting:
        each = waiting.pop()
        found.append(each)
        try:
            listed = Path(f"/proc/{each}/task/{each}/children").read_text(encoding="ascii")
        except OSError:
            continue
        waiting += map(int, listed.split())
    return found


def measure(pid: int) -> tuple[str, float, float] | None:
    """一个进程：（名字, 常驻 MB, 分摊 MB）；已经没了的为 None。"""
    try:
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return None
    values = {key: int(size) / 1024 for key, size in re.findall(r"^(Rss|Pss):\s+(\d+)", text, re.M)}
    return (name if name.startswith("gk-") else "主进程", values["Rss"], values["Pss"]) if values else None


class Peaks:
    """峰值：各进程的常驻与分摊，和同一时刻的合计。"""

    def __init__(self) -> None:
        self.resident: dict[str, float] = defaultdict(float)
        self.shared: dict[str, float] = defaultdict(float)
        self.total = 0.0

    def look(self, pid: int) -> None:
        found = [row for row in map(measure, children(pid)) if row]
        for name, resident, shared in found:
            self.resident[name] = max(self.resident[name], resident)
            self.shared[name] = max(self.shared[name], shared)
        self.total = max(self.total, sum(shared for _name, _resident, shared in found))

    def show(self) -> None:
        for name, resident in sorted(self.resident.items()):
            print(f"{name:　<8} 常驻最多 {resident:4.0f} MB，分摊最多 {self.shared[name]:4.0f} MB")
        print(f"同一时刻各进程分摊合计最多 {self.total:.0f} MB")


def left() -> dict[str, int]:
    """还剩多少活。"""
    from django.db import connection
    from django_tasks_db.models import DBTaskResult

    from gongkai.portal.baking.models import BakeTask
    from gongkai.search.models import Outbox

    counts = {
        "任务": DBTaskResult.objects.filter(status__in=["READY", "RUNNING"]).count(),
        "页面": BakeTask.objects.filter(error="").count(),
        "索引": Outbox.objects.filter(applied_at=None).count(),
    }
    connection.close()
    return counts


def watch(pid: int, seconds: float) -> Peaks:
    """看着：每半秒量一次，每半分钟报一次还剩多少活；活做完再看一会儿，或到时间为止。"""
    peaks, started, shown, quiet = Peaks(), time.monotonic(), 0.0, 0
    while time.monotonic() - started < seconds and quiet < 3:
        peaks.look(pid)
        if time.monotonic() - shown > 30:
            shown, counts = time.monotonic(), left()
            quiet = quiet + 1 if not any(counts.values()) else 0
            spent = time.monotonic() - started
            print(f"{spent:5.0f} 秒，还剩 {counts}，分摊合计最多 {peaks.total:.0f} MB", flush=True)
        time.sleep(EVERY)
    return peaks


def main() -> None:
    os.environ |= {
        "GONGKAI_DATA": sys.argv[1],
        "DJANGO_SETTINGS_MODULE": "gongkai.settings.dev",
        "PYTHONPATH": str(HERE / "src"),
    }
    sys.path.insert(0, str(HERE / "src"))
    import django

    django.setup()
    worker = subprocess.Popen([sys.executable, HERE / "manage.py", "worker"])
    try:
        peaks = watch(worker.pid, 60 * float(sys.argv[2]) if len(sys.argv) > 2 else 3600)
    finally:
        worker.terminate()
        worker.wait(timeout=60)
    peaks.show()


if __name__ == "__main__":
    main()
