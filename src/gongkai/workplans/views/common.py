"""视图公用：拒绝的原因变成页面上的提示，筛选与分页。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from gongkai.core.states import Refused

PAGE_SIZE = 50


def attempt(request: HttpRequest, action: Callable[[], Any], done: str) -> bool:
    """执行一个动作：成功提示 done；被拒绝时列出全部原因。返回是否成功。"""
    try:
        action()
    except Refused as refused:
        for refusal in refused.refusals:
            messages.error(request, refusal.message)
        return False
    messages.success(request, done)
    return True


def tell_errors(request: HttpRequest, form: forms.Form) -> None:
    """把表单的差错逐条提示，写明是哪一栏。"""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        for error in errors:
            messages.error(request, f"{label}：{error}" if label else str(error))


def page_of(request: HttpRequest, rows: Any, size: int = PAGE_SIZE) -> Page:
    """分页：页码有误时取最近的一页。"""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def querystring(request: HttpRequest) -> str:
    """去掉页码的查询串，供翻页链接使用。"""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()
