"""系统管理：只有管理员能改人员和组织，每次留一条审计。"""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from gongkai.accounts import actions
from gongkai.accounts.models import Duty, User
from gongkai.audit.models import Entry
from gongkai.core.models import Organisation
from gongkai.core.states import Refused


def new_user(person: Any, bureau: Any, actor: str = "admin", **changes: Any) -> User:
    values = {"username": "zhang", "name": "张三", "email": "", "organisation": bureau, "role": "handler",
              "password": "Shuiwu-2026-ok"} | changes  # fmt: skip
    return actions.create_user(person(actor), **values)


def test_an_administrator_makes_a_user(bureau: Any, person: Any) -> None:
    before = Entry.objects.count()
    user = new_user(person, bureau)
    assert user.check_password("Shuiwu-2026-ok") and user.duties.get().role == Duty.Role.HANDLER
    assert Entry.objects.count() == before + 1
    for changes, message in (
        ({"username": "ZHANG"}, "已经有了"),
        ({"username": "li", "password": "123"}, "密码"),
    ):
        with pytest.raises(Refused, match=message):
            new_user(person, bureau, **changes)
    with pytest.raises(Refused, match="系统管理员"):
        new_user(person, bureau, organisation=bureau.parent, username="wang")


@pytest.mark.parametrize("actor", ["office", "handler", "head", "leader", "city", "auditor"])
def test_nobody_else_can(bureau: Any, person: Any, actor: str) -> None:
    with pytest.raises(Refused, match="系统管理员"):
        new_user(person, bureau, actor)
    client = Client()
    client.force_login(person(actor))
    assert client.get("/staff/people/").status_code == client.get("/staff/organisations/").status_code == 403
    response = client.post(f"/staff/people/{person('head').pk}/do/", {"do": "stop"})
    assert response.status_code == 403 and person("head").is_active


def test_an_administrator_cannot_lock_everyone_out(bureau: Any, person: Any) -> None:
    admin = person("admin")
    with pytest.raises(Refused, match="停用自己"):
        actions.set_active(admin, admin, active=False)
    with pytest.raises(Refused, match="自己的系统管理员"):
        actions.take_duty(admin, admin.duties.get())


def test_pages_work(bureau: Any, person: Any, django_assert_max_num_queries: Any) -> None:
    client = Client()
    client.force_login(person("admin"))
    with django_assert_max_num_queries(30):
        assert "陈协调" in client.get("/staff/people/").content.decode()
    form = {
        "name": "河道处",
        "kind": "division",
        "parent": bureau.pk,
        "tags": "审批、执法",
        "is_active": "on",
    }
    assert client.post("/staff/organisations/", form).status_code == 302
    made = Organisation.objects.get(name="河道处")
    assert made.tags == ["审批", "执法"]
    assert "已有" in client.post("/staff/organisations/", form).content.decode()
    client.post(f"/staff/organisations/{made.pk}/", {"do": "alias", "alias": "河湖处"})
    assert made.aliases.get().name == "河湖处"
    client.post(f"/staff/organisations/{made.pk}/", form | {"tags": "", "name": "河湖管理处"})
    made.refresh_from_db()
    assert (made.name, made.tags) == ("河湖管理处", [])
    handler = person("handler")
    client.post(f"/staff/people/{handler.pk}/do/", {"do": "give", "organisation": made.pk, "role": "head"})
    assert handler.duties.filter(organisation=made, role="head").exists()
    client.post(f"/staff/people/{handler.pk}/do/", {"do": "stop"})
    assert not person("handler").is_active
    assert client.get(f"/staff/organisations/{bureau.parent.pk}/").status_code == 404


def test_an_administrator_lifts_a_lost_second_step(bureau: Any, person: Any) -> None:
    handler, client = person("handler"), Client()
    client.force_login(person("admin"))
    page = client.post(f"/staff/people/{handler.pk}/do/", {"do": "unlock"}, follow=True).content.decode()
    assert "没有启用登录的第二步" in page
    TOTP.activate(handler, generate_totp_secret())
    page = client.post(f"/staff/people/{handler.pk}/do/", {"do": "unlock"}, follow=True).content.decode()
    assert "登录的第二步已解除" in page and not Authenticator.objects.exists()
    assert Entry.objects.latest("number").action == "accounts.reset_second_factors"


def test_an_administrator_registers_an_email(bureau: Any, person: Any) -> None:
    admin, handler = person("admin"), person("handler")
    actions.set_email(admin, handler, email=" lin@shuiwu.example ")
    assert person("handler").email == "lin@shuiwu.example"
    for email, message in (("not an address", "写得不对"), ("Office@example.invalid", "已由别的账号")):
        with pytest.raises(Refused, match=message):
            actions.set_email(admin, handler, email=email)
    with pytest.raises(Refused, match="系统管理员"):
        actions.set_email(person("office"), handler, email="x@shuiwu.example")
