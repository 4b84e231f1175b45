from django.apps import AppConfig


class WorkplansConfig(AppConfig):
    name = "gongkai.workplans"
    verbose_name = "工作要点"

    def ready(self) -> None:
        # 装载即登记核查、导航入口、检索来源与每日任务。
        from . import checks, navigation, searching, tasks  # noqa: F401
