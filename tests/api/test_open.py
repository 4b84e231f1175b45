"""开放接口：只有公开的，翻页不重不漏，没变回 304，公式不进表格。"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from gongkai.api.models import Change
from gongkai.api.schemas import checksum
from gongkai.records import actions
from gongkai.records.models import Record

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture
def published(make: Any, carry: Any) -> list[Record]:
    return [carry(make(title=f"第{n}份通知")).record for n in range(5)]


def test_paging_neither_repeats_nor_skips(published: list[Record], make: Any) -> None:
    make(title="没公开的草稿")
    client, seen, cursor = Client(), [], ""
    while True:
        page = client.get("/api/v1/records", {"limit": 2, "cursor": cursor}).json()
        seen += [item["id"] for item in page["items"]]
        if not page["next"]:
            break
        cursor = page["next"]
    assert seen == [record.pk for record in reversed(published)]


def test_filters_and_bad_input(published: list[Record]) -> None:
    client = Client()
    assert client.get("/api/v1/records?kind=plan").json()["items"] == []
    assert len(client.get("/api/v1/records?kind=notice&site=localhost").json()["items"]) == 5
    column = published[0].placements.get().column_id
    assert len(client.get(f"/api/v1/records?column={column}").json()["items"]) == 5
    assert client.get("/api/v1/records?cursor=乱写").status_code == 400
    assert client.get("/api/v1/records?since=昨天").status_code == 422


def test_unchanged_content_is_not_sent_again(published: list[Record], person: Any) -> None:
    client = Client()
    first = client.get("/api/v1/records")
    again = client.get("/api/v1/records", HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304 and not again.content
    actions.withdraw(person("office"), published[0], reason="有误")
    changed = client.get("/api/v1/records", HTTP_IF_NONE_MATCH=first["ETag"])
    assert changed.status_code == 200 and len(changed.json()["items"]) == 4


def test_a_record_carries_its_checksum_and_a_withdrawn_one_is_gone(
    published: list[Record], person: Any
) -> None:
    client, record = Client(), published[0]
    whole = client.get(f"/api/v1/records/{record.pk}").json()
    assert whole["body"].startswith("<p>各供水单位") and whole["sha256"] == checksum(whole)
    actions.withdraw(person("office"), record, reason="有误")
    assert client.get(f"/api/v1/records/{record.pk}").status_code == 404
    flow = client.get("/api/v1/changes?after=0").json()
    assert [item["withdrawn"] for item in flow["items"] if item["record"] == record.pk] == [False, True]
    assert flow["last"] == Change.objects.latest("pk").pk and not flow["more"]


def test_attachments_are_public_only_while_the_record_is(make: Any, carry: Any, person: Any) -> None:
    edition = make()
    actions.attach(person("handler"), edition, ContentFile(PDF, name="a.pdf"), name="附表")
    record = carry(edition).record
    client = Client()
    url = client.get(f"/api/v1/records/{record.pk}").json()["attachments"][0]["url"]
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == PDF and "attachment" in answer["Content-Disposition"]
    actions.withdraw(person("office"), record, reason="有误")
    assert client.get(url).status_code == 404


def test_the_catalogue_opens_in_excel_without_running_formulas(make: Any, carry: Any) -> None:
    carry(make(title="=cmd|' /C calc'!A0"))
    body = b"".join(Client().get("/open/catalogue.csv").streaming_content).decode()
    assert body.startswith("\ufeff索引号,名称")
    assert list(csv.reader(io.StringIO(body)))[1][1] == "'=cmd|' /C calc'!A0"
    lines = b"".join(Client().get("/open/catalogue.jsonl").streaming_content).decode().splitlines()
    assert json.loads(lines[0])["title"].startswith("=cmd")


def test_the_machine_readable_descriptions(site: Any) -> None:
    client = Client()
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert "/api/v1/records" in paths and "/api/v1/changes" in paths
    dataset = client.get("/open/catalog.jsonld").json()["dcat:dataset"][0]
    assert dataset["dct:publisher"] == "市水务局"


def test_lists_count_their_queries(published: list[Record], django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(3):
        Client().get("/api/v1/records")
    with django_assert_max_num_queries(2):
        Client().get("/api/v1/changes")
