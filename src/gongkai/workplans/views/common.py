"""视图公用：表单差错的提示与分页。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from gongkai.formats.breakdown import Message

PAGE_SIZE = 50


def tell_errors(request: HttpRequest, form: forms.Form) -> None:
    """把表单的差错逐条提示，写明是哪一栏。"""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        for error in errors:
            text = _("%(label)s：%(text)s") % {"label": label, "text": error} if label else str(error)
            messages.error(request, text)


def say(message: Message) -> str:
    """读表差错用界面语言说出来；填入的位置等也是可译的。"""
    values = {name: say(v) if isinstance(v, Message) else v for name, v in message.values.items()}
    text = gettext(message.template)
    return text % values if values else text


def page_of(request: HttpRequest, rows: Any, size: int = PAGE_SIZE) -> Page:
    """分页：页码有误时取最近的一页。"""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def querystring(request: HttpRequest, *without: str) -> str:
    """去掉页码（和 without 各项）的查询串，供翻页、换条件的链接使用。"""
    query = request.GET.copy()
    for name in ("page", *without):
        query.pop(name, None)
    return query.urlencode()
