"""启动检查：正式环境不得使用开发密钥。"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured


def weak_keys() -> list[str]:
    """弱密钥：仍为开发值、为空或不足 32 个字符的密钥设置名（环境变量名）。"""
    values = {
        "GONGKAI_SECRET_KEY": [settings.SECRET_KEY],
        "GONGKAI_AUDIT_KEY": [settings.AUDIT_KEY, *settings.AUDIT_OLD_KEYS],
        "GONGKAI_FIELD_KEYS": settings.FIELD_KEYS,
        "GONGKAI_INDEX_KEY": [settings.INDEX_KEY],
    }
    return [
        name
        for name, keys in values.items()
        if any(key == settings.DEVELOPMENT_KEY or len(key) < 32 for key in keys)
    ]


@register()
def keys_are_set(app_configs: Any, **kwargs: Any) -> list[Error]:
    """系统检查：列出弱密钥（只在 REFUSE_DEVELOPMENT_KEYS 为真时）。"""
    if not getattr(settings, "REFUSE_DEVELOPMENT_KEYS", False):
        return []
    return [
        Error(f"{name} 未设置或太短；请设为不少于 32 个字符的随机值后再启动", id="gongkai.E001")
        for name in weak_keys()
    ]


def refuse_weak_keys() -> None:
    """拒绝启动：WSGI 不跑系统检查，所以装载应用时再查一次。错误：ImproperlyConfigured。"""
    errors = keys_are_set(None)
    if errors:
        raise ImproperlyConfigured("；".join(error.msg for error in errors))
