"""重新推算期限：``manage.py redate --reason 理由``，放假安排公布或改变之后用。"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongkai.core.states import Refused
from gongkai.law.workdays import CalendarError, notice_from_csv
from gongkai.requests import actions, states


class Command(BaseCommand):
    help = "没有答复的申请全部重新推算期限，列出变了的；--notice 先登记一份放假通知（CSV）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="为什么重新推算，记入审计")
        parser.add_argument("--notice", default="", help="放假通知 CSV 文件")
        parser.add_argument("--year", type=int, help="通知的年度")
        parser.add_argument("--source", default="", help="通知的文号")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["notice"]:
                text = Path(options["notice"]).expanduser().read_text(encoding="utf-8-sig")
                notice = notice_from_csv(text, year=options["year"], source=options["source"])
                actions.load_notice(states.SYSTEM, notice)
            moved = actions.redate(states.SYSTEM, reason=options["reason"])
        except (OSError, CalendarError, Refused) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            rows = [[row.number, row.before.isoformat(), row.after.isoformat()] for row in moved]
            self.stdout.write(json.dumps({"moved": rows}, ensure_ascii=False))
            return
        for row in moved:
            self.stdout.write(f"{row.number}　{row.before} → {row.after}")
        self.stdout.write(f"重新推算完毕，期限变了 {len(moved)} 件")
