"""知识库的工作台：问答、编写、待编问题、规则；本模块也是这些页面的网址表。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongkai.accounts.queries import duties_of
from gongkai.core.feedback import attempt
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.records.queries import public_records

from . import actions, exports, queries
from .forms import BasisForm, EntryForm, RulesForm
from .models import DEAD, Basis, Entry, OpenQuestion
from .navigation import STAFF
from .states import ENTRY, OFFICE, WRITERS, holds, problems
from .structure import blocks

PAGE = 30
app_name = "knowledge_desk"


def _staff(request: HttpRequest) -> None:
    if not any(duty.role in STAFF for duty in duties_of(request.user)):
        raise PermissionDenied


def _page(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))


def _querystring(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def _units(user: Any) -> list[Organisation]:
    """可以替其编写的单位：任编写角色的单位；办公室还可替内设机构起草。"""
    scope = Q(pk__in=[])
    for duty in duties_of(user):
        if duty.role in OFFICE:
            scope |= Q(pk=duty.organisation_id) | Q(
                parent=duty.organisation_id, kind__in=("division", "affiliated", "window")
            )
        elif duty.role in WRITERS:
            scope |= Q(pk=duty.organisation_id)
    return list(Organisation.objects.active().filter(scope).order_by("path"))


def _found(request: HttpRequest, pk: int) -> Entry:
    _staff(request)
    rows = Entry.objects.visible_to(request.user).select_related("organisation__parent", "author", "replaces")
    return get_object_or_404(rows, pk=pk)


@login_required
def entries(request: HttpRequest) -> HttpResponse:
    """问答：按状态和文字筛选；要处理的排在上面。"""
    _staff(request)
    state, words = request.GET.get("state", ""), request.GET.get("q", "").replace("\x00", "").strip()[:60]
    rows = queries.entries(request.user, state=state, words=words)
    attention = list(queries.needing_attention(request.user)[:PAGE])
    context = {
        "page_obj": _page(request, rows),
        "attention": attention,
        "state": state,
        "words": words,
        "states": Entry.State.choices,
        "units": _units(request.user),
        "querystring": _querystring(request),
    }
    return render(request, "consultations/entries.html", context)


@login_required
def export(request: HttpRequest) -> HttpResponse:
    """导出 Excel：照当前筛选。"""
    _staff(request)
    rows = queries.entries(
        request.user, state=request.GET.get("state", ""), words=request.GET.get("q", "").strip()[:60]
    )
    response = HttpResponse(
        exports.workbook(rows),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = f'attachment; filename="knowledge-{timezone.localdate()}.xlsx"'
    return response


@login_required
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """新写一条：先有问题，再写答复。"""
    _staff(request)
    number = request.POST.get("organisation", "")
    unit = next((each for each in _units(request.user) if str(each.pk) == number), None)
    if unit is None:
        messages.error(request, _("请选择答复单位"))
        return redirect("knowledge_desk:entries")
    made: list[Entry] = []
    question = request.POST.get("question", "")
    if attempt(
        request,
        lambda: made.append(actions.create_entry(request.user, unit, question=question)),
        _("已建草稿，请写答复、列依据，再送审"),
    ):
        return redirect("knowledge_desk:entry", made[0].pk)
    return redirect("knowledge_desk:entries")


@login_required
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """一条：编写、依据、公众看到的样子、可办的步骤、经过。"""
    found = _found(request, pk)
    editable = found.state == Entry.State.DRAFT and holds(request.user, found, WRITERS)
    form = None
    if editable:
        form = EntryForm(request.POST or None, instance=found, initial={"version": found.version})
        # 表单校验会把新值写进 found；存的时候按库里现在的样子比。
        if request.method == "POST" and form.is_valid():
            values, version = form.values(), form.cleaned_data["version"]
            if attempt(
                request,
                lambda: actions.save_entry(request.user, Entry.objects.get(pk=pk), version=version, **values),
                _("已保存"),
            ):
                return redirect("knowledge_desk:entry", pk)
    return render(request, "consultations/entry_edit.html", _context(request, found, form))


def _context(request: HttpRequest, found: Entry, form: EntryForm | None) -> dict[str, Any]:
    words = request.GET.get("basis", "").replace("\x00", "").strip()[:60]
    candidates: Any = ()
    if words and form is not None:
        named = Q(live__title__icontains=words) | Q(live__document_number__icontains=words)
        candidates = public_records().exclude(validity__in=DEAD).filter(named).defer("live__body")[:8]
    stored = Entry.objects.get(pk=found.pk) if form is not None and form.is_bound else found
    return {
        "entry": stored,
        "form": form,
        "bases": stored.bases.select_related("record__live"),
        "blocks": blocks(stored.answer),
        "missing": problems(stored) if stored.state != Entry.State.WITHDRAWN else [],
        "shown": stored.state == Entry.State.PUBLISHED and queries.shown(stored),
        "steps": ENTRY.available(stored, request.user),
        "can_assign": stored.state == Entry.State.DRAFT and holds(request.user, stored, OFFICE),
        "can_revise": stored.state == Entry.State.PUBLISHED and holds(request.user, stored, WRITERS),
        "revision": stored.replaced_by.exclude(state=Entry.State.WITHDRAWN).first(),
        "assignees": Organisation.objects.visible_to(request.user).active().order_by("path"),
        "questions": stored.questions.prefetch_related("wordings"),
        "history": queries.history(stored),
        "basis_words": words,
        "candidates": candidates,
        "basis_form": BasisForm(),
    }


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """办一步。"""
    found = _found(request, pk)
    if name not in ENTRY.transitions:
        raise PermissionDenied
    label = ENTRY.transitions[name].label
    reason = request.POST.get("reason", "")[:500]
    attempt(
        request,
        lambda: actions.move(request.user, found, name, reason=reason),
        _("已%(step)s") % {"step": label},
    )
    return redirect("knowledge_desk:entry", pk)


@login_required
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """移交给另一个单位；移交之后可能就看不到了，回到列表。"""
    found = _found(request, pk)
    number = request.POST.get("organisation", "")
    units = Organisation.objects.visible_to(request.user)
    unit = get_object_or_404(units, pk=number if number.isdecimal() else 0)
    done = _("已移交给%(unit)s") % {"unit": unit}
    attempt(request, lambda: actions.assign(request.user, found, unit), done)
    still = Entry.objects.visible_to(request.user).filter(pk=pk).exists()
    return redirect("knowledge_desk:entry", pk) if still else redirect("knowledge_desk:entries")


@login_required
@require_POST
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    """改版。"""
    found = _found(request, pk)
    made: list[Entry] = []
    if attempt(
        request,
        lambda: made.append(actions.revise(request.user, found)),
        _("已另起一份草稿；新的发布之前，原来的照常公开"),
    ):
        return redirect("knowledge_desk:entry", made[0].pk)
    return redirect("knowledge_desk:entry", pk)


@login_required
@require_POST
def add_basis(request: HttpRequest, pk: int) -> HttpResponse:
    """加依据：库里的一件，或站外的。"""
    found = _found(request, pk)
    number = request.POST.get("record", "")
    values: dict[str, Any] = {
        name: request.POST.get(name, "").replace("\x00", "") for name in ("title", "url", "clause")
    }
    if number:
        values = {"record_pk": int(number) if number.isdecimal() else 0, "clause": values["clause"]}
    attempt(request, lambda: actions.add_basis(request.user, found, **values), _("依据已加上"))
    return redirect("knowledge_desk:entry", pk)


@login_required
@require_POST
def remove_basis(request: HttpRequest, pk: int, basis: int) -> HttpResponse:
    """去掉依据。"""
    found = _found(request, pk)
    row = get_object_or_404(Basis, pk=basis, entry=found)
    attempt(request, lambda: actions.remove_basis(request.user, row), _("依据已去掉"))
    return redirect("knowledge_desk:entry", pk)


@login_required
def questions(request: HttpRequest) -> HttpResponse:
    """待编问题：问得多的在前，连同各种问法。"""
    _staff(request)
    state = request.GET.get("state", OpenQuestion.State.OPEN)
    if state not in OpenQuestion.State.values:
        state = OpenQuestion.State.OPEN
    rows = OpenQuestion.objects.visible_to(request.user).filter(state=state)
    context = {
        "page_obj": _page(request, rows.select_related("organisation", "entry").prefetch_related("wordings")),
        "state": state,
        "states": OpenQuestion.State.choices,
        "rules": queries.rules(),
        "drafts": Entry.objects.visible_to(request.user).filter(state=Entry.State.DRAFT)[:50],
        "querystring": _querystring(request),
    }
    return render(request, "consultations/questions.html", context)


@login_required
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """处理一个待编问题：起草、并入已有的草稿、不编写。"""
    _staff(request)
    row = get_object_or_404(OpenQuestion.objects.visible_to(request.user), pk=pk)
    do = request.POST.get("do", "")
    if do == "draft":
        made: list[Entry] = []
        if attempt(
            request, lambda: made.append(actions.draft_from(request.user, row)), _("已起草，请写答复、列依据")
        ):
            return redirect("knowledge_desk:entry", made[0].pk)
    elif do == "attach":
        number = request.POST.get("entry", "")
        rows = Entry.objects.visible_to(request.user)
        target = get_object_or_404(rows, pk=number if number.isdecimal() else 0)
        attempt(request, lambda: actions.attach(request.user, row, target), _("问法已并入那一条草稿"))
    elif do == "drop":
        reason = request.POST.get("reason", "")
        attempt(request, lambda: actions.drop(request.user, row, reason=reason), _("已标为不编写"))
    return redirect("knowledge_desk:questions")


@login_required
def rules(request: HttpRequest) -> HttpResponse:
    """规则：交给谁、问到几次起草、多像算同一个、提前几天提醒。"""
    if not actions.is_office(request.user):
        raise PermissionDenied
    form = RulesForm(request.user, request.POST or None, instance=queries.rules())
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_rules(request.user, form.save(commit=False))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("规则已保存"))
            return redirect("knowledge_desk:rules")
    return render(request, "consultations/rules.html", {"form": form})


urlpatterns = [
    path("", entries, name="entries"),
    path("export.xlsx", export, name="export"),
    path("new/", create, name="create"),
    path("questions/", questions, name="questions"),
    path("questions/<int:pk>/", settle, name="settle"),
    path("rules/", rules, name="rules"),
    path("<int:pk>/", entry, name="entry"),
    path("<int:pk>/assign/", assign, name="assign"),
    path("<int:pk>/revise/", revise, name="revise"),
    path("<int:pk>/bases/", add_basis, name="add_basis"),
    path("<int:pk>/bases/<int:basis>/remove/", remove_basis, name="remove_basis"),
    path("<int:pk>/<slug:name>/", step, name="step"),
]
