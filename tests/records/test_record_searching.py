"""公开信息进检索的样子：选项用名称，校验值不进，撤下就没有。"""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from gongkai.records import actions, searching
from gongkai.records.kinds import Kind

pytestmark = pytest.mark.django_db
PLAN = {
    "plan_class": "special", "five_year": 15, "period_from": 2026, "period_to": 2030, "level": "city",
    "sector": "供水", "compiled_by": "市水务局", "approved_by": "市政府", "approved_on": "2026-01-02",
    "approval_number": "临府函〔2026〕1号",
}  # fmt: skip


def test_choices_are_searched_by_their_names(make: Any, carry: Any, person: Any) -> None:
    record = carry(make(kind=Kind.PLAN, fields=PLAN)).record
    with override("en"):
        entry = searching.load(record.pk)
    assert entry and entry.kind == "规划计划"
    assert "专项规划" in entry.body and "special" not in entry.body
    actions.withdraw(person("office"), record, reason="有误")
    assert searching.load(record.pk) is None
