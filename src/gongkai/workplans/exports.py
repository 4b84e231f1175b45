"""台账导出：按分工表原样，另加状态各栏。"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils.translation import override

from gongkai.formats.breakdown import COLUMNS, LABELS, BreakdownTable, Row, write

from .lights import LABELS as LIGHTS
from .models import Assignment, Plan
from .queries import lit

STATUS = ("承担单位与阶段", "亮灯", "自评", "核验", "回头看", "时限")


@override(settings.LANGUAGE_CODE)
def export(plan: Plan, assignments: list[Assignment], today: date, suffix: str) -> bytes:
    """导出：返回 .docx 或 .xlsx 文件内容，行和附加列与分工表相同，状态列按承担单位逐行列出。

    不论界面语言，一律中文。
    参数：assignments 为可见的任务；suffix 为 ``.docx`` 或 ``.xlsx``。
    """
    by_requirement: dict[int, list[Assignment]] = {}
    for assignment in lit(assignments, today):
        by_requirement.setdefault(assignment.requirement_id, []).append(assignment)
    rows: list[Row] = []
    requirements = list(plan.requirements.current())
    # 表里自己的附加列照写；导出过又导入的，旧的状态列不要。
    own = [name for name in dict.fromkeys(n for r in requirements for n, _ in r.extra) if name not in STATUS]
    for requirement in requirements:
        mine = by_requirement.get(requirement.pk, [])
        above = rows[-1] if rows else None
        inherited = frozenset(
            name
            for name in requirement.inherited
            if above and above.part == requirement.part and getattr(above, name) == getattr(requirement, name)
        )
        columns = (
            [f"{a.organisation}（{a.get_state_display()}）" for a in mine],
            [f"{a.organisation}{LIGHTS[a.colour]}" for a in mine],
            [f"{a.organisation}{a.get_self_report_display()}" for a in mine if a.self_report],
            [f"{a.organisation}{a.get_verification_display()}" for a in mine if a.verification],
            [f"{a.organisation}{a.get_look_back_display()}" for a in mine if a.look_back],
            sorted({a.due.isoformat() for a in mine}),
        )
        written = dict(requirement.extra)
        extra = (
            *((name, written.get(name, "")) for name in own),
            *zip(STATUS, ("；".join(column) for column in columns), strict=True),
        )
        rows.append(
            Row(
                requirement.number,
                requirement.part,
                requirement.task,
                requirement.text,
                requirement.city_units,
                requirement.bureau_units,
                inherited,
                extra,
            )
        )
    headers = tuple((name, LABELS[name]) for name in COLUMNS)
    table = BreakdownTable(tuple(rows), headers, (*own, *STATUS), plan.title)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"ledger{suffix}"
        write(table, path)
        return path.read_bytes()
