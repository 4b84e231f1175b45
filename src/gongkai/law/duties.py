"""责任单位一栏的文法：谁牵头、谁配合、谁落实。

分句以 ，；。分隔，并列以 、 分隔；角色词管它所在分句里的全部名称。原字形保留，繁简视同。
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["Duty", "Role", "parse"]


class Role(StrEnum):
    """分工：牵头、配合、落实、负责、依职责负责。"""

    LEAD = "lead"
    SUPPORT = "support"
    IMPLEMENT = "implement"
    RESPONSIBLE = "responsible"
    BY_DUTY = "by_duty"


@dataclass(frozen=True, slots=True)
class Duty:
    """职责：unit 单位（表中写法），role 分工，collective 是否集合名称，span 在单元格中的起止。"""

    unit: str
    role: Role
    collective: bool
    span: tuple[int, int]


_WORDS: Final = (
    (
        re.compile(
            r"(?:按|依|依照|按照|根据|根據)(?:各自)?(?:职责|職責)(?:分工)?(?:分别|分別)?(?:落实|落實|负责|負責|办理|辦理)?|分[别別][负負][责責]|分工(?:落实|落實|负责|負責)"
        ),
        Role.BY_DUTY,
    ),
    (re.compile(r"[牵牽][头頭](?:[负負][责責]|落实|落實|组织|組織)?"), Role.LEAD),
    (re.compile(r"配合|[协協]助|[协協]同|[参參](?:与|與|加)"), Role.SUPPORT),
    (re.compile(r"[落][实實]|[实實]施|[执執]行"), Role.IMPLEMENT),
    (re.compile(r"[负負][责責]|承[办辦]|主[办辦]"), Role.RESPONSIBLE),
)
_CLAUSE: Final = re.compile(r"[^，,；;。\n]+")
_NAME: Final = re.compile(r"[^、/]+")
_BRACKETS: Final = re.compile(r"[（(]([^（()）]*)[)）]")
_TAIL: Final = re.compile(r"等(?:有关|有關|相关|相關)?(?:部门|部門|单位|單位|处室|處室)?$")
_EDGE: Final = " \t\r\u3000:：.·（()）\u00a0"
_COLLECTIVE: Final = re.compile(
    r"^(?:各(?!自).*(?:处室|處室|单位|單位|部门|部門|科室|政府|区|區|县|縣|局|委办局|机构|機構|镇街|鎮街|中心)"
    r"|.*(?:市直|局属|局屬|直属|直屬|下属|下屬|所属|所屬)?各(?:有关|有關|相关|相關|业务|業務|审批|審批)?(?:处室|處室|单位|單位|部门|部門|科室|区政府|區政府)"
    r"|.*(?:有关|有關|相关|相關)(?:处室|處室|单位|單位|部门|部門|科室))$"
)


def _name(cell: str, start: int, end: int) -> tuple[int, int] | None:
    """去掉名称两端的空白、“由”与“等部门”；空了返回 None。"""
    while start < end and cell[start] in _EDGE:
        start += 1
    if cell.startswith("由", start) and end - start > 2:
        start += 1
    while end > start and cell[end - 1] in _EDGE:
        end -= 1
    tail = _TAIL.search(cell, start, end)
    if tail:
        end = tail.start()
    return (start, end) if end > start and any(ch.isalnum() for ch in cell[start:end]) else None


def _pieces(cell: str, start: int, end: int) -> list[tuple[int, int, Role | None]]:
    """切分一个分句：角色词之前的名称归它；最后没有角色词的名称角色未定。"""
    words = []
    cursor = start
    while cursor < end:
        hits = [
            (m.start(), order, m.end(), role)
            for order, (rx, role) in enumerate(_WORDS)
            if (m := rx.search(cell, cursor, end))
        ]
        if not hits:
            break
        at, _, stop, role = min(hits)
        words.append((at, stop, role))
        cursor = stop
    pieces: list[tuple[int, int, Role | None]] = []
    cursor = start
    for at, stop, role in words:
        pieces.append((cursor, at, role))
        cursor = stop
    pieces.append((cursor, end, None))
    return pieces


def _blank_brackets(cell: str) -> str:
    """括注：含角色词的改写到位置不变的同长文本，其余括注抹去，免得当成名称。"""

    def swap(match: re.Match[str]) -> str:
        inner = match.group(1)
        if any(rx.search(inner) for rx, _ in _WORDS):
            # “（牵头）”写在名称之后，去掉括号即成通常写法，长度不变。
            return f" {inner} "
        return " " * len(match.group(0))

    return _BRACKETS.sub(swap, cell)


def parse(cell: str) -> list[Duty]:
    """解析：把责任单位一格变成职责列表，按出现次序，同一名称同一分工只留一个。

    参数：cell 为单元格原文。返回：Duty 列表；空格为空列表；任何文字都不抛异常。
    规则：没有角色词的分句，后面有“配合”的视为牵头，前面有“落实”或“牵头”的集合名称视为落实，
    其余视为负责。来源：年度工作要点任务分工表的通行写法（见 docs/glossary.md）。
    """
    text = _blank_brackets(cell)
    found: list[tuple[int, int, Role | None]] = []
    for clause in _CLAUSE.finditer(text):
        for start, end, role in _pieces(text, *clause.span()):
            for part in _NAME.finditer(text, start, end):
                # “会同”把一个分句分成主办和配合两方。
                joined = re.search(r"[会會]同", part.group())
                middle = part.start() + joined.start() if joined and joined.start() else None
                if middle is None:
                    span = _name(text, *part.span())
                    if span:
                        found.append((*span, role))
                    continue
                for span, own in (
                    (_name(text, part.start(), middle), role or Role.LEAD),
                    (_name(text, middle + 2, part.end()), Role.SUPPORT),
                ):
                    if span:
                        found.append((*span, own))
    duties: dict[tuple[str, Role], Duty] = {}
    for index, (start, end, role) in enumerate(found):
        unit = cell[start:end]
        collective = bool(_COLLECTIVE.match(unit))
        settled = role or _implied(found, index, collective)
        duties.setdefault((unit, settled), Duty(unit, settled, collective, (start, end)))
    return list(duties.values())


def _implied(found: list[tuple[int, int, Role | None]], index: int, collective: bool) -> Role:
    if any(role is Role.SUPPORT for _, _, role in found[index + 1 :]):
        return Role.LEAD
    if collective and any(role in (Role.LEAD, Role.IMPLEMENT) for _, _, role in found[:index]):
        return Role.IMPLEMENT
    return Role.RESPONSIBLE
