"""审查记录与发布失败。"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .records import Edition

USER = settings.AUTH_USER_MODEL


class Review(models.Model):
    """审查：一个版本走过的每一步，谁、结论、意见；保密审查逐项填表，一并留存。"""

    class Verdict(models.TextChoices):
        PASSED = "passed", _("通过")
        RETURNED = "returned", _("退回")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="reviews")
    # step 为变迁名（states.EDITION）；round 为第几轮：退回重来后前一轮的意见仍在。
    step = models.CharField(_("环节"), max_length=20)
    round = models.PositiveIntegerField(_("轮次"), default=1)
    reviewer = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("审查人"))
    verdict = models.CharField(_("结论"), max_length=8, choices=Verdict)
    opinion = models.CharField(_("意见"), max_length=500, blank=True)
    form = models.JSONField(_("审查表"), default=dict, blank=True)
    content_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("审查记录")
        ordering = ["id"]


class PublicationFailure(models.Model):
    """发布失败：定时到点没能发布的版本和原因；处理后标记。"""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="failures")
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    reason = models.TextField(_("原因"))
    settled_at = models.DateTimeField(_("处理时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("发布失败")
        ordering = ["-id"]
