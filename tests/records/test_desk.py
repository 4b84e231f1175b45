"""审查台：各人只见自己的队列，一步一步办到发布；外人什么都打不开。"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gongkai.records import actions
from gongkai.records.models import Edition, Record
from gongkai.records.reviews import points_for

pytestmark = pytest.mark.django_db
S = Edition.State


@pytest.fixture
def sign_in(person: Any) -> Any:
    def build(username: str) -> Client:
        client = Client()
        client.force_login(person(username))
        return client

    return build


def press(client: Client, edition: Edition, do: str, **values: str) -> str:
    url = reverse("desk:act", args=[edition.pk])
    return client.post(url, {"do": do, **values}, follow=True).content.decode()


def test_the_whole_review_by_hand(draft: Edition, sign_in: Any) -> None:
    assert "已办理：送审" in press(sign_in("handler"), draft, "submit")
    head = sign_in("head")
    assert draft.title in head.get(reverse("desk:waiting")).content.decode()
    press(head, draft, "pass_head")
    assert draft.title not in head.get(reverse("desk:waiting")).content.decode()
    secrecy = sign_in("secrecy")
    assert "还没有审查结论" in press(secrecy, draft, "pass_secrecy")
    form = {f"point-{point.key}": "no" for point in points_for(draft.record.agency)}
    assert "待签发" in press(secrecy, draft, "pass_secrecy", **form)
    press(sign_in("leader"), draft, "sign", reason="同意")
    page = press(sign_in("office"), draft, "publish")
    assert "已发布" in page and "同意" in page
    draft.refresh_from_db()
    assert draft.state == S.PUBLISHED


def test_a_return_needs_its_reason_and_shows_it(draft: Edition, sign_in: Any) -> None:
    press(sign_in("handler"), draft, "submit")
    head = sign_in("head")
    assert "需要填写理由" in press(head, draft, "return_head")
    press(head, draft, "return_head", reason="第二段数据不对")
    page = sign_in("handler").get(reverse("desk:edition", args=[draft.pk])).content.decode()
    assert "退回理由：第二段数据不对" in page


def test_a_reviewer_reads_what_changed(draft: Edition, carry: Any, person: Any, sign_in: Any) -> None:
    record = carry(draft).record
    second = actions.new_edition(person("handler"), record)
    body = "<p>各供水单位：现就管网检漏和<script>x</script>水表更换工作通知如下。</p>"
    actions.save_draft(person("handler"), second, version=1, body=body, title="关于检漏的通知")
    page = sign_in("head").get(reverse("desk:edition", args=[second.pk])).content.decode()
    assert "<del>关于开展管网检漏的通知</del>" in page and "<ins>关于检漏的通知</ins>" in page
    assert "水表更换" in page and "<script>x" not in page


def test_the_office_withdraws_from_the_record_page(draft: Edition, carry: Any, sign_in: Any) -> None:
    record = carry(draft).record
    url = reverse("desk:act_on_record", args=[record.pk])
    handler = sign_in("handler")
    handler.post(url, {"do": "withdraw", "reason": "试试"})
    assert Record.objects.get(pk=record.pk).live
    page = sign_in("office").post(url, {"do": "withdraw", "reason": "含个人信息"}, follow=True)
    assert "含个人信息" in page.content.decode()
    assert Record.objects.get(pk=record.pk).live is None


def test_outsiders_open_nothing(draft: Edition, outsider: Any) -> None:
    client = Client()
    client.force_login(outsider)
    for name, pk in (("edition", draft.pk), ("record", draft.record_id)):
        assert client.get(reverse(f"desk:{name}", args=[pk])).status_code == 404
    assert client.post(reverse("desk:act", args=[draft.pk]), {"do": "submit"}).status_code == 404
    assert draft.title not in client.get(reverse("desk:library")).content.decode()
    assert Client().get(reverse("desk:library")).status_code == 302


def test_lists_are_paged_and_their_queries_counted(
    make: Any, carry: Any, sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(32):
        edition = make(title=f"第{number}份通知")
        carry(edition, until="submit")
    head, handler = sign_in("head"), sign_in("handler")
    for client, name in ((head, "waiting"), (handler, "library"), (handler, "waiting")):
        with django_assert_max_num_queries(12):
            page = client.get(reverse(f"desk:{name}")).content.decode()
        assert page.count("份通知") <= 62
    assert "下一页" in head.get(reverse("desk:waiting")).content.decode()


@pytest.mark.parametrize(
    ("query", "found"), [("kind=plan", False), ("q=检漏", True), ("state=live", False), ("state=work", True)]
)
def test_the_library_is_filtered(draft: Edition, sign_in: Any, query: str, found: bool) -> None:
    page = sign_in("handler").get(f"{reverse('desk:library')}?{query}").content.decode()
    assert (draft.title in page) is found
