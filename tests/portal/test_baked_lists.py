"""烘焙各处的列表：机构页、站点地图各份也写成文件，跟着发布变，撤下的先消失；长列表翻页有限。"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gongkai.portal import paging
from gongkai.portal.baking import baker, files
from gongkai.portal.baking.pages import all_pages
from gongkai.portal.views import library
from gongkai.records import actions, public
from gongkai.records.models import Record, Site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _here(settings: Any, tmp_path: Path) -> None:
    settings.SITE_ROOT = tmp_path / "site"


def read(site: Site, page: str) -> str:
    target = files.file_of(site.domain, page)
    return target.read_text(encoding="utf-8") if target.exists() else ""


def bake() -> None:
    while baker.drain():
        pass


def test_unit_pages_and_site_maps_follow_what_is_published(
    site: Site, make: Any, carry: Any, person: Any
) -> None:
    record: Record = carry(make(title="关于管网检漏的通知")).record
    bake()
    own, bureau = f"/institutions/{record.organisation_id}/", f"/institutions/{site.organisation_id}/"
    for page in (own, bureau):
        assert "关于管网检漏的通知" in read(site, page)
    assert record.get_absolute_url() in read(site, "/sitemap_1.xml")
    assert "/columns/" in read(site, "/sitemap_0.xml")
    assert {own, bureau, "/sitemap_0.xml", "/sitemap_1.xml"} <= set(all_pages(site))
    baker.enqueue_all(site)
    bake()
    assert baker.check(site) == baker.Checked(0, 0)
    actions.withdraw(person("office"), record, reason="有误")
    # 撤下的那一刻，写着它的文件都没有了，不等重写。
    assert not any(read(site, page) for page in (own, bureau, "/sitemap_1.xml"))
    bake()
    assert "管网检漏" not in read(site, bureau) + read(site, own)
    assert read(site, "/sitemap_1.xml") == ""


def test_an_institution_is_shown_on_the_page_of_the_unit_it_is_about(
    site: Site, make: Any, carry: Any, person: Any
) -> None:
    unit = person("handler").organisation
    fields = {
        "duties": "管科技和信息化",
        "address": "某路一号",
        "leader": "某某",
        "phone": "0000-1",
        "hours": "工作日",
    }
    carry(make(kind="institution", title=unit.name, fields=fields))
    bake()
    assert "管科技和信息化" in read(site, f"/institutions/{unit.pk}/")


def test_long_lists_are_paged_to_a_limit(site: Site, make: Any, carry: Any, monkeypatch: Any) -> None:
    for number in range(7):
        year = 2010 + number
        number_of = f"江水〔{year}〕{number + 1}号"
        carry(
            make(
                kind="policy",
                title=f"第{number}号政策",
                document_number=number_of,
                written_on=date(year, 1, 5),
            )
        )
    monkeypatch.setattr(paging, "PAGES", 2)
    monkeypatch.setattr(library, "PAGE_SIZE", 2)
    client = Client()
    page = client.get("/library/?status=all").content.decode()
    assert "超过 4 件，只列前 4 件" in page and "第 1 / 2 页，只列前 4 条" in page
    assert "第6号政策" in page and "第0号政策" not in page
    # 翻得再后也停在最后一页，不从头数过去。
    assert "第 2 / 2 页" in client.get("/library/?status=all&page=99999").content.decode()
    narrowed = client.get("/library/?status=all&year=2010").content.decode()
    assert "第0号政策" in narrowed and "共 1 件" in narrowed
    assert public.years_written(public.library(site)) == [2016, 2015, 2014, 2013, 2012, 2011, 2010]
