"""公开内容变了：撤下的先从磁盘消失，再排队重写牵动的页面。"""

from __future__ import annotations

from typing import Any

from gongkai.records.models import Column, Placement, Record, Site
from gongkai.records.signals import column_changed, record_changed, record_withdrawn, site_changed

from . import files
from .models import Page, PageUse
from .pages import COMMON, all_pages, column_pages, shown_on
from .queue import enqueue, hold


def connect() -> None:
    """接收信号。"""
    record_changed.connect(changed, dispatch_uid="baking")
    record_withdrawn.connect(withdrawn, dispatch_uid="baking")
    column_changed.connect(column, dispatch_uid="baking")
    site_changed.connect(site, dispatch_uid="baking")


def changed(record: Record, **kwargs: Any) -> None:
    """有了新的公开版本。"""
    enqueue(shown_on(record), urgent=True)


def withdrawn(record: Record, **kwargs: Any) -> None:
    """不再公开：写着它的页面文件此刻就删，之后才提交；删了的页面由程序现写，队列随后补上文件。

    事务若回滚，页面仍由程序照常显示，只是暂无文件；队列也随之回滚，由每晚的核对补齐。
    """
    hold()
    own = record.get_absolute_url()
    uses = PageUse.objects.filter(record_id=record.pk)
    for page in Page.objects.filter(pk__in=uses.values("page")).select_related("site"):
        files.remove(files.file_of(page.site.domain, page.path))
    files.remove(files.file_of(record.site.domain, own))
    enqueue(shown_on(record), urgent=True)


def column(column: Column, **kwargs: Any) -> None:
    """栏目变了：它的各页、订阅和公共页重写；其中信息的面包屑也写着它。"""
    base = column.get_absolute_url()
    numbers = set(Placement.objects.filter(column=column).values_list("page", flat=True))
    paths = {*column_pages(column), *COMMON, *(f"{base}page_{number}.html" for number in numbers)}
    inside = Record.objects.filter(placements__column=column).only("pk")
    paths |= {record.get_absolute_url() for record in inside}
    enqueue((column.site_id, path) for path in paths)


def site(site: Site, **kwargs: Any) -> None:
    """站点变了：页头页脚写着它的名称和联系方式，全站重写。"""
    enqueue((site.pk, path) for path in all_pages(site))
