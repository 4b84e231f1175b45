"""申请邮箱收到的邮件：先放在待认领处，由人认定是新申请、补充材料还是无关来信。"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.fields import EncryptedTextField
from gongkai.core.models import Organisation
from gongkai.core.vault import sealed

from .. import visibility
from .cases import Case

USER = settings.AUTH_USER_MODEL


def mail_path(instance: models.Model, filename: str) -> str:
    digest = instance.sha256  # type: ignore[attr-defined]
    return f"requests/mail/{digest[:2]}/{digest}.eml"


class Mail(models.Model):
    """来信：原信照存，同一封只收一次；认领之前不删。"""

    class State(models.TextChoices):
        WAITING = "waiting", _("待认领")
        TAKEN = "taken", _("已成申请")
        ATTACHED = "attached", _("已附入申请")
        DISMISSED = "dismissed", _("不是申请")

    agency = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("行政机关"))
    sender = EncryptedTextField(_("发信人"), blank=True)
    sender_name = EncryptedTextField(_("发信人名称"), blank=True)
    subject = EncryptedTextField(_("主题"), blank=True)
    text = EncryptedTextField(_("正文"), blank=True)
    arrived_at = models.DateTimeField(_("到达时间"))
    raw = models.FileField(_("原信"), upload_to=mail_path, storage=sealed)
    sha256 = models.CharField(_("校验值"), max_length=64)
    attachments = models.PositiveSmallIntegerField(_("附件数"), default=0)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.WAITING)
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="mails", verbose_name=_("申请")
    )
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    handled_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    handled_at = models.DateTimeField(_("办理时间"), null=True)

    objects = visibility.FiledQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("来信")
        ordering = ["arrived_at", "id"]
        constraints = [models.UniqueConstraint(fields=["agency", "sha256"], name="one_mail_each")]
        indexes = [models.Index(fields=["agency", "state", "arrived_at"], name="mail_pen")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
