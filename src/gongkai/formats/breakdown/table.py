"""分工表的行，以及由网格认出表头、部分、任务、承接关系的规则。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

FIELDS: Final = ("number", "part", "task", "text", "city_units", "bureau_units")
COLUMNS: Final = ("task", "text", "city_units", "bureau_units")
LABELS: Final = {
    "number": "序号", "part": "部分", "task": "工作任务", "text": "具体要求",
    "city_units": "市里落实单位", "bureau_units": "局内负责处室",
}  # fmt: skip
# 表头按意义认：每项的说法由具体到笼统，先匹配者先得。
_HEADERS: Final = (
    ("number", r"序号|编号"),
    ("city_units", r"市.*(?:单位|部门)|上级.*单位|落实单位"),
    (
        "bureau_units",
        r"局.*(?:处室|科室|单位)|(?:责任|负责|承办|牵头|主办).*(?:处室|科室|部门|单位|股室)|处室|科室",
    ),
    ("text", r"(?:具体|工作)?要求|任务内容|具体举措|工作内容|主要任务|具体任务|工作举措"),
    ("part", r"类别|板块|重点任务|一级任务|一级指标"),
    ("task", r"工作任务|二级任务|任务|事项|工作项目"),
)
_PART: Final = re.compile(r"^[一二三四五六七八九十]{1,3}\s*、")
_TASK: Final = re.compile(r"^[（(][一二三四五六七八九十]{1,3}[)）]")
# “6.5亿元”不是第 6 项；“20.2021年底前”是第 20 项。
_NUMBER: Final = re.compile(r"^[（(]?(\d{1,3}(?:-\d{1,2})?)\s*[.．、)）](?!\d(?!\d{3}年))\s*")
_CJK: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’、。"


class BreakdownError(ValueError):
    """不能读的分工表：消息为中文，写明哪里、见到什么、应为什么、怎样改。"""


@dataclass(frozen=True, slots=True)
class Row:
    """一项要求。inherited 为承接（合并单元格或空格）而来的栏目；position 为原文件中的位置，不参与比较。"""

    number: str
    part: str
    task: str
    text: str
    city_units: str
    bureau_units: str
    inherited: frozenset[str] = frozenset()
    extra: tuple[tuple[str, str], ...] = ()
    position: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class BreakdownTable:
    """分工表。headers 为（栏目, 原表头），次序固定；其余列名在 extra_headers。

    可写性约定：inherited 的栏目与上一行取值相同且同属一个部分；部分、任务一经出现，同一部分内不再为空。
    """

    rows: tuple[Row, ...]
    headers: tuple[tuple[str, str], ...] = tuple((name, LABELS[name]) for name in COLUMNS)
    extra_headers: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """网格的一格：merged_down 表示与上一行的同列合并。"""

    text: str
    merged_down: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """网格的一行：full_width 表示整行是一格；ragged 表示文本格式，格数可少于列数。"""

    cells: tuple[Cell, ...]
    where: str
    full_width: bool = False
    ragged: bool = False


def clean(text: object) -> str:
    """整理：去控制字符与首尾空白，汉字间的换行直接接上，其余空白并为一个空格。"""
    # PDF 里的汉字常被存成部首区的同形字（⼀、⽴），不还原就对不上；只动部首区，原有繁简与标点不变。
    source = re.sub(r"[\u2e80-\u2fdf]", lambda m: unicodedata.normalize("NFKC", m.group()), str(text or ""))
    plain = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]", "", source)
    plain = re.sub(rf"(?<=[{_CJK}])[\r\n]+\s*(?=[{_CJK}])", "", plain)
    return re.sub(r"\s+", " ", plain).strip()


@cache
def _converter() -> Any:
    import opencc  # 词典较大，用到才装入。

    return opencc.OpenCC("t2s")


def _meaning(label: str) -> str | None:
    plain = re.sub(r"\s|[（(].*?[)）]", "", _converter().convert(label))
    if not plain or len(plain) > 14:
        return None
    return next((name for name, pattern in _HEADERS if re.fullmatch(f"(?:{pattern})", plain)), None)


def _header(line: Line) -> list[str] | None:
    """表头：每列的栏目名（认不出的为 ``+原名``）；这一行不是表头时为 None。"""
    labels = [cell.text for cell in line.cells]
    while line.ragged and labels and not labels[-1]:
        labels.pop()
    found: list[str] = []
    for at, label in enumerate(labels, start=1):
        name = _meaning(label)
        # 同义的第二列不覆盖第一列；“牵头单位、责任单位”并列时后者作附加列。
        found.append(name if name and name not in found else _extra_name(label or f"第{at}列", found))
    if "text" not in found and "task" in found:
        found[found.index("task")] = "text"
    if "text" not in found or not {"city_units", "bureau_units"} & set(found):
        return None
    return found


def _extra_name(label: str, taken: list[str]) -> str:
    """附加列的名称：重名的依次加“（2）”“（3）”，免得后一列盖掉前一列。"""
    name, count = f"+{label}", 1
    while name in taken:
        count += 1
        name = f"+{label}（{count}）"
    return name


def interpret(lines: Iterable[Line]) -> BreakdownTable:
    """解读：网格变为分工表。错误：BreakdownError——找不到表头、格数不对、序号重复、没有要求。"""
    title, columns, labels, first, early = "", None, [], "", ""
    rows: list[Row] = []
    state: dict[str, str] = {"part": "", "task": "", "city_units": "", "bureau_units": ""}
    for line in lines:
        texts = [cell.text for cell in line.cells]
        if not any(texts):
            continue
        first = first or f"{line.where}“{next(filter(None, texts))[:20]}”"
        header = _header(line)
        if header and (columns is None or header == columns):
            columns, labels = header, texts
            continue
        if columns is None:
            title = title or (next(filter(None, texts)) if len(set(filter(None, texts))) == 1 else "")
            early = early or (line.where if sum(map(bool, texts)) > 1 and _numbered(texts) else "")
            continue
        if _is_heading(line, columns):
            heading = next(filter(None, texts))
            # 只有一格的编号行是缺了责任单位的要求，当成标题就会悄悄丢掉。
            if _NUMBER.match(heading):
                raise BreakdownError(f"{line.where}：“{heading[:20]}”只有一格，没有责任单位；请补上各格")
            _heading(heading, state)
            continue
        rows.append(_row(line, columns, state, len(rows) + 1))
    if columns is None:
        raise BreakdownError(
            f"没有找到表头：首行是{first or '空白'}；分工表须有“具体要求”列"
            "和“市里落实单位”或“局内负责处室”列，请核对文件"
        )
    if early:
        raise BreakdownError(f"{early}：这一项要求出现在表头之前；请把表头移到它的上面")
    if not rows:
        raise BreakdownError("表头之下没有任何要求；请核对文件是否完整")
    seen: dict[str, str] = {}
    for row in rows:
        if row.number in seen:
            raise BreakdownError(
                f"{row.position}：序号“{row.number}”与{seen[row.number]}重复；请改成不同的序号"
            )
        seen[row.number] = row.position
    present = dict(zip(columns, labels, strict=False))
    headers = tuple((name, present[name]) for name in COLUMNS if name in present)
    # 没有表头又整列空白的只是多画的格；有内容的留作附加列。
    blank = {
        f"第{at}列" for at, label in enumerate(labels, start=1)
        if not label and not any(dict(row.extra).get(f"第{at}列") for row in rows)
    }  # fmt: skip
    extras = tuple(name[1:] for name in columns if name[0] == "+" and name[1:] not in blank)
    kept = tuple(
        replace(row, extra=tuple(pair for pair in row.extra if pair[0] not in blank)) for row in rows
    )
    return BreakdownTable(kept, headers, extras, title)


def _numbered(texts: list[str]) -> bool:
    return any(_NUMBER.match(text) for text in texts)


def _is_heading(line: Line, columns: list[str]) -> bool:
    texts = [cell.text for cell in line.cells if cell.text]
    if line.full_width:
        return True
    return (
        len(texts) == 1
        and len(columns) > 1
        and not line.cells[0].merged_down
        and bool(_PART.match(texts[0]) or _TASK.match(texts[0]))
    )


def _heading(text: str, state: dict[str, str]) -> None:
    if _TASK.match(text):
        state["task"] = text
    else:
        state.update(part=text, task="")


def _align(line: Line, columns: list[str]) -> dict[str, Cell]:
    """对齐：各格对到栏目。文本行缺格时，先看第一格是不是任务，再把正文之后的各格靠右对齐。"""
    cells = list(line.cells)
    if len(cells) > len(columns) and (line.ragged or any(cell.text for cell in cells[len(columns) :])):
        raise BreakdownError(
            f"{line.where}：有 {len(cells)} 格，表头只有 {len(columns)} 列；请检查是否多了分隔符或单元格"
        )
    if not line.ragged or len(cells) == len(columns):
        padding = [Cell("")] * (len(columns) - len(cells))
        return dict(zip(columns, cells + padding, strict=False))
    at = columns.index("text")
    head = 1 if "task" in columns[:at] and _TASK.match(cells[0].text) else 0
    tail, rest = columns[at + 1 :], cells[head + 1 :]
    # 另有序号、备注等列时，缺的是哪一格无从判断，不猜。
    if not rest or not cells[head].text or len(rest) > len(tail) or not set(columns) <= set(COLUMNS):
        raise BreakdownError(
            f"{line.where}：只有 {len(cells)} 格，表头有 {len(columns)} 列，"
            "认不出缺的是哪一格；请把空着的格也用“|”隔开"
        )
    aligned = {"task": cells[0]} if head else {}
    aligned["text"] = cells[head]
    aligned.update(zip(tail[len(tail) - len(rest) :], rest, strict=True))
    return aligned


def _extra(cell: Cell | None, name: str, state: dict[str, str]) -> str:
    """附加列的值：向下合并的取合并格的文字，空格就是空。"""
    if cell is None or not cell.merged_down:
        state[name] = cell.text if cell else ""
    return state.get(name, "")


def _row(line: Line, columns: list[str], state: dict[str, str], sequence: int) -> Row:
    cells = _align(line, columns)
    inherited: set[str] = set()
    text = cells["text"].text
    match = _NUMBER.match(text)
    number = cells["number"].text.rstrip(".．、") if "number" in cells else ""
    if match and (not number or match[1] == number):
        number, text = match[1], text[match.end() :]
    if not text:
        raise BreakdownError(f"{line.where}：“具体要求”是空的；请补上要求的内容")
    part = cells.get("part")
    if part and part.text and part.text != state["part"]:
        state.update(part=part.text, task="")
    for name in ("task", "city_units", "bureau_units"):
        if name not in columns:
            continue
        cell = cells.get(name)
        # 空着的任务格也算承接；单位格空着不猜，只有合并或缺格才承接。
        if cell is None or cell.merged_down or (name == "task" and not cell.text):
            # 上面什么都没有，就谈不上承接。
            if state[name]:
                inherited.add(name)
        else:
            state[name] = cell.text
    extra = tuple((name[1:], _extra(cells.get(name), name, state)) for name in columns if name[0] == "+")
    return Row(
        number or str(sequence), state["part"], state["task"], text,
        state["city_units"] if "city_units" in columns else "",
        state["bureau_units"] if "bureau_units" in columns else "",
        frozenset(inherited), extra, line.where,
    )  # fmt: skip
