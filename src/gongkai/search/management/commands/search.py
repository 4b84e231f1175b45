"""查：命令行里的一网通查，与网页同一套。"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongkai.search.backends.base import Unavailable
from gongkai.search.queries import Criteria, search
from gongkai.search.shapes import results_as_data

FILTERS = ("organisation", "site", "column", "kind", "theme", "year", "validity")


class Command(BaseCommand):
    help = "查找公开信息"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query", nargs="?", default="")
        for name in FILTERS:
            parser.add_argument(f"--{name}", default="")
        parser.add_argument("--dead", action="store_true", help="含已失效、废止的")
        parser.add_argument("--newest", action="store_true", help="按日期排")
        parser.add_argument("--page", type=int, default=1)
        parser.add_argument("--size", type=int, default=10)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        names = (*FILTERS, "query", "dead", "newest", "page", "size")
        try:
            results = search(Criteria(**{name: options[name] for name in names}))
        except Unavailable as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(results_as_data(results), ensure_ascii=False, indent=1))
            return
        if results.suggestion:
            self.stdout.write(f"您是不是要找：{results.suggestion}")
        self.stdout.write(f"共 {results.total} 条，{results.took * 1000:.0f} 毫秒")
        for hit in results.hits:
            document = hit.document
            mark = f"【{document.get_validity_display()}】" if document.is_dead else ""
            self.stdout.write(f"{mark}{document.title}　{document.date or ''}　{document.url}")
            self.stdout.write("    " + "".join(piece.text for piece in hit.extract))
