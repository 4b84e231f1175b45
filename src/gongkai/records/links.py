"""链接：站内的到库里查，站外的由后台任务去看，结果存下来；办理时只看结果，绝不等外站。"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.core.fetch import FetchError, fetch

from .models import Column, Edition, LinkCheck, Record, Site
from .texts import links

_POST: Final = re.compile(r"/content/post_(\d+)\.(?:html|docx|pdf)")
_COLUMN: Final = re.compile(r"/columns/(.+?)(?:index\.html|\d+\.html)?")
# 对方在，只是不让程序看：不算失效。
_GUARDED: Final = frozenset({401, 403, 405, 406, 412, 418, 429})
_GONE: Final = frozenset({404, 410})
_TIMEOUT: Final = 6.0
FRESH: Final = timedelta(days=7)


def hosts() -> set[str]:
    """本平台的域名。"""
    return set(Site.objects.values_list("domain", flat=True))


def external(hrefs: Iterable[str], own: set[str]) -> list[str]:
    """站外网址：http、https 而且不在本平台的。"""
    found = []
    for href in hrefs:
        parts = urlsplit(href)
        if parts.scheme in ("http", "https") and parts.hostname and parts.hostname not in own:
            found.append(href[:300])
    return found


def internal_problem(href: str, own: set[str]) -> tuple[str, bool]:
    """站内链接的毛病：（说明, 是否拦下）；没有毛病说明为空。"""
    parts = urlsplit(href)
    if parts.scheme not in ("", "http", "https") or (parts.hostname and parts.hostname not in own):
        return "", False
    if not parts.path.startswith("/"):
        return "", False
    if found := _POST.fullmatch(parts.path):
        record = Record.objects.filter(pk=int(found.group(1)[:18])).first()
        if record is None:
            return _("库里没有这条信息"), True
        if record.withdrawn_at:
            return _("指向的信息已撤下"), True
        if record.live_id is None:
            return _("指向的信息还没有公开"), False
        return "", False
    if found := _COLUMN.fullmatch(parts.path):
        exists = Column.objects.open().filter(path=found.group(1)).exists()
        return ("", False) if exists else (_("没有这个栏目"), True)
    try:
        resolve(parts.path)
    except Resolver404:
        return _("本站没有这个地址"), True
    return "", False


def check(url: str) -> LinkCheck:
    """查一个站外网址，存下结果；明确回答没有（404、410）的才算失效，不通的算暂时不通。"""
    state, detail = LinkCheck.State.ALIVE, ""
    try:
        fetch(url, timeout=_TIMEOUT, max_bytes=0)
    except FetchError as error:
        detail = str(error)[:200]
        if error.status in _GONE:
            state = LinkCheck.State.DEAD
        elif error.status not in _GUARDED:
            state = LinkCheck.State.UNSURE
    with in_turn():
        row, _created = LinkCheck.objects.select_for_update().get_or_create(url=url)
        row.state, row.detail, row.checked_at = state, detail, timezone.now()
        row.failures = 0 if state == LinkCheck.State.ALIVE else row.failures + 1
        row.save()
    return row


def unchecked(edition: Edition) -> list[str]:
    """该去查的：这一版正文和关系里，没有查过或结果已旧的站外网址。"""
    hrefs = [*links(edition.body), *(row.url for row in edition.relations.all() if row.url)]
    wanted = list(dict.fromkeys(external(hrefs, hosts())))
    fresh = LinkCheck.objects.filter(url__in=wanted, checked_at__gt=timezone.now() - FRESH)
    known = set(fresh.values_list("url", flat=True))
    return [url for url in wanted if url not in known]
