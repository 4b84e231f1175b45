"""一项的决定：逐问走，走到决定填事实、理由和材料；检索、复核也在这一页。"""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongkai.core.inputs import is_number
from gongkai.law.decisions import DECISIONS, QUESTIONS, REQUIREMENTS, STEPS, walk

from .. import actions, forms, gates, states
from ..models import Case, Item
from ..queries import directory
from .common import tried

# 大多数申请走的一串问题，一页问完；中途岔开的，接着岔开的问。
USUAL: Final = (
    "alive",
    "record",
    "clear",
    "frequency",
    "repeat",
    "reissue",
    "publication",
    "special",
    "ours",
)
# 有专门的记录、不在这里填的材料。
ELSEWHERE: Final = frozenset(
    (
        "files search_record consultation own_assessment correction_notice correction_service "
        "second_opinion earlier_reply reasons_asked request_counts fee_notice fee_service "
        "harm_approval withheld_parts facts"
    ).split()
)
STRUCTURED: Final = {
    "forbidding_law": ("title", "rank", "article"),
    "competent_organ": ("name", "contact", "unknown"),
}
ROWS: Final = 4


def _version(request: HttpRequest) -> int:
    """打开时的版本号；没有或不是数的，当作没看过。"""
    given = request.POST.get("version", "")
    return int(given) if is_number(given) else 0


def _find(request: HttpRequest, pk: int) -> Item:
    related = ("case__agency", "earlier_case", "decided_by", "second_by")
    rows = Item.objects.visible_to(request.user).select_related(*related)
    item: Item = get_object_or_404(rows, pk=pk)
    return item


def _answers(data: Any) -> dict[str, str]:
    return {key: data[f"a-{key}"] for key in QUESTIONS if data.get(f"a-{key}")}


def _start(item: Item) -> dict[str, str]:
    """开头：已存的回答；认定逾期的，前几问已有答案。"""
    if item.answers:
        return dict(item.answers)
    case = item.case
    if (row := getattr(case, "correction", None)) and row.lapsed_on:
        return {"alive": "not_corrected", "correction_served": "yes"}
    if (fee := getattr(case, "fee", None)) and fee.lapsed_on:
        return {"alive": "not_paid", "fee_served": "yes"}
    return {}


def _next_questions(ask: str, answers: dict[str, str]) -> list[Any]:
    """接着问的：在常走的一串里，就把后面的一次问完。"""
    if ask in USUAL:
        return [QUESTIONS[key] for key in USUAL[USUAL.index(ask) :]]
    return [QUESTIONS[ask]]


def _path(outcome: Any) -> list[dict[str, Any]]:
    rows = []
    for number, (key, chosen) in enumerate(outcome.path):
        question = QUESTIONS[key]
        text = next(option.text for option in question.options if option.key == chosen)
        before = outcome.path[:number]
        back = "&".join(["again=1", *(f"a-{k}={v}" for k, v in before)])
        rows.append({"key": key, "value": chosen, "question": question.text, "answer": text, "back": back})
    return rows


def _materials(item: Item, codes: list[str], data: Any = None) -> list[dict[str, Any]]:
    """要填的材料：按决定（部分公开的加上各理由）必备的各项。"""
    keys = dict.fromkeys(key for code in codes for key in DECISIONS[code].requires if key not in ELSEWHERE)
    rows = []
    for key in keys:
        saved = item.materials.get(key) or ""
        if key in STRUCTURED:
            saved = saved if isinstance(saved, dict) else {}
            parts = {p: (data.get(f"m-{key}-{p}", "") if data else saved.get(p, "")) for p in STRUCTURED[key]}
            rows.append({"key": key, "label": REQUIREMENTS[key], "parts": parts})
        else:
            value = data.get(f"m-{key}", "") if data else saved
            rows.append({"key": key, "label": REQUIREMENTS[key], "value": value})
    return rows


def _grounds(answers: dict[str, str]) -> list[str]:
    """部分公开的，由走过的问题知道是哪种理由。"""
    return [key.removeprefix("separable_") for key in answers if key.startswith("separable_")]


def _show(
    request: HttpRequest,
    item: Item,
    answers: dict[str, str],
    data: Any = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:  # noqa: E501
    outcome = walk(answers)
    case = item.case
    editable = (
        case.state in (Case.State.TRIAGE, Case.State.WORKING, Case.State.REASONS)
        and item.round == case.round
        and states.holds_case(request.user, case, states.WORKERS)
    )
    withheld: list[dict[str, str]] = []
    if outcome.code == "B":
        ground = (_grounds(dict(outcome.path)) or [""])[0]
        saved = _withheld(data) if data else item.withheld
        withheld = [
            *saved,
            *[{"code": ground if not saved and n == 0 else ""} for n in range(ROWS - len(saved))],
        ]
    codes = [outcome.code, *_grounds(dict(outcome.path))] if outcome.code == "B" else [outcome.code]
    get = data.get if data else lambda name, default="": getattr(item, name, default)
    return render(
        request,
        "requests/item.html",
        {
            "item": item,
            "case": case,
            "editable": editable,
            "outcome": outcome,
            "path": _path(outcome),
            "questions": _next_questions(outcome.ask, answers) if outcome.ask else [],
            "step": STEPS[outcome.step][0] if outcome.step else "",
            "decision": DECISIONS.get(outcome.code),
            "materials": _materials(item, codes, data) if outcome.code else [],
            "facts": get("facts", ""),
            "reason": get("reason", ""),
            "form_changed": get("form_changed", ""),
            "organs": directory(case.agency) if outcome.code == "D1b" else [],
            "given_form": (data.get("given_form") if data else item.materials.get("form")) or case.form,
            "forms": Case.Form.choices,
            "giving": outcome.code in gates.GIVING,
            "withheld": withheld,
            "grounds": [(code, DECISIONS[code].label) for code in gates.GROUNDS],
            "earlier": forms.earlier_choices(case) if outcome.code in ("E2", "E5") else [],
            "problems": gates.item_problems(item) if item.code else [],
            "search_form": extra.get("search_form") or forms.Search(),
            "second_form": extra.get("second_form") or forms.Second(),
            "needs_second": outcome.step == "ask_second" or item.second_by_id or "second" in item.answers,
            "files": item.files.all() | case.files.filter(item=None, kind="release"),
            "searches": item.searches.select_related("searched_by"),
            "leads": states.holds_case(request.user, case, states.LEADER),
        },
        status=status,
    )


@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """一项的页面：答问题，填决定。"""
    item = _find(request, pk)
    answers = _answers(request.GET) if "again" in request.GET else _start(item)
    try:
        return _show(request, item, answers)
    except ValueError as error:
        messages.error(request, str(error))
        return _show(request, item, {})


def _withheld(data: Any) -> list[dict[str, str]]:
    rows = []
    for n in range(1, ROWS + 1):
        row = {key: data.get(f"w{n}-{key}", "").strip() for key in ("code", "part", "reason")}
        if row["part"] or row["reason"]:
            rows.append(row)
    return rows


def _decide(request: HttpRequest, item: Item) -> HttpResponse:
    data = request.POST
    answers = _answers(data)
    materials: dict[str, Any] = {}
    for key in REQUIREMENTS:
        if key in STRUCTURED:
            parts = {part: data.get(f"m-{key}-{part}", "").strip() for part in STRUCTURED[key]}
            if any(parts.values()):
                materials[key] = parts
        elif value := data.get(f"m-{key}", "").strip():
            materials[key] = value
    if data.get("given_form"):
        materials["form"] = data["given_form"]
    if approved := item.materials.get("harm_approval"):
        # 危害分析改过的，要重新批准。
        if materials.get("harm_analysis") == item.materials.get("harm_analysis"):
            materials["harm_approval"] = approved
    chosen = data.get("earlier", "")
    earlier = (
        Case.objects.filter(agency=item.case.agency_id, pk=chosen).first() if is_number(chosen) else None
    )
    done = tried(
        request,
        lambda: actions.decide(
            request.user,
            item,
            version=_version(request),
            answers=answers,
            facts=data.get("facts", ""),
            reason=data.get("reason", ""),
            materials=materials,
            withheld=_withheld(data),
            earlier_case=earlier,
            form_changed=data.get("form_changed", ""),
            is_main=bool(data.get("is_main")),
        ),
    )
    if not done:
        return _show(request, _find(request, item.pk), answers, data, status=422)
    messages.success(request, _("已存这一项的决定"))
    return redirect("foi:item", item.pk)


def _search(request: HttpRequest, item: Item) -> HttpResponse:
    form = forms.Search(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        found = {key: values[key] for key in ("on", "result", "people", "clues")}
        if tried(request, lambda: actions.add_search(request.user, item, places=form.places(), **found)):
            messages.success(request, _("已存检索记录"))
            return redirect("foi:item", item.pk)
    return _show(request, item, _start(item), status=422, search_form=form)


def _second(request: HttpRequest, item: Item) -> HttpResponse:
    form = forms.Second(request.POST)
    if form.is_valid():
        agrees, opinion = form.cleaned_data["agrees"] == "yes", form.cleaned_data["opinion"]
        values = {"version": _version(request), "agrees": agrees, "opinion": opinion}
        if tried(request, lambda: actions.second(request.user, item, **values)):
            messages.success(request, _("已存复核意见"))
            return redirect("foi:item", item.pk)
        item = _find(request, item.pk)
    return _show(request, item, _start(item), status=422, second_form=form)


def _harm(request: HttpRequest, item: Item) -> HttpResponse:
    if tried(request, lambda: actions.approve_harm(request.user, item, version=_version(request))):
        messages.success(request, _("已批准危害分析"))
    return redirect("foi:item", item.pk)


_ACTS = {"decide": _decide, "search": _search, "second": _second, "harm": _harm}


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """办理一项：存决定、存检索记录、复核、批准危害分析。"""
    item = _find(request, pk)
    return _ACTS[name](request, item) if name in _ACTS else redirect("foi:item", pk)
