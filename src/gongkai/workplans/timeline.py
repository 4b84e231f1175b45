"""经过：审计链里关于任务的记录，写成人看得懂的话。"""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongkai.audit.models import Entry

from .models import Assignment, Extension, ProgressReport

ACTION_LABELS = {
    "issue": _("下发"),
    "issue_all": _("全部下发"),
    "sign": _("签收"),
    "send_back": _("退回任务"),
    "complete": _("报结"),
    "verify": _("核验"),
    "rework": _("质量退回"),
    "close": _("销号"),
    "reopen": _("重新办理"),
    "add_evidence": _("添加证据"),
    "write_report": _("写进展报告"),
    "submit": _("提交报告"),
    "confirm": _("确认报告"),
    "accept": _("采纳报告"),
    "return": _("退回报告"),
    "ask_extension": _("申请延期"),
    "answer_extension": _("答复延期申请"),
    "override_light": _("人工定灯"),
    "look_back": _("回头看"),
    "urge": _("催办"),
    "confirm_kind": _("确认事项种类"),
    "add_subtask": _("拆分步骤"),
    "finish_subtask": _("完成步骤"),
    "link_superior": _("关联市级任务"),
    "grant": _("批准延期"),
    "refuse": _("不批准延期"),
    "end": _("终止"),
    "keep": _("保留"),
    "transfer": _("转到另一项要求"),
    "leave": _("随组织变化撤下"),
    "flag": _("单位不再在列"),
}


def timeline(plan_id: int, tasks: list[Assignment], *subjects: str) -> list[dict[str, Any]]:
    """经过：审计链里关于这些任务及其报告、延期的记录和整表下发，新的在前；几个单位的写明是哪个单位。"""
    units = {f"workplans.assignment:{task.pk}": task.organisation for task in tasks}
    own = {task.pk: task.organisation for task in tasks}
    notes: dict[str, str] = {}
    # 转来的任务，先前的经过也在其中。
    for pk, to in Assignment.objects.filter(moved_to__in=tasks).values_list("pk", "moved_to_id"):
        units[f"workplans.assignment:{pk}"] = own[to]
    for report in ProgressReport.objects.filter(assignment__in=tasks).only("pk", "assignment_id", "period"):
        key = f"workplans.progressreport:{report.pk}"
        units[key], notes[key] = own[report.assignment_id], report.period
    for extension in Extension.objects.filter(assignment__in=tasks).only("pk", "assignment_id", "until"):
        key = f"workplans.extension:{extension.pk}"
        units[key], notes[key] = own[extension.assignment_id], extension.until.isoformat()
    issued = Q(subject=f"workplans.plan:{plan_id}", action="workplans.issue_all")
    entries = (
        Entry.objects.filter(Q(subject__in=[*units, *subjects]) | issued)
        .select_related("actor")
        .order_by("-number")[:100]
    )
    return [
        {
            "at": e.at,
            "actor": e.actor,
            "what": ACTION_LABELS.get(e.action.rsplit(".", 1)[-1], e.action),
            "unit": units.get(e.subject, "") if len(tasks) > 1 else "",
            "note": notes.get(e.subject, "") or _note(e.detail),
            "reason": e.detail.get("reason", ""),
        }
        for e in entries
    ]


def _note(detail: dict[str, Any]) -> str:
    """记录里值得一说的：报告期、证据或步骤的名称、延至哪天。"""
    return str(next((detail[name] for name in ("period", "title", "until") if detail.get(name)), ""))
