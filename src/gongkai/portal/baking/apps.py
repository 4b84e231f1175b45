from django.apps import AppConfig


class BakingConfig(AppConfig):
    name = "gongkai.portal.baking"
    label = "baking"
    verbose_name = "烘焙"

    def ready(self) -> None:
        from gongkai.core.jobs import poll

        from . import receivers
        from .baker import drain

        receivers.connect()
        poll("烘焙", 0.3, drain)
