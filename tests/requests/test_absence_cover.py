"""请假代办：队列、审签、提醒到代办的人，审计里写明代谁，到日子自己结束。"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from gongkai.accounts.models import Duty, User
from gongkai.audit.models import Entry
from gongkai.core.states import Refused
from gongkai.requests import actions, queries
from gongkai.requests.models import CaseNotice, LetterStep, StandIn

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 6)


@pytest.fixture
def helper(agency: Any) -> Any:
    """局里另一处室的一名同事，自己没有任何职责。"""
    from gongkai.core.models import Organisation

    unit = Organisation.objects.get(parent=agency, name="法规处")
    return User.objects.create(username="helper", name="顾代办", organisation=unit, email="h@example.invalid")


def cover(person: Any, officer: str, stand_in: Any, **values: Any) -> StandIn:
    given = {"officer": person(officer), "stand_in": stand_in, "first": FIRST, "last": LAST, "reason": "休假"}
    return actions.name_stand_in(person(officer), **(given | values))


def again(user: Any) -> Any:
    """另一次请求：重新取这个人。"""
    return User.objects.get(pk=user.pk)


def test_the_queue_and_every_act_go_to_the_stand_in_and_the_audit_says_so(
    receive: Any, person: Any, helper: Any, today: Any
) -> None:
    case = receive()
    assert not queries.queue(again(helper)).exists()
    with pytest.raises(Refused):
        actions.register(again(helper), case, summary="检漏报告")
    cover(person, "clerk", helper)
    assert list(queries.queue(again(helper))) == [case]
    actions.register(again(helper), case, summary="检漏报告")
    entry = Entry.objects.get(action="requests.register")
    assert (entry.actor, entry.detail["in_place_of"]) == (helper, ["clerk"])


def test_it_ends_by_itself_and_begins_by_itself(receive: Any, person: Any, helper: Any, today: Any) -> None:
    case = receive()
    cover(person, "clerk", helper, first=date(2026, 3, 4))
    for day, works in ((3, False), (4, True), (6, True), (7, False)):
        today(date(2026, 3, day))
        assert queries.queue(again(helper)).filter(pk=case.pk).exists() is works, day
    today(date(2026, 3, 9))
    with pytest.raises(Refused):
        actions.register(again(helper), case, summary="检漏报告")


def test_ending_early_takes_effect_at_once(receive: Any, person: Any, helper: Any, today: Any) -> None:
    receive()
    row = cover(person, "clerk", helper)
    assert queries.queue(again(helper)).exists()
    actions.end_stand_in(person("clerk"), row)
    assert not queries.queue(again(helper)).exists()
    with pytest.raises(Refused):
        actions.end_stand_in(person("clerk"), row)


def test_alarms_go_to_the_stand_in_as_well(working: Any, person: Any, helper: Any, today: Any) -> None:
    working()
    cover(person, "chief", helper, first=date(2026, 3, 30), last=date(2026, 3, 30))
    today(date(2026, 3, 30))
    actions.remind(date(2026, 3, 30))
    told = CaseNotice.objects.filter(kind="last")
    assert "chief" in told.values_list("user__username", flat=True)
    assert told.get(user=helper).text.startswith(f"代{person('chief')}：")
    assert not CaseNotice.objects.filter(user=helper).exclude(kind="last").exists()


def test_what_one_may_do_oneself_is_not_done_for_another(receive: Any, person: Any, today: Any) -> None:
    case = receive()
    cover(person, "clerk", person("office"))
    actions.register(person("office"), case, summary="检漏报告")
    assert "in_place_of" not in Entry.objects.get(action="requests.register").detail


def test_a_reviewers_stand_in_says_so_on_the_slip_and_nobody_reviews_their_own(
    working: Any, answer: Any, person: Any, helper: Any, today: Any
) -> None:
    cover(person, "secrecy", helper)
    letter = answer(working(), until="submit")
    assert list(queries.to_review(again(helper))) == [letter]
    actions.move_letter(again(helper), letter, "pass_secrecy", opinion="同意")
    step = LetterStep.objects.get(stage="secrecy")
    assert (step.reviewer, step.opinion) == (helper, f"（代{person('secrecy')}）同意")
    # 代了保密审查的，不能又代合法性审查办同一份。
    cover(person, "legal", helper)
    with pytest.raises(Refused, match="另一环节"):
        actions.move_letter(again(helper), letter, "pass_legal")
    # 拟稿的人代审查人，也不能审自己拟的。
    cover(person, "leader", person("handler"))
    letter = actions.move_letter(person("legal"), letter, "pass_legal")
    with pytest.raises(Refused, match="由您拟稿"):
        actions.move_letter(person("handler"), letter, "sign")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"last": date(2026, 3, 1), "first": date(2026, 2, 25)}, "date"),
        ({"last": date(2026, 3, 1)}, "date"),
        ({"last": date(2026, 8, 1)}, "date"),
        ({"reason": " "}, "reason"),
    ],
)
def test_dates_and_reason_are_checked(
    person: Any, helper: Any, today: Any, values: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as caught:
        cover(person, "clerk", helper, **values)
    assert {refusal.code for refusal in caught.value.refusals} == {code} and not StandIn.objects.exists()


def test_who_may_name_whom(person: Any, helper: Any, outsider: Any, today: Any) -> None:
    def refused(call: Any, code: str) -> None:
        with pytest.raises(Refused) as caught:
            call()
        assert {refusal.code for refusal in caught.value.refusals} == {code}

    refused(lambda: cover(person, "clerk", person("clerk")), "stand_in")
    refused(lambda: cover(person, "clerk", outsider), "stand_in")
    given = {"officer": person("handler"), "stand_in": helper, "first": FIRST, "last": LAST, "reason": "病"}
    for who in (person("secrecy"), person("chief"), outsider, helper):
        refused(lambda who=who: actions.name_stand_in(who, **given), "duty")
    # 处室负责人替本处室突然不在的人登记。
    actions.name_stand_in(person("head"), **given)
    refused(lambda: actions.name_stand_in(person("handler"), **given), "overlap")
    refused(lambda: cover(person, "clerk", person("handler")), "absent")


def test_cover_is_not_passed_on_and_gives_no_other_role(person: Any, helper: Any, today: Any) -> None:
    cover(person, "clerk", helper)
    third = User.objects.create(username="third", name="丙", organisation=helper.organisation)
    Duty.objects.create(user=person("clerk"), organisation=helper.organisation.agency, role="auditor")
    with pytest.raises(Refused):
        actions.name_stand_in(
            again(helper), officer=helper, stand_in=third, first=FIRST, last=LAST, reason="休假"
        )
    from gongkai.requests import covering

    roles = {duty.role for duty in covering.duties_of(again(helper))}
    assert roles and "auditor" not in roles


def test_the_page_names_shows_and_ends(person: Any, helper: Any, client: Any, today: Any) -> None:
    url = reverse("foi:absence")
    client.force_login(helper)
    assert client.get(url).status_code == 404
    client.force_login(person("clerk"))
    data = {"officer": person("clerk").pk, "stand_in": helper.pk, "first": "2026-03-02", "last": "2026-03-06"}
    bad = client.post(url, data)
    assert bad.status_code == 422
    shown = client.post(url, data | {"reason": "休假"}, follow=True).content.decode()
    assert "代办中" in shown and "顾代办" in shown
    client.force_login(helper)
    queue = client.get(reverse("foi:queue")).content.decode()
    assert "您正在代" in queue and reverse("foi:cases") in queue
    client.force_login(person("clerk"))
    ended = client.post(reverse("foi:end_absence", args=[StandIn.objects.get().pk]), follow=True)
    assert "已提前结束" in ended.content.decode()


def test_the_queries_do_not_grow_with_the_people(person: Any, helper: Any, client: Any, today: Any) -> None:
    from datetime import timedelta

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count() -> int:
        client.force_login(person("office"))
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("foi:absence")).status_code == 200
        return len(found)

    cover(person, "clerk", helper)
    few = count()
    for n in range(6):
        someone = User.objects.create(username=f"u{n}", name=f"人{n}", organisation=helper.organisation)
        first = FIRST + timedelta(days=10 * (n + 1))
        cover(person, "clerk", someone, first=first, last=first + timedelta(days=3))
    assert count() <= few
