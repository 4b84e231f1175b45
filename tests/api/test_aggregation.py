"""汇聚：按流水收，校验不符不收，对方撤下跟着撤下，重取不重复。"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile

from gongkai.api import actions as sources
from gongkai.api import aggregation
from gongkai.api.models import Source
from gongkai.api.schemas import checksum
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.records import actions
from gongkai.records.models import Edition, Record, Relation, Site

pytestmark = pytest.mark.django_db(transaction=True)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture
def source(live_server: Any, site: Site, person: Any, settings: Any) -> Source:
    """市门户从市水务局的站点取数：走真的 HTTP，取本机地址须放开。"""
    settings.FETCH_PRIVATE = True
    city = Organisation.objects.get(kind="city")
    portal = Site.objects.create(organisation=city, name="临江市政府门户", domain="city.example")
    return sources.add_source(
        person("cityoffice"),
        site=portal,
        organisation=site.organisation,
        name="市水务局",
        base_url=f"{live_server.url}/api/v1",
        # 收到的也在这个库里、也进流水，只取对方站点的。
        remote_site=site.domain,
    )


def arrived() -> Any:
    return Record.objects.exclude(origin_url="")


def test_records_arrive_once_change_and_are_withdrawn(
    source: Source, make: Any, carry: Any, person: Any
) -> None:
    edition = make()
    actions.attach(person("handler"), edition, ContentFile(PDF, name="a.pdf"), name="附表")
    actions.relate(
        person("handler"), edition, kind=Relation.Kind.BASIS, title="供水条例", url="https://a.cn/1"
    )
    record = carry(edition).record
    assert aggregation.pull(source).received == 1
    copy = arrived().get()
    assert copy.live.title == edition.title and copy.site == source.site
    assert copy.live.attachments.get().sha256 == record.live.attachments.get().sha256
    assert copy.live.relations.get().title == "供水条例"
    person("handler").duties.create(organisation=copy.organisation, role="handler")
    with pytest.raises(Refused, match="来源站点"):
        actions.new_edition(person("handler"), copy)

    second = actions.save_draft(
        person("handler"), actions.new_edition(person("handler"), record), version=1, title="改过的名称"
    )
    carry(second)
    aggregation.pull(source)
    copy.refresh_from_db()
    assert copy.live.title == "改过的名称" and copy.editions.count() == 2

    actions.withdraw(person("office"), record, reason="有误")
    assert aggregation.pull(source).withdrawn == 1
    copy.refresh_from_db()
    assert copy.live is None and copy.withdrawn_reason == "来源站点已撤下"
    assert aggregation.pull(source) == aggregation.Pulled()


def test_a_wrong_checksum_stops_before_it_and_says_so(
    source: Source, make: Any, carry: Any, monkeypatch: Any
) -> None:
    record = carry(make()).record
    real = aggregation._json

    def tampered(url: str) -> Any:
        answer = real(url)
        return answer | {"body": "<p>被换过</p>"} if "/records/" in url else answer

    monkeypatch.setattr(aggregation, "_json", tampered)
    assert aggregation.pull(source).received == 0
    assert "校验值不符" in source.error and source.cursor == 0 and not arrived().exists()
    monkeypatch.undo()
    assert aggregation.pull(source).received == 1 and source.error == ""
    assert arrived().get().live.title == record.live.title


def test_a_dead_neighbour_is_told_plainly(source: Source) -> None:
    source.base_url = "http://127.0.0.1:9/api/v1/"
    aggregation.pull(source)
    assert "连接不上" in source.error


def test_only_the_office_adds_a_source_below_it(source: Source, person: Any, site: Site) -> None:
    values = {"name": "甲", "base_url": "https://a.example/api/v1/"}
    with pytest.raises(Refused, match="协调员"):
        sources.add_source(person("handler"), site=site, organisation=site.organisation, **values)
    other = Organisation.objects.get(name="市财政局")
    with pytest.raises(Refused, match="下级"):
        sources.add_source(person("office"), site=site, organisation=other, **values)
    with pytest.raises(Refused, match="已经登记"):
        values |= {"base_url": source.base_url.rstrip("/"), "remote_site": source.remote_site}
        sources.add_source(person("cityoffice"), site=source.site, organisation=site.organisation, **values)


def test_a_received_body_is_cleaned(source: Source, make: Any, carry: Any) -> None:
    record = carry(make()).record
    Edition.objects.filter(pk=record.live_id).update(body="<p>正文</p><script>alert(1)</script>")
    aggregation.pull(source)
    assert arrived().get().live.body == "<p>正文</p>"


def _changed(monkeypatch: Any, **values: Any) -> None:
    """对方的回答换几栏，校验值照新的算：错的不是传输，是对方的数据。"""
    real = aggregation._json

    def answer(url: str) -> Any:
        found = real(url)
        if "/records/" in url:
            found |= values
            found["sha256"] = checksum(found)
        return found

    monkeypatch.setattr(aggregation, "_json", answer)


def test_odd_data_of_one_source_holds_up_no_other(
    source: Source, make: Any, carry: Any, monkeypatch: Any
) -> None:
    carry(make())
    _changed(monkeypatch, written_on="二〇二六年")
    assert aggregation.pull_all() == 0
    source.refresh_from_db()
    assert "收不下" in source.error and source.cursor == 0 and not arrived().exists()


def test_only_web_addresses_are_taken_over(source: Source, make: Any, carry: Any, monkeypatch: Any) -> None:
    carry(make())
    bad = {"kind": "basis", "title": "条例", "url": "javascript:alert(1)", "target": None}
    _changed(monkeypatch, relations=[bad])
    assert aggregation.pull(source).received == 1
    assert arrived().get().live.relations.get().url == ""
