from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "gongkai.records"
    verbose_name = "信息资源库"

    def ready(self) -> None:
        # 装载即登记导航入口、后台任务和信号。
        from . import navigation, official, signals, tasks, validity  # noqa: F401

        signals.record_changed.connect(validity.follow, dispatch_uid="records.validity")
        signals.record_withdrawn.connect(validity.follow, dispatch_uid="records.validity")
        signals.record_changed.connect(official.follow, dispatch_uid="records.official")
