"""漏洞：职责分离、撤下、解读随发、固定栏目、编号格式、每日任务，各有一条绕得过去的路，都堵上。"""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.records import actions, publishing, queries, site_actions, tasks, upkeep, validity
from gongkai.records.kinds import Kind, fields_of
from gongkai.records.models import Column, Edition, Placement, Record, Site
from gongkai.records.receiving import Arrival, receive, receive_withdrawal
from gongkai.search.models import SearchDocument

pytestmark = pytest.mark.django_db
S = Edition.State
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf"
    "c0f01f0005000201ff5b1fb5660000000049454e44ae426082"
)


def test_what_was_recalled_is_reviewed_again_by_the_same_people(
    draft: Edition, carry: Any, person: Any
) -> None:
    passed = carry(draft, until="pass_head")
    actions.move(person("handler"), passed, "recall", reason="补一段")
    client = Client()
    client.force_login(person("head"))
    page = client.get(reverse("desk:edition", args=[draft.pk])).content.decode()
    assert "收回修改<br>" in page and "补一段" in page
    assert carry(draft, until="pass_head").state == S.SECRECY


@pytest.mark.parametrize("way", ["save", "attach"])
def test_who_wrote_in_a_draft_does_not_review_it(draft: Edition, person: Any, way: str) -> None:
    head = person("head")
    if way == "save":
        actions.save_draft(head, draft, version=draft.version, title="负责人改过的名称")
    else:
        actions.attach(head, draft, ContentFile(PDF, name="a.pdf"), name="附表")
    actions.move(person("handler"), draft, "submit")
    with pytest.raises(Refused, match="由您拟稿"):
        actions.move(head, draft, "pass_head")


def test_a_withdrawal_stops_what_was_scheduled(draft: Edition, carry: Any, person: Any) -> None:
    record = carry(draft).record
    signed = carry(actions.new_edition(person("handler"), record), until="sign")
    actions.schedule(person("office"), signed, at=timezone.now() + timedelta(hours=1))
    actions.withdraw(person("office"), record, reason="涉及个人信息")
    Edition.objects.filter(pk=signed.pk).update(publish_at=timezone.now())
    assert publishing.publish_due() == 0
    assert not queries.public_records().exists()


def test_a_withdrawn_record_is_corrected_and_undone_without_bringing_back_the_old(
    draft: Edition, carry: Any, person: Any
) -> None:
    record = carry(draft).record
    carry(actions.new_edition(person("handler"), record))
    actions.withdraw(person("office"), record, reason="涉及个人信息")
    record.refresh_from_db()
    third = carry(actions.new_edition(person("handler"), record))
    assert third.number == 3 and queries.public_records().get() == record
    assert actions.undo_publication(person("office"), record, reason="仍有错") is None
    assert not queries.public_records().exists()


def test_only_what_is_open_goes_out_with_its_document(
    make: Any, carry: Any, interpret: Any, person: Any
) -> None:
    document = carry(make(), until="sign")
    reading = interpret(document)
    actions.save_draft(person("handler"), reading, version=reading.version, openness="on_request")
    reading = carry(reading, until="sign")
    assert actions.publish(person("office"), document).state == S.PUBLISHED
    reading.refresh_from_db()
    assert reading.state == S.SIGNED


def test_the_system_publishes_no_interpretation_of_another_agency(
    make: Any, carry: Any, interpret: Any, person: Any
) -> None:
    document = carry(make(), until="sign")
    reading = carry(interpret(document), until="sign")
    other = Organisation.objects.get(name="市财政局")
    Record.objects.filter(pk=reading.record_id).update(organisation=other, agency=other)
    waiting = actions.schedule(person("office"), document, at=timezone.now() + timedelta(hours=1))
    Edition.objects.filter(pk=waiting.pk).update(publish_at=timezone.now())
    assert publishing.publish_due() == 1
    reading.refresh_from_db()
    document.refresh_from_db()
    assert (document.state, reading.state) == (S.PUBLISHED, S.SIGNED)


def test_a_picture_changed_on_disk_stops_the_publication(
    draft: Edition, carry: Any, person: Any, settings: Any
) -> None:
    from gongkai.records import drafts
    from gongkai.records.models import Picture

    handler = person("handler")
    found = drafts.clean_body(
        handler,
        handler.organisation,
        f'<p>图</p><img alt="图" src="data:image/png;base64,{b64encode(PNG).decode()}">',
    )
    actions.save_draft(handler, draft, version=draft.version, body=found.html)
    signed = carry(draft, until="sign")
    Path(Picture.objects.get().file.path).write_bytes(b"changed")
    with pytest.raises(Refused, match="与签发时不一致"):
        actions.publish(person("office"), signed)


def test_undoing_brings_back_no_changed_file(draft: Edition, carry: Any, person: Any) -> None:
    row = actions.attach(person("handler"), draft, ContentFile(PDF, name="a.pdf"), name="附表")
    record = carry(draft).record
    second = actions.new_edition(person("handler"), record)
    actions.detach(person("handler"), second.attachments.get())
    carry(second)
    Path(row.file.path).write_bytes(b"changed")
    with pytest.raises(Refused, match="附表"):
        actions.undo_publication(person("office"), record, reason="有误")
    record.refresh_from_db()
    assert record.live == second


def test_fixed_sections_refuse_news_below_them_and_by_any_rule(
    make: Any, carry: Any, person: Any, site: Any
) -> None:
    news = carry(make(kind=Kind.NEWS, theme="供水")).record
    below = Column.objects.get(site=site, slug="statistics")
    with pytest.raises(Refused, match="不收新闻"):
        actions.pick(person("office"), news, below)
    site_actions.save_column(person("office"), site, below, rule={"themes": ["供水"]})
    assert not Placement.objects.filter(column=below).exists()
    carry(make(kind=Kind.NEWS, theme="供水"))
    assert not Placement.objects.filter(column=below).exists()
    notice = carry(make(theme="供水")).record
    assert Placement.objects.get(column=below).record == notice


@pytest.mark.parametrize(
    "pattern",
    ["{code}", "{code}/{serial}", "{year}-{code}", "{year}{serial:099999999d}", "{year.real}{serial}", "{"],
)
def test_a_pattern_that_would_repeat_or_break_is_refused(site: Any, person: Any, pattern: str) -> None:
    with pytest.raises(ValidationError, match="重号"):
        site_actions.save_site(person("office"), site, index_pattern=pattern)


@pytest.mark.parametrize("year", ["²⁰²⁶", "20260101", "0", "26"])
def test_a_year_is_four_digits(year: str) -> None:
    field = next(field for field in fields_of(Kind.PLAN) if field.name == "period_from")
    assert field.problem(year) and not field.problem("2026")


def test_one_record_that_cannot_be_computed_holds_up_no_other(
    make: Any, carry: Any, monkeypatch: Any
) -> None:
    extra = {
        "kind": Kind.REGULATION,
        "document_number": "穗府令第1号",
        "effective_on": timezone.localdate() - timedelta(days=30),
    }
    first, second = [Record.objects.get(pk=_published(make, n, extra)) for n in (1, 2)]
    Record.objects.filter(pk__in=[first.pk, second.pk]).update(validity="pending")
    real = validity.compute

    def compute(record: Record, *rest: Any) -> Any:
        if record.pk == first.pk:
            raise ValueError("坏数据")
        return real(record, *rest)

    monkeypatch.setattr(validity, "compute", compute)
    with pytest.raises(RuntimeError, match=str(first.pk)):
        validity.refresh_all(timezone.localdate())
    second.refresh_from_db()
    assert second.validity == "in_force"


def _published(make: Any, n: int, extra: dict[str, Any]) -> int:
    from gongkai.records.actions import fill, go_live

    edition = make(title=f"第{n}件", **{"kind": extra["kind"]}, body="")
    fill(edition, {key: value for key, value in extra.items() if key != "kind"}, official=True)
    edition.state, edition.published_at = S.PUBLISHED, timezone.now()
    edition.save()
    go_live(edition.record, edition)
    return edition.record.pk


def test_a_reason_too_long_to_keep_does_not_change_every_day(make: Any, carry: Any) -> None:
    old, new = (_published(make, n, {"kind": Kind.NORMATIVE}) for n in (1, 2))
    newer = Edition.objects.get(record=new)
    Edition.objects.filter(pk=newer.pk).update(title="长" * 300)
    newer.relations.create(kind="repeals", target_id=old)
    validity.refresh_all(timezone.localdate())
    assert validity.refresh_all(timezone.localdate()) == 0


def test_the_city_sees_no_draft_of_a_published_record_in_the_list(
    draft: Edition, carry: Any, person: Any
) -> None:
    record = carry(draft).record
    second = actions.new_edition(person("handler"), record)
    actions.save_draft(person("handler"), second, version=1, title="还没公开的新名称")
    client = Client()
    client.force_login(person("city"))
    url = reverse("desk:library")
    assert (
        record.index_number in client.get(url).content.decode()
        or draft.title in client.get(url).content.decode()
    )
    assert "还没公开的新名称" not in client.get(url).content.decode()
    found = client.get(url, {"q": "还没公开"})
    assert list(found.context["page_obj"]) == []


def test_one_kind_of_upkeep_that_fails_holds_up_no_other(site: Any, monkeypatch: Any) -> None:
    def broken(today: Any) -> Any:
        raise ValueError("坏数据")

    done: list[str] = []
    finders = dict.fromkeys(upkeep.FINDERS, lambda today: done.append("做了") or iter(()))
    monkeypatch.setattr(upkeep, "FINDERS", finders | {next(iter(finders)): broken})
    with pytest.raises(RuntimeError, match=str(next(iter(finders)))):
        upkeep.keep(timezone.localdate())
    assert len(done) == len(finders) - 1


def test_a_site_put_out_of_use_is_out_of_every_exit(
    draft: Edition, carry: Any, person: Any, site: Any
) -> None:
    record = carry(draft).record
    Site.objects.filter(pk=site.pk).update(is_default=False)
    site.refresh_from_db()
    visitor = Client()
    assert visitor.get(f"/api/v1/records/{record.pk}").status_code == 200
    assert SearchDocument.objects.filter(published=True, title=draft.title).exists()
    site_actions.save_site(person("office"), site, is_active=False)
    assert visitor.get(f"/api/v1/records/{record.pk}").status_code == 404
    lines = b"".join(visitor.get("/open/catalogue.jsonl").streaming_content).decode()
    assert draft.title not in lines
    assert tasks.follow_site.func(site=site.pk) == 1
    assert not SearchDocument.objects.filter(published=True, title=draft.title).exists()
    site_actions.save_site(person("office"), site, is_active=True)
    tasks.follow_site.func(site=site.pk)
    assert SearchDocument.objects.filter(published=True, title=draft.title).exists()


def test_what_the_office_withdrew_does_not_come_back_from_its_source(person: Any, site: Any) -> None:
    handler, office = person("handler"), person("office")
    arrival = {
        "url": "https://a.example/content/post_1.html",
        "kind": "notice",
        "published_at": timezone.now(),
    }

    def arrive(title: str) -> Any:
        values = {"title": title, "body": "<p>正文</p>"}
        found = Arrival(sha256=title, values=values, **arrival)
        return receive(handler, site=site, organisation=handler.organisation, arrival=found)

    record = arrive("第一稿")
    receive_withdrawal(site=site, url=record.origin_url)
    assert arrive("第二稿") is not None, "对方撤了又发的，照收"
    actions.withdraw(office, record, reason="涉及个人信息")
    assert arrive("第三稿") is None
    assert not queries.public_records().exists()
