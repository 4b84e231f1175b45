"""公众页面的安全头：应用、门面和 nginx 用的是同一份。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .styles import style_hash

# 内容安全策略分两半，浏览器取两半都许的：这一半是响应头，nginx 和门面也发，内容不变；
# 另一半写在页面里（page_policy），按摘要只认这一页内嵌的样式——升级后样式变了，还没重写的旧页面照样显示。
_COMMON: Final = (
    "script-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
)
CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        *_COMMON,
        "object-src 'none'",
        "frame-src 'none'",
        "worker-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS: Final[tuple[tuple[str, str], ...]] = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    (
        "Permissions-Policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
# 只在全程 HTTPS 时发，见设置 SECURE_HSTS_SECONDS。
TRANSPORT_HEADER: Final = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")

# 登录时表单会转到统一身份认证的网站，form-action 连转向也管，所以这里放开。
_SIGN_IN: Final = "/accounts/"
# 这些地方有自己的外壳（采编后台的编辑器要内嵌样式和脚本），不用公众页面的策略。
_OTHER_SHELLS: Final = ("/office/",)


def page_policy(colour: str) -> str:
    """写在页面里的一半：缺省一概不许，样式只认内嵌的这一段（colour 为站点主色）和本站的文件。"""
    return "; ".join(("default-src 'none'", *_COMMON, f"style-src 'self' '{style_hash(colour)}'"))


def headers_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """中间件：给公众和工作台的页面加安全头；视图自己定了的不覆盖。"""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith(_OTHER_SHELLS):
            if request.path.startswith(_SIGN_IN):
                response.setdefault(
                    "Content-Security-Policy", CONTENT_SECURITY_POLICY.replace("form-action 'self'; ", "")
                )
            for name, value in SECURITY_HEADERS:
                response.setdefault(name, value)
            if settings.SECURE_HSTS_SECONDS and request.is_secure():
                response.setdefault(*TRANSPORT_HEADER)
        return response

    return middleware
