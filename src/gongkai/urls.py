"""网址总表：公众在前，工作人员在 /staff/。"""

from django.urls import include, path

urlpatterns = [
    path("", include("gongkai.portal.urls")),
    path("accounts/", include("allauth.urls")),
    path("staff/", include("gongkai.accounts.urls")),
    path("staff/", include("gongkai.workplans.urls")),
]
