"""导航：每人只看见用得到的，当前页标得准。"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from gongkai.accounts.navigation import Entry, register, staff_nav

pytestmark = pytest.mark.django_db


def seen(person: Any, path: str) -> dict[str, list[str]]:
    request = RequestFactory().get(path)
    request.user = person
    return {section.label: [item["url"] for item in section.items] for section in staff_nav(request)}


def test_each_role_sees_its_own_entries(bureau: Any, person: Any) -> None:
    assert seen(AnonymousUser(), "/") == {}
    assert "/staff/people/" in seen(person("admin"), "/staff/")["管理"]
    handler = seen(person("handler"), "/staff/")
    assert "/staff/my/" in handler["工作要点"] and "管理" not in handler


def test_every_entry_opens_for_whoever_sees_it(bureau: Any, person: Any) -> None:
    for username in ("office", "handler", "head", "secrecy", "leader", "city", "auditor", "admin"):
        client = Client()
        client.force_login(person(username))
        sections = seen(person(username), "/staff/")
        assert sections
        for urls in sections.values():
            for url in urls:
                assert client.get(url, follow=True).status_code == 200, (username, url)


def test_the_longest_match_is_current(bureau: Any, person: Any) -> None:
    request = RequestFactory().get("/staff/board/")
    request.user = person("office")
    current = [item["url"] for section in staff_nav(request) for item in section.items if item["current"]]
    assert current == ["/staff/board/"]


def test_an_unknown_section_is_refused() -> None:
    with pytest.raises(ValueError, match="导航组"):
        register(Entry("nowhere", "portal:home", "首页"))
