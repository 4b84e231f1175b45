#!/usr/bin/env python3
"""更正准不准：typos.txt 里打错的查找词，更正的第一个结果与本意完全相同才算对；另看没打错的会不会被乱改。

用法：python bench/search/correction.py；词表取自全部现行全国法律名称、政策文件标题和自带词典。
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from corpus import everything
from ground import ground

TYPOS = Path(__file__).parent / "typos.txt"


def pairs() -> list[tuple[str, str, str]]:
    """打错的、本意、种类。"""
    lines = TYPOS.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split()) for line in lines if line and not line.startswith("#")]


def main() -> None:
    with ground():
        from gongkai.search.correction import correct, rebuild_vocabulary
        from gongkai.search.models import SearchDocument

        titles = dict.fromkeys(item.title.split(" ")[0] for item in everything())
        SearchDocument.objects.bulk_create(
            SearchDocument(key=f"bench.item:{n}", title=title, url="/") for n, title in enumerate(titles)
        )
        print(f"标题 {len(titles)} 个，纠错词 {rebuild_vocabulary()} 个")
        right: Counter[str] = Counter()
        total: Counter[str] = Counter()
        started = time.perf_counter()
        for typed, meant, kind in pairs():
            said = correct(typed)
            total[kind] += 1
            right[kind] += said == meant
            if said != meant:
                print(f"    {typed} → {said or '（没有改）'}，本意 {meant}")
        spent = (time.perf_counter() - started) / total.total() * 1000
        for kind, count in total.items():
            print(f"{kind} {right[kind]}/{count}")
        print(
            f"合计 {right.total()}/{total.total()} = {right.total() / total.total():.1%}，平均 {spent:.0f} ms"
        )
        meant_words = list(dict.fromkeys(meant for _typed, meant, _kind in pairs()))
        changed = {word: said for word in meant_words if (said := correct(word))}
        print(f"没打错的 {len(meant_words)} 个，被改 {len(changed)} 个 {changed or ''}")


if __name__ == "__main__":
    main()
