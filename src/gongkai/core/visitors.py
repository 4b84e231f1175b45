"""访客：没有账号的人从哪里来；只存摘要，不存地址。"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress

from django.conf import settings
from django.http import HttpRequest


def keyed_digest(text: str) -> str:
    """带密钥的摘要：由摘要看不出原文。"""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def address_of(request: HttpRequest) -> str:
    """地址：访客的 IP；经本机代理来的取代理写下的最后一个，前面的是访客自己写的，不信。"""
    address = request.META.get("REMOTE_ADDR", "")
    if address in ("127.0.0.1", "::1", "") and (passed := request.META.get("HTTP_X_FORWARDED_FOR")):
        try:
            return str(ipaddress.ip_address(passed.split(",")[-1].strip()))
        except ValueError:
            pass
    return address or "127.0.0.1"


def source_of(request: HttpRequest) -> str:
    """来源：访客地址的摘要。"""
    return keyed_digest(f"source:{address_of(request)}")
