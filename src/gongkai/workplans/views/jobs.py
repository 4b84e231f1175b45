"""后台任务：失败的列出来，可以重新运行。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_tasks_db.models import DBTaskResult

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import duties_of
from gongkai.core.jobs import run_again

from .common import page_of


def _require_administrator(user: Any) -> None:
    if not any(duty.role == Duty.Role.ADMINISTRATOR for duty in duties_of(user)):
        raise PermissionDenied


@login_required
def failed(request: HttpRequest) -> HttpResponse:
    """失败的任务，新的在前。"""
    _require_administrator(request.user)
    rows = DBTaskResult.objects.failed().order_by("-finished_at")
    counts = {
        "ready": DBTaskResult.objects.ready().count(),
        "done": DBTaskResult.objects.successful().count(),
    }
    context = {"page_obj": page_of(request, rows), "counts": counts, "querystring": ""}
    return render(request, "workplans/jobs.html", context)


@login_required
@require_POST
def again(request: HttpRequest, pk: Any) -> HttpResponse:
    """重新运行一个失败的任务。"""
    _require_administrator(request.user)
    run_again(request.user, get_object_or_404(DBTaskResult.objects.failed(), pk=pk))
    messages.success(request, _("已重新排队"))
    return redirect("workplans:jobs")
