"""出口：停用的站点、改过的域名、上万条的栏目、下载的文件、乱写的年份，公众看到的都要对。"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from gongkai.portal.baking import baker, files
from gongkai.portal.baking.models import BakeTask, Page
from gongkai.records import actions, site_actions
from gongkai.records.models import Column, Edition, Record, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def baked(site: Site, make: Any, carry: Any, settings: Any, tmp_path: Any) -> Record:
    """一条通知，它的页面已写成文件。"""
    settings.SITE_ROOT = tmp_path / "site"
    record = carry(make()).record
    while baker.drain():
        pass
    assert files.file_of(site.domain, record.get_absolute_url()).exists()
    return record


def test_the_old_address_of_a_site_shows_nothing(baked: Record, site: Site, person: Any) -> None:
    site_actions.save_site(person("office"), site, domain="new.example")
    assert not (files.root() / "localhost").exists()
    while baker.drain():
        pass
    actions.withdraw(person("office"), baked, reason="涉及个人信息")
    left = list(files.root().rglob("post_*.html"))
    assert left == []


def test_a_site_put_out_of_use_is_off_the_disk_at_once(baked: Record, site: Site, person: Any) -> None:
    Site.objects.filter(pk=site.pk).update(is_default=False)
    site.refresh_from_db()
    site_actions.save_site(person("office"), site, is_active=False)
    assert list((files.root() / site.domain).iterdir()) == []
    assert not Page.objects.filter(site=site).exists() and not BakeTask.objects.filter(site=site).exists()


def test_a_change_of_a_big_column_queues_little_in_the_request(
    baked: Record, site: Site, person: Any
) -> None:
    column = Column.objects.get(site=site, slug="notices")
    old = column.get_absolute_url()
    site_actions.save_column(person("office"), site, column, name="公告", slug="gonggao")
    queued = set(BakeTask.objects.values_list("path", flat=True))
    assert "/columns/gonggao/" in queued and old in queued
    assert baked.get_absolute_url() not in queued
    from gongkai.portal.baking.tasks import rewrite_column

    rewrite_column.func(column=column.pk, base=old)
    queued = set(BakeTask.objects.values_list("path", flat=True))
    assert {baked.get_absolute_url(), "/columns/gonggao/page_1.html", f"{old}page_1.html"} <= queued
    while baker.drain():
        pass
    assert not files.file_of(site.domain, f"{old}page_1.html").exists()


def test_one_record_leaving_a_column_rewrites_its_page_only(
    baked: Record, site: Site, make: Any, carry: Any, person: Any
) -> None:
    other = carry(make(title="留下的一条")).record
    while baker.drain():
        pass
    Edition.objects.filter(pk=baked.live_id).update(theme="改了")
    column = Column.objects.get(site=site, slug="notices")
    placement = baked.placements.get(column=column)
    actions.unpick(person("office"), placement)
    queued = set(BakeTask.objects.values_list("path", flat=True))
    assert f"{column.get_absolute_url()}page_1.html" in queued
    assert other.get_absolute_url() not in queued


@pytest.mark.parametrize("year", ["0000", "9999", "²⁰²⁶", "２０２６"])
@pytest.mark.parametrize("page", ["/columns/notices/", "/library/"])
def test_any_year_in_the_address_is_answered(site: Site, page: str, year: str) -> None:
    assert Client().get(page, {"year": year}).status_code == 200


def test_a_plan_that_arrived_with_odd_years_breaks_no_page(site: Site, make: Any, carry: Any) -> None:
    edition = carry(make()).record.live
    fields = {"sector": "供水", "period_from": "20260101", "period_to": "9999", "approved_on": "2026年"}
    Edition.objects.filter(pk=edition.pk).update(fields=fields)
    Record.objects.filter(pk=edition.record_id).update(kind="plan")
    assert Client().get("/planning/").status_code == 200


def test_a_downloaded_file_tells_the_validity_of_today(site: Site, make: Any, carry: Any) -> None:
    cache.clear()
    record = carry(make()).record
    url = f"/content/post_{record.pk}.docx"
    before = Client().get(url).content
    assert before[:2] == b"PK" and Client().get(url).content == before
    Record.objects.filter(pk=record.pk).update(validity="repealed")
    assert Client().get(url).content != before
