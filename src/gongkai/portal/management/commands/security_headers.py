"""安全头命令：列出公众页面的安全头；--nginx 写成 nginx 的样子。"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gongkai.portal.headers import SECURITY_HEADERS


def nginx_lines() -> str:
    """nginx 写法：每头一行 add_header，错误页也带。"""
    return "".join(f'add_header {name} "{value}" always;\n' for name, value in SECURITY_HEADERS)


class Command(BaseCommand):
    help = "列出公众页面的安全头"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--nginx", action="store_true", help="写成 nginx 配置")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["nginx"]:
            self.stdout.write(nginx_lines(), ending="")
        else:
            text = json.dumps(dict(SECURITY_HEADERS), ensure_ascii=False, indent=2)
            self.stdout.write(text)
