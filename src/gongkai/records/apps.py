from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "gongkai.records"
    verbose_name = "信息资源库"

    def ready(self) -> None:
        # 装载即登记导航入口和后台任务。
        from . import navigation, tasks  # noqa: F401
