"""时效：由日期和关系每天算，变了就记、就通知。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gongkai.core.states import Refused
from gongkai.records import actions, tasks, upkeep, validity
from gongkai.records.kinds import Kind
from gongkai.records.models import Edition, Record, ValidityChange, WorkItem
from gongkai.records.signals import record_changed

pytestmark = pytest.mark.django_db
V = Record.Validity


@pytest.fixture
def policy(make: Any, carry: Any) -> Any:
    def build(number: int, **values: Any) -> Record:
        values = {"document_number": f"临水〔2026〕{number}号", "effective_on": date(2026, 1, 10)} | values
        return Record.objects.get(
            pk=carry(make(kind=Kind.POLICY, title=f"第{number}号办法", **values)).record_id
        )

    return build


@pytest.fixture
def changed() -> Iterator[list[int]]:
    seen: list[int] = []

    def note(sender: Any, record: Record, **kwargs: Any) -> None:
        seen.append(record.pk)

    record_changed.connect(note)
    yield seen
    record_changed.disconnect(note)


def test_a_document_lapses_by_itself_the_day_after(policy: Any, changed: list[int]) -> None:
    record = policy(1, expires_on=date(2030, 12, 31))
    assert (record.validity, record.validity_since) == (V.IN_FORCE, date(2026, 1, 10))
    changed.clear()
    assert validity.refresh_all(date(2030, 12, 31)) == 0
    assert tasks.keep_validity.func(day="2031-01-01") == 1
    record.refresh_from_db()
    assert record.validity == V.LAPSED and "自动失效" in record.validity_why
    assert changed == [record.pk], "页面要重做"
    last = ValidityChange.objects.filter(record=record).first()
    assert last and (last.before, last.after, last.on) == (V.IN_FORCE, V.LAPSED, date(2031, 1, 1))
    assert validity.refresh_all(date(2031, 1, 2)) == 0


def test_what_a_published_document_repeals_follows_at_once(
    policy: Any, make: Any, carry: Any, person: Any, changed: list[int]
) -> None:
    amended, repealed = policy(1), policy(2)
    draft = make(
        kind=Kind.POLICY, title="新办法", document_number="临水〔2026〕9号", effective_on=date(2026, 1, 20)
    )
    handler = person("handler")
    actions.relate(handler, draft, kind="amends", target=amended)
    actions.relate(handler, draft, kind="repeals", target=repealed, effective_on=date(2026, 2, 1))
    amended.refresh_from_db()
    assert amended.validity == V.IN_FORCE, "没公开的关系不生效"
    changed.clear()
    new = carry(draft).record
    for record, state in ((amended, V.AMENDED), (repealed, V.REPEALED)):
        record.refresh_from_db()
        assert record.validity == state and "临水〔2026〕9号" in record.validity_why
    assert set(changed) == {new.pk, amended.pk, repealed.pk}
    actions.withdraw(person("office"), Record.objects.get(pk=new.pk), reason="发错")
    repealed.refresh_from_db()
    assert repealed.validity == V.IN_FORCE, "撤下的文件废止不了别人"


def test_a_new_edition_without_the_relation_gives_the_target_back(
    policy: Any, make: Any, carry: Any, person: Any
) -> None:
    target, handler = policy(1), person("handler")
    draft = make(
        kind=Kind.POLICY, title="新办法", document_number="临水〔2026〕9号", effective_on=date(2026, 1, 20)
    )
    actions.relate(handler, draft, kind="repeals", target=target)
    live = carry(draft)
    second = actions.new_edition(handler, Record.objects.get(pk=live.record_id))
    actions.unrelate(handler, second.relations.get())
    carry(second)
    target.refresh_from_db()
    assert target.validity == V.IN_FORCE


def test_a_plan_past_its_end_is_never_current(make: Any, carry: Any, plan_fields: Any) -> None:
    record = Record.objects.get(
        pk=carry(make(kind=Kind.PLAN, title="供水“十四五”规划", fields=plan_fields)).record_id
    )
    assert record.validity == (V.LAPSED if timezone.localdate().year > 2025 else V.IN_FORCE)
    Record.objects.update(validity=V.IN_FORCE)
    validity.refresh_all(date(2026, 1, 1))
    record.refresh_from_db()
    assert record.validity == V.LAPSED
    upkeep.keep(date(2026, 1, 1))
    assert WorkItem.objects.get(kind="plan_ended").record == record
    gaps = sorted(WorkItem.objects.filter(kind="missing_period").values_list("text", flat=True))
    assert len(gaps) == 4 and "供水缺“十一五”规划（2006—2010）" in gaps[0]


def test_expiry_is_warned_at_180_90_30_days_once(policy: Any, person: Any) -> None:
    record = policy(1, expires_on=date(2030, 12, 31))
    for today, days in ((180, "180"), (100, "180"), (90, "90"), (30, "30")):
        upkeep.keep(date(2030, 12, 31) - timedelta(days=today))
        item = WorkItem.objects.get(kind="expiring", closed_at=None)
        assert item.key.split(":")[2] == days and item.record == record
    assert WorkItem.objects.filter(kind="expiring").count() == 3
    assert WorkItem.objects.visible_to(person("handler")).filter(pk=item.pk).exists()
    with pytest.raises(Refused, match="怎样处理"):
        upkeep.close(person("handler"), item, note=" ")
    with pytest.raises(Refused, match="职责"):
        upkeep.close(person("secrecy"), item, note="x")
    upkeep.close(person("handler"), item, note="已报请延长")
    upkeep.keep(date(2030, 12, 2))
    assert not WorkItem.objects.filter(kind="expiring", closed_at=None).exists(), "人结的不再开"
    upkeep.keep(date(2031, 1, 1))


def test_refusals_come_up_again(make: Any) -> None:
    edition = make(openness="refused", refusal_ground="条例第十六条", review_again_on=date(2027, 1, 1))
    assert upkeep.keep(date(2026, 12, 31))["review_again"] == 0
    assert upkeep.keep(date(2027, 1, 1))["review_again"] == 1
    Edition.objects.filter(pk=edition.pk).update(openness="active")
    upkeep.keep(date(2027, 1, 2))
    assert WorkItem.objects.get(kind="review_again").closed_at, "情况变了自动办结"


def test_stale_columns_and_late_records(make: Any, carry: Any) -> None:
    carry(make(kind=Kind.NEWS))
    today = timezone.localdate()
    assert upkeep.keep(today + timedelta(days=14))["stale_column"] == 0
    found = upkeep.keep(today + timedelta(days=15))
    assert found["stale_column"] == 1
    make(title="没公开的", written_on=date(2026, 1, 5))
    upkeep.keep(date(2026, 1, 20))
    assert not WorkItem.objects.filter(kind="late", closed_at=None).exists()
    upkeep.keep(date(2026, 1, 30))
    item = WorkItem.objects.get(kind="late", closed_at=None)
    # 2026 年 1 月 5 日起第 20 个工作日（元旦调休后）。
    assert "期限将到" in item.text and item.due == date(2026, 2, 2)
    upkeep.keep(date(2026, 2, 3))
    assert "已逾期" in WorkItem.objects.get(kind="late", closed_at=None).text
