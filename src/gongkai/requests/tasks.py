"""依申请公开的后台任务：提醒、意见逾期登记、发信。"""

from __future__ import annotations

from datetime import date, time
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPSenderRefused

from django.core.mail import DNS_NAME, EmailMessage
from django.db import Error
from django_tasks import TaskContext, task

from gongkai.core.jobs import DELAYS, daily, poll, retry_later

from . import incoming
from .models import Applicant


@task(takes_context=True)
def deliver(
    context: TaskContext,
    subject: str,
    body: str,
    to: str = "",
    attempt: int = 1,
    message_id: str = "",
    case: int = 0,
    applicant: int = 0,
) -> str:
    """发信：邮件服务不通、说稍后再试（4xx）的退避重试；被拒收（5xx）的不再试，case 的工作机构会收到提醒。

    至少发一次：服务器收下之后、记下“已发”之前进程没了，会再发一次；Message-ID 相同，认得出是同一封。
    """
    if applicant:
        # 申请人的地址到发的时候才取：排队的任务里不留个人信息；已去标识的没有地址，不发。
        to = Applicant.objects.values_list("email", flat=True).get(pk=applicant)
        if not to:
            return "没有地址"
    # 任务重做时编号不变，Message-ID 由它来；退避另排的任务把它带过去。
    message_id = message_id or f"<{context.task_result.id}@{DNS_NAME}>"
    try:
        EmailMessage(subject, body, None, [to], headers={"Message-ID": message_id}).send()
    except (OSError, SMTPException) as error:
        lasting = refused_for_good(error)
        if (lasting or attempt > len(DELAYS)) and case:
            from .actions import mail_failed

            mail_failed(case, "对方拒收" if lasting else "多次发不出去")
        if lasting:
            raise
        again = {"subject": subject, "body": body, "message_id": message_id, "case": case}
        again |= {"applicant": applicant} if applicant else {"to": to}
        return retry_later(deliver, attempt, error, **again)
    return "已发"


def refused_for_good(error: Exception) -> bool:
    """是不是再试也没有用：收信人、发信人、信的内容被以 5xx 拒收；登录不上、连接断了的不算。"""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, SMTPSenderRefused | SMTPDataError) and error.smtp_code >= 500


@task()
def remind_requests(day: str, attempt: int = 1) -> int:
    """期限提醒：day（ISO 日期）到档的各件，返回新发条数。"""
    from .actions import lapse_opinions, remind

    today = date.fromisoformat(day)
    lapse_opinions(today)
    return remind(today)


# 成批办理每一段最多几秒：别的任务排在段与段之间。
GROUP_SECONDS = 20.0


@task()
def carry_on_group(run: int, step: int, attempt: int = 1) -> str:
    """成批办理：办一段，没办完的另排下一段；库、磁盘一时不通的退避重试，再不通就停下等人。"""
    from .actions import halt_group, work_off_group
    from .models import GroupRun

    row = GroupRun.objects.get(pk=run)
    try:
        row = work_off_group(row, step, seconds=GROUP_SECONDS)
    except (OSError, Error) as error:
        if attempt > len(DELAYS):
            halt_group(row, step, f"库或者磁盘多次不通：{error}")
        return retry_later(carry_on_group, attempt, error, run=run, step=step)
    return f"{row.get_state_display()}：办成 {row.done} 件，没有办成 {row.held} 件"


@task()
def carry_on_redaction(run: int, step: int, attempt: int = 1) -> str:
    """后台遮盖：做一段，没做完的另排下一段；库、磁盘一时不通的退避重试，再不通就停下等人。"""
    from . import redaction_runs
    from .models import RedactionRun

    row = RedactionRun.objects.get(pk=run)
    try:
        row = redaction_runs.work_off(row, step, seconds=GROUP_SECONDS)
    except (OSError, Error) as error:
        if attempt > len(DELAYS):
            reason = "库或者磁盘多次不通，请告诉管理员，好了以后点“接着办”"
            redaction_runs.halt(row, step, RedactionRun.State.STOPPED, reason)
        return retry_later(carry_on_redaction, attempt, error, run=run, step=step)
    return f"{row.get_state_display()}：{row.done} 页，共 {row.total} 页"


daily("依申请公开提醒", time(8, 0), lambda day: remind_requests.enqueue(day=day))


@task()
def purge_drafts(day: str, attempt: int = 1) -> int:
    """清理网上填写：过期没有提交的删去，返回份数。"""
    from .public.drafts import purge

    return purge()


daily("清理网上填写的草稿", time(3, 30), lambda day: purge_drafts.enqueue(day=day))


@task()
def anonymise_requests(day: str, attempt: int = 1) -> str:
    """去标识：个人信息保存期满、已经移交的各件；day（ISO 日期），没有做成的写明原因。"""
    from .archive import anonymise_due
    from .forgetting import forget_filed

    done, failed = anonymise_due(date.fromisoformat(day))
    done += forget_filed(date.fromisoformat(day))
    return f"去标识 {done} 件" + (f"；没有做成：{'；'.join(failed)}" if failed else "")


daily("申请个人信息到期去标识", time(2, 30), lambda day: anonymise_requests.enqueue(day=day))

# 申请邮箱一分钟看一次；没有设置邮箱的什么也不做。
poll("收取申请邮件", 60.0, incoming.fetch)
