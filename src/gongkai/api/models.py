"""开放接口的数据：公开内容的变更流水，和要汇聚的下级站点。"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.queries import reach
from gongkai.core.models import Organisation
from gongkai.records.models import Record, Site


class Change(models.Model):
    """变更：一条信息的公开内容变了或不再公开；号码只增，取数的一方从上次的号码接着取。"""

    record = models.ForeignKey(Record, models.CASCADE, related_name="+")
    site = models.ForeignKey(Site, models.CASCADE, related_name="+")
    withdrawn = models.BooleanField(_("不再公开"), default=False)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("变更")
        ordering = ["id"]
        indexes = [models.Index(fields=["site", "id"])]


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, user: Any) -> SourceQuerySet:
        """可见：收到哪个站点，看得见那个站点所属单位的人就看得见。"""
        return self.filter(reach(user, "site__organisation"))


class Source(models.Model):
    """来源：按开放接口汇聚的下级站点；只取，不改，对方撤下这边也撤下。"""

    site = models.ForeignKey(Site, models.PROTECT, related_name="sources", verbose_name=_("收到哪个站点"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("对方单位")
    )
    name = models.CharField(_("名称"), max_length=80)
    base_url = models.URLField(_("接口地址"), max_length=200, help_text=_("到 /api/v1/ 为止"), unique=True)
    remote_site = models.CharField(
        _("对方站点域名"), max_length=120, blank=True, help_text=_("对方平台上有几个站点时填写；空为全部")
    )
    # 收来的信息记在登记来源的人名下。
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cursor = models.BigIntegerField(_("取到第几号"), default=0)
    is_active = models.BooleanField(_("在用"), default=True)
    pulled_at = models.DateTimeField(_("最近取数"), null=True)
    error = models.CharField(_("最近的错误"), max_length=300, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("汇聚来源")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "base_url", "remote_site"], name="source_once")
        ]

    def __str__(self) -> str:
        return self.name
