"""选后端：缺省内嵌 tantivy；设了 SEARCH_URL 用 OpenSearch。"""

from __future__ import annotations

import threading

from django.conf import settings

from .base import Backend, Reader
from .embedded import Embedded

_readers: dict[tuple[str, str, str], Reader] = {}
_lock = threading.Lock()


def backend() -> Backend:
    """当前设置的后端。"""
    if settings.SEARCH_URL:
        from .opensearch import OpenSearch

        return OpenSearch(settings.SEARCH_URL, settings.SEARCH_PREFIX)
    return Embedded(settings.SEARCH_DIR)


def reader(generation: str) -> Reader:
    """一代的读者：本进程里只打开一次；换代时旧的放掉。错误：Unavailable。"""
    chosen = backend()
    place = str(getattr(chosen, "folder", settings.SEARCH_URL))
    key = (chosen.name, place, generation)
    found = _readers.get(key)
    if found is None:
        with _lock:
            _readers.clear()
            found = _readers[key] = chosen.reader(generation)
    return found


def forget() -> None:
    """放掉打开的读者：换了设置之后用。"""
    with _lock:
        _readers.clear()
