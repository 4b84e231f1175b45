from django.apps import AppConfig


class BakingConfig(AppConfig):
    name = "gongkai.portal.baking"
    label = "baking"
    verbose_name = "烘焙"

    def ready(self) -> None:
        # 装载即登记导航入口、后台任务，接上信号。
        from . import navigation, receivers, tasks  # noqa: F401

        receivers.connect()
