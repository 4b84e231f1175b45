"""网上申请：要什么信息、已公开的相近信息、申请人、核实、核对、提交、回执。不用脚本也能走完。"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongkai.core.fields import masked
from gongkai.core.states import Refused
from gongkai.core.visitors import source_of
from gongkai.formats.documents.model import DocumentError
from gongkai.search import queries as search
from gongkai.search.backends.base import Unavailable
from gongkai.search.models import SearchDocument

from .. import clock
from ..letters.templating import EmptyPlaceholderError
from ..models import Applicant, Case, Draft, DraftFile
from ..rules import rules_of
from . import drafts, guard, identity
from .forms import WhatForm, WhoForm
from .where import agencies, host_agency

_page = require_http_methods(["GET", "HEAD", "POST"])
SIMILAR = 5
# 要验证码：同一个电话、邮箱一小时内几次；同一来源的上限同提交。
_CODES_HOURLY = 6


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """指南：向谁申请、有哪些渠道、要什么、多久答复、收不收费、怎样救济（条例第十二条）。"""
    rules = rules_of(host_agency(request))
    return render(request, "requests/public/guide.html", {"rules": rules, "agency": rules.agency})


def _expired(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("没有正在填写的申请，或者已过 24 小时；请从这里开始填写"))
    return redirect("apply:what")


@never_cache
@_page
def what(request: HttpRequest) -> HttpResponse:
    """第一步：要什么信息，附件。"""
    draft, choices = drafts.current(request), agencies(request)
    if draft and draft.case_id:
        draft = None
    initial = drafts.values(draft) | {"agency": draft.agency_id} if draft else {}
    posted, looking = request.method == "POST", request.POST.get("do") == "look"
    form = WhatForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial=initial,
        agencies=choices,
    )
    if posted and form.is_valid():
        data = form.cleaned_data
        draft = draft or drafts.start(request, choices[0])
        draft.agency = data.get("agency") or choices[0]
        drafts.keep(draft, description=data["description"])
        problems = drafts.attach(draft, "submission", data["files"], source_of(request))
        if not problems and not looking:
            return redirect("apply:similar")
        for problem in problems:
            form.add_error("files", problem)
    context = {
        "form": form,
        "files": _files(draft, "submission"),
        "agency": rules_of(choices[0]).issuer_name,
        "step": 1,
        "looked": looking and form.is_valid(),
        "hits": similar_to(form.cleaned_data["description"]) if looking and form.is_valid() else [],
    }
    return render(request, "requests/public/what.html", context, status=400 if form.errors else 200)


def _files(draft: Draft | None, *kinds: str) -> list[DraftFile]:
    return list(draft.files.filter(kind__in=kinds)) if draft else []


@never_cache
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """去掉一份附件。"""
    draft = drafts.current(request)
    if draft is None or draft.case_id:
        return _expired(request)
    drafts.detach(draft, pk)
    back = request.POST.get("back", "")
    return redirect(f"apply:{back}" if back in ("what", "who", "check") else "apply:what")


def similar_to(text: str) -> list[Any]:
    """已公开的相近信息：检索不通的按没有算，不耽误申请。"""
    try:
        found = search.search(search.Criteria(text[: search.MAX_QUERY], size=SIMILAR), pins=False)
    except Unavailable:
        return []
    return found.hits


# 短于几个字的不查：什么都像。
_LEAST = 4


@never_cache
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """边写边看：已公开的相近信息，只是页面里的一块；所写的走请求体，不进网址和访问日志。"""
    text = request.POST.get("description", "")[:4000].strip()
    hits = similar_to(text) if len(text) >= _LEAST else []
    context = {"hits": hits, "looked": len(text) >= _LEAST}
    return render(request, "requests/public/looked.html", context)


@never_cache
@require_POST
def found(request: HttpRequest) -> HttpResponse:
    """就是它：已公开的就是所要的，不用申请；填了一半的删去，只记是哪一件信息。"""
    document = SearchDocument.objects.filter(key=request.POST.get("key", ""), published=True).first()
    if document is None:
        messages.error(request, _("这件信息已经不在网上，请继续填写申请"))
        return redirect("apply:what")
    drafts.found_already(request, document.key, document.title, host_agency(request))
    return render(request, "requests/public/found.html", {"document": document})


@never_cache
@require_safe
def similar(request: HttpRequest) -> HttpResponse:
    """第二步：先看看这些是不是您要的；没有相近的直接往下走。"""
    draft = drafts.current(request)
    if draft is None or draft.case_id:
        return _expired(request)
    hits = similar_to(drafts.values(draft).get("description", ""))
    if not hits:
        return redirect("apply:who")
    return render(request, "requests/public/similar.html", {"hits": hits, "step": 2})


@never_cache
@_page
def who(request: HttpRequest) -> HttpResponse:
    """第三步：申请人、联系方式、怎样取得。"""
    draft = drafts.current(request)
    if draft is None or draft.case_id:
        return _expired(request)
    posted, data = request.method == "POST", drafts.values(draft)
    initial = {"route": Case.Route.PORTAL, "form": Case.Form.ELECTRONIC} | data
    form = WhoForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial=initial,
        has_authorisation=draft.files.filter(kind="authorisation").exists(),
    )
    if posted:
        _attach(draft, form, source_of(request))
        if form.is_valid():
            changes = {k: v for k, v in form.cleaned_data.items() if isinstance(v, str)}
            # 换了邮箱、电话的，原来的核实不作数。
            proof = data.get("verified")
            if proof and proof["target"] not in (changes.get("email"), changes.get("phone")):
                changes["verified"] = None
            drafts.keep(draft, **changes)
            return redirect("apply:verify" if identity.providers() else "apply:check")
    agent = any(form[name].errors or form[name].value() for name in WhoForm.AGENT)
    files = _files(draft, "identity", "authorisation")
    context = {"form": form, "files": files, "agent_open": agent, "step": 3}
    return render(request, "requests/public/who.html", context, status=400 if form.errors else 200)


def _attach(draft: Draft, form: WhoForm, source: str) -> None:
    """先存附件：别的栏填错了，附件不必再选一次。"""
    form.is_valid()
    for name, kind in (("identity_file", "identity"), ("authorisation", "authorisation")):
        file = form.cleaned_data.get(name)
        if file:
            for problem in drafts.attach(draft, kind, [file], source, most=2):
                form.add_error(name, ValidationError(problem))


@never_cache
@_page
def verify(request: HttpRequest) -> HttpResponse:
    """核实身份：向自己填的邮箱或手机要验证码，填回来。"""
    draft = drafts.current(request)
    if draft is None or draft.case_id:
        return _expired(request)
    data = drafts.values(draft)
    ways = [(each, data[each.field]) for each in identity.providers() if data.get(each.field)]
    if data.get("verified") or not identity.providers():
        return redirect("apply:check")
    problem = ""
    if request.method == "POST":
        if request.POST.get("do") == "send":
            problem = _send(request, draft, request.POST.get("by", ""))
        else:
            problem = _try_code(draft, request.POST.get("code", "").strip())
            if not problem:
                return redirect("apply:check")
    pending = drafts.values(draft).get("pending")
    context = {
        "ways": [(each, masked(target)) for each, target in ways],
        "pending": masked(pending["target"]) if pending else "",
        "problem": problem,
        "step": 3,
        "needed": [each.label for each in identity.providers()],
    }
    return render(request, "requests/public/verify.html", context, status=400 if problem else 200)


def _send(request: HttpRequest, draft: Draft, by: str) -> str:
    chosen, source = identity.provider(by), source_of(request)
    target = drafts.values(draft).get(chosen.field, "") if chosen else ""
    if chosen is None or not target:
        return _("请选择用哪一种方式核实")
    person = guard.person_of({"verified": {"target": target}})
    if (
        guard.recent("code", person, 60) >= _CODES_HOURLY
        or guard.recent("code", source, 60) >= settings.REQUESTS_HOURLY
    ):
        return _("一小时内要验证码的次数太多，请过一会儿再试；也可以当面或者邮寄提出申请")
    guard.note("code", source)
    guard.note("code", person)
    try:
        drafts.keep(draft, pending=identity.issue(chosen, target))
    except identity.SendError:
        return _("验证码没有发出去，服务暂时不通；请稍后再试，或换一种方式。填写的内容都还在")
    return ""


def _try_code(draft: Draft, code: str) -> str:
    pending = drafts.values(draft).get("pending")
    if not pending:
        return _("请先要验证码")
    if identity.matches(pending, code):
        drafts.keep(draft, pending=None, verified={"by": pending["by"], "target": pending["target"]})
        return ""
    drafts.keep(draft, pending=pending | {"tries": pending["tries"] + 1})
    if pending["tries"] + 1 >= identity.TRIES:
        return _("验证码错了太多次，请重新要一个")
    return _("验证码不对，或者已过 10 分钟；请核对短信或邮件里的六位数字，或重新要一个")


@never_cache
@_page
def check(request: HttpRequest) -> HttpResponse:
    """第四步：核对、提交。"""
    draft = drafts.current(request)
    if draft is None:
        return _expired(request)
    if draft.case_id:
        return redirect("apply:done")
    data = drafts.values(draft)
    if not data.get("name"):
        return redirect("apply:who")
    if identity.providers() and not data.get("verified"):
        return redirect("apply:verify")
    problem, source = "", source_of(request)
    if request.method == "POST":
        problem = _submit(request, draft, source)
        if not problem:
            return redirect("apply:done")
    context = {
        "agency": rules_of(draft.agency).issuer_name,
        "person": _shown(data),
        "description": data.get("description", ""),
        "form": Case.Form(data["form"]).label,
        "route": Case.Route(data["route"]).label,
        "files": list(draft.files.all()),
        "problem": problem,
        "puzzle": guard.puzzle(request) if guard.needs_puzzle(source) else "",
        "step": 4,
    }
    return render(request, "requests/public/check.html", context, status=400 if problem else 200)


def _shown(data: dict[str, Any]) -> list[tuple[str, str]]:
    """核对用的各栏：证件号码遮着，别的照写——正是要本人核对的。"""
    meta = Applicant._meta
    rows = [(str(meta.get_field("kind").verbose_name), str(Applicant.Kind(data["kind"]).label))]  # type: ignore[union-attr]
    for name in Applicant.PERSONAL:
        if value := data.get(name):
            hidden = name in ("identity_number", "agent_identity")
            rows.append((str(meta.get_field(name).verbose_name), masked(value) if hidden else value))  # type: ignore[union-attr]
    return rows


def _submit(request: HttpRequest, draft: Draft, source: str) -> str:
    """提交：返回没有提交的原因，空为提交了。"""
    person = guard.person_of(drafts.values(draft))
    if problem := guard.problem(request, source, person):
        return problem
    try:
        drafts.submit(draft, source)
    except Refused as refused:
        return str(refused)
    return ""


def _finished(request: HttpRequest) -> Draft | None:
    draft = drafts.current(request)
    return draft if draft and drafts.is_shown(draft) else None


@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """提交成功：编号、查询码、收到之日、答复期限。"""
    draft = _finished(request)
    if draft is None:
        return _expired(request)
    case = draft.case
    assert case is not None  # noqa: S101
    context = {
        "case": case,
        "secret": draft.secret,
        "deadline": clock.deadline_of(case),
        "rules": rules_of(case.agency),
        "track": reverse("track:find"),
        "today": timezone.localdate(),
    }
    return render(request, "requests/public/done.html", context)


@never_cache
@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """回执 PDF。"""
    draft = _finished(request)
    if draft is None:
        return _expired(request)
    assert draft.case is not None  # noqa: S101
    return receipt_of(request, draft.case)


def receipt_of(request: HttpRequest, case: Case) -> HttpResponse:
    """回执的文件：生成不了的写明原因，网页上的内容同样有效。"""
    from .receipt import receipt as make

    try:
        content = make(case)
    except (DocumentError, EmptyPlaceholderError) as error:
        return render(request, "requests/public/no_receipt.html", {"problem": error}, status=503)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{case.number}.pdf"'
    return response
