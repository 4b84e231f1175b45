"""信息从起草到公开、改版、撤销、撤下的整条路。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gongkai.audit.actions import verify
from gongkai.audit.models import Entry
from gongkai.core.states import Refused
from gongkai.records import actions, queries, reviews, states
from gongkai.records.kinds import Kind
from gongkai.records.models import Column, Edition, Record

pytestmark = pytest.mark.django_db
S = Edition.State


def test_a_notice_passes_four_hands_and_goes_live(draft: Edition, carry: Any) -> None:
    live = carry(draft)
    record = Record.objects.get(pk=live.record_id)
    assert record.live == live and live.state == S.PUBLISHED
    assert record.index_number == f"11440100007482045D/{timezone.localdate().year}-00001"
    assert [row.step for row in live.reviews.all()] == ["pass_head", "pass_secrecy", "sign"]
    assert [p.column.slug for p in record.placements.all()] == ["notices"]
    assert list(queries.public_records()) == [record]
    assert Entry.objects.filter(action="records.edition.publish").count() == 1
    assert not verify()


def test_nobody_takes_two_steps(draft: Edition, person: Any) -> None:
    # 拟稿人就算兼任负责人也不能审自己的稿。
    handler = person("handler")
    handler.duties.create(organisation=draft.record.organisation, role="head")
    moved = actions.move(handler, draft, "submit")
    with pytest.raises(Refused, match="由您拟稿"):
        actions.move(person("handler"), moved, "pass_head")
    head = person("head")
    head.duties.create(organisation=draft.record.agency, role="secrecy")
    moved = actions.move(person("head"), moved, "pass_head")
    with pytest.raises(Refused, match="另一环节"):
        actions.move(person("head"), moved, "pass_secrecy")


def test_whoever_submits_a_draft_does_not_pass_it(draft: Edition, person: Any) -> None:
    moved = actions.move(person("head"), draft, "submit")
    with pytest.raises(Refused, match="由您送审"):
        actions.move(person("head"), moved, "pass_head")


def test_a_normative_document_needs_the_legal_review(make: Any, person: Any) -> None:
    edition = make(
        kind=Kind.NORMATIVE,
        document_number="临水规〔2026〕1号",
        effective_on=date(2026, 3, 1),
        expires_on=date(2031, 2, 28),
        fields={"legality_opinion": "临水法审〔2026〕1号"},
    )
    edition = actions.move(person("handler"), edition, "submit")
    edition = actions.move(person("head"), edition, "pass_head")
    names = [t.name for t in states.EDITION.available(edition, person("secrecy"))]
    assert names == ["pass_secrecy_to_legal", "refer", "return_secrecy"]
    form = reviews.clear_form(edition.record.agency)
    edition = actions.move(person("secrecy"), edition, "pass_secrecy_to_legal", form=form)
    assert edition.state == S.LEGAL


def test_the_gate_names_every_missing_field(make: Any, person: Any) -> None:
    edition = make(kind=Kind.PLAN, summary="", fields={"plan_class": "special", "period_from": "二〇二一"})
    with pytest.raises(Refused) as refused:
        actions.move(person("handler"), edition, "submit")
    codes = {refusal.code for refusal in refused.value.refusals}
    assert {
        "gate:summary",
        "gate:fields.sector",
        "gate:fields.approved_on",
        "gate:fields.period_from",
    } <= codes
    edition.refresh_from_db()
    assert edition.state == S.DRAFT


def test_what_changed_after_signing_is_not_published(draft: Edition, carry: Any, person: Any) -> None:
    signed = carry(draft, until="sign")
    Edition.objects.filter(pk=signed.pk).update(body="<p>换过的正文</p>")
    signed.refresh_from_db()
    with pytest.raises(Refused, match="与签发时不一致"):
        actions.publish(person("office"), signed)


def test_a_new_edition_stands_beside_the_live_one_until_published(
    draft: Edition, carry: Any, person: Any
) -> None:
    live = carry(draft)
    second = actions.new_edition(person("handler"), live.record)
    assert Record.objects.get(pk=live.record_id).live == live
    with pytest.raises(Refused, match="已有一版"):
        actions.new_edition(person("handler"), live.record)
    second = actions.save_draft(person("handler"), second, version=1, title="第二版")
    second = carry(second)
    live.refresh_from_db()
    assert live.state == S.SUPERSEDED
    restored = actions.undo_publication(person("office"), second.record, reason="数据有误")
    assert restored == live
    record = Record.objects.get(pk=live.record_id)
    assert record.live == live and record.live.state == S.PUBLISHED
    second.refresh_from_db()
    assert second.state == S.WITHDRAWN


def test_two_editors_never_lose_each_others_words(draft: Edition, person: Any) -> None:
    actions.save_draft(person("handler"), draft, version=1, title="甲改的")
    with pytest.raises(actions.Conflict) as conflict:
        actions.save_draft(person("head"), draft, version=1, title="乙改的")
    assert conflict.value.theirs.title == "甲改的"


def test_a_withdrawn_record_is_gone_and_says_why(draft: Edition, carry: Any, person: Any) -> None:
    record = carry(draft).record
    with pytest.raises(Refused, match="理由"):
        actions.withdraw(person("office"), record, reason=" ")
    actions.withdraw(person("office"), record, reason="含个人信息")
    record.refresh_from_db()
    assert record.live is None and record.withdrawn_reason == "含个人信息"
    assert not queries.public_records().exists()


def test_the_scheduled_one_waits_for_its_time(draft: Edition, carry: Any, person: Any) -> None:
    signed = carry(draft, until="sign")
    later = timezone.now() + timedelta(hours=1)
    with pytest.raises(Refused, match="已经过去"):
        actions.schedule(person("office"), signed, at=timezone.now() - timedelta(minutes=1))
    waiting = actions.schedule(person("office"), signed, at=later)
    with pytest.raises(Refused):
        actions.publish_scheduled(waiting)
    Edition.objects.filter(pk=waiting.pk).update(publish_at=timezone.now())
    assert actions.publish_scheduled(waiting).state == S.PUBLISHED


def test_fixed_sections_refuse_news(make: Any, carry: Any, person: Any, site: Any) -> None:
    record = carry(make(kind=Kind.NEWS)).record
    section = Column.objects.get(site=site, slug="guide")
    with pytest.raises(Refused, match="不收新闻"):
        actions.pick(person("office"), record, section)


def test_outsiders_see_nothing(draft: Edition, person: Any, outsider: Any) -> None:
    assert not Edition.objects.visible_to(outsider).exists()
    assert not Edition.objects.visible_to(person("city")).exists()
    assert not Edition.objects.visible_to(person("fagui")).exists()
    assert Edition.objects.visible_to(person("secrecy")).exists()
    with pytest.raises(Refused, match="职责"):
        actions.move(outsider, draft, "submit")
