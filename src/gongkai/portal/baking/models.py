"""烘焙的队列、已写的页面、页面用到的信息。"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.records.models import Site


class BakeTask(models.Model):
    """待烘焙：一个页面一行；排队时已有的换成新行，正在烘焙的旧结果就不算数。"""

    site = models.ForeignKey(Site, models.CASCADE, related_name="+")
    path = models.CharField(_("页面"), max_length=300)
    urgent = models.BooleanField(_("先做"), default=False)
    attempts = models.PositiveIntegerField(_("失败次数"), default=0)
    error = models.TextField(_("原因"), blank=True)
    not_before = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("待烘焙页面")
        constraints = [models.UniqueConstraint(fields=["site", "path"], name="baked_once")]
        indexes = [models.Index(fields=["-urgent", "id"])]

    def __str__(self) -> str:
        return self.path


class Page(models.Model):
    """页面：已写成文件的一页。"""

    site = models.ForeignKey(Site, models.CASCADE, related_name="+")
    path = models.CharField(_("页面"), max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(_("大小（字节）"))

    class Meta:
        verbose_name = verbose_name_plural = _("已烘焙页面")
        constraints = [models.UniqueConstraint(fields=["site", "path"], name="page_once")]


class PageUse(models.Model):
    """用到：一页显示了哪条信息；这条信息变了，这一页就重写。"""

    page = models.ForeignKey(Page, models.CASCADE, related_name="uses")
    # 不设外键：信息删去时页面由信号处理，这里几十万行不逐行检查。
    record_id = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "record_id"], name="used_once")]
