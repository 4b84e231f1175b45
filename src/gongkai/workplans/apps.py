from django.apps import AppConfig


class WorkplansConfig(AppConfig):
    name = "gongkai.workplans"
    verbose_name = "工作要点"

    def ready(self) -> None:
        # 装载即登记核查与每日任务。
        from . import checks, tasks  # noqa: F401
