"""门面：没有 nginx 时，烘焙好的页面不进 Django，直接发出。

在 WSGI 应用前面加一层：不带偏好 Cookie、不带查询的 GET 和 HEAD，有文件就发文件，没有的照常交给 Django。
内容缓存在内存里，每次只看一眼文件的修改时间，所以撤下的页面立刻就没有了。
"""

from __future__ import annotations

import gzip
import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from threading import Lock
from typing import Any, Final

Start = Callable[[str, list[tuple[str, str]]], Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]

_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_][A-Za-z0-9_.\-]*)*/?")
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?")
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
}
# 缓存的总字节数；一页 15 KB 时约四千页，其余的现读。
_CACHE_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Held:
    stamp: tuple[int, int]
    body: bytes
    zipped: bytes
    etag: str
    headers: list[tuple[str, str]]
    zipped_headers: list[tuple[str, str]]


class Front:
    """门面。

    参数：app 为后面的应用；root 为烘焙目录；headers 为每页都带的安全头；
    cookies 为会改变页面的偏好 Cookie 名，带了就交给应用；default 为没有自己目录的主机名所用的域名。
    """

    def __init__(
        self,
        app: App,
        *,
        root: Path,
        headers: Iterable[tuple[str, str]],
        cookies: Iterable[str],
        default: Callable[[], str | None],
    ) -> None:
        self.app, self.root, self.headers = app, os.fspath(root), list(headers)
        names = "|".join(re.escape(name) for name in cookies)
        self.varies = re.compile(rf"(?:^|;\s*)(?:{names})=")
        self.default = default
        self.cache: OrderedDict[str, _Held] = OrderedDict()
        self.held_bytes = 0
        self.lock = Lock()

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and not environ.get("QUERY_STRING"):
            cookie = environ.get("HTTP_COOKIE")
            if not cookie or not self.varies.search(cookie):
                held = self._find(environ.get("HTTP_HOST", ""), environ["PATH_INFO"])
                if held is not None:
                    return self._send(held, environ, start)
        return self.app(environ, start)

    def _send(self, held: _Held, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ.get("HTTP_IF_NONE_MATCH") == held.etag:
            start("304 Not Modified", [("ETag", held.etag), *self.headers])
            return [b""]
        zipped = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
        start("200 OK", held.zipped_headers if zipped else held.headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            return [b""]
        return [held.zipped if zipped else held.body]

    def _find(self, host: str, path: str) -> _Held | None:
        if not _PATH.fullmatch(path):
            return None
        if path.endswith("/"):
            path += "index.html"
        domain = host.partition(":")[0].lower()
        if _HOST.fullmatch(domain):
            held = self._read(f"{self.root}/{domain}{path}")
            if held is not None or os.path.isdir(f"{self.root}/{domain}"):
                return held
        # 没有自己目录的主机名（含 IP 地址）看默认站点的。
        other = self.default()
        return self._read(f"{self.root}/{other}{path}") if other else None

    def _read(self, name: str) -> _Held | None:
        try:
            found = os.stat(name)
        except OSError:
            self._forget(name)
            return None
        stamp = (found.st_mtime_ns, found.st_size)
        held = self.cache.get(name)
        if held is not None and held.stamp == stamp:
            return held
        try:
            with open(name, "rb") as file:
                body = file.read()
        except OSError:
            # 目录，或刚好被撤下。
            return None
        return self._hold(name, stamp, body)

    def _hold(self, name: str, stamp: tuple[int, int], body: bytes) -> _Held:
        etag = f'"{stamp[0]:x}-{stamp[1]:x}"'
        common = [
            ("Content-Type", _TYPES.get(os.path.splitext(name)[1], "application/octet-stream")),
            ("ETag", etag),
            ("Last-Modified", formatdate(stamp[0] / 1e9, usegmt=True)),
            # 每次都来问一声：撤下的立刻就没有，没变的只回 304。
            ("Cache-Control", "no-cache"),
            ("Vary", "Accept-Encoding, Cookie"),
            *self.headers,
        ]
        zipped = gzip.compress(body, 6, mtime=0)
        held = _Held(
            stamp,
            body,
            zipped,
            etag,
            [*common, ("Content-Length", str(len(body)))],
            [*common, ("Content-Encoding", "gzip"), ("Content-Length", str(len(zipped)))],
        )
        with self.lock:
            self._drop(name)
            self.cache[name] = held
            self.held_bytes += len(body) + len(zipped)
            while self.held_bytes > _CACHE_BYTES and len(self.cache) > 1:
                self._drop(next(iter(self.cache)))
        return held

    def _forget(self, name: str) -> None:
        if name in self.cache:
            with self.lock:
                self._drop(name)

    def _drop(self, name: str) -> None:
        old = self.cache.pop(name, None)
        if old is not None:
            self.held_bytes -= len(old.body) + len(old.zipped)
