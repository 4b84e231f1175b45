"""审计链：完好时无差错；被改、被删、被插入、截尾都查得出。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from gongkai.audit.actions import GENESIS, leave_anchor, record, verify
from gongkai.audit.models import Entry, Head
from gongkai.core.checks import weak_keys


@pytest.fixture
def chain(bureau: Any, person: Any) -> None:
    for number in range(6):
        with transaction.atomic():
            record(person("office"), "test.note", bureau, number=number, text="记录")


def test_an_untouched_chain_is_sound(chain: None, capsys: Any) -> None:
    assert verify() == []
    call_command("audit", "verify")
    assert "审计链完好，共 6 条" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("damage", "number", "problem"),
    [
        (lambda: Entry.objects.filter(number=3).update(detail={"number": 9}), 3, "被修改"),
        (lambda: Entry.objects.filter(number=3).update(actor=None), 3, "被修改"),
        (lambda: Entry.objects.filter(number=3).delete(), 3, "被删除"),
        (lambda: Entry.objects.filter(number=1).delete(), 1, "被删除"),
        (lambda: Entry.objects.filter(number=6).delete(), 6, "末尾被删除"),
        (lambda: Entry.objects.all().delete(), 6, "末尾被删除"),
        (lambda: Head.objects.update(number=5), 5, "链头被修改"),
    ],
)
def test_damage_is_found(chain: None, damage: Any, number: int, problem: str) -> None:
    damage()
    assert any(fault.number == number and problem in fault.problem for fault in verify()), verify()
    with pytest.raises(CommandError, match="处差错"):
        call_command("audit", "verify")


def test_an_inserted_row_is_found(chain: None) -> None:
    last = Entry.objects.get(number=6)
    forged = Entry(
        number=7, at=last.at, action="test.forged", subject="x", previous=last.digest, digest="f" * 64
    )
    forged.save()
    assert [fault.number for fault in verify()] == [7, 6]


def test_a_chain_rebuilt_with_another_key_is_found(chain: None, settings: Any) -> None:
    settings.AUDIT_KEY = "another-key-another-key-another-key-"
    assert len(verify()) >= 6


@pytest.mark.django_db(transaction=True)
def test_a_record_outside_a_transaction_is_refused(bureau: Any) -> None:
    with pytest.raises(RuntimeError, match="同一事务"):
        record(None, "test.note", bureau)


def test_the_first_row_follows_the_genesis(chain: None) -> None:
    assert Entry.objects.get(number=1).previous == GENESIS


@pytest.fixture
def anchors(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHORS = tmp_path / "outside" / "anchors.txt"
    return tmp_path / "outside" / "anchors.txt"


def test_a_tail_rewound_with_its_head_is_found_by_the_anchor(chain: None, bureau: Any, anchors: Path) -> None:
    earlier = Head.objects.values("number", "digest", "seal").get()
    with transaction.atomic():
        record(None, "test.embarrassing", bureau)
    assert leave_anchor() == 1 and leave_anchor() == 0 and verify() == []
    Entry.objects.filter(number=7).delete()
    Head.objects.update(**earlier)
    assert [fault.number for fault in verify()] == [7]
    with transaction.atomic():
        record(None, "test.harmless", bureau)
    # 接着照常写，也盖不住：第 7 号已不是原来的那条。
    assert [fault.number for fault in verify()] == [7] and leave_anchor() == 1


def test_an_emptied_chain_and_a_chain_recomputed_with_the_key_are_found(chain: None, anchors: Path) -> None:
    leave_anchor()
    Entry.objects.all().delete()
    Head.objects.all().delete()
    assert [fault.number for fault in verify()] == [6]
    with transaction.atomic():
        for _number in range(6):
            record(None, "test.rewritten", Head(pk=1))
    assert [fault.number for fault in verify()] == [6]


def test_a_half_written_anchor_does_not_alarm(chain: None, anchors: Path) -> None:
    leave_anchor()
    anchors.write_text(anchors.read_text() + "7 abc")
    assert verify() == []


def test_rows_of_an_older_key_stay_sound_after_rotation(chain: None, bureau: Any, settings: Any) -> None:
    settings.AUDIT_OLD_KEYS, settings.AUDIT_KEY = [settings.AUDIT_KEY], "n" * 40
    assert verify() == []
    with transaction.atomic():
        record(None, "test.note", bureau)
    assert verify() == []
    settings.AUDIT_OLD_KEYS = []
    assert len(verify()) >= 6


@pytest.mark.parametrize(
    "column", ["number", "at", "actor_id", "action", "subject", "detail", "previous", "digest"]
)
def test_no_column_is_left_unsealed(chain: None, person: Any, column: str) -> None:
    other = {"at": timezone.now(), "actor_id": person("handler").pk, "number": 99, "detail": {"number": 2.5}}
    Entry.objects.filter(number=3).update(**{column: other.get(column, "x" * 64)})
    assert verify()
    assert {field.attname for field in Entry._meta.fields} == {
        "id", "number", "at", "actor_id", "action", "subject", "detail", "previous", "digest",
    }  # fmt: skip


def test_two_rows_exchanged_are_found(chain: None) -> None:
    two, three = Entry.objects.get(number=2), Entry.objects.get(number=3)
    Entry.objects.filter(pk=two.pk).update(number=50)
    Entry.objects.filter(pk=three.pk).update(number=2)
    Entry.objects.filter(pk=two.pk).update(number=3)
    assert {fault.number for fault in verify()} >= {2, 3}


def test_a_short_index_key_or_older_audit_key_is_refused_in_production(settings: Any) -> None:
    settings.SECRET_KEY = settings.AUDIT_KEY = settings.INDEX_KEY = "k" * 32
    settings.FIELD_KEYS, settings.AUDIT_OLD_KEYS = ["k" * 32], []
    assert weak_keys() == []
    settings.INDEX_KEY, settings.AUDIT_OLD_KEYS = "short", ["old"]
    assert weak_keys() == ["GONGKAI_AUDIT_KEY", "GONGKAI_INDEX_KEY"]
