"""难读的分工表：几张工作表、隐藏的表、跨页的表、两层表头、旧格式、加密、宏、逗号分隔。"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import typst

from gongkai.formats.breakdown import (
    BreakdownError,
    BreakdownTable,
    Message,
    SheetChoice,
    read,
    read_html,
    write,
)

HEADER = ["序号", "工作任务", "具体要求", "市里落实单位", "局内负责处室"]


def workbook(path: Path, **sheets: list[list[Any]]) -> Any:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return book


def plan(*texts: str) -> list[list[Any]]:
    return [
        HEADER,
        *([number, "（一）任务", text, "市直各单位", "办公室"] for number, text in enumerate(texts, start=1)),
    ]


def texts(table: BreakdownTable) -> list[str]:
    return [row.text for row in table.rows]


def test_the_sheet_that_is_a_table_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    workbook(
        path, 封面=[["政务公开工作要点"]], 说明=[["填表说明", "第一条"]], 分工表=plan("建台账", "做培训")
    )
    table = read(path)
    assert texts(table) == ["建台账", "做培训"] and table.rows[0].number == "1"
    assert table.rows[0].position == "工作表“分工表”第 2 行"


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_the_name_of_the_file_does_not_matter(tmp_path: Path, suffix: str) -> None:
    """上传的文件落在没有后缀的临时文件里，后缀写错了也照样读。"""
    table = read_html("<table><tr><th>具体要求<th>责任处室<tr><td>1. 甲<td>办公室</table>")
    write(table, tmp_path / f"t{suffix}")
    for name in ("plan", "plan.txt", "plan.doc"):
        (tmp_path / name).write_bytes((tmp_path / f"t{suffix}").read_bytes())
        assert read(tmp_path / name) == table


def test_several_tables_are_named_and_one_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    workbook(path, 市级=plan("市里的"), 备注=[["无"]], 局级=plan("局里的"))
    with pytest.raises(SheetChoice, match="“市级”、“局级”") as caught:
        read(path)
    assert caught.value.sheets == ("市级", "局级")
    assert texts(read(path, sheet="局级")) == ["局里的"]
    with pytest.raises(BreakdownError, match="没有工作表“别的”"):
        read(path, sheet="别的")
    with pytest.raises(BreakdownError, match="没有找到表头"):
        read(path, sheet="备注")


def test_a_hidden_sheet_is_never_taken_silently(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = workbook(path, 去年=plan("旧的"), 今年=plan("新的"))
    book["去年"].sheet_state = "hidden"
    book.save(path)
    assert texts(read(path)) == ["新的"]
    book["今年"].delete_rows(1, 9)
    book.save(path)
    with pytest.raises(BreakdownError, match="“去年”是隐藏的"):
        read(path)
    assert texts(read(path, sheet="去年")) == ["旧的"], "指名要读的可以读"


def test_a_huge_sheet_beside_the_table_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = workbook(path, 数据=[["编码", "值"]], 分工表=plan("建台账"))
    book["数据"]["A90000"] = "远处"
    book.save(path)
    assert texts(read(path)) == ["建台账"]


def test_excel_dates_numbers_and_stray_columns(tmp_path: Path) -> None:
    from datetime import datetime

    path = tmp_path / "t.xlsx"
    book = workbook(
        path,
        表=[
            ["2026年分工表"],
            [*HEADER, "完成时限", "数量"],
            ["一、第一部分"],
            [1.0, "（一）任务", "建台账", "市直各单位", "办公室", datetime(2026, 3, 31), 0],
        ],
    )
    book["表"].merge_cells("A1:G1")
    book["表"].merge_cells("A3:G3")
    book.save(path)
    table = read(path)
    (row,) = table.rows
    assert (row.number, row.part, table.title) == ("1", "一、第一部分", "2026年分工表")
    assert row.extra == (("完成时限", "2026-03-31"), ("数量", "0"))


ACROSS = """<table><tr><th>序号<th>工作任务<th>具体要求<th>市里落实单位<th>局内负责处室
<tr><td>1<td>（一）甲<td>建台账<td colspan=2>办公室<tr><td>2<td colspan=2>做培训<td>各区政府<td>法规处
<tr><td>3<td>（二）乙<td>报年报<td rowspan=2 colspan=2>调研处<tr><td>4<td>（二）乙<td>回头看</table>"""


def check_across(table: BreakdownTable) -> None:
    one, two, three, four = table.rows
    assert (one.city_units, one.bureau_units, one.inherited) == ("办公室", "办公室", {"bureau_units"})
    assert (two.task, two.text, two.inherited) == ("（一）甲", "做培训", {"task"})
    assert (three.city_units, three.bureau_units, three.inherited) == ("调研处", "调研处", {"bureau_units"})
    assert (four.bureau_units, four.inherited) == ("调研处", {"city_units", "bureau_units"})


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_cells_merged_across_give_both_columns(tmp_path: Path, suffix: str) -> None:
    """一格占市里、局内两栏的，两栏都是它；任务与要求合成一格的，不算缺了正文。"""
    table = read_html(ACROSS)
    check_across(table)
    write(table, tmp_path / f"t{suffix}")
    assert read(tmp_path / f"t{suffix}") == table


def test_cells_merged_across_in_a_pdf(tmp_path: Path) -> None:
    path = pdf(
        tmp_path / "t.pdf",
        "[1], [（一）甲], [建台账], table.cell(colspan: 2)[办公室],"
        "[2], table.cell(colspan: 2)[做培训], [各区政府], [法规处],"
        "[3], [（二）乙], [报年报], table.cell(colspan: 2, rowspan: 2)[调研处],"
        "[4], [（二）乙], [回头看]",
    )
    check_across(read(path))


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_groups_in_rows_of_their_own_come_back(tmp_path: Path, suffix: str) -> None:
    head = "<table><tr><th>工作任务<th>具体要求<th>局内负责处室"
    table = read_html(
        head + "<tr><td colspan=3>一、部分<tr><td colspan=3>（一）甲<tr><td><td>1. 子<td>办公室"
        "<tr><td><td>2. 丑<td>办公室<tr><td colspan=3>（二）乙<tr><td><td>3. 寅<td>法规处</table>"
    )
    assert [(row.task, "task" in row.inherited) for row in table.rows] == [
        ("（一）甲", False), ("（一）甲", True), ("（二）乙", False),
    ]  # fmt: skip
    write(table, tmp_path / f"t{suffix}")
    assert read(tmp_path / f"t{suffix}") == table


def test_rows_that_share_a_number_get_one_each() -> None:
    head = "<table><tr><th>序号<th>具体要求<th>局内负责处室"
    rows = read_html(
        head + "<tr><td rowspan=3>1<td>甲<td>办公室<tr><td>乙<td>法规处<tr><td>丙<td>法规处"
        "<tr><td>2<td>丁<td>办公室<tr><td>3<td>戊<td>办公室</table>"
    ).rows
    assert [(row.number, row.text) for row in rows] == [
        ("1", "甲"), ("1-2", "乙"), ("1-3", "丙"), ("2", "丁"), ("3", "戊"),
    ]  # fmt: skip


def test_a_header_in_two_rows(tmp_path: Path) -> None:
    """“责任单位”之下分市里、局内两列。"""
    path = tmp_path / "t.xlsx"
    book = workbook(
        path,
        表=[
            ["序号", "工作任务", "具体要求", "责任单位", None],
            [None, None, None, "市里落实单位", "局内负责处室"],
            [1, "（一）任务", "建台账", "市直各单位", "办公室"],
        ],
    )
    for area in ("A1:A2", "B1:B2", "C1:C2", "D1:E1"):
        book["表"].merge_cells(area)
    book.save(path)
    (row,) = read(path).rows
    assert (row.text, row.city_units, row.bureau_units, row.extra) == ("建台账", "市直各单位", "办公室", ())
    html = (
        "<table><tr><th rowspan=2>序号<th rowspan=2>具体要求<th colspan=2>責任單位"
        "<tr><th>市裏落實單位<th>局內負責處室<tr><td>1<td>建臺賬<td>市直各單位<td>辦公室</table>"
    )
    (row,) = read_html(html).rows
    assert (row.text, row.city_units, row.bureau_units) == ("建臺賬", "市直各單位", "辦公室")


def grid(document: Any, rows: list[list[str]]) -> Any:
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for cells, values in zip(table.rows, rows, strict=True):
        for cell, value in zip(cells.cells, values, strict=True):
            cell.text = value
    return table


def test_word_with_a_cover_a_continued_table_and_a_signature(tmp_path: Path) -> None:
    path, document = tmp_path / "t.docx", docx.Document()
    document.add_paragraph("2026年政务公开工作要点任务分工表")
    grid(document, [["1. 编制单位", "办公室"], ["2. 日期", "2026年3月"]])
    first = plan("建台账", "做培训")
    table = grid(document, [[str(cell) for cell in row] for row in first])
    table.cell(1, 1).merge(table.cell(2, 1)).text = "（一）任务"
    document.add_paragraph("（续表）")
    grid(document, [HEADER, ["3", "（二）任务", "回头看", "各区政府", "法规处"]])
    grid(document, [["4", "（二）任务", "再检查", "各区政府", "法规处"]])
    grid(document, [["审核人", "日期"], ["", ""]])
    document.save(path)
    table_read = read(path)
    assert texts(table_read) == ["建台账", "做培训", "回头看", "再检查"]
    assert table_read.title == "2026年政务公开工作要点任务分工表"
    assert table_read.rows[1].inherited == {"task"} and table_read.rows[2].task == "（二）任务"


def test_two_different_tables_in_one_word_file_are_refused(tmp_path: Path) -> None:
    path, document = tmp_path / "t.docx", docx.Document()
    grid(document, [["具体要求", "责任处室"], ["1. 甲", "办公室"]])
    grid(document, [["责任处室", "具体要求", "备注"], ["办公室", "1. 乙", "无"]])
    document.save(path)
    with pytest.raises(BreakdownError, match="表 2 第 1 行：文件里还有一张栏目不同的分工表"):
        read(path)


def test_a_numbered_row_in_a_narrower_table_is_not_dropped(tmp_path: Path) -> None:
    path, document = tmp_path / "t.docx", docx.Document()
    grid(document, [["工作任务", "具体要求", "责任处室"], ["（一）甲", "1. 甲", "办公室"]])
    grid(document, [["2. 乙", "办公室"]])
    document.save(path)
    with pytest.raises(BreakdownError, match="表 2 第 1 行"):
        read(path)


LONG = "".join(f"第{n}句要求逐月公开并接受监督，" for n in range(60))


def pdf(path: Path, rows: str, *, before: str = "") -> Path:
    """排一份有线框的 PDF；纸小，表格自然跨页。"""
    source = f"""#set page(width: 21cm, height: 9cm, margin: 1cm)
#set text(font: "Noto Sans CJK SC", size: 10pt)
{before}
#table(columns: (1.2cm, 3cm, 1fr, 3cm, 3cm),
table.header([序号], [工作任务], [具体要求], [市里落实单位], [局内负责处室]),
{rows})"""
    path.write_bytes(typst.compile(source.encode()))
    return path


def test_a_pdf_table_that_breaks_within_a_row(tmp_path: Path) -> None:
    """表头每页重复；第 2 项跨页，后半截接回去；封面的小表不算。"""
    path = pdf(
        tmp_path / "t.pdf",
        f"[1], [（一）任务], [建台账], [市直各单位], [办公室],"
        f"[2], [（一）任务], [{LONG}], [市直各单位], [法规处],"
        "[3], [（二）任务], [做培训], [各区政府], [办公室]",
        before="#table(columns: 2, [编制单位], [办公室])\n#pagebreak()",
    )
    rows = read(path).rows
    assert [row.number for row in rows] == ["1", "2", "3"]
    assert rows[1].text == LONG.rstrip() and (rows[1].city_units, rows[1].bureau_units) == (
        "市直各单位",
        "法规处",
    )
    assert rows[2].task == "（二）任务" and rows[2].position.startswith("第 ")


def test_a_pdf_cell_merged_over_a_page_is_marked_inherited(tmp_path: Path) -> None:
    rows = ", ".join(f"[{n}], [第{n}项工作要认真做好], [办公室]" for n in range(1, 16))
    cells = rows.replace("要认真做好]", "要认真做好], table.cell(rowspan: 15)[市直各单位]", 1)
    source = f"""#set page(width: 21cm, height: 9cm, margin: 1cm)
#set text(font: "Noto Sans CJK SC", size: 10pt)
#table(columns: (1.2cm, 1fr, 3cm, 3cm), 
table.header([序号], [具体要求], [市里落实单位], [局内负责处室]), {cells})"""
    path = tmp_path / "t.pdf"
    path.write_bytes(typst.compile(source.encode()))
    found = read(path).rows
    assert [row.number for row in found] == [str(n) for n in range(1, 16)]
    assert {row.city_units for row in found} == {"市直各单位"}
    assert all(row.inherited == {"city_units"} for row in found[1:])


def test_a_scan_says_so(tmp_path: Path) -> None:
    path = tmp_path / "t.pdf"
    path.write_bytes(typst.compile(b"#rect(width: 5cm, height: 5cm)"))
    with pytest.raises(BreakdownError, match="扫描件"):
        read(path)


def test_csv_and_cells_pasted_from_excel(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(
        "\ufeff2026年分工表,,,\n序号,具体要求,市里落实单位,局内负责处室\n一、部分,,,\n"
        '1,"建台账,\n按月更新",市直各单位,"办公室，法规处配合"\n2,做培训,,办公室\n'.encode()
    )
    table = read(path)
    assert table.title == "2026年分工表" and texts(table) == ["建台账, 按月更新", "做培训"]
    assert table.rows[0].part == "一、部分" and table.rows[1].city_units == "", "空着的单位格不猜"
    path.write_bytes(path.read_bytes().decode("utf-8-sig").replace(",", "\t").encode("utf-16"))
    assert read(path).rows[1].bureau_units == "办公室"
    path.write_text("序号,具体要求,局内负责处室\n1,甲,办公室,多一格\n", encoding="gb18030")
    with pytest.raises(BreakdownError, match="第 2 行：有 4 格"):
        read(path)


def test_a_page_that_lays_out_with_tables() -> None:
    inner = "<table><tr><th>具体要求<th>责任处室<tr><td>1. 甲<td>办公室</table>"
    assert texts(read_html(f"<table><tr><td>导航<td>{inner}</table>")) == ["甲"]


def old_file(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + stream.encode("utf-16-le") + b"\0" * 64


def archive(**names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names.values():
            file.writestr(name, b"<x/>")
    return out.getvalue()


ENCRYPTED_PDF = b"""%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>endobj
trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>
""" % (b"ab" * 32, b"cd" * 32)


@pytest.mark.parametrize(
    ("content", "code", "remedy"),
    [
        (old_file("EncryptedPackage"), "encrypted", "去掉密码"),
        (old_file("WordDocument"), "old_word", "“另存为”选 .docx"),
        (old_file("Workbook"), "old_excel", "“另存为”选 .xlsx"),
        (old_file("别的"), "encrypted_or_old", "另存为"),
        (ENCRYPTED_PDF, "encrypted", "去掉密码"),
        (b"{\\rtf1\\ansi x}", "rtf", "“另存为”选 .docx"),
        (archive(a="word/document.xml", b="word/vbaProject.bin"), "macros", "不含宏"),
        (archive(a="xl/workbook.xml", b="xl/vbaProject.bin"), "macros", "不含宏"),
        (archive(a="content.xml"), "other_office", "另存为"),
        (archive(a="xl/workbook.bin"), "other_office", "另存为"),
        (archive(a="readme.txt"), "other_zip", "不是 Word 或 Excel"),
        (archive(a="word/document.xml"), "broken", "另存一份"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "unknown", "认不出"),
    ],
)
def test_what_cannot_be_read_says_how_to_convert(
    tmp_path: Path, content: bytes, code: str, remedy: str
) -> None:
    path = tmp_path / "t.bin"
    path.write_bytes(content)
    with pytest.raises(BreakdownError, match=remedy) as caught:
        read(path)
    assert caught.value.code == code


def test_an_error_carries_what_a_translation_needs(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("具体要求|责任处室\n1. 甲|乙\n1. 丙|丁\n", encoding="utf-8")
    with pytest.raises(BreakdownError) as caught:
        read(path)
    error = caught.value
    assert error.code == "number_twice" and error.values["number"] == "1"
    assert isinstance(error.values["where"], Message) and error.values["where"].values == {"row": 3}
    assert str(error) == error.template % error.values == "第 3 行：序号“1”与第 2 行重复；请改成不同的序号"
