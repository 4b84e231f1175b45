from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "gongkai.requests"
    label = "requests"
    verbose_name = "依申请公开"

    def ready(self) -> None:
        # 装载即登记后台任务。
        from . import tasks  # noqa: F401
