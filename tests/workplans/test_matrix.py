"""角色 × 状态 × 动作：谁能做什么另写一份（下面各表），逐一真做一遍，做成与否须与表一致。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from gongkai.workplans import actions, reminders, states
from gongkai.workplans.models import Assignment, Extension, ImportDraft, ProgressReport

OFFICE, UNIT, HEAD = {"office"}, {"handler", "head"}, {"head"}

# 动作 →（可从哪些阶段，谁）。这是规矩的另一份写法，与 states.py 各写各的。
TASK = {
    "issue": ({"draft", "returned"}, OFFICE),
    "sign": ({"issued"}, UNIT),
    "send_back": ({"issued"}, UNIT),
    "complete": ({"signed"}, HEAD),
    "verify": ({"completed"}, OFFICE),
    "rework": ({"completed"}, OFFICE),
    "close": ({"verified"}, OFFICE),
    "reopen": ({"verified", "closed"}, OFFICE),
    "end": (set(), OFFICE),
}
OUT = {"end": ({"issued", "signed", "returned", "completed", "verified"}, OFFICE)}
REPORT = {
    "submit": ({"draft", "returned"}, UNIT),
    "confirm": ({"submitted"}, HEAD),
    "accept": ({"confirmed"}, OFFICE),
    "return": ({"submitted", "confirmed"}, OFFICE | HEAD),
}
EXTENSION = {"grant": ({"asked"}, OFFICE), "refuse": ({"asked"}, OFFICE)}
# 名下的动作 →（任务在哪些阶段可做，谁）
WITHIN: dict[str, tuple[set[str], set[str], Callable[[Any, Any], Any]]] = {
    "add_evidence": (
        {"issued", "signed", "returned", "completed", "verified"},
        UNIT | OFFICE,
        lambda user, w: actions.add_evidence(
            user, w.task, kind="link", title="网页", url="https://a.invalid/"
        ),
    ),
    "write_report": (
        {"signed"},
        UNIT,
        lambda user, w: actions.write_report(user, w.task, period="2026-06", body="进展", percent=60),
    ),
    "ask_extension": (
        {"issued", "signed"},
        UNIT,
        lambda user, w: actions.ask_extension(user, w.task, until=date(2027, 4, 1), reason="流标"),
    ),
    "add_subtask": (
        {"issued", "signed"},
        UNIT,
        lambda user, w: actions.add_subtask(user, w.task, title="开标", due=None),
    ),
    "finish_subtask": (
        {"issued", "signed"},
        UNIT,
        lambda user, w: actions.finish_subtask(user, w.task, w.subtask.pk),
    ),
}
# 不看阶段的动作 → 谁
ALWAYS: dict[str, tuple[set[str], Callable[[Any, Any], Any]]] = {
    "override_light": (
        OFFICE,
        lambda user, w: actions.override_light(user, w.task, colour="green", reason="市里认可"),
    ),
    "look_back": (OFFICE, lambda user, w: actions.look_back(user, w.task, verdict="done")),
    "release": (OFFICE, lambda user, w: actions.release(user, w.plan, on=True)),
    "take_back": (OFFICE, lambda user, w: actions.release(user, w.plan, on=False)),
    "issue_all": (OFFICE, lambda user, w: actions.issue_all(user, w.plan)),
    "follow_tree": (OFFICE, lambda user, w: actions.follow_tree(user, w.plan)),
    "confirm_kind": (OFFICE, lambda user, w: actions.confirm_kind(user, w.requirement, kind="ipv6")),
    "link_superior": (OFFICE, lambda user, w: actions.link_superior(user, w.requirement, superior=None)),
    "urge": (OFFICE, lambda user, w: reminders.urge(user, [w.task], date(2026, 6, 1))),
    "draft_import": (
        OFFICE,
        lambda user, w: actions.draft_import(user, w.bureau, path=w.path, filename="x.txt", year=2028),
    ),
    "edit_draft": (OFFICE, lambda user, w: actions.edit_draft(user, w.draft, 0, "text", "另做一事")),
    "name_unit": (OFFICE, lambda user, w: actions.name_unit(user, w.draft, name="河道处", alias_of=None)),
    "discard_draft": (OFFICE, lambda user, w: actions.discard_draft(user, w.draft)),
}
NEEDS_REASON = {"send_back", "rework", "reopen", "return", "refuse", "end"}


def test_the_tables_name_every_transition() -> None:
    assert set(states.ASSIGNMENT.transitions) == set(TASK)
    assert set(states.REPORT.transitions) == set(REPORT)
    assert set(states.EXTENSION.transitions) == set(EXTENSION)
    covered = set(WITHIN) | set(ALWAYS) | {"take_back"}
    elsewhere = {
        "move", "move_report", "answer_extension", "keep", "transfer", "commit_import", "choose_sheet",
        "save_filter", "remove_filter",
    }  # fmt: skip
    reads = {"difference", "due_of", "unresolved", "transfer_targets", "follow_change"}
    writes = {name for name in actions.__all__ if name.islower()} - reads
    assert writes <= covered | elsewhere, writes - covered - elsewhere


@pytest.mark.parametrize("out", [False, True], ids=["listed", "withdrawn"])
@pytest.mark.parametrize("name", TASK)
def test_tasks(world: Any, only: Any, does: Any, insiders: Any, name: str, out: bool) -> None:
    """任务的每个动作；要求撤下之后，除终止外一概不能。"""
    if out:
        world.plan.requirements.filter(pk=world.requirement.pk).update(withdrawn_at=world.plan.created_at)
    sources, who = OUT.get(name, (set(), set())) if out else TASK[name]
    for state in Assignment.State.values:
        Assignment.objects.filter(pk=world.task.pk).update(state=state, verification="done")
        task = Assignment.objects.get(pk=world.task.pk)
        only(
            who if state in sources else set(),
            lambda user, task=task: actions.move(user, task, name, reason="理由"),
            name,
            state,
        )
        if name in NEEDS_REASON:
            assert not does(lambda task=task: actions.move(insiders["office"], task, name, reason=" "))


@pytest.mark.parametrize("name", REPORT)
def test_reports(world: Any, only: Any, does: Any, insiders: Any, name: str) -> None:
    """进展报告：三个人三只手，起草的人不能自己确认、采纳。"""
    sources, who = REPORT[name]
    for author in ("handler", "head", "office"):
        for state in ProgressReport.State.values:
            ProgressReport.objects.filter(pk=world.report.pk).update(state=state, author=insiders[author])
            report = ProgressReport.objects.get(pk=world.report.pk)
            allowed = who - {author} if name in ("confirm", "accept") else who
            only(
                allowed if state in sources else set(),
                lambda user, report=report: actions.move_report(user, report, name, reason="理由"),
                name,
                state,
                author,
            )


@pytest.mark.parametrize("name", EXTENSION)
def test_extensions(world: Any, only: Any, does: Any, insiders: Any, name: str) -> None:
    """延期：办公室审批，申请人不能自批；不批准要写理由，任务报结之后不能再批准。"""
    sources, who = EXTENSION[name]
    for author in ("handler", "office"):
        for state in Extension.State.values:
            Extension.objects.filter(pk=world.extension.pk).update(state=state, author=insiders[author])
            extension = Extension.objects.get(pk=world.extension.pk)
            only(
                who - {author} if state in sources else set(),
                lambda user, extension=extension: actions.answer_extension(
                    user, extension, grant=name == "grant", answer="答复"
                ),
                name,
                state,
                author,
            )
    Extension.objects.filter(pk=world.extension.pk).update(state="asked", author=insiders["handler"])
    extension = Extension.objects.get(pk=world.extension.pk)
    office = insiders["office"]
    assert does(lambda: actions.answer_extension(office, extension, grant=True))
    assert not does(lambda: actions.answer_extension(office, extension, grant=False, answer=" "))
    Assignment.objects.filter(pk=world.task.pk).update(state="completed")
    extension = Extension.objects.get(pk=world.extension.pk)
    assert not does(lambda: actions.answer_extension(office, extension, grant=True))


@pytest.mark.parametrize("name", WITHIN)
def test_what_is_done_within_a_task(world: Any, only: Any, name: str) -> None:
    sources, who, call = WITHIN[name]
    Extension.objects.all().delete()
    for state in Assignment.State.values:
        Assignment.objects.filter(pk=world.task.pk).update(state=state)
        world.task = Assignment.objects.get(pk=world.task.pk)
        only(
            who if state in sources else set(),
            lambda user: call(user, world),
            name,
            state,
        )


@pytest.mark.parametrize("name", ALWAYS)
def test_what_the_office_does(world: Any, only: Any, name: str) -> None:
    who, call = ALWAYS[name]
    only(who, lambda user: call(user, world), name)


def test_a_whole_bureau_carries_out_a_city_task(
    world: Any, only: Any, does: Any, insiders: Any, person: Any
) -> None:
    """市里下发给整个局的任务：局办公室协调员签收、分管领导报结，市里的协调员核验；局里的人不能自己核验。"""
    city = world.bureau.parent
    path = world.path
    path.write_text("具体要求|责任单位\n1. 公开预算|市水务局\n", encoding="utf-8")
    draft = actions.draft_import(person("cityoffice"), city, path=path, filename="city.txt", year=2026)
    only(
        {"cityoffice"},
        lambda user: actions.commit_import(user, ImportDraft.objects.get(pk=draft.pk)),
        "commit",
    )
    plan = actions.commit_import(person("cityoffice"), ImportDraft.objects.get(pk=draft.pk))
    actions.issue_all(person("cityoffice"), plan)
    task = Assignment.objects.get(requirement__plan=plan)
    actions.add_evidence(person("office"), task, kind="link", title="网页", url="https://a.invalid/")
    rules = {
        "sign": ("issued", {"office", "leader"}),
        "complete": ("signed", {"leader"}),
        "verify": ("completed", {"cityoffice"}),
    }
    for name, (state, who) in rules.items():
        Assignment.objects.filter(pk=task.pk).update(state=state)
        task = Assignment.objects.get(pk=task.pk)
        only(
            who,
            lambda user: actions.move(user, task, name),
            name,  # noqa: B023
        )
