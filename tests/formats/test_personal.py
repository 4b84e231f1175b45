"""个人信息：实例、误报的防护与性质。号码都是按规则编的。"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.formats.personal import Kind, find, mask

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
ALL = frozenset(Kind)
FULL = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def identity(head: str) -> str:
    total = sum(
        int(c) * w for c, w in zip(head, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    return head + "10X98765432"[total % 11]


def card(head: str) -> str:
    doubled = sum(
        (int(c) * 2 - 9 if int(c) > 4 else int(c) * 2) if i % 2 == 0 else int(c)
        for i, c in enumerate(reversed(head))
    )
    return head + str(-doubled % 10)


ID = identity("44010619800229001")
CARD = card("621700123456789012")


@pytest.mark.parametrize(
    ("text", "kind", "certainty"),
    [
        ("11010519491231002X", Kind.IDENTITY, "certain"),  # GB 11643 的例子
        (f"身份证号：{ID}。", Kind.IDENTITY, "certain"),
        (ID.translate(FULL), Kind.IDENTITY, "certain"),
        (f"{ID[:6]} {ID[6:14]}-{ID[14:]}", Kind.IDENTITY, "certain"),
        (f"张某{ID}", Kind.IDENTITY, "certain"),
        ("身份证号110105194912310021", Kind.IDENTITY, "likely"),
        ("身份证110105491231002", Kind.IDENTITY_OLD, "likely"),
        ("联系电话13800138000", Kind.MOBILE, "likely"),
        ("微信同号138-0013-8000，", Kind.MOBILE, "likely"),
        ("+86 138 0013 8000", Kind.MOBILE, "likely"),
        ("13800138000 人力资源科", Kind.MOBILE, "likely"),
        ("１３８００１３８０００", Kind.MOBILE, "likely"),
        (f"工行卡号{CARD}", Kind.BANK_CARD, "certain"),
        (" ".join([CARD[:4], CARD[4:8], CARD[8:12], CARD[12:16], CARD[16:]]), Kind.BANK_CARD, "certain"),
        ("zhang.san@example.com", Kind.EMAIL, "likely"),
        ("swj@gz.gov.cn", Kind.EMAIL, "possible"),
        ("护照号码E12345678", Kind.PASSPORT, "likely"),
        ("电话（020）81234567", Kind.LANDLINE, "possible"),
        ("020-81234567", Kind.LANDLINE, "possible"),
        ("粤A·12345车", Kind.PLATE, "likely"),
        ("粤AD12345", Kind.PLATE, "likely"),
    ],
)
def test_found(text: str, kind: Kind, certainty: str) -> None:
    (finding,) = find(text, ALL)
    assert (finding.kind, finding.certainty) == (kind, certainty)


@pytest.mark.parametrize(
    "text",
    [
        "统一社会信用代码11441700007280420Y",
        "11441700007280420Y/2021-00050",
        "国办发〔2017〕47号",
        "拨打12345或12320",
        "合计13800138000元",
        "共13800138000人次",
        "投资13800138000.50",
        "订单号：13800138000",
        "受理编号13800138000",
        "138001380001",
        "A13800138000",
        "20201201-13800138000-1",
        "100000000000000000",
        identity("99010619800229001"),
        identity("44010619800230001"),
        "110105194912310021",
        "440106********1234",
        "138****8000",
        "合同编号" + CARD,
        card("99" + "1234567890123456"),
        "5 000 000 000 000 000",
        "E12345678",
        "2021年12月31日至2026年12月31日",
    ],
)
def test_not_found(text: str) -> None:
    assert find(text) == []


def test_two_numbers_side_by_side() -> None:
    assert [f.kind for f in find(f"{ID}、13800138000/13900139000 {CARD}")] == [
        Kind.IDENTITY, Kind.MOBILE, Kind.MOBILE, Kind.BANK_CARD,
    ]  # fmt: skip


def test_masked() -> None:
    text = f"张某，身份证{ID}，电话138 0013 8000，邮箱zhang@example.com"
    assert (
        mask(text) == "张某，身份证44**************" + ID[-2:] + "，电话138 **** 8000，邮箱z****@example.com"
    )


births = st.dates().map(
    lambda d: d.replace(year=1900 + d.year % 120) if (d.month, d.day) != (2, 29) else d.replace(year=1980)
)
heads = st.builds(
    lambda p, d, b, s: f"{p}{d:04}{b:%Y%m%d}{s:03}",
    st.sampled_from(["11", "44", "65", "81"]),
    st.integers(0, 9999),
    births,
    st.integers(0, 999),
)
around = st.text("，。、 字张某：（）\n", max_size=6)


@given(heads, around, around, st.booleans())
def test_every_valid_identity_is_found_and_hidden(head: str, before: str, after: str, full: bool) -> None:
    number = identity(head)
    written = number.translate(FULL) if full else number
    text = before + written + after
    (finding,) = find(text)
    assert finding.kind is Kind.IDENTITY and text[finding.start : finding.end] == written
    assert head[6:14] not in mask(text) and len(mask(text)) == len(text)


@given(heads, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_no_identity(head: str, at: int, shift: int) -> None:
    number = identity(head)
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    assert not any(f.certainty == "certain" and f.kind is Kind.IDENTITY for f in find(wrong))


@given(st.text("1358 -0４２6XxAa@.*元号身份证卡", max_size=60) | st.text(max_size=60))
def test_masking_hides_everything_found_once(text: str) -> None:
    findings = find(text, ALL)
    assert all(a.end <= b.start for a, b in zip(findings, findings[1:], strict=False))
    hidden = mask(text, ALL)
    assert len(hidden) == len(text)
    for finding in findings:
        assert hidden[finding.start : finding.end] == finding.text != text[finding.start : finding.end]


def _rows(path: str) -> list[dict[str, object]]:
    file = DATA / path
    if not file.exists():
        pytest.skip(f"没有 {file}，跳过实测")
    return [json.loads(line) for line in file.open(encoding="utf-8")]


def test_real_laws_raise_no_alarm() -> None:
    assert [f for row in _rows("laws/laws.jsonl")[::5] for f in find(str(row["text"]), ALL)] == []
