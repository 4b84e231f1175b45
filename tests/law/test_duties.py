"""责任单位文法：实例、真实分工表与性质。"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.law.duties import Role, parse

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "workplan-2021.txt"
WORDS = re.compile("[牵牽][头頭]|配合|[协協]助|落[实實]|[负負][责責]")
L, S, I, R, B = Role.LEAD, Role.SUPPORT, Role.IMPLEMENT, Role.RESPONSIBLE, Role.BY_DUTY  # noqa: E741


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("办公室", [("办公室", R, False)]),
        ("各处室", [("各处室", R, True)]),
        ("办公室牵头，各处室配合", [("办公室", L, False), ("各处室", S, True)]),
        ("辦公室牽頭,各處室配合", [("辦公室", L, False), ("各處室", S, True)]),
        ("办公室牵头，无", [("办公室", L, False)]),
        ("无", []),
        ("办公室，各处室按职责分工配合", [("办公室", L, False), ("各处室", S, True)]),
        ("辦公室牽頭，各處（室）按照職責配合", [("辦公室", L, False), ("各處（室）", S, True)]),
        ("各科(室)、局属各单位", [("各科(室)", R, True), ("局属各单位", R, True)]),
        ("办公室，各处室配合", [("办公室", L, False), ("各处室", S, True)]),
        ("法规处、科信处牵头", [("法规处", L, False), ("科信处", L, False)]),
        ("财审处牵头负责；局属各单位落实", [("财审处", L, False), ("局属各单位", I, True)]),
        (
            "科信处、法规处依职责负责，各审批处室配合",
            [("科信处", B, False), ("法规处", B, False), ("各审批处室", S, True)],
        ),
        (
            "市教育局、市卫健委等部门按职责分工落实",
            [("市教育局", B, False), ("市卫健委", B, False)],
        ),
        (
            "市财政局牵头，市直各单位落实；各区政府",
            [("市财政局", L, False), ("市直各单位", I, True), ("各区政府", I, True)],
        ),
        ("市直各单位；各区政府", [("市直各单位", R, True), ("各区政府", R, True)]),
        ("由水资源处牵头，市有关单位落实", [("水资源处", L, False), ("市有关单位", I, True)]),
        ("办公室会同法规处负责", [("办公室", R, False), ("法规处", S, False)]),
        ("办公室（牵头）、法规处（配合）", [("办公室", L, False), ("法规处", S, False)]),
        ("（牵头）法规处、（配合）各科室", [("法规处", L, False), ("各科室", S, True)]),
        ("会同财政局", [("财政局", S, False)]),
        ("办公室会同法规处、科信处", [("办公室", L, False), ("法规处", S, False), ("科信处", S, False)]),
        ("会同县政府牵头", [("会同县政府", L, False)]),
        ("办公室，法规处", [("办公室", R, False), ("法规处", R, False)]),
        ("办公室牵头，法规处，各处室配合", [("办公室", L, False), ("法规处", S, False), ("各处室", S, True)]),
        (
            "市财政局牵头,市直各单位落实;审计局",
            [("市财政局", L, False), ("市直各单位", I, True), ("审计局", R, False)],
        ),
        ("法规处、科信处按分工落实", [("法规处", B, False), ("科信处", B, False)]),
        ("各局按照各自职责分工负责", [("各局", B, True)]),
        ("法规处、科信处分别负责", [("法规处", B, False), ("科信处", B, False)]),
        ("法规处、科信处共同负责", [("法规处", R, False), ("科信处", R, False)]),
        ("办公室（负责解读）、法规处（二楼）", [("办公室", R, False), ("法规处", R, False)]),
        (
            "牵头单位：财政局、审计局；配合单位：市直各单位",
            [("财政局", L, False), ("审计局", L, False), ("市直各单位", S, True)],
        ),
        ("办公室組織實施\n局屬單位協助", [("办公室", I, False), ("局屬單位", S, True)]),
        ("办公室、办公室牵头，办公室配合", [("办公室", L, False), ("办公室", S, False)]),
        ("", []),
        (" ，、； ", []),
        ("牵头", []),
    ],
)
def test_worked(cell: str, expected: list[tuple[str, Role, bool]]) -> None:
    assert [(d.unit, d.role, d.collective) for d in parse(cell)] == expected


def test_the_real_table_parses_completely() -> None:
    if not REAL.is_file():
        pytest.skip("缺少共享数据 shared/data/workplan-2021.txt，跳过真实分工表")
    seen = 0
    for line in REAL.read_text(encoding="utf-8").splitlines()[1:]:
        cells = [cell.strip() for cell in line.rstrip("| ").split("|")]
        at = next((i for i, cell in enumerate(cells) if re.match(r"\d+\.", cell)), None)
        for cell in cells[at + 1 :] if at is not None else []:
            duties = parse(cell)
            seen += 1
            assert duties, cell
            assert not any(WORDS.search(duty.unit) for duty in duties), cell
    assert seen > 45


@pytest.mark.parametrize(
    "unit",
    [
        "各处室",
        "各审批处室",
        "局属各单位",
        "市直各单位",
        "市有关单位",
        "市各单位",
        "市政府各部门",
        "各区政府",
        "各科室",
        "各单位",
        "各部门",
        "有关处室",
        "各區政府",
        "局屬各單位",
        "各審批處室",
    ],
)
def test_collective_names(unit: str) -> None:
    assert [(d.unit, d.collective) for d in parse(unit)] == [(unit, True)]


marks = st.text("办公室各处（）()牵牽头頭配合落实實负负責责按依职分工等部门由会同、，；:：\n ", max_size=40)


@given(st.text(max_size=60) | marks)
def test_any_text_gives_units_found_in_it(cell: str) -> None:
    duties = parse(cell)
    for duty in duties:
        assert duty.unit.strip() and cell[slice(*duty.span)] == duty.unit
        assert not WORDS.search(duty.unit)
    assert len({(d.unit, d.role) for d in duties}) == len(duties)
    assert all(a.span[1] <= b.span[0] for a, b in zip(duties, duties[1:], strict=False))


words = st.sampled_from([("牵头", L), ("配合", S), ("落實", I), ("负责", R), ("按职责分工落实", B)])
names = st.lists(st.sampled_from(["办公室", "法规处", "科信处", "調研處", "规计处"]), min_size=1, max_size=8)


@given(names, words)
def test_a_word_governs_every_name_before_it(units: list[str], word: tuple[str, Role]) -> None:
    kept = list(dict.fromkeys(units))
    assert [(d.unit, d.role) for d in parse("、".join(units) + word[0])] == [(u, word[1]) for u in kept]


@given(names, st.sampled_from(["、", "，", ",", "；", ";", "。", "\n", "、 "]))
def test_names_come_back_in_order(units: list[str], separator: str) -> None:
    assert [(d.unit, d.role) for d in parse(separator.join(units))] == [(u, R) for u in dict.fromkeys(units)]
