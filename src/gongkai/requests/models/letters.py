"""文书与送达：草稿、审签、编号、发出；发出之后一个字也不能变。"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.fields import EncryptedTextField
from gongkai.core.vault import sealed

from .. import visibility
from .cases import AppendOnly, Case, CaseFile
from .rules import CARRIERS

USER = settings.AUTH_USER_MODEL


def letter_path(instance: models.Model, filename: str) -> str:
    # 文件名是 writing 起的：摘要加后缀。
    return f"requests/{filename[:2]}/{filename}"


class Letter(models.Model):
    """文书：发给申请人、第三方或其他机关的一份公文。template 为 T04…T27（law.decisions）。

    正文由 letters.render 生成，签发时定稿，发出时记摘要；发出后内容各栏不能再改，由 save 把守。
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SECRECY = "secrecy", _("保密审查")
        LEGAL = "legal", _("合法性审查")
        SIGNING = "signing", _("待签发")
        SIGNED = "signed", _("待发出")
        DISPATCHED = "dispatched", _("已发出")
        SERVED = "served", _("已送达")
        VOID = "void", _("作废")

    class Addressee(models.TextChoices):
        APPLICANT = "applicant", _("申请人")
        THIRD_PARTY = "third_party", _("第三方")
        ORGAN = "organ", _("其他机关")

    SENT: Final = (State.DISPATCHED, State.SERVED)
    # 定稿以后不能改的各栏。
    SEALED: Final = (
        "case_id",
        "round",
        "template",
        "template_version",
        "codes",
        "withheld",
        "title",
        "fields",
        "text",
        "remedy",
        "year",
        "serial",
        "code",
        "signed_on",
        "sha256",
        "file",
        "released",
    )

    case = models.ForeignKey(Case, models.PROTECT, related_name="letters")
    round = models.PositiveSmallIntegerField(default=1)
    template = models.CharField(_("文书"), max_length=5)
    # 所用各模板的版本，如“T00/标准1 T13/自订2”。
    template_version = models.CharField(_("模板版本"), max_length=300, blank=True)
    addressee = models.CharField(_("发给"), max_length=11, choices=Addressee, default=Addressee.APPLICANT)
    # 各项的决定代码；程序性文书为空。
    codes = models.JSONField(_("决定代码"), default=list, blank=True)
    withheld = models.JSONField(default=list, blank=True)
    outcome = models.CharField(_("报表行"), max_length=5, blank=True)
    title = models.CharField(_("标题"), max_length=120)
    # 模板各栏的值，JSON 文字。
    fields = EncryptedTextField(_("各栏"), blank=True)
    # 经办人改过的正文；空为照模板生成。
    text = EncryptedTextField(_("正文"), blank=True)
    remedy = models.TextField(_("救济告知"), blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    author = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("拟稿人"))
    signed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("签发人"))
    signed_on = models.DateField(_("成文日期"), null=True)
    # 发文字号：机关代字、年份、序号；编号即占用，作废的不再用。
    code = models.CharField(_("机关代字"), max_length=20, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    file = models.FileField(_("定稿"), upload_to=letter_path, storage=sealed, blank=True)
    sha256 = models.CharField(_("校验值"), max_length=64, blank=True)
    # 随文提供的各份文件：[{"id", "name", "sha256"}]，发出时记下，与归档的一致（败诉情形第32项）。
    released = models.JSONField(_("随附文件"), default=list, blank=True)
    dispatched_on = models.DateField(_("发出之日"), null=True)
    served_on = models.DateField(_("送达之日"), null=True)
    void_reason = models.CharField(_("作废的理由"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = visibility.LetterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("文书")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "year", "serial"],
                condition=models.Q(serial__isnull=False),
                name="one_document_number",
            ),
            # 一轮只有一份在办的答复。
            models.UniqueConstraint(
                fields=["case", "round"],
                condition=~models.Q(outcome="") & ~models.Q(state="void"),
                name="one_decision_per_round",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any) -> Letter:
        letter = super().from_db(db, field_names, values)
        letter._stored = (
            {name: getattr(letter, name) for name in cls.SEALED}
            if letter.__dict__.get("state") in cls.SENT and not letter.get_deferred_fields()
            else None
        )
        return letter

    def save(self, *args: Any, **kwargs: Any) -> None:
        stored = getattr(self, "_stored", None)
        changed = [name for name, value in (stored or {}).items() if getattr(self, name) != value]
        if changed:
            raise RuntimeError(f"文书已经发出，不能再改：{'、'.join(changed)}")
        super().save(*args, **kwargs)

    @property
    def document_number(self) -> str:
        """发文字号，如“临水公开告〔2026〕12号”；没有编号的为空。"""
        return f"{self.code}〔{self.year}〕{self.serial}号" if self.serial else ""

    @property
    def is_decision(self) -> bool:
        """是对申请的答复（有报表行），不是程序性文书。"""
        return bool(self.outcome)


class LetterStep(AppendOnly):
    """审签：一份文书在一个环节上的一次意见；一人只办一个环节。"""

    class Verdict(models.TextChoices):
        SUBMITTED = "submitted", _("送审")
        PASSED = "passed", _("通过")
        RETURNED = "returned", _("退回")

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="steps")
    stage = models.CharField(_("环节"), max_length=10, choices=Letter.State)
    verdict = models.CharField(_("结论"), max_length=9, choices=Verdict)
    opinion = models.CharField(_("意见"), max_length=500, blank=True)
    reviewer = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("审签")
        ordering = ["id"]


class Delivery(models.Model):
    """送达：一份文书的一次发送；退回的可以另发一次，首次发出之日不变。"""

    class State(models.TextChoices):
        SENT = "sent", _("在途")
        DELIVERED = "delivered", _("已送达")
        RETURNED = "returned", _("被退回")

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="deliveries")
    carrier = models.CharField(_("送达方式"), max_length=10)
    tracking = models.CharField(_("邮件号码"), max_length=40, blank=True)
    sent_on = models.DateField(_("交邮或发出之日"))
    delivered_on = models.DateField(_("送达之日"), null=True)
    signer = EncryptedTextField(_("签收人"), blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.SENT)
    sent_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    # 存进案卷的送达回证（T26）。
    record = models.OneToOneField(
        CaseFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("送达回证")
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("送达")
        ordering = ["id"]

    @property
    def carrier_name(self) -> str:
        """送达方式的名称。"""
        return str(CARRIERS.get(self.carrier, self.carrier))
