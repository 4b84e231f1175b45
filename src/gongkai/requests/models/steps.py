"""办理中的各步：补正、说明理由、征求意见、检索、延期、收费。"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.fields import EncryptedTextField
from gongkai.core.models import Organisation

from .. import visibility
from .cases import Case, CaseEvent, Item
from .letters import Letter

USER = settings.AUTH_USER_MODEL


class CorrectionNotice(models.Model):
    """补正告知：一件申请只有一次，全部事项一次列清（条例第三十条）。"""

    case = models.OneToOneField(Case, models.CASCADE, related_name="correction")
    letter = models.OneToOneField(Letter, models.PROTECT, related_name="correction")
    # 要补正的事项：[{"what": 问题种类, "text": 说明, "guidance": 怎样补正}]
    defects = models.JSONField(_("补正事项"))
    within = models.PositiveSmallIntegerField(_("补正期限（工作日）"))
    # 过了第 7 个工作日仍要发的理由；这样发出的不改变原期限。
    late_reason = models.CharField(_("超过 7 个工作日仍告知的理由"), max_length=200, blank=True)
    event = models.ForeignKey(CaseEvent, models.PROTECT, null=True, related_name="+")
    answer = EncryptedTextField(_("补正内容"), blank=True)
    answered_on = models.DateField(_("收到补正之日"), null=True)
    lapsed_on = models.DateField(_("认定逾期之日"), null=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("补正告知")


class ReasonsNotice(models.Model):
    """要求说明理由：数量、频次明显超过合理范围的（条例第三十五条）。"""

    case = models.OneToOneField(Case, models.CASCADE, related_name="reasons")
    letter = models.OneToOneField(Letter, models.PROTECT, related_name="reasons")
    counts = models.JSONField(_("数量、频次"))
    within = models.PositiveSmallIntegerField(_("说明理由期限（工作日）"))
    answer = EncryptedTextField(_("申请人的理由"), blank=True)
    answered_on = models.DateField(_("收到理由之日"), null=True)
    reasonable = models.BooleanField(_("理由合理"), null=True)
    postponed_until = models.DateField(_("延迟至"), null=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("说明理由")


class Consultation(models.Model):
    """征求意见：向第三方（第三十二条）、共同制作机关（第三十四条）或其他机关。

    沉默的后果不同：第三方逾期不提的，由本机关决定；共同制作机关逾期不提的，视为同意。
    """

    class Party(models.TextChoices):
        THIRD_PARTY = "third_party", _("第三方")
        CO_MAKER = "co_maker", _("共同制作机关")
        ORGAN = "organ", _("其他机关")

    class Opinion(models.TextChoices):
        PENDING = "", _("尚未收到")
        AGREE = "agree", _("同意公开")
        PARTLY = "partly", _("同意部分公开")
        OBJECT = "object", _("不同意公开")
        SILENT = "silent", _("逾期未提")

    class Assessment(models.TextChoices):
        NONE = "", _("尚未判断")
        REASONABLE = "reasonable", _("理由合理")
        WEAK = "weak", _("理由不合理")
        HARM = "harm", _("公开会损害其合法权益")
        NO_HARM = "no_harm", _("公开不会损害其合法权益")

    SILENCE: Final = {
        "third_party": _("逾期不提的，由本机关依法决定"),
        "co_maker": _("逾期不提的，视为同意公开"),
        "organ": _("逾期不提的，由本机关依法决定"),
    }

    case = models.ForeignKey(Case, models.CASCADE, related_name="consultations")
    item = models.ForeignKey(Item, models.SET_NULL, null=True, blank=True, related_name="consultations")
    party = models.CharField(_("对象"), max_length=11, choices=Party)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("机关")
    )
    name = EncryptedTextField(_("名称"))
    contact = EncryptedTextField(_("联系方式"), blank=True)
    # 只写必要的内容，不写申请人是谁。
    content = EncryptedTextField(_("征求意见的内容"))
    within = models.PositiveSmallIntegerField(_("意见期限（工作日）"), default=15)
    letter = models.OneToOneField(Letter, models.PROTECT, related_name="consultation")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    event = models.ForeignKey(CaseEvent, models.PROTECT, null=True, related_name="+")
    opinion = models.CharField(_("意见"), max_length=7, choices=Opinion, blank=True)
    opinion_text = EncryptedTextField(_("意见的理由"), blank=True)
    opinion_on = models.DateField(_("收到意见之日"), null=True)
    assessment = models.CharField(_("本机关的判断"), max_length=10, choices=Assessment, blank=True)
    assessment_text = EncryptedTextField(_("判断的理由"), blank=True)
    assessed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    # 不顾反对决定公开的，告知第三方的文书（T07c）。
    override_letter = models.OneToOneField(Letter, models.PROTECT, null=True, related_name="override_of")

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("征求意见")
        ordering = ["id"]

    @property
    def ref(self) -> str:
        """与期限事件对应的键。"""
        return f"c{self.pk}"

    @property
    def silence(self) -> str:
        return str(self.SILENCE[self.party])


class Assistance(models.Model):
    """协办：请别的单位帮着查、提意见（协办函）；不停止计算期限，过了日子还没回的提醒。"""

    case = models.ForeignKey(Case, models.CASCADE, related_name="assistances")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("协办单位")
    )
    name = models.CharField(_("协办单位的名称"), max_length=100)
    task = EncryptedTextField(_("协办事项"))
    by = models.DateField(_("请何时前回复"))
    letter = models.OneToOneField(Letter, models.PROTECT, related_name="assistance")
    reply = EncryptedTextField(_("协办意见"), blank=True)
    replied_on = models.DateField(_("收到协办意见之日"), null=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("协办")
        ordering = ["id"]


class SearchRecord(models.Model):
    """检索记录：在哪里、用什么词、谁查的、结果如何；答复“不存在”的凭据（第三十六条第四项）。"""

    class Result(models.TextChoices):
        FOUND = "found", _("查到")
        NONE = "none", _("没有查到")
        RAW = "raw", _("只有零散信息，须加工分析")

    case = models.ForeignKey(Case, models.CASCADE, related_name="searches")
    item = models.ForeignKey(Item, models.CASCADE, related_name="searches")
    on = models.DateField(_("检索之日"))
    # 各处：[{"place": 系统或档案, "method": 方式, "words": 关键词, "period": 年代, "result": 结果}]
    places = models.JSONField(_("检索范围"))
    people = models.CharField(_("询问了谁"), max_length=200, blank=True)
    result = models.CharField(_("结果"), max_length=5, choices=Result)
    # 申请人提供了线索的，须另一人再查。
    clues = models.CharField(_("申请人提供的线索"), max_length=300, blank=True)
    again = models.BooleanField(_("复查"), default=False)
    searched_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("检索人"))
    at = models.DateTimeField(auto_now_add=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("检索记录")
        ordering = ["id"]


class Extension(models.Model):
    """延期：承办人提出，只有工作机构负责人能批，期限届满之前告知（第三十三条第二款）。"""

    class State(models.TextChoices):
        ASKED = "asked", _("待批准")
        GRANTED = "granted", _("已批准")
        REFUSED = "refused", _("未批准")

    case = models.ForeignKey(Case, models.CASCADE, related_name="extensions")
    workdays = models.PositiveSmallIntegerField(_("延长（工作日）"), default=20)
    reason = models.CharField(_("理由"), max_length=300)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    answered_on = models.DateField(_("批准之日"), null=True)
    answer = models.CharField(_("意见"), max_length=300, blank=True)
    letter = models.OneToOneField(Letter, models.PROTECT, null=True, related_name="extension")

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("延期")
        ordering = ["id"]
        constraints = [
            # 一件申请只延一次。
            models.UniqueConstraint(
                fields=["case"], condition=~models.Q(state="refused"), name="one_request_extension"
            )
        ]


class FeeNotice(models.Model):
    """收费通知：按件或按量只选一种，算法逐行写明（国办函〔2020〕109号）。"""

    class Method(models.TextChoices):
        BY_ITEMS = "by_items", _("按件")
        BY_PAGES = "by_pages", _("按量")

    case = models.OneToOneField(Case, models.CASCADE, related_name="fee")
    letter = models.OneToOneField(Letter, models.PROTECT, related_name="fee")
    method = models.CharField(_("计收标准"), max_length=8, choices=Method)
    rank = models.PositiveIntegerField(_("当月第几件"), null=True)
    pages = models.PositiveIntegerField(_("页数"), null=True)
    yuan = models.PositiveIntegerField(_("金额（元）"))
    lines = models.JSONField(_("计算过程"))
    why = models.CharField(_("收费的理由"), max_length=300)
    provider = models.CharField(_("缴款方式"), max_length=20, default="manual")
    pay_code = models.CharField(_("缴款码"), max_length=40, blank=True, db_index=True)
    event = models.ForeignKey(CaseEvent, models.PROTECT, null=True, related_name="+")
    lapsed_on = models.DateField(_("认定逾期之日"), null=True)

    objects = visibility.OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("收费通知")


class Payment(models.Model):
    """缴费：金额、日期、票据号；钱不经平台，只登记。"""

    notice = models.OneToOneField(FeeNotice, models.PROTECT, related_name="payment")
    yuan = models.PositiveIntegerField(_("金额（元）"))
    paid_on = models.DateField(_("缴清之日"))
    receipt = models.CharField(_("票据号"), max_length=40, blank=True)
    provider = models.CharField(_("来源"), max_length=20)
    refunded_on = models.DateField(_("退付之日"), null=True)
    refund_reason = models.CharField(_("退付的理由"), max_length=200, blank=True)
    registered_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("缴费")
