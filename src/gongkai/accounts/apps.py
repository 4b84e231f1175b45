from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "gongkai.accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from gongkai.core import rotation

        from . import security

        rotation.register("登录第二步的密钥", security.second_step_tokens)
