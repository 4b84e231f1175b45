from django.apps import AppConfig


class WorkplansConfig(AppConfig):
    name = "gongkai.workplans"
    verbose_name = "工作要点"

    def ready(self) -> None:
        # 装载即登记核查、导航入口、检索来源与每日任务。
        from gongkai.core.signals import organisation_changed

        from . import checks, navigation, searching, tasks  # noqa: F401
        from .actions import follow_change

        organisation_changed.connect(follow_change, dispatch_uid="workplans.follow_change")
