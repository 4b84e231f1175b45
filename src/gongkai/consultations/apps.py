from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "gongkai.consultations"
    verbose_name = "政策咨询"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from gongkai.records.signals import record_changed, record_withdrawn
        from gongkai.search.known import register
        from gongkai.search.signals import unanswered
        from gongkai.search.sources import offer

        # 装载即登记导航入口、检索来源与每日任务。
        from . import actions, answering, checks, gathering, navigation, searching, tasks  # noqa: F401

        offer(_("看政策问答"), "knowledge:list")
        register(actions.SOURCE, find=answering.known, take=answering.take)
        unanswered.connect(gathering.asked, dispatch_uid="consultations.asked")
        record_changed.connect(searching.basis_changed, dispatch_uid="consultations.basis_changed")
        record_withdrawn.connect(searching.basis_changed, dispatch_uid="consultations.basis_withdrawn")
