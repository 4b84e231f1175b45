"""裁剪样式：由 vendor/govuk-frontend.min.css 得出 govuk-subset.css；模板用了新的 govuk- 类之后运行。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

import gongkai
from gongkai.portal.purging import purge, used_classes
from gongkai.portal.styles import SUBSET

HEAD = "/* 由 manage.py build_css 从 vendor/govuk-frontend.min.css 裁出，不要手改。 */\n"


def built() -> str:
    """应有的内容。"""
    source = SUBSET.parent / "vendor" / "govuk-frontend.min.css"
    return HEAD + purge(source.read_text(encoding="utf-8"), used_classes(Path(gongkai.__file__).parent))


class Command(BaseCommand):
    help = "裁剪 govuk-frontend 的样式"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="只查是不是最新，不写")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = built()
        if options["check"]:
            if SUBSET.read_text(encoding="utf-8") != wanted:
                raise CommandError("govuk-subset.css 不是最新的，请运行 python manage.py build_css")
        else:
            SUBSET.write_text(wanted, encoding="utf-8")
        self.stdout.write(f"{SUBSET.name}：{len(wanted.encode())} 字节")
