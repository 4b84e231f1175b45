"""答：命令行里的一网通答，与网页同一套。"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongkai.search.answers import THRESHOLD, answer
from gongkai.search.backends.base import Unavailable
from gongkai.search.shapes import answer_as_data


class Command(BaseCommand):
    help = "用公开信息里的原文回答一个问题；够不上门槛就说没有找到"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("question")
        parser.add_argument("--threshold", type=float, default=THRESHOLD)
        parser.add_argument("--phrase", action="store_true", help="设了接口时试着把引文说顺")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = answer(options["question"], threshold=options["threshold"], phrase=options["phrase"])
        except Unavailable as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer_as_data(made), ensure_ascii=False, indent=1))
            return
        if not made.found:
            self.stdout.write("未找到。可以打 12345，或提出政策咨询、申请公开政府信息。")
        if made.differ:
            self.stdout.write("注意：各文件所说不一样，请核对日期与效力。")
        if made.known is not None:
            sources = "、".join(source.label for source in made.known.sources)
            self.stdout.write(
                f"{made.known.question}\n{made.known.text}\n    ——依据：{sources}　{made.known.url}"
            )
        for quote in made.quotes:
            document = quote.document
            names = "　".join(filter(None, [document.title, quote.clause, *document.numbers[:1]]))
            self.stdout.write(f"{quote.text}\n    ——{names}　{document.get_validity_display()}　{quote.url}")
