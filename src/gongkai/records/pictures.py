"""正文里的图片：用在公开版里的谁都看得到，还没公开的只给看得到稿件的人看。本模块也是它的网址表。"""

from __future__ import annotations

from typing import Final

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseNotModified
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .models import Picture

app_name = "pictures"
_TYPES: Final = {".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif"}


@require_safe
def picture(request: HttpRequest, sha256: str, suffix: str) -> HttpResponseBase:
    """图片：公开的可以短时缓存；没公开的看职责，且不许缓存。错误：Http404——没有，或此人看不到。"""
    rows = Picture.objects.filter(sha256=sha256, suffix=f".{suffix}")
    row = rows.public().first()
    public = row is not None
    if row is None:
        row = rows.visible_to(request.user).first()
    if row is None:
        raise Http404(_("没有这张图片"))
    etag = f'"{row.sha256[:32]}"'
    # 撤下之后要看不到：缓存每次都来核对，没变才不再传。
    control = "public, no-cache" if public else "private, no-store"
    response: HttpResponseBase
    if public and request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        response = FileResponse(row.file.open("rb"), content_type=_TYPES.get(row.suffix, "image/png"))
    response["ETag"], response["Cache-Control"] = etag, control
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


urlpatterns = [path("<slug:sha256>.<slug:suffix>", picture, name="picture")]
