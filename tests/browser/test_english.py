"""英文界面：切换、各页无障碍、宽窄屏都不横向溢出。"""

from __future__ import annotations

from typing import Any

import pytest
from visitor import Visitor

from gongkai.search.indexer import index_now
from gongkai.workplans import actions
from gongkai.workplans.models import Assignment

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_pages_fit_in_english(
    chromium: Any,
    live_server: Any,
    ledger: Any,
    site: Any,
    person: Any,
) -> None:
    actions.issue_all(person("office"), ledger)
    actions.release(person("office"), ledger, on=True)
    task = Assignment.objects.get(requirement__number="20", organisation__name="科技信息处")
    index_now()
    visitor = Visitor(chromium, live_server.url, 1280, 375).login("office")
    visitor.open("/").follow("English", within="header").check()
    assert visitor.page.get_attribute("html", "lang") == "en"
    for path in (
        "/plans/",
        f"/plans/{ledger.pk}/",
        "/search/?q=网站",
        "/sitemap/",
        "/feedback/",
        "/staff/board/",
    ):
        visitor.open(path)
    for path in (
        "import/",
        "calendar/",
        f"plans/{ledger.pk}/",
        f"tasks/{task.pk}/",
        f"tasks/{task.pk}/urge/",
    ):
        visitor.open(f"/staff/{path}")
    visitor.open(f"/staff/requirements/{task.requirement_id}/").sees("Responsible unit")
    visitor.follow("Elder mode", within="header").check()
    visitor.follow("简体中文", within="header").sees("承担单位")
