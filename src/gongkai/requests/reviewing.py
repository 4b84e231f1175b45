"""审查遮盖：审签的人逐页对照遮盖前后，看每一处遮在哪里、为什么遮，不只看件数。"""

from __future__ import annotations

import io
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from gongkai.formats.documents import DocumentError
from gongkai.formats.redaction import Box, page_image, page_sizes

from . import redaction, states
from .models import CaseFile
from .redacting import reason_labels
from .trail import audit

_SCREEN_DPI = 110
_MOST = 2000


def _find(request: HttpRequest, pk: int) -> CaseFile:
    """遮盖做成的一份：办理的人和审签的人看。错误：Http404。"""
    rows = CaseFile.objects.visible_to(request.user).exclude(made_from=None).exclude(redaction=[])
    row: CaseFile = get_object_or_404(rows.select_related("case__agency", "made_from"), pk=pk)
    if not states.holds_case(request.user, row.case, states.WORKERS | states.REVIEWERS):
        raise Http404
    return row


def numbered(row: CaseFile) -> list[dict[str, Any]]:
    """各处遮盖，按页、从上到下编号：number 编号，page 第几页，reason 理由的键，note 提示的种类。"""
    boxes = sorted(row.redaction, key=lambda box: (box["page"], box["top"], box["left"]))
    return [box | {"number": number} for number, box in enumerate(boxes, 1)]


@login_required
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """对照页：每页左边是原件（遮盖处画框编号），右边是遮盖后的，下面逐处写明理由；看一次记一次审计。"""
    row = _find(request, pk)
    labels, boxes = reason_labels(), numbered(row)
    for box in boxes:
        box["label"] = labels.get(box["reason"], box["reason"])
    sizes = page_sizes(redaction.content(row))
    sheets = [
        {
            "number": number, "shown": number + 1, "width": width, "height": height,
            "boxes": [box for box in boxes if box["page"] == number],
        }
        for number, (width, height) in enumerate(sizes)
    ]  # fmt: skip
    with transaction.atomic():
        audit(request.user, "requests.review_redaction", row.case, file=row.pk, source=row.made_from_id)
    context = {"row": row, "case": row.case, "sheets": sheets, "total": len(boxes)}
    return render(request, "papers/seen.html", context)


@login_required
def seen_page(request: HttpRequest, pk: int, side: str, number: int) -> HttpResponse:
    """一页的图像：before 为原件画上编号的框，after 为遮盖后的；不留缓存。"""
    row = _find(request, pk)
    source = row.made_from if side == "before" else row
    if source is None or side not in ("before", "after"):
        raise Http404
    try:
        image = page_image(redaction.content(source), number, dpi=_SCREEN_DPI)
    except DocumentError:
        raise Http404 from None
    if max(image.size) > _MOST:
        image.thumbnail((_MOST, _MOST))
    if side == "before":
        _outline(image, [box for box in numbered(row) if box["page"] == number])
    out = io.BytesIO()
    image.save(out, "PNG")
    response = HttpResponse(out.getvalue(), content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    return response


def _outline(image: Any, boxes: list[dict[str, Any]]) -> None:
    from PIL import ImageDraw

    brush = ImageDraw.Draw(image)
    for each in boxes:
        place = {name: each[name] for name in ("left", "top", "width", "height")}
        left, top, right, bottom = Box(each["page"], **place).pixels(image.width, image.height)
        brush.rectangle((left, top, right - 1, bottom - 1), outline=(212, 53, 28), width=3)
        mark = str(each["number"])
        at = (left, max(0, top - 16))
        brush.rectangle((*at, at[0] + 9 * len(mark) + 6, at[1] + 15), fill=(212, 53, 28))
        brush.text((at[0] + 3, at[1] + 1), mark, fill=(255, 255, 255), font_size=13)
