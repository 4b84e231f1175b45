"""工作人员一侧的网址。"""

from django.urls import path

from .views import boards, decisions, jobs, tasks, wizard

app_name = "workplans"
urlpatterns = [
    path("", boards.home, name="home"),
    path("my/", boards.my, name="my"),
    path("board/", boards.board, name="board"),
    path("board/urge/", boards.urge, name="urge"),
    path("board/save/", boards.save_filter, name="save_filter"),
    path("city/", boards.city, name="city"),
    path("calendar/", boards.calendar, name="calendar"),
    path("notices/", boards.notices, name="notices"),
    path("plans/<int:pk>/", boards.plan, name="plan"),
    path("plans/<int:pk>/do/", boards.plan_action, name="plan_action"),
    path("plans/<int:pk>/decisions/", decisions.decisions, name="decisions"),
    path("plans/<int:pk>/decisions/<int:task>/", decisions.decide, name="decide"),
    path("plans/<int:pk>/file/", boards.plan_file, name="plan_file"),
    path("plans/<int:pk>/ledger.<slug:suffix>", boards.export, name="export"),
    path("requirements/<int:pk>/", tasks.requirement, name="requirement"),
    path("requirements/<int:pk>/do/", tasks.requirement_action, name="requirement_action"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/do/", tasks.task_action, name="task_action"),
    path("tasks/<int:pk>/urge/", tasks.urge_letter, name="urge_letter"),
    path("evidence/<int:pk>/", tasks.evidence_file, name="evidence"),
    path("jobs/", jobs.failed, name="jobs"),
    path("jobs/<uuid:pk>/again/", jobs.again, name="job_again"),
    path("import/", wizard.upload, name="import"),
    path("import/<int:pk>/", wizard.preview, name="preview"),
    path("import/<int:pk>/rows/<int:index>/", wizard.edit_cell, name="edit_cell"),
    path("import/<int:pk>/units/", wizard.name_unit, name="name_unit"),
    path("import/<int:pk>/sheet/", wizard.choose_sheet, name="choose_sheet"),
    path("import/<int:pk>/commit/", wizard.commit, name="commit"),
    path("import/<int:pk>/discard/", wizard.discard, name="discard"),
]
