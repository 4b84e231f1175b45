"""网址总表：公众在前，工作人员在 /staff/，采编后台在 /office/。"""

from django.urls import include, path

urlpatterns = [
    path("", include("gongkai.portal.urls")),
    path("", include("gongkai.search.urls")),
    path("accounts/", include("allauth.urls")),
    path("staff/", include("gongkai.accounts.urls")),
    path("staff/", include("gongkai.workplans.urls")),
    path("staff/", include("gongkai.records.desk")),
    path("office/", include("gongkai.portal.backoffice")),
]
