"""审计：同 gongkai.audit；靠代办才做得成的，另写明代谁。"""

from __future__ import annotations

from typing import Any

from gongkai.audit.actions import record

from .covering import in_place_of


def audit(actor: Any, action: str, obj: Any, **detail: Any) -> Any:
    """记账：参数同 gongkai.audit.actions.record；detail 里另加 in_place_of（代谁，账号名）。"""
    if officers := in_place_of(actor):
        detail["in_place_of"] = [officer.username for officer in officers]
    return record(actor, action, obj, **detail)
