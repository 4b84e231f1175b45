"""长问句的重排：内容对题的在前，出处看得出是哪一级的法，撤下的不取；百姓说法换成公文用语。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gongkai.search import indexer, plans, ranking
from gongkai.search.backends.base import Found
from gongkai.search.models import SearchDocument
from gongkai.search.queries import Criteria, search


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("中华人民共和国民法典 第一千二百四十九条", ("中华人民共和国民法典", 1.0, 0.0, 0.0)),
        (
            "最高人民法院关于适用《中华人民共和国民法典》有关担保制度的解释 第一条",
            ("最高人民法院关于适用《中华人民共和国民法典》有关担保制度的解释", 0.0, 1.0, 0.0),
        ),
        (
            "民法典 第五编 第一千零七十六条 协议离婚",
            ("民法典 第五编 第一千零七十六条 协议离婚", 1.0, 0.0, 0.0),
        ),
        ("关于贯彻民法典的若干规定的通知", ("关于贯彻民法典的若干规定的通知", 0.0, 0.0, 0.0)),
        ("某某办法（试行） 第三条 适用", ("某某办法(试行) 第三条 适用", 0.0, 0.0, 1.0)),
        ("物业管理条例 第三十九条", ("物业管理条例", 0.0, 0.0, 1.0)),
        ("中华人民共和国刑法 第一百七十五条之一", ("中华人民共和国刑法", 0.0, 0.0, 0.0)),
        ("关于调整居民水价的通知", ("关于调整居民水价的通知", 0.0, 0.0, 0.0)),
    ],
)
def test_the_heading_tells_what_rank_of_law_it_is(title: str, expected: tuple[Any, ...]) -> None:
    assert ranking.heading(title) == expected


@pytest.mark.parametrize(
    ("question", "meant", "absent"),
    [
        ("老板欠薪怎么办？", {"劳动报酬", "用人单位"}, set()),
        ("广告牌掉下来砸了车找谁", {"坠落"}, {"起诉"}),
        ("可以告他吗", {"起诉"}, set()),
    ],
)
def test_lay_words_become_the_words_of_the_law(question: str, meant: set[str], absent: set[str]) -> None:
    written = set(plans.cut(question, ()).written())
    assert meant <= written and not absent & written


def test_every_lay_word_is_written_once_and_has_a_meaning() -> None:
    lines = (plans.text.DATA / "plain.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    assert len(rows) == len({row[0] for row in rows}) and all(len(row) > 1 for row in rows)


def test_the_passage_that_speaks_of_all_of_it_comes_first(put: Callable[..., Any]) -> None:
    put(1, "临江市养犬管理条例 第九条", "犬只伤人的，养犬人应当立即送医。" * 6)
    put(2, "中华人民共和国民法典 第一千二百四十五条", "饲养的动物造成他人损害的，动物饲养人应当承担责任。")
    put(3, "临江市动物防疫条例 第三条", "动物防疫工作由农业农村部门负责，动物诊疗机构应当登记。")
    indexer.index_now()
    hits = search(Criteria("邻居的宠物把人弄伤了，谁来承担责任？")).hits
    assert hits[0].document.key == "test.item:2"


@pytest.mark.django_db
def test_only_the_wanted_part_of_what_is_published_is_read() -> None:
    SearchDocument.objects.create(key="a:1", title="甲", body="零一二三四五六七八九", url="/")
    SearchDocument.objects.create(key="a:2", title="乙", body="撤下的", url="/", published=False)
    found = [Found("a:1", 1.0, 3, 6), Found("a:2", 1.0, 0, 3), Found("a:3", 1.0, 0, 3)]
    assert ranking.texts(found) == {"a:1": ("甲", "三四五")} and ranking.texts([]) == {}
