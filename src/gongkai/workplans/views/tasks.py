"""一项要求与一项任务：经过、核查、证据、报告、延期。"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, override
from django.views.decorators.http import require_POST

from gongkai.accounts.queries import holds
from gongkai.core.evidence import REGISTRY, Period, run
from gongkai.core.feedback import attempt
from gongkai.core.inputs import is_number
from gongkai.core.uploads import check_upload
from gongkai.law import terms

from .. import actions, forms, states
from ..catalogue import BY_CODE, KINDS
from ..lights import rule
from ..models import Assignment, Evidence, Extension, ProgressReport, Requirement, SubTask
from ..queries import lit
from ..timeline import timeline
from .common import tell_errors


@login_required
def requirement(request: HttpRequest, pk: int) -> HttpResponse:
    """一项要求：原文、条款、种类与核查、各单位任务、经过。"""
    found = get_object_or_404(
        Requirement.objects.visible_to(request.user).select_related("superior__plan"), pk=pk
    )
    today = timezone.localdate()
    rows = lit(Assignment.objects.visible_to(request.user).filter(requirement=found), today)
    kind = BY_CODE.get(found.kind)
    period = Period(found.plan.year, today)
    results = [
        (REGISTRY[code][0] if code in REGISTRY else kind.label, run(code, found.plan.organisation, period))
        for code in (kind.checks if kind else ())
    ]
    context = {
        "requirement": found,
        "rows": rows,
        "kind": kind,
        "kinds": KINDS,
        "results": results,
        "rule": rule(),
        "terms": terms.find(found.text, found.plan.year),
        "is_office": holds(request.user, found.plan.organisation, actions.OFFICE),
        "superiors": _superiors(request.user, found),
        "timeline": timeline(found.plan_id, rows, f"workplans.requirement:{pk}"),
    }
    return render(request, "workplans/requirement.html", context)


def _superiors(user: Any, found: Requirement) -> Any:
    """可关联的市级任务：上级单位同年分工表里此人看得见的。"""
    line = found.plan.organisation.line[:-1]
    above = Requirement.objects.visible_to(user).current()
    return above.filter(plan__organisation__in=line, plan__year=found.plan.year)[:200]


@login_required
@require_POST
def requirement_action(request: HttpRequest, pk: int) -> HttpResponse:
    """要求的动作：确认种类、关联市级任务。"""
    found = get_object_or_404(Requirement.objects.visible_to(request.user), pk=pk)
    if request.POST.get("do") == "kind":
        kind = request.POST.get("kind", "")
        attempt(
            request, lambda: actions.confirm_kind(request.user, found, kind=kind), gettext("事项种类已确认")
        )
    elif request.POST.get("do") == "superior":
        chosen = request.POST.get("superior", "")
        above = None
        if is_number(chosen):
            above = get_object_or_404(Requirement.objects.visible_to(request.user), pk=chosen)
        done = gettext("市级任务已关联")
        attempt(request, lambda: actions.link_superior(request.user, found, superior=above), done)
    return redirect("workplans:requirement", pk)


def _task(request: HttpRequest, pk: int) -> Assignment:
    return get_object_or_404(Assignment.objects.visible_to(request.user), pk=pk)


@login_required
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """一项任务：现在能做什么、报告、证据、延期、经过。"""
    found = lit([_task(request, pk)], timezone.localdate())[0]
    today = timezone.localdate()
    reports = [
        (r, states.REPORT.available(r, request.user))
        for r in ProgressReport.objects.visible_to(request.user)
        .filter(assignment=found)
        .select_related("author", "assignment__requirement__plan__organisation", "assignment__organisation")[
            :24
        ]
    ]
    extensions = list(
        Extension.objects.visible_to(request.user).filter(assignment=found).select_related("author")
    )
    for extension in extensions:
        extension.assignment = found
        extension.steps = states.EXTENSION.available(extension, request.user)
    works = states.holds_assignment(request.user, found, states.HANDLER) and not states.withdrawn(found)
    context = {
        "task": found,
        "moves": states.ASSIGNMENT.available(found, request.user),
        "rule": rule(),
        "works": works,
        "reports": reports,
        "evidence": Evidence.objects.visible_to(request.user)
        .filter(assignment=found)
        .select_related("author"),
        "subtasks": SubTask.objects.visible_to(request.user).filter(assignment=found),
        "extensions": extensions,
        "is_office": states.holds_assignment(request.user, found, states.OFFICE),
        "can_report": works and found.state == Assignment.State.SIGNED,
        "report_form": forms.ReportForm(initial={"period": f"{today:%Y-%m}", "percent": found.percent}),
        "evidence_form": forms.EvidenceForm(),
        "extension_form": forms.ExtensionForm(),
        "override_form": forms.OverrideForm(
            initial={"colour": found.override, "reason": found.override_reason}
        ),
        "verdict_form": forms.VerdictForm(),
        "subtask_form": forms.SubTaskForm(),
        "timeline": timeline(found.requirement.plan_id, [found]),
    }
    return render(request, "workplans/task.html", context)


@login_required
@require_POST
def task_action(request: HttpRequest, pk: int) -> HttpResponse:
    """任务的动作：按 do 分派。"""
    found, name, user = _task(request, pk), request.POST.get("do", ""), request.user
    reason = request.POST.get("reason", "").strip()[:300]
    if name in states.ASSIGNMENT.transitions:
        label = states.ASSIGNMENT.transitions[name].label
        verdict = request.POST.get("verdict", "")
        if verdict not in Assignment.Verdict.values:
            verdict = ""
        done = gettext("已%(action)s") % {"action": label}
        attempt(request, lambda: actions.move(user, found, name, reason=reason, verdict=verdict), done)
    elif name.startswith("report:"):
        step, report_pk = (name.split(":")[1:] + [""])[:2]
        if step not in states.REPORT.transitions or not is_number(report_pk):
            raise Http404
        report = get_object_or_404(ProgressReport.objects.visible_to(user), pk=report_pk, assignment=found)
        label = states.REPORT.transitions[step].label
        done = gettext("报告已%(action)s") % {"action": label}
        attempt(request, lambda: actions.move_report(user, report, step, reason=reason), done)
    elif name in FORMS:
        FORMS[name](request, found)
    elif name.startswith("subtask:") and is_number(name[8:]):
        attempt(request, lambda: actions.finish_subtask(user, found, int(name[8:])), gettext("步骤已完成"))
    elif name in states.EXTENSION.transitions:
        extension = get_object_or_404(
            Extension.objects.visible_to(user), assignment=found, state=Extension.State.ASKED
        )
        attempt(
            request,
            lambda: actions.answer_extension(user, extension, grant=name == "grant", answer=reason),
            gettext("已答复"),
        )
    return redirect("workplans:task", pk)


def _report(request: HttpRequest, found: Assignment) -> None:
    form = forms.ReportForm(request.POST)
    if not form.is_valid():
        return tell_errors(request, form)
    attempt(
        request,
        lambda: actions.write_report(request.user, found, **form.cleaned_data),
        gettext("报告草稿已保存，请提交"),
    )


def _evidence(request: HttpRequest, found: Assignment) -> None:
    form = forms.EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return tell_errors(request, form)
    values = dict(form.cleaned_data)
    file = values.pop("file", None)
    if file:
        try:
            suffix, values["sha256"] = check_upload(file)
        except ValidationError as error:
            return messages.error(request, error.message)
        file.name = f"{values['sha256'][:16]}{suffix}"
        values["file"] = file
    attempt(request, lambda: actions.add_evidence(request.user, found, **values), gettext("证据已添加"))


def _extension(request: HttpRequest, found: Assignment) -> None:
    form = forms.ExtensionForm(request.POST)
    if not form.is_valid():
        return tell_errors(request, form)
    done = gettext("延期申请已提交")
    attempt(request, lambda: actions.ask_extension(request.user, found, **form.cleaned_data), done)


def _override(request: HttpRequest, found: Assignment) -> None:
    form = forms.OverrideForm(request.POST)
    if not form.is_valid():
        return tell_errors(request, form)
    done = gettext("人工定灯已更新")
    attempt(request, lambda: actions.override_light(request.user, found, **form.cleaned_data), done)


def _look_back(request: HttpRequest, found: Assignment) -> None:
    form = forms.VerdictForm(request.POST)
    if not form.is_valid():
        return tell_errors(request, form)
    done = gettext("回头看结论已记下")
    attempt(request, lambda: actions.look_back(request.user, found, **form.cleaned_data), done)


def _subtask(request: HttpRequest, found: Assignment) -> None:
    form = forms.SubTaskForm(request.POST)
    if not form.is_valid():
        return tell_errors(request, form)
    done = gettext("步骤已添加")
    attempt(request, lambda: actions.add_subtask(request.user, found, **form.cleaned_data), done)


FORMS = {
    "write_report": _report,
    "add_evidence": _evidence,
    "ask_extension": _extension,
    "override": _override,
    "look_back": _look_back,
    "add_subtask": _subtask,
}


@login_required
def urge_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """催办单：可打印的一页，正文总是中文。"""
    with override(settings.LANGUAGE_CODE):
        found = lit([_task(request, pk)], timezone.localdate())[0]
    return render(request, "workplans/urge.html", {"task": found, "today": timezone.localdate()})


@login_required
def evidence_file(request: HttpRequest, pk: int) -> FileResponse:
    """下载证据附件；看得见任务的人才能下载。"""
    found = get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk)
    if not found.file:
        raise Http404
    return FileResponse(found.file.open("rb"), as_attachment=True)
