"""工作要点的全部写入：查权限、一个事务、一条审计。"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gongkai.accounts.models import Duty, User
from gongkai.accounts.queries import holds
from gongkai.audit.actions import record
from gongkai.core.models import Alias, Organisation
from gongkai.core.queries import Resolver
from gongkai.core.states import Refusal, Refused
from gongkai.formats.breakdown import read
from gongkai.law import duties, terms

from . import searching, states
from .models import Assignment, Evidence, Extension, ImportDraft, Plan, ProgressReport, Requirement

OFFICE = frozenset({Duty.Role.COORDINATOR})
ROW_FIELDS = ("number", "part", "task", "text", "city_units", "bureau_units")


def _require(user: User, organisation: Organisation, roles: frozenset[str], what: str) -> None:
    if not holds(user, organisation, roles):
        message = _("您没有在“%(organisation)s”%(what)s的职责")
        raise Refused([Refusal("duty", message % {"organisation": organisation, "what": what})])


def _refuse(code: str, message: str) -> None:
    raise Refused([Refusal(code, message)])


def draft_import(
    user: User, organisation: Organisation, *, path: Path, filename: str, year: int
) -> ImportDraft:
    """读入：把分工表文件读成导入草稿，不产生台账。

    参数：path 为已落盘的上传文件；filename 为原文件名；year 为年度。
    错误：Refused（无职责）；formats.breakdown.BreakdownError（文件不是分工表等）。
    """
    _require(user, organisation, OFFICE, pgettext("职责", "导入分工表"))
    table = read(path)
    content = path.read_bytes()
    rows = [
        {field: getattr(row, field) for field in ROW_FIELDS}
        | {
            "inherited": sorted(row.inherited),
            "position": row.position,
            "extra": [list(e) for e in row.extra],
        }
        for row in table.rows
    ]
    with transaction.atomic():
        draft = ImportDraft(
            organisation=organisation,
            author=user,
            year=year,
            filename=filename[:200],
            rows=rows,
            title=table.title[:200] or f"{organisation}{year}年政务公开工作要点任务分工表",
            sha256=hashlib.sha256(content).hexdigest(),
        )
        draft.file.save("plan", ContentFile(content), save=False)
        draft.save()
        record(user, "workplans.draft_import", draft, file=filename, sha256=draft.sha256, rows=len(rows))
    return draft


def edit_draft(user: User, draft: ImportDraft, index: int, field: str, value: str) -> None:
    """就地改正：改草稿第 index 行（从 0 起）的一格，改过即不再算承接而来。"""
    _require(user, draft.organisation, OFFICE, pgettext("职责", "修改导入草稿"))
    if field not in ROW_FIELDS or not 0 <= index < len(draft.rows):
        _refuse("cell", _("没有第 %(row)s 行的“%(field)s”这一格") % {"row": index + 1, "field": field})
    row = draft.rows[index]
    if row[field] == value.strip():
        return
    with transaction.atomic():
        before, row[field] = row[field], value.strip()
        row["inherited"] = [name for name in row["inherited"] if name != field]
        draft.save(update_fields=["rows"])
        record(
            user,
            "workplans.edit_draft",
            draft,
            row=row["number"],
            field=field,
            before=before,
            after=row[field],
        )


def name_unit(user: User, draft: ImportDraft, *, name: str, alias_of: Organisation | None) -> Organisation:
    """认定单位：把认不出的名称定为已有单位的别名，或新建为本单位的处室（由人决定，从不自动）。"""
    _require(user, draft.organisation, OFFICE, pgettext("职责", "认定单位名称"))
    if alias_of and not Organisation.objects.filter(
        pk=alias_of.pk, path__startswith=f"/{draft.organisation.line[0]}/"
    ):
        _refuse("tree", _("所选单位不在本市的组织树内"))
    with transaction.atomic():
        if alias_of:
            Alias.objects.get_or_create(organisation=alias_of, key=name, defaults={"name": name})
            organisation = alias_of
        else:
            organisation = Organisation.objects.create(
                name=name, kind=Organisation.Kind.DIVISION, parent=draft.organisation
            )
        record(user, "core.name_unit", organisation, name=name, alias=bool(alias_of))
    return organisation


def unresolved(draft: ImportDraft) -> list[str]:
    """未认出：草稿的局内负责处室一栏里尚未认定的名称，按出现次序。"""
    resolver = Resolver(draft.organisation)
    names = [d.unit for row in draft.rows for d in duties.parse(row["bureau_units"])]
    return [name for name in dict.fromkeys(names) if not resolver.is_known(name)]


def due_of(row: dict[str, Any], year: int, today: date) -> date:
    """时限：文中写明的截止日，没有写明的为当年 12 月 31 日。

    “每年某月某日前”取 today 之后的第一个：年中导入的分工表不应一开始就逾期。
    """
    for term in terms.find(row["text"], year):
        if term.month_day and term.due and term.due <= today and today.year == year:
            return term.due.replace(year=year + 1)
        if term.due and term.due.year == year:
            return term.due
    return date(year, 12, 31)


def commit_import(user: User, draft: ImportDraft) -> Plan:
    """确认导入：一个事务内建立（或按改正后的文件更新）台账。同一内容再导入不产生变化。

    错误：Refused——无职责、仍有未认定的单位。
    """
    _require(user, draft.organisation, OFFICE, pgettext("职责", "确认导入"))
    missing = unresolved(draft)
    if missing:
        message = _("还有单位名称没有认定：%(names)s；请逐个选“新单位”或“是……的别名”")
        _refuse("unit", message % {"names": "、".join(missing)})
    resolver = Resolver(draft.organisation)
    with transaction.atomic():
        plan, created = Plan.objects.select_for_update().get_or_create(
            organisation=draft.organisation,
            year=draft.year,
            defaults={"title": draft.title, "filename": draft.filename, "sha256": draft.sha256},
        )
        changes = difference(draft, plan)
        if created or changes:
            plan.filename, plan.sha256, plan.title = draft.filename, draft.sha256, draft.title
            plan.file.name = draft.file.name
            plan.save()
        for position, row in enumerate(draft.rows, start=1):
            _save_row(plan, position, row, resolver)
        kept = {row["number"] for row in draft.rows}
        plan.requirements.exclude(number__in=kept).filter(withdrawn_at=None).update(
            withdrawn_at=timezone.now()
        )
        searching.refresh(plan)
        record(
            user, "workplans.commit_import", plan, sha256=draft.sha256, created=created, changes=len(changes)
        )
        draft.delete()
    return plan


def _save_row(plan: Plan, position: int, row: dict[str, Any], resolver: Resolver) -> None:
    from .catalogue import suggest

    values = {field: row[field] for field in ROW_FIELDS if field != "number"}
    requirement, created = Requirement.objects.get_or_create(
        plan=plan,
        number=row["number"],
        defaults=values
        | {
            "position": position,
            "due": due_of(row, plan.year, timezone.localdate()),
            "kind": suggest(row["text"]),
            "inherited": row["inherited"],
            "extra": row["extra"],
        },
    )
    if not created:
        for field, value in values.items():
            setattr(requirement, field, value)
        requirement.position, requirement.inherited, requirement.withdrawn_at = (
            position,
            row["inherited"],
            None,
        )
        requirement.save()
    expand(requirement, resolver)


def expand(requirement: Requirement, resolver: Resolver) -> None:
    """展开：按局内负责处室一栏为每个单位建任务；集合名称展开为当时的各单位，已有的不动。"""
    wanted: dict[int, tuple[Organisation, str, str]] = {}
    for duty in duties.parse(requirement.bureau_units):
        for organisation in resolver.resolve(duty.unit):
            # 同一单位既牵头又在“各处室”里时，以先写的（牵头）为准。
            wanted.setdefault(organisation.pk, (organisation, duty.role.value, duty.unit))
    for organisation, role, unit in wanted.values():
        Assignment.objects.get_or_create(
            requirement=requirement,
            organisation=organisation,
            defaults={"role": role, "unit": unit, "first_due": requirement.due, "due": requirement.due},
        )
    # 改正后不再承担、又还没下发的任务撤去；已下发的留下，由办公室处理。
    requirement.assignments.filter(state=Assignment.State.DRAFT).exclude(organisation__in=wanted).delete()


def follow_tree(user: User | None, plan: Plan) -> int:
    """跟随组织：按现在的组织树重新展开集合名称，新增的任务待下发，返回新增件数；user 为空表示每日自动。"""
    if user is not None:
        _require(user, plan.organisation, OFFICE, pgettext("职责", "更新任务"))
    with transaction.atomic():
        before = Assignment.objects.filter(requirement__plan=plan).count()
        resolver = Resolver(plan.organisation)
        for requirement in plan.requirements.filter(withdrawn_at=None):
            expand(requirement, resolver)
        added = Assignment.objects.filter(requirement__plan=plan).count() - before
        # 每日自动检查时没有变化就不记账，免得审计链里全是空话。
        if user is not None or added:
            record(user, "workplans.follow_tree", plan, added=added)
    return added


def difference(draft: ImportDraft, plan: Plan) -> list[dict[str, str]]:
    """逐行差异：草稿与现有台账的不同，每格一条（序号、栏目、原文、新文）。"""
    current = {requirement.number: requirement for requirement in plan.requirements.filter(withdrawn_at=None)}
    found = []
    for row in draft.rows:
        old = current.pop(row["number"], None)
        if old is None:
            found.append({"number": row["number"], "field": _("新增"), "before": "", "after": row["text"]})
            continue
        for field in ROW_FIELDS[1:]:
            if getattr(old, field) != row[field]:
                label = str(Requirement._meta.get_field(field).verbose_name)
                found.append(
                    {
                        "number": row["number"],
                        "field": label,
                        "before": getattr(old, field),
                        "after": row[field],
                    }
                )
    found += [{"number": n, "field": _("撤下"), "before": r.text, "after": ""} for n, r in current.items()]
    return found


def move(user: User, assignment: Assignment, name: str, *, reason: str = "", verdict: str = "") -> Assignment:
    """推进任务：按状态表做一步，附带记下自评、核验结论等。"""
    changes: dict[str, Any] = {}
    if name == "complete":
        changes = {
            "self_report": verdict or Assignment.Verdict.DONE,
            "completed_on": timezone.localdate(),
            "evidence_count": assignment.evidence.count(),
            "percent": 100,
        }
    elif name == "verify":
        changes = {"verification": verdict or Assignment.Verdict.DONE}
    elif name in ("rework", "reopen"):
        changes = {"returns": assignment.returns + 1, "completed_on": None, "verification": ""}
    return states.ASSIGNMENT.perform(assignment, user, name, reason=reason, **changes)  # type: ignore[return-value]


def add_evidence(user: User, assignment: Assignment, **values: Any) -> Evidence:
    """添加证据：经办人、负责人或办公室添加网址、附件、会议或培训记录。"""
    if not states.holds_assignment(user, assignment, states.HANDLER | OFFICE):
        _refuse("duty", _("您没有为该任务添加证据的职责"))
    with transaction.atomic():
        evidence = Evidence.objects.create(assignment=assignment, author=user, **values)
        Assignment.objects.filter(pk=assignment.pk).update(evidence_count=assignment.evidence.count())
        record(user, "workplans.add_evidence", assignment, kind=evidence.kind, title=evidence.title)
    return evidence


def write_report(
    user: User, assignment: Assignment, *, period: str, body: str, percent: int
) -> ProgressReport:
    """起草报告：建立或改写某期进展报告的草稿。"""
    if not states.holds_assignment(user, assignment, states.HANDLER):
        _refuse("duty", _("您没有报告该任务进展的职责"))
    if assignment.state != Assignment.State.SIGNED:
        _refuse("state", _("任务在办理中才能报告进展；请先签收"))
    with transaction.atomic():
        report = (
            ProgressReport.objects.select_for_update().filter(assignment=assignment, period=period).first()
        )
        if report and report.state not in (ProgressReport.State.DRAFT, ProgressReport.State.RETURNED):
            _refuse("state", _("%(period)s 的报告已提交，不能再改") % {"period": period})
        report = report or ProgressReport(assignment=assignment, period=period)
        report.body, report.percent, report.author = body, percent, user
        report.save()
        record(user, "workplans.write_report", assignment, period=period, percent=percent)
    return report


def move_report(user: User, report: ProgressReport, name: str, *, reason: str = "") -> ProgressReport:
    """流转报告：提交、确认、采纳、退回；采纳后任务进度随之更新。"""
    with transaction.atomic():
        changes = {"returned_because": reason} if name == "return" else {}
        moved: Any = states.REPORT.perform(report, user, name, reason=reason, **changes)
        if name == "accept":
            Assignment.objects.filter(pk=report.assignment_id).update(
                percent=report.percent, last_report_on=timezone.localdate()
            )
    return moved


def ask_extension(user: User, assignment: Assignment, *, until: date, reason: str) -> Extension:
    """申请延期：须晚于现时限并写明理由。"""
    if not states.holds_assignment(user, assignment, states.HANDLER):
        _refuse("duty", _("您没有为该任务申请延期的职责"))
    if until <= assignment.due:
        _refuse("date", _("延期日期须晚于现时限 %(due)s") % {"due": assignment.due.isoformat()})
    if assignment.extensions.filter(state=Extension.State.ASKED).exists():
        _refuse("open", _("已有一份延期申请待审批"))
    with transaction.atomic():
        extension = Extension.objects.create(assignment=assignment, until=until, reason=reason, author=user)
        record(user, "workplans.ask_extension", assignment, until=until, reason=reason)
    return extension


def answer_extension(user: User, extension: Extension, *, grant: bool, answer: str = "") -> None:
    """审批延期：批准则改现时限，原定时限保留不变。"""
    if not states.holds_assignment(user, extension.assignment, OFFICE):
        _refuse("duty", _("您没有审批延期的职责"))
    with transaction.atomic():
        extension = Extension.objects.select_for_update().get(pk=extension.pk)
        if extension.state != Extension.State.ASKED:
            _refuse("state", _("该申请已经答复"))
        extension.state = Extension.State.GRANTED if grant else Extension.State.REFUSED
        extension.answer = answer
        extension.save()
        if grant:
            Assignment.objects.filter(pk=extension.assignment_id).update(due=extension.until)
        record(user, "workplans.answer_extension", extension.assignment, grant=grant, until=extension.until)


def override_light(user: User, assignment: Assignment, *, colour: str, reason: str) -> None:
    """人工定灯：须写理由；colour 为空即取消。"""
    _require(user, assignment.requirement.plan.organisation, OFFICE, pgettext("职责", "人工定灯"))
    if colour and not reason.strip():
        _refuse("reason", _("人工定灯需要填写理由"))
    with transaction.atomic():
        Assignment.objects.filter(pk=assignment.pk).update(override=colour, override_reason=reason)
        record(user, "workplans.override_light", assignment, colour=colour, reason=reason)


def look_back(user: User, assignment: Assignment, *, verdict: str) -> None:
    """回头看：记下对上一年度任务的核查结论。"""
    _require(user, assignment.requirement.plan.organisation, OFFICE, pgettext("职责", "填写回头看结论"))
    with transaction.atomic():
        Assignment.objects.filter(pk=assignment.pk).update(look_back=verdict)
        record(user, "workplans.look_back", assignment, verdict=verdict)


def release(user: User, plan: Plan, *, on: bool) -> None:
    """公开：把台账的已核验部分向社会公开，或收回。"""
    _require(user, plan.organisation, OFFICE, pgettext("职责", "公开分工表"))
    with transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(released_at=timezone.now() if on else None)
        searching.refresh(plan)
        record(user, "workplans.release", plan, on=on)


def discard_draft(user: User, draft: ImportDraft) -> None:
    """放弃导入：删去草稿，台账不变。"""
    _require(user, draft.organisation, OFFICE, pgettext("职责", "放弃导入草稿"))
    with transaction.atomic():
        record(user, "workplans.discard_draft", draft, sha256=draft.sha256)
        draft.delete()


def issue_all(user: User, plan: Plan) -> int:
    """全部下发：把待下发的任务一次下发，返回件数。"""
    _require(user, plan.organisation, OFFICE, pgettext("职责", "下发任务"))
    with transaction.atomic():
        waiting = Assignment.objects.filter(
            requirement__plan=plan, requirement__withdrawn_at=None, state=Assignment.State.DRAFT
        )
        count = waiting.update(state=Assignment.State.ISSUED)
        record(user, "workplans.issue_all", plan, count=count)
    return count


def confirm_kind(user: User, requirement: Requirement, *, kind: str) -> None:
    """确认种类：人确认后，该种类的核查才算数。错误：Refused——目录里没有这个种类。"""
    from .catalogue import BY_CODE

    _require(user, requirement.plan.organisation, OFFICE, pgettext("职责", "确认事项种类"))
    if kind and kind not in BY_CODE:
        _refuse("kind", _("目录里没有这个种类，请从列表中选择"))
    with transaction.atomic():
        Requirement.objects.filter(pk=requirement.pk).update(kind=kind, kind_confirmed_by=user)
        record(user, "workplans.confirm_kind", requirement, kind=kind)


def link_superior(user: User, requirement: Requirement, *, superior: Requirement | None) -> None:
    """关联市级任务：把局里的一项与市级分工表的一项连起来，或取消。"""
    _require(user, requirement.plan.organisation, OFFICE, pgettext("职责", "关联市级任务"))
    if superior and not requirement.plan.organisation.path.startswith(superior.plan.organisation.path):
        _refuse("tree", _("只能关联上级单位的任务"))
    with transaction.atomic():
        Requirement.objects.filter(pk=requirement.pk).update(superior=superior)
        record(user, "workplans.link_superior", requirement, superior=superior.pk if superior else None)


def add_subtask(user: User, assignment: Assignment, *, title: str, due: date | None) -> None:
    """拆分步骤：承担单位为任务添加子任务。"""
    if not states.holds_assignment(user, assignment, states.HANDLER):
        _refuse("duty", _("您没有拆分该任务的职责"))
    with transaction.atomic():
        assignment.subtasks.create(title=title, due=due)
        record(user, "workplans.add_subtask", assignment, title=title)


def finish_subtask(user: User, assignment: Assignment, pk: int) -> None:
    """完成步骤：记下完成日期。"""
    if not states.holds_assignment(user, assignment, states.HANDLER):
        _refuse("duty", _("您没有办理该任务的职责"))
    with transaction.atomic():
        assignment.subtasks.filter(pk=pk, done_on=None).update(done_on=timezone.localdate())
        record(user, "workplans.finish_subtask", assignment, subtask=pk)
