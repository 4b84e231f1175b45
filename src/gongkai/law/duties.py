"""责任单位一栏的文法：谁牵头、谁配合、谁落实。

分句以 ，；。和换行分隔，并列以 、 分隔；角色词管它所在分句里、它之前的全部名称。原字形保留，繁简视同。
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


_VERB: Final = r"(?:落实|落實|负责|負責|办理|辦理)"
_BY: Final = r"(?:按照|依照|根据|根據|依据|依據|按|依)(?:各自)?(?:职责|職責)?(?:分工)?"
_ROLES: Final = (
    # 在“依职责”之前：“按职责分工配合”是配合。
    (
        Role.SUPPORT,
        rf"(?:{_BY}(?<=[责責工])(?:分别|分別|各自)?)?(?:配合|[协協]助)(?:落实|落實)?|[协協]同|[参參](?:与|與|加)",
    ),
    (
        Role.BY_DUTY,
        rf"{_BY}(?<=[责責工])(?:分别|分別|各自)?{_VERB}?"
        rf"|(?:职责|職責)?分工{_VERB}|分[别別]{_VERB}",
    ),
    (Role.LEAD, r"[牵牽][头頭](?:[负負][责責]|落实|落實|组织|組織)?"),
    (Role.IMPLEMENT, r"(?:组织|組織)?(?:落[实實]|[实實]施)|[执執]行(?!局)"),
    (Role.RESPONSIBLE, r"[负負][责責]|承[办辦]|主[办辦]"),
)
# 各组从左到右先配先得，所以“按职责分工落实”不会被拆成“落实”。
_WORD: Final = re.compile("|".join(f"(?P<{role.value}>{pattern})" for role, pattern in _ROLES))
_LABEL: Final = re.compile(rf"\s*(?:{_WORD.pattern})(?:单位|單位|部门|部門|处室|處室)?[：:]")
_GROUP: Final = re.compile(r"[^；;。\r\n]+")
_CLAUSE: Final = re.compile(r"[^，,]+")
_NAME: Final = re.compile(r"[^、､/]+")
_BRACKETS: Final = re.compile(r"[（(]([^（()）]*)[)）]")
_WITH: Final = re.compile(r"[会會]同(?!县|縣)")
_TAIL: Final = re.compile(
    r"(?:等\d*[个個]?(?:有关|有關|相关|相關|各)?(?:部门|部門|单位|單位|处室|處室)?"
    r"|共同|[联聯]合|具[体體]|分[别別]|[统統][筹籌])$"
)
_EDGE: Final = " \t\u3000:：.·（()）\u00a0"
_BODIES: Final = "[处處科][（(]室[)）]|处室|處室|单位|單位|部门|部門|科室"
_COLLECTIVE: Final = re.compile(
    rf"^(?:各(?!自).*(?:{_BODIES}|政府|区|區|县|縣|局|机构|機構|街道|镇街|鎮街|乡镇|鄉鎮|中心|企业|企業)"
    rf"|.*各(?:有关|有關|相关|相關|业务|業務|审批|審批)?(?:{_BODIES}|区政府|區政府)"
    rf"|.*(?:有关|有關|相关|相關)(?:{_BODIES})"
    r"|.*(?:市直|局属|局屬|直属|直屬|下属|下屬|所属|所屬)(?:企?事业|企?事業)?(?:单位|單位))$"
)

# 名称的起止、写明的分工（没写为 None）、所在的分号组。
_Found = tuple[int, int, Role | None, int]


def _name(cell: str, start: int, end: int) -> tuple[int, int] | None:
    """去掉名称两端的空白、“由”与“等部门”“共同”；空了返回 None。"""
    while start < end and cell[start] in _EDGE:
        start += 1
    if cell.startswith("由", start) and end - start > 1:
        start += 1
    trimmed = True
    while trimmed:
        while end > start and cell[end - 1] in _EDGE:
            end -= 1
        tail = _TAIL.search(cell, max(start, end - 12), end)
        trimmed = tail is not None
        end = tail.start() if tail else end
    # “无”“——”是说没有，不是单位。
    written = cell[start:end] not in ("无", "無", "暂无", "暫無")
    return (start, end) if written and any(ch.isalnum() for ch in cell[start:end]) else None


def _role(match: re.Match[str]) -> Role:
    return Role(str(match.lastgroup))


def _open_brackets(cell: str) -> tuple[str, dict[int, Role]]:
    """括注：返回等长文字和“写在名称之前的分工”（位置→分工），免得括注被当成名称。

    “X（牵头）”去掉括号即成通常写法；“（牵头）X”的分工管到下一个分工或分号为止；其余括注抹成空格。
    """
    ahead: dict[int, Role] = {}

    def swap(match: re.Match[str]) -> str:
        blank = " " * len(match.group())
        word = _WORD.search(match.group(1))
        if match.group(1) == "室" and cell[: match.start()].endswith(("处", "處", "科")):
            # “各处（室）”的“（室）”是名称的一截。
            return "室".rjust(len(blank))
        if word is None:
            return blank
        before = cell[: match.start()].rstrip(_EDGE)
        if not before or before[-1] in "、､/，,；;。\r\n":
            ahead[match.start()] = _role(word)
            return blank
        # 只留到角色词为止：“办公室（负责解读）”的“解读”不是单位。
        return f" {match.group(1)[: word.end()]}".ljust(len(blank))

    return _BRACKETS.sub(swap, cell), ahead


def _clause(text: str, start: int, end: int, group: int, ahead: Role | None) -> list[_Found]:
    """一个分句里的名称：角色词之前的归它，最后没有角色词的用 ``ahead``（可为 None）。"""
    found: list[_Found] = []
    cursor = start
    words = [(m.start(), m.end(), _role(m)) for m in _WORD.finditer(text, start, end)]
    for at, stop, role in [*words, (end, end, ahead)]:
        joined = _WITH.search(text, cursor, at)
        sides = [(cursor, at, role)]
        if joined:
            # “会同”之前是主办方，之后的全部名称都是配合方。
            sides = [(cursor, joined.start(), role or Role.LEAD), (joined.end(), at, Role.SUPPORT)]
        for left, right, own in sides:
            for part in _NAME.finditer(text, left, right):
                if span := _name(text, *part.span()):
                    found.append((*span, own, group))
        cursor = stop
    return found


def parse(cell: str) -> list[Duty]:
    """解析：把责任单位一格变成职责列表，按出现次序，同一名称同一分工只留一个。

    参数：cell 为单元格原文。
    返回：Duty 列表；空格为空列表；任何文字都不抛异常。
    规则：没有角色词的分句，后面有“配合”的视为牵头（前面已有人牵头的，随后面视为配合）；前面有“落实”
    或“牵头”的集合名称视为落实；其余视为负责。
    来源：年度工作要点任务分工表的通行写法。
    """
    text, marks = _open_brackets(cell)
    found: list[_Found] = []
    for number, group in enumerate(_GROUP.finditer(text)):
        ahead: Role | None = None
        for clause in _CLAUSE.finditer(text, *group.span()):
            start, end = clause.span()
            if label := _LABEL.match(text, start, end):
                ahead, start = _role(label), label.end()
            stops = sorted(at for at in marks if start <= at < end)
            for left, right in zip([start, *stops], [*stops, end], strict=True):
                ahead = marks.get(left, ahead)
                found += _clause(text, left, right, number, ahead)
    duties: dict[tuple[str, Role], Duty] = {}
    for (start, end, role, _), implied in zip(found, _implied(found), strict=True):
        unit = cell[start:end]
        collective = bool(_COLLECTIVE.match(unit))
        settled = role or (implied[1] if collective else implied[0])
        duties.setdefault((unit, settled), Duty(unit, settled, collective, (start, end)))
    return list(duties.values())


def _implied(found: list[_Found]) -> list[tuple[Role, Role]]:
    """没写分工时的推定：每个名称一对（单个名称的分工，集合名称的分工）。"""
    last_support = max((i for i, item in enumerate(found) if item[2] is Role.SUPPORT), default=-1)
    implied: list[tuple[Role, Role]] = []
    led = False
    headed: set[int] = set()
    for index, (_, _, role, group) in enumerate(found):
        if index < last_support:
            own = Role.SUPPORT if group in headed else Role.LEAD
            implied.append((own, own))
        else:
            implied.append((Role.RESPONSIBLE, Role.IMPLEMENT if led else Role.RESPONSIBLE))
        led = led or role in (Role.LEAD, Role.IMPLEMENT)
        if role not in (None, Role.SUPPORT):
            headed.add(group)
    return implied
