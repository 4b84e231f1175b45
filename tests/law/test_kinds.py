"""信息种类：事项、必填项、合法性审核、解读。"""

from __future__ import annotations

import pytest

from gongkai.law import kinds
from gongkai.law.kinds import RecordKind


def test_articles_20_and_21() -> None:
    assert len(kinds.ARTICLE_20) == 15 and len(kinds.ARTICLE_21) == 7
    assert kinds.item("20-07").short == "预算决算" and kinds.item("20-07").article.endswith("第（7）项")
    assert len({each.code for each in kinds.ARTICLE_20 + kinds.ARTICLE_21}) == 22


def test_every_kind_has_a_label_an_item_and_fields() -> None:
    for kind in RecordKind:
        assert kind.label
        assert not kind.article or kinds.item(kind.article)
        names = [rule.name for rule in kinds.fields_of(kind)]
        assert len(names) == len(set(names))
        assert {"title", "summary", "formed_on", "issuer", "openness"} <= set(names)
        assert all(rule.source and rule.label for rule in kinds.fields_of(kind))


def test_missing_fields_say_whether_they_block() -> None:
    values = {
        "title": "某办法",
        "summary": " ",
        "formed_on": "2024-01-01",
        "issuer": 1,
        "openness": "主动公开",
    }
    found = {rule.name: rule.hard for rule in kinds.missing_fields(RecordKind.NORMATIVE, values)}
    assert found["summary"] and found["document_number"] and found["legality_opinion"]
    assert found["expires_on"] is False


@pytest.mark.parametrize(
    ("kind", "title", "touches", "needed"),
    [
        (RecordKind.NORMATIVE, "某市供水管理办法", None, True),
        (RecordKind.NORMATIVE, "某局机关食堂内部管理办法", None, True),
        (RecordKind.NORMATIVE, "某局机关食堂内部管理办法", False, False),
        (RecordKind.NORMATIVE, "某市供水管理办法", False, True),
        (RecordKind.NOTICE, "关于印发2024年工作要点的通知", None, False),
        (RecordKind.NOTICE, "关于征收污水处理费的通告", True, True),
        (RecordKind.PERSONNEL, "关于某某同志任免的通知", None, False),
    ],
)
def test_legality_review(kind: RecordKind, title: str, touches: bool | None, needed: bool) -> None:
    found = kinds.legality_review(kind, title, touches_rights=touches)
    assert found.needed is needed and found.why and "115号" in found.source


@pytest.mark.parametrize(
    ("number", "kind", "effect", "rank"),
    [
        ("广州市人民政府令第195号", RecordKind.OTHER, False, 1),
        ("穗府规〔2021〕3号", RecordKind.OTHER, False, 1),
        ("穗水规字[2021] 第 3 号", RecordKind.NOTICE, False, 1),
        ("穗府辦規〔2021〕3號", RecordKind.NOTICE, False, 1),
        ("穗府办函〔2021〕3号", RecordKind.NOTICE, True, 2),
        ("穗府办函〔2021〕3号", RecordKind.NOTICE, False, 3),
        ("穗规划资源字〔2021〕3号", RecordKind.NOTICE, False, 3),
        ("", RecordKind.NORMATIVE, False, 1),
    ],
)
def test_interpretation_class(number: str, kind: RecordKind, effect: bool, rank: int) -> None:
    found = kinds.interpretation(kind, number, public_effect=effect)
    assert (found.rank, found.required, found.within_workdays) == (rank, rank == 1, 0 if rank == 1 else 3)
