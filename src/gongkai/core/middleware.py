"""中间件：加密的文件、字段解不开时说明白，不当作系统出错。"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .fields import Undecryptable
from .vault import Sealed

logger = logging.getLogger(__name__)


class SealedFileMiddleware:
    """解不开：页面说明白，是哪个文件、查哪项设置记入日志；其余的错不管。"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, (Sealed, Undecryptable)):
            return None
        logger.error("%s：%s", request.path, exception)
        return render(request, "sealed.html", status=503)
