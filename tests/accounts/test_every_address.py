"""每个网址：没登录的、外单位的人，查看和提交都进不去，库里什么都不变。网址由解析器逐个数出来，新加的自动在内。"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from gongkai.audit.models import Entry


def patterns(found: Any, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in found.url_patterns:
        whole = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, whole)
        else:
            yield whole, pattern


def reachable(start: str) -> list[tuple[str, URLPattern]]:
    return [(path, pattern) for path, pattern in patterns(get_resolver()) if path.startswith(start)]


def filled(path: str, number: int) -> str:
    """填上参数：整数填 number，文字填常见的动作名。正则网址里的命名组同样。"""
    path = re.sub(r"<int:\w+>", str(number), path)
    path = re.sub(r"<(?:\w+:)?\w*(?:pk|id|number)\w*>", str(number), path)
    path = re.sub(r"<(?:\w+:)?\w+>", "x", path)
    path = re.sub(r"\(\?P<\w+>[^)]*\)|\(\[?\\d[^)]*\)|\(\.[*+]\)", str(number), path)
    return "/" + re.sub(r"[\^$\\?]", "", path)


def counts() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label.split(".")[0] not in ("sessions", "axes")
    }


def owner(pattern: URLPattern) -> str:
    """视图所属的应用；别处的视图为空。"""
    view = getattr(pattern.callback, "view_class", pattern.callback)
    parts = getattr(view, "__module__", "").split(".")
    return parts[1] if parts[0] == "gongkai" else ""


def numbers(label: str) -> list[int]:
    """本局各种对象的编号：一个应用的各模型里，最小的和最大的；label 为空的用整个系统的。"""
    found: set[int] = set()
    for model in apps.get_models():
        if not label or model._meta.app_label == label:
            keys = model._default_manager.values_list("pk", flat=True)
            found |= {key for key in keys if isinstance(key, int)}
    return sorted({min(found), max(found)}) if found else [1]


# 不看对象、谁都可以取的：译文目录和图标；选页面的窗口（页面树是空的）；放弃编辑会话（只认本人的）。
HARMLESS = re.compile(r"office/(jsi18n|sprite|choose-page|editing-sessions/release)/")


@pytest.mark.parametrize("start", ["staff/", "office/"])
def test_no_address_lets_a_stranger_in(
    start: str, ledger: Any, draft: Any, carry: Any, make: Any, outsider: Any, person: Any
) -> None:
    carry(make())
    before, entries = counts(), Entry.objects.count()
    nobody, stranger, office = (Client(raise_request_exception=False) for _ in range(3))
    stranger.force_login(outsider, backend="gongkai.accounts.permissions.DutyBackend")
    office.force_login(person("office"), backend="gongkai.accounts.permissions.DutyBackend")
    addresses, let_in = reachable(start), []
    tried: list[str] = []
    known: dict[str, list[int]] = {}
    for path, pattern in addresses:
        if HARMLESS.match(path):
            continue
        # 采编后台自带的网址多，各试一个编号；我们自己的两个都试。
        label = owner(pattern)
        if label not in known:  # 库里什么都不变（末尾要查），一个应用的编号数一次就够
            known[label] = numbers(label)
        chosen = known[label] if label else known[label][-1:]
        for address in sorted({filled(path, number) for number in chosen}):
            answers = [nobody.get(address)]
            if "<" in path:
                answers += [nobody.post(address), stranger.get(address), stranger.post(address)]
            for answer in answers:
                if answer.status_code not in (301, 302, 403, 404, 405):
                    let_in.append((answer.status_code, answer.request["REQUEST_METHOD"], address))
            tried += [address] if label and "<" in path else []
    assert not let_in and len(addresses) > 60
    assert counts() == before and Entry.objects.count() == entries
    # 对照：办公室用同样的网址看得到，才说明挡住外人的不是填错的编号。看有时也记一笔，所以放在最后。
    seen = [address for address in tried if office.get(address).status_code == 200]
    assert len(seen) >= 5, (tried, seen)
