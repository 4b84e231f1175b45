"""站点探测：域名有没有 IPv6 地址、经 IPv6 打不打得开、与 IPv4 看到的是不是同一个页面。"""

from __future__ import annotations

import hashlib
import re
import socket
from typing import Final

from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.fetch import FetchError, fetch

from .models import Site, SiteProbe

_TIMEOUT: Final = 10.0


def addresses(host: str, family: socket.AddressFamily) -> list[str] | None:
    """解析：某一族的全部地址；确知没有为空，解析服务不通为 None。"""
    try:
        found = socket.getaddrinfo(host, 443, family, socket.SOCK_STREAM)
    except socket.gaierror as error:
        return None if error.errno == socket.EAI_AGAIN else []
    except (OSError, UnicodeError):
        return None
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def _title(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    found = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    return " ".join(found.group(1).split()) if found else hashlib.sha256(body).hexdigest()


def _visit(domain: str, family: socket.AddressFamily) -> tuple[str, str]:
    """访问首页：（页面题名, 打不开的原因）；先 https 后 http。"""
    why = ""
    for scheme in ("https", "http"):
        try:
            return _title(fetch(f"{scheme}://{domain}/", timeout=_TIMEOUT, family=family).body), ""
        except FetchError as error:
            why = why or str(error)
    return "", why


def probe(site: Site) -> SiteProbe:
    """探测一个站点，存下结果。IPv4 也解析不到、打不开的，证明不了什么，记为没有网络。"""
    host = site.domain.partition(":")[0]
    v4, v6 = addresses(host, socket.AF_INET), addresses(host, socket.AF_INET6)
    page4, _why4 = _visit(site.domain, socket.AF_INET) if v4 else ("", "")
    page6, why6 = _visit(site.domain, socket.AF_INET6) if v6 else ("", _("域名没有 IPv6 地址"))
    with in_turn():
        row = SiteProbe.objects.create(
            site=site,
            online=bool(page4 or page6),
            addresses=v6 or [],
            reachable=bool(page6),
            same_as_ipv4=page4 == page6 if page4 and page6 else None,
            detail="" if page6 else why6[:300],
        )
        audit(None, "records.probe_site", site, online=row.online, reachable=row.reachable)
    return row
