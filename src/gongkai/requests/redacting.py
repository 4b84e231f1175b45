"""遮盖页面：看每一页，采纳提示或自己画框，逐框选理由；隐藏信息的检查和放行。"""

from __future__ import annotations

import io
import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gongkai.core.states import Refused
from gongkai.formats.documents import DocumentError
from gongkai.formats.redaction import Hidden, page_image, page_sizes

from . import cleaning, redaction, redaction_runs, states
from .models import CaseFile, RedactionRun
from .trail import audit

# 屏幕上看的清晰度；做成的文件另用 200。
_SCREEN_DPI = 110


def find(request: HttpRequest, pk: int) -> CaseFile:
    """一份材料：看得见申请、并且是承办的人。错误：Http404。"""
    rows = CaseFile.objects.visible_to(request.user).select_related("case__agency", "case__applicant")
    row: CaseFile = get_object_or_404(rows, pk=pk)
    if not states.holds_case(request.user, row.case, states.WORKERS):
        raise Http404
    return row


def reason_labels() -> dict[str, str]:
    """理由的说法：印在遮盖图里的是代码，页面上照界面语言。"""
    return {
        "privacy": _("个人隐私（条例第十五条）"),
        "secret": _("商业秘密（条例第十五条）"),
        "state": _("国家秘密（条例第十四条）"),
        "forbidden": _("法律、行政法规禁止公开（条例第十四条）"),
        "security": _("危及国家安全、公共安全、经济安全、社会稳定（条例第十四条）"),
        "internal": _("内部事务信息（条例第十六条第一款）"),
        "process": _("过程性信息（条例第十六条第二款）"),
        "enforcement": _("行政执法案卷信息（条例第十六条第二款）"),
    }


def _sheets(row: CaseFile, boxes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sizes = page_sizes(redaction.content(row))
    return [
        {
            "number": number,
            "shown": number + 1,
            "width": width,
            "height": height,
            "boxes": [box for box in boxes if box["page"] == number],
        }
        for number, (width, height) in enumerate(sizes)
    ]


def _row(key: str, place: dict[str, Any], *, checked: bool, reason: str) -> dict[str, Any]:
    value = {name: place[name] for name in ("page", "left", "top", "width", "height", "source", "note")}
    return {
        "key": key,
        "page": place["page"],
        "value": json.dumps(value | {"key": key}, ensure_ascii=False),
        "note": place["note"],
        "checked": checked,
        "reason": reason,
    }


def _posted(request: HttpRequest) -> list[dict[str, Any]]:
    """页面送来的框：每个勾选的一份 JSON，理由在它自己的下拉框里。"""
    found = []
    for text in request.POST.getlist("box"):
        try:
            value = json.loads(text)
            key = str(value["key"])
        except (ValueError, KeyError, TypeError):
            value, key = {}, ""
        found.append(value | {"reason": request.POST.get(f"reason-{key}", "")})
    return found


@login_required
def redact(request: HttpRequest, pk: int) -> HttpResponse:
    """遮盖一份文件。"""
    row = find(request, pk)
    if row.suffix not in redaction.COVERABLE:
        messages.error(request, _("只能遮盖 PDF 和图片；Word、Excel 请先另存为 PDF 再上传"))
        return redirect("papers:case", row.case_id)
    if going := row.redaction_runs.filter(state=RedactionRun.State.RUNNING).first():
        # 点了两下、正在做的时候又打开：看那一次的进度。
        return redirect("papers:run", going.pk)
    boxes: list[dict[str, Any]] = []
    status = 200
    if request.method == "POST":
        given = _posted(request)
        try:
            wanted = redaction.boxes_from(given)
            if wanted and redaction_runs.is_long(row):
                return redirect("papers:run", redaction_runs.start(request.user, row, wanted).pk)
            made = redaction.redact(request.user, row, wanted)
        except Refused as refused:
            for refusal in refused.refusals:
                messages.error(request, refusal.message)
            status = 422
            boxes = _again(given)
        else:
            done = _("已遮盖 %(count)s 处，检验通过：新文件里没有文字层、元数据和旧版本")
            messages.success(request, done % {"count": len(made.redaction)})
            return redirect("papers:case", row.case_id)
    try:
        if status == 200:
            boxes = [
                _row(f"s{n}", vars_of(box), checked=True, reason="privacy")
                for n, box in enumerate(redaction.suggestions(row))
            ]
            with transaction.atomic():
                audit(request.user, "requests.open_source", row.case, file=row.pk)
        sheets = _sheets(row, boxes)
    except (Refused, DocumentError) as error:
        messages.error(request, str(error))
        return redirect("papers:case", row.case_id)
    context = {
        "row": row,
        "case": row.case,
        "sheets": sheets,
        "reasons": reason_labels(),
        "total": len(boxes),
    }
    return render(request, "papers/redact.html", context, status=status)


def _run(request: HttpRequest, pk: int) -> dict[str, Any]:
    rows = RedactionRun.objects.visible_to(request.user)
    run = get_object_or_404(rows.select_related("case__agency", "file", "by"), pk=pk)
    if not states.holds_case(request.user, run.case, states.WORKERS):
        raise Http404
    lost = run.running and not redaction_runs.is_alive(run)
    return {
        "run": run,
        "lost": lost,
        "percent": run.done * 100 // run.total,
        "may_stop": run.running and not lost,
        "may_resume": run.state == RedactionRun.State.STOPPED or lost,
    }


@login_required
@never_cache
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """后台遮盖的进度：停下、接着办。"""
    context = _run(request, pk)
    if request.method == "POST":
        verbs = {"stop": redaction_runs.stop, "resume": redaction_runs.resume}
        wanted = verbs.get(request.POST.get("do", ""))
        try:
            if wanted:
                wanted(request.user, context["run"])
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect("papers:run", pk)
    return render(request, "papers/run.html", context)


@login_required
@never_cache
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """进度：只是页面里的一块，过几秒取一次。"""
    return render(request, "papers/run_progress.html", _run(request, pk))


def vars_of(box: Any) -> dict[str, Any]:
    """遮盖框的各项，比例留六位。"""
    place = {name: round(getattr(box, name), 6) for name in ("left", "top", "width", "height")}
    return place | {"page": box.page, "source": box.source, "note": box.note}


def _again(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """被拒绝时照原样再显示：画好的框不丢。"""
    rows = []
    for n, value in enumerate(given):
        try:
            place = {key: float(value[key]) for key in ("left", "top", "width", "height")}
            place |= {"page": int(value["page"]), "source": str(value.get("source", "hand"))}
        except (KeyError, TypeError, ValueError):
            continue
        place["note"] = str(value.get("note", ""))
        rows.append(_row(f"r{n}", place, checked=True, reason=value["reason"]))
    return rows


@login_required
def page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """一页的图像：只给承办的人看，不留缓存。"""
    row = find(request, pk)
    try:
        image = page_image(redaction.content(row), number, dpi=_SCREEN_DPI)
    except DocumentError:
        raise Http404 from None
    if max(image.size) > 2400:
        image.thumbnail((2400, 2400))
    out = io.BytesIO()
    image.save(out, "PNG")
    response = HttpResponse(out.getvalue(), content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    return response


def _kind(kind: str) -> str:
    """隐藏信息种类在界面上的说法。"""
    labels = {
        "修订：插入": _("修订：插入"), "修订：删除": _("修订：删除"), "修订：移走": _("修订：移走"),
        "隐藏文字": _("隐藏文字"), "白色文字": _("白色文字"), "批注": _("批注"),
        "隐藏的工作表": _("隐藏的工作表"),
        "隐藏的列": _("隐藏的列"), "隐藏的行": _("隐藏的行"), "隐藏的名称": _("隐藏的名称"),
        "外部链接": _("外部链接"), "透视表缓存": _("透视表缓存"), "不显示的内容": _("不显示的内容"),
        "公式换成值": _("公式换成值"),
        "元数据": _("元数据"), "嵌入的文件": _("嵌入的文件"), "旧版本": _("旧版本"), "图层": _("图层"),
        "附件": _("附件"), "脚本": _("脚本"), "看不见的文字": _("看不见的文字"),
        "页面之外的文字": _("页面之外的文字"), "盖住的文字": _("盖住的文字"), "拍摄信息": _("拍摄信息"),
    }  # fmt: skip
    return labels.get(kind, kind)


@login_required
def hidden(request: HttpRequest, pk: int) -> HttpResponse:
    """隐藏信息：这份文件里看不见的内容，逐处列出；写明理由可以放行。"""
    row = find(request, pk)
    found: list[Hidden] = []
    problem = ""
    try:
        found = redaction.findings(row)
    except DocumentError as error:
        problem = str(error)
    check = getattr(row, "hidden_check", None)
    context = {
        "row": row,
        "case": row.case,
        "found": [(_kind(each.kind), each.where, each.text) for each in found],
        "problem": problem,
        "check": check,
        "removed": [(_kind(each["kind"]), each["where"], each["text"]) for each in row.stripped],
        "may_clean": bool(found) and row.case.is_open and row.case.state not in ("review", "signed"),
        "reason": request.POST.get("reason", ""),
    }
    if request.method == "POST":
        try:
            redaction.allow_hidden(request.user, row, reason=context["reason"])
        except Refused as refused:
            messages.error(request, str(refused))
            return render(request, "papers/hidden.html", context, status=422)
        messages.success(request, _("已记下可以提供的理由"))
        return redirect("papers:case", row.case_id)
    return render(request, "papers/hidden.html", context)


@login_required
@require_POST
def clean(request: HttpRequest, pk: int) -> HttpResponse:
    """一键清除：做成干净的一份，列出清除了什么、还剩什么。"""
    row = find(request, pk)
    try:
        new, done = cleaning.clean(request.user, row)
    except Refused as refused:
        for refusal in refused.refusals:
            messages.error(request, refusal.message)
        return redirect("papers:hidden", pk)
    values = {"removed": len(done.removed), "left": len(done.left)}
    if done.left:
        messages.error(request, _("清除了 %(removed)s 处，还剩 %(left)s 处清除不了，请看过再定") % values)
    else:
        messages.success(request, _("清除了 %(removed)s 处，再查一遍没有隐藏信息；原件没有动") % values)
    return redirect("papers:hidden", new.pk)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """撤下拟提供的一份。"""
    row = find(request, pk)
    try:
        redaction.remove_release(request.user, row)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已撤下，改回“查到的信息”"))
    return redirect("papers:case", row.case_id)
