#!/usr/bin/env python3
"""索引器被杀 -9：一边发布、撤下、查找，一边反复杀掉索引器；看查找有没有出错，发布成功的有没有丢。

用法：python bench/search/kill.py [--kills 20] [--steady 20] [--keep 目录] [--json]；先平稳跑 steady 秒，
另报这期间从发布到查得到的时间。
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from ground import ground

INDEXER = """
import time, django
django.setup()
from gongkai.search.indexer import PAUSE, step
while True:
    if not step():
        time.sleep(PAUSE)
"""


class Trial:
    """一次试验：acked 为发布成功的，gone 为撤下成功的，errors 为查找出的错，waits 为从发布到查得到的秒数。"""

    def __init__(self) -> None:
        self.acked: dict[int, str] = {}
        self.gone: set[int] = set()
        self.errors: list[str] = []
        self.waits: list[float] = []
        self.searches = 0
        self.ghosts = 0
        self.stop = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None

    def start_indexer(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", INDEXER], env=os.environ)

    def kill_indexer(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def publish(self) -> None:
        """不停地发布、改、撤。"""
        from django.db import connection, transaction

        from gongkai.search import actions
        from gongkai.search.sources import Entry

        chance, number = random.Random(5), 0
        while not self.stop.is_set():
            number += 1
            word = f"k{number:05d}x"
            with transaction.atomic():
                actions.put(
                    Entry(f"bench.item:{number}", f"通知 {word}", f"/{number}/", "供水管网检修。" * 30)
                )
            self.acked[number] = word
            if number % 5 == 0 and number > 20:
                chosen = chance.choice([n for n in self.acked if n not in self.gone])
                with transaction.atomic():
                    actions.withdraw(f"bench.item:{chosen}")
                self.gone.add(chosen)
            time.sleep(0.02)
        connection.close()

    def read(self) -> None:
        """不停地查；撤下成功之后才查的，一条都不得出现。"""
        from django.db import connection

        from gongkai.search.queries import Criteria, search

        chance = random.Random(6)
        while not self.stop.is_set():
            gone = set(self.gone)
            number = chance.choice(list(gone) or list(self.acked) or [1])
            try:
                found = search(Criteria(self.acked.get(number, "供水")))
                search(Criteria("供水管网检修"))
                self.searches += 2
                keys = {hit.document.key for hit in found.hits}
                self.ghosts += any(f"bench.item:{n}" in keys for n in gone)
            except Exception as error:  # noqa: BLE001 任何错都要记下
                self.errors.append(repr(error))
        connection.close()

    def watch(self) -> None:
        """量从发布成功到查得到的时间；索引器没有被杀的时候才算数。"""
        from django.db import connection

        from gongkai.search.queries import Criteria, search

        while not self.stop.is_set():
            before = max(self.acked, default=0)
            while max(self.acked, default=0) == before and not self.stop.is_set():
                time.sleep(0.001)
            number, started = max(self.acked, default=0), time.perf_counter()
            while number and not self.stop.is_set() and number not in self.gone:
                if any(
                    hit.document.key == f"bench.item:{number}"
                    for hit in search(Criteria(f"k{number:05d}x")).hits
                ):
                    self.waits.append(time.perf_counter() - started)
                    break
                time.sleep(0.02)
        connection.close()


def run(kills: int, steady_seconds: float) -> dict[str, Any]:
    """做试验，返回结果。"""
    from gongkai.search.indexer import index_now
    from gongkai.search.models import Outbox, SearchDocument
    from gongkai.search.queries import Criteria, search

    trial = Trial()
    index_now()
    trial.start_indexer()
    threads = [threading.Thread(target=work) for work in (trial.publish, trial.read, trial.watch)]
    for thread in threads:
        thread.start()
    time.sleep(steady_seconds)
    steady = sorted(trial.waits)
    chance = random.Random(8)
    for _ in range(kills):
        time.sleep(chance.uniform(1.0, 2.5))
        trial.kill_indexer()
        trial.start_indexer()
    time.sleep(3)
    trial.stop.set()
    for thread in threads:
        thread.join()
    trial.kill_indexer()
    index_now()
    lost, kept = [], []
    for number, word in trial.acked.items():
        keys = {hit.document.key for hit in search(Criteria(word)).hits}
        present = f"bench.item:{number}" in keys
        if number in trial.gone and present:
            kept.append(number)
        elif number not in trial.gone and not present:
            lost.append(number)
    return {
        "kills": kills,
        "published": len(trial.acked),
        "withdrawn": len(trial.gone),
        "searches": trial.searches,
        "reader_errors": len(trial.errors),
        "first_error": trial.errors[:1],
        "lost": len(lost),
        "shown_after_withdrawal": len(kept) + trial.ghosts,
        "waiting": Outbox.objects.filter(applied_at=None).count(),
        "documents": SearchDocument.objects.filter(published=True).count(),
        "seconds_to_found_p50": round(steady[len(steady) // 2], 3) if steady else None,
        "seconds_to_found_p95": round(steady[int(len(steady) * 0.95) - 1], 3) if steady else None,
        "samples": len(steady),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--steady", type=float, default=20)
    parser.add_argument("--keep")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with ground(options.keep):
        os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
        made = run(options.kills, options.steady)
    if options.json:
        print(json.dumps(made, ensure_ascii=False))
    else:
        for name, value in made.items():
            print(f"{name}: {value}")


if __name__ == "__main__":
    main()
