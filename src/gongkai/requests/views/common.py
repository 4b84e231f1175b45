"""各页公用：分页、条件、期限的颜色、带回填的动作。"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property

from gongkai.core.calendar import current_calendar
from gongkai.core.states import Refused

from ..models import Case
from ..queries import remaining

PAGE_SIZE = 50


# 全部申请只数到这么多件：上百万件时数全要几百毫秒，而没有人翻到一万件以后，都先筛选。
COUNT_UP_TO = 10000


class _UpTo(Paginator):
    """只数到 most 件的分页。"""

    def __init__(self, rows: Any, size: int, most: int) -> None:
        super().__init__(rows, size)
        self.most = most

    @cached_property
    def count(self) -> int:
        return int(self.object_list.order_by()[: self.most].count())  # type: ignore[union-attr]


def page_of(request: HttpRequest, rows: Any, size: int = PAGE_SIZE, *, most: int | None = None) -> Page:
    """分页：页码有误时取最近的一页；most 为最多数到几件。"""
    paginator = Paginator(rows, size) if most is None else _UpTo(rows, size, most)
    return paginator.get_page(request.GET.get("page"))


def querystring(request: HttpRequest) -> str:
    """去掉页码的查询串。"""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def with_days(cases: Iterable[Case]) -> list[Case]:
    """各件加上 left：到催办日还有几个工作日；等候补正、缴费的不算。"""
    today, calendar = timezone.localdate(), current_calendar()
    found = list(cases)
    for case in found:
        stopped = case.waiting in ("correction", "payment") or not case.is_open
        case.left = None if stopped else remaining(case, today, calendar)  # type: ignore[attr-defined]
    return found


def tried(request: HttpRequest, action: Callable[[], Any]) -> bool:
    """做一个动作：返回是否成功；被拒绝时列出全部原因，由调用者把填的内容再显示出来。"""
    try:
        action()
    except Refused as refused:
        for refusal in refused.refusals:
            messages.error(request, refusal.message)
        return False
    return True
