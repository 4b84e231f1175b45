"""依申请公开的工作人员页面。"""

from django.urls import path

from .views import absence, case, filed, groups, items, letters, lists, mails, office, secret

app_name = "foi"
urlpatterns = [
    path("requests/", lists.queue, name="queue"),
    path("requests/all/", lists.cases, name="cases"),
    path("requests/export/", lists.export, name="export"),
    path("requests/board/", lists.board, name="board"),
    path("requests/reviews/", lists.reviews, name="reviews"),
    path("requests/statistics/", lists.statistics, name="statistics"),
    path("requests/notices/read/", lists.read_notices, name="read_notices"),
    path("requests/assign/", lists.assign_many, name="assign_many"),
    path("requests/reconsider/", office.reconsider, name="reconsider"),
    path("requests/mail/", mails.mails, name="mails"),
    path("requests/mail/<int:pk>/", mails.mail, name="mail"),
    path("requests/new/", office.intake, name="intake"),
    path("requests/absence/", absence.page, name="absence"),
    path("requests/absence/<int:pk>/end/", absence.end, name="end_absence"),
    path("requests/rules/", office.rules, name="rules"),
    path("requests/calendar/", office.calendar, name="calendar"),
    path("requests/payments/", office.payments, name="payments"),
    path("requests/filed/", filed.matters, name="filed"),
    path("requests/filed/new/<str:kind>/", filed.take, name="filed_new"),
    path("requests/filed/files/<int:pk>/", filed.download, name="fix_file"),
    path("requests/filed/fix/<int:pk>/do/<str:name>/", filed.act, name="fix_act"),
    path("requests/filed/fix/<int:pk>/reply.<str:suffix>", filed.reply, name="fix_reply"),
    path("requests/filed/<str:kind>/<int:pk>/", filed.one, name="filed_one"),
    path("requests/<int:pk>/", case.page, name="case"),
    path("requests/<int:pk>/do/<str:name>/", case.act, name="act"),
    path("requests/<int:pk>/applicant/", case.reveal, name="reveal"),
    path("requests/secret/<str:kind>/<int:pk>/", secret.renew, name="renew_secret"),
    path("requests/groups/", groups.listing, name="groups"),
    path("requests/<int:pk>/group/", groups.page, name="group"),
    path("requests/<int:pk>/group/preview.pdf", groups.preview, name="group_preview"),
    path("requests/<int:pk>/apart/", groups.apart, name="apart"),
    path("requests/runs/<int:pk>/", groups.run, name="run"),
    path("requests/runs/<int:pk>/progress/", groups.progress, name="run_progress"),
    path("requests/items/<int:pk>/", items.page, name="item"),
    path("requests/items/<int:pk>/do/<str:name>/", items.act, name="item_act"),
    path("requests/letters/<int:pk>/", letters.page, name="letter"),
    path("requests/letters/<int:pk>/do/<str:name>/", letters.act, name="letter_act"),
    path("requests/letters/<int:pk>/file/", letters.document, name="document"),
    path("requests/letters/<int:pk>/service-record.pdf", letters.service_record, name="service_record"),
    path("requests/files/<int:pk>/", case.download, name="file"),
]
