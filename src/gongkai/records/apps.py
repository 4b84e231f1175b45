from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "gongkai.records"
    verbose_name = "信息资源库"

    def ready(self) -> None:
        # 装载即登记后台任务。
        from . import tasks  # noqa: F401
