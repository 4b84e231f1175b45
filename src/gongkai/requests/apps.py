from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "gongkai.requests"
    label = "requests"
    verbose_name = "依申请公开"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from gongkai.search.sources import offer

        offer(_("申请公开这一信息"), "apply:guide")
        # 装载即登记核查、导航入口、后台任务。
        from . import checks, navigation, tasks  # noqa: F401
