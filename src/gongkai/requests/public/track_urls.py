"""查进度、第三方意见的网址。"""

from django.urls import path

from . import lost, opinions, tracking

app_name = "track"
urlpatterns = [
    path("track/", tracking.find, name="find"),
    path("track/case/", tracking.page, name="page"),
    path("track/lost/", lost.lost, name="lost"),
    path("track/lost/done/", lost.renewed, name="renewed"),
    path("track/leave/", tracking.leave, name="leave"),
    path("track/receipt.pdf", tracking.receipt, name="receipt"),
    path("track/do/<slug:name>/", tracking.act, name="act"),
    path("track/letters/<int:pk>/", tracking.letter, name="letter"),
    path("track/files/<int:pk>/", tracking.file, name="file"),
    path("track/reply.pdf", tracking.fix_reply, name="fix_reply"),
    path("opinion/<str:token>/", opinions.page, name="opinion"),
]
