"""测试公用：演示的局与账号。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def bureau(db: Any, settings: Any, tmp_path: Any) -> Any:
    """演示的市水务局，含组织树和各角色账号；上传的文件放在临时目录。"""
    from gongkai.workplans import demo

    settings.MEDIA_ROOT = tmp_path / "files"
    return demo.seed()


@pytest.fixture
def person(bureau: Any) -> Callable[[str], Any]:
    """按账号名取用户。"""
    from gongkai.accounts.models import User

    return lambda username: User.objects.get(username=username)


@pytest.fixture
def ledger(bureau: Any, person: Callable[[str], Any]) -> Any:
    """已导入示例分工表的 2026 年台账。"""
    from gongkai.workplans import actions, demo

    office = person("office")
    draft = actions.draft_import(office, bureau, path=demo.SAMPLE, filename="plan.txt", year=2026)
    return actions.commit_import(office, draft)
