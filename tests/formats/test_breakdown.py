"""分工表：真实表、各种格式、合并单元格、往返与错误。"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai.formats.breakdown import BreakdownError, BreakdownTable, Row, read, read_html, write

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "workplan-2021.txt"

HTML = """<meta charset="utf-8"><style>td,th{border:1px solid #000;width:140px}</style><table>
<tr><th>序號</th><th>责任科室</th><th>工作任务</th><th>具体要求</th><th>完成时限</th><th>市级责任单位</th></tr>
<tr><td colspan=6>一、打好基础</td></tr>
<tr><td>1</td><td>办公室</td><td rowspan=2>（一）建台账。</td>
<td>建立台账</td><td>3月底</td><td rowspan=2>市直各单位</td></tr>
<tr><td>2</td><td>法规处</td><td>每季度自查</td><td>12月</td></tr>
<tr><td colspan=6>二、抓好落实</td></tr>
<tr><td>3</td><td>各处室</td><td>（一）培训。</td><td>开展培训</td><td></td><td>各区政府</td></tr></table>"""


def test_the_real_table() -> None:
    if not REAL.is_file():
        pytest.skip("缺少共享数据 shared/data/workplan-2021.txt，跳过真实分工表")
    rows = read(REAL).rows
    assert [row.number for row in rows] == [str(n) for n in range(1, 32)]
    assert len({row.part for row in rows}) == 5 and len({(row.part, row.task) for row in rows}) == 11
    assert rows[1].inherited == {"task"} and not rows[0].inherited
    assert rows[3].inherited == {"task", "city_units"} and rows[3].city_units == rows[2].city_units
    assert all(row.task and row.text and row.city_units and row.bureau_units for row in rows)
    assert rows[30].position == "第 37 行" and not any(re.match(r"\d+\.", row.text) for row in rows)


def check_sample(table: BreakdownTable) -> None:
    assert [row.number for row in table.rows] == ["1", "2", "3"]
    one, two, three = table.rows
    assert (one.part, one.task, one.text) == ("一、打好基础", "（一）建台账。", "建立台账")
    assert (one.bureau_units, one.city_units, one.extra) == ("办公室", "市直各单位", (("完成时限", "3月底"),))
    assert two.inherited == {"task", "city_units"} and two.city_units == "市直各单位"
    assert three.part == "二、抓好落实" and three.inherited == frozenset()


def test_pasted_html_with_shuffled_columns() -> None:
    check_sample(read_html(HTML))


def test_pdf(tmp_path: Path) -> None:
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if not chromium:
        pytest.skip("没有安装 chromium，无法生成 PDF 样张")
    (tmp_path / "t.html").write_text(HTML, encoding="utf-8")
    subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'u'}",
         f"--print-to-pdf={tmp_path / 't.pdf'}", str(tmp_path / "t.html")],
        check=True, capture_output=True, timeout=90,
    )  # fmt: skip
    check_sample(read(tmp_path / "t.pdf"))


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_office_files_keep_merged_cells(tmp_path: Path, suffix: str) -> None:
    table = read_html(HTML)
    write(table, tmp_path / f"t{suffix}")
    assert read(tmp_path / f"t{suffix}") == table
    check_sample(read(tmp_path / f"t{suffix}"))


words = st.text(alphabet="办公室各处牵头，配合a1=（）-+ 。“规範", min_size=1, max_size=12).map(
    lambda s: " ".join(s.split()) or "办"
)


@st.composite
def tables(draw: st.DrawFn) -> BreakdownTable:
    rows: list[Row] = []
    across: list[bool] = []
    extras = draw(st.sampled_from([(), ("备注",), ("完成时限", "联系人")]))
    for part in range(draw(st.integers(1, 3))):
        name = f"{'一二三'[part]}、{draw(words)}"
        for at in range(draw(st.integers(1, 3))):
            kept: frozenset[str] = (
                draw(st.frozensets(st.sampled_from(["task", "text", "city_units", "bureau_units"])))
                if at
                else frozenset()
            )
            if len(kept) == 4:
                # 各栏全并在一起的就是一行，不是两行。
                kept -= {"text"}
            cell = {
                f: getattr(rows[-1], f) if f in kept else "甲" + draw(words)
                for f in ("task", "city_units", "bureau_units")
            }
            units = {"city_units", "bureau_units"}
            block = bool(at) and across[-1]
            if block and not kept >= units:
                kept -= units
                cell |= {f: "乙" + draw(words) for f in units}
            # 两个单位格横并成一格；上面已是一块的，整块接下来。
            fresh = not kept & units and draw(st.booleans())
            if fresh:
                kept |= {"bureau_units"}
                cell["bureau_units"] = cell["city_units"]
            across.append(fresh or (block and kept >= units))
            extra = tuple((label, draw(words)) for label in extras)
            number, text = str(len(rows) + 1), "文" + draw(words)
            if "text" in kept:
                # 要求竖着并下来的是上一项的另一半，序号跟着它。
                base, _dash, half = rows[-1].number.partition("-")
                number, text = f"{base}-{int(half or 1) + 1}", rows[-1].text
            rows.append(Row(number, name, text=text, inherited=kept, extra=extra, **cell))
    return BreakdownTable(
        tuple(rows), extra_headers=extras, title=draw(st.sampled_from(["", "二〇二六年分工表"]))
    )


HALVES = (
    "<table><tr><th>任务</th><th>具体要求</th><th>市里落实单位</th><th>责任处室</th></tr>"
    "<tr><td rowspan=3>（一）甲</td><td rowspan=3>1. 公开规划</td><td>各局</td><td>办公室</td></tr>"
    "<tr><td>各区</td><td>法规处</td></tr><tr><td>各街道</td><td>财务处</td></tr>"
    "<tr><td>（二）乙</td><td>2. 公开预算</td><td>各局</td><td>财务处</td></tr></table>"
)


def test_a_requirement_merged_down_belongs_to_every_row(tmp_path: Path) -> None:
    table = read_html(HALVES)
    assert [(row.number, row.text, row.city_units) for row in table.rows] == [
        ("1", "公开规划", "各局"), ("1-2", "公开规划", "各区"), ("1-3", "公开规划", "各街道"),
        ("2", "公开预算", "各局"),
    ]  # fmt: skip
    assert ["text" in row.inherited for row in table.rows] == [False, True, True, False]
    for suffix in (".docx", ".xlsx"):
        write(table, tmp_path / f"t{suffix}")
        assert read(tmp_path / f"t{suffix}") == table


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), st.sampled_from([".docx", ".xlsx"]))
def test_what_is_written_reads_back_the_same(table: BreakdownTable, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"t{suffix}"
        write(table, path)
        assert read(path) == table


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "文件是空的"),
        (b"hello world", "没有找到表头：首行是第 1 行“hello world”"),
        (b"\xd0\xcf\x11\xe0abc", "已加密，或是旧版"),
        (b"%PDF-1.4 broken", "PDF文件已损坏"),
        (b"PK\x03\x04broken", "已损坏"),
        (b"\x00\x01\x02", "认不出文件的类型"),
        ("具体要求|责任处室\n".encode(), "没有任何要求"),
        ("具体要求|责任处室\n1. 甲|乙|丙\n".encode(), "第 2 行：有 3 格"),
        ("任务|具体要求|市里落实单位|责任处室\n1. 甲\n".encode(), "第 2 行：“1. 甲”只有一格"),
        ("具体要求|责任处室\n1. 甲|乙\n1. 丙|丁\n".encode(), "第 3 行：序号“1”与第 2 行重复"),
        ("<table><tr><td>甲</td></tr></table>".encode(), "没有找到表头"),
    ],
)
def test_errors_name_place_and_remedy(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(content)
    with pytest.raises(BreakdownError, match=message):
        read(path)


def test_too_large_and_zip_bombs_are_refused(tmp_path: Path) -> None:
    big = tmp_path / "big.txt"
    with big.open("wb") as file:
        file.truncate(20 * 1024 * 1024 + 1)
    with pytest.raises(BreakdownError, match="超过 20 MB"):
        read(big)
    bomb = tmp_path / "bomb.docx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("word/document.xml", b"0" * (201 * 1024 * 1024))
    with pytest.raises(BreakdownError, match="展开后过大|超过 20 MB"):
        read(bomb)


def text_of(tmp_path: Path, text: str) -> BreakdownTable:
    path = tmp_path / "plan.txt"
    path.write_text(text, encoding="utf-8")
    return read(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("具体要求|责任处室\n1. 甲|办\n2. 只有一格\n3. 丙|办\n", "第 3 行：“2. 只有一格”只有一格"),
        ("1. 早来的|办\n具体要求|责任处室\n2. 乙|办\n", "第 1 行：这一项要求出现在表头之前"),
        ("具体要求|责任处室|备注\n1. 甲|办\n", "第 2 行：只有 2 格，表头有 3 列"),
        ("序号|工作任务|具体要求|责任处室\n1|甲|办\n", "认不出缺的是哪一格"),
        ("责任处室|市里落实单位|具体要求\n办|1. 甲\n", "认不出缺的是哪一格"),
    ],
)
def test_no_row_is_dropped_or_guessed(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BreakdownError, match=message):
        text_of(tmp_path, text)


def test_a_first_row_inherits_nothing(tmp_path: Path) -> None:
    (row,) = text_of(tmp_path, "工作任务|具体要求|市里落实单位|责任处室\n1. 甲|办\n").rows
    assert (row.inherited, row.task, row.city_units, row.bureau_units) == (frozenset(), "", "", "办")


def test_extra_columns_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    table = text_of(tmp_path, "具体要求|责任处室|备注|备注\n1. 甲|办|一|二\n")
    assert table.rows[0].extra == (("备注", "一"), ("备注（2）", "二"))
    write(table, tmp_path / "t.xlsx")
    assert read(tmp_path / "t.xlsx") == table


def test_html_merged_extras_short_rows_and_unnamed_columns() -> None:
    head = "<table><tr><th>具体要求<th>责任处室<th>备注<th>"
    rows = read_html(head + "<tr><td>1. 甲<td>办<td rowspan=2>注<td><tr><td>2. 乙<td>办<td></table>").rows
    assert [row.extra for row in rows] == [(("备注", "注"),), (("备注", "注"),)]
    (row,) = read_html(head + "<tr><td>1. 甲<td>办</table>").rows
    assert row.extra == (("备注", ""),)
    (row,) = read_html(head + "<tr><td>1. 甲<td>办<td>注<td>无名</table>").rows
    assert row.extra == (("备注", "注"), ("第4列", "无名"))
    with pytest.raises(BreakdownError, match="第 2 行：“具体要求”是空的"):
        read_html("<table><tr><th>备注<th>责任处室<th>具体要求<tr><td>注<td>办</table>")
    with pytest.raises(BreakdownError, match="第 2 行：有 5 格"):
        read_html(head + "<tr><td>1. 甲<td>办<td>注<td><td>多</table>")
    with pytest.raises(BreakdownError, match="超过 60 列"):
        read_html(head + "<tr>" + "<td colspan=999>1. 甲" * 99 + "</table>")


def test_a_huge_sheet_is_refused_at_once(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["具体要求", "责任处室"])
    book.active.append(["1. 甲", "办"])
    path = tmp_path / "plan.xlsx"
    book.save(path)
    assert len(read(path).rows) == 1
    book.active["A9000"] = "远处"
    book.save(path)
    with pytest.raises(BreakdownError, match="9000 行 2 列"):
        read(path)
    book.active.merged_cells.add("A5:ZZ1000000")
    book.save(path)
    with pytest.raises(BreakdownError, match="过大的合并单元格"):
        read(path)


pieces = st.sampled_from(
    ["1. 甲", "2. 乙", "3. 丙", "（一）任务", "一、部分", "办公室", "各处室配合", "具体要求", ""]
)


@given(st.lists(st.lists(pieces, min_size=1, max_size=5), max_size=6))
def test_any_lines_give_every_numbered_row_or_a_clear_error(lines: list[list[str]]) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("工作任务|具体要求|市里落实单位|责任处室\n" + "\n".join("|".join(line) for line in lines))
        file.flush()
        try:
            table = read(file.name)
        except BreakdownError:
            return
    leading = [line for line in lines if any(cell.startswith(("1.", "2.", "3.")) for cell in line[:2])]
    assert len(table.rows) >= len(leading)
    assert not table.rows[0].inherited


def test_a_number_touching_a_year_and_a_decimal(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(
        "具体要求|责任处室\n20.2021年底前完成|办公室\n6.5亿元以上项目公开|办公室\n", encoding="utf-8"
    )
    assert [(r.number, r.text) for r in read(path).rows] == [
        ("20", "2021年底前完成"),
        ("2", "6.5亿元以上项目公开"),
    ]


def test_gb18030_text(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes("具体要求|责任处室\n1. 甲事|办公室\n".encode("gb18030"))
    assert read(path).rows[0].text == "甲事"


def test_a_bar_at_the_end_of_a_line_closes_or_opens_a_cell(tmp_path: Path) -> None:
    """第一行以“|”收尾的，行尾的“|”是收尾；不然是又一个空格。"""
    for end in ("", "|"):
        path = tmp_path / "plan.txt"
        text = f"具体要求|责任处室|备注{end}\n1. 甲|办公室|急{end}\n2. 乙|法规处|{end}\n"
        path.write_text(text, encoding="utf-8")
        assert [dict(row.extra)["备注"] for row in read(path).rows] == ["急", ""]
