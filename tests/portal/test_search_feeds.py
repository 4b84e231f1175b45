"""查找的订阅：同样的条件，新的在前；没有条件的不给，检索不通说一声。"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from gongkai.search import indexer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def index_folder(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.SEARCH_DIR = tmp_path / "index"
    yield
    indexer.RESIDENT.close()


def test_a_search_can_be_followed(make: Any, carry: Any) -> None:
    for title in ("管网检漏的通知", "水表更换的通知", "无关的公告"):
        carry(make(title=title, body="<p>正文。</p>", summary=title))
    indexer.index_now()
    client = Client()
    rss = ElementTree.fromstring(client.get("/search/feed.xml?q=通知").content)  # noqa: S314
    assert sorted(item.findtext("title", "") for item in rss.iter("item")) == [
        "水表更换的通知",
        "管网检漏的通知",
    ]
    feed = json.loads(client.get("/search/feed.json?q=检漏").content)
    assert [item["title"] for item in feed["items"]] == ["管网检漏的通知"]
    assert feed["feed_url"].endswith("/search/feed.json?q=%E6%A3%80%E6%BC%8F")
    assert b"<feed" in client.get("/search/atom.xml?kind=通知公告").content
    page = client.get("/search/?q=检漏").content.decode()
    assert 'href="/search/atom.xml?q=%E6%A3%80%E6%BC%8F"' in page


def test_without_a_condition_there_is_nothing_to_follow(site: Any) -> None:
    assert Client().get("/search/feed.xml").status_code == 404


def test_a_search_that_is_down_says_so(site: Any) -> None:
    answer = Client().get("/search/feed.xml?q=水")
    assert answer.status_code == 503 and "稍后再试" in answer.content.decode()
