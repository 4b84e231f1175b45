"""年度分工表、要求、任务、报告、证据。"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation

from . import visibility

USER = settings.AUTH_USER_MODEL


def plan_upload(instance: models.Model, filename: str) -> str:
    # 不用上传者给的文件名作路径。
    return f"plans/{instance.sha256}"  # type: ignore[attr-defined]


class ImportDraft(models.Model):
    """导入草稿：已读入、待人核对的分工表；确认之前不产生任何台账。"""

    organisation = models.ForeignKey(Organisation, models.CASCADE, verbose_name=_("单位"))
    author = models.ForeignKey(USER, models.CASCADE)
    year = models.PositiveIntegerField(_("年度"))
    title = models.CharField(_("名称"), max_length=200)
    filename = models.CharField(max_length=200)
    file = models.FileField(upload_to=plan_upload)
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField()
    # 一个工作簿里有几张分工表时，先记下名称，等人选定再读。
    sheets = models.JSONField(_("可选的工作表"), default=list)
    sheet = models.CharField(_("工作表"), max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = visibility.DraftQuerySet.as_manager()


class Plan(models.Model):
    """工作要点分工表：一个单位一年一份。"""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="plans", verbose_name=_("单位")
    )
    year = models.PositiveIntegerField(_("年度"))
    title = models.CharField(_("名称"), max_length=200)
    filename = models.CharField(_("原文件名"), max_length=200)
    file = models.FileField(_("原文件"), upload_to=plan_upload)
    sha256 = models.CharField(_("校验值"), max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    released_at = models.DateTimeField(_("公开时间"), null=True, blank=True)

    objects = visibility.PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("分工表")
        ordering = ["-year", "organisation__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year"], name="one_plan_per_organisation_and_year"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Requirement(models.Model):
    """要求：分工表的一行。"""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="requirements")
    position = models.PositiveIntegerField()
    number = models.CharField(_("序号"), max_length=20)
    part = models.CharField(_("部分"), max_length=200, blank=True)
    task = models.CharField(_("工作任务"), max_length=400, blank=True)
    text = models.TextField(_("具体要求"))
    city_units = models.TextField(_("市里落实单位"), blank=True)
    bureau_units = models.TextField(_("局内负责处室"), blank=True)
    inherited = models.JSONField(default=list)
    extra = models.JSONField(default=list)
    due = models.DateField(_("完成时限"))
    # 事项种类由文字相似度建议，经人确认后才算数。
    kind = models.CharField(_("事项种类"), max_length=30, blank=True)
    kind_confirmed_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    superior = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="inferiors", verbose_name=_("市级任务")
    )
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True)

    objects = visibility.RequirementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("要求")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="number_once_per_plan")]

    def __str__(self) -> str:
        return f"{self.number}. {self.text[:30]}"


class Assignment(models.Model):
    """任务：一项要求落到一个单位头上的职责。阶段、自评、核验、回头看分开记。"""

    class Role(models.TextChoices):
        LEAD = "lead", _("牵头")
        SUPPORT = "support", _("配合")
        IMPLEMENT = "implement", _("落实")
        RESPONSIBLE = "responsible", _("负责")
        BY_DUTY = "by_duty", _("依职责负责")

    class State(models.TextChoices):
        DRAFT = "draft", _("待下发")
        ISSUED = "issued", _("待签收")
        SIGNED = "signed", _("办理中")
        RETURNED = "returned", _("已退回")
        COMPLETED = "completed", _("待核验")
        VERIFIED = "verified", _("已核验")
        CLOSED = "closed", _("已销号")
        ENDED = "ended", _("已终止")

    class Membership(models.TextChoices):
        IN = "", _("在列")
        LEFT = "left", _("已不在列，待办公室决定")
        KEPT = "kept", _("已不在列，办公室决定保留")

    class Verdict(models.TextChoices):
        NONE = "", _("未填")
        DONE = "done", _("已完成")
        PARTLY = "partly", _("部分完成")
        NOT_DONE = "not_done", _("未完成")

    requirement = models.ForeignKey(Requirement, models.CASCADE, related_name="assignments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="assignments")
    role = models.CharField(_("分工"), max_length=12, choices=Role)
    unit = models.CharField(_("表中写法"), max_length=80)
    state = models.CharField(_("阶段"), max_length=10, choices=State, default=State.DRAFT, db_index=True)
    first_due = models.DateField(_("原定时限"))
    due = models.DateField(_("时限"), db_index=True)
    percent = models.PositiveSmallIntegerField(_("进度（%）"), default=0)
    self_report = models.CharField(_("自评"), max_length=10, choices=Verdict, blank=True)
    verification = models.CharField(_("核验"), max_length=10, choices=Verdict, blank=True)
    look_back = models.CharField(_("回头看"), max_length=10, choices=Verdict, blank=True)
    returns = models.PositiveSmallIntegerField(_("质量退回次数"), default=0)
    last_report_on = models.DateField(_("最近采纳报告日"), null=True)
    evidence_count = models.PositiveIntegerField(_("证据数"), default=0)
    completed_on = models.DateField(_("报结日期"), null=True)
    override = models.CharField(_("人工定灯"), max_length=6, blank=True)
    override_reason = models.CharField(_("定灯理由"), max_length=300, blank=True)
    # 表中写法（或集合名称）现在还指不指这个单位。
    membership = models.CharField(_("在列"), max_length=4, choices=Membership, blank=True)
    moved_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="moved_from", verbose_name=_("转到")
    )

    objects = visibility.AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("任务")
        ordering = ["requirement__position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "organisation"], name="one_assignment_per_organisation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.requirement.number} {self.organisation}"


class SubTask(models.Model):
    """子任务：处室自行拆分的步骤。"""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="subtasks")
    title = models.CharField(_("内容"), max_length=200)
    due = models.DateField(_("时限"), null=True, blank=True)
    done_on = models.DateField(_("完成日期"), null=True)

    objects = visibility.OfTaskQuerySet.as_manager()

    class Meta:
        ordering = ["id"]


class ProgressReport(models.Model):
    """进展报告：经办人起草，处室负责人确认，办公室采纳或退回。"""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("待处室负责人确认")
        CONFIRMED = "confirmed", _("待办公室采纳")
        ACCEPTED = "accepted", _("已采纳")
        RETURNED = "returned", _("已退回")

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="reports")
    period = models.CharField(_("报告期"), max_length=7, help_text=_("年-月"))
    body = models.TextField(_("进展"))
    percent = models.PositiveSmallIntegerField(_("进度（%）"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    author = models.ForeignKey(USER, models.PROTECT, related_name="+")
    returned_because = models.CharField(_("退回理由"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = visibility.ReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("进展报告")
        ordering = ["-period", "-id"]
        constraints = [models.UniqueConstraint(fields=["assignment", "period"], name="one_report_per_period")]


class Extension(models.Model):
    """延期申请：批准后改时限，原定时限不变并一直可见。"""

    class State(models.TextChoices):
        ASKED = "asked", _("待审批")
        GRANTED = "granted", _("已批准")
        REFUSED = "refused", _("未批准")

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="extensions")
    until = models.DateField(_("申请延至"))
    reason = models.CharField(_("理由"), max_length=300)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.ASKED)
    author = models.ForeignKey(USER, models.PROTECT, related_name="+")
    answer = models.CharField(_("答复"), max_length=300, blank=True)

    objects = visibility.OfTaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("延期申请")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=models.Q(state="asked"), name="one_open_extension"
            )
        ]


class Evidence(models.Model):
    """证据：网址、附件或会议等记录。"""

    class Kind(models.TextChoices):
        LINK = "link", _("网址")
        FILE = "file", _("附件")
        BRIEFING = "briefing", _("主要负责人听取汇报")
        TRAINING = "training", _("培训")

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="evidence")
    kind = models.CharField(_("种类"), max_length=10, choices=Kind)
    title = models.CharField(_("名称"), max_length=200)
    url = models.URLField(_("网址"), max_length=500, blank=True)
    file = models.FileField(_("附件"), upload_to="evidence", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    held_on = models.DateField(_("日期"), null=True, blank=True)
    author = models.ForeignKey(USER, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = visibility.OfTaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("证据")
        ordering = ["id"]


class Notice(models.Model):
    """提醒：站内一条，按需另发邮件。"""

    user = models.ForeignKey(USER, models.CASCADE, related_name="notices")
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20)
    text = models.CharField(max_length=300)
    due = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    objects = visibility.OwnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("提醒")
        ordering = ["-id"]
        # 同一任务、同一时限、同一档提醒对同一人只发一次，任务重跑不会重复打扰。
        constraints = [
            models.UniqueConstraint(fields=["user", "assignment", "kind", "due"], name="one_notice_each")
        ]


class SavedFilter(models.Model):
    """常用筛选：保存下来的台账筛选条件。"""

    user = models.ForeignKey(USER, models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(max_length=400)

    objects = visibility.OwnQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="filter_name_once")]
