"""命令行：屏幕上看得到的，程序也看得到。"""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gongkai.records.kinds import Kind
from gongkai.records.models import PublicationFailure

pytestmark = pytest.mark.django_db


def _run(what: str, **options: Any) -> Any:
    out = StringIO()
    call_command("records", what, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def test_every_view_is_json(make: Any, carry: Any) -> None:
    edition = carry(
        make(kind=Kind.POLICY, document_number="临水〔2026〕1号", effective_on=date(2026, 1, 10),
             expires_on=date(2026, 12, 31))
    )  # fmt: skip
    waiting = make(title="在办的")
    PublicationFailure.objects.create(edition=waiting, reason="原因")
    assert [row["id"] for row in _run("list")] == [edition.record_id]
    assert _run("list", kind="plan") == []
    assert _run("validity", kind="policy")[0]["validity"] == "in_force"
    assert _run("failures")[0]["why"] == "原因"
    assert _run("deadlines", day=date(2026, 2, 3))[0]["light"] == "red"
    (done,) = _run("keep", day=date(2027, 1, 1))
    assert done["validity_changed"] == 1 and done["opened"]["late"] == 1
    assert _run("validity")[0]["validity"] == "lapsed"
    assert {row["kind"] for row in _run("workitems")} >= {"late"}


def test_words_for_people_and_for_mistakes(make: Any, carry: Any) -> None:
    carry(make())
    out = StringIO()
    call_command("records", "list", stdout=out)
    assert "关于开展管网检漏的通知" in out.getvalue() and "共 1 条" in out.getvalue()
    with pytest.raises(CommandError, match="没有“x”这种类型"):
        call_command("records", "list", kind="x")
    with pytest.raises(CommandError, match="2026-01-31"):
        call_command("records", "keep", "--day", "明天")
