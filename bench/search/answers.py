#!/usr/bin/env python3
"""答得准不准：疫情政务问答的问题，答案都是文件里的原文；看答了多少、引的文件对不对、引文含不含答案。

用法：python bench/search/answers.py [--keep 目录]；另把应得的文件拿走再问，看有多少本该说“未找到”而没有说
（别的文件也可能真有答案，所以这是上限）。奇数号问题用于定门槛，偶数号只用于报。
"""

from __future__ import annotations

import argparse

from corpus import everything, rows
from ground import ground
from relevance import fill


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep")
    with ground(parser.parse_args().keep) as is_new:
        from gongkai.search import text
        from gongkai.search.answers import THRESHOLD, answer
        from gongkai.search.indexer import rebuild
        from gongkai.search.models import SearchDocument

        if is_new:
            fill()
            rebuild()
        names = {f"bench.item:{number}": item.gold for number, item in enumerate(everything(), 1)}
        keys = {gold: key for key, gold in names.items()}
        questions = list(rows("ncp_policy_qa/questions.jsonl"))
        print(f"门槛 {THRESHOLD}")
        for part, chosen in (("定", questions[1::2]), ("报", questions[::2])):
            answered = right = held = invented = 0
            for row in chosen:
                made = answer(row["question"])
                if made.found:
                    answered += 1
                    golds = [names[quote.document.key] for quote in made.quotes]
                    right += golds[0] == (row["docid"],)
                    pairs = set(text.bigrams(text.normal(row["answer"])))
                    said = text.normal(" ".join(quote.text for quote in made.quotes))
                    held += len(pairs & set(text.bigrams(said))) >= 0.7 * len(pairs)
                document = SearchDocument.objects.filter(key=keys[(row["docid"],)])
                document.update(published=False)
                invented += answer(row["question"]).found
                document.update(published=True)
            count = len(chosen)
            print(
                f"{part} {count} 问：答了 {answered / count:.1%}，其中文件对的 {right / answered:.1%}、",
                f"引文含答案的 {held / answered:.1%}；文件拿走后仍答的 {invented / count:.1%}",
            )


if __name__ == "__main__":
    main()
