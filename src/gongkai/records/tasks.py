"""信息资源库的后台任务：查链接、定时发布、每日算时效和维护。"""

from __future__ import annotations

from datetime import date, time
from time import sleep

from django_tasks import task

from gongkai.audit.actions import in_turn
from gongkai.core.jobs import daily, poll, retry_later
from gongkai.core.parts import in_parts

from . import links, official, probes, publishing, searching, sorting, upkeep, validity
from .models import Edition, Record, Site


@task()
def check_links(edition: int, attempt: int = 1) -> int:
    """查链接：一版里没查过的站外网址，返回查了几个。"""
    found = Edition.objects.filter(pk=edition).first()
    urls = links.unchecked(found) if found else []
    for url in urls:
        links.check(url)
    return len(urls)


@task()
def keep_validity(day: str, attempt: int = 1) -> int:
    """时效：按 day（ISO 日期）重算全库，返回变了几条。"""
    return validity.refresh_all(date.fromisoformat(day))


@task()
def keep_library(day: str, attempt: int = 1) -> dict[str, int]:
    """库维护：复查链接，逐类开、结待办，返回各类新开几件。"""
    upkeep.recheck_links()
    official.compare_all(date.fromisoformat(day))
    return upkeep.keep(date.fromisoformat(day))


@task()
def follow_site(site: int) -> int:
    """站点启停之后：逐条重新交给检索，各自一个事务；返回几条。"""
    count = 0
    for record in in_parts(Record.objects.public().filter(site=site).only("pk"), 500):
        with in_turn():
            searching.changed(Record, record=record)
        count += 1
    return count


@task()
def sort_column(column: int, attempt: int = 1) -> str:
    """归栏：一批一批办完；中途停了，再做时接着办。"""
    try:
        while not sorting.step(column):
            # 让一让：SQLite 一次只有一个写者，也不排队。
            sleep(0.02)
    except Exception as error:  # noqa: BLE001 任何错误都按退避重试
        return retry_later(sort_column, attempt, error, column=column)
    return "办完"


@task()
def probe_sites(day: str, attempt: int = 1) -> int:
    """探测各在用站点的 IPv6，返回探测了几个。"""
    sites = list(Site.objects.filter(is_active=True))
    for site in sites:
        probes.probe(site)
    return len(sites)


daily("探测站点", time(4, 0), lambda day: probe_sites.enqueue(day=day))
daily("时效", time(0, 1), lambda day: keep_validity.enqueue(day=day))
daily("信息资源库维护", time(1, 30), lambda day: keep_library.enqueue(day=day))
# 到时间一分钟之内要公开：每五秒看一次。
poll("定时发布", 5.0, publishing.publish_due)
