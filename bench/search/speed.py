#!/usr/bin/env python3
"""快不快：造 N 件，量建索引的时间与大小、各类查找的时间（一个与四个客户，连同总数与全部筛选项的计数）。

用法：python bench/search/speed.py 100000 [--keep 目录] [--rounds 200] [--cold]
每一次都走正式的查询路径（理解、检索、与库核对、摘要、标红），量的是 search() 的全部时间，不含模板。
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from multiprocessing import get_context

from corpus import lecoqa_questions, ncp_questions
from ground import ground
from made import THEMES, fill

COMMON = ["管理", "规定", "通知", "应当", "人民政府", "办法", "工作", "单位", "部门", "申请"]


def queries(rounds: int) -> dict[str, list[str]]:
    """各类查找：短词、两三个词、最常见的词、长问句、文号。"""
    chance = random.Random(7)
    questions = [question.text for question in [*ncp_questions(), *lecoqa_questions()]]
    pairs = [f"{chance.choice(THEMES)} {chance.choice(COMMON)}" for _ in range(rounds)]
    return {
        "短词": [chance.choice(THEMES) for _ in range(rounds)],
        "两个词": pairs,
        "最常见的词": [chance.choice(COMMON) for _ in range(rounds)],
        "长问句": chance.sample(questions, min(rounds, len(questions))),
        "文号": [f"江水发〔{chance.randint(2008, 2026)}〕{chance.randint(1, 900)}号" for _ in range(rounds)],
    }


def measure(part: tuple[bool, list[tuple[str, str]]]) -> list[tuple[str, float, float]]:
    """一个客户：逐条去查，返回各条经过的与占用处理器的毫秒数；机器上还有别的活时，后者才说明问题。

    part 的第一项为真时，每次先忘掉记住的总数与件数，重新数。
    """
    from django.db import connection

    from gongkai.search import queries
    from gongkai.search.queries import Criteria, search

    connection.close()
    reader = queries.live().reader
    for _name, query in part[1][:20]:
        search(Criteria(query))
    found = []
    for name, query in part[1]:
        if part[0]:
            reader.counts.clear()
        started, used = time.perf_counter(), time.process_time()
        search(Criteria(query))
        spent = (time.perf_counter() - started) * 1000
        found.append((name, spent, (time.process_time() - used) * 1000))
    return found


def _child() -> None:
    """新进程里的客户：装好 Django。"""
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "src"))
    import django

    django.setup()


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95) - 1]


def report(label: str, times: list[tuple[str, float, float]]) -> None:
    """报中位、p95、最慢，以及占用处理器的中位与 p95。"""
    groups = {name: [row for row in times if row[0] == name] for name in {row[0]: 0 for row in times}}
    for name, rows in (groups | {"合计": times}).items():
        spent, used = [row[1] for row in rows], [row[2] for row in rows]
        wall = f"p50 {statistics.median(spent):.1f} p95 {_p95(spent):.1f} 最慢 {max(spent):.1f} ms"
        print(f"{label} {name} {wall} 处理器 p50 {statistics.median(used):.1f} p95 {_p95(used):.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("--keep")
    parser.add_argument("--cold", action="store_true", help="每次都重新数总数与筛选项，不用记住的")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--mean", type=int, default=300, help="正文平均字数")
    options = parser.parse_args()
    with ground(options.keep) as is_new:
        from gongkai.search.backends.select import backend
        from gongkai.search.models import Generation, SearchDocument

        if is_new:
            fill(options.count, mean=options.mean)
            manage = [sys.executable, str(ROOT / "manage.py"), "rebuild"]
            started = time.monotonic()
            subprocess.run(manage, check=True, env=os.environ)
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            print(
                f"建索引 {time.monotonic() - started:.0f} 秒",
                f"处理器 {used.ru_utime + used.ru_stime:.0f} 秒 内存最多 {used.ru_maxrss / 1024:.0f} MB",
            )
        size = backend().disk(Generation.objects.get(state="current").name)
        print(f"{SearchDocument.objects.count()} 件，索引 {size / 1e6:.0f} MB，负载 {os.getloadavg()[0]:.1f}")
        chosen = queries(options.rounds)
        mixed = [(name, query) for name, texts in chosen.items() for query in texts]
        random.Random(3).shuffle(mixed)
        report("1 个客户", measure((options.cold, mixed)))
        context = get_context("spawn")
        with context.Pool(4, initializer=_child) as pool:
            parts = [(options.cold, mixed[number::4]) for number in range(4)]
            report("4 个客户", [time for part in pool.map(measure, parts) for time in part])
        print(f"负载 {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    from ground import ROOT

    main()
