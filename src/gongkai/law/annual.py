"""年度报告：三张表的勾稽关系，和表与案件、与上一年度、与正文是否相符（V1—V16）。

来源：《政府信息公开条例》第四十九条、第五十条；《中华人民共和国政府信息公开工作年度报告格式》
（国办公开办函〔2021〕30号）；行政诉讼的计数见国办公开办函〔2016〕201号。
V2 是格式写明的勾稽关系；V1、V3、V5 由总计的含义得出；其余是核对办法，标为 warning 的只提示，不阻拦。
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from math import isfinite
from typing import Any, Final

from gongkai.law.annual_tables import (
    LEAVES,
    SECTIONS,
    TABLE2,
    TABLE3_COLUMNS,
    TABLE3_GROUPS,
    TABLE3_LEGAL_PERSONS,
    TABLE3_NOTE,
    TABLE3_ROWS,
    TABLE4_COLUMNS,
    TABLE4_ROWS,
    Block,
    row_label,
)

__all__ = [
    "ERROR",
    "LEAVES",
    "SECTIONS",
    "TABLE2",
    "TABLE3_COLUMNS",
    "TABLE3_GROUPS",
    "TABLE3_LEGAL_PERSONS",
    "TABLE3_NOTE",
    "TABLE3_ROWS",
    "TABLE4_COLUMNS",
    "TABLE4_ROWS",
    "WARNING",
    "Block",
    "Violation",
    "publication_deadline",
    "row_label",
    "violations",
]

ERROR: Final = "error"
WARNING: Final = "warning"

Report = Mapping[str, Any]
Cells = dict[str, list[int | None]]

_SAME_TEXT: Final = 0.85


@dataclass(frozen=True, slots=True)
class Violation:
    """不符之处：rule 规则（V1—V16），where 位置（如 table3.r1.总计），expected 应为，found 实为。

    level 为 error（须改正）或 warning（须核对）；message 为给人看的中文说明，写明哪一格、差多少、怎样改。
    """

    rule: str
    where: str
    expected: Any
    found: Any
    level: str = ERROR
    message: str = ""


def publication_deadline(year: int, *, government: bool = False) -> date:
    """公布期限：``year`` 年度报告最迟公布之日，次年 1 月 31 日（部门）或 3 月 31 日（政府）。

    是日历日，遇休息日不顺延；安排工作宜提前到最后一个工作日。来源：《条例》第四十九条。
    """
    return date(year + 1, 3, 31) if government else date(year + 1, 1, 31)


def violations(report: Report, previous: Report | None = None) -> list[Violation]:
    """核对年度报告：返回全部不符之处，按 V1—V16 排；没有的表和没有的旁证不查。

    参数：report 为报告，键如下；previous 为同一机关上一年度的报告（V4、V7、V13、V16 用），形状相同。
      year 年度；table3 每行 7 个数（键见 TABLE3_ROWS）；table4 每行 5 个数（键见 TABLE4_ROWS）；
      table2 键为信息内容原文：规章、行政规范性文件各 3 个数，其余各 1 个数，行政事业性收费以万元计。
      以下可无：cases 案件（V8），每件 {"number", "column": 列名或 0—5, "intake": "new"|"carry_in",
      "result": 叶子键或 "carry_out"}；notices（V9）{"fee": 收费通知数, "correction": 补正告知数}，
      含上年发出、本年办结的；consultations 征求第三方意见的件数（V10）；sections 正文 {"1"…"6": 文字}
      （V11、V12、V16）；fee_received 本年实收信息处理费（元，V11、V12）；units 下级报告列表（V14）；
      published_on 公布之日、government 是否政府（V15）；reorganised 机构改革的说明（有则 V4 降为 warning）。
    返回：Violation 列表，空列表为相符。任何单元格内容都不抛异常，写错的格列为 V6，含该格的合计不再重复报。
    错误：report 不是对象时抛出 TypeError。
    来源：国办公开办函〔2021〕30号；《条例》第四十九条、第五十条。
    """
    for name, value in (("报告", report), ("上一年度的报告", {} if previous is None else previous)):
        if not isinstance(value, Mapping):
            raise TypeError(f"{name}应为对象，收到的是 {type(value).__name__}")
    bad: list[Violation] = []
    table3 = _rows(report, "table3", TABLE3_ROWS, TABLE3_COLUMNS, bad)
    table4 = _rows(report, "table4", TABLE4_ROWS, TABLE4_COLUMNS, bad)
    table2 = _table2(report, bad)
    # 上一年度写错的格不在这里报，只是用不上。
    before3 = _rows(previous or {}, "table3", TABLE3_ROWS, TABLE3_COLUMNS, [])
    before4 = _rows(previous or {}, "table4", TABLE4_ROWS, TABLE4_COLUMNS, [])
    before2 = _table2(previous or {}, [])
    found = [*_sums3(table3), *_sums4(table4), *bad]
    if _years(report, previous, found):
        found += _carried(report, table3, before3)
        found += _in_force(table2, before2)
        found += _pending(table4, before4)
        found += _problems(report, previous or {})
    found += _cases(report, table3)
    found += _notices(report, table3)
    found += _quoted(report, table3, table4)
    found += _fees_told(report, table3)
    found += _rolled_up(report, table3, table4)
    found += _published(report)
    return sorted(found, key=lambda each: int(each.rule[1:]))


# 读表


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _rows(
    report: Report, table: str, labels: Mapping[str, str], columns: Sequence[str], bad: list[Violation]
) -> Cells:
    """读一张表：合格的格为整数，写错的为 None 并记入 ``bad``；没有这张表返回空。"""
    if table not in report:
        return {}
    given = report[table]
    if not isinstance(given, Mapping):
        bad.append(_blank(table, given, f"{table} 应为“行 → 各列的数”"))
        return {}
    cells: Cells = {}
    for key, label in labels.items():
        row = given.get(key)
        if not isinstance(row, Sequence) or isinstance(row, str | bytes) or len(row) != len(columns):
            bad.append(_blank(f"{table}.{key}", row, f"“{label}”应有 {len(columns)} 个数"))
            cells[key] = [None] * len(columns)
            continue
        cells[key] = [value if _whole(value) else None for value in row]
        for column, value in zip(columns, row, strict=True):
            if not _whole(value):
                place = f"{table}.{key}.{column}"
                bad.append(_blank(place, value, f"“{label}”的“{column}”一格应为不小于 0 的整数"))
    return cells


def _blank(where: str, found: object, what: str) -> Violation:
    message = f"{what}，现为 {found!r}；没有的填 0，不留空，不写“/”"
    return Violation("V6", where, "不小于 0 的整数", found, ERROR, message)


def _table2(report: Report, bad: list[Violation]) -> dict[str, list[Any]]:
    """读主动公开情况表：只读表中有的行，收费金额可为小数（万元）。"""
    given = report.get("table2", {})
    if not isinstance(given, Mapping):
        bad.append(_blank("table2", given, "table2 应为“信息内容 → 各列的数”"))
        return {}
    # “行政事业性收费（万元）”一类带单位的写法照认。
    named = {re.sub(r"[（(].*", "", str(key)).strip(): value for key, value in given.items()}
    cells: dict[str, list[Any]] = {}
    for block in TABLE2:
        for label in block.rows:
            if label not in named:
                continue
            value = named[label]
            row = list(value) if isinstance(value, list | tuple) else [value]
            if len(row) != len(block.columns):
                bad.append(_blank(f"table2.{label}", value, f"“{label}”应有 {len(block.columns)} 个数"))
                continue
            good = _money if "万元" in block.columns[0] else _whole
            cells[label] = [cell if good(cell) else None for cell in row]
            for column, cell in zip(block.columns, row, strict=True):
                if not good(cell):
                    bad.append(_blank(f"table2.{label}.{column}", cell, f"“{label}”的“{column}”一格"))
    return cells


def _money(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return isfinite(value) and value >= 0


# 表内勾稽：V1、V2、V3、V5


def _total(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _differ(
    rule: str, where: str, expected: int | None, found: int | None, what: str, level: str = ERROR
) -> Iterator[Violation]:
    """两数不等时给出一条；有一边算不出（格子写错）的不报，V6 已经报过。"""
    if expected is not None and found is not None and expected != found:
        message = f"{what}：应为 {expected}，现为 {found}，相差 {abs(expected - found)}；请核对"
        yield Violation(rule, where, expected, found, level, message)


def _sums3(table: Cells) -> Iterator[Violation]:
    for key, row in table.items():
        what = f"“{row_label(key)}”六类申请人之和与总计不等"
        yield from _differ("V1", f"table3.{key}.总计", _total(row[:6]), row[6], what)
    if not table:
        return
    for index, column in enumerate(TABLE3_COLUMNS):
        cell = {key: row[index] for key, row in table.items()}
        yield from _differ(
            "V2",
            f"table3.{column}",
            _total([cell["new"], cell["carry_in"]]),
            _total([cell["r7"], cell["carry_out"]]),
            f"“{column}”一列第一项加第二项之和，不等于第三项加第四项之和",
        )
        yield from _differ(
            "V3",
            f"table3.r7.{column}",
            _total([cell[key] for key in LEAVES]),
            cell["r7"],
            f"“{column}”一列办理结果各项之和与“（七）总计”不等",
        )


def _sums4(table: Cells) -> Iterator[Violation]:
    for key, row in table.items():
        what = f"“{TABLE4_ROWS[key]}”四种结果之和与总计不等"
        yield from _differ("V5", f"table4.{key}.总计", _total(row[:4]), row[4], what)


# 与上一年度：V4、V7、V13、V16


def _years(report: Report, previous: Report | None, found: list[Violation]) -> bool:
    """年度相接才比：上一年度的报告年份不对，列一条，跨年的规则都不查。"""
    if previous is None or "year" not in previous or "year" not in report:
        return True
    expected = report["year"] - 1 if _whole(report["year"]) else None
    if previous["year"] == expected:
        return True
    message = f"上一年度的报告应为 {expected} 年，现为 {previous['year']!r} 年；请换成相接的年度再核对"
    found.append(Violation("V4", "previous.year", expected, previous["year"], ERROR, message))
    return False


def _carried(report: Report, table: Cells, before: Cells) -> Iterator[Violation]:
    if not table or not before:
        return
    level = WARNING if report.get("reorganised") else ERROR
    for index, column in enumerate(TABLE3_COLUMNS):
        yield from _differ(
            "V4",
            f"table3.carry_in.{column}",
            before["carry_out"][index],
            table["carry_in"][index],
            f"“{column}”一列上年结转与上一年度报告的结转下年度不等",
            level,
        )


def _in_force(table: dict[str, list[Any]], before: dict[str, list[Any]]) -> Iterator[Violation]:
    for label in TABLE2[0].rows:
        if label in table and label in before and None not in (*table[label], before[label][2]):
            made, repealed, now = table[label]
            yield from _differ(
                "V7",
                f"table2.{label}.现行有效件数",
                before[label][2] + made - repealed,
                now,
                f"“{label}”现行有效件数不等于上年现行有效加制发减废止（失效、清理的请在正文说明）",
                WARNING,
            )


def _pending(table: Cells, before: Cells) -> Iterator[Violation]:
    for key, label in TABLE4_ROWS.items():
        if not table or not before:
            return
        left, total = before[key][3], table[key][4]
        if left is not None and total is not None and total < left:
            message = (
                f"“{label}”上一年度尚未审结 {left} 件，本年度总计只有 {total} 件；未审结的应在本年度再现"
            )
            yield Violation("V13", f"table4.{key}.总计", f"不少于 {left}", total, WARNING, message)


def _section(report: Report, number: str) -> str | None:
    sections = report.get("sections")
    text = sections.get(number) if isinstance(sections, Mapping) else None
    if isinstance(sections, Mapping) and text is None:
        return ""
    return re.sub(r"\s", "", text) if isinstance(text, str) else None


def _problems(report: Report, previous: Report) -> Iterator[Violation]:
    now, before = _section(report, "5"), _section(previous, "5")
    if now is None:
        return
    if not now:
        message = f"“{SECTIONS['5']}”没有内容；格式要求如实写明问题和改进，不能遗漏"
        yield Violation("V16", "sections.5", "有内容", "", WARNING, message)
    elif before:
        # 只换数字的也算雷同。
        texts = [re.sub(r"\d+", "0", text) for text in (before, now)]
        matcher = SequenceMatcher(None, texts[0], texts[1], autojunk=False)
        ratio = matcher.ratio() if matcher.quick_ratio() >= _SAME_TEXT else 0.0
        if ratio >= _SAME_TEXT:
            message = f"“{SECTIONS['5']}”与上一年度相同的文字约占 {ratio:.0%}；请写本年度的情况"
            yield Violation("V16", "sections.5", f"低于 {_SAME_TEXT:.0%}", round(ratio, 2), WARNING, message)


# 与案件和通知：V8、V9、V10


def _cases(report: Report, table: Cells) -> Iterator[Violation]:
    if "cases" not in report or not table:
        return
    counted: Counter[tuple[str, int]] = Counter()
    for case in report["cases"]:
        column, intake, result = case.get("column"), case.get("intake"), case.get("result")
        index = TABLE3_COLUMNS.index(column) if column in TABLE3_COLUMNS else column
        where = f"cases.{case.get('number')}"
        if not _whole(index) or index > 5:
            message = f"案件 {case.get('number')}：申请人类型 {column!r} 不在表中；请改为六类之一"
            yield Violation("V8", where, "六类申请人之一", column, ERROR, message)
        elif intake not in ("new", "carry_in") or result not in (*LEAVES, "carry_out"):
            problem = f"没有归入唯一的办理结果（{intake!r}、{result!r}）"
            message = f"案件 {case.get('number')}：{problem}；请补上结果或结转"
            yield Violation("V8", where, "一个办理结果或结转", result, ERROR, message)
        else:
            for key in {intake, result} | ({"r7"} if result != "carry_out" else set()):
                counted[key, index] += 1
                counted[key, 6] += 1
    for key, row in table.items():
        for index, column in enumerate(TABLE3_COLUMNS):
            what = f"“{row_label(key)}”的“{column}”与案件数不等"
            yield from _differ("V8", f"table3.{key}.{column}", counted[key, index], row[index], what)


_NOTICE_ROWS: Final = (
    ("r6_2", "fee", "收费通知"),
    ("r6_1", "correction", "补正告知"),
    ("r4_3", "correction", "补正告知"),
)


def _notices(report: Report, table: Cells) -> Iterator[Violation]:
    if not table:
        return
    notices = report.get("notices")
    counts: Mapping[str, Any] = notices if isinstance(notices, Mapping) else {}
    for key, kind, label in _NOTICE_ROWS:
        sent, total = counts.get(kind), table[key][6]
        if isinstance(sent, int) and total is not None and total > sent:
            message = f"“{row_label(key)}”有 {total} 件，而{label}只发出 {sent} 份；请核对案卷"
            yield Violation("V9", f"table3.{key}.总计", f"不多于 {sent}", total, ERROR, message)
    protected = table["r3_4"][6]
    if report.get("consultations") == 0 and protected:
        message = f"“{row_label('r3_4')}”有 {protected} 件，却没有征求第三方意见的记录；请核对案卷"
        yield Violation("V10", "table3.r3_4.总计", "有征求意见的记录", protected, WARNING, message)


# 与正文：V11、V12

_NUMBER: Final = r"(?:共计?|总计|合计|为)?(\d[\d,，]*)件"
_QUOTES: Final = (
    (("new",), re.compile(rf"新收(?:到)?(?:政府信息公开)?申请{_NUMBER}")),
    (("carry_in",), re.compile(rf"上年(?:度)?结转(?:政府信息公开)?(?:申请)?{_NUMBER}")),
    (("r7",), re.compile(rf"办结(?:政府信息公开)?(?:申请)?{_NUMBER}")),
    (("carry_out",), re.compile(rf"结转(?:至)?下(?:一)?年度?(?:继续办理)?(?:的)?(?:申请)?{_NUMBER}")),
    (("review",), re.compile(rf"(?:被(?:申请|提起))?行政复议(?:案件)?{_NUMBER}")),
    (("direct_suit", "suit_after_review"), re.compile(rf"(?:被(?:提起)?)?行政诉讼(?:案件)?{_NUMBER}")),
)
_FEE: Final = re.compile(r"信息处理费(?:共计?|总计|合计|为|金额)*(\d[\d,，]*(?:\.\d+)?)(万?)元")


def _quoted(report: Report, table3: Cells, table4: Cells) -> Iterator[Violation]:
    totals: dict[tuple[str, ...], int | None] = {}
    for keys, _ in _QUOTES:
        source = table3 if keys[0] in TABLE3_ROWS else table4
        totals[keys] = _total([source[key][-1] for key in keys]) if source else None
    for number in ("1", "5", "6"):
        text = _section(report, number) or ""
        for keys, pattern in _QUOTES:
            for match in pattern.finditer(text):
                told, expected = int(re.sub("[,，]", "", match[1])), totals[keys]
                what = f"“{SECTIONS[number]}”写的“{match[0]}”与表中的数不等"
                yield from _differ("V11", f"sections.{number}", expected, told, what, WARNING)
        received = report.get("fee_received")
        for match in _FEE.finditer(text) if _money(received) else ():
            yuan = Decimal(re.sub("[,，]", "", match[1])) * (10_000 if match[2] else 1)
            if yuan != Decimal(str(received)):
                message = f"“{SECTIONS[number]}”写的“{match[0]}”与实收 {received} 元不等；请核对"
                yield Violation("V11", f"sections.{number}", received, yuan, WARNING, message)


def _fees_told(report: Report, table: Cells) -> Iterator[Violation]:
    text = _section(report, "6")
    unpaid = (table["r6_2"][6] or 0) if table else 0
    received = report.get("fee_received")
    charged = _money(received) and received is not None and received > 0
    if text is not None and (unpaid or charged) and not re.search("信息处理费|收费|收取费用", text):
        facts = f"逾期未缴费 {unpaid} 件" if unpaid else f"实收信息处理费 {received} 元"
        message = f"{facts}，“{SECTIONS['6']}”却没有写收费情况；请补上收费通知数和金额"
        yield Violation("V12", "sections.6", "写明信息处理费", "没有写", WARNING, message)


# 汇总与公布：V14、V15


def _rolled_up(report: Report, table3: Cells, table4: Cells) -> Iterator[Violation]:
    units = report.get("units")
    if not isinstance(units, Sequence) or isinstance(units, str):
        return
    for name, table, labels, columns in (
        ("table3", table3, TABLE3_ROWS, TABLE3_COLUMNS),
        ("table4", table4, TABLE4_ROWS, TABLE4_COLUMNS),
    ):
        read = [_rows(unit, name, labels, columns, []) for unit in units]
        if not table or not all(read):
            continue
        for key, row in table.items():
            for index, column in enumerate(columns):
                what = f"“{labels[key]}”的“{column}”与各单位之和不等"
                summed = _total([unit[key][index] for unit in read])
                yield from _differ("V14", f"{name}.{key}.{column}", summed, row[index], what)


def _published(report: Report) -> Iterator[Violation]:
    published, year = report.get("published_on"), report.get("year")
    if isinstance(published, str):
        try:
            published = date.fromisoformat(published)
        except ValueError:
            published = None
    if not isinstance(published, date) or not isinstance(year, int):
        return
    limit = publication_deadline(year, government=bool(report.get("government")))
    if date(published.year, published.month, published.day) > limit:
        message = f"{published.isoformat()} 公布，晚于 {limit.isoformat()}（《条例》第四十九条）"
        yield Violation("V15", "published_on", limit, published, ERROR, message)
