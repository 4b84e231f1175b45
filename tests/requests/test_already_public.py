"""边写边看已公开的：按钮、脚本两条路；就是它的，不成申请，只记是哪一件。"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from foi_samples import pdf

from gongkai.audit.models import Entry
from gongkai.requests.models import Case, Draft, DraftFile, FoundAlready


@pytest.fixture
def visitor(agency: Any, site: Any, today: Any, draft: Any, carry: Any) -> Client:
    """网上已有一份检漏通知的来访者。"""
    from gongkai.search.indexer import index_now

    carry(draft)
    index_now()
    return Client()


def seen(answer: Any) -> str:
    return answer.content.decode().replace("<mark>", "").replace("</mark>", "")


def key(page: str) -> str:
    return page.split('name="key" value="')[1].split('"')[0]


def test_the_button_looks_without_scripts_and_keeps_what_was_typed(visitor: Client) -> None:
    data = {"description": "管网检漏通知", "do": "look", "files": pdf()}
    page = seen(visitor.post("/apply/what/", data))
    assert "关于开展管网" in page and "就是它，不用申请了" in page and "管网检漏通知</textarea>" in page
    assert "材料.pdf" in page
    nothing = seen(visitor.post("/apply/what/", {"description": "qzxv wvut", "do": "look"}))
    assert "没有找到相近的" in nothing and not Case.objects.exists()


def test_the_script_gets_a_fragment_and_nothing_is_stored(visitor: Client) -> None:
    page = seen(visitor.post("/apply/look/", {"description": "管网检漏通知"}))
    assert "关于开展管网" in page and "<html" not in page
    assert "就是它" not in seen(visitor.post("/apply/look/", {"description": "管网"}))
    assert not Draft.objects.exists() and visitor.get("/apply/look/").status_code == 405


def test_this_is_it_ends_there_and_keeps_only_which_one(visitor: Client, person: Any) -> None:
    page = seen(visitor.post("/apply/what/", {"description": "管网检漏通知", "do": "look", "files": pdf()}))
    for _n in range(2):
        done = visitor.post("/apply/found/", {"key": key(page)})
    assert "不用申请，已经公开" in seen(done) and "关于开展管网" in seen(done)
    row = FoundAlready.objects.get()
    assert row.title.startswith("关于开展管网") and not Case.objects.exists()
    assert not Draft.objects.exists() and not DraftFile.objects.exists()
    entry = Entry.objects.get(action="requests.found_already")
    assert "管网" not in str(entry.detail)
    staff = Client()
    staff.force_login(person("clerk"))
    assert "未申请已得" in staff.get(reverse("foi:statistics")).content.decode()


def test_the_step_between_has_the_same_button(visitor: Client) -> None:
    visitor.post("/apply/what/", {"description": "管网检漏通知"})
    page = seen(visitor.get("/apply/similar/"))
    assert visitor.post("/apply/found/", {"key": key(page)}).status_code == 200


def test_what_is_gone_is_not_an_answer(visitor: Client) -> None:
    answer = visitor.post("/apply/found/", {"key": "https://evil.example.invalid/"})
    assert answer.headers["Location"] == "/apply/what/" and not FoundAlready.objects.exists()
