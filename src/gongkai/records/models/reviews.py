"""审查记录与发布失败。"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.queries import reach
from gongkai.core.models import Organisation

from .records import Edition

USER = settings.AUTH_USER_MODEL


class Review(models.Model):
    """审查：一个版本走过的每一步，谁、结论、意见；保密审查逐项填表，一并留存。"""

    class Verdict(models.TextChoices):
        PASSED = "passed", _("通过")
        RETURNED = "returned", _("退回")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="reviews")
    # step 为变迁名（states.EDITION）；round 为第几轮：退回重来后前一轮的意见仍在。
    step = models.CharField(_("环节"), max_length=30)
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


class ReviewPoint(models.Model):
    """审查项：保密审查表逐项要回答的一项；没有单位的是通用项，各单位可增补、可停用同键的通用项。"""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, verbose_name=_("单位")
    )
    key = models.SlugField(_("键"), max_length=20)
    name = models.CharField(_("审查项"), max_length=40)
    help = models.CharField(_("看什么"), max_length=200, blank=True)
    order = models.PositiveIntegerField(_("次序"), default=0)
    is_active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("审查项")
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="review_point_once"),
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(organisation=None), name="common_review_point_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: Any) -> ReferralQuerySet:
        """可见：版本所属单位在此人职责所及之内。"""
        return self.filter(reach(user, "edition__record__organisation"))


class Referral(models.Model):
    """报请确定：不能确定能否公开的，报主管部门或者保密行政管理部门确定（条例第十七条）。"""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="referrals")
    to = models.CharField(_("报请单位"), max_length=80)
    question = models.CharField(_("报请事项"), max_length=500)
    sent_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("报请时间"), auto_now_add=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    answer = models.CharField(_("确定意见"), max_length=500, blank=True)
    document_number = models.CharField(_("答复文号"), max_length=80, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("报请确定")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition"], condition=models.Q(answered_at=None), name="one_open_referral"
            )
        ]


class FailureQuerySet(models.QuerySet["PublicationFailure"]):
    def visible_to(self, user: Any) -> FailureQuerySet:
        """可见：版本所属单位在此人职责所及之内。"""
        return self.filter(reach(user, "edition__record__organisation"))


class PublicationFailure(models.Model):
    """发布失败：定时到点没能发布的版本和原因；处理后标记。"""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="failures")
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    reason = models.TextField(_("原因"))
    settled_at = models.DateTimeField(_("处理时间"), null=True)

    objects = FailureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("发布失败")
        ordering = ["-id"]
