"""用户与职责。"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: Any) -> UserQuerySet:
        """可见人员：此人任系统管理员的单位及下级的人员。"""
        from .queries import managed

        return self.filter(organisation__in=managed(user)).select_related("organisation")


class User(AbstractUser):
    """用户：一名工作人员。"""

    name = models.CharField(_("姓名"), max_length=40)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="staff", verbose_name=_("所在单位")
    )

    objects = UserManager()
    staff = UserQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        """姓名：各处（含采编后台的修订、锁定记录）都显示它，不用分开的名和姓。"""
        return self.name


class Duty(models.Model):
    """职责：某人在某单位承担的角色；协调员等管辖类角色及于下级。"""

    class Role(models.TextChoices):
        COORDINATOR = "coordinator", _("办公室协调员")
        HANDLER = "handler", _("经办人")
        HEAD = "head", _("处室负责人")
        SECRECY = "secrecy", _("保密审查员")
        LEGAL = "legal", _("法制审核员")
        LEADER = "leader", _("分管领导")
        CITY = "city", _("市政务公开办")
        AUDITOR = "auditor", _("审计员")
        ADMINISTRATOR = "administrator", _("系统管理员")

    user = models.ForeignKey(User, models.CASCADE, related_name="duties")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="duties")
    role = models.CharField(_("角色"), max_length=14, choices=Role)

    class Meta:
        verbose_name = verbose_name_plural = _("职责")
        constraints = [models.UniqueConstraint(fields=["user", "organisation", "role"], name="duty_once")]

    def __str__(self) -> str:
        return gettext("%(unit)s%(role)s") % {"unit": self.organisation, "role": self.get_role_display()}
