"""列表：我的队列、全部申请、看板、待我审签、统计、导出。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from gongkai.accounts.models import Duty
from gongkai.core.calendar import current_calendar
from gongkai.core.inputs import is_number
from gongkai.core.models import Organisation
from gongkai.law.annual import TABLE3_COLUMNS, TABLE4_COLUMNS, TABLE4_ROWS, row_label, violations

from .. import actions, exports, queries
from ..covering import covers, duties_of
from ..models import Case, CaseNotice, FoundAlready
from ..trail import audit
from ..visibility import offices
from .common import COUNT_UP_TO, page_of, querystring, tried, with_days

_EXPORT_LIMIT = 20000


class Filter(forms.Form):
    """筛选：编号、摘要，或申请人全名。"""

    q = forms.CharField(label=gettext_lazy("编号、摘要或申请人全名"), required=False, max_length=60)
    state = forms.ChoiceField(label=gettext_lazy("阶段"), required=False)
    light = forms.ChoiceField(
        label=gettext_lazy("期限"),
        required=False,
        choices=[
            ("", gettext_lazy("全部")),
            ("late", gettext_lazy("已逾期")),
            ("week", gettext_lazy("五个工作日之内")),
            ("waiting", gettext_lazy("等候中")),
        ],
    )
    alike = forms.ChoiceField(
        label=gettext_lazy("相同的申请"),
        required=False,
        choices=[("", gettext_lazy("逐件列出")), ("first", gettext_lazy("只列最早的一件"))],
    )

    def __init__(self, *args: Any, states: Any = Case.State, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", gettext_lazy("全部")), *[(s.value, s.label) for s in states]]  # type: ignore[attr-defined]

    def narrow(self, rows: Any) -> Any:
        """按所选条件缩小范围。"""
        if not self.is_valid():
            return rows
        values, today = self.cleaned_data, timezone.localdate()
        if text := values["q"].strip():
            rows = _search(rows, text)
        if values["state"]:
            rows = rows.filter(state=values["state"])
        if values["light"] == "late":
            rows = rows.filter(alarm__lt=today, state__in=Case.RUNNING)
        elif values["light"] == "week":
            last = current_calendar().add(today, 5)
            rows = rows.filter(alarm__gte=today, alarm__lte=last, state__in=Case.RUNNING)
        elif values["light"] == "waiting":
            rows = rows.exclude(waiting="")
        if values["alike"]:
            rows = queries.firsts(rows)
        return rows


def _search(rows: Any, text: str) -> Any:
    parts = text.upper().removeprefix("SQ-").split("-")
    if len(parts) == 2 and all(is_number(part) for part in parts):
        return rows.filter(year=int(parts[0]), serial=int(parts[1]))
    # 姓名库里是密文，只能整名比对；摘要是明文，按包含查。
    named = queries.by_name(rows, text).values("pk")
    return rows.filter(Q(summary__icontains=text) | Q(pk__in=named))


def _unread(user: Any) -> Any:
    return CaseNotice.objects.visible_to(user).filter(read_at=None).select_related("case")[:10]


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """我的队列：按剩余工作日排，可勾选几件一起分办。"""
    form = Filter(request.GET, states=Case.OPEN)
    page = page_of(request, form.narrow(queries.queue(request.user)))
    with_days(page.object_list)
    agencies = offices(request.user)
    units = Organisation.objects.filter(
        parent__in=agencies, kind__in=("division", "affiliated"), is_active=True
    )
    return render(
        request,
        "requests/queue.html",
        {
            "page_obj": page,
            "form": form,
            "querystring": querystring(request),
            "fixes": queries.fixes_pressing(request.user, timezone.localdate(), current_calendar()),
            "covers": covers(request.user),
            "notices": _unread(request.user),
            "units": units if agencies else [],
        },
    )


@login_required
def cases(request: HttpRequest) -> HttpResponse:
    """全部申请：看得见的，新的在前。"""
    form = Filter(request.GET)
    page = page_of(request, form.narrow(queries.listed(request.user)).order_by("-pk"), most=COUNT_UP_TO)
    with_days(page.object_list)
    return render(
        request,
        "requests/cases.html",
        {
            "page_obj": page,
            "form": form,
            "querystring": querystring(request),
            "more": page.paginator.count == COUNT_UP_TO,
        },
    )


@login_required
def export(request: HttpRequest) -> HttpResponse:
    """导出登记簿：所选条件下的，申请人遮蔽；每次导出记审计。"""
    form = Filter(request.GET)
    rows = form.narrow(queries.listed(request.user)).order_by("pk")
    count = rows.count()
    if count > _EXPORT_LIMIT:
        messages.error(request, _("共 %(n)s 件，一次最多导出 20000 件；请先筛选") % {"n": count})
        return redirect("foi:cases")
    content = exports.register(rows)
    with transaction.atomic():
        # 只记按什么筛选：查找的词常是姓名、电话。
        chosen = sorted(key for key, value in request.GET.items() if value)
        audit(request.user, "requests.export", request.user, cases=count, filters=chosen)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    name = f"register-{timezone.localdate().isoformat()}.xlsx"
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@login_required
def board(request: HttpRequest) -> HttpResponse:
    """看板：一个阶段一栏，催办日早的在上。"""
    columns = [(state, label, n, with_days(some)) for state, label, n, some in queries.board(request.user)]
    return render(request, "requests/board.html", {"columns": columns})


@login_required
def reviews(request: HttpRequest) -> HttpResponse:
    """待我审签：答复文书，期限早的在前。"""
    page = page_of(request, queries.to_review(request.user))
    with_days([letter.case for letter in page.object_list])
    fixes = queries.fixes_to_sign(request.user)[:20]
    context = {"page_obj": page, "querystring": querystring(request), "fixes": fixes}
    return render(request, "requests/reviews.html", context)


def _agencies(user: Any) -> list[Organisation]:
    roles = {Duty.Role.LEADER, Duty.Role.AUDITOR}
    own = [d.organisation for d in duties_of(user) if d.role in roles and d.organisation.kind == "agency"]
    found = {org.pk: org for org in (*Organisation.objects.filter(pk__in=offices(user)), *own)}
    return list(found.values())


@login_required
def statistics(request: HttpRequest) -> HttpResponse:
    """统计：当年收到、答复、按期的件数，各渠道、各结果；工作机构另看年度报告的两张表和勾稽结果。"""
    today = timezone.localdate()
    text = request.GET.get("year", "")
    year = int(text) if is_number(text) and 2019 <= int(text) <= today.year else today.year
    found = queries.statistics(Case.objects.at_desk(request.user), year, today)
    agency = next(iter(_agencies(request.user)), None)
    tables: dict[str, Any] = {}
    if agency:
        report = queries.annual_report(agency, year)
        tables = {
            "agency": agency,
            "columns": TABLE3_COLUMNS,
            "table3": [
                (row_label(key), list(zip(TABLE3_COLUMNS, row, strict=True)))
                for key, row in report["table3"].items()
            ],
            "columns4": TABLE4_COLUMNS,
            "table4": [
                (TABLE4_ROWS[key], list(zip(TABLE4_COLUMNS, row, strict=True)))
                for key, row in report["table4"].items()
            ],
            "problems": [each.message for each in violations(report)],
        }
    mine = offices(request.user)
    tables["found"] = FoundAlready.objects.filter(agency__in=mine, on__year=year).count() if mine else 0
    years = range(today.year, 2018, -1)
    return render(
        request, "requests/statistics.html", {"stats": found, "year": year, "years": years, **tables}
    )


@login_required
@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    """提醒全部标为已读。"""
    actions.read_notices(request.user)
    return redirect("foi:queue")


@login_required
@require_POST
def assign_many(request: HttpRequest) -> HttpResponse:
    """多件分办：所勾的各件分给所选的处室；没分成的逐件说明原因。"""
    chosen = [int(pk) for pk in request.POST.getlist("case") if is_number(pk)]
    rows = list(Case.objects.visible_to(request.user).filter(pk__in=chosen).select_related("agency"))
    wanted = [unit for unit in request.POST.getlist("unit") if is_number(unit)]
    units = list(Organisation.objects.filter(pk__in=wanted))
    if not rows or not units:
        messages.error(request, _("请勾选申请，并选择承办的处室"))
        return redirect("foi:queue")
    failed: list[str] = []
    tried(
        request, lambda: failed.extend(actions.assign_many(request.user, rows[0].agency, rows, units=units))
    )
    for line in failed:
        messages.error(request, line)
    done = len(rows) - len(failed)
    if done:
        messages.success(request, ngettext("已分办 %(n)s 件", "已分办 %(n)s 件", done) % {"n": done})
    return redirect("foi:queue")
