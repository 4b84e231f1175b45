"""网站找错：公众指出网站的错误，一个工作日内转办，三个工作日内答复。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.queries import reach
from gongkai.core.fields import EncryptedTextField
from gongkai.core.models import Organisation
from gongkai.records.models import Site

USER = settings.AUTH_USER_MODEL


class ErrorReportQuerySet(models.QuerySet["ErrorReport"]):
    def visible_to(self, user: Any) -> ErrorReportQuerySet:
        """可见：网站主办单位的人，和转办到的单位的人。"""
        return self.filter(reach(user, "site__organisation") | reach(user, "forwarded_to"))


class ErrorReport(models.Model):
    """找错：一条反映；内容和联系方式都加密，凭编号和查询码查答复。"""

    class State(models.TextChoices):
        RECEIVED = "received", _("待转办")
        FORWARDED = "forwarded", _("办理中")
        ANSWERED = "answered", _("已答复")

    class Kind(models.TextChoices):
        WORDING = "wording", _("错别字、表述错误")
        WRONG = "wrong", _("内容不准确、已过时")
        LINK = "link", _("链接或附件打不开")
        MISSING = "missing", _("该公开的没有公开")
        ACCESS = "access", _("页面不便使用")
        OTHER = "other", _("其他")

    class Outcome(models.TextChoices):
        FIXED = "fixed", _("已改正")
        EXPLAINED = "explained", _("已核实，无须改正")
        ELSEWHERE = "elsewhere", _("不属本站，已告知去处")

    site = models.ForeignKey(Site, models.PROTECT, related_name="error_reports", verbose_name=_("站点"))
    number = models.CharField(_("编号"), max_length=20, unique=True)
    code_digest = models.CharField(max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.RECEIVED, editable=False)
    kind = models.CharField(_("问题类别"), max_length=10, choices=Kind)
    page = models.CharField(_("网页地址"), max_length=300)
    text = EncryptedTextField(_("问题"))
    name = EncryptedTextField(_("称呼"), blank=True)
    contact = EncryptedTextField(_("联系方式"), blank=True)
    # 来源地址的摘要，只用来限制短时间内反复提交。
    source = models.CharField(max_length=64, db_index=True)
    received_at = models.DateTimeField(_("收到时间"), auto_now_add=True)
    forward_due = models.DateField(_("转办期限"))
    reply_due = models.DateField(_("答复期限"))
    forwarded_to = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("办理单位")
    )
    forwarded_at = models.DateTimeField(_("转办时间"), null=True)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome, blank=True)
    reply = models.TextField(_("答复"), blank=True)
    replied_at = models.DateTimeField(_("答复时间"), null=True)

    objects = ErrorReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("网站找错")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="answered") | models.Q(replied_at__isnull=False),
                name="answered_report_has_time",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def light(self, today: date) -> str:
        """亮灯：按期答复为绿；当天到期为黄；过了转办或答复期限为红；办理中为灰。"""
        if self.replied_at is not None:
            late = timezone.localdate(self.replied_at) > self.reply_due
            return "red" if late else "green"
        due = self.forward_due if self.state == self.State.RECEIVED else self.reply_due
        if today > due:
            return "red"
        return "yellow" if today == due else "grey"

    @property
    def due(self) -> date:
        """眼前的期限：没转办的看转办期限，其余看答复期限。"""
        return self.forward_due if self.state == self.State.RECEIVED else self.reply_due
