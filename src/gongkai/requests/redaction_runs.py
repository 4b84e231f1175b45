"""后台遮盖：页数多的一份一页一页地做，看得见进度，可以停下、接着做；全部证明通过才成为拟提供的信息。

每页做好就存下，进程中途没了，从没做的那页接着。锁的次序：先申请，再这一次遮盖，最后审计的链头。
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from gongkai.core.states import Refusal, Refused
from gongkai.formats.documents import DocumentError
from gongkai.formats.redaction import Box, bind, burn_page, page_count

from . import states
from .actions.common import lock, refuse, require
from .models import BurntPage, CaseFile, RedactionRun
from .redaction import before_review, content, keep_redacted, ready_to_redact
from .trail import audit

State = RedactionRun.State
# 至多这么多页的当场做；再多的进后台，不占着网页进程。
AT_ONCE: Final = 5
# 这么久没有动、任务也没有在排的，算后台没了。
_SILENT: Final = timedelta(seconds=60)


def is_long(row: CaseFile) -> bool:
    """要不要进后台。错误：Refused——打不开。"""
    try:
        return page_count(content(row)) > AT_ONCE
    except DocumentError as error:
        raise Refused([Refusal("file", f"{row.name}：{error}")]) from error


def start(user: Any, row: CaseFile, boxes: Sequence[Box]) -> RedactionRun:
    """开始后台遮盖：记下现在的遮盖框，排入后台。点了两下的，第二下返回正在做的那一次。

    没做完的上一次作废，它的遮盖框是旧的，不能再接着做。
    错误：Refused——同 redaction.redact；别人正在用别的框遮盖同一份。
    """
    data = content(row)
    try:
        total = page_count(data)
        for box in boxes:
            box.check(total)
    except DocumentError as error:
        raise Refused([Refusal("file", f"{row.name}：{error}")]) from error
    given = [asdict(box) for box in boxes]
    try:
        with transaction.atomic():
            row.case = lock(row.case)
            ready_to_redact(user, row, boxes)
            old = RedactionRun.objects.select_for_update().filter(file=row)
            for each in old.filter(state=State.RUNNING):
                if each.boxes == given and each.by_id == user.pk:
                    return each
                refuse("busy", _("这份文件正在遮盖，做好或者停下以后才能重新遮盖"))
            for each in old.filter(state=State.STOPPED):
                each.state, each.note = State.FAILED, "改了遮盖框，重新遮盖"
                each.save(update_fields=["state", "note"])
                _drop_pages(each)
            run: RedactionRun = RedactionRun.objects.create(
                case=row.case, file=row, boxes=given, total=total, by=user
            )
            audit(user, "requests.start_redaction", row.case, run=run.pk, file=row.pk, boxes=len(given))
            _enqueue(run)
    except IntegrityError:
        refuse("busy", _("这份文件正在遮盖，做好或者停下以后才能重新遮盖"))
    return run


def stop(user: Any, run: RedactionRun) -> RedactionRun:
    """停下：做好的页留着，可以接着做。错误：Refused。"""
    with transaction.atomic():
        run.case = lock(run.case)
        run = _locked(run)
        require(user, run.case, states.WORKERS, _("遮盖"))
        if not run.running:
            refuse("state", _("这一次已经不在做了"))
        run.state, run.note = State.STOPPED, f"{user}停下的"
        run.save(update_fields=["state", "note"])
        audit(user, "requests.stop_redaction", run.case, run=run.pk, done=run.done)
    return run


def resume(user: Any, run: RedactionRun) -> RedactionRun:
    """接着做：做好的页不重做；照开始时的遮盖框。错误：Refused。"""
    try:
        with transaction.atomic():
            run.case = lock(run.case)
            run = _locked(run)
            require(user, run.case, states.WORKERS, _("遮盖"))
            before_review(run.case)
            if run.state not in (State.STOPPED, State.RUNNING) or (run.running and is_alive(run)):
                refuse("state", _("这一次已经在做或者做完了；遮盖框改过的请重新遮盖"))
            run.state, run.note, run.by, run.step = State.RUNNING, "", user, run.step + 1
            run.moved_at = timezone.now()
            run.save(update_fields=["state", "note", "by", "step", "moved_at"])
            audit(user, "requests.resume_redaction", run.case, run=run.pk, done=run.done)
            _enqueue(run)
    except IntegrityError:
        refuse("busy", _("这份文件正在遮盖，做好或者停下以后才能重新遮盖"))
    return run


def is_alive(run: RedactionRun) -> bool:
    """正在做的这一次还有没有人在做：任务排着、在做，或者刚刚动过。"""
    from django_tasks_db.models import DBTaskResult

    if timezone.now() - run.moved_at < _SILENT:
        return True
    rows = DBTaskResult.objects.filter(
        status__in=("READY", "RUNNING"), task_path__endswith="carry_on_redaction"
    )
    return any(row.args_kwargs["kwargs"].get("run") == run.pk for row in rows)


def halt(run: RedactionRun, step: int, state: str, reason: str) -> None:
    """因故停下（STOPPED，可接着做）或没有做成（FAILED，要重新遮盖）：写明原因和怎么办。"""
    with transaction.atomic():
        run = _locked(run)
        if run.running and run.step == step:
            run.state, run.note = state, reason[:500]
            run.save(update_fields=["state", "note"])
            audit(run.by, "requests.halt_redaction", run.case, run=run.pk, done=run.done)
            if state == State.FAILED:
                _drop_pages(run)


def work_off(run: RedactionRun, step: int, *, seconds: float | None = None) -> RedactionRun:
    """做一段：至多 seconds 秒，没做完的排入下一段；最后一段装订、证明、存下。

    错误：数据库、磁盘的错照样抛出，由任务退避重试。
    """
    run = RedactionRun.objects.select_related("case__agency", "file__case__agency", "by").get(pk=run.pk)
    if not run.running or run.step != step:
        return run
    until, data = time.monotonic() + (seconds or float("inf")), content(run.file)
    boxes = [Box(**box) for box in run.boxes]
    with override("zh-hans"):
        try:
            for number in range(run.done, run.total):
                if not _keep_page(run, number, burn_page(data, number, boxes)):
                    return _fresh(run)
                if time.monotonic() >= until:
                    return _hand_over(run)
            _finish(run, boxes)
        except (DocumentError, Refused) as error:
            halt(
                run, step, State.FAILED, f"{run.file.name}：{error}。没有保存；原件没有动，请改好以后重新遮盖"
            )
    return _fresh(run)


def _fresh(run: RedactionRun) -> RedactionRun:
    row: RedactionRun = RedactionRun.objects.get(pk=run.pk)
    return row


def _locked(run: RedactionRun) -> RedactionRun:
    rows = RedactionRun.objects.select_related("case__agency", "by").select_for_update(of=("self",))
    row: RedactionRun = rows.get(pk=run.pk)
    return row


def _enqueue(run: RedactionRun) -> None:
    from .tasks import carry_on_redaction

    carry_on_redaction.enqueue(run=run.pk, step=run.step)


def _keep_page(run: RedactionRun, number: int, burnt: Any) -> bool:
    """存下一页；停了、别人接着做了的为 False。"""
    width, height, filters, data = burnt
    with transaction.atomic():
        now = _locked(run)
        if not now.running or now.step != run.step or now.done != number:
            return False
        page = BurntPage(run=now, number=number, width=width, height=height, filters=filters)
        # 上次存了文件、没来得及提交的，占着这个名字。
        storage = page.content.storage
        storage.delete(f"requests/redaction/{now.pk}/{number}")
        page.content.save(str(number), ContentFile(data), save=False)
        page.save()
        now.done, now.moved_at = number + 1, timezone.now()
        now.save(update_fields=["done", "moved_at"])
    return True


def _hand_over(run: RedactionRun) -> RedactionRun:
    with transaction.atomic():
        now = _locked(run)
        if now.running and now.step == run.step:
            now.step += 1
            now.save(update_fields=["step"])
            _enqueue(now)
    return now


def _finish(run: RedactionRun, boxes: Sequence[Box]) -> None:
    """装订、证明、存下：证明不通过的抛出 DocumentError，什么也不存。"""
    pages = []
    for page in BurntPage.objects.filter(run=run).order_by("number"):
        with page.content.open("rb") as file:
            pages.append((page.width, page.height, page.filters, file.read()))
    if len(pages) != run.total:
        raise DocumentError("有几页没有做好")
    made = bind(pages, boxes)
    with transaction.atomic():
        lock(run.case)
        now = _locked(run)
        if not now.running or now.step != run.step:
            return
        now.made = keep_redacted(run.by, run.file, boxes, made)
        now.state, now.moved_at = State.DONE, timezone.now()
        now.save(update_fields=["made", "state", "moved_at"])
        _drop_pages(now)


def _drop_pages(run: RedactionRun) -> None:
    names = [page.content.name for page in run.burnt.all()]
    storage = BurntPage._meta.get_field("content").storage
    run.burnt.all().delete()
    transaction.on_commit(lambda: [storage.delete(name) for name in names])
