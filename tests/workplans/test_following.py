"""跟随组织与逐件决定：组织一变任务就变；撤下的要求、离开的单位由办公室一件件决定。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gongkai.accounts.actions import save_organisation
from gongkai.audit.models import Entry
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.workplans import actions, demo
from gongkai.workplans.models import Assignment
from gongkai.workplans.queries import standings, to_decide

State = Assignment.State


def change(person: Any, unit: Organisation, **values: Any) -> None:
    """系统管理员改一个单位。"""
    now = {"name": unit.name, "kind": unit.kind, "tags": unit.tags, "is_active": unit.is_active}
    assert unit.parent
    save_organisation(person("admin"), organisation=unit, parent=unit.parent, **(now | values))


def of(unit: str) -> Any:
    return Assignment.objects.filter(organisation__name=unit)


def test_a_new_division_joins_at_once(world: Any, bureau: Any, person: Any) -> None:
    save_organisation(
        person("admin"), organisation=None, parent=bureau, name="河道处", kind="division", tags=["审批"],
        is_active=True,
    )  # fmt: skip
    joined = of("河道处")
    assert joined.count() > 5 and set(joined.values_list("state", flat=True)) == {State.DRAFT}
    entry = Entry.objects.filter(action="workplans.follow_tree").latest("number")
    assert entry.actor == person("admin") and entry.detail["added"] == joined.count()


def test_a_tag_moves_a_division_in_and_out(world: Any, bureau: Any, person: Any) -> None:
    """“各审批处室”：去掉标签，没签收的随之撤下并记账，签收了的等办公室决定；加回标签又在列。"""
    unit = bureau.children.get(name="水资源与供水处")
    before = set(of("水资源与供水处").values_list("requirement__number", flat=True))
    only_by_tag = of("水资源与供水处").filter(unit__contains="审批")
    assert only_by_tag.exists()
    first = only_by_tag.first()
    change(person, unit, tags=[])
    first.refresh_from_db()
    assert (first.state, first.membership) == (State.ENDED, "left")
    entry = Entry.objects.get(action="workplans.assignment.leave", subject=f"workplans.assignment:{first.pk}")
    assert "审批" in entry.detail["reason"] and entry.actor == person("admin")
    assert not Assignment.objects.current().filter(pk=first.pk).exists()
    change(person, Organisation.objects.get(pk=unit.pk), tags=["审批"])
    first.refresh_from_db()
    assert (first.state, first.membership) == (State.DRAFT, "")
    assert set(of("水资源与供水处").values_list("requirement__number", flat=True)) == before


def test_a_signed_duty_waits_for_the_office(world: Any, bureau: Any, person: Any) -> None:
    unit = bureau.children.get(name="科技信息处")
    change(person, unit, is_active=False)
    world.task.refresh_from_db()
    assert (world.task.state, world.task.membership) == (State.SIGNED, "left")
    assert set(of("科技信息处").exclude(pk=world.task.pk).values_list("state", flat=True)) == {State.ENDED}
    assert list(to_decide(person("office"))) == [world.task]
    assert not list(to_decide(person("fagui")))
    entries = Entry.objects.count()
    assert actions.follow_tree(None, world.plan) == 0
    assert Entry.objects.count() == entries, "夜间再跑一遍，没有变化就不记账"
    with pytest.raises(Refused, match="理由"):
        actions.keep(person("office"), world.task, reason=" ")
    actions.keep(person("office"), world.task, reason="已近完成，由原处室办完")
    assert not to_decide(person("office")).exists()
    actions.follow_tree(None, world.plan)
    assert not to_decide(person("office")).exists(), "决定保留的不再提示"


def test_a_renamed_division_keeps_its_duties(world: Any, bureau: Any, person: Any) -> None:
    change(person, bureau.children.get(name="科技信息处"), name="数字水务处")
    world.task.refresh_from_db()
    assert (world.task.state, world.task.membership) == (State.SIGNED, "")
    assert bureau.children.get(name="数字水务处").aliases.filter(name="科技信息处").exists()


def test_another_bureau_is_not_touched(world: Any, person: Any, bureau: Any) -> None:
    before = list(Assignment.objects.order_by("pk").values())
    other = Organisation.objects.get(name="市财政局")
    Organisation.objects.create(name="预算处", kind="division", parent=other)
    actions.follow_change(None, organisation=Organisation.objects.get(name="预算处"), actor=None)
    assert list(Assignment.objects.order_by("pk").values()) == before


@pytest.fixture
def corrected(world: Any, bureau: Any, person: Any, tmp_path: Path) -> Callable[[], None]:
    """导入一份没有第 20 项的改正表。"""
    lines = demo.SAMPLE.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "corrected.txt"
    path.write_text("\n".join(line for line in lines if "20. " not in line), encoding="utf-8")

    def load(source: Path = path) -> None:
        draft = actions.draft_import(person("office"), bureau, path=source, filename="c.txt", year=2026)
        actions.commit_import(person("office"), draft)
        world.task.refresh_from_db()
        world.task = Assignment.objects.get(pk=world.task.pk)

    return load


def counts(person: Any) -> int:
    (row,) = standings(person("city"), 2026, date(2026, 6, 1))
    return row.total


def test_a_withdrawn_requirement_waits_and_leaves_the_counts(
    world: Any, corrected: Any, person: Any, bureau: Any
) -> None:
    before = counts(person)
    handed = Assignment.objects.filter(requirement__number="20").count()
    corrected()
    assert world.requirement.__class__.objects.get(pk=world.requirement.pk).withdrawn_at
    assert counts(person) == before - handed
    client = Client()
    client.force_login(person("office"))
    plan = client.get(f"/staff/plans/{world.plan.pk}/").content.decode()
    assert f"有 {handed} 件任务待决定" in plan
    assert f"有 {handed} 件任务待决定" in client.get("/staff/board/").content.decode()
    page = client.get(f"/staff/plans/{world.plan.pk}/decisions/").content.decode()
    assert (
        "第 20 项" in page
        and "科技信息处" in page
        and "终止" in page
        and "保留" not in page.split("<table")[1]
    )
    handler = Client()
    handler.force_login(person("handler"))
    page = handler.get(f"/staff/tasks/{world.task.pk}/").content.decode()
    assert "已从分工表撤下" in page and "report-body" not in page
    client.post(
        f"/staff/plans/{world.plan.pk}/decisions/{world.task.pk}/", {"do": "end", "reason": "市里取消"}
    )
    world.task.refresh_from_db()
    assert world.task.state == State.ENDED
    assert Entry.objects.latest("number").detail["reason"] == "市里取消"
    assert "任务已终止" in handler.get(f"/staff/tasks/{world.task.pk}/").content.decode()
    assert counts(person) == before - handed


def test_a_withdrawn_duty_moves_with_all_it_has(world: Any, corrected: Any, person: Any) -> None:
    corrected()
    to = world.plan.requirements.get(number="19")
    assert not to.assignments.filter(organisation=world.task.organisation).exists()
    client = Client()
    client.force_login(person("office"))
    before = Entry.objects.count()
    path = f"/staff/plans/{world.plan.pk}/decisions/{world.task.pk}/"
    assert client.post(path, {"do": "transfer", "to": to.pk}).status_code == 302
    assert Entry.objects.count() == before + 1
    new = to.assignments.get(organisation=world.task.organisation)
    assert (new.state, new.first_due, new.evidence_count) == (State.ISSUED, to.due, 1)
    for name in ("evidence", "reports", "extensions", "subtasks"):
        assert getattr(new, name).count() == 1 and not getattr(world.task, name).exists(), name
    world.task.refresh_from_db()
    assert (world.task.state, world.task.moved_to) == (State.ENDED, new)
    page = client.get(f"/staff/tasks/{new.pk}/").content.decode()
    assert "转到另一项要求" in page, "新任务的经过里看得到从哪里来"
    assert f"/staff/tasks/{new.pk}/" in client.get(f"/staff/tasks/{world.task.pk}/").content.decode()
    actions.follow_tree(None, world.plan)
    new.refresh_from_db()
    assert new.state == State.ISSUED, "办公室指定的，不因表里没写又被撤下"


def test_a_move_merges_into_the_duty_that_is_there(world: Any, corrected: Any, person: Any) -> None:
    """目标要求里已有此单位：并进去；同一报告期的报告各留各的。"""
    other = of("科技信息处").exclude(pk=world.task.pk).first()
    other = actions.move(person("handler"), other, "sign")
    actions.write_report(person("handler"), other, period="2026-05", body="另一份", percent=10)
    corrected()
    target = actions.transfer(person("office"), world.task, to=other.requirement)
    assert target.pk == other.pk and target.evidence_count == 1 and target.state == State.SIGNED
    assert target.reports.get(period="2026-05").body == "另一份" and world.task.reports.count() == 1


def test_what_comes_back_is_handed_out_again(world: Any, corrected: Any, person: Any) -> None:
    corrected()
    actions.move(person("office"), world.task, "end", reason="市里取消")
    corrected(demo.SAMPLE)
    world.task.refresh_from_db()
    assert world.task.state == State.DRAFT and not to_decide(person("office")).exists()


def test_only_the_office_decides(world: Any, corrected: Any, only: Any, insiders: Any) -> None:
    to = world.plan.requirements.get(number="19")
    only(set(), lambda user: actions.transfer(user, world.task, to=to), "还在表里")
    only(set(), lambda user: actions.keep(user, world.task, reason="理由"), "还在列")
    Assignment.objects.filter(pk=world.task.pk).update(membership="left")
    only({"office"}, lambda user: actions.keep(user, world.task, reason="理由"), "离开")
    corrected()
    only(set(), lambda user: actions.keep(user, world.task, reason="理由"), "撤下的不能保留")
    only({"office"}, lambda user: actions.transfer(user, world.task, to=to), "撤下")
    for state in State.values:
        Assignment.objects.filter(pk=world.task.pk).update(state=state)
        allowed = state in ("issued", "signed", "returned", "completed", "verified")
        only(
            {"office"} if allowed else set(),
            lambda user: actions.transfer(user, world.task, to=to),
            state,
        )
    gone = world.plan.requirements.get(number="20")
    with pytest.raises(Refused):
        actions.transfer(insiders["office"], world.task, to=gone)
