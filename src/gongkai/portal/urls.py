"""公众一侧的网址。"""

from django.urls import path

from . import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("plans/", views.plans, name="plans"),
    path("plans/<int:pk>/", views.plan, name="plan"),
    path("elder/", views.elder, name="elder"),
    path("language/", views.language, name="language"),
    path("about/", views.about, name="about"),
    path("feedback/", views.feedback, name="feedback"),
    path("sitemap/", views.sitemap, name="sitemap"),
]
