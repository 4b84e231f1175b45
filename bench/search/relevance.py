#!/usr/bin/env python3
"""查得准不准：全部现行全国法条与政策文件一起，各用开发用的一半问题，经正式的查询路径去查。

用法：python bench/search/relevance.py [--keep 目录]；奇数号问题用于调，偶数号只用于报。
"""

from __future__ import annotations

import argparse
import time

from corpus import Question, everything, lecoqa_questions, ncp_questions, scored
from ground import ground


def fill() -> dict[str, tuple[str, ...]]:
    """收进全部条目；返回键到评测用名字。"""
    from gongkai.search.models import SearchDocument
    from gongkai.search.numbers import canonical

    names, made = {}, []
    for number, item in enumerate(everything(), 1):
        key = f"bench.item:{number}"
        names[key] = item.gold
        made.append(
            SearchDocument(
                key=key, title=item.title, body=item.body, kind=item.kind, date=item.day, url=f"/{number}/",
                numbers=canonical(item.numbers),
            )
        )  # fmt: skip
    SearchDocument.objects.bulk_create(made, batch_size=1000)
    return names


def ask(questions: list[Question], names: dict[str, tuple[str, ...]]) -> list[list[tuple[str, ...]]]:
    """逐问去查，取前十条。"""
    from gongkai.search.queries import Criteria, search

    return [
        [names[hit.document.key] for hit in search(Criteria(question.text)).hits] for question in questions
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", help="数据留在这个目录，下次不必重建")
    with ground(parser.parse_args().keep) as is_new:
        from gongkai.search.indexer import rebuild
        from gongkai.search.models import SearchDocument

        if is_new:
            fill()
            rebuild()
        names = {f"bench.item:{number}": item.gold for number, item in enumerate(everything(), 1)}
        print(f"{SearchDocument.objects.count()} 件")
        for label, questions in (("NCP", ncp_questions()), ("LeCoQA", lecoqa_questions())):
            for part, chosen in (("调", questions[1::2]), ("报", questions[::2])):
                started = time.perf_counter()
                score = scored(ask(chosen, names), chosen)
                spent = (time.perf_counter() - started) / len(chosen) * 1000
                print(f"{label} {part} {len(chosen)} 问 {score} 平均 {spent:.1f} ms")


if __name__ == "__main__":
    main()
