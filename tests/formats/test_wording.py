"""错别字：词表、条件、记忆与实测。"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.formats.wording import VERSION, check, load, memory_key, rules

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("截止2021年底，全市建成", [("截止", "截至")]),
        ("截止目前", [("截止", "截至")]),
        ("报名截止2021年5月1日", []),
        ("申请截至日期为5月1日", [("截至日期", "截止日期")]),
        ("截至2021年底", []),
        ("请登陆广东政务服务网查询", [("登陆", "登录")]),
        ("台风“山竹”在台山登陆", []),
        ("设备按装、帐户、布署", [("帐户", "账户"), ("布署", "部署")]),
        ("向总公司通报负责人", []),
        ("超过份额", []),
        ("不要过份要求", [("过份", "过分")]),
        ("既使下雨也要巡查", [("既使", "即使")]),
        ("既使用财政资金", []),
        ("做为业主单位", [("做为", "作为")]),
        ("做为民服务的事", []),
        ("答复盖章后生效", []),
        ("复盖全市", [("复盖", "覆盖")]),
        ("倍受群众关注", []),
        ("倍受关注", [("倍受", "备受")]),
        ("期末经考核合格", []),
        ("末经许可不得排污", [("末经", "未经")]),
        ("学历证明自己经营", []),
        ("方案己经印发", [("己经", "已经")]),
        ("他不能自己。", [("不能自己", "不能自已")]),
        ("他不能自己决定", []),
        ("防讯抗早", [("防讯", "防汛"), ("抗早", "抗旱")]),
        ("如下：，请执行。。", [("。。", "。")]),
        ("国办发[2017]47号", [("国办发[2017]47号", "国办发〔2017〕47号")]),
        ("国办发〔2017〕第047号", [("国办发〔2017〕第047号", "国办发〔2017〕47号")]),
        ("國辦發（2017）47號", [("國辦發（2017）47號", "國辦發〔2017〕47号")]),
        ("国办发〔2017〕47号、国务院令第711号", []),
    ],
)
def test_worked(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(f.wrong, f.right) for f in check(text)] == expected


def test_the_list_is_large_sound_and_versioned() -> None:
    table = rules()
    assert len(table) >= 150
    assert max(rule.since for rule in table) == VERSION
    assert rules(0) == ()
    assert all(rule.note for rule in table)
    # 改成正写以后不能又被报错，否则改来改去没有尽头。
    for rule in table:
        assert check(f"甲{rule.right}乙") == [], rule


def test_most_rules_fire_in_a_plain_sentence() -> None:
    silent = [r.wrong for r in rules() if not (r.only_before or r.only_after) and not check(f"，{r.wrong}，")]
    assert silent == []


def test_remembered_is_this_word_in_this_context_only() -> None:
    text = "本页其它内容不变。\n另有其它事项。"
    first, second = check(text)
    assert check(text, remembered={first.key}) == [second]
    assert memory_key("其它", text, first.start, first.end) == first.key
    spaced = text.replace("本页", "本页 ")
    assert first.key in {f.key for f in check(spaced)}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("甲", "第 1 行：应为"),
        ("甲\t甲", "不能相同"),
        ("甲\t乙\n甲\t丙", "第 2 行：“甲”重复"),
        ("甲\t乙\t前非丙", "条件“前非丙”"),
        ("甲\t乙\t前非:(", "不是合格的正则"),
        ("@理由", "@理由 版本号"),
    ],
)
def test_a_bad_list_says_where(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load(line)


def test_own_lists() -> None:
    table = load("# 本单位\n@本单位的叫法 3\n水务集团公司\t市水务集团\t前非:市\n甲\t乙\t\t另有说明")
    (found,) = check("水务集团公司、市水务集团公司", table)
    assert (found.right, found.note, table[1].note, table[0].since) == (
        "市水务集团",
        "本单位的叫法",
        "另有说明",
        3,
    )


@given(st.text("截止至登陆帐户其它的了，。〔2017〕号国办发 \n", max_size=80) | st.text(max_size=80))
def test_findings_lie_in_order_within_the_text(text: str) -> None:
    found = check(text)
    assert all(text[f.start : f.end] == f.wrong != f.right for f in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
    assert check(text, remembered={f.key for f in found}) == [] or len({f.key for f in found}) == len(found)


def test_few_alarms_on_real_laws() -> None:
    file = DATA / "laws" / "laws.jsonl"
    if not file.exists():
        pytest.skip(f"没有 {file}，跳过实测")
    chars = alarms = 0
    old_forms = re.compile("帐|其它|成份")
    for line in list(file.open(encoding="utf-8"))[::8]:
        text = json.loads(line)["text"]
        chars += len(text)
        alarms += sum(1 for f in check(text) if not old_forms.search(f.wrong))
    # 旧法律里的“帐”“其它”“成份”是当年的写法，词表照今天的规范报；此外每万字不到 0.2 处。
    assert alarms / chars * 10_000 < 0.2
