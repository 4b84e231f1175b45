"""答复之后：复议、诉讼与重作，更正，投诉，主动公开建议。"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.fields import EncryptedTextField
from gongkai.core.models import Organisation

from .. import visibility
from .cases import Case
from .people import Applicant

USER = settings.AUTH_USER_MODEL


class Proceeding(models.Model):
    """救济：一件申请的一次行政复议或行政诉讼（条例第五十一条）。"""

    class Kind(models.TextChoices):
        REVIEW = "review", _("行政复议")
        DIRECT_SUIT = "direct_suit", _("未经复议直接起诉")
        SUIT_AFTER_REVIEW = "suit_after_review", _("复议后起诉")

    class Result(models.TextChoices):
        # 键与次序同年度报告表四的列。
        PENDING = "pending", _("尚未审结")
        UPHELD = "upheld", _("结果维持")
        CORRECTED = "corrected", _("结果纠正")
        OTHER = "other", _("其他结果")

    case = models.ForeignKey(Case, models.PROTECT, related_name="proceedings")
    kind = models.CharField(_("种类"), max_length=17, choices=Kind)
    filed_on = models.DateField(_("受理或立案之日"))
    body = models.CharField(_("复议机关或法院"), max_length=80)
    number = models.CharField(_("案号"), max_length=60, blank=True)
    answer_due = models.DateField(_("答辩期限"), null=True, blank=True)
    result = models.CharField(_("结果"), max_length=9, choices=Result, default=Result.PENDING)
    decided_on = models.DateField(_("审结之日"), null=True, blank=True)
    # 责令重新答复的期限，由决定书、判决书写明（工作日）。
    remake_workdays = models.PositiveSmallIntegerField(_("重新答复期限（工作日）"), null=True, blank=True)
    remake_due = models.DateField(_("重新答复的最后一日"), null=True, blank=True)
    remade_on = models.DateField(_("重新答复之日"), null=True, blank=True)
    # 复议机关作共同被告的，只由原机关统计（国办公开办函〔2016〕201号）。
    counted = models.BooleanField(_("计入本机关年度报告"), default=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("复议诉讼")
        ordering = ["filed_on", "id"]


class _Filed(models.Model):
    """向本机关提出的其他事项：共有的各栏。"""

    agency = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("行政机关"))
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    applicant = models.ForeignKey(
        Applicant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提出人")
    )
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所涉申请")
    )
    text = EncryptedTextField(_("内容"))
    received_on = models.DateField(_("收到之日"))
    secret_hash = models.CharField(max_length=64, blank=True, editable=False)
    answer = EncryptedTextField(_("答复"), blank=True)
    answered_on = models.DateField(_("答复之日"), null=True, blank=True)
    answered_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")

    objects = visibility.FiledQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-id"]

    PREFIX = ""

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"{self.PREFIX}-{self.year}-{self.serial:05d}"


class RecordCorrection(_Filed):
    """更正申请：申请人证明与其自身相关的记录不准确（条例第四十一条）。"""

    PREFIX = "GZ"

    class State(models.TextChoices):
        OPEN = "open", _("办理中")
        CORRECTED = "corrected", _("已更正")
        REFUSED = "refused", _("不予更正")
        TRANSFERRED = "transferred", _("已转送或告知")

    state = models.CharField(_("状态"), max_length=11, choices=State, default=State.OPEN)
    due = models.DateField(_("办理时限"))
    transferred_to = models.CharField(_("转送或告知的机关"), max_length=80, blank=True)

    class Meta(_Filed.Meta):
        verbose_name = verbose_name_plural = _("更正申请")
        constraints = [models.UniqueConstraint(fields=["agency", "year", "serial"], name="one_fix_number")]


class Complaint(_Filed):
    """投诉举报：不依法履行公开职责的（条例第四十七条、第五十一条）；agency 为受理的机关。"""

    PREFIX = "TS"

    class State(models.TextChoices):
        OPEN = "open", _("办理中")
        ORDERED = "ordered", _("已督促整改")
        UNFOUNDED = "unfounded", _("不成立")
        TRANSFERRED = "transferred", _("已转送")

    state = models.CharField(_("状态"), max_length=11, choices=State, default=State.OPEN)
    about = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("被投诉的机关"))

    class Meta(_Filed.Meta):
        verbose_name = verbose_name_plural = _("投诉举报")
        constraints = [
            models.UniqueConstraint(fields=["agency", "year", "serial"], name="one_complaint_number")
        ]


class Suggestion(_Filed):
    """主动公开建议：申请人建议纳入主动公开范围（条例第四十四条第二款）。"""

    PREFIX = "JY"

    class State(models.TextChoices):
        OPEN = "open", _("审核中")
        ACCEPTED = "accepted", _("已采纳")
        DECLINED = "declined", _("不纳入")

    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.OPEN)
    # 转成的信息在信息资源库里的编号。
    record_id = models.PositiveBigIntegerField(_("信息"), null=True, blank=True)

    class Meta(_Filed.Meta):
        verbose_name = verbose_name_plural = _("主动公开建议")
        constraints = [
            models.UniqueConstraint(fields=["agency", "year", "serial"], name="one_suggestion_number")
        ]
