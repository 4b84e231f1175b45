"""渲染：以没有任何偏好的访客身份打开一个页面，记下它用到的信息。"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.test import RequestFactory
from django.urls import Resolver404, resolve
from django.utils.translation import override

from gongkai.records.models import Site
from gongkai.records.public import Preloaded, Tree, preloaded, tree_of
from gongkai.records.queries import watching

_factory = RequestFactory()
_RECORD: Final = re.compile(r"/content/post_(\d+)\.html")


@dataclass(frozen=True, slots=True)
class Rendered:
    """渲染结果：status 状态码，body 内容，uses 用到的信息编号，live 为其中当时公开着的。"""

    status: int
    body: bytes
    uses: frozenset[int]
    live: frozenset[int]


@dataclass(frozen=True, slots=True)
class Shared:
    """一批共用：站点和栏目树只取一次；一批之内不会变，变了的页面会重新排队。"""

    site: Site
    tree: Tree


def request_for(shared: Shared, path: str) -> Any:
    """访客的请求：没有 Cookie，没有登录。"""
    request: Any = _factory.get(path, SERVER_NAME=shared.site.domain, secure=not settings.DEBUG)
    request.user = AnonymousUser()
    request.session = {}
    request._site, request._columns = shared.site, shared.tree
    return request


def render(shared: Shared, path: str) -> Rendered:
    """打开页面：不经中间件，直接由网址找到视图；不存在的按 404 报告，其余错误照抛。"""
    with override(settings.LANGUAGE_CODE), watching() as seen:
        try:
            match = resolve(path)
            request = request_for(shared, path)
            request.resolver_match = match
            response = match.func(request, *match.args, **match.kwargs)
            if hasattr(response, "render"):
                response.render()
            body = b"".join(response) if response.streaming else response.content
        except (Http404, Resolver404):
            return Rendered(404, b"", frozenset(), frozenset())
    return Rendered(response.status_code, body, frozenset(seen), frozenset(seen.live))


@contextmanager
def together(paths: Iterable[str]) -> Iterator[None]:
    """一批信息页：先把它们要用的一起取来，逐页渲染时不再查库。"""
    found = (_RECORD.fullmatch(path) for path in paths)
    token = preloaded.set(Preloaded(int(match.group(1)) for match in found if match))
    try:
        yield
    finally:
        preloaded.reset(token)


def shared_for(site_pk: int) -> Shared:
    """共用的站点与栏目树。"""
    site = Site.objects.select_related("organisation__parent").get(pk=site_pk)
    return Shared(site, tree_of(site))
