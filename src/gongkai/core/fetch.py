"""取网页：访问人填的网址时，限时、限大小，不许访问内网。"""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

TIMEOUT: Final = 10.0
MAX_BYTES: Final = 20 * 1024 * 1024
_MAX_REDIRECTS: Final = 5
# 内容要在几倍时限之内取完：免得对方一个字节一个字节地拖着。
_WHOLE: Final = 6
_AGENT: Final = "Mozilla/5.0 (compatible; gongkai)"


class FetchError(Exception):
    """取不到：给人看的原因；status 为对方的状态码，没有连上为 0。"""

    def __init__(self, message: str, status: int = 0) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Fetched:
    """取到的：status 状态码，url 最后的网址，body 内容，content_type 内容类型。"""

    status: int
    url: str
    body: bytes
    content_type: str


def public_address(host: str, port: int, family: int = socket.AF_UNSPEC) -> str:
    """公网地址：解析主机名，返回第一个公网地址。错误：FetchError——解析不到，或全是内网地址。"""
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchError(_("找不到主机“%(host)s”") % {"host": host}) from None
    for *_rest, address in found:
        text = str(address[0]).partition("%")[0]
        if ipaddress.ip_address(text).is_global or settings.FETCH_PRIVATE:
            return text
    raise FetchError(_("“%(host)s”是内部网络的地址，不能访问") % {"host": host})


def fetch(
    url: str, *, timeout: float = TIMEOUT, max_bytes: int = MAX_BYTES, family: int = socket.AF_UNSPEC
) -> Fetched:
    """取网址：跟随转向（每一步都查地址），总时限和大小有限。

    参数：timeout 每一步的时限（秒）；max_bytes 内容上限，0 为只要状态不要内容；family 限定 IPv4 或 IPv6。
    错误：FetchError——网址不对、内网、超时、太大、状态码 4xx 或 5xx。
    """
    for _step in range(_MAX_REDIRECTS + 1):
        answer = _one(url, timeout, max_bytes, family)
        if isinstance(answer, Fetched):
            return answer
        url = urljoin(url, answer)
    raise FetchError(_("转向太多次"))


def _one(url: str, timeout: float, max_bytes: int, family: int) -> Fetched | str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError(_("网址要以 http:// 或 https:// 开头"))
    until = time.monotonic() + timeout * _WHOLE
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = public_address(parts.hostname, port, family)
        # 连的就是查过的那个地址，免得查过之后解析结果被换成内网。
        target = httpx.URL(url).copy_with(host=address)
        headers = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": _AGENT}
        with (
            httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client,
            client.stream(
                "GET", target, headers=headers, extensions={"sni_hostname": parts.hostname}
            ) as answer,
        ):
            if answer.is_redirect:
                return answer.headers.get("location", "")
            if answer.status_code >= 400:
                raise FetchError(_("对方回答 %(code)s") % {"code": answer.status_code}, answer.status_code)
            body = b""
            if max_bytes:
                for chunk in answer.iter_bytes():
                    body += chunk
                    if time.monotonic() > until:
                        raise FetchError(_("%(seconds)s 秒没有取完") % {"seconds": int(timeout * _WHOLE)})
                    if len(body) > max_bytes:
                        size = max_bytes // 1024 // 1024
                        raise FetchError(_("内容超过 %(size)s MB") % {"size": size})
            return Fetched(answer.status_code, url, body, answer.headers.get("content-type", ""))
    except httpx.TimeoutException:
        raise FetchError(_("%(seconds)s 秒内没有回答") % {"seconds": int(timeout)}) from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        raise FetchError(_("连接不上：%(error)s") % {"error": type(error).__name__}) from None
