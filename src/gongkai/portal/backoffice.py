"""采编后台的外壳：登录走我们自己的一套，用不着的部分关掉，其余交给 Wagtail。

本模块也是 /office/ 的网址表：自己的网址在前，先于 Wagtail 的同名网址。
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import LogoutView
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path, re_path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.i18n import JavaScriptCatalog
from django.views.static import serve
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.account import AccountView, ThemeSettingsPanel
from wagtail.admin.views.chooser import ExternalLinkView
from wagtail.documents.views.serve import serve as serve_document
from wagtail.users.models import UserProfile
from wagtail.utils.urlpatterns import decorate_urlpatterns

from gongkai.accounts.permissions import ENTER_OFFICE
from gongkai.audit.actions import in_turn

from .images import visible_to

BULK = "wagtail_bulk_action"


@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """登录：一律走统一的登录页（锁定、动态口令都在那里）。错误：PermissionDenied——已登录但没有职责。"""
    following = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(following, {request.get_host()}, request.is_secure()):
        following = reverse("wagtailadmin_home")
    if not request.user.is_authenticated:
        return redirect_to_login(following, reverse(settings.LOGIN_URL))
    if not request.user.has_perm(ENTER_OFFICE):
        raise PermissionDenied
    return redirect(following)


def absent(request: HttpRequest, *args: Any) -> HttpResponse:
    """关掉的部分：Wagtail 自带的口令、人员、权限组、页面树、工作流，我们都有自己的或用不着。"""
    raise Http404


def media(request: HttpRequest, path: str) -> HttpResponse:
    """采编用的图片：只发此人看得到的；公众看到的图片由信息发布时另写。附件目录里的其他文件不经这里发出。"""
    images = visible_to(request.user)
    if not images.filter(Q(file=path) | Q(renditions__file=path)).exists():
        raise Http404
    return serve(request, path, document_root=str(settings.MEDIA_ROOT))


def one_transaction(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """图片的每次改动连同审计记录在一个事务里：Wagtail 的选图、批量两处自己不开事务。"""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        match = request.resolver_match
        images = match and (match.view_name.startswith("wagtailimages") or match.url_name == BULK)
        if request.method == "POST" and images:
            with in_turn():
                return view(request, *args, **kwargs)
        return view(request, *args, **kwargs)

    return wrapped


# 脚本里的文字：Wagtail 只取自己的目录，加上我们补译的。
script_messages = JavaScriptCatalog.as_view(packages=["wagtail.admin", "gongkai.portal"])


class ScreenSettings(AccountView):
    """显示设置：明暗、对比度、疏密、快捷键；姓名、头像、口令、语言不在这里改。"""

    page_title = _("显示设置")

    def get_panels(self) -> list[Any]:
        user: Any = self.request.user
        return [ThemeSettingsPanel(self.request, user, UserProfile.get_for_user(user))]


urlpatterns = [
    path("login/", login, name="wagtailadmin_login"),
    path("logout/", LogoutView.as_view(), name="wagtailadmin_logout"),
    path("jsi18n/", script_messages, name="wagtailadmin_javascript_catalog"),
    path("account/", require_admin_access(ScreenSettings.as_view()), name="wagtailadmin_account"),
    path("media/<path:path>", require_admin_access(media), name="office_media"),
    # 没有页面树：正文里加链接，直接从网址开始。
    path("choose-page/", require_admin_access(ExternalLinkView.as_view()), name="wagtailadmin_choose_page"),
    re_path(r"^documents/file/(\d+)/(.*)$", require_admin_access(serve_document), name="wagtaildocs_serve"),
    re_path(r"^(?:password_reset|users|groups|pages|collections|workflows|api|failwhale|test404)/", absent),
    path("", include(decorate_urlpatterns(wagtailadmin_urls.urlpatterns, one_transaction))),
]
