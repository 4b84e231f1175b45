"""汇聚：按变更流水从下级站点取数；校验不符的不收，对方撤下的立刻撤下，停在出错处，下次接着取。"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urljoin

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.fetch import FetchError, fetch
from gongkai.records.receiving import Arrival, receive, receive_withdrawal

from .models import Source
from .schemas import checksum

logger = logging.getLogger(__name__)
BATCH = 200


class PullError(Exception):
    """取数出错：给人看的原因。"""


@dataclass(slots=True)
class Pulled:
    """取数结果：received 收了几条，withdrawn 撤了几条。"""

    received: int = 0
    withdrawn: int = 0


def _web(url: str) -> str:
    """只认 http 网址：收来的地址要写成公众页面的链接，别的（如 javascript:）一律不要。"""
    return url if url.startswith(("http://", "https://")) else ""


def _json(url: str) -> Any:
    try:
        return json.loads(fetch(url).body)
    except ValueError:
        raise PullError(_("%(url)s 回答的不是 JSON，请核对接口地址") % {"url": url}) from None


def pull(source: Source) -> Pulled:
    """取到最新：逐页逐条，每条一个事务；出错时记下原因、停在那一条之前。"""
    done = Pulled()
    try:
        while _page(source, done):
            pass
    except (FetchError, PullError, ValidationError) as error:
        reason = "；".join(error.messages) if isinstance(error, ValidationError) else str(error)
        _remember(source, error=reason[:300])
    except Exception as error:  # noqa: BLE001 对方的数据可能错得出乎意料，不能耽误别的来源
        logger.exception("取数出错：来源 %s", source.pk)
        detail = f"{type(error).__name__} {error}"
        _remember(source, error=(_("对方的数据收不下：%(error)s") % {"error": detail})[:300])
    else:
        _remember(source, error="")
    if done.received or done.withdrawn:
        with in_turn():
            values = {"received": done.received, "withdrawn": done.withdrawn, "cursor": source.cursor}
            audit(None, "api.pull", source, **values)
    return done


def _remember(source: Source, *, error: str) -> None:
    source.pulled_at, source.error = timezone.now(), error
    source.save(update_fields=["cursor", "pulled_at", "error"])


def _page(source: Source, done: Pulled) -> bool:
    query = urlencode({"after": source.cursor, "limit": BATCH, "site": source.remote_site})
    page = _json(urljoin(source.base_url, f"changes?{query}"))
    try:
        # 同一条在一页里变了几次，只取最后一次；撤下的先办。
        final = {row["record"]: row for row in page["items"]}
        for row in sorted(final.values(), key=lambda row: (not row["withdrawn"], row["seq"])):
            _one(source, row, done)
        source.cursor = page["last"]
        source.save(update_fields=["cursor"])
        return bool(page["more"])
    except (KeyError, TypeError, AttributeError) as error:
        raise PullError(_("接口的回答缺少 %(name)s，请核对对方的版本") % {"name": error}) from None


def _one(source: Source, row: dict[str, Any], done: Pulled) -> None:
    url = _web(urljoin(source.base_url, row["url"]))
    if not url:
        raise PullError(_("对方给的网址不是 http 网址，没有收"))
    if row["withdrawn"]:
        done.withdrawn += receive_withdrawal(site=source.site, url=url)
        return
    try:
        whole = _json(urljoin(source.base_url, f"records/{row['record']}"))
    except FetchError as error:
        if error.status == 404:
            # 流水之后又撤了，后面会有撤下的一条。
            return
        raise
    if checksum(whole) != whole["sha256"]:
        raise PullError(_("“%(title)s”的校验值不符，没有收") % {"title": whole["title"]})
    arrival = Arrival(
        url=url,
        sha256=whole["sha256"],
        kind=whole["kind"],
        published_at=datetime.fromisoformat(whole["first_published_at"]),
        values=whole,
        files=[_file(source, file) for file in whole["attachments"]],
        relations=[r | {"url": _web(urljoin(url, r["url"])) if r["url"] else ""} for r in whole["relations"]],
    )
    record = receive(source.author, site=source.site, organisation=source.organisation, arrival=arrival)
    done.received += record is not None


def _file(source: Source, file: dict[str, Any]) -> tuple[str, bytes]:
    body = fetch(urljoin(source.base_url, file["url"])).body
    if hashlib.sha256(body).hexdigest() != file["sha256"]:
        raise PullError(_("附件“%(name)s”的校验值不符，没有收") % {"name": file["name"]})
    return file["name"], body


def pull_all() -> int:
    """各在用来源都取一遍：返回收、撤的条数。"""
    count = 0
    for source in Source.objects.filter(is_active=True):
        done = pull(source)
        count += done.received + done.withdrawn
    return count
