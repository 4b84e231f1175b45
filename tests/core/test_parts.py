"""分段取数：边取边写，别的进程其间写过也不妨碍。"""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from django.db import OperationalError, connection

from gongkai.core.models import Organisation
from gongkai.core.parts import in_parts

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere() -> None:
    """另一个连接上写一行。"""

    def write() -> None:
        Organisation.objects.filter(name="甲1").update(kind="agency")
        connection.close()

    thread = Thread(target=write)
    thread.start()
    thread.join()


def walk(rows: Any) -> list[str]:
    seen = []
    for row in rows:
        elsewhere()
        Organisation.objects.filter(pk=row.pk).update(kind="division")
        seen.append(row.name)
    return seen


def test_another_writer_does_not_stop_a_long_loop() -> None:
    for number in range(5):
        Organisation.objects.create(name=f"甲{number}", kind="agency")
    rows = Organisation.objects.order_by("name")
    assert walk(in_parts(rows, 2)) == [f"甲{number}" for number in range(5)]
    if connection.vendor == "sqlite":
        with pytest.raises(OperationalError, match="locked"):
            walk(Organisation.objects.iterator(chunk_size=2))
        connection.close()  # 没读完的游标随连接放开
