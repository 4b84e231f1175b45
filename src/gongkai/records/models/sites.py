"""站点、栏目、信息在栏目中的位置。"""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.queries import reach
from gongkai.core.models import Organisation

from ..colours import readable


class SiteQuerySet(models.QuerySet["Site"]):
    def visible_to(self, user: Any) -> SiteQuerySet:
        """可见：站点所属单位在此人职责所及之内。"""
        return self.filter(reach(user, "organisation"))


class Site(models.Model):
    """站点：一个域名、一个主办单位；栏目挂在站点下，信息可在多个站点展示。"""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="sites", verbose_name=_("主办单位")
    )
    name = models.CharField(_("网站名称"), max_length=80)
    domain = models.CharField(_("域名"), max_length=120, unique=True, help_text=_("不含 https://"))
    code = models.CharField(
        _("网站标识码"),
        max_length=10,
        blank=True,
        validators=[RegexValidator(r"^(\d{10}|bm\d{8})$", _("网站标识码为 10 位数字，或 bm 加 8 位数字"))],
    )
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    # 各地索引号写法不同，所以是每个站点的设置。
    index_pattern = models.CharField(
        _("索引号格式"), max_length=60, default="{code}/{year}-{serial:05d}", blank=True
    )
    colour = models.CharField(
        _("主色"),
        max_length=7,
        default="#0b4ea2",
        validators=[readable],
    )
    contact = models.CharField(_("联系方式"), max_length=120, blank=True)
    icp = models.CharField(_("ICP 备案号"), max_length=60, blank=True)
    police = models.CharField(_("公安备案号"), max_length=60, blank=True)
    is_default = models.BooleanField(_("默认站点"), default=False)
    is_active = models.BooleanField(_("在用"), default=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("站点")
        ordering = ["-is_default", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_site"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ColumnQuerySet(models.QuerySet["Column"]):
    def visible_to(self, user: Any) -> ColumnQuerySet:
        """可见：栏目所在站点可见。"""
        return self.filter(reach(user, "site__organisation"))

    def open(self) -> ColumnQuerySet:
        """在用的栏目。"""
        return self.filter(is_active=True, site__is_active=True)


class Column(models.Model):
    """栏目：站点下的树；内容由规则选取，也可手工挑选。"""

    class Kind(models.TextChoices):
        ORDINARY = "ordinary", _("普通栏目")
        NEWS = "news", _("动态要闻")
        SECTION = "section", _("政府信息公开固定栏目")
        TOPIC = "topic", _("专题")

    class Section(models.TextChoices):
        """固定四栏（国办公开办函〔2019〕61号）：名称固定，不收新闻动态。"""

        GUIDE = "guide", _("政府信息公开指南")
        SYSTEM = "system", _("政府信息公开制度")
        STATUTORY = "statutory", _("法定主动公开内容")
        ANNUAL = "annual", _("政府信息公开年报")

    site = models.ForeignKey(Site, models.CASCADE, related_name="columns", verbose_name=_("站点"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级栏目")
    )
    name = models.CharField(_("名称"), max_length=60)
    slug = models.SlugField(_("网址名"), max_length=40)
    path = models.CharField(max_length=255, editable=False)
    kind = models.CharField(_("类别"), max_length=10, choices=Kind, default=Kind.ORDINARY)
    section = models.CharField(_("固定栏目"), max_length=10, choices=Section, blank=True)
    type_word = models.CharField(_("栏目类型"), max_length=20, default="政策文件")
    description = models.CharField(_("栏目说明"), max_length=200, blank=True)
    keywords = models.CharField(_("关键词"), max_length=120, blank=True)
    # 规则的键见 queries.matches：kinds、organisations、items20、themes；空规则只收手工挑选的。
    rule = models.JSONField(_("选取规则"), default=dict, blank=True)
    update_days = models.PositiveIntegerField(_("更新间隔（自然日）"), null=True, blank=True)
    not_applicable = models.CharField(_("不适用的理由"), max_length=200, blank=True)
    order = models.PositiveIntegerField(_("次序"), default=0)
    is_active = models.BooleanField(_("在用"), default=True)

    objects = ColumnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("栏目")
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "path"], name="column_path_once_per_site"),
            # 固定栏目每站各一个，顶层的才算。
            models.UniqueConstraint(
                fields=["site", "section"],
                condition=models.Q(parent=None) & ~models.Q(section=""),
                name="one_section_per_site",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        before = self.path
        self.path = f"{self.parent.path}{self.slug}/" if self.parent else f"{self.slug}/"
        with transaction.atomic():
            super().save(*args, **kwargs)
            if before and before != self.path:
                for child in self.children.all():
                    child.save()

    def get_absolute_url(self) -> str:
        return f"/columns/{self.path}"


class Placement(models.Model):
    """位置：一条信息在一个栏目里；page 为装订页，只增不移，新发布的不牵动旧页。"""

    record = models.ForeignKey("records.Record", models.CASCADE, related_name="placements")
    column = models.ForeignKey(Column, models.CASCADE, related_name="placements")
    by_hand = models.BooleanField(_("手工挑选"), default=False)
    pinned = models.BooleanField(_("置顶"), default=False)
    page = models.PositiveIntegerField(default=1, editable=False)
    at = models.DateTimeField(_("进入时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("栏目位置")
        ordering = ["-pinned", "-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["record", "column"], name="placed_once")]
        indexes = [models.Index(fields=["column", "page"]), models.Index(fields=["column", "-at"])]


class ColumnSorting(models.Model):
    """归栏：栏目规则变了之后，已公开的信息按新规则进出办到哪里；一个栏目一行，记着最近一次。"""

    class Phase(models.TextChoices):
        OUT = "out", _("撤出")
        IN = "in", _("补进")

    column = models.OneToOneField(Column, models.CASCADE, related_name="sorting")
    phase = models.CharField(max_length=3, choices=Phase, default=Phase.OUT)
    # 上一批最后一条：撤出按位置的编号，补进按公开时间和信息编号。
    at = models.DateTimeField(null=True)
    after = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(_("共要看几条"), default=0)
    done = models.PositiveIntegerField(_("看过几条"), default=0)
    moved = models.PositiveIntegerField(_("进出几条"), default=0)
    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("办完时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("归栏")

    @property
    def percent(self) -> int:
        """办了百分之几；办的时候又有新公开的，不超过 100。"""
        return min(100, self.done * 100 // self.total) if self.total else 100


class FriendlyLink(models.Model):
    """友情链接：链到站外的，离开前提示。"""

    site = models.ForeignKey(Site, models.CASCADE, related_name="links", verbose_name=_("站点"))
    name = models.CharField(_("名称"), max_length=60)
    url = models.URLField(_("网址"), max_length=300)
    order = models.PositiveIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("友情链接")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name
