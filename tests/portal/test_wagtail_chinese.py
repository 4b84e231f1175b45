"""采编后台的中文：Wagtail 各应用的每一条都有译文，占位和标签不差，.mo 不旧。"""

from __future__ import annotations

import gettext
import re
from collections import Counter
from pathlib import Path
from typing import Any

import django_filters
import pytest
from django.apps import apps
from django.utils.translation import trans_real
from django.views.i18n import JavaScriptCatalog
from test_language import HAN, _entries

from gongkai.portal.backoffice import script_messages

OURS = Path(apps.get_app_config("portal").path) / "locale" / "zh_Hans" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
TAG = re.compile(r"</?\w[^>]*>")
LETTER = re.compile("[A-Za-z]")
Message = dict[str, str]


def _messages(domain: str) -> list[Message]:
    """全部原文：装了的 Wagtail 应用，加筛选库（它没有英文目录，取它自己的中文目录里的原文）。"""
    found: list[Message] = []
    for config in apps.get_app_configs():
        path = Path(config.path) / "locale" / "en" / "LC_MESSAGES" / f"{domain}.po"
        if config.name.partition(".")[0] in ("wagtail", "taggit") and path.exists():
            found += _entries(path)
    if domain == "django":
        filters = Path(django_filters.__file__).parent / "locale" / "zh_CN" / "LC_MESSAGES" / "django.po"
        found += _entries(filters)
    return found


def _effective(domain: str) -> Any:
    """生效的目录：与页面、脚本所用的是同一个，查得到的第一条算数。"""
    if domain == "django":
        return trans_real.translation("zh-hans")._catalog
    packages = script_messages.view_initkwargs["packages"]  # type: ignore[attr-defined]
    paths = JavaScriptCatalog().get_paths(packages)
    return trans_real.DjangoTranslation("zh-hans", "djangojs", paths)._catalog


def _translation(catalogue: Any, entry: Message) -> str:
    key = f"{entry['msgctxt']}\x04{entry['msgid']}" if "msgctxt" in entry else entry["msgid"]
    return catalogue.get((key, 0) if "msgid_plural" in entry else key, "")


@pytest.mark.parametrize(("domain", "least"), [("django", 1200), ("djangojs", 80)])
def test_every_message_of_the_editing_office_is_in_chinese(domain: str, least: int) -> None:
    messages, catalogue = _messages(domain), _effective(domain)
    assert len(messages) > least
    missing = []
    for entry in messages:
        text = _translation(catalogue, entry)
        # 去掉占位和标签，译文里要有汉字；本来就没有字的（如“%(a)s - %(b)s”）至少不留英文。
        words = TAG.sub("", PLACEHOLDER.sub("", text))
        if not text or (LETTER.search(words) and not HAN.search(words)):
            missing.append(entry["msgid"])
    assert not missing, "要在 portal/locale/zh_Hans 补译"


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_placeholders_and_tags_agree(domain: str) -> None:
    catalogue = _effective(domain)
    for entry in _messages(domain):
        text = _translation(catalogue, entry)
        source = entry.get("msgid_plural", entry["msgid"])
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(source)), (source, text)
        assert Counter(TAG.findall(text)) == Counter(TAG.findall(source)), (source, text)


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_our_catalogue_holds_nothing_stale(domain: str) -> None:
    known = {entry["msgid"] for entry in _messages(domain)}
    entries = _entries(OURS / f"{domain}.po")
    assert not [entry["msgid"] for entry in entries if entry["msgid"] not in known], "Wagtail 已没有这些原文"
    with (OURS / f"{domain}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    compiled.pop("", None)
    expected = {
        (entry["msgid"], 0) if "msgid_plural" in entry else entry["msgid"]: entry.get("msgstr[0]", "")
        or entry.get("msgstr", "")
        for entry in entries
    }
    assert compiled == expected, "改了 .po 要重新编译：manage.py compilemessages -l zh_Hans"


def test_our_wording_wins() -> None:
    from django.utils.translation import gettext, override

    with override("zh-hans"):
        assert gettext("Unpublish") == "撤下" and gettext("Documents") == "附件"
        assert gettext("Log out") == "退出" and gettext("This field is required.") == "此项必填。"
    assert _effective("djangojs").get("Toggle sidebar") == "展开或收起侧栏"
