"""文书模板与排版：每种文书对齐备的案卷都能写出，缺了内容的一律不写。"""

from __future__ import annotations

import io
from datetime import date
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
from foi_samples import GIVE, INTERNAL, PUBLIC, TEXT, pdf
from hypothesis import given
from hypothesis import strategies as st

from gongkai.core.states import Refused
from gongkai.formats.documents import DocumentError
from gongkai.formats.documents.letters import OfficialLetter, letter_docx, letter_pdf
from gongkai.requests import actions, letters
from gongkai.requests.actions.templating import save_template, use_standard
from gongkai.requests.letters import templates, templating
from gongkai.requests.letters.placeholders import PLACEHOLDERS
from gongkai.requests.models import Letter

KNOWN = {"甲": None, "乙": None, "申请编号": None}


def test_the_set_is_whole_and_every_placeholder_known() -> None:
    expected = {f"T{n:02}" for n in (*range(0, 15), *range(16, 31))} | {
        "T07b",
        "T07c",
        "T08b",
        "T15a",
        "T15b",
    }
    assert set(templates.standard()) == expected
    for code, template in templates.standard().items():
        templates.check(code, template.text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("头\n中{申请号}", "第 2 行第 2 字：没有“申请号”这个占位；是不是“申请编号”"),
        ("{甲", "第 1 行第 1 字：“{”不成对"),
        ("甲]", "第 1 行第 2 字：“]”不成对"),
        ("一[{甲}", "第 1 行第 2 字：方括号没有合上"),
        ("[没有占位]", "第 1 行第 1 字：方括号里没有占位"),
        ("[{甲}|没有]", "第 1 行第 1 字：方括号里没有占位"),
    ],
)
def test_a_wrong_template_is_refused_with_the_place(text: str, said: str) -> None:
    with pytest.raises(templating.TemplateError) as caught:
        templating.parse(text, KNOWN)
    assert str(caught.value).startswith(said)


def test_optional_parts_and_alternatives() -> None:
    def fill(text: str, **values: str) -> str:
        return templating.fill(text, KNOWN, lambda name: values.get(name, ""), "文书")

    assert fill("一[二{甲}]三") == "一三" and fill("一[二{甲}]三", 甲="x") == "一二x三"
    assert fill("[甲{甲}|乙{乙}]。", 乙="y") == "乙y。" and fill("[甲{甲}|乙{乙}]", 甲="x", 乙="y") == "甲x"
    for text in ("{甲}", "[甲{甲}|乙{乙}]"):
        with pytest.raises(templating.EmptyPlaceholderError, match="甲"):
            fill(text)


@given(st.text(alphabet="甲乙{}[]|\n字", max_size=30))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        pieces = templating.parse(text, KNOWN)
    except templating.TemplateError as error:
        assert str(error).startswith("第 ")
    else:
        assert {piece.name for piece in pieces} <= {"", *KNOWN}


class Complete:
    """齐备的案卷：每个占位都有内容；missing 里的没有。"""

    def __init__(self, *missing: str) -> None:
        self.missing = missing

    def value(self, name: str) -> str:
        return "" if name in self.missing else f"〔{name}〕"


@pytest.mark.parametrize("code", sorted(templates.standard()))
def test_every_template_renders_when_complete_and_refuses_when_not(code: str) -> None:
    template = templates.standard()[code]
    write = (lambda source: str(template.rows(source))) if template.form else template.render
    required, optional = template.names()
    written = write(Complete())
    assert all(f"〔{name}〕" in written for name in required)
    assert "{" not in written and "[" not in written.replace("[(", "")
    for name in required:
        with pytest.raises(templating.EmptyPlaceholderError, match=name):
            write(Complete(name))
    if "|" in template.text:
        with pytest.raises(templating.EmptyPlaceholderError):
            write(Complete(*optional))


def text_in(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")


LETTER = OfficialLetter(
    "临江市水务局", "临水公开告〔2026〕12号", "政府信息公开告知书", "张三",
    ("本机关于2026年3月2日收到你的申请。",) * 30, "临江市水务局", date(2026, 3, 9),
)  # fmt: skip


def test_the_letter_is_laid_out_as_the_standard_says() -> None:
    content = letter_pdf(LETTER)
    assert content == letter_pdf(LETTER)
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 2
        image = document[0].render(scale=2).to_pil().convert("RGB")
        second = document[1].get_textpage().get_text_range()
        assert "— 2 —" in second and "2026年3月9日" in second.replace(" ", "")
        assert "— 1 —" not in document[0].get_textpage().get_text_range()
    width, height = image.size

    def is_red(pixel: Any) -> bool:
        return pixel[0] > 200 and pixel[1] < 120

    red = [
        y for y in range(height)
        if sum(1 for x in range(0, width, 4) if is_red(image.getpixel((x, y)))) > width / 4 * 0.7
    ]  # fmt: skip
    # 两条红双线：一条在发文机关标志之下，一条距下页边 20 mm。
    millimetres = sorted({round(y / height * 297) for y in red})
    assert any(45 <= mm <= 49 for mm in millimetres) and any(275 <= mm <= 278 for mm in millimetres)
    assert all(45 <= mm <= 49 or 275 <= mm <= 278 for mm in millimetres)


def test_a_missing_font_or_glyph_stops_with_its_name() -> None:
    with pytest.raises(DocumentError, match="没有装中文字体"):
        letter_pdf(LETTER, system_fonts=False)
    from dataclasses import replace

    with pytest.raises(DocumentError, match=r"U\+10FFFD"):
        letter_pdf(replace(LETTER, paragraphs=("坏字\U0010fffd",)))
    with pytest.raises(DocumentError, match="发文字号"):
        letter_pdf(replace(LETTER, number=""))


def test_word_has_the_same_elements() -> None:
    import docx

    document = docx.Document(io.BytesIO(letter_docx(LETTER)))
    lines = [row.text for row in document.paragraphs]
    assert lines[0] == "临江市水务局" and "张三：" in lines and lines[-1] == "2026年3月9日"
    assert "thickThinSmallGap" in document.element.xml
    assert "PAGE" in document.sections[0].footer._element.xml


def test_a_decision_is_written_item_by_item(working: Any, decide: Any, person: Any, today: Any) -> None:
    case = working(items=("2025年检漏报告", "2024年检漏报告"))
    first, second = case.items.all()
    actions.add_file(person("handler"), case, kind="release", file=pdf("2025年检漏报告.pdf"), item=first)
    decide(first, GIVE)
    decide(second, PUBLIC, materials={"where": "https://example.invalid/2024"})
    letter = actions.draft_decision(person("handler"), case)
    text = letters.text_of(letter)
    assert "关于“2025年检漏报告”：你申请的信息属于可以公开的信息" in text
    assert "共1份：《2025年检漏报告》" in text and "https://example.invalid/2024" in text
    assert "如不服本答复" in letters.remedy_text(letter)
    shown = letters.preview(letter)
    assert "预览" in text_in(shown) and "临水公开告〔〕号" in text_in(shown).replace(" ", "")
    signed = _sign(letter, person)
    assert signed.template_version == "T00/标准1 T11/标准1 T10/标准1"
    with signed.file.open("rb") as file:
        written = text_in(file.read())
    assert "附件：2025年检漏报告" in written.replace(" ", "")
    assert "临水公开告〔2026〕1号" in written.replace(" ", "")


def _sign(letter: Letter, person: Any) -> Letter:
    for who, name in (
        ("handler", "submit"), ("secrecy", "pass_secrecy"), ("legal", "pass_legal"), ("leader", "sign"),
    ):  # fmt: skip
        letter = actions.move_letter(person(who), letter, name)
    return letter


def test_a_refusal_says_why_and_sends_to_review_first(working: Any, answer: Any) -> None:
    case = working()
    letter = answer(case, INTERNAL, materials={"why_not_released": TEXT})
    assert "属于内部事务信息" in letter.text and "第十六条第一款" in letter.text
    assert "应当先申请行政复议" in letter.remedy and "https://review.example.invalid/" in letter.remedy


@pytest.mark.parametrize(
    ("on", "code", "has", "lacks"),
    [
        (date(2025, 5, 30), "C8", "应当先申请行政复议", "人民法院或"),
        (date(2025, 6, 3), "C8", "或者自收到之日起6个月内依法向临江铁路运输法院", "应当先申请行政复议"),
        (date(2024, 1, 2), "C5", "应当先申请行政复议", "临江铁路运输法院"),
    ],
)
def test_remedy_follows_the_date(agency: Any, on: date, code: str, has: str, lacks: str) -> None:
    case = SimpleNamespace(agency=agency, route="post")
    letter = SimpleNamespace(remedy="", case=case, codes=[code], template="T13", withheld=[], signed_on=on)
    text = letters.remedy_text(letter)
    assert has in text and lacks not in text


def test_before_2024_the_superior_must_be_named_so_no_wrong_clause_is_printed(agency: Any) -> None:
    case = SimpleNamespace(agency=agency, route="post")
    letter = SimpleNamespace(
        remedy="", case=case, codes=["C5"], template="T13", withheld=[], signed_on=date(2023, 12, 29)
    )
    with pytest.raises(ValueError, match="上一级主管部门"):
        letters.remedy_text(letter)


@pytest.mark.parametrize("missing", ["court", "review_body", "review_url"])
def test_no_letter_without_court_review_body_or_online_channel(
    working: Any, answer: Any, agency: Any, missing: str
) -> None:
    from gongkai.requests.models import RequestRules

    case = working()
    RequestRules.objects.filter(agency=agency).update(**{missing: ""})
    with pytest.raises(Refused):
        answer(case)


def test_the_office_makes_its_own_template_and_letters_keep_the_version(
    working: Any, answer: Any, person: Any, agency: Any
) -> None:
    base = templates.template_for(agency, "T10")
    values = {"title": base.title, "note": "法制机构审定", "base": "标准1"}
    with pytest.raises(Refused):
        save_template(person("handler"), agency, "T10", text=base.text, **values)
    with pytest.raises(Refused, match="没有“网址”这个占位"):
        save_template(person("clerk"), agency, "T10", text="见{网址}，根据{依据条款}", **values)
    with pytest.raises(Refused, match="依据"):
        save_template(person("clerk"), agency, "T10", text="见{获取方式}", **values)
    own = "您要的信息已经公开，根据{依据条款}，请看{获取方式}。"
    save_template(person("clerk"), agency, "T10", text=own, **values)
    with pytest.raises(Refused, match="别人已改过"):
        save_template(person("clerk"), agency, "T10", text=own, **values)
    letter = answer(working())
    assert "您要的信息已经公开" in letter.text and letter.template_version == "T00/标准1 T10/自订1"
    use_standard(person("clerk"), agency, "T10", note="退回")
    assert templates.template_for(agency, "T10").version == "标准1"
    letter.refresh_from_db()
    assert letter.template_version == "T00/标准1 T10/自订1"


def test_forms_are_filled_from_the_case(working: Any) -> None:
    case = working()
    rows = dict(letters.form_rows(case, "T02"))
    assert rows["申请编号"] == "SQ-2026-000001" and "科技信息处" in rows["承办单位"]
    assert "13800001234" not in str(letters.form_rows(case, "T01"))
    assert "SQ-2026-000001" in text_in(letters.form_pdf(case, "T02")).replace("\u200b", "")
    with pytest.raises(templating.EmptyPlaceholderError, match="移送名称"):
        letters.form_rows(case, "T29")
    assert all(placeholder.note for placeholder in PLACEHOLDERS.values())
