"""评测场地：临时（或指定）目录里的库与索引，装好 Django。"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def ground(keep: str | None = None) -> Iterator[bool]:
    """场地：给出是否新建；没有指定目录的用完即删。"""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        is_new = not (folder / "gongkai.sqlite3").exists()
        os.environ["GONGKAI_DATA"] = str(folder)
        os.environ["GONGKAI_HOSTS"] = "testserver"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongkai.settings.dev")
        sys.path.insert(0, str(ROOT / "src"))
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield is_new
