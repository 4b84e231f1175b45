"""公众页面的安全头：应用、门面和 nginx 用的是同一份。"""

from typing import Final

SECURITY_HEADERS: Final[tuple[tuple[str, str], ...]] = (
    ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'self'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
