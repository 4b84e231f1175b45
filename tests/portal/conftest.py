"""门户测试公用：演示的站点和全部演示信息。"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings

from gongkai.portal import demo
from gongkai.records import demo as library
from gongkai.records.models import Edition, Record, Site
from gongkai.workplans import demo as staff


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[tuple[int, Path]]:
    """全部演示信息，一个文件里的测试共用：播在外层事务里，各测试只回滚自己的改动。返回站点编号和附件目录。"""
    files = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=files):
        with transaction.atomic():
            found = library.seed(staff.seed())
            found.domain = "testserver"
            found.save()
            demo.seed(found)
            # 交出去的时候把权限收回，由各测试自己的 db 来开。
            with django_db_blocker.block():
                yield found.pk, files
            transaction.set_rollback(True)


@pytest.fixture
def published(world: tuple[int, Path], bureau: Any, settings: Any) -> Any:
    """演示站点和全部演示信息。"""
    settings.MEDIA_ROOT = world[1]
    return Site.objects.get(pk=world[0])


@pytest.fixture
def titled(published: Any) -> Any:
    """按标题取信息。"""
    return lambda title: Record.objects.get(pk=Edition.objects.filter(title=title).first().record_id)


@pytest.fixture
def visitor() -> Client:
    return Client()
