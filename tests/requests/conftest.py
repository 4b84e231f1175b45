"""依申请公开测试公用：一个备齐规则的局、一件申请、走到某一步的办法。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from foi_samples import PUBLIC, TEXT


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """拨到某一天：各动作的“今天”由 timezone.now 得出。"""

    def turn(day: date) -> None:
        moment = datetime(day.year, day.month, day.day, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
        monkeypatch.setattr(timezone, "now", lambda: moment)

    turn(date(2026, 3, 2))
    return turn


@pytest.fixture
def agency(bureau: Any) -> Any:
    """备齐规则的市水务局：工作机构是办公室。"""
    from gongkai.core.models import Organisation
    from gongkai.requests.models import RequestRules

    RequestRules.objects.create(
        agency=bureau,
        office=Organisation.objects.get(parent=bureau, name="办公室"),
        issuer="临江市水务局",
        document_code="临水公开告",
        review_body="临江市人民政府",
        court="临江铁路运输法院",
        review_url="https://review.example.invalid/",
        payment="凭缴款码到代收银行缴纳",
    )
    return Organisation.objects.get(pk=bureau.pk)


@pytest.fixture
def receive(agency: Any, today: Any) -> Callable[..., Any]:
    """收一件申请，缺省是门户提交、要一份检漏报告。"""
    from gongkai.requests import actions, states

    def make(actor: Any = states.CITIZEN, **values: Any) -> Any:
        person = {
            "kind": "natural", "name": "张三", "identity_number": "440101199001011234",
            "phone": "13800001234",
        } | values.pop("person", {})  # fmt: skip
        defaults = {
            "agency": agency,
            "applicant": person,
            "description": "2025年供水管网检漏报告",
            "channel": "portal",
        }
        return actions.receive(actor, **(defaults | values)).case

    return make


@pytest.fixture
def working(receive: Any, person: Any) -> Callable[..., Any]:
    """收到、登记、分给科技信息处的一件。"""
    from gongkai.core.models import Organisation
    from gongkai.requests import actions

    def make(items: tuple[str, ...] = (), **values: Any) -> Any:
        case = receive(**values)
        case = actions.register(person("clerk"), case, summary="检漏报告", items=items)
        unit = Organisation.objects.get(parent=case.agency, name="科技信息处")
        return actions.assign(person("clerk"), case, units=[unit])

    return make


@pytest.fixture
def decide(person: Any) -> Callable[..., Any]:
    """对一项作决定，缺省由科信处经办人。"""
    from gongkai.requests import actions

    def make(item: Any, answers: dict[str, str], by: str = "handler", **values: Any) -> Any:
        item.refresh_from_db()
        defaults = {"facts": TEXT, "reason": TEXT}
        return actions.decide(person(by), item, version=item.version, answers=answers, **(defaults | values))

    return make


@pytest.fixture
def answer(person: Any, decide: Any) -> Callable[..., Any]:
    """把一件办到签发：每项都按 answers 决定（缺省已主动公开），返回签发的答复。"""
    from gongkai.requests import actions

    def make(case: Any, answers: dict[str, str] = PUBLIC, until: str = "sign", **values: Any) -> Any:
        for item in case.items.filter(round=case.round):
            decide(item, answers, **({"materials": {"where": "https://example.invalid/"}} | values))
        letter = actions.draft_decision(person("handler"), case)
        for who, name in (
            ("handler", "submit"), ("secrecy", "pass_secrecy"), ("legal", "pass_legal"), ("leader", "sign"),
        ):  # fmt: skip
            letter = actions.move_letter(person(who), letter, name)
            if name == until:
                break
        return letter

    return make


@pytest.fixture
def desk(person: Any, working: Any, answer: Any, receive: Any, today: Any) -> Any:
    """办理一件的工作台，照页面上的表做。"""
    from foi_desk import Desk

    return Desk(person, working, answer, receive, today)
