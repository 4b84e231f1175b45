"""成批：内容相同的申请照一件登记、分办、答复、发出；逐件一个事务、一条审计，停了从停的地方接着办。

一组一次只办一件事（数据库的唯一约束）。一段一段地由后台任务办：一件一个短事务，件与件之间不占写锁；
进度和这一件的结果同一事务，进程中途没了，没有提交的就是没有办，不会重也不会漏。锁的次序：先申请，再这一次成批，
再编号，最后审计的链头；停下、接着办只锁这一次成批和链头。
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import Error, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.formats.documents.model import DocumentError

from .. import letters, states
from ..models import Case, GroupEntry, GroupRun, Letter
from ..trail import audit
from . import alike
from .common import refuse, require
from .handling import assign
from .intake import register
from .sending import dispatch

logger = logging.getLogger(__name__)
S, Name, State = Case.State, GroupRun.Name, GroupRun.State
CHUNK: Final = 200
# 连着几件程序出错就停下：多半是磁盘满、字体没了一类的事，不必把几万件都试一遍。
FAULTS: Final = 10
# SQLite 一次只有一个写的：每件之后歇一下，让网页上等着写的先写。
BREATH: Final = 0.02  # 秒


class Halted(Exception):
    """停下：不是这一件的事，往下也办不成。"""


@dataclass(frozen=True, slots=True)
class Job:
    """能成批办的一件事：label 名称，duties 谁可以，source 办的是哪一阶段的，start(user, case) 开始时查、
    备好样子，act(user, case, 样子) 办一件。"""

    label: Any
    duties: frozenset[str]
    source: str
    start: Callable[[Any, Case], Any]
    act: Callable[[Any, Case, Any], Any]
    # 发出是各发各的，所照的一件也在内。
    with_lead: bool = False


def twins(case: Case, *stages: str) -> Any:
    """内容相同的其他申请：同一机关、同一内容键、没有另办的，处在所给阶段的。"""
    rows = Case.objects.filter(agency=case.agency_id, group_key=case.group_key, apart=False, state__in=stages)
    return rows.exclude(pk=case.pk).exclude(group_key="")


def members(case: Case, name: str) -> Any:
    """可以成批办 name 的各件。"""
    rows = twins(case, JOBS[name].source)
    if not JOBS[name].with_lead:
        return rows
    same = {"agency": case.agency_id, "group_key": case.group_key, "apart": False}
    return Case.objects.filter(**same, state=JOBS[name].source).exclude(group_key="")


# ---- 四件事 ----


def _like_registered(user: Any, case: Case) -> tuple[str, list[str]]:
    if not case.registered_at:
        refuse("register", _("请先登记其中一件，其余照它登记"))
    return case.summary, list(case.items.filter(round=case.round).values_list("text", flat=True))


def _like_assigned(user: Any, case: Case) -> dict[str, Any]:
    rows = list(case.assignments.select_related("organisation"))
    if not rows:
        refuse("assign", _("请先分办其中一件，其余照它分办"))
    return {
        "units": [row.organisation for row in rows],
        "lead": next((row.organisation for row in rows if row.lead), None),
        "note": rows[0].note,
        "handler": case.handler,
    }


def _like_answered(user: Any, case: Case) -> alike.Pattern:
    return alike.pattern_of(case)


def _answer(user: Any, case: Case, pattern: alike.Pattern) -> None:
    # 所照的一件作废了、退回了，其余的不能再照它。
    if not Letter.objects.filter(pk=pattern.letter.pk, state__in=("signed", *Letter.SENT)).exists():
        raise Halted(_("所照的答复已经作废或者退回，没有办的不再照它办"))
    alike.answer_like(user, case, pattern)


def _send(user: Any, case: Case, pattern: Any) -> None:
    if case.route != Case.Route.PORTAL:
        refuse("route", _("申请人要求“%(route)s”，请逐件发出") % {"route": case.get_route_display()})
    found = case.letters.filter(round=case.round, state="signed").exclude(outcome="").first()
    if found is None:
        refuse("letter", _("没有待发出的答复，请逐件办理"))
    try:
        dispatch(user, found, carrier="portal")
    except FileNotFoundError:
        refuse("file", _("定稿的文件找不到了，请作废后重新签发"))


JOBS: Final = {
    Name.REGISTER: Job(
        Name.REGISTER.label, states.OFFICE, S.RECEIVED, _like_registered,
        lambda user, case, like: register(user, case, summary=like[0], items=like[1]),
    ),
    Name.ASSIGN: Job(
        Name.ASSIGN.label, states.OFFICE, S.TRIAGE, _like_assigned,
        lambda user, case, like: assign(user, case, **like),
    ),
    Name.ANSWER: Job(
        Name.ANSWER.label, states.LEADER, S.WORKING, _like_answered, _answer
    ),
    Name.DISPATCH: Job(
        Name.DISPATCH.label, states.OFFICE, S.SIGNED, lambda user, case: None, _send, with_lead=True
    ),
}  # fmt: skip


# ---- 开始、停下、接着办 ----


def start_group(user: Any, case: Case, name: str) -> GroupRun:
    """开始成批办理：照 case 办 name，排入后台；返回这一次。

    错误：Refused——没有职责、没有可照的样子、没有可办的、这一组正在办（点了两下、别人已开始）。
    """
    job = JOBS[Name(name)]
    try:
        with transaction.atomic():
            require(user, case, job.duties, str(job.label))
            pattern = job.start(user, case)
            total = members(case, name).count()
            if not total:
                refuse("none", _("没有可以成批办的，可能别人已先办了"))
            if _runs(case).filter(name=name, state=State.STOPPED).exists():
                refuse("stopped", _("上一次停在半路，请到那一次的页面上接着办"))
            run = GroupRun.objects.create(
                agency_id=case.agency_id,
                group_key=case.group_key,
                case=case,
                letter=pattern.letter if name == Name.ANSWER else None,
                name=name,
                total=total,
                by=user,
            )
            audit(user, "requests.start_group", case, run=run.pk, what=name, total=total)
            _enqueue(run)
    except IntegrityError:
        refuse("busy", _("这一组正在成批办理，办完或者停下以后才能办下一件事"))
    return run


def _runs(case: Case) -> Any:
    return GroupRun.objects.filter(agency=case.agency_id, group_key=case.group_key)


def _enqueue(run: GroupRun) -> None:
    from ..tasks import carry_on_group

    carry_on_group.enqueue(run=run.pk, step=run.step)


def _locked(run: GroupRun) -> GroupRun:
    row: GroupRun = GroupRun.objects.select_for_update().get(pk=run.pk)
    return row


# 原因、说明存在库里，谁看都是中文。
_in_chinese = override("zh-hans")


def stop_group(user: Any, run: GroupRun) -> GroupRun:
    """停下：手上的一件办完就停，办成的不撤；可以接着办。错误：Refused——没有职责、已经不在办。"""
    with transaction.atomic():
        run = _locked(run)
        require(user, run.case, JOBS[Name(run.name)].duties | states.OFFICE, _("停下成批办理"))
        if not run.running:
            refuse("state", _("这一次已经不在办了"))
        run.state, run.note = State.STOPPED, f"{user}停下的"
        run.save(update_fields=["state", "note"])
        audit(user, "requests.stop_group", run.case, run=run.pk, done=run.done, held=run.held)
    return run


def resume_group(user: Any, run: GroupRun) -> GroupRun:
    """接着办：停下的、后台没了的，从停的地方接着；此后由接着办的人负责。错误：Refused。"""
    from ..queries import is_alive

    try:
        with transaction.atomic():
            run = _locked(run)
            require(user, run.case, JOBS[Name(run.name)].duties, run.get_name_display())
            if run.state == State.DONE:
                refuse("state", _("这一次已经办完"))
            if run.running and is_alive(run):
                refuse("state", _("这一次正在办"))
            run.state, run.note, run.by, run.step = State.RUNNING, "", user, run.step + 1
            run.moved_at = timezone.now()
            run.save(update_fields=["state", "note", "by", "step", "moved_at"])
            audit(user, "requests.resume_group", run.case, run=run.pk, done=run.done, held=run.held)
            _enqueue(run)
    except IntegrityError:
        refuse("busy", _("这一组正在成批办理，办完或者停下以后才能办下一件事"))
    return run


def halt_group(run: GroupRun, step: int, reason: str) -> None:
    """因故停下：不是哪一件的事；写明原因，等人看过再接着办。"""
    with transaction.atomic():
        run = _locked(run)
        if run.running and run.step == step:
            run.state, run.note = State.STOPPED, reason[:300]
            run.save(update_fields=["state", "note"])
            audit(run.by, "requests.halt_group", run.case, run=run.pk, done=run.done, reason=run.note)


# ---- 办 ----


@_in_chinese
def work_off_group(run: GroupRun, step: int, *, seconds: float | None = None) -> GroupRun:
    """办一段：至多 seconds 秒（None 为办到底），没办完的排入下一段；返回办过以后的这一次。

    每件试一次：办成的、没有办成的（写明原因）都记下，不耽误后面的。step 过时的什么也不做。
    错误：数据库、磁盘的错照样抛出，由任务退避重试，从没有提交的那一件接着。
    """
    run = GroupRun.objects.select_related("case__agency", "by").get(pk=run.pk)
    if not run.running or run.step != step:
        return run
    job, user, until = JOBS[Name(run.name)], run.by, time.monotonic() + (seconds or float("inf"))
    try:
        pattern = _checked(job, run)
        faults = 0
        while ids := list(_left(run).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
            for pk in ids:
                outcome = _try_one(job, run, user, pk, pattern)
                if outcome is None:
                    return GroupRun.objects.get(pk=run.pk)
                faults = faults + 1 if outcome == "fault" else 0
                if faults == FAULTS:
                    raise Halted(_("连着 %(n)s 件程序出错，请管理员看过后台日志再接着办") % {"n": FAULTS})
                if time.monotonic() >= until:
                    return _hand_over(run)
                if not connection.features.has_select_for_update:
                    time.sleep(BREATH)
    except (Halted, Refused) as reason:
        halt_group(run, step, str(reason))
        return GroupRun.objects.get(pk=run.pk)
    return _finished(run)


def _checked(job: Job, run: GroupRun) -> Any:
    """备好样子；发起人没有职责了、样子没有了的，停下。"""
    require(run.by, run.case, job.duties, str(job.label))
    pattern = job.start(run.by, run.case)
    if run.letter_id and pattern.letter.pk != run.letter_id:
        raise Halted(_("所照的答复已经作废或者退回，没有办的不再照它办"))
    return pattern


def _left(run: GroupRun) -> Any:
    return members(run.case, run.name).filter(pk__gt=run.cursor)


def _try_one(job: Job, run: GroupRun, user: Any, pk: int, pattern: Any) -> str | None:
    """试一件：返回 done、held、fault、skip（已不在这一阶段）；停下了、别人接着办了的返回 None。"""
    started, outcome, reason = time.monotonic(), "skip", ""
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("agency", "applicant").get(pk=pk)
        now = _locked(run)
        if not now.running or now.step != run.step:
            return None
        if pk <= now.cursor:
            # 以为没了、其实还在的另一个进程刚试过。
            run.cursor = now.cursor
            return "skip"
        if case.state == job.source and not case.apart and case.group_key == run.group_key:
            outcome, reason = _acted(job, user, case, pattern)
            state = GroupEntry.State.DONE if outcome == "done" else GroupEntry.State.HELD
            GroupEntry.objects.create(run=now, case=case, state=state, reason=reason[: GroupEntry.LONGEST])
        GroupRun.objects.filter(pk=run.pk).update(
            cursor=pk,
            done=F("done") + int(outcome == "done"),
            held=F("held") + int(outcome in ("held", "fault")),
            seconds=F("seconds") + (time.monotonic() - started),
            moved_at=timezone.now(),
        )
    run.cursor = pk
    return outcome


def _acted(job: Job, user: Any, case: Case, pattern: Any) -> tuple[str, str]:
    try:
        with transaction.atomic():
            job.act(user, case, pattern)
    except Refused as refused:
        return "held", str(refused)
    except (Halted, Error, OSError):
        raise
    except Exception:
        # 一件的怪事不耽误别人的；连着出错的由 work_off_group 停下。
        logger.exception("成批办理出错：%s", case.number)
        return "fault", _("程序出错，请逐件办理；多次出现的请告诉管理员")
    return "done", ""


def _hand_over(run: GroupRun) -> GroupRun:
    """这一段到时候了：下一段排在别的任务后面。换段和排队同一事务，不会断，也不会有两段。"""
    with transaction.atomic():
        now = _locked(run)
        if now.running and now.step == run.step:
            now.step += 1
            now.save(update_fields=["step"])
            _enqueue(now)
    return now


def _finished(run: GroupRun) -> GroupRun:
    with transaction.atomic():
        now = _locked(run)
        if now.running and now.step == run.step:
            now.state, now.ended_at = State.DONE, timezone.now()
            now.save(update_fields=["state", "ended_at"])
            audit(run.by, "requests.finish_group", run.case, run=run.pk, done=now.done, held=now.held)
    return now


# ---- 组里的一件 ----


def take_apart(user: Any, case: Case, *, reason: str) -> Case:
    """另办：这一件不随组，逐件办理；编号、期限都不变，可以放回去。错误：Refused。"""
    return _move_apart(user, case, True, reason)


def put_back(user: Any, case: Case) -> Case:
    """放回组里：照组里的一起办。错误：Refused。"""
    return _move_apart(user, case, False, "")


def _move_apart(user: Any, case: Case, apart: bool, reason: str) -> Case:
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("agency").get(pk=case.pk)
        require(user, case, states.OFFICE, _("另办"))
        if apart and not reason.strip():
            refuse("reason", _("请写明为什么另办"))
        if not case.is_open:
            refuse("state", _("这件申请已经答复，不能再这样做"))
        if case.apart == apart:
            refuse("state", _("这件申请已经另办") if apart else _("这件申请就在组里"))
        case.apart = apart
        case.save(update_fields=["apart"])
        audit(user, "requests.take_apart" if apart else "requests.put_back", case, reason=reason[:300])
    return case


def preview_like(user: Any, case: Case, like: Case) -> bytes:
    """预览：照 like 的答复，case 的一份会写成什么样（PDF）；文书上有姓名，看过记审计。错误：Refused。"""
    with transaction.atomic():
        require(user, case, states.LEADER | states.OFFICE, _("预览"))
        shown = alike.rehearse(user, case, alike.pattern_of(like))
        audit(user, "requests.preview_like", case, like=like.number)
    try:
        return letters.typeset(replace(shown, watermark="预览　未签发"))
    except DocumentError as error:
        refuse("letter", str(error))


def assign_many(
    user: Any, agency: Organisation, cases: Sequence[Case], *, units: Sequence[Organisation]
) -> list[str]:
    """多件分办：所选各件分给同样的处室；返回没有分成的（编号：原因）。"""
    failed = []
    for case in cases:
        try:
            assign(user, case, units=units)
        except Refused as refused:
            failed.append(f"{case.number}：{refused}")
    return failed
