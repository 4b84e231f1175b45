"""库的统计：做过之后数据库里有了统计；每天排一次。"""

from __future__ import annotations

import pytest
from django.db import connection

from gongkai.core import statistics
from gongkai.core.jobs import DAILY


@pytest.mark.django_db
def test_the_database_learns_how_much_it_holds(bureau: object) -> None:
    statistics.refresh()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'core_organisation' LIMIT 1")
        else:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'core_organisation'")
        assert int(str(cursor.fetchone()[0]).split(".")[0].split()[0]) > 0
    assert "库的统计" in DAILY
