from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "gongkai.records"
    verbose_name = "信息资源库"

    def ready(self) -> None:
        from gongkai.accounts.permissions import grant

        # 装载即登记核查、导航入口、后台任务、检索来源和信号。
        from . import (  # noqa: F401
            checks,
            from_requests,
            navigation,
            official,
            searching,
            signals,
            states,
            tasks,
            validity,
        )

        # 采编后台据此显示菜单和按钮；每一页、每次写入仍各自查职责。
        grant("records.view_edition", navigation.STAFF)
        for name in ("add_edition", "change_edition"):
            grant(f"records.{name}", states.WRITERS)
        for name in ("view_site", "change_site"):
            grant(f"records.{name}", states.OFFICE)

        signals.record_changed.connect(validity.follow, dispatch_uid="records.validity")
        signals.record_withdrawn.connect(validity.follow, dispatch_uid="records.validity")
        signals.record_changed.connect(official.follow, dispatch_uid="records.official")
        signals.record_changed.connect(searching.changed, dispatch_uid="records.search")
        signals.site_changed.connect(searching.site_changed, dispatch_uid="records.search")
        signals.records_placed.connect(searching.placed, dispatch_uid="records.search")
        signals.record_withdrawn.connect(searching.withdrawn, dispatch_uid="records.search")
