"""公众申请的网址：网址里没有编号、姓名和任何个人信息。"""

from django.urls import path

from . import applying, filing

app_name = "apply"
urlpatterns = [
    path("", applying.guide, name="guide"),
    path("what/", applying.what, name="what"),
    path("similar/", applying.similar, name="similar"),
    path("look/", applying.look, name="look"),
    path("found/", applying.found, name="found"),
    path("who/", applying.who, name="who"),
    path("verify/", applying.verify, name="verify"),
    path("check/", applying.check, name="check"),
    path("done/", applying.done, name="done"),
    path("receipt.pdf", applying.receipt, name="receipt"),
    path("files/<int:pk>/remove/", applying.remove, name="remove"),
    path("others/done/", filing.done, name="filed"),
    path("others/<slug:kind>/", filing.page, name="file"),
]
