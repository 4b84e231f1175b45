from django.apps import AppConfig


class WorkplansConfig(AppConfig):
    name = "gongkai.workplans"
    verbose_name = "工作要点"

    def ready(self) -> None:
        # 装载即登记核查、每日任务和检索来源。
        from . import checks, searching, tasks  # noqa: F401
