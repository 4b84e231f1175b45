"""谁看得见：逐个网址、逐个角色、本单位内外都走一遍；视图只经由 visible_to 取数。"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, reverse

import gongkai
from gongkai.accounts import urls as people_urls
from gongkai.accounts.models import User
from gongkai.core.models import Organisation
from gongkai.workplans import urls
from gongkai.workplans.models import (
    Assignment,
    Evidence,
    Extension,
    ImportDraft,
    Notice,
    Plan,
    ProgressReport,
    Requirement,
    SavedFilter,
    SubTask,
)

SOURCE = Path(gongkai.__file__).parent
# 本局科技信息处办的任务：办公室、两级领导督办、审计，和本处室的两个人。
OVERSEE = {"office", "cityoffice", "leader", "city", "auditor"}
UNIT = {"handler", "head"}
# 另两个处室也承担了别的任务，看得见整张表，看不见这项任务。
IN_PLAN = OVERSEE | UNIT | {"fagui", "clerk", "chief"}

# 网址名 →（参数取自谁，看得见的人）
PAGES: dict[str, tuple[dict[str, str], set[str]]] = {
    "plan": ({"pk": "plan"}, IN_PLAN),
    "plan_action": ({"pk": "plan"}, IN_PLAN),
    "plan_file": ({"pk": "plan"}, IN_PLAN),
    "export": ({"pk": "plan", "suffix": "xlsx"}, IN_PLAN),
    "decisions": ({"pk": "plan"}, IN_PLAN),
    "decide": ({"pk": "plan", "task": "task"}, OVERSEE | UNIT),
    "requirement": ({"pk": "requirement"}, IN_PLAN),
    "requirement_action": ({"pk": "requirement"}, IN_PLAN),
    "task": ({"pk": "task"}, OVERSEE | UNIT),
    "task_action": ({"pk": "task"}, OVERSEE | UNIT),
    "urge_letter": ({"pk": "task"}, OVERSEE | UNIT),
    "evidence": ({"pk": "evidence"}, OVERSEE | UNIT),
    "preview": ({"pk": "draft"}, {"office"}),
    "edit_cell": ({"pk": "draft", "index": "0"}, {"office"}),
    "name_unit": ({"pk": "draft"}, {"office"}),
    "choose_sheet": ({"pk": "draft"}, {"office"}),
    "commit": ({"pk": "draft"}, {"office"}),
    "discard": ({"pk": "draft"}, {"office"}),
}
POST_ONLY = {
    "plan_action", "decide", "requirement_action", "task_action", "name_unit", "choose_sheet", "commit",
    "discard",
}  # fmt: skip


def with_object(module: Any) -> set[str]:
    return {p.name for p in module.urlpatterns if isinstance(p, URLPattern) and "<int:pk>" in str(p.pattern)}


def test_every_page_of_an_object_is_in_the_table() -> None:
    assert with_object(urls) == set(PAGES)
    assert with_object(people_urls) == {"do", "organisation"}


def address(world: Any, name: str) -> str:
    arguments = PAGES[name][0].items()
    return reverse(
        f"workplans:{name}",
        kwargs={
            key: getattr(world, value).pk if hasattr(world, value) else value for key, value in arguments
        },
    )


@pytest.mark.parametrize("name", PAGES)
def test_every_page_for_everyone(world: Any, insiders: Any, strangers: Any, name: str) -> None:
    """看得见的人得到页面或被带回，其余一律“没有这一页”，没登录的去登录，停用的账号等于没登录。

    外人请什么角色都有的来：视图只经由 visible_to 取数，那里各处各角色都试（见下）。
    """
    path = address(world, name)
    # 放弃、确认会删掉草稿：看得见的人放到最后。
    people = sorted((insiders | strangers).items(), key=lambda pair: pair[0] in PAGES[name][1])
    for username, user in people:
        client = Client()
        if user.is_authenticated:
            client.force_login(user)
        response = client.post(path) if name in POST_ONLY else client.get(path)
        if username in ("anonymous", "stopped"):
            assert response.status_code == 302 and "/accounts/login/" in response.url, (name, username)
        elif username in PAGES[name][1]:
            expected = 302 if name in POST_ONLY else 200
            assert response.status_code == expected, (name, username)
            assert name not in POST_ONLY or "/accounts/login/" not in response.url
        else:
            assert response.status_code == 404, (name, username, response.status_code)


def test_people_pages_stay_inside_the_tree(bureau: Any, outsiders: Any, insiders: Any) -> None:
    """人员、组织页：只有本单位的系统管理员动得了；别处的管理员找不到，别的角色没有权限。"""
    unit, handler = bureau.children.get(name="科技信息处"), insiders["handler"]
    pages = (("organisation", unit.pk), ("do", handler.pk))
    for username, user in (insiders | outsiders).items():
        client = Client()
        if user.is_authenticated:
            client.force_login(user)
        for name, pk in pages:
            path = reverse(f"people:{name}", args=[pk])
            response = client.get(path) if name == "organisation" else client.post(path)
            if username in ("anonymous", "stopped"):
                assert response.status_code == 302 and "login" in response.url
            elif username == "admin":
                assert response.status_code == (200 if name == "organisation" else 302)
            else:
                expected = 404 if username.endswith(("-administrator", "-all")) else 403
                assert response.status_code == expected, (name, username)
        assert Organisation.objects.visible_to(user).filter(pk=unit.pk).exists() == (
            username in insiders or username.startswith(("other-", "budget-"))
        ), "同一棵树里互相看得见名称，别的市看不见"
        assert User.staff.visible_to(user).filter(pk=handler.pk).exists() == (username == "admin")


MODELS = (
    Plan, Requirement, Assignment, ProgressReport, Extension, Evidence, SubTask, ImportDraft, Notice,
    SavedFilter,
)  # fmt: skip


def test_every_model_answers_the_same_question(world: Any, insiders: Any, outsiders: Any) -> None:
    """每个模型的 visible_to：外人一行也没有；看得见的人与上面的表一致。"""
    assert set(apps.get_app_config("workplans").get_models()) == set(MODELS), "新模型要有 visible_to"
    seen = {
        model: {
            name for name, user in (insiders | outsiders).items() if model.objects.visible_to(user).exists()
        }
        for model in MODELS
    }
    of_task = OVERSEE | UNIT
    assert seen == {
        Plan: IN_PLAN,
        Requirement: IN_PLAN,
        # 法规处、办公室的人看得见自己处室承担的任务。
        Assignment: IN_PLAN,
        ProgressReport: of_task,
        Extension: of_task,
        Evidence: of_task,
        SubTask: of_task,
        ImportDraft: {"office"},
        Notice: {"handler"},
        SavedFilter: {"office"},
    }
    assert Requirement.objects.visible_to(insiders["fagui"]).count() == 31, "表里各项都看得见"
    units = Assignment.objects.visible_to(insiders["fagui"]).values_list("organisation__name", flat=True)
    assert set(units) == {"法规处"}


def test_a_draft_report_stays_in_its_unit(world: Any, insiders: Any) -> None:
    ProgressReport.objects.update(state="draft")
    seen = {name for name, user in insiders.items() if ProgressReport.objects.visible_to(user).exists()}
    assert seen == UNIT


def test_nothing_is_seen_before_it_is_handed_out(world: Any, insiders: Any) -> None:
    Assignment.objects.update(state="draft")
    for name, user in insiders.items():
        assert Plan.objects.visible_to(user).exists() == (name in OVERSEE), name
        assert Assignment.objects.visible_to(user).exists() == (name in OVERSEE), name


def test_views_read_only_through_visible_to() -> None:
    """源码里视图凡用到这些模型的 objects，紧接着的必是 visible_to。"""
    names = {model.__name__ for model in MODELS} | {"Organisation", "User"}
    files = [*(SOURCE / "workplans" / "views").glob("*.py"), SOURCE / "accounts" / "views.py"]
    found = 0
    for path in files:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            manager = isinstance(node, ast.Attribute) and node.attr in ("objects", "staff")
            if manager and isinstance(node.value, ast.Name) and node.value.id in names:
                after = parents[node]
                shown = isinstance(after, ast.Attribute) and after.attr in ("visible_to", "update_or_create")
                assert shown, (path.name, node.lineno)
                found += 1
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "get_object_or_404":
                assert not (isinstance(node.args[0], ast.Name) and node.args[0].id in names), node.lineno
    assert found > 15
