"""成批办理：一次成批做的事和它的进度、逐件的结果；一组一次只办一件事，由数据库的唯一约束保证。"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation

from .. import visibility
from .cases import Case
from .letters import Letter

USER = settings.AUTH_USER_MODEL


class GroupRun(models.Model):
    """成批办理：内容相同的一组照一件办一次；逐件一个事务，停了从 cursor 之后接着办。

    step 每接一段加一：排队的任务带着它，过时的（停过、别人已接着办）一看不符就不做，所以不会有两个在办。
    """

    class Name(models.TextChoices):
        REGISTER = "register", _("照样登记")
        ASSIGN = "assign", _("照样分办")
        ANSWER = "answer", _("照样签发答复")
        DISPATCH = "dispatch", _("网上送达")

    class State(models.TextChoices):
        RUNNING = "running", _("正在办")
        STOPPED = "stopped", _("停下了")
        DONE = "done", _("办完了")

    agency = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("行政机关"))
    group_key = models.CharField(max_length=64, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="group_runs", verbose_name=_("照哪一件办"))
    # 照样签发的是这一份答复；它作废了就停下。
    letter = models.ForeignKey(Letter, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("办什么"), max_length=8, choices=Name)
    state = models.CharField(_("状态"), max_length=7, choices=State, default=State.RUNNING)
    note = models.CharField(_("停下的原因"), max_length=300, blank=True)
    # 试过的最后一件；编号比它大的还没有试。
    cursor = models.BigIntegerField(default=0)
    step = models.PositiveIntegerField(default=1)
    total = models.PositiveIntegerField(_("共几件"))
    done = models.PositiveIntegerField(_("办成"), default=0)
    held = models.PositiveIntegerField(_("没有办成"), default=0)
    seconds = models.FloatField(_("用时（秒）"), default=0)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("由谁办"))
    started_at = models.DateTimeField(_("开始时间"), auto_now_add=True)
    moved_at = models.DateTimeField(_("最近办的时间"), auto_now_add=True)
    ended_at = models.DateTimeField(_("办完的时间"), null=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("成批办理")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "group_key"],
                condition=models.Q(state="running"),
                name="one_run_per_group",
            )
        ]
        indexes = [models.Index(fields=["agency", "group_key"], name="group_runs")]

    def __str__(self) -> str:
        return f"{self.get_name_display()}（{self.case}）"

    @property
    def running(self) -> bool:
        """正在办。"""
        return self.state == self.State.RUNNING


class GroupEntry(models.Model):
    """成批办理的一件：办成了，或没有办成的原因；一次里每件只试一回。"""

    class State(models.TextChoices):
        DONE = "done", _("办成")
        HELD = "held", _("没有办成")

    run = models.ForeignKey(GroupRun, models.CASCADE, related_name="entries")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", verbose_name=_("申请"))
    state = models.CharField(_("结果"), max_length=4, choices=State)
    reason = models.CharField(_("原因"), max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    LONGEST: Final = 500

    class Meta:
        verbose_name = verbose_name_plural = _("成批办理的一件")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "case"], name="tried_once_per_run")]
        indexes = [models.Index(fields=["run", "state", "id"], name="group_entries")]
