"""页面生成与汇聚来源的管理页：各归各的人，外人打不开。"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gongkai.api.models import Source
from gongkai.portal.baking.models import BakeTask
from gongkai.records.models import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(person: Any) -> Any:
    def build(username: str) -> Client:
        client = Client()
        client.force_login(person(username))
        return client

    return build


def test_the_administrator_sees_failures_and_retries(
    site: Site, sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    BakeTask.objects.create(site=site, path="/columns/x/", error="RuntimeError: 模板坏了", attempts=2)
    admin = sign_in("admin")
    with django_assert_max_num_queries(12):
        page = admin.get("/staff/pages/").content.decode()
    assert "模板坏了" in page
    assert "马上再试" in admin.post("/staff/pages/act/", {"do": "retry"}, follow=True).content.decode()
    assert (
        "已排队"
        in admin.post("/staff/pages/act/", {"do": "rewrite", "site": site.pk}, follow=True).content.decode()
    )
    assert BakeTask.objects.count() > 10
    assert sign_in("office").get("/staff/pages/").status_code == 403
    sign_in("office").post("/staff/pages/act/", {"do": "rewrite", "site": site.pk})


def test_the_office_registers_and_stops_a_source(site: Site, sign_in: Any, outsider: Any) -> None:
    office = sign_in("office")
    values = {
        "name": "供水中心", "site": site.pk, "organisation": site.organisation.children.first().pk,
        "base_url": "https://a.example/api/v1/", "remote_site": "",
    }  # fmt: skip
    page = office.post("/staff/sources/", values, follow=True).content.decode()
    assert "已登记" in page and "供水中心" in page
    source = Source.objects.get()
    office.post(f"/staff/sources/{source.pk}/act/", {"do": "stop"})
    source.refresh_from_db()
    assert not source.is_active
    bad = office.post("/staff/sources/", values | {"base_url": "不是网址"}).content.decode()
    assert "没有提交成功" in bad and "供水中心" in bad
    stranger = Client()
    stranger.force_login(outsider)
    assert "供水中心" not in stranger.get("/staff/sources/").content.decode()
    assert stranger.post(f"/staff/sources/{source.pk}/act/", {"do": "start"}).status_code == 404
