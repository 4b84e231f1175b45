"""网址总表：公众在前，工作人员在 /staff/，采编后台在 /office/。"""

from django.urls import include, path
from django.views.generic import RedirectView

from gongkai.accounts.security import audited_urls
from gongkai.accounts.views import own_email

urlpatterns = [
    path("", include("gongkai.portal.urls")),
    path("", include("gongkai.search.urls")),
    path("apply/", include("gongkai.requests.public.urls")),
    path("", include("gongkai.requests.public.track_urls")),
    path("knowledge/", include("gongkai.consultations.views")),
    path("pictures/", include("gongkai.records.pictures")),
    path("", include("gongkai.api.urls")),
    # 先于 allauth 的同名页：邮箱由管理员登记，本人只看；通行密钥列在“账号安全”里。
    path("accounts/email/", own_email),
    path("accounts/2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index")),
    path("accounts/", audited_urls("allauth.urls")),
    path("staff/", include("gongkai.accounts.urls")),
    path("staff/", include("gongkai.workplans.urls")),
    path("staff/", include("gongkai.search.desk")),
    path("staff/", include("gongkai.records.desk")),
    path("staff/", include("gongkai.requests.urls")),
    path("staff/knowledge/", include("gongkai.consultations.desk")),
    path("staff/", include("gongkai.requests.papers")),
    path("staff/", include("gongkai.records.views")),
    path("staff/", include("gongkai.portal.baking.views")),
    path("staff/", include("gongkai.api.views")),
    path("office/", include("gongkai.portal.backoffice")),
]
