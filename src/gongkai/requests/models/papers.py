"""文书模板、隐藏信息的检查、归档包。"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation
from gongkai.core.vault import sealed

from .. import visibility
from .cases import AppendOnly, Case, CaseFile

USER = settings.AUTH_USER_MODEL


class LetterTemplate(AppendOnly):
    """文书模板：一个机关对一种文书另订的一版；改就是另存一版，旧版本都留着，已发的文书查得到它用的哪一版。"""

    agency = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name=_("行政机关"))
    code = models.CharField(_("文书"), max_length=5)
    version = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("标题"), max_length=60)
    text = models.TextField(_("文字"))
    # 退回标准文本也是一版，不删旧的。
    retired = models.BooleanField(_("改用标准文本"), default=False)
    note = models.CharField(_("修改说明"), max_length=200)
    author = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("修改人"))
    at = models.DateTimeField(_("修改时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("文书模板")
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "code", "version"], name="one_letter_template_version")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class HiddenCheck(models.Model):
    """隐藏信息的检查：一份拟提供的文件里看不见的内容；没有清除的，写明为什么可以提供。"""

    file = models.OneToOneField(CaseFile, models.CASCADE, related_name="hidden_check")
    # 查到的各处：[{"kind", "where", "text"}]。
    findings = models.JSONField(_("查到的"), default=list)
    reason = models.CharField(_("可以提供的理由"), max_length=300)
    checked_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("检查人"))
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("隐藏信息检查")


class ArchivePackage(models.Model):
    """归档包：一件申请办结后的全部文件，BagIt 目录压成一个文件；移交之后，期满的个人信息去标识。"""

    case = models.OneToOneField(Case, models.PROTECT, related_name="package")
    file = models.FileField(_("归档包"), upload_to="requests/archive/", storage=sealed, blank=True)
    sha256 = models.CharField(_("校验值"), max_length=64)
    size = models.PositiveBigIntegerField(_("大小"))
    # 目录：[{"name": 包内名称, "title": 说明, "sha256", "size"}]。
    contents = models.JSONField(_("目录"), default=list)
    retain_until = models.DateField(_("个人信息保存至"))
    made_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("归档人"))
    made_at = models.DateTimeField(_("归档时间"), auto_now_add=True)
    handed_to = models.CharField(_("移交的档案机构"), max_length=80, blank=True)
    handed_on = models.DateField(_("移交之日"), null=True, blank=True)
    anonymised_at = models.DateTimeField(_("去标识时间"), null=True, blank=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("归档包")
        ordering = ["-id"]


def burnt_path(instance: models.Model, filename: str) -> str:
    return f"requests/redaction/{instance.run_id}/{instance.number}"  # type: ignore[attr-defined]


class RedactionRun(models.Model):
    """后台遮盖：页数多的一份一页一页地做，停了从没做的那页接着；照开始时的遮盖框做，中途不换。

    step 每接一段加一：排队的任务带着它，过时的一看不符就不做。一份文件同时只做一次。
    """

    class State(models.TextChoices):
        RUNNING = "running", _("正在遮盖")
        STOPPED = "stopped", _("停下了")
        FAILED = "failed", _("没有做成")
        DONE = "done", _("做好了")

    case = models.ForeignKey(Case, models.CASCADE, related_name="redaction_runs", verbose_name=_("申请"))
    file = models.ForeignKey(CaseFile, models.CASCADE, related_name="redaction_runs")
    boxes = models.JSONField(_("遮盖框"))
    state = models.CharField(_("状态"), max_length=7, choices=State, default=State.RUNNING)
    note = models.CharField(_("原因"), max_length=500, blank=True)
    done = models.PositiveIntegerField(_("做好几页"), default=0)
    total = models.PositiveIntegerField(_("共几页"))
    step = models.PositiveIntegerField(default=1)
    made = models.ForeignKey(CaseFile, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("由谁办"))
    started_at = models.DateTimeField(_("开始时间"), auto_now_add=True)
    moved_at = models.DateTimeField(auto_now_add=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("后台遮盖")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["file"], condition=models.Q(state="running"), name="one_redaction_per_file"
            )
        ]

    @property
    def running(self) -> bool:
        """正在做。"""
        return self.state == self.State.RUNNING


class BurntPage(models.Model):
    """后台遮盖做好的一页：全部做好、证明通过以后删去。"""

    run = models.ForeignKey(RedactionRun, models.CASCADE, related_name="burnt")
    number = models.PositiveIntegerField(_("第几页"))
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    filters = models.CharField(max_length=12)
    content = models.FileField(upload_to=burnt_path, storage=sealed)

    class Meta:
        verbose_name = verbose_name_plural = _("后台遮盖的一页")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="one_burnt_page")]
