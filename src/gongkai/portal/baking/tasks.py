"""每天凌晨核对：该有而没有文件的页面补上，不该有的文件去掉；大批重写在后台排队。"""

from __future__ import annotations

from datetime import time

from django_tasks import task

from gongkai.core.jobs import daily, poll
from gongkai.records.models import Column, Site

from .baker import check, drain, enqueue_all, enqueue_each
from .models import Page
from .pages import inside


@task()
def check_sites(day: str) -> str:
    """核对各站：返回补了几页、去掉几个。"""
    counts = [check(site) for site in Site.objects.filter(is_active=True)]
    return f"补 {sum(c.missing for c in counts)} 页，去掉 {sum(c.stray for c in counts)} 个"


@task()
def rewrite_site(site: int) -> int:
    """全站重写：各页排队，返回页数；排队之前停用了的不排。"""
    found = Site.objects.filter(pk=site, is_active=True).first()
    return enqueue_all(found) if found else 0


@task()
def rewrite_column(column: int, base: str) -> int:
    """栏目重写：装订页、其中各条信息，和 base（改网址之前的也是）之下写过的页面排队，返回页数。"""
    found = Column.objects.filter(pk=column).first()
    if found is None:
        return 0
    written = Page.objects.filter(site=found.site_id, path__startswith=base).values_list("path", flat=True)
    return enqueue_each(found.site_id, inside(found)) + enqueue_each(found.site_id, written.iterator())


daily("核对页面", time(3, 0), lambda day: check_sites.enqueue(day=day))
poll("烘焙", 0.3, drain)
