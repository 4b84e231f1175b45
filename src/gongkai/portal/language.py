"""界面语言：只听本人的选择（Cookie），不理会浏览器的 Accept-Language。"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import override


def chosen(request: HttpRequest) -> str:
    """所选语言：没有选过，或选的不在 LANGUAGES 里，为中文。"""
    code = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def language_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """中间件：在所选语言下处理请求，处理完还原。"""

    def middleware(request: HttpRequest) -> HttpResponse:
        with override(chosen(request)):
            response = get_response(request)
        patch_vary_headers(response, ["Cookie"])
        return response

    return middleware
