"""发到期提醒；由系统定时任务每天运行一次。"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from gongkai.workplans.reminders import remind_due


class Command(BaseCommand):
    help = "给到档（−7、−3、0、+1 个工作日）的任务发提醒"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        sent = remind_due(timezone.localdate())
        self.stdout.write(json.dumps({"sent": sent}) if options["json"] else f"已发提醒 {sent} 条")
