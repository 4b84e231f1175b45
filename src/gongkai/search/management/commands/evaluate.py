"""评测：用一份写好应得结果的问题，量检索准不准；办公室改同义词、置顶前后各量一次即可比较。"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongkai.search.backends.base import Unavailable
from gongkai.search.queries import Criteria, search


class Command(BaseCommand):
    help = '量检索准不准：文件一行一个 JSON，如 {"query": "水价", "expected": ["标题或键", …]}'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--depth", type=int, default=10, help="看前几条")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(self._rows(options["file"]))
        depth, missed, recall, ranks = options["depth"], [], 0.0, 0.0
        for query, expected in rows:
            try:
                hits = search(Criteria(query, size=depth)).hits
            except Unavailable as error:
                raise CommandError(str(error)) from error
            found = [{hit.document.key, hit.document.title} for hit in hits]
            places = [
                next((place for place, names in enumerate(found, 1) if name in names), 0) for name in expected
            ]
            right = [place for place in places if place]
            recall += len(right) / len(expected)
            ranks += 1 / min(right) if right else 0.0
            if not right:
                missed.append(query)
        report = {
            "questions": len(rows),
            f"recall@{depth}": round(recall / len(rows), 4),
            "mrr": round(ranks / len(rows), 4),
            "missed": missed,
        }
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        share, mean = recall / len(rows), ranks / len(rows)
        self.stdout.write(f"{len(rows)} 问：前 {depth} 条里找到应得的 {share:.1%}，名次倒数平均 {mean:.3f}")
        for query in missed:
            self.stdout.write(f"    没找到：{query}")

    def _rows(self, path: Path) -> list[tuple[str, list[str]]]:
        """读问题。错误：CommandError——文件打不开、某行不是要的样子、一行也没有。"""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"打不开 {path}；请给 UTF-8 的文本文件") from error
        rows = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                query, expected = row["query"], row["expected"]
                if not isinstance(query, str) or not isinstance(expected, list) or not expected:
                    raise TypeError
            except (ValueError, KeyError, TypeError) as error:
                wanted = '{"query": "查找词", "expected": ["标题或键"]}'
                raise CommandError(f"第 {number} 行不对，应为 {wanted}") from error
            rows.append((query, [str(name) for name in expected]))
        if not rows:
            raise CommandError(f"{path} 里没有问题")
        return rows
