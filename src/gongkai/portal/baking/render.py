"""渲染：以没有任何偏好的访客身份打开一个页面，记下它用到的信息。"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.test import RequestFactory
from django.urls import Resolver404, resolve
from django.utils.translation import override

from gongkai.records.models import Site
from gongkai.records.queries import watching

_factory = RequestFactory()


@dataclass(frozen=True, slots=True)
class Rendered:
    """渲染结果：status 状态码，body 内容，uses 用到的信息编号。"""

    status: int
    body: bytes
    uses: frozenset[int]


def request_for(site: Site, path: str) -> Any:
    """访客的请求：没有 Cookie，没有登录。"""
    request = _factory.get(path, SERVER_NAME=site.domain, secure=not settings.DEBUG)
    request.user = AnonymousUser()
    request.session = {}
    return request


def render(site: Site, path: str) -> Rendered:
    """打开页面：不经中间件，直接由网址找到视图；不存在的按 404 报告，其余错误照抛。"""
    with override(settings.LANGUAGE_CODE), watching() as seen:
        try:
            match = resolve(path)
            request = request_for(site, path)
            request.resolver_match = match
            response = match.func(request, *match.args, **match.kwargs)
            if hasattr(response, "render"):
                response.render()
            body = b"".join(response) if response.streaming else response.content
        except (Http404, Resolver404):
            return Rendered(404, b"", frozenset())
    return Rendered(response.status_code, body, frozenset(seen))
