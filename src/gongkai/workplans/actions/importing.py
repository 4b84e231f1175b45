"""导入：读入草稿、改正、认定单位、确认。"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gongkai.accounts.models import User
from gongkai.audit.actions import record
from gongkai.core.models import Alias, Organisation
from gongkai.core.names import name_key
from gongkai.core.queries import Resolver
from gongkai.core.signals import organisation_changed
from gongkai.formats.breakdown import BreakdownTable, SheetChoice, read
from gongkai.law import duties, terms

from ..models import Assignment, ImportDraft, Plan, Requirement
from ..searching import refresh
from .common import OFFICE, refuse, require
from .following import expand

ROW_FIELDS = ("number", "part", "task", "text", "city_units", "bureau_units")


def draft_import(
    user: User, organisation: Organisation, *, path: Path, filename: str, year: int
) -> ImportDraft:
    """读入：把分工表文件读成导入草稿，不产生台账。

    参数：path 为已落盘的上传文件；filename 为原文件名；year 为年度。
    错误：Refused（无职责）；formats.breakdown.BreakdownError（文件不是分工表等）。
    """
    require(user, organisation, OFFICE, pgettext("职责", "导入分工表"))
    content = path.read_bytes()
    draft = ImportDraft(
        organisation=organisation,
        author=user,
        year=year,
        filename=filename[:200],
        rows=[],
        title=_title(organisation, year),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    try:
        _fill(draft, read(path))
    except SheetChoice as choice:
        # 一个工作簿里几张表都像分工表：先收下，由人在核对页选定。
        draft.sheets = list(choice.sheets)
    with transaction.atomic():
        draft.file.save("plan", ContentFile(content), save=False)
        draft.save()
        record(
            user, "workplans.draft_import", draft, file=filename, sha256=draft.sha256, rows=len(draft.rows)
        )
    return draft


def _title(organisation: Organisation, year: int) -> str:
    return f"{organisation}{year}年政务公开工作要点任务分工表"


def _fill(draft: ImportDraft, table: BreakdownTable) -> None:
    draft.title = table.title[:200] or _title(draft.organisation, draft.year)
    draft.rows = [
        {field: getattr(row, field) for field in ROW_FIELDS}
        | {
            "inherited": sorted(row.inherited),
            "position": row.position,
            "extra": [list(e) for e in row.extra],
        }
        for row in table.rows
    ]


def choose_sheet(user: User, draft: ImportDraft, *, sheet: str) -> None:
    """选定工作表：从已存的原文件重新读这一张；先前在草稿里的改正随之作废。

    错误：Refused——不是可选的工作表；formats.breakdown.BreakdownError——这一张读不懂。
    """
    require(user, draft.organisation, OFFICE, pgettext("职责", "选定工作表"))
    if sheet not in draft.sheets:
        refuse("sheet", _("没有这张工作表，请从列出的几张里选"))
    table = read(draft.file.path, sheet=sheet)
    with transaction.atomic():
        _fill(draft, table)
        draft.sheet = sheet
        draft.save()
        record(user, "workplans.choose_sheet", draft, sheet=sheet, rows=len(draft.rows))


def edit_draft(user: User, draft: ImportDraft, index: int, field: str, value: str) -> None:
    """就地改正：改草稿第 index 行（从 0 起）的一格，改过即不再算承接而来。"""
    require(user, draft.organisation, OFFICE, pgettext("职责", "修改导入草稿"))
    if field not in ROW_FIELDS or not 0 <= index < len(draft.rows):
        refuse("cell", _("没有第 %(row)s 行的“%(field)s”这一格") % {"row": index + 1, "field": field})
    row = draft.rows[index]
    if row[field] == value.strip():
        return
    _check_cell(row["number"], field, value.strip())
    if field == "number" and any(other["number"] == value.strip() for other in draft.rows):
        refuse("number", _("序号“%(number)s”已经有了；请改成不同的序号") % {"number": value.strip()})
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


def _check_cell(number: str, field: str, value: str) -> None:
    """一格可否存：序号、要求不得空，长短不超过台账各栏所限。"""
    column = Requirement._meta.get_field(field)
    if not value and field in ("number", "text"):
        message = _("第 %(number)s 项：“%(field)s”不能空着")
        refuse("empty", message % {"number": number, "field": column.verbose_name})
    most = getattr(column, "max_length", None)
    if most and len(value) > most:
        message = _("第 %(number)s 项：“%(field)s”有 %(length)s 字，最多 %(most)s 字；请先改短")
        values = {"number": number[:20], "field": column.verbose_name, "length": len(value), "most": most}
        refuse("long", message % values)


def name_unit(user: User, draft: ImportDraft, *, name: str, alias_of: Organisation | None) -> Organisation:
    """认定单位：把认不出的名称定为已有单位的别名，或新建为本单位的处室（由人决定，从不自动）。"""
    require(user, draft.organisation, OFFICE, pgettext("职责", "认定单位名称"))
    if alias_of and not Organisation.objects.visible_to(user).filter(pk=alias_of.pk).exists():
        refuse("tree", _("所选单位不在本市的组织树内"))
    most = Organisation._meta.get_field("name").max_length or 0
    if len(name) > most:
        message = _("单位名称有 %(length)s 字，最多 %(most)s 字；请先改正“局内负责处室”一格")
        refuse("long", message % {"length": len(name), "most": most})
    # 认不出而又重名的，是停用了的单位；重新启用由系统管理员决定。
    if not alias_of and Organisation.objects.filter(parent=draft.organisation, key=name_key(name)).exists():
        message = _("“%(name)s”是已停用的单位；请由系统管理员重新启用，或选它现在是哪个单位的别名")
        refuse("inactive", message % {"name": name})
    with transaction.atomic():
        if alias_of:
            Alias.objects.get_or_create(organisation=alias_of, key=name_key(name), defaults={"name": name})
            organisation = alias_of
        else:
            organisation = Organisation.objects.create(
                name=name, kind=Organisation.Kind.DIVISION, parent=draft.organisation
            )
            organisation_changed.send(Organisation, organisation=organisation, actor=user)
        record(user, "core.name_unit", organisation, name=name, alias=bool(alias_of))
    return organisation


def unresolved(draft: ImportDraft) -> list[str]:
    """未认出：草稿的局内负责处室一栏里尚未认定的名称，按出现次序。"""
    resolver = Resolver(draft.organisation)
    names = [d.unit for row in draft.rows for d in duties.parse(row["bureau_units"])]
    return [name for name in dict.fromkeys(names) if not resolver.is_known(name)]


def due_of(row: dict[str, Any], year: int, today: date) -> date:
    """时限：“完成时限”一类的列写明的；没有这一列或读不出，取文中写明的截止日；都没有为当年 12 月 31 日。

    “每年某月某日前”取 today 之后的第一个：年中导入的分工表不应一开始就逾期。
    """
    for label, value in row["extra"]:
        if terms.is_due_label(label) and (due := terms.due_in(value, year)):
            return due
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
    require(user, draft.organisation, OFFICE, pgettext("职责", "确认导入"))
    if not draft.rows:
        refuse("sheet", _("请先选定工作表"))
    for row in draft.rows:
        for field in ROW_FIELDS:
            _check_cell(row["number"], field, row[field])
    missing = unresolved(draft)
    if missing:
        message = _("还有单位名称没有认定：%(names)s；请逐个选“新单位”或“是……的别名”")
        refuse("unit", message % {"names": "、".join(missing)})
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
            _save_row(plan, position, row, resolver, user)
        kept = {row["number"] for row in draft.rows}
        _withdraw(plan, kept)
        refresh(plan)
        record(
            user, "workplans.commit_import", plan, sha256=draft.sha256, created=created, changes=len(changes)
        )
        draft.delete()
    return plan


def _withdraw(plan: Plan, kept: set[str]) -> None:
    """撤下：新文件里没有的要求。还没下发的任务随之删去，已下发的留待办公室逐件决定。"""
    gone = plan.requirements.current().exclude(number__in=kept)
    Assignment.objects.filter(requirement__in=gone, state=Assignment.State.DRAFT).delete()
    gone.update(withdrawn_at=timezone.now())


def _save_row(plan: Plan, position: int, row: dict[str, Any], resolver: Resolver, user: User) -> None:
    from ..catalogue import suggest

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
        # 时限只在内容改了时重算：“每年某日前”随导入的日子而变，同一文件再导入不该动它。
        if _moves_due(requirement, row):
            _put_due(requirement, due_of(row, plan.year, timezone.localdate()))
        for field, value in values.items():
            setattr(requirement, field, value)
        requirement.position, requirement.inherited, requirement.extra, requirement.withdrawn_at = (
            position,
            row["inherited"],
            row["extra"],
            None,
        )
        requirement.save()
    expand(requirement, resolver, user)


def _moves_due(requirement: Requirement, row: dict[str, Any]) -> bool:
    return requirement.text != row["text"] or _dues(requirement.extra) != _dues(row["extra"])


def _dues(extra: list[list[str]]) -> list[list[str]]:
    return [pair for pair in extra if terms.is_due_label(pair[0])]


def _put_due(requirement: Requirement, due: date) -> None:
    """改时限：没有批准过延期的任务随之改；延期过的，批准的日期不动，只改原定时限。"""
    requirement.due = due
    requirement.assignments.filter(due=models.F("first_due")).exclude(first_due=due).update(due=due)
    requirement.assignments.exclude(first_due=due).update(first_due=due)


def difference(draft: ImportDraft, plan: Plan) -> list[dict[str, str]]:
    """逐行差异：草稿与现有台账的不同，每格一条（序号、栏目、原文、新文）。"""
    current = {requirement.number: requirement for requirement in plan.requirements.filter(withdrawn_at=None)}
    found = []
    today = timezone.localdate()
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
        was, now = dict(old.extra), dict(row["extra"])
        pairs = [(name, was.get(name, ""), now.get(name, "")) for name in {**was, **now}]
        if _moves_due(old, row):
            due = due_of(row, plan.year, today).isoformat()
            pairs.append((str(Requirement._meta.get_field("due").verbose_name), old.due.isoformat(), due))
        found += [
            {"number": row["number"], "field": name, "before": before, "after": after}
            for name, before, after in pairs
            if before != after
        ]
    found += [{"number": n, "field": _("撤下"), "before": r.text, "after": ""} for n, r in current.items()]
    return found


def discard_draft(user: User, draft: ImportDraft) -> None:
    """放弃导入：删去草稿，台账不变。"""
    require(user, draft.organisation, OFFICE, pgettext("职责", "放弃导入草稿"))
    with transaction.atomic():
        record(user, "workplans.discard_draft", draft, sha256=draft.sha256)
        draft.delete()
