"""年度报告的勾稽：公布报告的回归、逐格改坏必被发现、随机的相符报告不误报。"""

from __future__ import annotations

import copy
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.law.annual import (
    ERROR,
    LEAVES,
    TABLE2,
    TABLE3_COLUMNS,
    TABLE3_ROWS,
    TABLE4_ROWS,
    WARNING,
    publication_deadline,
    row_label,
    violations,
)

SAMPLE = Path(__file__).resolve().parents[3] / "shared/data/annual_report_samples/hangzhou_style_2025.json"

VECTOR = """
new 13612,252,0,45,128,32,14069
carry_in 535,6,0,1,18,0,560
r1 5345,129,0,41,19,14,5548
r2 2120,39,0,1,6,2,2168
r3_1 13,0,0,0,0,0,13
r3_2 30,0,0,0,0,0,30
r3_3 11,0,0,0,0,0,11
r3_4 49,2,0,0,0,0,51
r3_5 103,1,0,0,0,0,104
r3_6 84,1,0,0,0,0,85
r3_7 282,4,0,0,0,0,286
r3_8 147,0,0,0,1,2,150
r4_1 3075,50,0,0,89,8,3222
r4_2 177,3,0,0,0,0,180
r4_3 19,0,0,0,0,0,19
r5_1 199,1,0,0,3,0,203
r5_2 147,1,0,0,0,0,148
r5_3 0,0,0,0,0,0,0
r5_4 100,1,0,0,0,0,101
r5_5 5,0,0,0,0,0,5
r6_1 315,3,0,0,0,0,318
r6_2 202,0,0,1,0,0,203
r6_3 941,17,0,1,3,3,965
r7 13364,252,0,44,121,29,13810
carry_out 783,6,0,2,25,3,819
"""


def vector() -> dict[str, Any]:
    rows = (line.split() for line in VECTOR.split("\n") if line)
    return {
        "year": 2025,
        "table3": {key: [int(cell) for cell in cells.split(",")] for key, cells in rows},
        "table4": {
            "review": [376, 97, 196, 121, 790],
            "direct_suit": [16, 1, 12, 27, 56],
            "suit_after_review": [74, 1, 30, 51, 156],
        },
        "table2": {
            "规章": [3, 5, 74],
            "行政规范性文件": [564, 984, 4185],
            "行政许可": 11398889,
            "行政处罚": 6937489,
            "行政强制": 166105,
            "行政事业性收费": Decimal("316441.5"),
        },
    }


def rules(report: dict, previous: dict | None = None) -> list[str]:
    return [each.rule for each in violations(report, previous)]


def test_the_published_vector_holds() -> None:
    assert list(vector()["table3"]) == list(TABLE3_ROWS) and len(TABLE3_ROWS) == 25 and len(LEAVES) == 21
    assert violations(vector()) == []


def test_the_real_report_raises_no_false_alarm() -> None:
    if not SAMPLE.is_file():
        pytest.skip("缺少共享数据 shared/data/annual_report_samples，跳过真实报告")
    data = json.loads(SAMPLE.read_text(encoding="utf-8"))
    assert tuple(data["columns"]) == TABLE3_COLUMNS
    # 样本按表中次序排列，行名与键的说法相同（个别缩写）。
    report = {
        "year": 2025,
        "table3": {key: row[1:] for key, row in zip(TABLE3_ROWS, data["table3"], strict=True)},
        "table4": dict(zip(TABLE4_ROWS, data["table4"].values(), strict=True)),
        "table2": data["table2"],
    }
    assert [row[0][-4:] for row in data["table3"]][2:4] == ["予以公开", "部分公开"]
    assert violations(report) == []


def test_labels_are_the_forms_own() -> None:
    assert row_label("r3_1") == "（三）不予公开1.属于国家秘密"
    assert row_label("new") == "一、本年新收政府信息公开申请数量"
    assert [column for block in TABLE2 for column in block.columns][:3] == [
        "本年制发件数",
        "本年废止件数",
        "现行有效件数",
    ]


@pytest.mark.parametrize("change", [1, -1, 1000])
def test_any_changed_cell_is_found(change: int) -> None:
    for key in TABLE3_ROWS:
        for index, column in enumerate(TABLE3_COLUMNS):
            report = vector()
            report["table3"][key][index] += change
            found = violations(report)
            assert all(each.level == ERROR for each in found)
            if report["table3"][key][index] < 0:
                assert [(v.rule, v.where) for v in found] == [("V6", f"table3.{key}.{column}")]
                continue
            places = {(v.rule, v.where) for v in found}
            assert ("V1", f"table3.{key}.总计") in places
            # 新收、结转、（七）总计牵动 V2，叶子和（七）总计牵动 V3。
            assert (("V2", f"table3.{column}") in places) is (key not in LEAVES)
            assert (("V3", f"table3.r7.{column}") in places) is (key in (*LEAVES, "r7"))


def test_any_changed_cell_of_table_four_is_found() -> None:
    for key in TABLE4_ROWS:
        for column in range(5):
            report = vector()
            report["table4"][key][column] += 1
            (found,) = violations(report)
            assert (found.rule, found.where) == ("V5", f"table4.{key}.总计")
            assert abs(found.expected - found.found) == 1 and str(found.expected) in found.message


@pytest.mark.parametrize("bad", [None, "", "/", "12", -1, 1.0, 0.5, True, float("nan"), [], {}])
@pytest.mark.parametrize("place", [("table3", "r1", 2), ("table4", "review", 4), ("table2", "规章", 0)])
def test_a_cell_that_is_no_number_is_named_once(bad: object, place: tuple) -> None:
    report = vector()
    table, key, column = place
    report[table][key][column] = bad
    (found,) = violations(report)
    assert (found.rule, found.found, found.level) == ("V6", bad, ERROR) or found.found is bad
    assert found.where.startswith(f"{table}.{key}.") and "填 0" in found.message


@pytest.mark.parametrize("bad", [None, "", 3, [1, 2], [0] * 8, "0000000"])
def test_a_row_or_table_of_the_wrong_shape_is_named(bad: object) -> None:
    report = vector()
    report["table3"]["r5_2"] = bad
    assert [(v.rule, v.where) for v in violations(report)] == [("V6", "table3.r5_2")]
    del report["table3"]["r5_2"]
    assert [(v.rule, v.where) for v in violations(report)] == [("V6", "table3.r5_2")]
    assert rules({"year": 2025, "table3": bad}) == ["V6"]


def test_missing_parts_are_not_checked() -> None:
    assert violations({}) == violations({"year": 2025}) == []
    assert violations({"year": 2025, "table4": vector()["table4"]}) == []
    with pytest.raises(TypeError, match="应为对象"):
        violations([])  # type: ignore[arg-type]


def test_charges_may_have_decimals_and_counts_may_not() -> None:
    for good in (0, 12.5, Decimal("3.07")):
        assert rules({"table2": {"行政事业性收费": good}}) == []
    for bad in (-0.1, float("inf"), "12", None, True):
        assert rules({"table2": {"行政事业性收费": bad}}) == ["V6"]
    assert rules({"table2": {"行政许可": 1.5}}) == ["V6"]
    assert rules({"table2": {"规章": [1, 2]}}) == ["V6"]


def _year_before() -> dict[str, Any]:
    before = vector()
    before["year"] = 2024
    before["table3"]["carry_out"] = list(before["table3"]["carry_in"])
    before["table2"]["规章"][2] = 76
    before["table2"]["行政规范性文件"][2] = 4605
    return before


def test_the_year_before() -> None:
    assert violations(vector(), _year_before()) == []
    before = _year_before()
    before["table3"]["carry_out"][4] = 17
    (found,) = violations(vector(), before)
    assert (found.rule, found.where, found.expected, found.found) == (
        "V4",
        "table3.carry_in.法律服务机构",
        17,
        18,
    )
    (softer,) = violations({**vector(), "reorganised": "2025 年机构改革并入"}, before)
    assert softer.level == WARNING
    before = _year_before()
    before["table2"]["规章"][2] = 75
    (found,) = violations(vector(), before)
    assert (found.rule, found.expected, found.found, found.level) == ("V7", 73, 74, WARNING)
    before = _year_before()
    before["table4"]["direct_suit"][3] = 57
    assert [(v.rule, v.where) for v in violations(vector(), before)] == [("V13", "table4.direct_suit.总计")]


def test_the_wrong_year_is_not_compared() -> None:
    before = {**_year_before(), "year": 2023}
    (found,) = violations(vector(), before)
    assert (found.where, found.expected, found.found) == ("previous.year", 2024, 2023)


def _cases(report: dict) -> list[dict]:
    """与表相符的案件：新收的、结转来的，依次归入各结果。"""
    cases = []
    for index, column in enumerate(TABLE3_COLUMNS[:6]):
        cell = {key: row[index] for key, row in report["table3"].items()}
        intake = ["new"] * cell["new"] + ["carry_in"] * cell["carry_in"]
        results = [key for key in (*LEAVES, "carry_out") for _ in range(cell[key])]
        for one, result in zip(intake, results, strict=True):
            cases.append({"number": str(len(cases)), "column": column, "intake": one, "result": result})
    return cases


def test_cases_and_table_agree_cell_by_cell() -> None:
    report = vector()
    report["cases"] = _cases(report)
    assert violations(report) == []
    report["cases"][0]["result"] = "r2" if report["cases"][0]["result"] == "r1" else "r1"
    assert {(v.rule, v.where) for v in violations(report)} == {
        ("V8", f"table3.{key}.{column}") for key in ("r1", "r2") for column in ("自然人", "总计")
    }
    report["cases"][0] |= {"result": None}
    assert "cases.0" in {v.where for v in violations(report)}
    report["cases"][0] |= {"result": "r1", "column": "公司"}
    assert "cases.0" in {v.where for v in violations(report)}


def test_notices_and_consultations() -> None:
    enough = {"fee": 203, "correction": 318}
    assert violations({**vector(), "notices": enough, "consultations": 51}) == []
    few = violations({**vector(), "notices": {"fee": 202, "correction": 18}, "consultations": 0})
    assert [(v.rule, v.where) for v in few] == [
        ("V9", "table3.r6_2.总计"),
        ("V9", "table3.r6_1.总计"),
        ("V9", "table3.r4_3.总计"),
        ("V10", "table3.r3_4.总计"),
    ]


TEXT = (
    "2025年新收政府信息公开申请14,069件，上年结转560件，办结13810件，结转下年度继续办理819件；"
    "被申请行政复议790件，行政诉讼212件。"
)


def test_numbers_told_in_the_text() -> None:
    sections = {"1": TEXT, "5": "存在主动公开不够及时的问题。", "6": "全年收取信息处理费3.8万元。"}
    assert violations({**vector(), "sections": sections, "fee_received": 38000}) == []
    for wrong, rule in (("14,069", "14,068"), ("560", "561"), ("13810", "1381"), ("819", "818")):
        told = {**sections, "1": TEXT.replace(wrong, rule)}
        (found,) = violations({**vector(), "sections": told})
        assert (found.rule, found.where, found.level) == ("V11", "sections.1", WARNING)
    for wrong, changed in (("790", "791"), ("212", "56")):
        told = {**sections, "1": TEXT.replace(wrong, changed)}
        assert rules({**vector(), "sections": told}) == ["V11"]
    assert rules({**vector(), "sections": sections, "fee_received": 380}) == ["V11"]


def test_fees_must_be_told() -> None:
    report = {**vector(), "sections": {"5": "有问题。", "6": "无其他需要报告的事项。"}}
    (found,) = violations(report)
    assert (found.rule, found.where) == ("V12", "sections.6")
    report["table3"] = {key: [0] * 7 for key in TABLE3_ROWS}
    assert violations(report) == []
    assert rules({**report, "fee_received": 380}) == ["V12"]


PROBLEMS = (
    "一是解读形式较为单一，图解和视频偏少；二是基层工作人员变动频繁，业务不够熟练；三是平台检索不够便捷。"
)


@pytest.mark.parametrize(
    ("now", "before", "found"),
    [
        ("", PROBLEMS, ["V16"]),
        (None, PROBLEMS, ["V16"]),
        (PROBLEMS, PROBLEMS, ["V16"]),
        (PROBLEMS + "培训 3 次。", PROBLEMS + "培训 12 次。", ["V16"]),
        (PROBLEMS, "全年主动公开目录更新慢，部分栏目长期没有内容。", []),
        (PROBLEMS, "", []),
    ],
)
def test_problems_are_this_years_own(now: str | None, before: str, found: list[str]) -> None:
    report = {"year": 2025, "sections": {"5": now} if now is not None else {"1": ""}}
    assert rules(report, {"year": 2024, "sections": {"5": before}}) == found


def test_roll_up() -> None:
    one, other = vector(), vector()
    whole = vector()
    for table in ("table3", "table4"):
        whole[table] = {key: [2 * cell for cell in row] for key, row in whole[table].items()}
    assert violations({**whole, "units": [one, other]}) == []
    other["table3"]["r1"][0] -= 1
    assert [(v.rule, v.where) for v in violations({**whole, "units": [one, other]})] == [
        ("V14", "table3.r1.自然人")
    ]


@pytest.mark.parametrize(
    ("published", "government", "found"),
    [
        (date(2026, 1, 31), False, []),
        (date(2026, 2, 1), False, ["V15"]),
        ("2026-02-01", False, ["V15"]),
        (date(2026, 3, 31), True, []),
        (date(2026, 4, 1), True, ["V15"]),
        (None, False, []),
        ("待定", False, []),
    ],
)
def test_published_in_time(published: object, government: bool, found: list[str]) -> None:
    assert rules({"year": 2025, "published_on": published, "government": government}) == found
    assert publication_deadline(2026) == date(2027, 1, 31)


small = st.integers(0, 50)


@st.composite
def reports(draw: st.DrawFn) -> dict[str, Any]:
    """相符的报告：先定各叶子和结转，再由它们得出新收和总计。"""
    table: dict[str, list[int]] = {key: [0] * 7 for key in TABLE3_ROWS}
    for index in range(6):
        for key in (*LEAVES, "carry_out"):
            table[key][index] = draw(small)
        table["r7"][index] = sum(table[key][index] for key in LEAVES)
        everything = table["r7"][index] + table["carry_out"][index]
        table["carry_in"][index] = draw(st.integers(0, everything))
        table["new"][index] = everything - table["carry_in"][index]
    for row in table.values():
        row[6] = sum(row[:6])
    table4 = {}
    for key in TABLE4_ROWS:
        four = [draw(small) for _ in range(4)]
        table4[key] = [*four, sum(four)]
    return {"year": 2025, "table3": table, "table4": table4}


@given(reports())
def test_a_consistent_report_is_never_accused(report: dict) -> None:
    before = copy.deepcopy(report) | {"year": 2024}
    before["table3"]["carry_out"] = report["table3"]["carry_in"]
    before["table4"] = {key: [0] * 5 for key in TABLE4_ROWS}
    assert violations(report, before) == []


@given(reports(), st.data())
def test_a_broken_report_is_always_found(report: dict, data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(["table3", "table4"]))
    key = data.draw(st.sampled_from(sorted(report[table])))
    column = data.draw(st.integers(0, len(report[table][key]) - 1))
    wrong = data.draw(st.integers(-5, 120).filter(lambda n: n != report[table][key][column]))
    report[table][key][column] = wrong
    found = violations(report)
    assert found and all(each.message and each.where.startswith(table) for each in found)


@settings(max_examples=20)
@given(reports(), st.recursive(st.none() | st.text(max_size=3) | st.floats(), st.lists, max_leaves=4))
def test_no_cell_makes_it_fail(report: dict, cell: object) -> None:
    for table in ("table3", "table4"):
        for key in report[table]:
            broken = copy.deepcopy(report)
            broken[table][key] = cell
            assert any(each.rule == "V6" for each in violations(broken))
