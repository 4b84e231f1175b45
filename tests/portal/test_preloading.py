"""成批预取与逐页现查，写出来的页面一样，记下的用到也一样。"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gongkai.portal.baking.render import render, shared_for, together
from gongkai.records import actions
from gongkai.records.kinds import Kind
from gongkai.records.models import Record, Relation

pytestmark = pytest.mark.django_db


@pytest.fixture
def related(make: Any, carry: Any, person: Any) -> list[Record]:
    """一件政策、解读它的一件、另起过一版写了更正说明的一件、撤下的一件。"""
    policy = carry(make(kind=Kind.POLICY, document_number="临水〔2026〕3号", effective_on=date(2026, 2, 1)))
    reading = make(kind=Kind.INTERPRETATION, title="解读", fields={"form": "文字", "interpreter": "科信处"})
    actions.relate(person("handler"), reading, kind=Relation.Kind.INTERPRETS, target=policy.record)
    reading = carry(reading)
    second = actions.new_edition(person("handler"), policy.record)
    second = carry(actions.save_draft(person("handler"), second, version=1, change_note="改正文号"))
    gone = carry(make(title="撤下的"))
    actions.withdraw(person("office"), gone.record, reason="有误", replacement=policy.record)
    return list(Record.objects.order_by("pk"))


def test_a_batch_writes_the_same_pages(related: list[Record], django_assert_max_num_queries: Any) -> None:
    shared = shared_for(related[0].site_id)
    paths = [record.get_absolute_url() for record in related] + ["/content/post_99999.html"]
    alone = [render(shared, path) for path in paths]
    assert [page.status for page in alone] == [200, 200, 410, 404]
    assert "改正文号" in alone[0].body.decode() and "解读" in alone[0].body.decode()
    with django_assert_max_num_queries(7), together(paths):
        batch = [render(shared, path) for path in paths]
    assert batch == alone
