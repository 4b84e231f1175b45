"""申请、事件、各项内容、附件、分办、提醒。"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.fields import EncryptedTextField
from gongkai.core.models import Organisation
from gongkai.core.vault import sealed

from .. import visibility
from .people import Applicant

USER = settings.AUTH_USER_MODEL


class Case(models.Model):
    """申请：一件政府信息公开申请。阶段、结果、是否按期是三回事，分三栏。

    due 以下是由事件推算出来的，只由 clock.recompute 写，从不手改。
    """

    class State(models.TextChoices):
        AWAITING = "awaiting", _("待确认")
        RECEIVED = "received", _("待登记")
        TRIAGE = "triage", _("待分办")
        CORRECTING = "correcting", _("待补正")
        REASONS = "reasons", _("待说明理由")
        WORKING = "working", _("办理中")
        FEE = "fee", _("待缴费")
        REVIEW = "review", _("审签中")
        SIGNED = "signed", _("待发出")
        DISPATCHED = "dispatched", _("待送达")
        CLOSED = "closed", _("已办结")
        ARCHIVED = "archived", _("已归档")

    class Timeliness(models.TextChoices):
        RUNNING = "", _("在办")
        ON_TIME = "on_time", _("按期")
        LATE = "late", _("逾期")

    class Channel(models.TextChoices):
        IN_PERSON = "in_person", _("当面提交")
        SIGNED_MAIL = "signed_mail", _("邮寄（签收）")
        EMS = "ems", _("邮政特快专递")
        ORDINARY_MAIL = "ordinary_mail", _("平常信函")
        FAX = "fax", _("传真")
        EMAIL = "email", _("电子邮件")
        PORTAL = "portal", _("政府网站")

    class Form(models.TextChoices):
        PAPER = "paper", _("纸质")
        ELECTRONIC = "electronic", _("电子数据")
        INSPECT = "inspect", _("当面查阅、抄录")
        ANY = "any", _("由行政机关决定")

    class Route(models.TextChoices):
        PORTAL = "portal", _("网上获取")
        EMAIL = "email", _("电子邮件")
        POST = "post", _("邮寄")
        PICK_UP = "pick_up", _("自行领取")

    # 还没有答复的阶段。
    OPEN: Final = (
        State.AWAITING,
        State.RECEIVED,
        State.TRIAGE,
        State.CORRECTING,
        State.REASONS,
        State.WORKING,
        State.FEE,
        State.REVIEW,
        State.SIGNED,
    )
    # 期限在走、要人动手的阶段。
    RUNNING: Final = (State.RECEIVED, State.TRIAGE, State.REASONS, State.WORKING, State.REVIEW, State.SIGNED)
    UNDER_REVIEW: Final = (State.REVIEW, State.SIGNED, State.DISPATCHED, State.CLOSED, State.ARCHIVED)

    agency = models.ForeignKey(
        Organisation, models.PROTECT, related_name="request_cases", verbose_name=_("行政机关")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    serial = models.PositiveIntegerField(_("序号"))
    state = models.CharField(_("阶段"), max_length=10, choices=State, default=State.AWAITING)
    # 年度报告申请情况表的行（r1…r6_3）；没有答复的为空，首次答复时定，重作不改。
    outcome = models.CharField(_("办理结果"), max_length=5, blank=True)
    timeliness = models.CharField(_("是否按期"), max_length=7, choices=Timeliness, blank=True)

    applicant = models.ForeignKey(Applicant, models.PROTECT, related_name="cases", verbose_name=_("申请人"))
    # 与申请人相同，另存一份：年度表、查重不必连表。
    applicant_kind = models.CharField(_("申请人类型"), max_length=14, choices=Applicant.Kind)
    identity_key = models.CharField(max_length=64, editable=False)
    channel = models.CharField(_("提出渠道"), max_length=13, choices=Channel)
    # 条例第三十一条与指导案例26号说法不一，两个日期都存：到达（提交）之日和收到（确认）之日。
    submitted_at = models.DateTimeField(_("提交时间"))
    arrived_on = models.DateField(_("到达之日"))
    received_on = models.DateField(_("收到之日"))
    confirmed_how = models.CharField(_("怎样确认的"), max_length=100, blank=True)
    postal_number = models.CharField(_("邮件号码"), max_length=40, blank=True)
    posted_on = models.DateField(_("邮戳日期"), null=True, blank=True)
    # 先到达的处所和收件的人：送错部门的，期限照样从首次到达算。
    arrived_at = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("最先到达的处所"),
    )
    taken_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("接收人")
    )
    oral = models.BooleanField(_("口头提出，由工作人员代为填写"), default=False)

    # 经办人拟的摘要，不含个人信息，列表上显示它。
    summary = models.CharField(_("内容摘要"), max_length=120, blank=True)
    description = EncryptedTextField(_("所需信息的名称、文号或者其他特征性描述"))
    form = models.CharField(_("形式要求"), max_length=10, choices=Form, default=Form.ANY)
    route = models.CharField(_("获取方式"), max_length=8, choices=Route, default=Route.PORTAL)

    secret_hash = models.CharField(max_length=64, blank=True, editable=False)
    # 同一次提交的键：双击、重发只成一件。
    idempotency_key = models.CharField(max_length=64, blank=True, editable=False)
    # 内容相同的申请有同样的键，成批办理用；另办的不随组，键照留，查重还用。
    group_key = models.CharField(max_length=64, blank=True, editable=False)
    apart = models.BooleanField(_("另办"), default=False)
    split_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("由哪件拆出")
    )
    joined_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="joined", verbose_name=_("并入哪件")
    )
    # 第几轮答复：复议、诉讼后重作的加一。
    round = models.PositiveSmallIntegerField(_("第几轮"), default=1)
    handler = models.ForeignKey(
        USER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("承办人")
    )
    registered_at = models.DateTimeField(_("登记时间"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    due = models.DateField(_("答复期限"))
    alarm = models.DateField(_("催办日"))
    provisional = models.BooleanField(_("暂定"), default=False)
    waiting = models.CharField(_("在等什么"), max_length=12, blank=True)
    waiting_until = models.DateField(_("等到哪天"), null=True, blank=True)
    starts_on = models.DateField(_("起算日"))
    answered_on = models.DateField(_("答复之日"), null=True, blank=True)
    late_workdays = models.PositiveSmallIntegerField(_("逾期工作日"), default=0)

    # 满意度：申请人自愿评价。
    rating = models.PositiveSmallIntegerField(_("评价"), null=True, blank=True)
    rating_comment = EncryptedTextField(_("评价意见"), blank=True)

    objects = visibility.CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("政府信息公开申请")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "year", "serial"], name="one_request_number"),
            models.UniqueConstraint(
                fields=["agency", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="one_case_per_submission",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "alarm"], name="case_queue"),
            models.Index(fields=["agency", "answered_on"], name="case_answered"),
            models.Index(fields=["agency", "received_on"], name="case_received"),
            models.Index(fields=["agency", "identity_key", "received_on"], name="case_same_person"),
            models.Index(fields=["agency", "group_key"], name="case_same_content"),
            models.Index(fields=["alarm"], name="case_open_alarm", condition=models.Q(answered_on=None)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """申请编号，如 SQ-2026-000123。"""
        return f"SQ-{self.year}-{self.serial:06d}"

    @property
    def title(self) -> str:
        """列表上的名称：摘要；没有登记的写编号。"""
        return self.summary or self.number

    @property
    def is_open(self) -> bool:
        """没有答复。"""
        return self.state in self.OPEN

    def family(self) -> models.QuerySet[Case]:
        """一事一申请拆出的全家，含自己。"""
        root = self.split_from_id or self.pk
        return Case.objects.filter(models.Q(pk=root) | models.Q(split_from=root)).order_by("pk")


class AppendOnly(models.Model):
    """只增不改的行。错误：RuntimeError——改或删。"""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and not self._state.adding:
            raise RuntimeError(f"{self._meta.verbose_name}只增不改")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(f"{self._meta.verbose_name}不能删除")


class CaseEvent(AppendOnly):
    """事件：影响期限的一件事，只增不改；写错的、后来才知道送达日期的，另写一行取代它。"""

    class Kind(models.TextChoices):
        RECEIVED = "Received", _("收到申请")
        CONFIRMED = "Confirmed", _("双方确认")
        CORRECTION_ASKED = "CorrectionAsked", _("告知补正")
        CORRECTED = "Corrected", _("收到补正")
        CONSULTATION_SENT = "ConsultationSent", _("征求意见")
        OPINION_RECEIVED = "OpinionReceived", _("收到意见")
        CONSULTATION_LAPSED = "ConsultationLapsed", _("逾期未提意见")
        REASONS_ASKED = "ReasonsAsked", _("要求说明理由")
        REASONS_GIVEN = "ReasonsGiven", _("说明理由")
        POSTPONED = "Postponed", _("延迟答复")
        EXTENSION_GRANTED = "ExtensionGranted", _("延长答复期限")
        FEE_NOTICED = "FeeNoticed", _("收费通知")
        FEE_PAID = "FeePaid", _("缴费")
        DISPATCHED = "Dispatched", _("答复发出")
        WITHDRAWN = "Withdrawn", _("撤回申请")
        VOID = "Void", _("作废")

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    kind = models.CharField(_("事件"), max_length=20, choices=Kind)
    on = models.DateField(_("日期"))
    # 与 law.clock 各事件的其余参数同名。
    data = models.JSONField(default=dict, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("取代")
    )
    reason = models.CharField(_("更正的理由"), max_length=200, blank=True)
    actor = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("期限事件")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"


class Item(models.Model):
    """申请的一项内容：各项逐一作出决定，不能笼统答复。"""

    case = models.ForeignKey(Case, models.CASCADE, related_name="items")
    round = models.PositiveSmallIntegerField(default=1)
    number = models.PositiveSmallIntegerField(_("第几项"))
    text = EncryptedTextField(_("内容"))
    # 决定由问题逐步得出（law.decision_tree），answers 是各问的回答。
    answers = models.JSONField(_("问与答"), default=dict, blank=True)
    code = models.CharField(_("决定"), max_length=3, blank=True)
    facts = EncryptedTextField(_("事实"), blank=True)
    reason = EncryptedTextField(_("理由"), blank=True)
    # 决定必备的材料：键见 law.decisions.REQUIREMENTS。
    materials = models.JSONField(_("材料"), default=dict, blank=True)
    # 部分公开的，不予公开的各部分：[{"code", "part", "reason"}]。
    withheld = models.JSONField(_("不予公开的部分"), default=list, blank=True)
    form_changed = models.CharField(_("未按要求的形式提供的理由"), max_length=300, blank=True)
    is_main = models.BooleanField(_("主要的一项"), default=False)
    earlier_case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("前次申请")
    )
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    # 信访类由另一人复核（败诉情形第23项）。
    second_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    second_opinion = models.CharField(_("复核意见"), max_length=300, blank=True)
    second_agrees = models.BooleanField(_("复核同意"), null=True)
    version = models.PositiveIntegerField(default=1)
    reconsider_on = models.DateField(_("定期评估之日"), null=True, blank=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("申请的各项")
        ordering = ["case_id", "round", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "round", "number"], name="item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class Reconsideration(AppendOnly):
    """定期评估：不予公开的信息，过一段时间再看能不能公开（条例第十八条）。"""

    item = models.ForeignKey(Item, models.PROTECT, related_name="reconsiderations")
    on = models.DateField(_("评估之日"))
    release = models.BooleanField(_("应当公开"))
    reason = models.CharField(_("理由"), max_length=300)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("评估人"))
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("定期评估")
        ordering = ["id"]


def file_path(instance: models.Model, filename: str) -> str:
    # 不用上传者给的文件名作路径。
    digest = instance.sha256  # type: ignore[attr-defined]
    return f"requests/{digest[:2]}/{digest}"


class CaseFile(models.Model):
    """案卷材料：原件、信封、身份证明、补正、意见、拟提供的信息、送达证明等。"""

    class Kind(models.TextChoices):
        SUBMISSION = "submission", _("申请原件")
        ENVELOPE = "envelope", _("信封、邮戳")
        IDENTITY = "identity", _("身份证明")
        AUTHORISATION = "authorisation", _("授权委托书")
        CORRECTION = "correction", _("补正材料")
        OPINION = "opinion", _("意见回函")
        SOURCE = "source", _("查到的信息（未处理）")
        RELEASE = "release", _("拟提供的信息")
        PROOF = "proof", _("送达证明")
        OTHER = "other", _("其他")

    case = models.ForeignKey(Case, models.CASCADE, related_name="files")
    item = models.ForeignKey(Item, models.SET_NULL, null=True, blank=True, related_name="files")
    kind = models.CharField(_("种类"), max_length=13, choices=Kind)
    name = EncryptedTextField(_("名称"))
    file = models.FileField(upload_to=file_path, storage=sealed)
    suffix = models.CharField(max_length=6)
    sha256 = models.CharField(_("校验值"), max_length=64)
    size = models.PositiveIntegerField(_("大小"))
    pages = models.PositiveIntegerField(_("页数"), null=True, blank=True)
    # 由哪份遮盖而来；redaction 为各处遮盖的位置与理由。
    made_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="redacted")
    redaction = models.JSONField(default=list, blank=True)
    # 一键清除做成的：清除了的各处 [{"kind", "where", "text"}]。
    stripped = models.JSONField(default=list, blank=True)
    uploaded_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("案卷材料")
        ordering = ["id"]


class Assignment(models.Model):
    """分办：交给一个处室，可以几个处室同时办，各有内部时限。"""

    case = models.ForeignKey(Case, models.CASCADE, related_name="assignments")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("承办单位")
    )
    lead = models.BooleanField(_("主办"), default=False)
    inner_due = models.DateField(_("内部时限"))
    note = models.CharField(_("要求"), max_length=300, blank=True)
    reply = EncryptedTextField(_("处室意见"), blank=True)
    replied_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    replied_on = models.DateField(_("回复之日"), null=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("分办")
        ordering = ["-lead", "id"]
        constraints = [models.UniqueConstraint(fields=["case", "organisation"], name="assigned_once")]


class CaseNotice(models.Model):
    """提醒：站内一条，按需另发邮件；同一申请、同一时限、同一档只提醒一次。"""

    user = models.ForeignKey(USER, models.CASCADE, related_name="request_notices")
    case = models.ForeignKey(Case, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20)
    text = models.CharField(max_length=300)
    due = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    objects = visibility.OwnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("申请提醒")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "case", "kind", "due"], name="one_request_notice_each")
        ]
