"""开放接口 /api/v1/：只读，只有公开的；各应用的路由在这里汇合。"""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from gongkai.search.api import router as search_router

from .records import router

api = NinjaAPI(
    title="公开 Gongkai",
    version="1",
    description="政府信息的公开目录、全文和变更流水。分页用 cursor；带 If-None-Match 的，没变时回答 304。",
    # 文档页要从外站取脚本，不用；机器读 openapi.json。
    docs_url=None,
    urls_namespace="api",
)
api.add_router("", router)
api.add_router("", search_router)


def conditional(view: Any) -> Any:
    """有条件的请求：内容与对方手里的一样时回答 304，不再传一遍。"""

    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
            if request.headers.get("If-None-Match") == etag:
                response = HttpResponse(status=304)
            response["ETag"] = etag
        response["Cache-Control"] = "no-cache"
        # 公开的数据，任何网站的脚本都可以读。
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return wrapped
