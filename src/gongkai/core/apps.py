from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "gongkai.core"
    verbose_name = "基础"

    def ready(self) -> None:
        # 装载即登记每日任务。
        from . import checks, tasks  # noqa: F401

        checks.refuse_weak_keys()
