"""写稿的数据：图片、图片用在哪一版、底稿。"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.queries import reach
from gongkai.core.models import Organisation

from .records import Edition, Record

USER = settings.AUTH_USER_MODEL


def picture_path(instance: models.Model, filename: str) -> str:
    return f"pictures/{instance.sha256[:2]}/{instance.sha256}"  # type: ignore[attr-defined]


class PictureQuerySet(models.QuerySet["Picture"]):
    def visible_to(self, user: Any) -> PictureQuerySet:
        """可见：职责所及单位的图片；市政务公开办与公众一样，只看公开版里的。"""
        return self.filter(reach(user, "organisation") | models.Q(pk__in=self.public().values("pk")))

    def public(self) -> PictureQuerySet:
        """公众可见：用在某条公开信息的公开版里的。"""
        live = Record.objects.public().filter(live__openness=Edition.Openness.ACTIVE)
        uses = PictureUse.objects.filter(edition__in=live.values("live"))
        return self.filter(pk__in=uses.values("picture"))


class Picture(models.Model):
    """图片：正文里的图，一个单位同样内容只存一份；用在公开版里才发给公众。"""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="pictures", verbose_name=_("单位")
    )
    sha256 = models.CharField(_("校验值"), max_length=64, db_index=True)
    file = models.FileField(_("文件"), upload_to=picture_path)
    suffix = models.CharField(max_length=5)
    width = models.PositiveIntegerField(_("宽（像素）"))
    height = models.PositiveIntegerField(_("高（像素）"))
    size = models.PositiveIntegerField(_("大小（字节）"))
    author = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("图片")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "sha256"], name="picture_once")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}{self.suffix}"

    def get_absolute_url(self) -> str:
        return f"/pictures/{self.sha256}{self.suffix}"


class PictureUse(models.Model):
    """用图：哪一版的正文用了哪张图，存稿时照正文记下。"""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="picture_uses")
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "picture"], name="picture_used_once")]


class DraftCopyQuerySet(models.QuerySet["DraftCopy"]):
    def visible_to(self, user: Any) -> DraftCopyQuerySet:
        """可见：版本所属单位在此人职责所及之内；没存上的内容只有写的人自己看得见。"""
        mine = models.Q(kind=DraftCopy.Kind.UNSAVED, author=user.pk) | models.Q(kind=DraftCopy.Kind.SAVED)
        return self.filter(mine & reach(user, "edition__record__organisation"))


class DraftCopy(models.Model):
    """底稿：每存一次留一份；与别人撞上、没有存上的也留着，核对后再存。"""

    class Kind(models.TextChoices):
        SAVED = "saved", _("已存")
        UNSAVED = "unsaved", _("没有存上")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="copies")
    kind = models.CharField(_("类别"), max_length=8, choices=Kind, default=Kind.SAVED)
    version = models.PositiveIntegerField(_("版本号"))
    content = models.JSONField(_("内容"))
    author = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("存稿人"))
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    settled_at = models.DateTimeField(_("处理时间"), null=True)

    objects = DraftCopyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("底稿")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "version"], condition=models.Q(kind="saved"), name="one_copy_per_version"
            )
        ]
