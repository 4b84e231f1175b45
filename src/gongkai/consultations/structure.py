"""答复的结构：写的是一行行的字，按行首的记号分成段、小标题和列表；显示时逐项转义，不用 HTML。"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_BULLET: Final = re.compile(r"[-•·*]\s*(.+)")
_NUMBERED: Final = re.compile(r"(\d{1,2})[.．、)）]\s*(.+)")
_HEADING: Final = re.compile(r"#+\s*(.+)")


@dataclass(slots=True)
class Block:
    """一块：kind 为 p（段）、h（小标题）、ul（列表）、ol（有序列表），start 为有序列表的起始号。"""

    kind: str
    items: list[str] = field(default_factory=list)
    start: int = 1


def blocks(answer: str) -> list[Block]:
    """分块：“- ”起头的是列表，“1.”起头的是有序列表，“# ”起头的是小标题，其余一行一段。"""
    found: list[Block] = []
    for line in answer.splitlines():
        line = line.strip()
        if not line:
            continue
        if heading := _HEADING.fullmatch(line):
            found.append(Block("h", [heading[1]]))
        elif numbered := _NUMBERED.fullmatch(line):
            if (
                found
                and found[-1].kind == "ol"
                and int(numbered[1]) == found[-1].start + len(found[-1].items)
            ):
                found[-1].items.append(numbered[2])
            else:
                found.append(Block("ol", [numbered[2]], int(numbered[1])))
        elif bullet := _BULLET.fullmatch(line):
            if found and found[-1].kind == "ul":
                found[-1].items.append(bullet[1])
            else:
                found.append(Block("ul", [bullet[1]]))
        else:
            found.append(Block("p", [line]))
    return found
