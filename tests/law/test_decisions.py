"""决定代码、救济告知、条文库、决定向导、发文字号。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.law import docnumbers
from gongkai.law.annual import TABLE3_ROWS
from gongkai.law.decision_tree import FIRST
from gongkai.law.decisions import (
    DECISIONS,
    MISTAKES,
    PROCEDURAL,
    QUESTIONS,
    REQUIREMENTS,
    STATUTES,
    STEPS,
    MissingValueError,
    RemedyValues,
    StaleLawError,
    cite,
    document_number,
    remedy,
    report_row,
    review_limit,
    stale_citations,
    suit_limit,
    walk,
)
from gongkai.law.workdays import Calendar

D = date
CAL = Calendar.official()
NOW = D(2026, 11, 25)
VALUES = RemedyValues(
    "广州市人民政府", "广州铁路运输中级法院", "https://fuyi.example.gov.cn/", "广东省水利厅"
)

# 代码 →（报表行，文书，2026 年的救济）：规则汇编 2.5 的表。
TABLE = {
    "A1": ("r1", "T10", "R2"),
    "A2": ("r1", "T11", "R2"),
    "A3": ("r1", "T11", "R2"),
    "B": ("r2", "T12", "R1+R2"),
    **{f"C{n}": (f"r3_{n}", "T13", "R1") for n in range(1, 8)},
    "C8": ("r3_8", "T14", "R2"),
    "D1a": ("r4_1", "T15a", "R2"),
    "D1b": ("r4_1", "T15b", "R2"),
    "D2": ("r4_2", "T16", "R2"),
    "D3": ("r4_3", "T17", "R2"),
    "E1": ("r5_1", "T18", "R2"),
    "E2": ("r5_2", "T19", "R2"),
    "E3": ("r5_3", "T20", "R2"),
    "E4": ("r5_4", "T21", "R2"),
    "E5": ("r5_5", "T22", "R2"),
    "F1": ("r6_1", "T23", "R2"),
    "F2": ("r6_2", "T24", "R2"),
    "F3": ("r6_3", "T25", ""),
}


def test_codes_rows_templates_and_remedies() -> None:
    assert {
        code: (d.row, d.template, "+".join(remedy(code, NOW).kinds)) for code, d in DECISIONS.items()
    } == TABLE
    assert {d.row for d in DECISIONS.values()} == {
        key for key in TABLE3_ROWS if key not in ("new", "carry_in", "r7", "carry_out")
    }


def test_every_decision_cites_law_in_force_and_names_what_it_needs() -> None:
    for decision in DECISIONS.values():
        if decision.statute:
            assert cite(decision.statute, decision.article, NOW).startswith("《")
        else:
            assert decision.code in ("E5", "F3")
        assert decision.requires and set(decision.requires) <= set(REQUIREMENTS)
    assert set(REQUIREMENTS) == {need for d in DECISIONS.values() for need in d.requires}
    assert cite("regulation", DECISIONS["D1a"].article, NOW) == (
        "《中华人民共和国政府信息公开条例》第三十六条第四项"
    )


@pytest.mark.parametrize(
    ("code", "before_2024", "between", "after"),
    [
        ("C1", "R0", "R1", "R1"),
        ("C7", "R0", "R1", "R1"),
        ("C8", "R0", "R1", "R2"),
        ("B", "R0", "R1+R2", "R1+R2"),
        ("A2", "R0", "R2", "R2"),
        ("D1a", "R0", "R2", "R2"),
        ("E1", "R0", "R2", "R2"),
        ("F3", "", "", ""),
        ("T07c", "R0", "R2", "R2"),
    ],
)
def test_the_rule_changed_twice(code: str, before_2024: str, between: str, after: str) -> None:
    for day, expected in (
        (D(2023, 12, 31), before_2024),
        (D(2024, 1, 1), between),
        (D(2025, 5, 31), between),
        (D(2025, 6, 1), after),
    ):
        assert "+".join(remedy(code, day).kinds) == expected, day


def test_clauses_in_words() -> None:
    assert remedy("C5", NOW).render(VALUES) == (
        "如不服本决定中不予公开的内容，可以自收到本告知书之日起60日内向广州市人民政府申请行政复议；"
        "根据《中华人民共和国行政复议法》第二十三条，应当先申请行政复议，"
        "对行政复议决定不服的，可以再依法向人民法院提起行政诉讼。"
    )
    assert remedy("D1a", NOW).render(VALUES) == (
        "如不服本答复，可以自收到之日起60日内向广州市人民政府申请行政复议，"
        "或者自收到之日起6个月内依法向广州铁路运输中级法院提起行政诉讼。"
    )
    both = remedy("B", NOW, online=True).render(VALUES)
    assert "应当先申请行政复议" in both and "如不服本答复的其他内容" in both
    assert both.endswith("行政复议网上申请渠道：https://fuyi.example.gov.cn/。")
    old = remedy("C5", D(2023, 6, 1)).render(VALUES)
    assert "或者广东省水利厅申请行政复议" in old and "应当先" not in old
    for code in PROCEDURAL:
        assert remedy(code, NOW, online=True).render(RemedyValues()) == ""


def test_what_is_withheld_decides_the_partial_clause() -> None:
    assert remedy("B", NOW, withheld=["C8"]).kinds == ("R2",)
    assert remedy("B", NOW, withheld=["C8", "C4"]).kinds == ("R1", "R2")
    assert remedy("B", D(2024, 6, 1), withheld=["C8"]).kinds == ("R1", "R2")


def test_basis_names_only_law_in_force() -> None:
    assert "第一条第二项" in remedy("C1", NOW).basis[-1]
    assert "第一条第一项" in remedy("D1b", NOW).basis[-1]
    for day, cited in ((D(2025, 5, 31), False), (D(2025, 6, 1), True)):
        assert any("解释》" in text for text in remedy("C1", day).basis) is cited
    assert any("第二十二条第二款" in text for text in remedy("C1", NOW, online=True).basis)


@pytest.mark.parametrize(
    ("code", "online", "change", "missing"),
    [
        ("C1", False, {"review_body": ""}, "复议机关"),
        ("C1", False, {"review_body": "〔本级人民政府〕"}, "占位"),
        ("D1a", False, {"court": "  "}, "管辖法院"),
        ("D1a", False, {"court": "××人民法院"}, "占位"),
        ("A1", True, {"review_url": ""}, "网址"),
        ("A1", True, {"review_url": "见网站首页"}, "不是网址"),
        ("A1", True, {"review_url": "javascript:alert(1)"}, "不是网址"),
        ("A1", True, {"review_url": "https://[::1"}, "不是网址"),
    ],
)
def test_a_clause_refuses_to_render_with_a_gap(code: str, online: bool, change: dict, missing: str) -> None:
    given_ = {name: getattr(VALUES, name) for name in RemedyValues.__slots__} | change
    with pytest.raises(MissingValueError, match=missing):
        remedy(code, NOW, online=online).render(RemedyValues(**given_))


@given(st.sampled_from(sorted(DECISIONS)), st.dates(D(2019, 5, 15), D(2035, 1, 1)), st.booleans())
def test_every_clause_renders_whole(code: str, on: date, online: bool) -> None:
    clause = remedy(code, on, online=online)
    text = clause.render(VALUES)
    assert not any(mark in text for mark in "{}〔〕")
    assert (text == "") == (code == "F3")
    # 除了 2024 年以前，文字里不会再有上一级主管部门。
    assert (VALUES.superior in text) == (on < D(2024, 1, 1) and code != "F3")
    assert stale_citations(text, on) == []
    assert ("RE" in clause.kinds) == (online and on >= D(2024, 1, 1) and code != "F3")


def test_unknown_codes_and_old_days_are_refused() -> None:
    for call in (lambda: remedy("D1", NOW), lambda: remedy("B", NOW, withheld=["C9"])):
        with pytest.raises(ValueError, match="不认识"):
            call()
    with pytest.raises(StaleLawError, match="2019-05-15 起才施行"):
        remedy("C1", D(2019, 5, 14))
    with pytest.raises(TypeError, match="不带时刻"):
        remedy("C1", datetime(2026, 1, 1))


# 条文库


@pytest.mark.parametrize(
    ("key", "last", "first_refused", "instead"),
    [
        ("court_2011", D(2025, 5, 31), D(2025, 6, 1), "法释〔2025〕8号"),
        ("review_2017", D(2023, 12, 31), D(2024, 1, 1), "2023年9月1日修订"),
        ("regulation_2007", D(2019, 5, 14), D(2019, 5, 15), "国务院令第711号"),
        ("secrets_2010", D(2024, 4, 30), D(2024, 5, 1), "2024年2月27日修订"),
    ],
)
def test_repealed_law_cannot_be_cited(key: str, last: date, first_refused: date, instead: str) -> None:
    assert cite(key, "第一条", last).endswith("》第一条")
    with pytest.raises(StaleLawError, match=instead):
        cite(key, "第一条", first_refused)


def test_successors_start_when_the_old_one_ends() -> None:
    for statute in STATUTES.values():
        assert statute.valid_to is None or statute.valid_from < statute.valid_to
        assert bool(statute.successor) == (statute.valid_to is not None)
        if statute.successor:
            assert STATUTES[statute.successor].valid_from == statute.valid_to


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("依据法释〔2011〕17号第二条", "法释〔2025〕8号"),
        ("依据法释[2011]17号", "法释〔2025〕8号"),
        ("根据国务院令第492号", "国务院令第711号"),
        ("请说明生产、生活、科研等特殊需要", "请删去"),
        ("可以向上级主管部门或同级政府申请行政复议", "本级人民政府"),
        ("可向广州市人民政府或上一级主管部门提起行政复议", "本级人民政府"),
    ],
)
def test_stale_words_are_found(text: str, word: str) -> None:
    (found,) = stale_citations(text, NOW)
    assert word in found


def test_good_words_are_not_accused() -> None:
    assert stale_citations("根据法释〔2025〕8号、国务院令第711号、国办函〔2020〕109号", NOW) == []
    assert stale_citations("依据法释〔2011〕17号", D(2025, 5, 31)) == []
    assert stale_citations("向上一级主管部门申请行政复议", NOW, vertical=True) == []
    assert stale_citations("上级主管部门对此已有批复。申请行政复议的期限为60日", NOW) == []


# 报表行


@pytest.mark.parametrize(
    ("codes", "main", "row"),
    [
        (["A1", "A2"], "", "r1"),
        (["A2", "C4"], "", "r2"),
        (["B", "D1a"], "", "r2"),
        (["D1a", "D1b"], "", "r4_1"),
        (["C1"], "", "r3_1"),
        (["A2", "D1a"], "D1a", "r4_1"),
        (["C1", "C4"], "C4", "r3_4"),
    ],
)
def test_one_request_counts_in_one_row(codes: list[str], main: str, row: str) -> None:
    assert report_row(codes, main) == row


def test_a_mixed_request_needs_its_main_item() -> None:
    for codes, main in ((["A2", "D1a"], ""), (["C1", "D2"], "A1")):
        with pytest.raises(ValueError, match="请指明主要的一项"):
            report_row(codes, main)
    for codes in ([], ["X"]):
        with pytest.raises(ValueError, match="不认识"):
            report_row(codes)


# 决定向导


def _paths(ask: str = FIRST, done: tuple[tuple[str, str], ...] = ()) -> Iterator[tuple[dict, str]]:
    if ask not in QUESTIONS:
        yield dict(done), ask
        return
    assert ask not in dict(done), f"绕圈：{ask}"
    for option in QUESTIONS[ask].options:
        yield from _paths(option.to, (*done, (ask, option.key)))


def test_the_wizard_reaches_every_code_and_every_question_ends() -> None:
    paths = list(_paths())
    assert {leaf for _, leaf in paths} == set(DECISIONS) | set(STEPS)
    assert {ask for answers, _ in paths for ask in answers} == set(QUESTIONS)
    for answers, leaf in paths:
        outcome = walk(answers)
        assert (outcome.code or outcome.step) == leaf and not outcome.ask
        assert dict(outcome.path) == answers
    for key, question in QUESTIONS.items():
        assert key == question.key and len({option.key for option in question.options}) > 1
        assert len({option.key for option in question.options}) == len(question.options)


def test_the_wizard_asks_on_from_where_it_is() -> None:
    assert walk({}).ask == FIRST
    assert walk({"alive": "yes"}).ask == "record"
    # 没有走到的回答不起作用。
    assert walk({"alive": "withdrawn", "ours": "no"}).code == "F3"
    with pytest.raises(ValueError, match="没有选项 'maybe'；请选 yes"):
        walk({"alive": "maybe"})


BASE = {
    "alive": "yes",
    "record": "yes",
    "clear": "yes",
    "frequency": "no",
    "repeat": "no",
    "reissue": "no",
    "publication": "no",
    "special": "no",
    "ours": "yes",
    "found": "found",
    "public": "no",
    "withheld": "yes",
}


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        # 错误 10：不存在、非本机关、未制作各有各的问题。
        ({"ours": "no", "found": "none"}, "D1b"),
        ({"found": "none"}, "D1a"),
        ({"found": "raw"}, "D2"),
        ({"found": "not_searched"}, "search"),
        # 错误 12：能区分的不能整份拒绝。
        ({"ground": "secret", "secret_proof": "yes"}, "separable_C1"),
        ({"ground": "secret", "secret_proof": "yes", "separable_C1": "yes"}, "B"),
        # 错误 17：没有定密依据的先报请确定。
        ({"ground": "secret", "secret_proof": "no"}, "determine"),
        # 错误 18：规章不能作为禁止公开的依据。
        ({"ground": "forbidden", "forbidden_rank": "no", "other_ground": "no"}, "delivery"),
        # 错误 14：没有征求意见不能以第三方为由，沉默由机关自定。
        ({"ground": "third_party", "opinion": "not_asked"}, "consult"),
        ({"ground": "third_party", "opinion": "silent"}, "own_view"),
        # 错误 19：过程结束的，没有必要就公开。
        ({"ground": "process", "process_rule": "yes"}, "delivery"),
        ({"ground": "process", "process_rule": "no", "process_ended": "ended"}, "delivery"),
        ({"ground": "process", "process_rule": "no", "process_ended": "running"}, "separable_C6"),
        # 错误 22：不是同一人同一信息的，不是重复申请。
        ({"repeat": "yes"}, "E2"),
        # 错误 23：信访要另一人复核，复核不同意的按申请处理。
        ({"record": "no"}, "second"),
        ({"record": "no", "second": "not_yet"}, "ask_second"),
        ({"record": "no", "second": "agreed"}, "E1"),
        ({"record": "no", "second": "disagreed", "withheld": "no", "delivery": "give"}, "A2"),
    ],
)
def test_the_wizard_prevents_known_mistakes(answers: dict, result: str) -> None:
    outcome = walk(BASE | answers)
    assert result in (outcome.code, outcome.step, outcome.ask)


def test_no_refusal_without_the_question_of_separability() -> None:
    for answers, leaf in _paths():
        if leaf in {f"C{n}" for n in range(1, 8)}:
            assert answers[f"separable_{leaf}"] == "no"


def test_thirty_two_mistakes_each_with_its_control() -> None:
    assert [mistake.number for mistake in MISTAKES] == list(range(1, 33))
    assert len({mistake.control for mistake in MISTAKES}) == 32
    assert all(mistake.source in "LCP" and mistake.text and mistake.how for mistake in MISTAKES)


# 期限与字号


def test_review_and_suit_limits() -> None:
    assert review_limit(D(2026, 3, 2), CAL) == D(2026, 5, 6)  # 第 60 日是 5 月 1 日，放假到 5 日
    assert review_limit(D(2026, 3, 9), CAL) == D(2026, 5, 8)
    assert suit_limit(D(2026, 3, 9), CAL) == D(2026, 9, 9)
    assert suit_limit(D(2026, 4, 4), CAL) == D(2026, 10, 8)  # 10 月 4 日放假
    assert suit_limit(D(2025, 8, 31), CAL) == D(2026, 2, 28)  # 2 月没有 31 日
    assert suit_limit(D(2025, 12, 30), CAL) == D(2026, 6, 30)


@given(st.dates(D(2019, 5, 15), D(2050, 1, 1)))
def test_limits_end_on_workdays_and_in_the_right_month(day: date) -> None:
    suit, review = suit_limit(day, CAL), review_limit(day, CAL)
    assert CAL.is_workday(suit) and CAL.is_workday(review)
    assert timedelta(60) <= review - day <= timedelta(75)
    assert timedelta(178) <= suit - day <= timedelta(200)


@given(
    st.sampled_from(["穗水公开告", "穗水公开补", "乾政公开", "和政办函"]),
    st.integers(2019, 2099),
    st.integers(1, 999_999),
)
def test_document_numbers_are_read_back(code: str, year: int, serial: int) -> None:
    text = document_number(code, year, serial)
    (read,) = docnumbers.parse(text)
    assert (read.code, read.year, read.serial, read.canonical) == (code, year, serial, text)
    assert "第" not in text and text == f"{code}〔{year}〕{serial}号"


@pytest.mark.parametrize(
    ("code", "year", "serial"),
    [
        ("", 2026, 1),
        ("SZ", 2026, 1),
        ("穗水 公开", 2026, 1),
        ("关于公开", 2026, 1),
        ("穗水第", 2026, 0),
        ("穗水", 26, 1),
        ("穗水", 2026, -1),
        ("穗水", 2026, True),
        ("穗水", 2026, "12"),
        ("穗水", 2026, 1_000_000),
        ("水" * 21, 2026, 1),
    ],
)
def test_bad_document_numbers_are_refused(code: str, year: int, serial: int) -> None:
    with pytest.raises(ValueError, match="发文字号"):
        document_number(code, year, serial)
