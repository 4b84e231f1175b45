from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "gongkai.api"
    verbose_name = "开放接口"

    def ready(self) -> None:
        from . import changes, navigation, tasks  # noqa: F401

        changes.connect()
