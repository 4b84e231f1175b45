from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "gongkai.accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from . import security  # noqa: F401 装上审计的信号
