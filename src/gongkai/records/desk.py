"""审查台：待我审、我的稿件、一版的审查页、一条信息的页面；手机上可以审、可以签。

本模块也是这些页面的网址表。写稿在采编后台，这里只看、只审、只发。
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gongkai.core.feedback import attempt
from gongkai.formats.documents import clean_html, compare

from . import actions, reviews, states
from .content import CONTENT_FIELDS
from .gates import problems
from .kinds import Kind, fields_of
from .models import Attachment, Column, Edition, Placement, Record
from .queries import queue, units_written_for

PAGE = 30
app_name = "desk"


def _querystring(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


@login_required
def waiting(request: HttpRequest) -> HttpResponse:
    """待我审：有职责办理的版本，先到的在前；另列自己拟的、还没公开的稿件。"""
    mine = (
        Edition.objects.visible_to(request.user)
        .filter(author=request.user, state__in=(*Edition.EDITABLE, *Edition.REVIEWING))
        .select_related("record__organisation")
        .order_by("-updated_at")
    )
    page = Paginator(queue(request.user), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "records/desk/waiting.html",
        {
            "page_obj": page,
            "mine": mine[:PAGE],
            "is_writer": bool(units_written_for(request.user)),
            "querystring": _querystring(request),
        },
    )


class LibraryFilter(forms.Form):
    """信息库的筛选。"""

    q = forms.CharField(label=gettext_lazy("名称、字号、索引号"), required=False, max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("类型"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False)
    validity = forms.ChoiceField(label=gettext_lazy("时效"), required=False)

    STATES = (
        ("live", gettext_lazy("已公开")),
        ("work", gettext_lazy("起草或审查中")),
        ("withdrawn", gettext_lazy("已撤下")),
        ("stored", gettext_lazy("只存库")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every: list[tuple[str, Any]] = [("", gettext_lazy("全部"))]
        choices = {"kind": Kind.choices, "state": self.STATES, "validity": Record.Validity.choices}
        for name, values in choices.items():
            self.fields[name].choices = every + [row for row in values if row[0]]  # type: ignore[attr-defined]

    def narrow(self, rows: Any, editions: Any) -> Any:
        """按所选条件缩小范围；名称、字号只在看得见的版本 editions 里找，免得由此探出草稿。"""
        if not self.is_valid():
            return rows
        values = self.cleaned_data
        if text := values["q"].strip():
            named = Q(title__icontains=text) | Q(document_number__icontains=text)
            found = editions.filter(named).values("record")
            rows = rows.filter(Q(index_number=text) | Q(pk__in=found))
        if values["kind"]:
            rows = rows.filter(kind=values["kind"])
        if values["validity"]:
            rows = rows.filter(validity=values["validity"])
        by_state = {
            "live": Q(live__isnull=False),
            "work": Q(editions__state__in=(*Edition.EDITABLE, *Edition.REVIEWING)),
            "withdrawn": Q(withdrawn_at__isnull=False),
            "stored": Q(live=None, withdrawn_at=None, editions__state=Edition.State.SIGNED),
        }
        return rows.filter(by_state.get(values["state"], Q())).distinct()


@login_required
def library(request: HttpRequest) -> HttpResponse:
    """信息库：看得见的全部信息，可按类型、状态、时效筛选。"""
    form = LibraryFilter(request.GET)
    rows = Record.objects.visible_to(request.user).select_related("live", "organisation")
    editions = Edition.objects.visible_to(request.user)
    newest = Prefetch("editions", editions.defer("body", "summary", "fields"))
    rows = form.narrow(rows, editions).prefetch_related(newest).order_by("-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for record in page:
        record.newest = next(iter(record.editions.all()), None)
    return render(
        request,
        "records/desk/library.html",
        {"page_obj": page, "form": form, "querystring": _querystring(request)},
    )


def safe_body(html: str) -> SafeString:
    """正文：存的时候清洗过，显示前再过一遍同一张许可表，所以可以原样输出。"""
    return mark_safe(clean_html(html))  # noqa: S308 刚过许可表


def facts(edition: Edition) -> list[tuple[Any, Any]]:
    """各栏的名称与值，空的不列。"""
    found: list[tuple[Any, Any]] = []
    for name in CONTENT_FIELDS:
        if name in ("title", "body", "fields"):
            continue
        field = Edition._meta.get_field(name)
        value = getattr(edition, name)
        if getattr(field, "choices", None):
            value = getattr(edition, f"get_{name}_display")()
        if isinstance(value, list):
            value = "、".join(map(str, value))
        if isinstance(value, date):
            value = value.isoformat()
        if value not in (None, ""):
            found.append((field.verbose_name, value))  # type: ignore[union-attr]
    for spec in fields_of(edition.record.kind):
        value = edition.fields.get(spec.name)
        if value not in (None, ""):
            found.append((spec.label, dict(spec.choices).get(value, value)))
    return found


def _changes(edition: Edition) -> tuple[list[tuple[Any, Any, Any]], list[Any]]:
    """与公开版的不同：（栏目, 原文, 新文）各一条，和正文逐块的比较。"""
    live = edition.record.live
    if live is None or live.pk == edition.pk:
        return [], []
    before, after = dict(facts(live)), dict(facts(edition))
    rows: list[tuple[Any, Any, Any]] = []
    if live.title != edition.title:
        rows.append((_("名称"), live.title, edition.title))
    for label in dict.fromkeys([*before, *after]):
        if before.get(label) != after.get(label):
            rows.append((label, before.get(label, ""), after.get(label, "")))
    old, new = ([row.name for row in each.attachments.all()] for each in (live, edition))
    if old != new:
        rows.append((_("附件"), "、".join(old), "、".join(new)))
    return rows, compare(live.body, edition.body)


def _edition(request: HttpRequest, pk: int) -> Edition:
    rows = Edition.objects.visible_to(request.user).select_related(
        "record__organisation", "record__agency", "record__site", "record__live", "author"
    )
    return get_object_or_404(rows, pk=pk)


@login_required
def edition(request: HttpRequest, pk: int) -> HttpResponse:
    """一版的审查页：内容、问题、与公开版的不同、审查经过、此刻可以做的。"""
    found = _edition(request, pk)
    working = found.state in (*Edition.EDITABLE, *Edition.REVIEWING)
    changed, blocks = _changes(found)
    moves = states.EDITION.available(found, request.user)
    secrecy = any(move.name.startswith("pass_secrecy") for move in moves)
    return render(
        request,
        "records/desk/edition.html",
        {
            "edition": found,
            "record": found.record,
            "facts": facts(found),
            "body": safe_body(found.body),
            "attachments": found.attachments.all(),
            "relations": found.relations.select_related("target__live"),
            "problems": problems(found) if working else [],
            "changed": changed,
            "blocks": blocks,
            "reviews": found.reviews.select_related("reviewer"),
            "steps": {t.name: t.label for t in states.EDITION.transitions.values()},
            "moves": [move for move in moves if move.name not in ("schedule", "refer", "answer_referral")],
            "schedules": any(move.name == "schedule" for move in moves),
            "may_refer": any(move.name == "refer" for move in moves),
            "may_answer": any(move.name == "answer_referral" for move in moves),
            "points": reviews.points_for(found.record.agency) if secrecy else [],
            "answers": reviews.ANSWERS,
            "editable": found.state in Edition.EDITABLE
            and states.holds(request.user, found.record.organisation, states.WRITERS),
        },
    )


def _secrecy_form(request: HttpRequest, found: Edition) -> dict[str, Any]:
    return {
        point.key: {
            "answer": request.POST.get(f"point-{point.key}", ""),
            "note": request.POST.get(f"note-{point.key}", ""),
        }
        for point in reviews.points_for(found.record.agency)
    }


@login_required
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """修改：到采编后台写。"""
    _edition(request, pk)
    return redirect("editions:edit", pk)


@login_required
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """办理：按所点的按钮走一步。"""
    found = _edition(request, pk)
    name, reason = request.POST.get("do", ""), request.POST.get("reason", "")
    if name == "publish":
        attempt(request, lambda: actions.publish(request.user, found), _("已发布"))
    elif name == "schedule":
        _schedule(request, found)
    elif name == "refer":
        to = request.POST.get("to", "")
        attempt(
            request, lambda: reviews.refer(request.user, found, to=to, question=reason), _("已登记报请确定")
        )
    elif name == "answer_referral":
        number = request.POST.get("document_number", "")
        attempt(
            request,
            lambda: reviews.answer_referral(request.user, found, answer=reason, document_number=number),
            _("已登记确定意见"),
        )
    elif name in states.EDITION.transitions:
        label = states.EDITION.transitions[name].label
        form = _secrecy_form(request, found) if name.startswith("pass_secrecy") else None
        done = attempt(
            request,
            lambda: actions.move(request.user, found, name, reason=reason, form=form),
            _("已办理：%(step)s") % {"step": label},
        )
        if done and name == "recall":
            return redirect("editions:edit", pk)
    return redirect("desk:edition", pk)


class ScheduleForm(forms.Form):
    """定时发布的时间。"""

    at = forms.DateTimeField(label=gettext_lazy("定时发布时间"), input_formats=["%Y-%m-%dT%H:%M"])


def _schedule(request: HttpRequest, found: Edition) -> None:
    form = ScheduleForm(request.POST)
    at = form.cleaned_data["at"] if form.is_valid() else timezone.now()
    done = _("已定时，到点自动发布")
    attempt(request, lambda: actions.schedule(request.user, found, at=at), done)


def _record(request: HttpRequest, pk: int) -> Record:
    rows = Record.objects.visible_to(request.user).select_related(
        "live", "organisation", "agency", "site", "replacement"
    )
    return get_object_or_404(rows, pk=pk)


@login_required
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """一条信息：各版本、所在栏目、时效变化、撤下与撤销。"""
    found = _record(request, pk)
    placements = found.placements.select_related("column__site")
    office = states.holds(request.user, found.agency, states.OFFICE)
    columns = Column.objects.open().filter(site=found.site).exclude(placements__record=found)
    return render(
        request,
        "records/desk/record.html",
        {
            "record": found,
            "editions": found.editions.visible_to(request.user).select_related("author"),
            "placements": placements,
            "columns": columns if office and found.live else [],
            "changes": found.validity_changes.all()[:30],
            "is_office": office,
            "may_write": states.holds(request.user, found.organisation, states.WRITERS),
        },
    )


@login_required
@require_POST
def act_on_record(request: HttpRequest, pk: int) -> HttpResponse:
    """对一条信息：另起新版、撤销发布、撤下、归档、放进或撤出栏目。"""
    found = _record(request, pk)
    name, reason, user = request.POST.get("do", ""), request.POST.get("reason", ""), request.user
    if name == "new_edition":
        made: list[Edition] = []
        if attempt(
            request, lambda: made.append(actions.new_edition(user, found)), _("已另起新版，公开版照常展示")
        ):
            return redirect("editions:edit", made[0].pk)
    elif name == "undo":
        done = _("已撤销发布")
        attempt(request, lambda: actions.undo_publication(user, found, reason=reason), done)
    elif name == "withdraw":
        other = Record.objects.visible_to(user).filter(index_number=request.POST.get("replacement") or None)
        done = _("已撤下，公众看不到了")
        attempt(
            request,
            lambda: actions.withdraw(user, found, reason=reason, replacement=other.first()),
            done,
        )
    elif name == "archive":
        attempt(request, lambda: actions.archive(user, found, reason=reason), _("已归档"))
    elif name == "pick":
        column = get_object_or_404(Column.objects.open(), pk=request.POST.get("column") or 0)
        attempt(request, lambda: actions.pick(user, found, column), _("已放进栏目"))
    elif name == "unpick":
        placement = get_object_or_404(Placement, pk=request.POST.get("placement") or 0, record=found)
        attempt(request, lambda: actions.unpick(user, placement), _("已撤出栏目"))
    return redirect("desk:record", pk)


@login_required
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """附件：看得见这一版的人可以下载。"""
    editions = Edition.objects.visible_to(request.user)
    row = get_object_or_404(Attachment, pk=pk, edition__in=editions)
    name = row.name if row.name.lower().endswith(row.suffix) else row.name + row.suffix
    response = FileResponse(row.file.open("rb"), as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


urlpatterns = [
    path("review/", waiting, name="waiting"),
    path("library/", library, name="library"),
    path("editions/<int:pk>/", edition, name="edition"),
    path("editions/<int:pk>/write/", write, name="write"),
    path("editions/<int:pk>/act/", act, name="act"),
    path("records/<int:pk>/", record, name="record"),
    path("records/<int:pk>/act/", act_on_record, name="act_on_record"),
    path("attachments/<int:pk>/", attachment, name="attachment"),
]
