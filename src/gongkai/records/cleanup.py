"""清理：一轮规范性文件清理，逐件定结论，结果成为一条信息送审；公开之后，所列文件的时效随之变化。"""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused

from . import actions, states
from .kinds import Kind
from .models import CleanupItem, CleanupRound, Edition, Record, Relation, Site

D = CleanupItem.Decision
STARTERS: Final = states.OFFICE | states.LEGAL
# 已废止、失效的不必再清理。
_OVER: Final = (Record.Validity.REPEALED, Record.Validity.LAPSED)
# 结论生效的关系：要修改的等修改它的文件公开，不在这里生效。
_EFFECT: Final = {D.REPEAL: Relation.Kind.REPEALS, D.LAPSE: Relation.Kind.LAPSES}
# 公布的清理结果是公文，总是中文。
_LISTS: Final = (
    (D.KEEP, "继续有效的规范性文件目录"),
    (D.AMEND, "拟修改的规范性文件目录"),
    (D.REPEAL, "废止的规范性文件目录"),
    (D.LAPSE, "宣布失效的规范性文件目录"),
)


def _require(user: Any, organisation: Organisation, roles: frozenset[str], message: str) -> None:
    if not states.holds(user, organisation, roles):
        raise Refused([Refusal("duty", message)])


def _list_new(round: CleanupRound) -> int:
    listed = round.items.values("record")
    rows = Record.objects.public().filter(agency=round.organisation, kind=Kind.NORMATIVE)
    fresh = rows.exclude(validity__in=_OVER).exclude(pk__in=listed).order_by("live__written_on", "pk")
    made = CleanupItem.objects.bulk_create(CleanupItem(round=round, record=row) for row in fresh)
    return len(made)


def open_round(user: Any, organisation: Organisation, *, title: str) -> CleanupRound:
    """开一轮清理：列入本单位公开的、未废止失效的全部规范性文件。错误：Refused。"""
    _require(user, organisation, STARTERS, _("只有办公室协调员和合法性审查人可以开展清理"))
    if not title.strip():
        raise Refused([Refusal("title", _("请写明这一轮清理的名称"))])
    with in_turn():
        if CleanupRound.objects.filter(organisation=organisation, state=CleanupRound.State.OPEN).exists():
            raise Refused([Refusal("open", _("还有一轮清理没有完成"))])
        round = CleanupRound.objects.create(organisation=organisation, title=title.strip()[:120])
        listed = _list_new(round)
        if not listed:
            raise Refused([Refusal("empty", _("没有需要清理的规范性文件"))])
        audit(user, "records.open_cleanup", round, listed=listed)
    return round


def decide(user: Any, item: CleanupItem, *, decision: str, reason: str = "") -> CleanupItem:
    """定结论：由承办单位提出，或由办公室、法制定；修改、废止、失效的要写理由。错误：Refused。"""
    own = states.holds(user, item.record.organisation, states.WRITERS)
    if not own:
        _require(user, item.round.organisation, STARTERS, _("您没有为这件文件定清理结论的职责"))
    if decision not in D.values or decision == D.NONE:
        raise Refused([Refusal("decision", _("请选一个清理结论"))])
    if decision != D.KEEP and not reason.strip():
        raise Refused([Refusal("reason", _("修改、废止、宣布失效的要写理由"))])
    with in_turn():
        locked = CleanupItem.objects.select_for_update().select_related("round").get(pk=item.pk)
        if locked.round.state != CleanupRound.State.OPEN:
            raise Refused([Refusal("state", _("这一轮清理已经完成"))])
        locked.decision, locked.reason, locked.decided_by = decision, reason.strip()[:300], user
        locked.save()
        audit(user, "records.decide_cleanup", locked, decision=decision, reason=reason)
    return locked


def finish(user: Any, round: CleanupRound, *, organisation: Organisation, site: Site) -> CleanupRound:
    """完成清理：逐件都有结论后，生成清理结果（公告和废止、失效的关系）并送审；由将拟稿的处室的人办理。

    参数：organisation 结果的承办单位；site 发布的站点。清理期间新公开的文件会补列进来，也要定结论。
    错误：Refused——没有拟稿职责、还有没定的、结果不能过关。
    """
    with in_turn():
        locked = CleanupRound.objects.select_for_update().get(pk=round.pk)
        if locked.state != CleanupRound.State.OPEN:
            raise Refused([Refusal("state", _("这一轮清理已经完成"))])
        if organisation.agency != locked.organisation or site.organisation_id != locked.organisation_id:
            raise Refused([Refusal("unit", _("承办单位和站点须属于开展清理的单位"))])
        missed = _list_new(locked)
        undecided = locked.items.filter(decision=D.NONE).count()
        if undecided:
            message = ngettext("还有 %(n)s 件没有结论", "还有 %(n)s 件没有结论", undecided) % {"n": undecided}
            if missed:
                message += _("（其中 %(n)s 件是清理期间新公开的）") % {"n": missed}
        else:
            message = ""
            locked.result = _result(user, locked, organisation, site)
            locked.state, locked.finished_on = CleanupRound.State.FINISHED, timezone.localdate()
            locked.save()
            audit(user, "records.finish_cleanup", locked, result=locked.result_id)
    # 补列的行要留下，所以在事务之外说明原因。
    if message:
        raise Refused([Refusal("undecided", message)])
    return locked


def may_reopen(round: CleanupRound) -> bool:
    """可重开：清理结果没有公开过，各版都已放弃。"""
    result = round.result
    if round.state != CleanupRound.State.FINISHED or result is None or result.first_published_at:
        return False
    return not result.editions.exclude(state=Edition.State.DISCARDED).exists()


def reopen(user: Any, round: CleanupRound, *, reason: str) -> CleanupRound:
    """重开：结果被退回、放弃的，改了结论再生成。错误：Refused——没有职责、没写理由、结果还在办或已公开。"""
    _require(user, round.organisation, STARTERS, _("只有办公室协调员和合法性审查人可以开展清理"))
    if not reason.strip():
        raise Refused([Refusal("reason", _("请写明为什么重开"))])
    with in_turn():
        locked = CleanupRound.objects.select_for_update().get(pk=round.pk)
        if not may_reopen(locked):
            raise Refused([Refusal("result", _("清理结果还在办理或已公开，不能重开；先放弃结果的草稿"))])
        if CleanupRound.objects.filter(
            organisation=locked.organisation, state=CleanupRound.State.OPEN
        ).exists():
            raise Refused([Refusal("open", _("还有一轮清理没有完成"))])
        locked.state, locked.finished_on, locked.result = CleanupRound.State.OPEN, None, None
        locked.save()
        audit(user, "records.reopen_cleanup", locked, reason=reason)
    return locked


def _result(user: Any, round: CleanupRound, organisation: Organisation, site: Site) -> Record:
    items = list(round.items.select_related("record__live"))
    today = timezone.localdate()
    counts = "，".join(
        f"{dict(D.choices)[key]} {sum(item.decision == key for item in items)} 件" for key, _title in _LISTS
    )
    draft = actions.create_record(
        user,
        organisation=organisation,
        site=site,
        kind=Kind.NOTICE,
        title=f"{round.organisation}关于{round.title}结果的公告",
        summary=f"{round.title}结果：{counts}。",
        issuer=str(round.organisation),
        written_on=today,
        formed_on=today,
        item20="20-01",
        body="".join(
            _table(title, [item for item in items if item.decision == key]) for key, title in _LISTS
        ),
    )
    for item in items:
        if item.decision in _EFFECT:
            actions.relate(user, draft, kind=_EFFECT[D(item.decision)], target=item.record)
    actions.move(user, draft, "submit")
    return draft.record


def _table(title: str, items: list[CleanupItem]) -> str:
    if not items:
        return ""
    head = "".join(f'<th scope="col">{text}</th>' for text in ("序号", "文件名称", "文号", "理由"))
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in (
            n, item.record.live.title if item.record.live else item.record,
            item.record.live.document_number if item.record.live else "", item.reason,
        ))
        + "</tr>"
        for n, item in enumerate(items, start=1)
    )  # fmt: skip
    return f"<h2>{title}</h2><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
