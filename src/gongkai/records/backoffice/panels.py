"""写稿时的几样小事：粘贴清洗、导入 Word、传图片、传附件、查信息；都答 JSON，只给拟稿的人。"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongkai.core.states import Refused
from gongkai.core.uploads import check_upload
from gongkai.formats.documents import DocumentError
from gongkai.formats.documents.pictures import prepare
from gongkai.records import drafts
from gongkai.records.models import Edition, Record

from .base import edition_of, why_closed
from .editing import attach_all

Answer = Callable[[HttpRequest, Edition], JsonResponse]


def _answers(view: Answer) -> Callable[[HttpRequest, int], HttpResponse]:
    """答复：能改这一版的才做；毛病写成一句话交给页面显示。"""

    @wraps(view)
    def wrapped(request: HttpRequest, pk: int) -> HttpResponse:
        edition = edition_of(request, pk)
        reason, _step = why_closed(request.user, edition)
        if reason:
            return JsonResponse({"error": reason}, status=403)
        try:
            return view(request, edition)
        except ValidationError as error:
            return JsonResponse({"error": "；".join(error.messages)}, status=400)
        except (DocumentError, Refused) as error:
            return JsonResponse({"error": str(error)}, status=400)

    return wrapped


@require_POST
@_answers
def paste(request: HttpRequest, edition: Edition) -> JsonResponse:
    """粘贴：送来的 HTML 清洗后还给编辑器，夹带的图片存好。"""
    found = drafts.clean_body(request.user, edition.record.organisation, request.POST.get("html", ""))
    return JsonResponse({"html": found.html, "notices": found.notices})


@require_POST
@_answers
def word(request: HttpRequest, edition: Edition) -> JsonResponse:
    """导入 Word：正文、图片，和没带过来的东西。"""
    file = request.FILES.get("word")
    if file is None:
        raise ValidationError(_("请先选一个 Word 文件（.docx）"))
    if not file.name.lower().endswith(".docx"):
        raise ValidationError(
            _("“%(name)s”不是 .docx；请用 Word 或 WPS 另存为 .docx 后再导入") % {"name": file.name}
        )
    found = drafts.import_word(request.user, edition.record.organisation, file.read())
    return JsonResponse({"html": found.html, "notices": found.notices, "pictures": len(found.pictures)})


@require_POST
@_answers
def picture(request: HttpRequest, edition: Edition) -> JsonResponse:
    """传图片：去掉拍摄地点等信息后存好，返回地址。"""
    file = request.FILES.get("picture")
    if file is None:
        raise ValidationError(_("请先选一张图片"))
    check_upload(file)
    file.seek(0)
    drawing = prepare(file.read())
    if drawing is None:
        raise ValidationError(_("“%(name)s”不是认得的图片（PNG、JPG），或者太大") % {"name": file.name})
    row = drafts.keep_pictures(request.user, edition.record.organisation, [drawing])[drawing.name]
    return JsonResponse({"url": row.get_absolute_url(), "width": row.width, "height": row.height})


@require_POST
@_answers
def upload(request: HttpRequest, edition: Edition) -> JsonResponse:
    """传附件：可以几个一起；返回每个的一行，和没加上的说明。"""
    rows, problems = attach_all(request.user, edition, request.FILES.getlist("files"))
    lines = [render_to_string("records/office/attachment.html", {"row": row}, request) for row in rows]
    return JsonResponse({"rows": lines, "problems": problems})


@require_safe
@_answers
def find(request: HttpRequest, edition: Edition) -> JsonResponse:
    """查信息：按名称、字号、索引号，最多十条；看得见的和已公开的都在内。"""
    text = request.GET.get("q", "").strip()[:60]
    if not text:
        return JsonResponse({"rows": []})
    visible = Q(pk__in=Record.objects.visible_to(request.user)) | Q(pk__in=Record.objects.public())
    named = (
        Q(index_number__icontains=text)
        | Q(editions__title__icontains=text)
        | Q(editions__document_number__icontains=text)
    )
    rows = Record.objects.filter(visible & named).exclude(pk=edition.record_id).distinct()
    rows = rows.select_related("live").prefetch_related("editions").order_by("-pk")[:10]
    return JsonResponse({"rows": [_found(row) for row in rows]})


def _found(record: Record) -> dict[str, Any]:
    shown = record.live or next(iter(record.editions.all()), None)
    title = shown.title if shown else str(record)
    number = (shown.document_number if shown else "") or record.index_number
    state = shown.get_state_display() if shown else ""
    return {
        "value": f"#{record.pk} {title}"[:320],
        "title": title,
        "note": "　".join(filter(None, [record.get_kind_display(), number, str(state)])),
    }
