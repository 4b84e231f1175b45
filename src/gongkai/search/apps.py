from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "gongkai.search"
    verbose_name = "检索与问答"

    def ready(self) -> None:
        # 装载即登记核查、导航入口、每日任务和索引。
        from . import checks, navigation, tasks  # noqa: F401
