"""同意、批准的须是打开时看到的那一稿：看过之后改了的不算，写的不丢。"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from foi_samples import INTERNAL

from gongkai.requests import actions


@pytest.fixture
def item(working: Any) -> Any:
    return working().items.get()


def test_harm_is_approved_as_it_was_read(item: Any, decide: Any, person: Any) -> None:
    """危害分析：领导打开之后承办人改了的，不能批准没看过的一稿；重新看过的可以。"""
    seen = decide(item, INTERNAL, materials={"harm_analysis": "甲稿"})
    now = decide(item, INTERNAL, materials={"harm_analysis": "乙稿"})
    with pytest.raises(actions.Changed) as caught:
        actions.approve_harm(person("leader"), item, version=seen.version)
    assert caught.value.theirs.materials == {"harm_analysis": "乙稿"}
    done = actions.approve_harm(person("leader"), item, version=now.version)
    assert done.materials["harm_approval"] == person("leader").pk
    with pytest.raises(actions.Changed):
        actions.approve_harm(person("leader"), item, version=now.version)


def test_a_stale_page_keeps_the_opinion(item: Any, decide: Any, person: Any, client: Any) -> None:
    """复核页面：版本过时的存不下，写的意见还在页上，版本换成现在的，看过再存就行。"""
    seen = decide(item, {"alive": "yes", "record": "no", "second": "not_yet"}).version
    now = decide(item, {"alive": "yes", "record": "no", "second": "agreed"}).version
    client.force_login(person("clerk"), backend="gongkai.accounts.permissions.DutyBackend")
    url = reverse("foi:item_act", args=[item.pk, "second"])
    for stale in (seen, "", "x"):
        page = client.post(url, {"version": stale, "agrees": "yes", "opinion": "确是投诉"})
        text = page.content.decode()
        assert page.status_code == 422 and "打开之后这一项改过" in text and "确是投诉" in text
        assert f'name="version" value="{now}"' in text
    assert client.post(url, {"version": now, "agrees": "yes", "opinion": "确是投诉"}).status_code == 302
    item.refresh_from_db()
    assert item.second_agrees


def test_a_letter_is_signed_as_it_was_read(working: Any, answer: Any, person: Any, client: Any) -> None:
    """签发：领导打开之后退回、改过、重新送来的，不能照先前的页面签；看过现在的可以。"""
    letter = answer(working(), until="pass_legal")
    client.force_login(person("leader"), backend="gongkai.accounts.permissions.DutyBackend")
    page = client.get(reverse("foi:letter", args=[letter.pk])).content.decode()
    old = re.search(r'name="seen" value="(\d+)"', page)[1]  # type: ignore[index]
    actions.move_letter(person("leader"), letter, "return_sign", opinion="事实再核")
    for who, name in (("handler", "submit"), ("secrecy", "pass_secrecy"), ("legal", "pass_legal")):
        actions.move_letter(person(who), letter, name)
    url = reverse("foi:letter_act", args=[letter.pk, "sign"])
    for stale in (old, "", "x"):
        page = client.post(url, {"seen": stale, "opinion": "同意"})
        assert page.status_code == 422 and "又经别人办过" in page.content.decode()
    letter.refresh_from_db()
    assert letter.state == "signing"
    now = re.search(r'name="seen" value="(\d+)"', page.content.decode())[1]  # type: ignore[index]
    assert client.post(url, {"seen": now, "opinion": "同意"}).status_code == 302
    letter.refresh_from_db()
    assert letter.state == "signed"
