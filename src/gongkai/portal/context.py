"""模板公用变量。"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_noop

from gongkai.accounts.navigation import staff_nav

from . import sites
from .headers import page_policy
from .metas import site_metas
from .styles import DEFAULT_COLOUR, stylesheet
from .traditional import wanted as traditional_wanted

# 设置里的缺省名称也要译；各单位自己设的名称原样显示。
_CHINESE = SafeString(' lang="zh-CN"')
DEFAULT_NAMES = (gettext_noop("政务公开平台"), gettext_noop("统一身份认证"))


def site(request: HttpRequest) -> dict[str, Any]:
    """站点信息、导航、样式与偏好；要查库的都是用到时才算。

    zh：界面为英文时，标在人写的中文外面的 lang 属性；中文界面为空。
    """
    english = get_language() == "en"
    found = sites.any_site_of(request)
    values: dict[str, Any] = settings.SITE | {"name": gettext(settings.SITE["name"]), "contact": ""}
    if found is not None:
        own = {
            "name": found.name,
            "sponsor": sites.full_name(found.organisation),
            "code": found.code,
            "icp": found.icp,
            "police": found.police,
            "contact": found.contact,
        }
        values |= {key: value for key, value in own.items() if value}
    colour = found.colour if found is not None else DEFAULT_COLOUR
    named = found is not None or settings.SITE["name"] not in DEFAULT_NAMES
    return {
        # 登录页的视图自己也给 site（域名），会盖住这里的，所以页眉页脚用 house。
        "site": values,
        "house": values,
        "site_lang": _CHINESE if english and named else "",
        "zh": _CHINESE if english else "",
        "site_metas": site_metas(found) if found is not None else [],
        "stylesheet": partial(stylesheet, colour),
        "page_policy": partial(page_policy, colour),
        "elder": request.COOKIES.get("elder") == "1",
        "traditional": traditional_wanted(request),
        "menu": partial(sites.menu, request),
        "staff_nav": SimpleLazyObject(partial(staff_nav, request)),
    }
