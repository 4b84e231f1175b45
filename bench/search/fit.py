#!/usr/bin/env python3
"""定重排的权：只用奇数号问题，使应得的各条得到的份额（softmax）最大；打印 ranking.WEIGHTS。

用法：python bench/search/fit.py --keep 目录（目录由 relevance.py --keep 建好）。偶数号的问题这里一个也不读。
"""

from __future__ import annotations

import argparse
import math

from corpus import Question, everything, lecoqa_questions, ncp_questions
from ground import ground

ROUNDS, STEP, SHRINK = 150, 0.1, 1e-3
Lists = list[tuple[list[tuple[float, ...]], list[float]]]


def collect(questions: list[Question], names: dict[str, tuple[str, ...]]) -> Lists:
    """各问题前 TOP 件的各项数值与目标；没取回应得的不算。"""
    from gongkai.search import plans, queries, ranking

    current = queries.live()
    known = queries.synonyms(current.words)
    lists: Lists = []
    for question in questions:
        words = plans.cut(question.text, current.words)
        query = plans.long(words, current.reader, known)
        best: dict[str, object] = {}
        for found in queries.passages(current.reader, query, queries.only_alive()):
            best.setdefault(found.key, found)
        first = list(best.values())[: ranking.TOP]
        golds = frozenset().union(*question.golds)
        right = [float(names[found.key] in golds) for found in first]
        if sum(right):
            asked, pieces = ranking.Question.understood(current.reader, words), ranking.texts(first)
            rows = [
                ranking.features(asked, found, first[0].score, *pieces.get(found.key, ("", "")))
                for found in first
            ]
            lists.append((rows, [value / sum(right) for value in right]))
    return lists


def fit(lists: Lists) -> list[float]:
    """各项的权（未标准化）：标准化之后用 Adam 求 softmax 交叉熵最小。"""
    rows = [row for values, _ in lists for row in values]
    width = len(rows[0])
    mean = [sum(row[i] for row in rows) / len(rows) for i in range(width)]
    spread = [
        math.sqrt(sum((row[i] - mean[i]) ** 2 for row in rows) / len(rows)) or 1.0 for i in range(width)
    ]
    scaled = [
        ([[(x - m) / s for x, m, s in zip(row, mean, spread, strict=True)] for row in values], wanted)
        for values, wanted in lists
    ]
    weights, first, second = [0.0] * width, [0.0] * width, [0.0] * width
    for turn in range(1, ROUNDS + 1):
        slope = [SHRINK * weight for weight in weights]
        for values, wanted in scaled:
            scores = [sum(map(float.__mul__, weights, row)) for row in values]
            top = max(scores)
            raised = [math.exp(score - top) for score in scores]
            total = sum(raised)
            for row, each, right in zip(values, raised, wanted, strict=True):
                off = (each / total - right) / len(scaled)
                if abs(off) > 1e-7:
                    slope = [old + off * value for old, value in zip(slope, row, strict=True)]
        for i, value in enumerate(slope):
            first[i] = 0.9 * first[i] + 0.1 * value
            second[i] = 0.99 * second[i] + 0.01 * value * value
            step = first[i] / (1 - 0.9**turn) / (math.sqrt(second[i] / (1 - 0.99**turn)) + 1e-8)
            weights[i] -= STEP * step
    return [weight / s for weight, s in zip(weights, spread, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", required=True)
    with ground(parser.parse_args().keep):
        from gongkai.search.ranking import FEATURES

        names = {f"bench.item:{number}": item.gold for number, item in enumerate(everything(), 1)}
        lists = collect(ncp_questions()[1::2] + lecoqa_questions()[1::2], names)
        for name, weight in zip(FEATURES, fit(lists), strict=True):
            print(f"{name} {weight:.2f}")


if __name__ == "__main__":
    main()
