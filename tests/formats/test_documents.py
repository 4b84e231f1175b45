"""读写 Word、写 PDF、取附件文字：真文件往返，坏文件、恶意文件。"""

# ruff: noqa: E501  样例照原样写在一行

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from gongkai.formats.documents import (
    DocumentError,
    RecordHead,
    clean_html,
    extract_text,
    from_text,
    read_docx,
    text_of,
    to_docx,
    to_pdf,
)
from gongkai.formats.documents.numbering import chinese
from gongkai.formats.documents.pictures import prepare

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
HEAD = RecordHead(
    "某市水务局关于印发《某市供水管理办法》的通知",
    "某水规字〔2021〕3号",
    "某市水务局",
    "2021年8月1日",
    (
        ("索引号", "11440100007482444P/2021-00050"),
        ("发布机构", "某市水务局"),
        ("文号", "某水规字〔2021〕3号"),
    ),
)
BODY = (
    '<h2>一、总体要求</h2><p>为了<strong>加强</strong>管理，见<a href="https://www.gov.cn/">政府网</a>，H<sub>2</sub>O。</p>'
    '<ol start="3"><li>甲</li><li>乙<ul><li>丙</li></ul></li></ol>'
    '<table><caption>附表</caption><thead><tr><th rowspan="2" scope="col">序号</th><th colspan="2" scope="col">指标</th></tr>'
    '<tr><th scope="col">名称</th><th scope="col">数值</th></tr></thead><tbody><tr><td>1</td><td>供水量</td>'
    '<td><p class="text-right">799</p></td></tr><tr><td colspan="3">合计</td></tr></tbody></table>'
    '<p><img src="images/a.png" alt="示意图"></p><p class="text-right">某市水务局</p>'
)


def png(size: tuple[int, int] = (60, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (30, 90, 200)).save(out, "PNG")
    return out.getvalue()


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def patched(data: bytes, changes: dict[str, bytes | None]) -> bytes:
    """换掉、加上、去掉文件包里的部分。"""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


class TestReading:
    def test_what_was_written_comes_back(self) -> None:
        found = read_docx(to_docx(HEAD, BODY, {"images/a.png": png()}))
        (picture,) = found.pictures
        assert "<h2>一、总体要求</h2><p>为了<strong>加强</strong>管理" in found.html
        assert '<a href="https://www.gov.cn/">政府网</a>，H<sub>2</sub>O。' in found.html
        assert found.html.endswith(
            '<p class="text-center">附表</p><table><thead><tr><th rowspan="2" scope="col">序号</th><th colspan="2" scope="col">指标</th></tr>'
            '<tr><th scope="col">名称</th><th scope="col">数值</th></tr></thead><tbody><tr><td>1</td><td>供水量</td>'
            '<td><p class="text-right">799</p></td></tr><tr><td colspan="3">合计</td></tr></tbody></table>'
            f'<p><img src="images/{picture.name}" alt="示意图"></p><p class="text-right">某市水务局</p>'
        )
        assert (picture.width, picture.height, picture.content_type) == (60, 20, "image/png")
        assert found.notices == ()

    def test_hidden_deleted_and_commented_text_is_left_out_and_said(self) -> None:
        document = docx.Document()
        paragraph = document.add_paragraph("公开的话")
        secret = paragraph.add_run("隐藏的话")
        secret.font.hidden = True
        _revision(paragraph, "w:del", "w:delText", "删掉的话")
        _revision(paragraph, "w:ins", "w:t", "插入的话")
        document.add_comment(paragraph.runs, text="批注的话", author="某人")
        document.sections[0].header.paragraphs[0].text = "页眉的话"
        found = read_docx(saved(document))
        assert found.html == "<p>公开的话插入的话</p>"
        told = " ".join(found.notices)
        for word in ("隐藏的文字", "删除的修订", "插入的修订", "批注", "页眉"):
            assert word in told

    def test_styles_that_hide_are_followed_through_inheritance(self) -> None:
        document = docx.Document()
        base = document.styles.add_style("底", 2)
        base.font.hidden = True
        child = document.styles.add_style("子", 2)
        child.base_style = base
        shown = document.styles.add_style("显", 2)
        shown.base_style, shown.font.hidden = child, False
        paragraph = document.add_paragraph()
        for name in ("底", "子", "显"):
            paragraph.add_run(name, style=name)
        assert read_docx(saved(document)).html == "<p>显</p>"

    def test_statutory_numbering_becomes_text_and_bullets_stay_lists(self) -> None:
        document = docx.Document()
        numbers = _numbering(
            document,
            {
                1: [
                    ("chineseCountingThousand", "第%1条", 1),
                    ("chineseCountingThousand", "（%2）", 1),
                    ("decimal", "%3.", 1),
                ],
                2: [("bullet", "●", 1)],
                3: [("decimal", "%1.", 1)],
                4: [("decimal", "%1.%2", 1), ("decimal", "%1.%2", 3)],
            },
        )
        for text, num, level in [
            ("总则", 1, 0), ("甲", 1, 1), ("乙", 1, 1), ("细", 1, 2), ("适用", 1, 0), ("丙", 1, 1), ("点", 2, 0), ("点", 2, 0),
            ("一号", 3, 0), ("二号", 3, 0), (None, 0, 0), ("三号", 3, 0), ("章", 4, 0), ("节", 4, 1),
        ]:  # fmt: skip
            paragraph = document.add_paragraph(text or "插一段")
            if text:
                _number(paragraph, numbers[num], level)
        assert read_docx(saved(document)).html == (
            "<p>第一条\u3000总则</p><p>（一）甲</p><p>（二）乙</p><p>1.细</p><p>第二条\u3000适用</p><p>（一）丙</p>"
            "<ul><li>点</li><li>点</li></ul><ol><li>一号</li><li>二号</li></ol><p>插一段</p><p>3.三号</p><p>1.章</p><p>1.3\u3000节</p>"
        )

    def test_outline_levels_and_footnotes(self) -> None:
        document = docx.Document()
        paragraph = document.add_paragraph("第一章 总则")
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), "0")
        paragraph._p.get_or_add_pPr().append(level)
        document.add_paragraph("正文")
        assert read_docx(saved(document)).html == "<h2>第一章 总则</h2><p>正文</p>"

    def test_contents_and_unread_boxes_are_said(self) -> None:
        document = docx.Document()
        document.styles.add_style("toc 1", 1)
        document.add_paragraph("总则\t1", style="toc 1")
        box = OxmlElement("w:r")
        choice = "http://schemas.openxmlformats.org/markup-compatibility/2006"
        alternate = etree.SubElement(box, f"{{{choice}}}AlternateContent")
        content = etree.SubElement(etree.SubElement(alternate, f"{{{choice}}}Choice"), qn("w:txbxContent"))
        etree.SubElement(content, qn("w:p"))
        document.add_paragraph("正文")._p.append(box)
        found = read_docx(saved(document))
        assert found.html == "<p>正文</p>"
        assert "目录" in " ".join(found.notices) and "文本框" in " ".join(found.notices)

    def test_pictures_lose_their_place_and_are_stored_once(self) -> None:
        exif = Image.Exif()
        exif[0x0112], exif[0x010F] = 6, "相机"
        exif.get_ifd(0x8825)[1] = "N"
        out = io.BytesIO()
        Image.new("RGB", (40, 20), (1, 2, 3)).save(out, "JPEG", exif=exif)
        document = docx.Document()
        for colour in range(2):
            document.add_picture(io.BytesIO(png((60, 20 + colour))))
        # python-docx 不收这样的 EXIF，存好以后再换进去。
        photos = {f"word/media/image{i}.png": out.getvalue() for i in (1, 2)}
        (picture,) = read_docx(patched(saved(document), photos)).pictures
        image = Image.open(io.BytesIO(picture.data))
        assert not image.getexif() and image.size == (20, 40)

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "损坏|不是"),
            (b"hello", "损坏|不是"),
            (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "另存为 .docx"),
            (b"PK\x03\x04" + b"\0" * 60, "损坏|不是"),
        ],
    )
    def test_what_is_no_word_file_is_refused(self, data: bytes, message: str) -> None:
        with pytest.raises(DocumentError, match=message):
            read_docx(data)

    def test_hostile_packages_are_refused(self) -> None:
        good = saved(docx.Document())
        entity = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
        laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "%s"><!ENTITY c "%s">]><a>&c;</a>' % (
            b"b" * 99,
            b"&b;" * 99,
        )
        for change, message in [
            ({"word/document.xml": entity}, "DTD"),
            ({"docProps/core.xml": laughs}, "DTD"),
            ({"word/document.xml": entity.decode().encode("utf-16")}, "DTD|损坏"),
            ({"word/document.xml": b"<a>"}, "已损坏"),
            ({"word/vbaProject.bin": b"x"}, "宏"),
            ({"word/media/bomb.bin": b"\0" * 60_000_000}, "炸弹"),
            ({"../../etc/x": b"x"}, "路径"),
            ({"word/document.xml": None}, "不是 Word"),
            ({"word/document.xml": b'<a xmlns="http://purl.oclc.org/ooxml/wordprocessingml/main"/>'}, "严格"),
            ({f"x/{i}": b"" for i in range(5001)}, "5000"),
        ]:
            with pytest.raises(DocumentError, match=message):
                read_docx(patched(good, change))

    def test_a_lying_size_in_the_header_is_counted(self) -> None:
        data = bytearray(patched(saved(docx.Document()), {"word/media/x.bin": b"\0" * 500_000}))
        at = data.rfind(b"word/media/x.bin") - 46
        data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
        with pytest.raises(DocumentError, match="损坏"):
            read_docx(bytes(data))

    def test_linked_pictures_are_not_fetched(self) -> None:
        document = docx.Document()
        document.add_picture(io.BytesIO(png()))
        data = saved(document)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            rels = archive.read("word/_rels/document.xml.rels")
            body = archive.read("word/document.xml")
        linked = re.sub(
            rb'Target="media/[^"]+"', b'Target="file:///etc/hostname" TargetMode="External"', rels
        )
        found = read_docx(
            patched(
                data,
                {
                    "word/_rels/document.xml.rels": linked,
                    "word/document.xml": body.replace(b"r:embed", b"r:link"),
                },
            )
        )
        assert found.pictures == () and found.html == ""


def _revision(paragraph: Any, tag: str, text_tag: str, text: str) -> None:
    node = OxmlElement(tag)
    run, words = OxmlElement("w:r"), OxmlElement(text_tag)
    words.text = text
    run.append(words)
    node.append(run)
    paragraph._p.append(node)


def _numbering(document: Any, abstracts: dict[int, list[tuple[str, str, int]]]) -> dict[int, int]:
    part = document.part.numbering_part.element
    made: dict[int, int] = {}
    for key, levels in abstracts.items():
        abstract = OxmlElement("w:abstractNum")
        abstract.set(qn("w:abstractNumId"), str(900 + key))
        for at, (style, text, start) in enumerate(levels):
            level = OxmlElement("w:lvl")
            level.set(qn("w:ilvl"), str(at))
            for tag, value in (("w:start", str(start)), ("w:numFmt", style), ("w:lvlText", text)):
                node = OxmlElement(tag)
                node.set(qn("w:val"), value)
                level.append(node)
            abstract.append(level)
        part.insert(0, abstract)
        num = OxmlElement("w:num")
        num.set(qn("w:numId"), str(900 + key))
        link = OxmlElement("w:abstractNumId")
        link.set(qn("w:val"), str(900 + key))
        num.append(link)
        part.append(num)
        made[key] = 900 + key
    return made


def _number(paragraph: Any, num: int, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = num


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (101, "一百零一"), (110, "一百一十"), (1005, "一千零五"), (2024, "二千零二十四"), (0, "0")]
)  # fmt: skip
def test_chinese_numbers(number: int, text: str) -> None:
    assert chinese(number) == text


class TestWriting:
    def test_word_has_the_layout_of_the_standard(self) -> None:
        document = docx.Document(io.BytesIO(to_docx(HEAD, BODY)))
        section = document.sections[0]
        assert (
            round(section.top_margin.mm),
            round(section.left_margin.mm),
            round(section.page_width.mm),
        ) == (37, 28, 210)
        assert document.styles["Normal"].font.size.pt == 16
        assert document.core_properties.title == HEAD.title
        assert "〔图片：示意图〕" in "".join(p.text for p in document.paragraphs)
        assert "PAGE" in section.footer._element.xml and "PAGE" in section.even_page_footer._element.xml

    def test_pdf_holds_every_word_and_is_the_same_each_time(self, tmp_path: Path) -> None:
        data = to_pdf(HEAD, BODY, {"images/a.png": png()})
        assert data == to_pdf(HEAD, BODY, {"images/a.png": png()})
        file = tmp_path / "a.pdf"
        file.write_bytes(data)
        squeeze = re.compile(r"[\s\u200b]")
        text = squeeze.sub("", extract_text(file))
        for word in (
            HEAD.title,
            HEAD.number,
            "11440100007482444P/2021-00050",
            "为了加强管理",
            "供水量",
            "合计",
            "3.甲",
            "—1—",
        ):
            assert squeeze.sub("", word) in text
        assert b"pdfaid:part" in data or b"pdfaid" in data

    def test_a_missing_glyph_or_font_stops_the_pdf(self) -> None:
        with pytest.raises(DocumentError, match="U\\+16A0"):
            to_pdf(HEAD, "<p>ᚠ</p>")
        with pytest.raises(DocumentError, match="没有装中文字体"):
            to_pdf(HEAD, "<p>好</p>", system_fonts=False)

    def test_text_is_never_markup(self) -> None:
        nasty = '<p>#eval("1") $x$ *b* _i_ `c` \\ "q" [#panic()] &lt;script&gt; {{ x }} //c @ref =h</p>'
        text = extract_pdf(to_pdf(RecordHead('#panic("x") "标题\\'), nasty))
        assert '#eval("1")' in text and "[#panic()]" in text and '#panic("x")' in text

    def test_no_title_is_refused(self) -> None:
        for write in (to_docx, to_pdf):
            with pytest.raises(DocumentError, match="没有标题"):
                write(RecordHead(" "), "<p>甲</p>")

    def test_bad_pictures_are_named_not_lost(self) -> None:
        html = '<p><img src="images/a.png" alt="坏图"></p>'
        assert "〔图片：坏图〕" in extract_pdf(to_pdf(HEAD, html, {"images/a.png": b"nonsense"}))
        assert "〔图片：坏图〕" in text_of(read_docx(to_docx(HEAD, html, {"images/a.png": b"nonsense"})).html)

    def test_a_table_too_wide_for_word_says_so(self) -> None:
        with pytest.raises(DocumentError, match="64 列"):
            to_docx(HEAD, "<table><tr>" + "<td>1</td>" * 64 + "</tr></table>")


def extract_pdf(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "".join(page.get_textpage().get_text_bounded() for page in document).replace("\u200b", "")


cells = st.builds(
    lambda tag, rows, columns, text: f'<{tag} rowspan="{rows}" colspan="{columns}">{text}</{tag}>',
    st.sampled_from(["td", "th"]), st.integers(0, 4), st.integers(0, 4), st.sampled_from(["", "甲", "<p>乙</p><ul><li>丙</li></ul>"]),
)  # fmt: skip
tables = st.lists(st.lists(cells, max_size=4), min_size=1, max_size=4).map(
    lambda rows: "<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in rows) + "</table>"
)


@settings(max_examples=10)
@given(tables)
def test_any_table_can_be_written(table: str) -> None:
    words = re.sub(r"\s", "", text_of(clean_html(table)))
    found = read_docx(to_docx(RecordHead("题"), table))
    assert sorted(re.sub(r"[\s•]", "", text_of(found.html))) == sorted("题" + words)
    assert sorted(re.sub(r"[\s•‣–·—1]", "", extract_pdf(to_pdf(RecordHead("题"), table)))) == sorted(
        "题" + words
    )


def test_a_real_law_makes_a_document() -> None:
    file = DATA / "laws" / "laws.jsonl"
    if not file.exists():
        pytest.skip(f"没有 {file}，跳过实测")
    law = json.loads(file.open(encoding="utf-8").readline())
    html = from_text(law["text"])
    squeeze = re.compile(r"\s")
    words = squeeze.sub("", text_of(html))
    assert (
        squeeze.sub("", text_of(read_docx(to_docx(RecordHead(law["title"]), html)).html))
        == law["title"] + words
    )
    assert squeeze.sub(
        "", re.sub(r"— \d+ —", "", extract_pdf(to_pdf(RecordHead(law["title"]), html)))
    ).endswith(words[-50:])


class TestExtracting:
    def test_word_gives_what_cannot_be_seen_too(self, tmp_path: Path) -> None:
        document = docx.Document()
        document.add_paragraph("正文").add_run("隐藏13800138000").font.hidden = True
        document.sections[0].footer.paragraphs[0].text = "页脚"
        table = document.add_table(2, 2)
        for i, cell in enumerate(c for row in table.rows for c in row.cells):
            cell.text = f"格{i}"
        file = tmp_path / "a.docx"
        document.save(str(file))
        assert extract_text(file) == "正文隐藏13800138000\n格0\t格1\n格2\t格3\n页脚"

    def test_excel_gives_values_in_full(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.title = "名单"
        book.active.append(["姓名", 440106198002290019, 13800138000.0, "=1+1"])
        hidden = book.create_sheet("藏")
        hidden.append(["密"])
        hidden.sheet_state = "hidden"
        file = tmp_path / "a.xlsx"
        book.save(file)
        text = extract_text(file)
        assert "13800138000" in text and "密" in text and "=1+1" not in text

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_plain_text_of_any_encoding(self, tmp_path: Path, encoding: str) -> None:
        file = tmp_path / "a.txt"
        file.write_bytes("姓名,电话\r\n张某,1\r\n".encode(encoding))
        assert extract_text(file) == "姓名,电话\n张某,1\n"

    def test_unreadable_files_say_why(self, tmp_path: Path) -> None:
        file = tmp_path / "a"
        for data, message in [
            (b"%PDF-1.7 x", "PDF 已损坏"),
            (b"\0\1\2\xff" * 9, "取不出文字"),
            (patched(saved(docx.Document()), {"word/document.xml": None}), "不是 Word、Excel"),
        ]:
            file.write_bytes(data)
            with pytest.raises(DocumentError, match=message):
                extract_text(file)
        file.write_bytes(png())
        assert extract_text(file) == ""


class TestPictures:
    def test_huge_and_broken_pictures_are_refused(self) -> None:
        huge = bytearray(png())
        huge[16:24] = (30_000).to_bytes(4, "big") * 2
        assert prepare(bytes(huge)) is None
        assert prepare(b"") is None and prepare(png()[:40]) is None and prepare(b"<svg/>") is None

    def test_bitmaps_become_png(self) -> None:
        out = io.BytesIO()
        Image.new("CMYK", (3, 3)).save(out, "TIFF")
        picture = prepare(out.getvalue())
        assert picture and picture.content_type == "image/png"
