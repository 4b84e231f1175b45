"""归栏：多的在后台一批一批办，停了接着办，规则又变了从头来；手工挑选的不动，牵动的页面和检索跟着变。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from gongkai.portal.baking.models import BakeTask
from gongkai.records import actions, site_actions, sorting
from gongkai.records.models import Column, ColumnSorting, Placement, Record, Site
from gongkai.records.queries import column_records
from gongkai.records.tasks import sort_column
from gongkai.search.models import SearchDocument

pytestmark = pytest.mark.django_db
MANY = 7


@pytest.fixture
def small(monkeypatch: Any) -> None:
    monkeypatch.setattr(sorting, "PAGE_SIZE", 2)
    real = sorting.step
    monkeypatch.setattr(sorting, "step", lambda column, size=3: real(column, size=size))


@pytest.fixture
def notices(make: Any, carry: Any) -> list[Record]:
    made = [carry(make(title=f"第{n}份通知")).record for n in range(MANY)]
    # 前四份同一时刻公开：接着办时不重不漏。
    Record.objects.filter(pk__in=[each.pk for each in made[:4]]).update(first_published_at=timezone.now())
    return made


def placed(column: Column) -> list[tuple[int, int]]:
    rows = Placement.objects.filter(column=column).order_by("page", "pk")
    return list(rows.values_list("record", "page"))


def work(column: Column) -> None:
    while not sorting.step(column.pk):
        pass


def test_many_are_left_to_the_background_and_go_on_where_they_stopped(
    site: Site, small: None, notices: list[Record], person: Any
) -> None:
    office = person("office")
    column = site_actions.save_column(office, site, name="专栏", slug="special", rule={"kinds": ["notice"]})
    row = ColumnSorting.objects.get(column=column)
    assert (row.total, row.done, row.finished_at, len(placed(column))) == (MANY, 3, None, 3)
    queued = DBTaskResult.objects.get(task_path__endswith="sort_column")
    assert queued.args_kwargs["kwargs"] == {"column": column.pk}
    # 办了一批就停，换一个进程接着办。
    assert not sorting.step(column.pk) and len(placed(column)) == 6
    assert sort_column.call(column=column.pk) == "办完"
    row.refresh_from_db()
    assert row.finished_at and (row.done, row.moved, row.percent) == (MANY, MANY, 100)
    order = sorted(notices, key=lambda each: (Record.objects.get(pk=each.pk).first_published_at, each.pk))
    assert placed(column) == [(each.pk, n // 2 + 1) for n, each in enumerate(order)]
    document = SearchDocument.objects.get(key=f"records.record:{notices[0].pk}")
    assert "专栏" in document.columns
    paths = set(BakeTask.objects.values_list("path", flat=True))
    assert {notices[0].get_absolute_url(), "/columns/special/page_4.html", "/columns/special/"} <= paths


def test_a_rule_changed_again_starts_afresh(
    site: Site, small: None, notices: list[Record], make: Any, carry: Any, person: Any
) -> None:
    office = person("office")
    news = carry(make(kind="news", title="动态")).record
    column = site_actions.save_column(office, site, name="专栏", slug="special", rule={"kinds": ["notice"]})
    actions.pick(office, notices[5], column)
    BakeTask.objects.all().delete()
    column = site_actions.save_column(office, site, column, rule={"kinds": ["news"]})
    work(column)
    assert sorted(record for record, _page in placed(column)) == sorted([notices[5].pk, news.pk])
    # 出去的那几条，页面上写着所在栏目，也要重写；没进没出的不写。
    paths = set(BakeTask.objects.values_list("path", flat=True))
    gone = set(notices) - {notices[5]}
    written = {each.pk for each in gone if each.get_absolute_url() in paths}
    assert written and notices[5].get_absolute_url() not in paths
    assert "专栏" not in SearchDocument.objects.get(key=f"records.record:{min(written)}").columns


def test_what_is_published_meanwhile_is_not_placed_twice(
    site: Site, small: None, notices: list[Record], make: Any, carry: Any, person: Any
) -> None:
    column = site_actions.save_column(
        person("office"), site, name="专栏", slug="special", rule={"kinds": ["notice"]}
    )
    late = carry(make(title="这时又发一份")).record
    withdrawn = notices[-1]
    actions.withdraw(person("office"), withdrawn, reason="有误")
    work(column)
    # 撤下的位置还在，公众看不到；看得到的不重不漏。
    assert {each.pk for each in column_records(column)} == {*(each.pk for each in notices[:-1]), late.pk}
    assert len(placed(column)) == len(notices) + 1


def test_the_screen_shows_how_far_it_is(site: Site, small: None, notices: list[Record], person: Any) -> None:
    client = Client()
    client.force_login(person("office"))
    answers = {
        "name": "专栏",
        "kind": "ordinary",
        "type_word": "政策文件",
        "is_active": "on",
        "kinds": ["notice"],
    }
    page = client.post(reverse("sites:new_column", args=[site.pk]), answers, follow=True).content.decode()
    assert "后台正在照新规则归栏" in page and "看过 3 / 7 条（42%），进出 3 条" in page
    assert "归栏中 42%" in client.get(reverse("sites:site", args=[site.pk])).content.decode()
    work(Column.objects.get(name="专栏"))
    page = client.get(
        reverse("sites:column", args=[site.pk, Column.objects.get(name="专栏").pk])
    ).content.decode()
    assert "归栏：" not in page
    assert ColumnSorting.objects.get().started_at > timezone.now() - timedelta(hours=1)
