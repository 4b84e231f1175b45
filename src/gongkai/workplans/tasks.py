"""台账的后台任务：到期提醒与发信。"""

from __future__ import annotations

from datetime import date, time
from smtplib import SMTPException

from django.core.mail import send_mail
from django_tasks import task

from gongkai.core.jobs import daily, retry_later


@task()
def deliver(to: str, subject: str, body: str, attempt: int = 1) -> str:
    """发信：一封提醒邮件；邮件服务不通时退避重试。"""
    try:
        send_mail(subject, body, None, [to])
    except (OSError, SMTPException) as error:
        return retry_later(deliver, attempt, error, to=to, subject=subject, body=body)
    return "已发"


@task()
def remind(day: str, attempt: int = 1) -> int:
    """到期提醒：给 day（ISO 日期）到档的任务发提醒，返回条数。"""
    from .reminders import remind_due

    return remind_due(date.fromisoformat(day))


@task()
def follow_tree(day: str, attempt: int = 1) -> int:
    """跟随组织：当年及以后各分工表按现在的组织树展开，返回新增件数。"""
    from .actions import follow_tree as follow
    from .models import Plan

    return sum(follow(None, plan) for plan in Plan.objects.filter(year__gte=date.fromisoformat(day).year))


daily("跟随组织变化", time(1, 0), lambda day: follow_tree.enqueue(day=day))
daily("到期提醒", time(8, 30), lambda day: remind.enqueue(day=day))
