"""遮盖：盖住的取不回来；文件里藏着的找得出来。"""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gongkai.formats.documents import DocumentError
from gongkai.formats.redaction import Box, burn, hidden_data, page_count, page_image, prove, suggest


def sheet(*lines: str) -> bytes:
    """一份有文字层的 PDF。"""
    import typst

    text = "\n\n".join(line.replace("#", "\\#").replace("@", "\\@") for line in lines)
    source = f'#set page(width: 160mm, height: 100mm)\n#set text(font: "Noto Serif CJK SC")\n{text}\n'
    made = typst.compile(source.encode())
    assert isinstance(made, bytes)
    return made


def identity(seed: int) -> str:
    """一个校验码正确的身份证号。"""
    dice = random.Random(seed)
    born = f"{dice.randint(1950, 2005)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
    head = f"440106{born}{dice.randint(0, 999):03}"
    return head + "10X98765432"[sum(int(c) * pow(2, 17 - i, 11) for i, c in enumerate(head)) % 11]


def embedded(pdf: bytes) -> Image.Image:
    """嵌在第一页里的图像本身，不经渲染。"""
    with pypdfium2.PdfDocument(pdf) as document:
        (one,) = document[0].get_objects()
        return one.get_bitmap(render=False).to_pil().convert("RGB")


def words(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.integers(0, 8))
def test_suggested_numbers_are_covered_and_cannot_be_read_back(seed: int, lines: int) -> None:
    number = identity(seed)
    data = sheet(*["无关的文字"] * lines, f"申请人身份证号：{number}，特此证明")
    assert number in words(data)
    boxes = suggest(data)
    assert [box.note for box in boxes] == ["身份证号"]
    made = burn(data, boxes)
    assert prove(made, boxes) == [] and words(made).strip() == ""
    assert number.encode() not in made
    # 只盖了号码那一块：框里全黑，框外的字还看得见。
    image = embedded(made)
    left, top, right, bottom = boxes[0].pixels(*image.size)
    assert image.crop((left, top, right, bottom)).getextrema() == ((0, 0),) * 3
    before = image.crop((0, top, left, bottom)).convert("L").getextrema()
    assert before[0] < 100 < 200 < before[1]


def test_phones_cards_addresses_and_names_are_suggested() -> None:
    data = sheet(
        "联系电话13800138000，银行卡号6222021234567890128", "住址：临江市江北区中山路12号3栋402室",
        "法定代表人：王小明", "乙方是李四光",
    )  # fmt: skip
    notes = [box.note for box in suggest(data, ["李四光"])]
    assert {"手机号", "住址", "姓名", "姓名或者名称"} <= set(notes)


def test_a_number_broken_over_two_lines_gets_two_boxes() -> None:
    number = identity(7)
    data = sheet(f"身份证号{number[:9]}\\\n{number[9:]}完")
    boxes = [box for box in suggest(data) if box.note == "身份证号"]
    assert len(boxes) == 2 and boxes[1].top > boxes[0].top


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_rotated_pages_are_covered_where_the_text_is_seen(turn: int) -> None:
    with pypdfium2.PdfDocument(sheet(f"身份证号{identity(3)}")) as document:
        document[0].set_rotation(turn)
        out = io.BytesIO()
        document.save(out)
    boxes = suggest(out.getvalue())
    before = page_image(out.getvalue(), 0).convert("L")
    after = embedded(burn(out.getvalue(), boxes)).convert("L")
    assert before.size == after.size
    place = boxes[0].pixels(*before.size)
    # 原来框里有字（有黑有白），盖了之后全黑。
    assert before.crop(place).getextrema()[1] > 200 and after.crop(place).getextrema() == (0, 0)


SECRET = "6222021234567890128"


def objects(*bodies: bytes, tail: bytes = b"") -> bytes:
    """照对象写一份 PDF；tail 接在后面（增量更新）。"""
    out, offsets = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(out) + tail


def page(content: bytes, extra: bytes = b"") -> bytes:
    return objects(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>%s>>" % extra,
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )  # fmt: skip


TEXT = f"BT /F 14 Tf 20 100 Td ({SECRET}) Tj ET".encode()
ADVERSARIES = {
    "盖住的文字": page(TEXT + b" 0 0 0 rg 10 90 250 40 re f"),
    "看不见的文字": page(TEXT.replace(b"Td", b"Td 3 Tr")),
    "页面之外的文字": page(TEXT.replace(b"20 100", b"20 900")),
    "批注": page(
        b"", b"/Annots[<</Type/Annot/Subtype/Text/Rect[10 10 40 40]/Contents(%s)>>]" % SECRET.encode()
    ),
}


@pytest.mark.parametrize("kind", sorted(ADVERSARIES))
def test_what_a_pdf_hides_is_named_and_does_not_survive(kind: str) -> None:
    data = ADVERSARIES[kind]
    assert kind in [found.kind for found in hidden_data(data)]
    made = burn(data, [])
    assert words(made).strip() == "" and SECRET.encode() not in made and hidden_data(made) == []
    assert prove(data, []) != []


def test_an_incremental_update_is_named_and_the_old_text_is_gone() -> None:
    data = page(TEXT)
    content = b"BT /F 14 Tf 20 100 Td (nothing) Tj ET"
    at = len(data)
    update = b"4 0 obj\n<</Length %d>>stream\n%s\nendstream\nendobj\n" % (len(content), content)
    start = at + len(update)
    old = data.rindex(b"startxref")
    update += b"xref\n4 1\n%010d 00000 n \ntrailer\n<</Size 6/Root 1 0 R/Prev %d>>\n" % (
        at, int(data[old + 9 :].split()[0]),
    )  # fmt: skip
    update += b"startxref\n%d\n%%%%EOF\n" % start
    data += update
    assert "nothing" in words(data) and SECRET not in words(data)
    assert "旧版本" in [found.kind for found in hidden_data(data)]
    made = burn(data, [])
    assert prove(made, []) == [] and hidden_data(made) == []


def test_the_proof_fails_when_anything_is_left() -> None:
    box = Box(0, 0.1, 0.1, 0.3, 0.1)
    made = burn(sheet("文字"), [box])
    assert prove(made, [box]) == []
    assert any("没有盖实" in problem for problem in prove(made, [Box(0, 0.1, 0.1, 0.6, 0.1)]))
    assert any(
        "元数据" in p or "文档信息" in p
        for p in prove(made.replace(b"/Root 1 0 R", b"/Root 1 0 R/Info<</Author(x)>>"), [box])
    )
    assert any("版本" in problem for problem in prove(made + b"\nstartxref\n0\n%%EOF\n", [box]))
    with pytest.raises(DocumentError, match="页面之外"):
        burn(made, [Box(0, 0.9, 0.9, 0.3, 0.1)])
    with pytest.raises(DocumentError, match="只有 1 页"):
        burn(made, [Box(4, 0.1, 0.1, 0.3, 0.1)])


def test_pictures_lose_what_lies_under_and_beside_them() -> None:
    image = Image.new("RGBA", (200, 100), (255, 0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    assert page_count(out.getvalue()) == 1
    made = burn(out.getvalue(), [Box(0, 0, 0, 0.5, 0.5)])
    shown = page_image(made, 0)
    # 透明处藏着的红色不露出来。
    assert shown.getpixel((shown.width - 5, shown.height - 5)) == (255, 255, 255)
    assert shown.getpixel((5, 5)) == (0, 0, 0)
    photo, exif = Image.new("RGB", (50, 50)), Image.Exif()
    exif[0x013B] = "拍照的人"
    out = io.BytesIO()
    photo.save(out, "JPEG", exif=exif)
    assert [found.kind for found in hidden_data(out.getvalue())] == ["拍摄信息"]
    assert "拍照".encode() not in burn(out.getvalue(), [])


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 broken", b"PK\x03\x04", b"\x89PNG\r\n\x1a\nxx", b"GIF89a"])
def test_broken_files_get_a_chinese_message(data: bytes) -> None:
    for work in (page_count, hidden_data, lambda each: burn(each, [])):
        with pytest.raises(DocumentError, match="[一-龥]{4}"):
            work(data)


# Word、Excel


def word() -> bytes:
    import docx
    from docx.oxml import OxmlElement
    from docx.shared import RGBColor

    document = docx.Document()
    row = document.add_paragraph("看得见的。")
    row.add_run("藏起来的").font.hidden = True
    row.add_run("白色的字").font.color.rgb = RGBColor(255, 255, 255)
    document.add_comment(row.runs[0], "这里不能公开", author="何经办")
    deleted = OxmlElement("w:del")
    run, text = OxmlElement("w:r"), OxmlElement("w:delText")
    text.text = "删掉的电话"
    run.append(text)
    deleted.append(run)
    row._element.append(deleted)
    document.core_properties.author = "何经办"
    document.core_properties.comments = ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_word_hides_nothing_from_us() -> None:
    found = {(each.kind, each.text) for each in hidden_data(word())}
    assert {
        ("隐藏文字", "藏起来的"), ("白色文字", "白色的字"), ("批注", "这里不能公开"),
        ("修订：删除", "删掉的电话"), ("元数据", "何经办"),
    } <= found  # fmt: skip


def test_excel_hides_nothing_from_us() -> None:
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    book.properties.creator = "openpyxl"
    shown = book.active
    shown.title = "公开表"
    shown["A1"], shown["B2"], shown["C3"] = "表头", "白", "不显示"
    shown["B2"].font, shown["C3"].number_format = Font(color="FFFFFFFF"), ";;;"
    shown["A1"].comment = Comment("内部意见", "何经办")
    shown.row_dimensions[4].hidden = True
    shown["A4"] = "x"
    shown.column_dimensions["F"].hidden = True
    book.create_sheet("名单").sheet_state = "veryHidden"
    out = io.BytesIO()
    book.save(out)
    found = hidden_data(out.getvalue())
    kinds: dict[str, str] = {each.kind: each.where for each in found}
    assert kinds["隐藏的工作表"] == "工作表“名单”" and kinds["隐藏的行"] == "工作表“公开表”第 4 行"
    assert kinds["隐藏的列"] == "工作表“公开表”F 列" and kinds["批注"] == "单元格 A1"
    assert kinds["白色文字"] == "工作表“公开表”B2" and kinds["不显示的内容"] == "工作表“公开表”C3"
    assert kinds["元数据"] == "作者"


def test_embedded_files_are_named() -> None:
    source, out = io.BytesIO(word()), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("word/embeddings/oleObject1.bin", b"x")
    kinds: list[Any] = [each.kind for each in hidden_data(out.getvalue())]
    assert "嵌入的文件" in kinds
