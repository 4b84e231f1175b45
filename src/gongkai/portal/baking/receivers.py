"""公开内容变了：撤下的先从磁盘消失，再排队重写牵动的页面。"""

from __future__ import annotations

from typing import Any

from gongkai.records.models import Column, Record, Site
from gongkai.records.signals import (
    column_changed,
    column_left,
    record_changed,
    record_withdrawn,
    records_placed,
    site_changed,
)

from . import files
from .models import BakeTask, Page, PageUse
from .pages import COMMON, column_pages, listed_on, shown_on
from .queue import enqueue, hold
from .tasks import rewrite_column, rewrite_site


def connect() -> None:
    """接收信号。"""
    record_changed.connect(changed, dispatch_uid="baking")
    record_withdrawn.connect(withdrawn, dispatch_uid="baking")
    column_changed.connect(column, dispatch_uid="baking")
    column_left.connect(left, dispatch_uid="baking")
    records_placed.connect(placed, dispatch_uid="baking")
    site_changed.connect(site, dispatch_uid="baking")


def changed(record: Record, **kwargs: Any) -> None:
    """有了新的公开版本。"""
    enqueue(shown_on(record), urgent=True)
    enqueue(listed_on(record))


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
    enqueue(listed_on(record))


def column(column: Column, listed: bool = False, **kwargs: Any) -> None:
    """栏目变了：它的首页、订阅和公共页马上重写；装订页和其中的信息（面包屑写着它）可能上万，交后台排队。"""
    enqueue((column.site_id, path) for path in (*column_pages(column), *COMMON))
    if listed:
        return
    rewrite_column.enqueue(column=column.pk, base=column.get_absolute_url())


def placed(column: Column, records: list[int], pages: set[int], **kwargs: Any) -> None:
    """归栏：进出的信息（页面上的所在位置变了）和所在的装订页重写；栏目首页等办完再写。"""
    bound = (f"{column.get_absolute_url()}page_{page}.html" for page in pages)
    own = (Record(pk=pk).get_absolute_url() for pk in records)
    enqueue((column.site_id, path) for path in (*bound, *own))


def left(column: Column, page: int, **kwargs: Any) -> None:
    """栏目里少了一条：那一个装订页和栏目首页、订阅重写。"""
    bound = f"{column.get_absolute_url()}page_{page}.html"
    enqueue(((column.site_id, path) for path in (bound, *column_pages(column), *COMMON)), urgent=True)


def site(site: Site, former: str = "", **kwargs: Any) -> None:
    """站点变了：页头页脚写着它的名称和联系方式，公共页马上重写，其余的交后台排队。

    停用的、改了域名的，原来的文件此刻就去掉：不能再由原来的地址看到。
    """
    if former and (not site.is_active or former != site.domain):
        hold()
        BakeTask.objects.filter(site=site).delete()
        PageUse.objects.filter(page__site=site).delete()
        Page.objects.filter(site=site).delete()
        # 停用的留着空目录：门面和 nginx 由此知道这个域名不归默认站点。
        files.remove_all(former, keep=not site.is_active)
    if site.is_active:
        enqueue((site.pk, path) for path in COMMON)
        rewrite_site.enqueue(site=site.pk)
