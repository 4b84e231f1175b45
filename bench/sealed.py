#!/usr/bin/env python3
"""加密存储的速度：写、读、换密钥各多少 MB/s，存一份 100 kB 的要多久；与不加密的比。

用法：nice .venv/bin/python bench/sealed.py [MB]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongkai.settings.dev")
SMALL = 200


def seconds(run: Callable[[], Any]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.files.base import ContentFile
    from django.core.files.storage import FileSystemStorage

    from gongkai.core.vault import CHUNK, SealedStorage

    size = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    data = os.urandom(size * 2**20)

    def read(storage: FileSystemStorage) -> None:
        with storage.open("large") as file:
            while file.read(CHUNK):
                pass

    with tempfile.TemporaryDirectory() as folder:
        for kind, name in ((FileSystemStorage, "不加密"), (SealedStorage, "加密")):
            storage = kind(location=Path(folder) / kind.__name__)
            wrote = seconds(lambda storage=storage: storage.save("large", ContentFile(data)))
            took = seconds(lambda storage=storage: read(storage))
            small = seconds(
                lambda storage=storage: [
                    storage.save(f"small{n}", ContentFile(data[:100_000])) for n in range(SMALL)
                ]
            )
            print(f"{name}：写 {size / wrote:.0f} MB/s，读 {size / took:.0f} MB/s", end="；")
            print(f"存一份 100 kB {small / SMALL * 1000:.2f} 毫秒")
        settings.FIELD_KEYS = ["another-key-of-more-than-32-characters!", *settings.FIELD_KEYS]
        changed = seconds(lambda: storage.reseal("large"))
        print(f"换密钥（读、写、落盘、读回来核对）：{size / changed:.0f} MB/s")


if __name__ == "__main__":
    main()
