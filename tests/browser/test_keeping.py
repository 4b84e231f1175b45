"""库务各页在真的浏览器里：宽屏、手机、长者模式都没有无障碍问题，也不横向溢出。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from visitor import Visitor, look_at

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


def test_every_page_is_clean(chromium: Any, live_server: Any, filled: list[str]) -> None:
    visitor = Visitor(chromium, live_server.url, 1280, 375).login("office")
    for widths in ((1280, 375), (375,)):
        for path in (*PAGES, *filled):
            answer = visitor.page.goto(f"{live_server.url}/staff/{path}")
            assert answer and answer.status == 200, path
            # 收着的表单也要查。
            visitor.page.evaluate("document.querySelectorAll('details').forEach(row => row.open = true)")
            look_at(visitor.page, widths)
        # 再走一遍长者模式，手机上看。
        visitor.context.add_cookies([{"name": "elder", "value": "1", "url": live_server.url}])
