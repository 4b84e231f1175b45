"""库务各页在真的浏览器里：宽屏、手机、长者模式都没有无障碍问题，也不横向溢出。"""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from visitor import violations

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright 的同步接口自带事件循环

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = (
    "work-items/", "deadlines/", "failures/", "words/", "deliveries/", "validity/", "cleanups/", "official/",
    "library-rules/",
)  # fmt: skip


@pytest.fixture
def filled(make: Any, carry: Any, person: Any, bureau: Any, site: Any) -> Any:
    """各页都有内容的库。"""
    from gongkai.formats.official_texts import Entry
    from gongkai.records import actions, cleanup, deliveries, official, publishing, scans, upkeep
    from gongkai.records.models import Edition, LibraryRules, OfficialText

    LibraryRules.objects.create(organisation=bureau, interpretation_blocks=False, sectors=["供水"])
    today, office, legal, handler = timezone.localdate(), person("office"), person("legal"), person("handler")
    carry(
        make(kind="normative", document_number="临水规〔2026〕1号", effective_on=date(2026, 1, 10),
             expires_on=today + timedelta(days=60), fields={"legality_opinion": "已审"})
    )  # fmt: skip
    signed = carry(make(title="没发成的"), until="sign")
    actions.schedule(office, signed, at=timezone.now() + timedelta(hours=1))
    Edition.objects.filter(pk=signed.pk).update(publish_at=timezone.now(), body="换了")
    publishing.publish_due()
    make(title="逾期的", body="<p>供水科电话13800138000</p>")
    scans.add_word(office, bureau, wrong="供水科", right="供水处")
    official.import_entries(
        legal, bureau, [Entry("节水条例", date(2026, 1, 1), "第一条 节约用水。")], source="x"
    )
    draft = official.create(
        handler, organisation=handler.organisation, site=site, official=OfficialText.objects.get(),
        summary="节水", issuer="人大", written_on=today, effective_on=today,
    )  # fmt: skip
    record = carry(draft).record
    official.import_entries(legal, bureau, [Entry("节水条例", today, "第一条 节约和保护用水。")], source="x")
    round = cleanup.open_round(legal, bureau, title="2026 年清理")
    deliveries.make(office, bureau, first=today, last=today)
    upkeep.keep(today)
    return [f"cleanups/{round.pk}/", f"official/{record.pk}/"]


@pytest.mark.parametrize(("width", "elder"), [(1280, False), (375, False), (375, True)])
def test_every_page_is_clean(
    chromium: Any, live_server: Any, filled: list[str], person: Any, width: int, elder: bool
) -> None:
    client = Client()
    client.force_login(person("office"))
    context = chromium.new_context(viewport={"width": width, "height": 900})
    cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    if elder:
        cookies["elder"] = "1"
    context.add_cookies([{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()])
    page = context.new_page()
    page.set_default_timeout(30_000)
    for path in (*PAGES, *filled):
        answer = page.goto(f"{live_server.url}/staff/{path}")
        assert answer.status == 200, path
        # 收着的表单也要查。
        page.evaluate("document.querySelectorAll('details').forEach(row => row.open = true)")
        assert not (found := violations(page)), (path, found)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
