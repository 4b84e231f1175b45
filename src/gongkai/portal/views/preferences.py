"""偏好：长者模式、语言、繁简，都是普通链接，由服务器记在 Cookie 里，不靠脚本。"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from ..traditional import COOKIE, TRADITIONAL

_YEAR = 31_536_000


@require_safe
def preferences(request: HttpRequest) -> HttpResponse:
    """记住偏好，回到原页：elder=0|1，language=zh-hans|zh-hant|en；只回本站，认不出的不记。"""
    back = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = redirect(back)
    wanted: dict[str, str] = {}
    if request.GET.get("elder") in ("0", "1"):
        wanted["elder"] = request.GET["elder"]
    language = request.GET.get("language", "")
    if language == "zh-hant":
        wanted |= {settings.LANGUAGE_COOKIE_NAME: settings.LANGUAGE_CODE, COOKIE: TRADITIONAL}
    elif language in dict(settings.LANGUAGES):
        wanted |= {settings.LANGUAGE_COOKIE_NAME: language, COOKIE: ""}
    plain = {"elder": "0", settings.LANGUAGE_COOKIE_NAME: settings.LANGUAGE_CODE, COOKIE: ""}
    for name, value in wanted.items():
        # 选回原样的不留 Cookie：这样的访客读的就是烘焙好的页面。
        if value == plain[name]:
            response.delete_cookie(name, samesite="Lax")
        else:
            response.set_cookie(
                name, value, max_age=_YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
            )
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
