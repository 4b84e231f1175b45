"""申请人：加密存放，缺省遮蔽，查同一人用盲索引。"""

from __future__ import annotations

from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.fields import EncryptedTextField, blind_index, masked


class Applicant(models.Model):
    """申请人：一次提交时填的身份和联系方式（条例第二十九条第一项），照当时的样子保存。

    只有姓名（名称）、身份证明、联系方式是法律要的；没有“用途”一栏，也不收性别、职业等。
    """

    class Kind(models.TextChoices):
        NATURAL = "natural", _("自然人")
        ENTERPRISE = "enterprise", _("商业企业")
        RESEARCH = "research", _("科研机构")
        CHARITY = "charity", _("社会公益组织")
        LEGAL_SERVICE = "legal_service", _("法律服务机构")
        OTHER = "other", _("其他组织")

    class IdentityType(models.TextChoices):
        ID_CARD = "id_card", _("居民身份证")
        PASSPORT = "passport", _("护照")
        PERMIT = "permit", _("通行证、居住证")
        CREDIT_CODE = "credit_code", _("统一社会信用代码")
        OTHER = "other", _("其他证件")

    # 要查看全文须另外登记的各栏。
    PERSONAL: Final = (
        "name",
        "identity_number",
        "phone",
        "email",
        "address",
        "agent_name",
        "agent_identity",
        "agent_phone",
    )

    kind = models.CharField(_("申请人类型"), max_length=14, choices=Kind)
    name = EncryptedTextField(_("姓名或者名称"))
    identity_type = models.CharField(
        _("证件种类"), max_length=12, choices=IdentityType, default=IdentityType.ID_CARD
    )
    identity_number = EncryptedTextField(_("证件号码"), blank=True)
    # 没有证件号码的，以姓名加联系方式认人。
    identity_key = models.CharField(max_length=64, editable=False, db_index=True)
    name_key = models.CharField(max_length=64, editable=False, db_index=True)
    phone = EncryptedTextField(_("联系电话"), blank=True)
    email = EncryptedTextField(_("电子邮箱"), blank=True)
    address = EncryptedTextField(_("通信地址"), blank=True)
    # 代理人不改变申请人类型：律师代公民申请的，申请人仍是自然人。
    agent_name = EncryptedTextField(_("代理人"), blank=True)
    agent_identity = EncryptedTextField(_("代理人证件号码"), blank=True)
    agent_phone = EncryptedTextField(_("代理人电话"), blank=True)
    # 怎样核实的身份：sms、email、document、in_person……
    verified_by = models.CharField(_("身份核实方式"), max_length=20, blank=True)
    verified_at = models.DateTimeField(_("身份核实时间"), null=True, blank=True)
    anonymised_at = models.DateTimeField(_("去标识时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("申请人")

    def __str__(self) -> str:
        return self.masked_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.identity_key = self.key_of(self.identity_number, self.name, self.phone or self.email)
        self.name_key = blind_index("applicant.name", self.name)
        super().save(*args, **kwargs)

    @staticmethod
    def key_of(identity_number: str, name: str, contact: str) -> str:
        """同一人的键：证件号码；没有的用姓名加联系方式。"""
        return blind_index("applicant", identity_number or f"{name}/{contact}")

    @property
    def masked_name(self) -> str:
        """遮蔽的名称：自然人只露姓，单位名称照写。"""
        if self.kind != self.Kind.NATURAL:
            return self.name
        return self.name[:1] + "*" * max(1, len(self.name) - 1) if self.name else "*"

    def masked(self, field: str) -> str:
        """遮蔽后的一栏：缺省只给看这个。"""
        if field == "name":
            return self.masked_name
        value = getattr(self, field)
        if field == "address":
            return value[:6] + "*" * 6 if value else ""
        return masked(value)
