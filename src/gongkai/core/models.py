"""组织机构树、别名、集合名称与编号。"""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from .names import name_key


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def within(self, root: Organisation) -> OrganisationQuerySet:
        """所辖：root 及其下级。"""
        return self.filter(path__startswith=root.path)

    def visible_to(self, user: Any) -> OrganisationQuerySet:
        """可见组织：此人任职的那棵树（市）；别的市一律看不见。"""
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        scope = models.Q(pk__in=[])
        for path in user.duties.values_list("organisation__path", flat=True):
            scope |= models.Q(path__startswith=f"/{path.split('/')[1]}/")
        return self.filter(scope)

    def active(self) -> OrganisationQuerySet:
        return self.filter(is_active=True)


class Organisation(models.Model):
    """组织：市、市直单位、区、处室、局属单位、办事窗口、公共企事业单位构成的树。"""

    class Kind(models.TextChoices):
        CITY = "city", _("市")
        AGENCY = "agency", _("市直单位")
        DISTRICT = "district", _("区政府")
        DIVISION = "division", _("处室")
        AFFILIATED = "affiliated", _("局属单位")
        WINDOW = "window", _("办事窗口")
        ENTERPRISE = "enterprise", _("公共企事业单位")

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    name = models.CharField(_("名称"), max_length=80)
    key = models.CharField(max_length=80, editable=False, db_index=True)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    # 标签用于集合名称（如“各审批处室”＝带“审批”标签的处室）。
    tags = models.JSONField(_("标签"), default=list, blank=True)
    path = models.CharField(max_length=120, editable=False, db_index=True)
    order = models.PositiveIntegerField(_("次序"), default=0)
    is_active = models.BooleanField(_("在用"), default=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("组织")
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "key"], name="organisation_name_once_per_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = name_key(self.name)
        # 路径含自身编号，首次保存之后才知道。
        with transaction.atomic():
            super().save(*args, **kwargs)
            path = f"{self.parent.path if self.parent else '/'}{self.pk}/"
            if path != self.path:
                old, self.path = self.path, path
                Organisation.objects.filter(pk=self.pk).update(path=path)
                if old:
                    for child in Organisation.objects.filter(path__startswith=old).exclude(pk=self.pk):
                        Organisation.objects.filter(pk=child.pk).update(path=path + child.path[len(old) :])

    @property
    def agency(self) -> Organisation:
        """公开主体：自身或最近的上级中的局、区、市、公共企事业单位。"""
        unit = self
        while unit.kind in (self.Kind.DIVISION, self.Kind.AFFILIATED, self.Kind.WINDOW) and unit.parent:
            unit = unit.parent
        return unit

    @property
    def line(self) -> list[int]:
        """上溯：从根到自身的编号。"""
        return [int(part) for part in self.path.strip("/").split("/")]


class Alias(models.Model):
    """别名：某单位范围内对一个组织的另一种叫法（繁简视同）。"""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="aliases")
    name = models.CharField(_("别名"), max_length=80)
    key = models.CharField(max_length=80, editable=False, db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("别名")
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="alias_once")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = name_key(self.name)
        super().save(*args, **kwargs)


class CollectiveName(models.Model):
    """集合名称：如“各处室”，按类别和标签解析为随组织树变化的一组单位。"""

    name = models.CharField(_("名称"), max_length=40)
    key = models.CharField(max_length=40, unique=True, editable=False)
    kind = models.CharField(_("类别"), max_length=12, choices=Organisation.Kind)
    tag = models.CharField(_("标签"), max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("集合名称")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = name_key(self.name)
        super().save(*args, **kwargs)


class Counter(models.Model):
    """编号器：每个组织、种类、年度一行，保证连续无缺号。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    kind = models.CharField(max_length=30)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "year"], name="one_counter"),
        ]


class PeriodicRun(models.Model):
    """每日任务的排队记录：一个名称一天一行。"""

    name = models.CharField(max_length=60)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "day"], name="once_a_day")]


class Lease(models.Model):
    """租约：一个正在做任务的进程，按时续到 until；过了没续的，它做到一半的任务重新排队。"""

    worker = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField()


class HolidayNotice(models.Model):
    """放假通知：某年度的节假日安排；只增不改，同一年度以最后登记的为准，旧版留存。"""

    year = models.PositiveSmallIntegerField(_("年度"))
    off = models.JSONField(_("放假日"), default=list)
    work = models.JSONField(_("调休上班日"), default=list)
    source = models.CharField(_("通知文号"), max_length=200)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("放假通知")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.year} {self.source}"
