"""预览的接口：门户登记“照公众页面写出一版”的函数，采编后台来调用；门户在上层，这里不引入它。"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_template

from .models import Edition

Renderer = Callable[[HttpRequest, Edition], HttpResponse]
_renderers: list[Renderer] = []


def register(renderer: Renderer) -> None:
    """登记：renderer(request, edition) 返回公众页面；只留最后登记的一个。"""
    _renderers[:] = [renderer]


def render(request: HttpRequest, edition: Edition) -> HttpResponse:
    """预览：门户登记了就由门户写；只装了信息库、没装门户的，用审查台的版式。"""
    if _renderers:
        return _renderers[0](request, edition)
    from .desk import facts, safe_body

    context = {"edition": edition, "facts": facts(edition), "body": safe_body(edition.body)}
    return render_template(request, "records/office/page.html", context)
