"""请假代办：一名工作人员不在的日子，由谁代他办理；到日子自己结束。"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class StandIn(models.Model):
    """代办：first 至 last（含两头）由 stand_in 代 officer 办理依申请公开的事；提前结束的记 ended_at。"""

    officer = models.ForeignKey(USER, models.CASCADE, related_name="+", verbose_name=_("不在的人"))
    stand_in = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("代办的人"))
    first = models.DateField(_("从哪天起"))
    last = models.DateField(_("到哪天止"))
    reason = models.CharField(_("事由"), max_length=100)
    set_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    ended_at = models.DateTimeField(_("提前结束"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("请假代办")
        ordering = ["-first", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first")), name="stand_in_first_before_last"
            ),
            models.CheckConstraint(
                condition=~models.Q(officer=models.F("stand_in")), name="stand_in_is_another_person"
            ),
        ]
        indexes = [models.Index(fields=["stand_in", "last"], name="stand_in_now")]
