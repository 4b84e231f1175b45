"""清除隐藏信息：看不见的一概不在新文件里，看得见的一个字不少，原件不动，做成的打得开。"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import RGBColor
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from PIL import Image

from gongkai.formats.documents import DocumentError
from gongkai.formats.redaction import hidden_data, strip


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def everything(data: bytes) -> str:
    return "\n".join(content.decode("utf-8", "replace") for content in parts(data).values())


def revision(tag: str, text: str, inner: str) -> Any:
    mark, run, words = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(inner)
    mark.set(qn("w:author"), "何经办")
    words.text = text
    run.append(words)
    mark.append(run)
    return mark


def word() -> bytes:
    document = docx.Document()
    row = document.add_paragraph("看得见的。")
    row.add_run("藏起来的").font.hidden = True
    row.add_run("白色的字").font.color.rgb = RGBColor(255, 255, 255)
    document.add_comment(row.runs[0], "这里不能公开", author="何经办")
    row._element.append(revision("w:del", "删掉的电话", "w:delText"))
    row._element.append(revision("w:ins", "后来加的", "w:t"))
    table = document.add_table(rows=2, cols=1)
    table.cell(0, 0).text, table.cell(1, 0).text = "留下的一行", "删去的一行"
    table.rows[1]._tr.get_or_add_trPr().append(OxmlElement("w:del"))
    document.sections[0].header.paragraphs[0].add_run("页眉里藏的").font.hidden = True
    document.core_properties.author = "何经办"
    document.core_properties.last_modified_by = "王某某"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_word_keeps_what_is_seen_and_nothing_else() -> None:
    data = word()
    done = strip(data)
    assert done.suffix == ".docx" and done.left == () and hidden_data(done.content) == []
    found = {each.kind for each in done.removed}
    assert {"隐藏文字", "白色文字", "批注", "修订：删除", "修订：插入", "元数据"} <= found
    document = docx.Document(io.BytesIO(done.content))
    assert document.paragraphs[0].text == "看得见的。后来加的"
    assert [row.cells[0].text for row in document.tables[0].rows] == ["留下的一行"]
    text = everything(done.content)
    for secret in (
        "藏起来的",
        "白色的字",
        "不能公开",
        "删掉的电话",
        "何经办",
        "王某某",
        "删去的一行",
        "页眉里藏的",
        "rsidR=",
    ):
        assert secret not in text, secret
    names = set(parts(done.content))
    assert not any("comments" in name or "people" in name for name in names)
    # 关系、内容类型里没有指向已经去掉的部分。
    assert "comments.xml" not in text


def workbook() -> bytes:
    book = openpyxl.Workbook()
    shown = book.active
    assert shown is not None
    shown.title = "公开表"
    rows = (
        ("单位", "水量", "内部编号"),
        ("甲公司", 3, "N-001"),
        ("乙公司", 4, "N-002"),
        ("丙公司", 5, "N-003"),
    )
    for row in rows:
        shown.append(row)
    shown["E1"], shown["F1"] = "白的秘密", "不显示的秘密"
    shown["E1"].font, shown["F1"].number_format = Font(color="FFFFFFFF"), ";;;"
    shown["A1"].comment = Comment("内部意见", "何经办")
    shown.row_dimensions[3].hidden = True
    shown.column_dimensions["C"].hidden = True
    shown["B6"] = "=名单!A1"
    names = book.create_sheet("名单", 0)
    names["A1"] = "藏着的人名"
    names.sheet_state = "veryHidden"
    book.defined_names["内部名称"] = DefinedName("内部名称", attr_text="名单!$A$1", hidden=True)
    shown.print_title_rows = "1:1"
    book.properties.creator = "何经办"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def calculated(data: bytes, **values: str) -> bytes:
    """像 Excel 保存过的那样，给公式存上算好的值：单元格 → (类型 值)。"""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            for cell, value in values.items() if name.startswith("xl/worksheets/") else ():
                kind, _space, shown = value.partition(" ")
                pattern = rb'<c r="%s"((?: s="\d+")?)[^>]*>(<f>.*?</f>)<v ?/?>(?:</v>)?' % cell.encode()
                made = rf'<c r="{cell}"\1 t="{kind}">\2<v>{shown}</v>'.encode()
                text = re.sub(pattern, made, text)
            new.writestr(name, text)
    return out.getvalue()


def formulas() -> bytes:
    """看得见的四个公式，一个引用隐藏的表；openpyxl 存的没有算好的值。"""
    book, out = openpyxl.Workbook(), io.BytesIO()
    shown, names = book.active, book.create_sheet("名单")
    assert shown is not None
    shown.title, names.sheet_state, names["A1"] = "公开表", "hidden", "藏着的人名"
    shown.append(["水量", 3, 4])
    shown["A2"], shown["B2"], shown["C2"] = "=LEFT(名单!A1,1)", "=B1+C1", "=B1>C1"
    shown["D2"], shown["B3"] = '=IF(B1>C1,"多","")', "=SUM(B1:C1)"
    shown.row_dimensions[3].hidden = True
    book.save(out)
    return out.getvalue()


def test_visible_results_stay_when_formulas_go() -> None:
    data = calculated(formulas(), A2="str 藏", B2="n 7", C2="b 0", D2="str ")
    done = strip(data)
    sheet = openpyxl.load_workbook(io.BytesIO(done.content))["公开表"]
    assert [cell.value or None for cell in sheet[2]] == ["藏", 7, None, None] and sheet["C2"].value is False
    text = everything(done.content)
    assert "藏着的人名" not in text and "<f>" not in text and "名单" not in text
    told = [each for each in done.removed if each.kind == "公式换成值"]
    assert [(each.where, each.text) for each in told] == [("公开表", "A2、B2、C2、D2")]
    assert done.left == ()


def test_formulas_without_results_are_not_lost_silently() -> None:
    with pytest.raises(DocumentError, match="“公开表”的 A2、B2、C2、D2.*保存一次") as error:
        strip(formulas())
    # 隐藏的行反正删去，它的公式有没有值不要紧。
    assert "B3" not in str(error.value)


def test_excel_keeps_what_is_seen_and_nothing_else() -> None:
    done = strip(calculated(workbook(), B6="str 看得见的"))
    assert done.suffix == ".xlsx" and done.left == () and hidden_data(done.content) == []
    found = {each.kind for each in done.removed}
    assert {
        "隐藏的工作表", "隐藏的行", "隐藏的列", "隐藏的名称", "批注", "白色文字", "不显示的内容", "元数据",
    } <= found  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(done.content))
    assert book.sheetnames == ["公开表"]
    sheet = book["公开表"]
    assert [sheet[f"A{n}"].value for n in range(1, 5)] == ["单位", "甲公司", None, "丙公司"]
    assert [sheet[f"B{n}"].value for n in range(1, 5)] == ["水量", 3, None, 5]
    assert sheet["B6"].value == "看得见的"
    assert all(sheet[f"C{n}"].value is None for n in range(1, 5))
    assert sheet.print_title_rows == "$1:$1"
    text = everything(done.content)
    for secret in (
        "藏着的人名",
        "内部意见",
        "何经办",
        "白的秘密",
        "不显示的秘密",
        "N-001",
        "乙公司",
        "内部名称",
        "<f>",
    ):
        assert secret not in text, secret


def test_a_workbook_with_nothing_to_see_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook())) as old:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                new.writestr(
                    name,
                    data.replace(b'state="visible"', b'state="hidden"')
                    if name == "xl/workbook.xml"
                    else data,
                )
    with pytest.raises(DocumentError, match="全是隐藏的"):
        strip(out.getvalue())


def test_embedded_files_external_links_and_templates_go_with_what_points_to_them() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word())) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/_rels/document.xml.rels":
                link = (
                    b'<Relationship Id="rId99" Type="http://x/oleObject" Target="embeddings/oleObject1.bin"/>'
                )
                data = data.replace(b"</Relationships>", link + b"</Relationships>")
            new.writestr(name, data)
        new.writestr("word/embeddings/oleObject1.bin", b"secret")
    done = strip(out.getvalue())
    assert "嵌入的文件" in {each.kind for each in done.removed} and done.left == ()
    assert "oleObject1" not in everything(done.content)
    docx.Document(io.BytesIO(done.content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pictures_keep_only_their_pixels(kind: str) -> None:
    from PIL.PngImagePlugin import PngInfo

    image, out = Image.new("RGB", (40, 20), "red"), io.BytesIO()
    image.putpixel((0, 0), (0, 0, 255))
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "何经办"
    if kind == "PNG":
        note = PngInfo()
        note.add_text("Comment", "内部")
        image.save(out, kind, pnginfo=note)
    else:
        image.save(out, kind, exif=exif, quality=100)
    done = strip(out.getvalue())
    assert done.removed and done.left == ()
    with Image.open(io.BytesIO(done.content)) as made:
        # 拍摄方向先转正：方向信息去掉以后照样是正的。
        assert made.size == ((20, 40) if kind == "JPEG" else (40, 20)) and not made.getexif()
        if kind == "PNG":
            assert made.getpixel((0, 0)) == (0, 0, 255)


def test_a_pdf_becomes_pictures() -> None:
    import typst

    made = typst.compile(
        '#set document(author: "何经办")\n#set text(font: "Noto Serif CJK SC")\n电话'.encode()
    )
    assert isinstance(made, bytes)
    done = strip(made)
    assert done.suffix == ".pdf" and {each.kind for each in done.removed} == {"元数据"} and done.left == ()
    with pypdfium2.PdfDocument(done.content) as document:
        assert document[0].get_textpage().get_text_range() == "" and len(document) == 1


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04junk", b"%PDF-1.4 broken", b"text"])
def test_broken_files_get_a_chinese_message(data: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        strip(data)
    assert any("一" <= char <= "鿿" for char in str(caught.value))
