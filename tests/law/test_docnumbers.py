"""发文字号：实例与性质。"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.law.docnumbers import parse, typed


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("国办发〔2017〕47号", ["国办发〔2017〕47号"]),
        ("國辦發〔2017〕47號", ["国办发〔2017〕47号"]),
        ("國辦公開辦函〔2019〕60號", ["国办公开办函〔2019〕60号"]),
        ("国办发［２０１７］４７号", ["国办发〔2017〕47号"]),
        ("国办发 ( 2017 ) 第 047 号", ["国办发〔2017〕47号"]),
        ("国办发【2017年】47号", ["国办发〔2017〕47号"]),
        ("国务院令第711号", ["国务院令第711号"]),
        ("（中华人民共和国国务院令第711号）", ["中华人民共和国国务院令第711号"]),
        ("国家发展和改革委员会令第5号", ["国家发展和改革委员会令第5号"]),
        ("财政部公告2020年第3号", ["财政部公告2020年第3号"]),
        ("根据国办函〔2020〕109号和国办发〔2017〕47号", ["国办函〔2020〕109号", "国办发〔2017〕47号"]),
        ("《办法》（国办函〔2020〕109号）", ["国办函〔2020〕109号"]),
        ("《通知》国办函〔2020〕109号", ["国办函〔2020〕109号"]),
        ("依據粵府辦〔2021〕8號，見穗府辦函[2021]9號", ["粤府办〔2021〕8号", "穗府办函〔2021〕9号"]),
        ("国办发〔2017〕47号国办函〔2020〕5号", ["国办发〔2017〕47号", "国办函〔2020〕5号"]),
        ("国办发〔2017〕47号和自然资规〔2019〕1号", ["国办发〔2017〕47号", "自然资规〔2019〕1号"]),
        ("和政办发〔2019〕5号", ["和政办发〔2019〕5号"]),
        ("乾政发〔2019〕5号", ["乾政发〔2019〕5号"]),
        ("现将关于印发国办发〔2017〕47号的函", ["国办发〔2017〕47号"]),
        ("国发〔1949〕1号、国发〔2099〕1号", ["国发〔1949〕1号", "国发〔2099〕1号"]),
        ("广州市人民政府令第195号", ["广州市人民政府令第195号"]),
        ("粤府令第277号、市政府令第195号", ["粤府令第277号", "市政府令第195号"]),
        ("穗水规字〔2021〕3号", ["穗水规字〔2021〕3号"]),
        ("公告2024年第3号", ["公告2024年第3号"]),
        ("中华人民共和国主席令第六号", ["中华人民共和国主席令第6号"]),
        ("主席令第一百二十六号", ["主席令第126号"]),
        ("国务院令第七一一号", ["国务院令第711号"]),
        ("水利部令（第49号）", ["水利部令第49号"]),
        ("中华人民共和国国务院令\n第711号", ["中华人民共和国国务院令第711号"]),
        ("国务院第711号令", ["国务院令第711号"]),
        ("根据自然资源部2024年第3号公告", ["自然资源部公告2024年第3号"]),
        ("统一编号：HFGS—2017—9", ["HFGS—2017—9"]),
        ("HFGS－２０１７－９", ["HFGS—2017—9"]),
    ],
)
def test_worked(text: str, canonical: list[str]) -> None:
    assert [number.canonical for number in parse(text)] == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "〔2017〕47号",
        "国办发《2017》47号",
        "国发〔1948〕1号",
        "国发〔2100〕1号",
        "国发〔2017〕0号",
        "会议第3号",
        "2020年第3号",
        "国办发〔2017〕47",
        "根据〔2017〕47号",
        "国" * 21 + "〔2017〕47号",
        "会议第3号公告",
        "本部2024年第3号公告",
        "第三号令",
        "GB-2017-9",
        "HFGS—1948—9",
        "A—2017—9",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert parse(text) == []


def test_fields_of_both_forms() -> None:
    ordinary, order = parse("按照國辦發〔2017〕047號、国务院令第711号执行")
    assert (ordinary.code, ordinary.year, ordinary.serial, ordinary.span) == ("国办发", 2017, 47, (2, 15))
    assert (order.code, order.year, order.serial) == ("国务院令", None, 711)


codes = st.sampled_from(["国办发", "国办公开办函", "粤府办", "穗府", "财预", "自然资规", "水办", "和政办发"])
pairs = st.sampled_from(["〔〕", "［］", "[]", "()", "（）", "【】", "{}", "﹝﹞"])
FULL = str.maketrans("0123456789", "０１２３４５６７８９")


@given(
    codes,
    st.integers(1949, 2099),
    st.integers(1, 99_999),
    pairs,
    st.sampled_from(["", " ", "　", "\u00a0 "]),
    st.booleans(),
    st.sampled_from(["", "第"]),
    st.sampled_from(["", "根据", "按照《通知》（", "关于", "\n", "，", "见“"]),
    st.text("，。 执行\n", max_size=5),
)
def test_round_trip_under_variants(
    code: str, year: int, serial: int, pair: str, gap: str, full: bool, nth: str, lead: str, after: str
) -> None:
    canonical = f"{code}〔{year}〕{serial}号"
    written = (
        gap.join([code, pair[0], str(year), pair[1], nth, str(serial), "号"])
        if nth
        else gap.join([code, pair[0], str(year), pair[1], str(serial), "号"])
    )
    written = written.translate(FULL) if full else written
    # “根据”后面的“和”会被认作连词；和字开头的代字只在句首可靠。
    if code.startswith("和") and lead in ("根据", "关于"):
        lead = ""
    text = lead + written + after
    (number,) = parse(text)
    assert number.canonical == canonical
    assert text[slice(*number.span)] == written
    assert [n.canonical for n in parse(number.canonical)] == [canonical]


noise = st.text("国办发和根据令第号〔2017〕（）１4 7年號發公告十零百HF—\n部", max_size=60) | st.text(
    max_size=60
)


@given(noise)
def test_any_text_gives_ordered_numbers_in_it(text: str) -> None:
    numbers = parse(text)
    for number in numbers:
        assert 1 <= len(number.code) <= 20 and number.serial >= 1
        assert text[number.span[1] - 1] in "号號令告" or re.fullmatch("[A-Z]+", number.code)
        assert number.canonical in [n.canonical for n in parse(number.canonical)]
    assert all(a.span[1] <= b.span[0] for a, b in zip(numbers, numbers[1:], strict=False))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("国办发2017年第47号", ["国办发〔2017〕47号"]),
        ("国办发2017-47", ["国办发〔2017〕47号"]),
        ("国办发 2017 47", ["国办发〔2017〕47号"]),
        ("国办发〔2017〕47", ["国办发〔2017〕47号"]),
        ("国办发〔二〇一七〕四十七号", ["国办发〔2017〕47号"]),
        ("请问國辦發[2017]47號还有效吗", ["国办发〔2017〕47号"]),
        ("国务院令711号", ["国务院令第711号"]),
        ("财政部公告2020年3号", ["财政部公告2020年第3号"]),
        ("水价2021 12", []),
        ("2021年第12期", []),
        ("2021年1月12日停水", []),
        ("政务公开", []),
    ],
)
def test_typed(text: str, canonical: list[str]) -> None:
    assert [number.canonical for number in typed(text)] == canonical


@given(noise)
def test_typed_never_fails_and_keeps_what_parse_finds(text: str) -> None:
    found = typed(text)
    assert all(number.serial >= 1 and 0 <= number.span[0] < number.span[1] <= len(text) for number in found)
    assert [n.canonical for n in typed("国发〔2019〕4号")] == ["国发〔2019〕4号"]
