"""每天凌晨核对：该有而没有文件的页面补上，不该有的文件去掉。"""

from __future__ import annotations

from datetime import time

from django_tasks import task

from gongkai.core.jobs import daily, poll
from gongkai.records.models import Site

from .baker import check, drain


@task()
def check_sites(day: str) -> str:
    """核对各站：返回补了几页、去掉几个。"""
    counts = [check(site) for site in Site.objects.filter(is_active=True)]
    return f"补 {sum(c.missing for c in counts)} 页，去掉 {sum(c.stray for c in counts)} 个"


daily("核对页面", time(3, 0), lambda day: check_sites.enqueue(day=day))
poll("烘焙", 0.3, drain)
