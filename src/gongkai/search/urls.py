"""一网通查、一网通答的网址。"""

from django.urls import path

from . import views

app_name = "search"
urlpatterns = [
    path("search/", views.results, name="results"),
    path("ask/", views.ask, name="ask"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("search/opensearch.xml", views.description, name="description"),
]
