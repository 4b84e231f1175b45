"""导入向导：上传、核对、就地改正、确认。"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import duties_of
from gongkai.core.feedback import attempt
from gongkai.core.models import Organisation
from gongkai.core.queries import Resolver
from gongkai.formats.breakdown import MAX_BYTES, BreakdownError
from gongkai.law import duties, terms

from .. import actions
from ..catalogue import BY_CODE, suggest
from ..forms import UploadForm
from ..models import Assignment, ImportDraft, Plan, Requirement
from .common import say

ROLE_LABELS = dict(Assignment.Role.choices)


def _offices(user: Any) -> Any:
    ids = [d.organisation_id for d in duties_of(user) if d.role == Duty.Role.COORDINATOR]
    return Organisation.objects.visible_to(user).filter(pk__in=ids)


def _draft(request: HttpRequest, pk: int) -> ImportDraft:
    return get_object_or_404(ImportDraft.objects.visible_to(request.user), pk=pk)


@login_required
def upload(request: HttpRequest) -> HttpResponse:
    """第一步：选文件上传。读不懂的文件不留任何东西，只说明哪里不对。"""
    offices = _offices(request.user)
    form = UploadForm(request.POST or None, request.FILES or None, organisations=offices)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > MAX_BYTES:
            message = _("文件有 %(size)s MB，超过 20 MB；请去掉图片等无关内容再上传")
            form.add_error("file", message % {"size": f"{file.size / 1024 / 1024:.1f}"})
            return render(request, "workplans/upload.html", {"form": form}, status=400)
        with tempfile.NamedTemporaryFile() as temporary:
            for chunk in file.chunks():
                temporary.write(chunk)
            temporary.flush()
            try:
                draft = actions.draft_import(
                    request.user,
                    form.cleaned_data["organisation"],
                    path=Path(temporary.name),
                    filename=file.name,
                    year=form.cleaned_data["year"],
                )
            except BreakdownError as error:
                form.add_error("file", say(error.message))
                return render(request, "workplans/upload.html", {"form": form}, status=400)
        return redirect("workplans:preview", draft.pk)
    drafts = ImportDraft.objects.visible_to(request.user).order_by("-id")[:10]
    return render(request, "workplans/upload.html", {"form": form, "drafts": drafts, "offices": offices})


@login_required
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """第二步：逐格核对读到了什么、哪些是承接的、单位认成了谁、文中有哪些时限频次。"""
    draft = _draft(request, pk)
    resolver = Resolver(draft.organisation)
    rows = []
    for index, row in enumerate(draft.rows):
        units = [
            {
                "unit": duty.unit,
                "role": ROLE_LABELS[duty.role.value],
                "found": resolver.resolve(duty.unit),
                "known": resolver.is_known(duty.unit),
                "collective": duty.collective,
            }
            for duty in duties.parse(row["bureau_units"])
        ]
        kind = BY_CODE.get(suggest(row["text"]))
        rows.append(
            {
                "index": index,
                "row": row,
                "units": units,
                "terms": terms.find(row["text"], draft.year),
                "due": actions.due_of(row, draft.year, timezone.localdate()),
                "kind": kind.label if kind else _("未认出"),
            }
        )
    plan = (
        Plan.objects.visible_to(request.user).filter(organisation=draft.organisation, year=draft.year).first()
    )
    context = {
        "draft": draft,
        "rows": rows,
        "plan": plan,
        "missing": actions.unresolved(draft),
        "units": [org for org in resolver.tree if org.path.startswith(draft.organisation.path)],
        "difference": actions.difference(draft, plan) if plan else None,
    }
    return render(request, "workplans/preview.html", context)


@login_required
def edit_cell(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    """就地改正一行。"""
    draft = _draft(request, pk)
    if not 0 <= index < len(draft.rows):
        return redirect("workplans:preview", pk)
    row, status = dict(draft.rows[index]), 200
    if request.method == "POST":
        wanted = {name: request.POST[name] for name in actions.ROW_FIELDS if name in request.POST}

        def save() -> None:
            with transaction.atomic():
                for field, value in wanted.items():
                    actions.edit_draft(request.user, draft, index, field, value)

        if attempt(request, save, _("第 %(number)s 项已改正") % {"number": row["number"]}):
            return redirect(f"/staff/import/{pk}/#row-{index}")
        # 没存成的，写的字都留在页上接着改。
        row, status = row | wanted, 400
    columns = {name: Requirement._meta.get_field(name).verbose_name for name in actions.ROW_FIELDS}
    cells = [(name, label, row[name], name in row["inherited"]) for name, label in columns.items()]
    context = {"draft": draft, "index": index, "row": row, "cells": cells}
    return render(request, "workplans/edit_cell.html", context, status=status)


@login_required
@require_POST
def name_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """认定一个认不出的单位名称：新单位，或某单位的别名。"""
    draft = _draft(request, pk)
    name, chosen = request.POST.get("name", ""), request.POST.get("as", "")
    if name not in actions.unresolved(draft) or not chosen:
        messages.error(request, _("请选择“新单位”或它是哪个单位的别名"))
    else:
        target = (
            None
            if chosen == "new"
            else get_object_or_404(Organisation.objects.visible_to(request.user), pk=chosen)
        )
        attempt(
            request,
            lambda: actions.name_unit(request.user, draft, name=name, alias_of=target),
            _("“%(name)s”已认定") % {"name": name},
        )
    return redirect("workplans:preview", pk)


@login_required
@require_POST
def choose_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """工作簿里有几张分工表时，选定一张。"""
    draft, sheet = _draft(request, pk), request.POST.get("sheet", "")
    done = _("已读入工作表“%(sheet)s”") % {"sheet": sheet}
    try:
        attempt(request, lambda: actions.choose_sheet(request.user, draft, sheet=sheet), done)
    except BreakdownError as error:
        messages.error(request, say(error.message))
    return redirect("workplans:preview", pk)


@login_required
@require_POST
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """第三步：确认导入。"""
    draft = _draft(request, pk)
    made: list[Plan] = []
    done = _("分工表已导入，请核对后下发")
    if attempt(request, lambda: made.append(actions.commit_import(request.user, draft)), done):
        return redirect("workplans:plan", made[0].pk)
    return redirect("workplans:preview", pk)


@login_required
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """放弃草稿。"""
    draft = _draft(request, pk)
    done = _("导入草稿已放弃，台账没有变化")
    attempt(request, lambda: actions.discard_draft(request.user, draft), done)
    return redirect("workplans:import")
