from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "gongkai.records"
    verbose_name = "信息资源库"

    def ready(self) -> None:
        # 装载即登记核查、导航入口、后台任务、检索来源和信号。
        from . import checks, navigation, official, searching, signals, tasks, validity  # noqa: F401

        signals.record_changed.connect(validity.follow, dispatch_uid="records.validity")
        signals.record_withdrawn.connect(validity.follow, dispatch_uid="records.validity")
        signals.record_changed.connect(official.follow, dispatch_uid="records.official")
        signals.record_changed.connect(searching.changed, dispatch_uid="records.search")
        signals.record_withdrawn.connect(searching.withdrawn, dispatch_uid="records.search")
