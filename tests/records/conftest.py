"""信息资源库测试公用。"""

from __future__ import annotations

import pytest


@pytest.fixture
def plan_fields() -> dict[str, str]:
    """一件“十四五”专项规划的专有栏目。"""
    return {
        "plan_class": "special", "period_from": "2021", "period_to": "2025", "level": "city",
        "sector": "供水", "compiled_by": "市水务局", "approved_by": "市政府",
        "approval_number": "临府函〔2021〕8号", "approved_on": "2021-06-01", "five_year": "14",
    }  # fmt: skip
