"""保密审查表与报请确定。"""

from __future__ import annotations

from typing import Any

import pytest

from gongkai.core.states import Refused
from gongkai.records import actions, reviews, rules
from gongkai.records.models import Edition, Referral, ReviewPoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def before(draft: Edition, carry: Any) -> Edition:
    return carry(draft, until="pass_head")


def test_every_point_is_answered_and_kept(before: Edition, person: Any) -> None:
    form = reviews.clear_form(before.record.agency)
    with pytest.raises(Refused) as refused:
        actions.move(person("secrecy"), before, "pass_secrecy")
    assert len(refused.value.refusals) == len(form) >= 9
    form["personal"] = {"answer": "handled", "note": " "}
    with pytest.raises(Refused, match="怎样处理"):
        actions.move(person("secrecy"), before, "pass_secrecy", form=form)
    form["personal"] = {"answer": "handled", "note": "已遮去当事人姓名"}
    passed = actions.move(person("secrecy"), before, "pass_secrecy", form=form)
    kept = passed.reviews.get(step="pass_secrecy").form
    assert kept["personal"] == {"name": "个人信息和隐私", "answer": "handled", "note": "已遮去当事人姓名"}


def test_an_agency_adds_and_stops_points(before: Edition, person: Any) -> None:
    agency = before.record.agency
    ReviewPoint.objects.create(organisation=agency, key="dam", name="大坝运行数据", order=99)
    ReviewPoint.objects.create(organisation=agency, key="internal", name="内部事务", is_active=False)
    keys = [point.key for point in reviews.points_for(agency)]
    assert keys[-1] == "dam" and "internal" not in keys
    assert "internal" in [point.key for point in reviews.points_for(agency.parent)]


def test_an_empty_form_is_no_review(before: Edition, person: Any) -> None:
    agency, office = before.record.agency, person("office")
    points = reviews.points_for(agency)
    for point in points[1:]:
        rules.save_point(office, agency, key=point.key, name=point.name, is_active=False)
    with pytest.raises(Refused, match="不能全部停用"):
        rules.save_point(office, agency, key=points[0].key, name=points[0].name, is_active=False)
    assert [point.key for point in reviews.points_for(agency)] == [points[0].key], "没停成的还在用"
    ReviewPoint.objects.update(is_active=False)
    with pytest.raises(Refused, match="没有在用的保密审查项"):
        actions.move(person("secrecy"), before, "pass_secrecy", form={})


def test_what_cannot_be_decided_is_referred(before: Edition, person: Any) -> None:
    secrecy = person("secrecy")
    form = reviews.clear_form(before.record.agency)
    form["secret"] = {"answer": "unsure", "note": ""}
    with pytest.raises(Refused, match="请报请确定"):
        actions.move(secrecy, before, "pass_secrecy", form=form)
    with pytest.raises(Refused, match="报请的单位"):
        reviews.refer(secrecy, before, to=" ", question="是否涉密")
    with pytest.raises(Refused, match="职责"):
        reviews.refer(person("handler"), before, to="市保密局", question="是否涉密")
    referral = reviews.refer(secrecy, before, to="市保密局", question="第三条数据是否涉密")
    assert referral.edition.state == Edition.State.REFERRED
    assert Referral.objects.visible_to(person("handler")).exists()
    reviews.answer_referral(
        secrecy, referral.edition, answer="不涉密，可以公开", document_number="临保函〔2026〕3号"
    )
    before.refresh_from_db()
    assert before.state == Edition.State.SECRECY
    form["secret"] = {"answer": "handled", "note": "经市保密局确定不涉密"}
    assert actions.move(secrecy, before, "pass_secrecy", form=form).state == Edition.State.SIGNING
