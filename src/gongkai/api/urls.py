"""开放接口与开放数据的网址。"""

from django.urls import include, path

from . import opendata
from .api import api, conditional


def _conditional(patterns: list) -> list:
    for pattern in patterns:
        pattern.callback = conditional(pattern.callback)
    return patterns


routes, app, namespace = api.urls
urlpatterns = [
    path("api/v1/", (_conditional(routes), app, namespace)),
    path("open/", include(opendata)),
]
