#!/usr/bin/env python3
"""相同申请成批办理的速度：收下、登记、分办、签发、发出，每 1,000 件几秒、占多少内存；其间网上提交要等多久。

用法：nice -n 15 .venv/bin/python bench/groups.py [件数] [--sqlite] [--sample 件数]
临时的库，用完即删。给 --sample 的（只限 PostgreSQL），其余的照样件抄进库里，签发、发出只办这么多件。
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench"), str(ROOT / "tests" / "requests")]
# 另一个进程，隔多久提交一件。
EVERY = 0.5


def memory() -> int:
    """本进程占过的最多内存，MiB。"""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def timed(label: str, count: int, call: Callable[[], Any]) -> Any:
    """量一步，打印每 1,000 件几秒。"""
    started, cpu = time.perf_counter(), time.process_time()
    made = call()
    spent, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(
        f"{label}：{count} 件 {spent:.1f} 秒，每 1,000 件 {spent * 1000 / count:.1f} 秒"
        f"（本进程处理器 {cpu * 1000 / count:.1f} 秒），内存至多 {memory()} MiB",
        flush=True,
    )
    return made


@contextmanager
def visitor() -> Iterator[None]:
    """另一个进程像申请人那样隔一会儿提交一件，完了打印各等了多久。"""
    with tempfile.NamedTemporaryFile() as flag:
        child = subprocess.Popen([sys.executable, __file__, "--visit", flag.name])
        time.sleep(4)
        try:
            yield
        finally:
            Path(flag.name).write_text("停", encoding="utf-8")
            child.wait(timeout=60)


def visit(flag: Path) -> None:
    """一直提交到 flag 里有字；这些申请与那一组不同。"""
    import crowd
    import django

    django.setup()
    from gongkai.core.models import Organisation
    from gongkai.requests import actions, states

    bureau = Organisation.objects.get(pk=crowd.user("clerk").organisation.agency.pk)
    waits, number = [], 0
    while not flag.read_text(encoding="utf-8"):
        number += 1
        started = time.perf_counter()
        person = {"kind": "natural", "name": f"路人{number}", "phone": f"137{number:08d}"}
        actions.receive(
            states.CITIZEN, agency=bureau, applicant=person, description=f"第{number}种资料", channel="portal"
        )
        waits.append(time.perf_counter() - started)
        time.sleep(EVERY)
    waits.sort()
    print(
        f"  其间网上提交 {len(waits)} 件：中位 {statistics.median(waits) * 1000:.0f} ms，"
        f"p95 {waits[int(len(waits) * 0.95) - 1] * 1000:.0f} ms，最慢 {waits[-1] * 1000:.0f} ms",
        flush=True,
    )


def copied(case: Any, count: int) -> None:
    """照已分办的一件抄 count 件，连各项、事件、分办；只用来把组撑大。"""
    from django.db import connection

    from gongkai.requests.models import Assignment, Case, CaseEvent, Item

    def columns(model: Any) -> list[str]:
        return [f'"{field.column}"' for field in model._meta.concrete_fields if field.column != "id"]

    with connection.cursor() as cursor:
        names = columns(Case)
        changes = {'"serial"': "c.serial + 1000000 + g", '"secret_hash"': "''", '"idempotency_key"': "''"}
        chosen = ", ".join(changes.get(name, f"c.{name}") for name in names)
        cursor.execute(
            f"insert into requests_case ({', '.join(names)}) select {chosen} "
            f"from requests_case c, generate_series(1, {count}) g where c.id = {case.pk}"
        )
        for model in (Item, CaseEvent, Assignment):
            names = columns(model)
            chosen = ", ".join("n.id" if name == '"case_id"' else f"o.{name}" for name in names)
            cursor.execute(
                f"insert into {model._meta.db_table} ({', '.join(names)}) select {chosen} "
                f"from {model._meta.db_table} o, requests_case n "
                f"where o.case_id = {case.pk} and n.serial > 1000000"
            )
        cursor.execute("vacuum analyze")


def measure(count: int, sample: int | None) -> None:
    """造一组，逐步办。"""
    import crowd

    from gongkai.requests import actions, queries
    from gongkai.requests.models import Case, GroupRun

    bureau = crowd.seed()
    case = crowd.work(crowd.take(bureau, 0))
    real = min(count, sample or count)
    timed("网上收下", real, lambda: [crowd.take(bureau, number + 1) for number in range(real)])
    for name, label in (("register", "照样登记"), ("assign", "照样分办")):
        timed(label, real, lambda name=name: crowd.whole("clerk", case, name))
    if real < count:
        copied(case, count - real)
        print(f"另照样件抄了 {count - real} 件，组里共 {queries.stages(case)}", flush=True)
    case = crowd.sign(case)
    for name, who, label in (("answer", "leader", "照样签发"), ("dispatch", "clerk", "网上送达")):
        run = actions.start_group(crowd.user(who), case, name)
        with visitor():

            def some(run: GroupRun = run) -> GroupRun:
                # 后台也是一段一段地办；量够了就停。
                while run.running and (sample is None or run.done < sample):
                    run = actions.work_off_group(run, run.step, seconds=20)
                return run

            started, cpu = time.perf_counter(), time.process_time()
            run = some()
            spent, cpu = time.perf_counter() - started, time.process_time() - cpu
        n = run.done + run.held
        print(
            f"{label}：{n} 件 {spent:.1f} 秒，每 1,000 件 {spent * 1000 / n:.1f} 秒"
            f"（本进程处理器 {cpu * 1000 / n:.1f} 秒），没有办成 {run.held} 件，内存至多 {memory()} MiB",
            flush=True,
        )
        if run.running:
            actions.stop_group(crowd.user(who), run)
    pages(case, run)
    print(f"文书 {Case.objects.filter(letters__serial__gt=0).distinct().count()} 份", flush=True)


def pages(case: Any, run: Any) -> None:
    """组、进度各页，各 20 次。"""
    import crowd
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(crowd.user("clerk"), backend="gongkai.accounts.permissions.DutyBackend")
    places = ("groups/", f"{case.pk}/group/", f"runs/{run.pk}/", f"runs/{run.pk}/?show=done&page=40")
    for place in (*places, f"runs/{run.pk}/progress/"):
        times = []
        for _n in range(20):
            started = time.perf_counter()
            assert client.get(f"/staff/requests/{place}").status_code == 200, place
            times.append(time.perf_counter() - started)
        times.sort()
        middle, slow = statistics.median(times) * 1000, times[18] * 1000
        print(f"/staff/requests/{place}：中位 {middle:.0f} ms，p95 {slow:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=4500)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--visit", type=Path)
    options = parser.parse_args()
    if options.visit:
        visit(options.visit)
        return
    import foi

    with nullcontext() if options.sqlite else foi.postgresql() as url, tempfile.TemporaryDirectory() as data:
        os.environ |= {"GONGKAI_DATA": data, "DJANGO_SETTINGS_MODULE": "gongkai.settings.dev"}
        os.environ.pop("DATABASE_URL", None)
        if url:
            os.environ["DATABASE_URL"] = url
        os.environ["PYTHONPATH"] = str(ROOT / "src")
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", verbosity=0)
        print("SQLite" if options.sqlite else "PostgreSQL", options.count, "件", flush=True)
        measure(options.count, options.sample)
        connections.close_all()


if __name__ == "__main__":
    main()
