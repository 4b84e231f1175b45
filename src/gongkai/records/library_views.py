"""文件库页面：时效与提醒、清理、正式文本比对、整库导出。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gongkai.core.feedback import attempt
from gongkai.formats.documents import DocumentError, compare, from_text
from gongkai.law import validity as law

from . import cleanup, exports, official, states
from .kinds import WITH_VALIDITY, Kind
from .models import CleanupItem, CleanupRound, Edition, OfficialText, Record, Site, TextComparison
from .rules import rules_of, term_rule
from .screens import page_of, querystring, unit_of, units
from .validity import decisions, facts_of

MOST_BYTES = 20 * 1024 * 1024


class ValidityFilter(forms.Form):
    """时效表的筛选。"""

    kind = forms.ChoiceField(label=gettext_lazy("类型"), required=False)
    validity = forms.ChoiceField(label=gettext_lazy("时效"), required=False)
    soon = forms.BooleanField(label=gettext_lazy("只看 180 天内到期"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every: list[tuple[str, Any]] = [("", gettext_lazy("全部"))]
        kinds = [choice for choice in Kind.choices if choice[0] in WITH_VALIDITY]
        self.fields["kind"].choices = every + kinds  # type: ignore[attr-defined]
        states_ = [choice for choice in Record.Validity.choices if choice[0]]
        self.fields["validity"].choices = every + states_  # type: ignore[attr-defined]

    def rows(self, user: Any) -> Any:
        """看得见的公开信息中合条件的，到期近的在前。"""
        rows = Record.objects.visible_to(user).public().filter(kind__in=WITH_VALIDITY)
        values = self.cleaned_data if self.is_valid() else {}
        for name in ("kind", "validity"):
            if values.get(name):
                rows = rows.filter(**{name: values[name]})
        if values.get("soon"):
            today = timezone.localdate()
            rows = rows.filter(live__expires_on__range=(today, today + timezone.timedelta(days=180)))
        return rows.order_by(F("live__expires_on").asc(nulls_last=True), "-pk")


@login_required
def validity_list(request: HttpRequest) -> HttpResponse:
    """时效：每件的状态、依据和提醒。"""
    form, today = ValidityFilter(request.GET), timezone.localdate()
    rows = form.rows(request.user).select_related("live", "organisation", "agency")
    page = page_of(request, rows.defer("live__body", "live__summary"))
    incoming = decisions([record.pk for record in page])
    rules: dict[int, law.TermRule] = {}
    for record in page:
        record.warnings = []
        if record.kind == Kind.NORMATIVE:
            if record.agency_id not in rules:
                rules[record.agency_id] = term_rule(rules_of(record.agency))
            facts = facts_of(record.live, incoming.get(record.pk, []))
            record.warnings = law.warnings(facts, today, rules[record.agency_id])
    context = {"page_obj": page, "form": form, "querystring": querystring(request)}
    return render(request, "records/keeping/validity.html", context)


@login_required
def export_library(request: HttpRequest, suffix: str) -> HttpResponse:
    """整库导出：照当前筛选，Word、PDF、Excel；full=1 附全文。"""
    if suffix not in exports.CONTENT_TYPES:
        raise Http404
    rows = list(ValidityFilter(request.GET).rows(request.user).select_related("live", "site"))
    try:
        data = exports.export(rows, suffix, title="规范性文件库", full=request.GET.get("full") == "1")
    except (ValueError, DocumentError) as error:
        messages.error(request, str(error))
        return redirect("keeping:validity")
    response = HttpResponse(data, content_type=exports.CONTENT_TYPES[suffix])
    response["Content-Disposition"] = f'attachment; filename="library-{timezone.localdate()}.{suffix}"'
    return response


@login_required
def cleanups(request: HttpRequest) -> HttpResponse:
    """清理：各轮。"""
    rows = CleanupRound.objects.visible_to(request.user).select_related("organisation", "result")
    context = {
        "page_obj": page_of(request, rows),
        "units": units(request.user, cleanup.STARTERS),
        "querystring": querystring(request),
    }
    return render(request, "records/keeping/cleanups.html", context)


@login_required
@require_POST
def open_cleanup(request: HttpRequest) -> HttpResponse:
    """开一轮清理。"""
    unit, title, made = unit_of(request, cleanup.STARTERS), request.POST.get("title", ""), []
    if attempt(
        request,
        lambda: made.append(cleanup.open_round(request.user, unit, title=title)),
        _("已列入全部现行规范性文件，请逐件定结论"),
    ):
        return redirect("keeping:cleanup", made[0].pk)
    return redirect("keeping:cleanups")


@login_required
def cleanup_round(request: HttpRequest, pk: int) -> HttpResponse:
    """一轮清理：逐件的结论。"""
    found = get_object_or_404(CleanupRound.objects.visible_to(request.user), pk=pk)
    items = found.items.filter(record__in=Record.objects.visible_to(request.user))
    items = items.select_related("record__live", "record__organisation", "decided_by").defer(
        "record__live__body"
    )
    writers = units(request.user, states.WRITERS)
    context = {
        "round": found,
        "page_obj": page_of(request, items),
        "decisions": [choice for choice in CleanupItem.Decision.choices if choice[0]],
        "undecided": found.items.filter(decision="").count(),
        "open": found.state == CleanupRound.State.OPEN,
        "may_reopen": cleanup.may_reopen(found)
        and states.holds(request.user, found.organisation, cleanup.STARTERS),
        "units": [unit for unit in writers if unit.agency == found.organisation],
        "sites": Site.objects.filter(organisation=found.organisation, is_active=True),
        "querystring": querystring(request),
    }
    return render(request, "records/keeping/cleanup.html", context)


@login_required
@require_POST
def decide_item(request: HttpRequest, pk: int) -> HttpResponse:
    """定一件的结论。"""
    item = get_object_or_404(
        CleanupItem.objects.filter(record__in=Record.objects.visible_to(request.user)), pk=pk
    )
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")
    attempt(
        request, lambda: cleanup.decide(request.user, item, decision=decision, reason=reason), _("结论已记下")
    )
    return redirect("keeping:cleanup", item.round_id)


@login_required
@require_POST
def finish_cleanup(request: HttpRequest, pk: int) -> HttpResponse:
    """完成清理：生成结果并送审。"""
    found = get_object_or_404(CleanupRound.objects.visible_to(request.user), pk=pk)
    unit = unit_of(request, states.WRITERS)
    site = get_object_or_404(Site, pk=request.POST.get("site") or 0, organisation=found.organisation)
    attempt(
        request,
        lambda: cleanup.finish(request.user, found, organisation=unit, site=site),
        _("清理结果已生成并送审，公开后所列文件的时效随之变化"),
    )
    return redirect("keeping:cleanup", pk)


@login_required
@require_POST
def reopen_cleanup(request: HttpRequest, pk: int) -> HttpResponse:
    """重开一轮清理。"""
    found = get_object_or_404(CleanupRound.objects.visible_to(request.user), pk=pk)
    reason = request.POST.get("reason", "")
    attempt(request, lambda: cleanup.reopen(request.user, found, reason=reason), _("已重开，可以改结论"))
    return redirect("keeping:cleanup", pk)


@login_required
def official_list(request: HttpRequest) -> HttpResponse:
    """正式文本：比对结果，不符的在前；导入新的正式文本。"""
    rows = TextComparison.objects.filter(record__in=Record.objects.visible_to(request.user))
    rows = rows.select_related("record__live", "official").defer("record__live__body", "official__text")
    context = {
        "page_obj": page_of(request, rows),
        "units": units(request.user, official.IMPORTERS),
        "texts": OfficialText.objects.visible_to(request.user).count(),
        "querystring": querystring(request),
    }
    return render(request, "records/keeping/official.html", context)


@login_required
@require_POST
def import_official(request: HttpRequest) -> HttpResponse:
    """导入正式文本：文件或网址。"""
    unit, file = unit_of(request, official.IMPORTERS), request.FILES.get("file")
    url = request.POST.get("url", "").strip()
    counts: list[dict[str, int]] = []
    if file and file.size > MOST_BYTES:
        messages.error(request, _("文件超过 20 MB，请拆开导入"))
    elif file:
        _import(
            request,
            lambda: counts.append(official.import_file(request.user, unit, file.read(), file.name)),
            counts,
        )
    elif url:
        _import(request, lambda: counts.append(official.import_feed(request.user, unit, url)), counts)
    else:
        messages.error(request, _("请选一个文件，或填一个网址"))
    return redirect("keeping:official")


def _import(request: HttpRequest, action: Any, counts: list[dict[str, int]]) -> None:
    if attempt(request, action, _("已导入并比对")):
        text = _("新增 %(new)s 部，更新 %(changed)s 部，相同 %(same)s 部")
        messages.info(request, text % counts[0])


@login_required
def comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """比对：本站文本与正式文本逐段的不同。"""
    rows = TextComparison.objects.select_related("record__live", "record__organisation", "official")
    found = get_object_or_404(rows.filter(record__in=Record.objects.visible_to(request.user)), record=pk)
    body = found.record.live.body if found.record.live else ""
    blocks = compare(body, from_text(official.without_marks(found.official.text)))
    working = found.record.editions.filter(state__in=(*Edition.EDITABLE, *Edition.REVIEWING)).first()
    context = {
        "row": found,
        "record": found.record,
        "blocks": [block for block in blocks if block.kind != "same"],
        "may_take": states.holds(request.user, found.record.organisation, states.WRITERS),
        "working": working,
    }
    return render(request, "records/keeping/comparison.html", context)


@login_required
@require_POST
def take_official(request: HttpRequest, pk: int) -> HttpResponse:
    """采用正式文本：另起新版，去送审。"""
    rows = TextComparison.objects.select_related("record", "official")
    found = get_object_or_404(rows.filter(record__in=Record.objects.visible_to(request.user)), record=pk)
    made: list[Edition] = []
    if attempt(
        request,
        lambda: made.append(official.take(request.user, found.record, found.official)),
        _("已照正式文本另起新版，请核对后送审"),
    ):
        return redirect("desk:edition", made[0].pk)
    return redirect("keeping:comparison", pk)
