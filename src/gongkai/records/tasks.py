"""信息资源库的后台任务：查链接、定时发布。"""

from __future__ import annotations

from django_tasks import task

from gongkai.core.jobs import poll

from . import links, publishing
from .models import Edition


@task()
def check_links(edition: int, attempt: int = 1) -> int:
    """查链接：一版里没查过的站外网址，返回查了几个。"""
    found = Edition.objects.filter(pk=edition).first()
    urls = links.unchecked(found) if found else []
    for url in urls:
        links.check(url)
    return len(urls)


# 到时间一分钟之内要公开：每五秒看一次。
poll("定时发布", 5.0, publishing.publish_due)
