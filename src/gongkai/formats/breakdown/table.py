"""分工表的行，以及由网格认出表头、部分、任务、承接关系的规则。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from .messages import BreakdownError, Message, gettext_noop

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


@dataclass(frozen=True, slots=True)
class Row:
    """一项要求。inherited 为承接（合并单元格或空格）而来的栏目；position 为原文件中的位置。

    place 是可译的位置，numbered 表示序号是表里写的，table 为文件里的第几张表。这几项不参与比较。
    """

    number: str
    part: str
    task: str
    text: str
    city_units: str
    bureau_units: str
    inherited: frozenset[str] = frozenset()
    extra: tuple[tuple[str, str], ...] = ()
    position: str = field(default="", compare=False)
    place: Message = field(default=Message(""), compare=False, repr=False)
    numbered: bool = field(default=True, compare=False, repr=False)
    table: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class BreakdownTable:
    """分工表。headers 为（栏目, 原表头），次序固定；其余列名在 extra_headers。

    可写性约定：inherited 的栏目与上一行取值相同且同属一个部分，或 bureau_units 与同一行的 city_units
    原是一格（取值相同）；上面横并成一格的，两栏一起承接；部分、任务一经出现，同一部分内不再为空；
    承接的要求序号接在上一项之后（1、1-2、1-3），并且不是各栏都承接。
    """

    rows: tuple[Row, ...]
    headers: tuple[tuple[str, str], ...] = tuple((name, LABELS[name]) for name in COLUMNS)
    extra_headers: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """网格的一格：merged_down 表示与上一行的同列合并，across 表示与左边一格合并。"""

    text: str
    merged_down: bool = False
    across: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """网格的一行：full_width 表示整行是一格；ragged 表示文本格式，格数可少于列数。

    table 为文件里的第几张表；continues 表示这张表接着上一页，第一行可能是上一页末行的下半截。
    """

    cells: tuple[Cell, ...]
    where: Message
    full_width: bool = False
    ragged: bool = False
    table: int = 0
    continues: bool = False


def clean(text: object) -> str:
    """整理：去控制字符与首尾空白，汉字之间、汉字与数字之间的换行直接接上，其余空白并为一个空格。"""
    # PDF 里的汉字常被存成部首区的同形字（⼀、⽴），不还原就对不上；只动部首区，原有繁简与标点不变。
    source = re.sub(r"[\u2e80-\u2fdf]", lambda m: unicodedata.normalize("NFKC", m.group()), str(text or ""))
    plain = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]", "", source)
    # 折行处一边是汉字、另一边是汉字或数字（“到|2026年”），直接接上；另起一行的“1.”是分条，留着空格。
    plain = re.sub(rf"(?<=[{_CJK}])[\r\n]+\s*(?=[{_CJK}]|\d+(?!\d|[.．、)）]))", "", plain)
    plain = re.sub(rf"(?<=\d)[\r\n]+\s*(?=[{_CJK}])", "", plain)
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


def has_header(lines: Iterable[Line]) -> bool:
    """像分工表：某一行（或相连两行）是分工表的表头。"""
    rows = [line for line in lines if any(cell.text for cell in line.cells)]
    return any(_header_at(rows, at) for at in range(len(rows)))


def _header_at(rows: list[Line], at: int) -> tuple[list[str], list[str], int] | None:
    """表头：（各列栏目, 各列原名, 占几行）；两层表头（“责任单位”下分市里、局内）以下层为准。"""
    line, single = rows[at], _header(rows[at])
    if at + 1 < len(rows) and len(rows[at + 1].cells) == len(line.cells) and not line.ragged:
        upper, lower = line.cells, rows[at + 1].cells
        # 下层至少有一格与上层合并，其余各格都是认得的栏目名，才算表头的第二层。
        own = [cell.text for cell in lower if cell.text and not cell.merged_down]
        if own and any(cell.merged_down for cell in lower) and all(_meaning(text) for text in own):
            both = replace(
                line,
                cells=tuple(
                    low if low.text and not low.merged_down else up
                    for up, low in zip(upper, lower, strict=True)
                ),
            )
            double = _header(both)
            if double:
                return double, [cell.text for cell in both.cells], 2
    return (single, [cell.text for cell in line.cells], 1) if single else None


def interpret(source: Iterable[Line]) -> BreakdownTable:
    """解读：网格变为分工表。错误：BreakdownError——找不到表头、格数不对、序号重复、没有要求。"""
    lines = [line for line in source if any(cell.text for cell in line.cells)]
    at, head = next(((at, head) for at in range(len(lines)) if (head := _header_at(lines, at))), (0, None))
    if head is None:
        raise BreakdownError(
            gettext_noop(
                "没有找到表头：首行是%(first)s；分工表须有“具体要求”列"
                "和“市里落实单位”或“局内负责处室”列，请核对文件"
            ),
            code="no_header",
            first=_first(lines),
        )
    columns, labels, height = head
    title = _before(lines[:at], lines[at], columns)
    rows = _rows(lines[at + height :], columns, lines[at])
    if not rows:
        raise BreakdownError(gettext_noop("表头之下没有任何要求；请核对文件是否完整"), code="no_rows")
    _number_the_rest(rows)
    _refuse_repeated(rows)
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


def _first(lines: list[Line]) -> Message:
    if not lines:
        return Message(gettext_noop("空白"))
    text = next(cell.text for cell in lines[0].cells if cell.text)
    return Message(gettext_noop("%(where)s“%(text)s”"), where=lines[0].where, text=text[:20])


def _before(lines: list[Line], header: Line, columns: list[str]) -> str:
    """表头之前：取标题；同一张表里先于表头出现的编号行是放错了位置，不能当没看见。"""
    title = ""
    for line in lines:
        texts = [cell.text for cell in line.cells if cell.text]
        title = title or (texts[0] if len(set(texts)) == 1 else "")
        # 另一张列数不同的表（封面、说明）不是分工表的一部分。
        apart = line.table != header.table and len(line.cells) != len(columns)
        if len(texts) > 1 and _numbered(texts) and not apart:
            raise BreakdownError(
                gettext_noop("%(where)s：这一项要求出现在表头之前；请把表头移到它的上面"),
                code="before_header",
                where=line.where,
            )
    return title


def _rows(lines: list[Line], columns: list[str], header: Line) -> list[Row]:
    rows: list[Row] = []
    state: dict[str, str] = {"part": "", "task": "", "city_units": "", "bureau_units": ""}
    skip = 0
    for at, line in enumerate(lines):
        if skip:
            skip -= 1
            continue
        found = _header_at(lines, at)
        if found and found[0] == columns:
            # 每页重复的表头。
            skip = found[2] - 1
            continue
        texts = [cell.text for cell in line.cells]
        apart = line.table != header.table and len(line.cells) != len(columns)
        if found and line.table != header.table:
            raise BreakdownError(
                gettext_noop("%(where)s：文件里还有一张栏目不同的分工表；请分成两个文件上传"),
                code="two_tables",
                where=line.where,
            )
        if apart and _numbered(texts):
            raise BreakdownError(
                gettext_noop(
                    "%(where)s：这张表有 %(cells)s 列，与前面分工表的 %(columns)s 列对不上；"
                    "请并成一张表再上传"
                ),
                code="other_columns",
                where=line.where,
                cells=len(line.cells),
                columns=len(columns),
            )
        if apart:
            # 分工表之后的签字栏、说明等。
            continue
        if _is_heading(line, columns):
            heading = next(filter(None, texts))
            # 只有一格的编号行是缺了责任单位的要求，当成标题就会悄悄丢掉。
            if _NUMBER.match(heading):
                raise BreakdownError(
                    gettext_noop("%(where)s：“%(text)s”只有一格，没有责任单位；请补上各格"),
                    code="one_cell",
                    where=line.where,
                    text=heading[:20],
                )
            _heading(heading, state)
            continue
        if line.continues and rows and rows[-1].table != line.table:
            if _is_rest(line, columns, rows[-1]):
                rows[-1] = _join(rows[-1], line, columns, state)
                continue
            # 跨页的合并格在下一页是空的：算承接，标出来由人核对。
            line = replace(line, cells=tuple(replace(c, merged_down=not c.text) for c in line.cells))
        rows.append(_row(line, columns, state, len(rows) + 1))
    return rows


def _is_rest(line: Line, columns: list[str], last: Row) -> bool:
    """下半截：换页后的第一行没有序号，而上一项有。"""
    if len(line.cells) != len(columns) or not last.numbered:
        return False
    cells = dict(zip(columns, line.cells, strict=True))
    number = cells["number"].text if "number" in cells else ""
    return not number and not _NUMBER.match(cells["text"].text)


def _join(row: Row, line: Line, columns: list[str], state: dict[str, str]) -> Row:
    """接上：上一页末行被换页截断，各格接在后面。"""
    values: dict[str, Any] = {}
    for name, cell in zip(columns, line.cells, strict=True):
        if not cell.text or name == "number":
            continue
        if name[0] == "+":
            continue
        values[name] = clean(f"{getattr(row, name)}\n{cell.text}")
        if name in state:
            state[name] = values[name]
    more = {n[1:]: c.text for n, c in zip(columns, line.cells, strict=True) if n[0] == "+" and c.text}
    extra = tuple((name, clean(f"{value}\n{more.get(name, '')}")) for name, value in row.extra)
    return replace(row, **values, extra=extra, table=line.table)


def _number_the_rest(rows: list[Row]) -> None:
    """没写序号的项（序号格合并的几行）：按次序补的号别处已写，就接在上一项之后，如“1-2”。"""
    taken = {row.number for row in rows if row.numbered}
    for at, row in enumerate(rows):
        if row.numbered:
            continue
        number, count = row.number, 2
        # 要求也是承接来的，就是上一项的另一半，不占新的序号。
        while number in taken or ("text" in row.inherited and "-" not in number):
            above = rows[at - 1].number.partition("-")[0] if at else row.number
            number, count = f"{above}-{count}", count + 1
        taken.add(number)
        rows[at] = replace(row, number=number)


def _refuse_repeated(rows: list[Row]) -> None:
    seen: dict[str, Row] = {}
    for row in rows:
        if row.number in seen:
            raise BreakdownError(
                gettext_noop("%(where)s：序号“%(number)s”与%(other)s重复；请改成不同的序号"),
                code="number_twice",
                where=row.place,
                number=row.number,
                other=seen[row.number].place,
            )
        seen[row.number] = row


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
        state.update(task=text, headed="1")
    else:
        state.update(part=text, task="")


def _align(line: Line, columns: list[str]) -> dict[str, Cell]:
    """对齐：各格对到栏目。文本行缺格时，先看第一格是不是任务，再把正文之后的各格靠右对齐。"""
    cells = list(line.cells)
    if len(cells) > len(columns) and (line.ragged or any(cell.text for cell in cells[len(columns) :])):
        raise BreakdownError(
            gettext_noop("%(where)s：有 %(cells)s 格，表头只有 %(columns)s 列；请检查是否多了分隔符或单元格"),
            code="too_many_cells",
            where=line.where,
            cells=len(cells),
            columns=len(columns),
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
            gettext_noop(
                "%(where)s：只有 %(cells)s 格，表头有 %(columns)s 列，"
                "认不出缺的是哪一格；请把空着的格也用“|”隔开"
            ),
            code="too_few_cells",
            where=line.where,
            cells=len(cells),
            columns=len(columns),
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


def _spread(cells: dict[str, Cell]) -> tuple[dict[str, Cell], set[str]]:
    """横向合并：两个单位格合成一格的，两栏都是它，后一栏标为承接；任务与要求合成一格的，是要求的正文。"""
    spread, inherited, left = dict(cells), set[str](), ""
    for name, cell in cells.items():
        origin = spread.get(left)
        if not cell.across or origin is None:
            left = name
        elif name == "text" and left in ("task", "part"):
            spread["text"], spread[left], left = origin, Cell(""), name
        elif {name, left} == {"city_units", "bureau_units"}:
            spread[name] = Cell(origin.text, origin.merged_down)
            inherited.add("bureau_units")
    return spread, inherited


def _row(line: Line, columns: list[str], state: dict[str, str], sequence: int) -> Row:
    cells, inherited = _spread(_align(line, columns))
    headed = state.pop("headed", "")
    text = cells["text"].text
    match = _NUMBER.match(text)
    number = cells["number"].text.rstrip(".．、") if "number" in cells else ""
    if cells["text"].merged_down and state.get("text"):
        # 一项要求竖着并了几行（各行的单位不同）：每行都是这项要求，标出来由人核对。
        text = state["text"]
        number = "" if "number" in cells and cells["number"].merged_down else number
        inherited.add("text")
    elif match and (not number or match[1] == number):
        number, text = match[1], text[match.end() :]
    state["text"] = text
    if not text:
        raise BreakdownError(
            gettext_noop("%(where)s：“具体要求”是空的；请补上要求的内容"), code="no_text", where=line.where
        )
    part = cells.get("part")
    if part and part.text and part.text != state["part"]:
        state.update(part=part.text, task="")
    for name in ("task", "city_units", "bureau_units"):
        if name not in columns:
            continue
        cell = cells.get(name)
        # 空着的任务格也算承接；单位格空着不猜，只有合并或缺格才承接。
        if cell is None or cell.merged_down or (name == "task" and not cell.text):
            # 上面什么都没有，就谈不上承接；刚由标题行写明的任务也不是。
            if state[name] and not (name == "task" and headed):
                inherited.add(name)
        else:
            state[name] = cell.text
    extra = tuple((name[1:], _extra(cells.get(name), name, state)) for name in columns if name[0] == "+")
    return Row(
        number or str(sequence), state["part"], state["task"], text,
        state["city_units"] if "city_units" in columns else "",
        state["bureau_units"] if "bureau_units" in columns else "",
        frozenset(inherited), extra, str(line.where), line.where, bool(number), line.table,
    )  # fmt: skip
