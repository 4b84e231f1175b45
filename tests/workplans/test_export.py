"""导出台账：表里自己的附加列还在，状态各栏在后；导出的再导入，旧的状态不当附加列。"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gongkai.formats.breakdown import read
from gongkai.workplans import actions
from gongkai.workplans.exports import STATUS, export
from gongkai.workplans.models import Assignment, Plan


def load(person: Any, bureau: Any, path: Path) -> Plan:
    draft = actions.draft_import(person("office"), bureau, path=path, filename=path.name, year=2026)
    return actions.commit_import(person("office"), draft)


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_the_tables_own_columns_stay_beside_the_status(
    bureau: Any, person: Any, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(
        "具体要求|责任处室|完成时限|备注\n1. 公开年度计划|法规处|3月底|每月报一次\n"
        "2. 网站改造|科技信息处|全年|\n",
        encoding="utf-8",
    )
    for _again in range(2):
        plan = load(person, bureau, path)
        content = export(
            plan, list(Assignment.objects.visible_to(person("office"))), date(2026, 5, 1), suffix
        )
        path = tmp_path / f"ledger{suffix}"
        path.write_bytes(content)
        table = read(path)
        assert table.extra_headers == ("完成时限", "备注", *STATUS)
        first = dict(table.rows[0].extra)
        assert first["完成时限"] == "3月底" and first["备注"] == "每月报一次"
        assert "法规处" in first["承担单位与阶段"] and first["时限"] == "2026-03-31"
        assert dict(table.rows[1].extra)["备注"] == ""
