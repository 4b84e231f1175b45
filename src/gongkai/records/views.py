"""库务页面：待办、公开期限、发布失败、词表、移送。本模块也是库务各页的网址表。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from gongkai.core.feedback import attempt
from gongkai.core.states import Refusal, Refused
from gongkai.law.workdays import Calendar

from . import deadlines, deliveries, library_views, publishing, rules_views, scans, states, upkeep
from .models import Delivery, Edition, PublicationFailure, RememberedPhrase, WordRule, WorkItem
from .rules import rules_of
from .screens import PAGE, page_of, querystring, tell_errors, unit_of, units

app_name = "keeping"


@login_required
def work_items(request: HttpRequest) -> HttpResponse:
    """待办：看得见的，期限近的在前；可按事由筛选，可看已办结的。"""
    kind, closed = request.GET.get("kind", ""), request.GET.get("closed") == "1"
    rows = WorkItem.objects.visible_to(request.user).filter(closed_at__isnull=not closed)
    if kind in WorkItem.Kind.values:
        rows = rows.filter(kind=kind)
    rows = rows.select_related("organisation", "record", "closed_by")
    context = {
        "page_obj": page_of(request, rows.order_by("-closed_at", F("due").asc(nulls_last=True), "pk")),
        "querystring": querystring(request),
        "kinds": WorkItem.Kind.choices,
        "kind": kind,
        "closed": closed,
        "today": timezone.localdate(),
    }
    return render(request, "records/keeping/work_items.html", context)


@login_required
@require_POST
def close_item(request: HttpRequest, pk: int) -> HttpResponse:
    """办结一件待办。"""
    item = get_object_or_404(WorkItem.objects.visible_to(request.user), pk=pk)
    note = request.POST.get("note", "")
    attempt(request, lambda: upkeep.close(request.user, item, note=note), _("已办结"))
    return redirect("keeping:work_items")


@login_required
def due_list(request: HttpRequest) -> HttpResponse:
    """公开期限：还没公开的，期限近的在前，各亮一灯。"""
    today, calendar, late_days = timezone.localdate(), Calendar.official(), {}
    rows = deadlines.pending().visible_to(request.user)
    rows = rows.select_related("record__organisation", "record__agency").defer("body", "summary")
    # 起算日早的大多先到期；各自的期限不同，页内再按最迟公开日排。
    page = page_of(request, rows.order_by("formed_on", "written_on", "pk"))
    found = []
    for edition in page:
        agency = edition.record.agency
        if agency.pk not in late_days:
            late_days[agency.pk] = rules_of(agency).late_days
        deadline = deadlines.deadline_of(edition, calendar, today, late_days=late_days[agency.pk])
        found.append((edition, deadline))
    found.sort(key=lambda row: (row[1] is None, row[1] and row[1].due.due))
    context = {
        "page_obj": page,
        "rows": found,
        "term": rules_views.TermForm(auto_id=False),
        "querystring": querystring(request),
    }
    return render(request, "records/keeping/deadlines.html", context)


@login_required
def failures(request: HttpRequest) -> HttpResponse:
    """发布失败：没处理的在前。"""
    rows = PublicationFailure.objects.visible_to(request.user).filter(settled_at=None)
    rows = rows.select_related("edition__record__agency").defer("edition__body")
    context = {"page_obj": page_of(request, rows), "querystring": querystring(request)}
    return render(request, "records/keeping/failures.html", context)


@login_required
@require_POST
def act_on_failure(request: HttpRequest, pk: int) -> HttpResponse:
    """再发一次，或标为已处理。"""
    failure = get_object_or_404(PublicationFailure.objects.visible_to(request.user), pk=pk)
    if request.POST.get("do") == "retry":
        attempt(request, lambda: _retry(request.user, failure), _("已发布"))
    else:
        attempt(request, lambda: publishing.settle(request.user, failure), _("已标为处理过"))
    return redirect("keeping:failures")


def _retry(user: Any, failure: PublicationFailure) -> None:
    if not publishing.retry(user, failure):
        raise Refused([Refusal("again", _("又没有发成，原因见列表"))])


@login_required
def words(request: HttpRequest) -> HttpResponse:
    """词表：在用的错词；记住的误报。"""
    today = timezone.localdate()
    rows = WordRule.objects.visible_to(request.user).exclude(until__lte=today).select_related("organisation")
    remembered = RememberedPhrase.objects.visible_to(request.user).select_related("author", "organisation")
    context = {
        "page_obj": page_of(request, rows),
        "remembered": remembered.order_by("-pk")[:PAGE],
        "units": units(request.user, states.OFFICE),
        "querystring": querystring(request),
    }
    return render(request, "records/keeping/words.html", context)


@login_required
@require_POST
def act_on_words(request: HttpRequest) -> HttpResponse:
    """增补、停用错词，撤销记住的误报。"""
    name, user = request.POST.get("do", ""), request.user
    if name == "add":
        unit = unit_of(request, states.OFFICE)
        wrong, right, note = (request.POST.get(key, "") for key in ("wrong", "right", "note"))
        done = _("已加入词表，下次检查起用")
        attempt(request, lambda: scans.add_word(user, unit, wrong=wrong, right=right, note=note), done)
    elif name == "retire":
        row = get_object_or_404(WordRule.objects.visible_to(user), pk=request.POST.get("pk") or 0)
        attempt(request, lambda: scans.retire_word(user, row), _("已停用"))
    elif name == "forget":
        kept = get_object_or_404(RememberedPhrase.objects.visible_to(user), pk=request.POST.get("pk") or 0)
        attempt(request, lambda: scans.forget(user, kept), _("以后照常提示"))
    return redirect("keeping:words")


@login_required
@require_POST
def let_pass(request: HttpRequest, pk: int) -> HttpResponse:
    """放行一处提示：写明理由，同样的上下文不再提示。"""
    edition = get_object_or_404(Edition.objects.visible_to(request.user), pk=pk)
    check, context, reason = (request.POST.get(key, "") for key in ("check", "context", "reason"))
    attempt(
        request,
        lambda: scans.remember(request.user, edition, check=check, context=context, reason=reason),
        _("已记住，同样的地方不再提示"),
    )
    return redirect("desk:edition", pk)


class PeriodForm(forms.Form):
    """移送包的起止日期。"""

    first = forms.DateField(label=gettext_lazy("公开日期自"), widget=forms.DateInput({"type": "date"}))
    last = forms.DateField(label=gettext_lazy("至"), widget=forms.DateInput({"type": "date"}))


class ReceiptForm(forms.Form):
    """移送登记。"""

    recipient = forms.CharField(label=gettext_lazy("接收单位"), max_length=80)
    delivered_on = forms.DateField(label=gettext_lazy("移送日期"), widget=forms.DateInput({"type": "date"}))
    way = forms.CharField(label=gettext_lazy("移送方式"), max_length=60)
    note = forms.CharField(label=gettext_lazy("签收情况"), max_length=200, required=False)


@login_required
def delivery_list(request: HttpRequest) -> HttpResponse:
    """移送：做过的包和签收；做新的包。"""
    rows = Delivery.objects.visible_to(request.user).select_related("organisation", "made_by")
    context = {
        "page_obj": page_of(request, rows.prefetch_related("receipts")),
        "units": units(request.user, states.OFFICE),
        "period": PeriodForm(),
        "receipt": ReceiptForm(auto_id=False),
        "querystring": querystring(request),
    }
    return render(request, "records/keeping/deliveries.html", context)


@login_required
@require_POST
def make_delivery(request: HttpRequest) -> HttpResponse:
    """做一个移送包。"""
    unit, form = unit_of(request, states.OFFICE), PeriodForm(request.POST)
    if not form.is_valid():
        tell_errors(request, form)
        return redirect("keeping:deliveries")
    made: list[Delivery] = []
    values = form.cleaned_data
    if attempt(
        request,
        lambda: made.append(deliveries.make(request.user, unit, first=values["first"], last=values["last"])),
        _("移送包已做好"),
    ):
        count = made[0].records
        messages.info(request, ngettext("共 %(n)s 条信息", "共 %(n)s 条信息", count) % {"n": count})
    return redirect("keeping:deliveries")


@login_required
@require_POST
def add_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """登记一次移送。"""
    delivery = get_object_or_404(Delivery.objects.visible_to(request.user), pk=pk)
    form = ReceiptForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        done = _("移送已登记")
        attempt(request, lambda: deliveries.acknowledge(request.user, delivery, **values), done)
    else:
        tell_errors(request, form)
    return redirect("keeping:deliveries")


@login_required
def delivery_file(request: HttpRequest, pk: int) -> FileResponse:
    """下载移送包。"""
    row = get_object_or_404(Delivery.objects.visible_to(request.user), pk=pk)
    name = f"{row.organisation}_{row.period_from}_{row.period_to}.zip"
    return FileResponse(row.file.open("rb"), as_attachment=True, filename=name)


urlpatterns = [
    path("work-items/", work_items, name="work_items"),
    path("work-items/<int:pk>/close/", close_item, name="close_item"),
    path("deadlines/", due_list, name="deadlines"),
    path("failures/", failures, name="failures"),
    path("failures/<int:pk>/act/", act_on_failure, name="act_on_failure"),
    path("words/", words, name="words"),
    path("words/act/", act_on_words, name="act_on_words"),
    path("editions/<int:pk>/let-pass/", let_pass, name="let_pass"),
    path("deliveries/", delivery_list, name="deliveries"),
    path("deliveries/make/", make_delivery, name="make_delivery"),
    path("deliveries/<int:pk>/receipt/", add_receipt, name="add_receipt"),
    path("deliveries/<int:pk>/package.zip", delivery_file, name="delivery_file"),
    path("validity/", library_views.validity_list, name="validity"),
    path("validity/library.<slug:suffix>", library_views.export_library, name="export"),
    path("cleanups/", library_views.cleanups, name="cleanups"),
    path("cleanups/open/", library_views.open_cleanup, name="open_cleanup"),
    path("cleanups/<int:pk>/", library_views.cleanup_round, name="cleanup"),
    path("cleanups/<int:pk>/finish/", library_views.finish_cleanup, name="finish_cleanup"),
    path("cleanups/<int:pk>/reopen/", library_views.reopen_cleanup, name="reopen_cleanup"),
    path("cleanups/items/<int:pk>/", library_views.decide_item, name="decide_item"),
    path("library-rules/", rules_views.rules, name="rules"),
    path("library-rules/act/", rules_views.act_on_rules, name="act_on_rules"),
    path("records/<int:pk>/term/", rules_views.set_term, name="set_term"),
    path("official/", library_views.official_list, name="official"),
    path("official/import/", library_views.import_official, name="import_official"),
    path("official/<int:pk>/", library_views.comparison, name="comparison"),
    path("official/<int:pk>/take/", library_views.take_official, name="take_official"),
]
