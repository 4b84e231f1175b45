"""模板公用变量。"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop

from gongkai.accounts.navigation import staff_nav

# 设置里的缺省名称也要译；各单位自己设的名称原样显示。
DEFAULT_NAMES = (gettext_noop("政务公开平台"), gettext_noop("统一身份认证"))


def site(request: HttpRequest) -> dict[str, Any]:
    """站点信息与工作人员导航。"""
    name = gettext(settings.SITE["name"])
    here = settings.SITE | {"name": name}
    # 登录页的视图自己也给 site（域名），会盖住这里的，所以页眉页脚用 house。
    return {"site": here, "house": here, "staff_nav": staff_nav(request)}
