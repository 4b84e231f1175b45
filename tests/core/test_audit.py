"""审计链：完好时无差错；被改、被删、被插入、截尾都查得出。"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from gongkai.audit.actions import GENESIS, record, verify
from gongkai.audit.models import Entry, Head


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
