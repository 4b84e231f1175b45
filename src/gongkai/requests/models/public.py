"""公众一侧的数据：填到一半的申请、尝试次数。"""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.fields import EncryptedTextField
from gongkai.core.models import Organisation
from gongkai.core.vault import sealed

from .cases import Case, CaseFile


def draft_path(instance: models.Model, filename: str) -> str:
    # 不用上传者给的文件名作路径。
    return f"requests/drafts/{secrets.token_hex(16)}"


class Draft(models.Model):
    """网上填写：提交之前的一份申请，加密存放；提交后清空内容，过期整份删去。

    它还不是收到的申请，不进案卷、不计期限；提交这一步才有编号和审计。
    """

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    agency = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name=_("行政机关"))
    # 各栏的值，JSON 文字。
    data = EncryptedTextField(_("内容"), blank=True)
    case = models.OneToOneField(Case, models.CASCADE, null=True, related_name="draft")
    # 双击时浏览器只显示后一次的回应，所以查询码留到草稿过期，凭本人的会话才取得出。
    secret = EncryptedTextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("网上填写")


class DraftFile(models.Model):
    """网上填写的附件：已按内容查过类型，提交时转入案卷。"""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="files")
    kind = models.CharField(_("种类"), max_length=13, choices=CaseFile.Kind)
    name = EncryptedTextField(_("名称"))
    file = models.FileField(upload_to=draft_path, storage=sealed)
    size = models.PositiveIntegerField(_("大小"))

    class Meta:
        verbose_name = verbose_name_plural = _("网上填写的附件")
        ordering = ["id"]


class FoundAlready(models.Model):
    """未申请已得：填写时看到已公开的就是所要的，没有提交申请；只记是哪一件信息，不记人和所写的内容。"""

    agency = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name=_("行政机关"))
    key = models.CharField(_("信息的键"), max_length=80)
    title = models.CharField(_("标题"), max_length=400)
    on = models.DateField(_("日期"))

    class Meta:
        verbose_name = verbose_name_plural = _("未申请已得")
        indexes = [models.Index(fields=["agency", "on"], name="found_already_year")]


class Attempt(models.Model):
    """尝试：某一来源做某事一次（提交、查询码不对、要验证码），限次数用；source 为地址的摘要。"""

    kind = models.CharField(max_length=12)
    source = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("尝试")
        indexes = [models.Index(fields=["kind", "source", "at"], name="attempt_recent")]
