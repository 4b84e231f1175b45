"""办公室的检索页：谁进得来、先看效果再保存、查而未得怎样了结。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongkai.audit.models import Entry
from gongkai.search.models import NotFound, Pin, Synonym

PAGES = ("synonyms/", "pins/", "not-found/")


@pytest.fixture
def client_of(person: Callable[[str], Any]) -> Callable[[str], Client]:
    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(person(username))
        return client

    return sign_in


@pytest.mark.parametrize(
    ("username", "status"),
    [("office", 200), ("city", 200), ("admin", 200), ("handler", 403), ("leader", 403)],
)
def test_only_the_office_comes_in(some: Any, client_of: Any, username: str, status: int) -> None:
    client = client_of(username)
    for page in PAGES:
        assert client.get(f"/staff/search/{page}").status_code == status
    assert Client().get("/staff/search/pins/").status_code == 302


def test_synonyms_show_the_effect_before_saving(some: Any, client_of: Any) -> None:
    client = client_of("office")
    page = client.post("/staff/search/synonyms/", {"words": "水费单价、水价", "do": "preview"})
    text = page.content.decode()
    before, after = text.split("保存以后")[:2]
    assert "关于调整居民阶梯水价的通知" in after and "没有结果" in before
    assert not Synonym.objects.exists()
    client.post("/staff/search/synonyms/", {"words": "水费单价、水价", "do": "save"})
    row = Synonym.objects.get()
    assert (
        row.words == ["水费单价", "水价"] and Entry.objects.filter(action="search.save_synonym").count() == 1
    )
    client.post(f"/staff/search/synonyms/?edit={row.pk}", {"words": "水费单价 水价 水价格", "do": "save"})
    row.refresh_from_db()
    assert row.words == ["水费单价", "水价", "水价格"]
    text = client.post(
        "/staff/search/synonyms/", {"words": "水价", "do": "save"}, follow=True
    ).content.decode()
    assert "至少要两个词" in text and 'value="水价"' in text
    values = {"words": "水费单价、水价", "one_way": "1", "do": "save"}
    client.post(f"/staff/search/synonyms/?edit={row.pk}", values)
    row.refresh_from_db()
    assert row.one_way and str(row) == "水费单价 → 水价"
    page = client.get(f"/staff/search/synonyms/?edit={row.pk}").content.decode()
    assert 'name="one_way" value="1" checked' in page and "水费单价 → 水价" in page
    assert client.get("/staff/search/synonyms/?edit=x").status_code == 200
    client.post(f"/staff/search/synonyms/{row.pk}/remove/")
    assert not Synonym.objects.exists()


def test_pins_show_the_new_order_beside_the_old(some: Any, client_of: Any) -> None:
    client = client_of("office")
    page = client.get("/staff/search/pins/", {"query": "供水"}).content.decode()
    assert 'value="test.item:1"' in page
    chosen = {"query": "水", "keys": ["test.item:6"]}
    text = client.post("/staff/search/pins/", chosen | {"do": "preview"}).content.decode()
    after = text.split("保存以后")[1]
    assert after.index("取水许可证办理指南") < after.index("临江市城市供水条例") and not Pin.objects.exists()
    client.post("/staff/search/pins/", chosen | {"do": "save"})
    pin = Pin.objects.get()
    assert "推荐" in Client().get("/search/", {"q": "水"}).content.decode()
    client.post(f"/staff/search/pins/{pin.pk}/remove/")
    assert "推荐" not in Client().get("/search/", {"q": "水"}).content.decode()


def test_what_was_not_found_is_settled_and_comes_back_when_missed_again(some: Any, client_of: Any) -> None:
    from gongkai.search import memory

    client = client_of("office")
    memory.missed(NotFound.Kind.SEARCH, "航天发射计划")
    memory.flush()
    row = NotFound.objects.get()
    assert "航天发射计划" in client.get("/staff/search/not-found/").content.decode()
    client.post(f"/staff/search/not-found/{row.pk}/settle/")
    assert "航天发射计划" not in client.get("/staff/search/not-found/").content.decode()
    assert "航天发射计划" in client.get("/staff/search/not-found/?state=done").content.decode()
    memory.missed(NotFound.Kind.SEARCH, "航天发射计划")
    memory.flush()
    row.refresh_from_db()
    assert row.count == 2 and row.state == NotFound.State.OPEN


def test_lists_take_few_queries(some: Any, client_of: Any, person: Any) -> None:
    client = client_of("office")
    Synonym.objects.create(words=["甲", "乙"], author=person("office"))
    Pin.objects.create(query="甲", normal="甲", author=person("office"))
    NotFound.objects.create(kind="search", text="甲")
    for page in PAGES:
        client.get(f"/staff/search/{page}")
        with CaptureQueriesContext(connection) as few:
            client.get(f"/staff/search/{page}")
        for number in range(5):
            Synonym.objects.create(words=[f"甲{page}{number}", f"乙{number}"], author=person("office"))
            Pin.objects.create(query=f"{page}{number}", normal=f"{page}{number}", author=person("office"))
            NotFound.objects.create(kind="search", text=f"{page}{number}")
        with CaptureQueriesContext(connection) as more:
            client.get(f"/staff/search/{page}")
        assert len(more) == len(few) <= 12
