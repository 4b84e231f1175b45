"""审计链：只增不改，每行带上一行的摘要。"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """审计记录：谁、何时、对什么、做了什么。"""

    number = models.PositiveBigIntegerField(_("序号"), unique=True)
    at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    action = models.CharField(_("动作"), max_length=80, db_index=True)
    subject = models.CharField(_("对象"), max_length=80, db_index=True)
    detail = models.JSONField(_("详情"), default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = _("审计记录")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"


class Head(models.Model):
    """链头：最后一行的序号与摘要；写入时锁住它，使各行串行，末尾被删也查得出。"""

    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)
    seal = models.CharField(max_length=64, blank=True)
