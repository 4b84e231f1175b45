"""发布到看得见、全站烘焙、进程内存：在一个大信息库上量。

用法：python bench/publishing.py 数据.jsonl [信息条数] [烘焙页数] [--keep 目录]
数据是 load_library 认得的法律或政策文件，不够就每件装几份；烘焙页数为 0 时全站重写。
数据库和页面放在临时目录，量完就删；写了 --keep 的留下，下次用同一目录就不必再装（bench/memory.py 也用它）。
装入的不逐条收进检索，检索里只有量的时候发布的那几条；每日任务记为已做，免得和发布抢处理器。
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from memory import Peaks, children, measure

HERE = Path(__file__).resolve().parents[1]
TIMES = 10


def manage(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, HERE / "manage.py", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return done.stdout


def prepare(source: str, wanted: int) -> tuple[Any, Any, Any]:
    import django

    django.setup()
    from gongkai.records import demo as library
    from gongkai.records.models import Record
    from gongkai.workplans import demo

    bureau = demo.seed()
    site = library.seed(bureau)
    count = Record.objects.public().count()
    if count >= wanted * 0.99:
        print(f"已有 {count} 条，不再装")
        return bureau, site, Record
    lines = sum(1 for _line in Path(source).open(encoding="utf-8"))
    copies = math.ceil(wanted / lines)
    limit = math.ceil(wanted / copies)
    started = time.monotonic()
    manage("load_library", source, "--repeat", str(copies), "--limit", str(limit), "--no-signals")
    count = Record.objects.public().count()
    print(f"装入 {count} 条，{time.monotonic() - started:.0f} 秒")
    return bureau, site, Record


def leave_out_the_rest() -> None:
    """检索先建一代空的，今天的每日任务记为已排：量的是发布和烘焙。"""
    from django.utils import timezone

    from gongkai.core.jobs import DAILY
    from gongkai.core.models import PeriodicRun
    from gongkai.search.models import Outbox

    manage("rebuild")
    Outbox.objects.all().delete()
    for name in DAILY:
        PeriodicRun.objects.get_or_create(name=name, day=timezone.localdate())


def bake(site: Any, pages: int) -> None:
    from django.db.models import F

    from gongkai.portal.baking import baker
    from gongkai.portal.baking.models import BakeTask

    BakeTask.objects.all().delete()
    baker.enqueue_all(site)
    total = BakeTask.objects.count()
    if pages:
        # 各处均匀地取：长的法律和短的通知都有。
        every = max(1, total // pages)
        BakeTask.objects.annotate(part=F("id") % every).exclude(part=0).delete()
        pages = BakeTask.objects.count()
    started = time.monotonic()
    manage("bake", "--processes", "2")
    seconds = time.monotonic() - started
    done = pages or total
    print(f"全站 {total} 页；烘焙 {done} 页 {seconds:.1f} 秒，每秒 {done / seconds:.0f} 页")


def publish(site: Any) -> None:
    """一条一条发布，等文件出现：记下从发布完成到读得到的秒数。"""
    from gongkai.accounts.models import User
    from gongkai.portal.baking import files
    from gongkai.records import actions, reviews

    who = {user.username: user for user in User.objects.all()}
    waits: list[float] = []
    for number in range(TIMES + 1):
        edition = actions.create_record(
            who["handler"], organisation=who["handler"].organisation, site=site, kind="notice",
            title=f"第{number}次试发", summary="试", issuer="临江市水务局", written_on="2026-01-05",
            body="<p>正文。</p>",
        )  # fmt: skip
        edition.refresh_from_db()
        form = reviews.clear_form(edition.record.agency)
        for name, step in (("handler", "submit"), ("head", "pass_head"), ("secrecy", "pass_secrecy")):
            edition = actions.move(who[name], edition, step, form=form if name == "secrecy" else None)
        edition = actions.move(who["leader"], edition, "sign")
        record = actions.publish(who["office"], edition).record
        started = time.monotonic()
        pages = [
            files.file_of(site.domain, path) for path in (record.get_absolute_url(), "/columns/notices/")
        ]
        while not all(page.exists() and f"第{number}次试发" in page.read_text("utf-8") for page in pages):
            if time.monotonic() - started > 60:
                raise SystemExit("60 秒还没有看到发布的页面")
            time.sleep(0.02)
        waits.append(time.monotonic() - started)
    waits = sorted(waits[1:])  # 第一次连同进程启动，不算
    print(f"发布到看得见（信息页和栏目页）：中位 {statistics.median(waits):.2f} 秒，最慢 {waits[-1]:.2f} 秒")


def settle_down() -> None:
    """等后台进程把启动时补做的（核对页面、索引、时效）做完，再量平时的速度。"""
    from gongkai.portal.baking.models import BakeTask
    from gongkai.search.models import Outbox

    time.sleep(5)
    quiet = 0
    while quiet < 3:
        busy = BakeTask.objects.filter(error="").exists() or Outbox.objects.filter(applied_at=None).exists()
        quiet = 0 if busy else quiet + 1
        time.sleep(2)


def serve_and_measure(site: Any) -> None:
    granian = Path(sys.executable).with_name("granian")
    worker = subprocess.Popen([sys.executable, HERE / "manage.py", "worker"])
    web = subprocess.Popen(
        [granian, "--interface", "wsgi", "--port", "18110", "--workers", "1", "--blocking-threads", "8",
         "--log-level", "error", "gongkai.wsgi:application"]
    )  # fmt: skip
    try:
        settle_down()
        publish(site)
        for path in ("/", "/library/?q=水", "/columns/statutory/", "/planning/") * 25:
            subprocess.run(
                ["curl", "-s", "-o", "/dev/null", "-H", "Cookie: elder=1", f"http://localhost:18110{path}"],
                check=True,
            )
        peaks = Peaks()
        peaks.look(worker.pid)
        print("后台进程的内存：")
        peaks.show()
        print(f"网页进程常驻 {max(measure(pid)[1] for pid in children(web.pid)[1:]):.0f} MB")
    finally:
        for process in (worker, web):
            process.terminate()
        for process in (worker, web):
            process.wait(timeout=40)


def run(folder: str, source: str, wanted: int, pages: int) -> None:
    os.environ |= {
        "GONGKAI_DATA": folder,
        "DJANGO_SETTINGS_MODULE": "gongkai.settings.dev",
        "PYTHONPATH": str(HERE / "src"),
    }
    sys.path.insert(0, str(HERE / "src"))
    manage("migrate", "-v0")
    _bureau, site, _records = prepare(source, wanted)
    leave_out_the_rest()
    bake(site, pages)
    serve_and_measure(site)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("wanted", type=int, nargs="?", default=100_000)
    parser.add_argument("pages", type=int, nargs="?", default=0)
    parser.add_argument("--keep", default="")
    chosen = parser.parse_args()
    if chosen.keep:
        Path(chosen.keep).mkdir(parents=True, exist_ok=True)
        run(chosen.keep, chosen.source, chosen.wanted, chosen.pages)
        return
    with tempfile.TemporaryDirectory() as name:
        run(name, chosen.source, chosen.wanted, chosen.pages)


if __name__ == "__main__":
    main()
