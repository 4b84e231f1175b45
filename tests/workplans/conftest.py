"""台账测试公用：本局之外还有同市的另一个局、另一个市，各角色齐全。"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import override_settings

from gongkai.accounts.models import Duty, User
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.workplans import actions, demo
from gongkai.workplans.models import Assignment, Evidence, Notice, SavedFilter

ROLES = tuple(Duty.Role.values)


def _staff(where: Organisation, prefix: str) -> dict[str, User]:
    found = {}
    for role in ROLES:
        user = User.objects.create(username=f"{prefix}-{role}", name=role, organisation=where)
        Duty.objects.create(user=user, organisation=where, role=role)
        found[user.username] = user
    whole = User.objects.create(username=f"{prefix}-all", name="全能", organisation=where)
    Duty.objects.bulk_create(Duty(user=whole, organisation=where, role=role) for role in ROLES)
    return found | {whole.username: whole}


@pytest.fixture
def outsiders(bureau: Any) -> dict[str, Any]:
    """外人：同市另一局及其处室、另一个市及其局的每个角色和样样都是的一个人，停用的本局协调员，没登录的人。"""
    found: dict[str, Any] = {}
    other = Organisation.objects.get(name="市财政局")
    division = Organisation.objects.create(name="预算处", kind="division", parent=other)
    city = Organisation.objects.create(name="望海市", kind="city")
    agency = Organisation.objects.create(name="望海市水利局", kind="agency", parent=city)
    for where, prefix in ((other, "other"), (division, "budget"), (city, "sea"), (agency, "seawater")):
        found |= _staff(where, prefix)
    stopped = User.objects.create(username="stopped", name="停用", organisation=bureau, is_active=False)
    Duty.objects.create(user=stopped, organisation=bureau, role=Duty.Role.COORDINATOR)
    return found | {"stopped": stopped, "anonymous": AnonymousUser()}


@pytest.fixture
def strangers(outsiders: dict[str, Any]) -> dict[str, Any]:
    """外人里的代表：四处各一个什么角色都有的，停用的，没登录的。"""
    return {
        name: user
        for name, user in outsiders.items()
        if name.endswith("-all") or name in ("stopped", "anonymous")
    }


@pytest.fixture
def insiders(bureau: Any) -> dict[str, Any]:
    """本市本局的演示账号，全部。"""
    return {row[0]: User.objects.get(username=row[0]) for row in demo.STAFF}


def _build(folder: Path) -> dict[str, Any]:
    bureau = demo.seed()
    office, handler = User.objects.get(username="office"), User.objects.get(username="handler")
    draft = actions.draft_import(office, bureau, path=demo.SAMPLE, filename="plan.txt", year=2026)
    ledger = actions.commit_import(office, draft)
    actions.issue_all(office, ledger)
    task = Assignment.objects.get(requirement__number="20", organisation__name="科技信息处")
    task = actions.move(handler, task, "sign")
    report = actions.write_report(handler, task, period="2026-05", body="进展", percent=50)
    report = actions.move_report(handler, report, "submit")
    extension = actions.ask_extension(handler, task, until=date(2027, 3, 1), reason="采购流标")
    evidence = Evidence(assignment=task, kind="file", title="附件", author=handler)
    evidence.file.save("x.pdf", ContentFile(b"%PDF-1.4"))
    subtask = task.subtasks.create(title="招标")
    notice = Notice.objects.create(user=handler, assignment=task, kind="due0", text="x", due=task.due)
    saved = SavedFilter.objects.create(user=office, name="红灯", query="light=red")
    path = folder / "next.txt"
    path.write_text("具体要求|责任处室\n1. 做事|河道处\n", encoding="utf-8")
    draft = actions.draft_import(office, bureau, path=path, filename="next.txt", year=2027)
    return {
        "plan": ledger, "task": task, "requirement": task.requirement, "report": report, "notice": notice,
        "extension": extension, "evidence": evidence, "subtask": subtask, "saved": saved, "draft": draft,
        "bureau": bureau,
    }  # fmt: skip


@pytest.fixture(scope="module")
def built(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[tuple[dict[str, Any], Path]]:
    """world 的各行和附件目录，一个文件里的测试共用：建在外层事务里，各测试只回滚自己的改动。"""
    folder = tmp_path_factory.mktemp("world")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder):
        with transaction.atomic():
            rows = _build(folder)
            # 交出去的时候把权限收回，由各测试自己的 db 来开。
            with django_db_blocker.block():
                yield rows, folder
            transaction.set_rollback(True)


@pytest.fixture
def world(built: tuple[dict[str, Any], Path], bureau: Any, settings: Any, tmp_path: Path) -> Any:
    """一份下发了的台账：第 20 项由科技信息处办理，报告、延期、证据、步骤、提醒、草稿齐全。"""
    rows, settings.MEDIA_ROOT = built
    path = tmp_path / "next.txt"
    shutil.copyfile(settings.MEDIA_ROOT / path.name, path)
    fresh = {name: type(row)._base_manager.get(pk=row.pk) for name, row in rows.items()}
    return SimpleNamespace(**fresh, path=path)


class Undo(Exception):
    """做完撤回。"""


def _does(call: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            call()
            raise Undo
    except Undo:
        return True
    except Refused as refused:
        assert refused.refusals and all(str(r.message) for r in refused.refusals)
        return False


@pytest.fixture
def does() -> Callable[[Callable[[], Any]], bool]:
    """真做一遍再撤回：做成为真，被拒为假。"""
    return _does


@pytest.fixture
def only(
    insiders: dict[str, Any], outsiders: dict[str, Any], strangers: dict[str, Any]
) -> Callable[..., None]:
    """本局内外每个人都真做一遍再撤回：做成的恰是 expected 这些人。

    谁也不该做成的（多半是阶段不对），外人只请什么角色都有的几个来试；有人做得成的，各处各角色都试。
    """

    def check(expected: set[str], call: Callable[[Any], Any], *about: object) -> None:
        who = insiders | (outsiders if expected else strangers)
        done = {name for name, user in who.items() if _does(lambda user=user: call(user))}
        assert done == expected, about

    return check
