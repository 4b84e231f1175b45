"""答复之后：复议、诉讼与重作，更正，投诉，主动公开建议。"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.fields import EncryptedTextField
from gongkai.core.models import Organisation
from gongkai.core.vault import sealed

from .. import visibility
from .cases import Case, file_path
from .people import Applicant
from .rules import CARRIERS

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
    # 决定更正的，记录真的改了才算完：哪一天改的，改前改后各是什么。
    carried_out_on = models.DateField(_("更正之日"), null=True, blank=True)
    carried_out = EncryptedTextField(_("怎样更正的"), blank=True)

    objects = visibility.CorrectionQuerySet.as_manager()

    class Meta(_Filed.Meta):
        verbose_name = verbose_name_plural = _("更正申请")
        constraints = [models.UniqueConstraint(fields=["agency", "year", "serial"], name="one_fix_number")]


class CorrectionFile(models.Model):
    """更正材料：申请人的证据、身份证明，本机关查到的记录、更正后的记录、送达证明。"""

    class Kind(models.TextChoices):
        EVIDENCE = "evidence", _("申请人的证据")
        IDENTITY = "identity", _("身份证明")
        RECORD = "record", _("查到的记录")
        CHANGED = "changed", _("更正后的记录")
        PROOF = "proof", _("送达证明")

    correction = models.ForeignKey(RecordCorrection, models.CASCADE, related_name="files")
    kind = models.CharField(_("种类"), max_length=8, choices=Kind)
    name = EncryptedTextField(_("名称"))
    file = models.FileField(upload_to=file_path, storage=sealed)
    suffix = models.CharField(max_length=6)
    sha256 = models.CharField(_("校验值"), max_length=64)
    size = models.PositiveIntegerField(_("大小"))
    uploaded_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("更正材料")
        ordering = ["id"]


class CorrectionReply(models.Model):
    """更正答复：核实的情况、结果、答复书（T27）；拟稿、签发是两个人，发出以后一个字也不能变。"""

    class State(models.TextChoices):
        DRAFT = "draft", _("待签发")
        SIGNED = "signed", _("待发出")
        DISPATCHED = "dispatched", _("已发出")
        SERVED = "served", _("已送达")

    SEALED: Final = ("result", "text", "remedy", "code", "year", "serial", "signed_on", "sha256", "file")

    correction = models.OneToOneField(RecordCorrection, models.PROTECT, related_name="reply")
    result = models.CharField(_("结果"), max_length=11, choices=RecordCorrection.State)
    # 答复书各栏的内容：占位名称 → 文字，JSON。
    fields = EncryptedTextField(_("各栏"))
    text = EncryptedTextField(_("正文"), blank=True)
    remedy = models.TextField(_("救济告知"), blank=True)
    template_version = models.CharField(_("模板版本"), max_length=40, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    returned = models.CharField(_("退回的理由"), max_length=300, blank=True)
    author = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("拟稿人"))
    signed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("签发人"))
    signed_on = models.DateField(_("成文日期"), null=True)
    code = models.CharField(_("机关代字"), max_length=20, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    file = models.FileField(_("定稿"), upload_to=file_path, storage=sealed, blank=True)
    sha256 = models.CharField(_("校验值"), max_length=64, blank=True)
    carrier = models.CharField(_("送达方式"), max_length=10, blank=True)
    tracking = models.CharField(_("邮件号码"), max_length=40, blank=True)
    sent_on = models.DateField(_("发出之日"), null=True)
    served_on = models.DateField(_("送达之日"), null=True)
    signer = EncryptedTextField(_("签收人"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("更正答复")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "year", "serial"],
                condition=models.Q(serial__isnull=False),
                name="one_correction_reply_number",
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            kept = CorrectionReply.objects.filter(pk=self.pk, state__in=("dispatched", "served")).first()
            changed = [name for name in self.SEALED if kept and getattr(kept, name) != getattr(self, name)]
            if changed:
                raise RuntimeError(f"更正答复书已经发出，不能再改：{'、'.join(changed)}")
        super().save(*args, **kwargs)

    @property
    def document_number(self) -> str:
        """发文字号，如“临水公开更〔2026〕1号”；没有编号的为空。"""
        return f"{self.code}〔{self.year}〕{self.serial}号" if self.serial else ""

    @property
    def carrier_name(self) -> str:
        """送达方式的名称。"""
        return str(CARRIERS.get(self.carrier, self.carrier))


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
