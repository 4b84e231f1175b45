"""站点与栏目：规则重新进出，固定四栏不能动，次序、链接、权限、审计。"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from gongkai.audit.models import Entry
from gongkai.core.states import Refused
from gongkai.portal.baking.models import BakeTask
from gongkai.records import site_actions, sorting
from gongkai.records.models import Column, FriendlyLink, Placement, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(person: Any) -> Client:
    client = Client()
    client.force_login(person("office"))
    return client


def answers(column: Column | None = None, **changes: Any) -> dict[str, Any]:
    found = {
        "name": "水价政策",
        "slug": "",
        "parent": "",
        "kind": "ordinary",
        "type_word": "政策文件",
        "is_active": "on",
    }
    return found | changes


def test_a_new_column_takes_what_its_rule_says(
    site: Site, make: Any, carry: Any, office: Client, person: Any
) -> None:
    notice, news = carry(make()), carry(make(kind="news", title="动态一则"))
    url = reverse("sites:new_column", args=[site.pk])
    assert "哪些信息自动进来" in office.get(url).content.decode()
    page = office.post(url, answers(kinds=["notice"]), follow=True).content.decode()
    column = Column.objects.get(name="水价政策")
    assert "栏目里现在有 1 条信息" in page and "类型是通知公告的自动进来" in page
    assert column.slug == "shuijiazhengce" and column.rule == {"kinds": ["notice"]}
    assert [row.record for row in column.placements.all()] == [notice.record]
    unit = person("handler").organisation
    change = answers(slug=column.slug, kinds=["news"], organisations=[unit.pk])
    office.post(reverse("sites:column", args=[site.pk, column.pk]), change)
    assert [row.record for row in column.placements.all()] == [news.record]
    assert Entry.objects.filter(action="records.save_column").count() == 2
    assert BakeTask.objects.filter(path=column.get_absolute_url()).exists()


def test_hand_picked_records_stay_when_the_rule_changes(
    site: Site, make: Any, carry: Any, person: Any
) -> None:
    from gongkai.records.actions import pick

    notice, office = carry(make()), person("office")
    column = site_actions.save_column(office, site, name="专栏", slug="special", rule={"kinds": ["plan"]})
    pick(office, notice.record, column)
    site_actions.save_column(office, site, column, rule={"kinds": ["penalty"]})
    assert column.placements.get().by_hand
    site_actions.save_column(office, site, column, is_active=False)
    assert column.placements.count() == 1


def test_pages_fill_up_in_order(site: Site, make: Any, carry: Any, person: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(sorting, "PAGE_SIZE", 2)
    made = [carry(make(title=f"通知{n}")).record_id for n in range(5)]
    column = site_actions.save_column(
        person("office"), site, name="满页", slug="full", rule={"kinds": ["notice"]}
    )
    rows = Placement.objects.filter(column=column).order_by("page", "pk")
    assert [(row.record_id, row.page) for row in rows] == list(zip(made, [1, 1, 2, 2, 3], strict=True))


def test_the_fixed_four_are_protected(site: Site, office: Client, person: Any) -> None:
    guide, user = Column.objects.get(site=site, section="guide"), person("office")
    for change in ({"name": "别的"}, {"slug": "x"}, {"is_active": False}, {"kind": "news"}):
        with pytest.raises(Refused, match="固定栏目"):
            site_actions.save_column(user, site, guide, **change)
    with pytest.raises(Refused, match="不收新闻"):
        site_actions.save_column(user, site, guide, rule={"kinds": ["news"]})
    statutory = Column.objects.get(site=site, section="statutory")
    with pytest.raises(Refused, match="不收新闻"):
        site_actions.save_column(user, site, name="动态", parent=statutory, rule={"kinds": ["topic"]})
    with pytest.raises(Refused, match="次序"):
        site_actions.move_column(user, guide, up=False)
    page = office.get(reverse("sites:column", args=[site.pk, guide.pk])).content.decode()
    assert "由国家规定" in page and 'name="slug"' not in page
    reason = {"not_applicable": "本局没有受理窗口", "type_word": "政府信息公开指南"}
    office.post(reverse("sites:column", args=[site.pk, guide.pk]), reason)
    guide.refresh_from_db()
    assert guide.not_applicable == "本局没有受理窗口" and guide.name == "政府信息公开指南"


def test_a_column_cannot_sit_in_itself_or_share_an_address(site: Site, person: Any) -> None:
    user = person("office")
    top = site_actions.save_column(user, site, name="甲", slug="a")
    below = site_actions.save_column(user, site, name="乙", slug="b", parent=top)
    with pytest.raises(Refused, match="自己的下级"):
        site_actions.save_column(user, site, top, parent=below)
    with pytest.raises(ValidationError, match="已有网址名"):
        site_actions.save_column(user, site, name="丙", slug="b", parent=top)
    site_actions.save_column(user, site, top, slug="c")
    below.refresh_from_db()
    assert below.path == "c/b/"
    # 旧网址的页面也要重写，好让它消失。
    assert BakeTask.objects.filter(path="/columns/a/").exists()
    assert BakeTask.objects.filter(path="/columns/c/b/").exists()


def test_order_links_and_settings(site: Site, office: Client) -> None:
    tops = Column.objects.filter(site=site, parent=None, section="")
    names = [row.name for row in tops]
    office.post(reverse("sites:move", args=[site.pk, tops[0].pk]), {"to": "down"})
    assert [row.name for row in tops.all()] == [names[1], names[0], *names[2:]]
    links = reverse("sites:links", args=[site.pk])
    office.post(links, {"name": "水利部", "url": "https://www.mwr.example.invalid/"}, follow=True)
    link = FriendlyLink.objects.get()
    page = office.post(links, {"name": "坏", "url": "javascript:alert(1)"}, follow=True).content.decode()
    assert FriendlyLink.objects.count() == 1 and "已加上" not in page
    office.post(links, {"remove": link.pk})
    assert not FriendlyLink.objects.exists()
    url = reverse("sites:site", args=[site.pk])
    settings = {"name": "临江水务", "domain": site.domain, "colour": "#123456", "index_pattern": "{bad}"}
    assert "只能用" in office.post(url, settings).content.decode()
    office.post(url, settings | {"index_pattern": "{code}/{year}-{serial:04d}"})
    site.refresh_from_db()
    assert site.name == "临江水务" and BakeTask.objects.filter(path="/").exists()


def test_only_the_office_of_the_owner_may(site: Site, person: Any, outsider: Any) -> None:
    client = Client()
    client.force_login(outsider)
    assert client.get(reverse("sites:site", args=[site.pk])).status_code == 404
    assert client.post(reverse("sites:links", args=[site.pk]), {"name": "x"}).status_code == 404
    for user in (outsider, person("handler"), person("city")):
        with pytest.raises(Refused):
            site_actions.save_column(user, site, name="越权", slug="no")
        with pytest.raises(Refused):
            site_actions.save_site(user, site, name="越权")
    client.force_login(person("leader"))
    page = client.get(reverse("sites:site", args=[site.pk])).content.decode()
    assert "您可以查看" in page and "新建栏目" not in page


def test_the_tree_takes_few_queries(site: Site, office: Client, django_assert_max_num_queries: Any) -> None:
    office.get(reverse("sites:site", args=[site.pk]))
    with django_assert_max_num_queries(14):
        page = office.get(reverse("sites:site", args=[site.pk])).content.decode()
    assert page.count("writing-tree__row") == Column.objects.filter(site=site).count()


def test_a_new_site_has_the_fixed_four(site: Site, office: Client, bureau: Any, person: Any) -> None:
    url, values = (
        reverse("sites:index"),
        {"organisation": bureau.pk, "name": "节水网", "domain": "Save.Example.CN"},
    )
    page = office.post(url, values, follow=True).content.decode()
    made = Site.objects.get(domain="save.example.cn")
    assert "已建好站点" in page and not made.is_default
    assert {row.section for row in made.columns.all()} == set(Column.Section.values)
    assert "已存在" in office.post(url, values | {"domain": "save.example.cn"}).content.decode()
    with pytest.raises(Refused):
        site_actions.create_site(person("handler"), bureau, name="越权", domain="no.example.cn")
