"""政策问答知识库：没有答上的问题、问答条目、依据和规则。"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.queries import reach
from gongkai.core.models import Organisation
from gongkai.records.models import Record

from .structure import blocks

DEAD = (Record.Validity.LAPSED, Record.Validity.REPEALED)


class ReachedQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ReachedQuerySet:
        """看得见的：职责所及单位的；市政务公开办看得到下级各单位的。"""
        return self.filter(reach(user, "organisation") | reach(user, "organisation", city=True))


class KnowledgeRules(models.Model):
    """知识库规则：全平台一行，办公室可以改。"""

    # 没有指定的，交给组织树最上面的单位。
    receiver = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("问题交给")
    )
    threshold = models.PositiveSmallIntegerField(
        _("问到几次自动起草"), default=3, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    similarity = models.PositiveSmallIntegerField(
        _("多像算同一个问题（%）"), default=60, validators=[MinValueValidator(30), MaxValueValidator(100)]
    )
    answer_similarity = models.PositiveSmallIntegerField(
        _("多像才用来作答（%）"), default=75, validators=[MinValueValidator(50), MaxValueValidator(100)]
    )
    warn_days = models.PositiveSmallIntegerField(
        _("到期前几天提醒（自然日）"), default=30, validators=[MaxValueValidator(365)]
    )

    class Meta:
        verbose_name = verbose_name_plural = _("知识库规则")


class Entry(models.Model):
    """问答：一个问题、各种问法、答复、依据；先审后发，写的人不审。"""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("待审")
        REVIEWED = "reviewed", _("待发布")
        PUBLISHED = "published", _("已发布")
        WITHDRAWN = "withdrawn", _("已撤下")

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("答复单位")
    )
    question = models.CharField(_("问题"), max_length=200)
    wordings = models.JSONField(_("其他问法"), default=list, blank=True)
    answer = models.TextField(_("答复"), blank=True, max_length=8000)
    theme = models.CharField(_("主题"), max_length=60, blank=True)
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT, db_index=True)
    # 每存一次加一：两人同时改，后存的要先看前一个人的；公开数据里也给出，供接入方比对。
    version = models.PositiveIntegerField(_("版次"), default=1)
    author = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("起草人")
    )
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("代替")
    )
    created_at = models.DateTimeField(_("起草时间"), auto_now_add=True)
    changed_at = models.DateTimeField(_("改动时间"), auto_now=True)
    first_published_at = models.DateTimeField(_("首次发布"), null=True, editable=False)
    published_at = models.DateTimeField(_("发布时间"), null=True, editable=False)

    objects = ReachedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("政策问答")
        ordering = ["-changed_at", "-pk"]
        constraints = [
            # 一条只有一份在改的新版。
            models.UniqueConstraint(
                fields=["replaces"],
                condition=models.Q(state__in=["draft", "submitted", "reviewed"]),
                name="one_revision_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        return reverse("knowledge:entry", args=[self.pk])

    @property
    def answered_by(self) -> str:
        """答复单位的写法：内设机构连同所属的公开主体，公众才知道是哪个局。"""
        unit, agency = self.organisation, self.organisation.agency
        return unit.name if unit == agency else f"{agency.name}{unit.name}"

    @property
    def plain_answer(self) -> str:
        """答复的文字，不带行首的记号。"""
        return " ".join(item for block in blocks(self.answer) for item in block.items)

    @property
    def has_expired(self) -> bool:
        """过了有效期。"""
        return self.valid_until is not None and self.valid_until < timezone.localdate()


class Basis(models.Model):
    """依据：库里的一件公开信息，或站外的一份文件；clause 为条款。"""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="bases")
    record = models.ForeignKey(
        Record, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文件")
    )
    title = models.CharField(_("文件名称"), max_length=200, blank=True)
    url = models.URLField(_("网址"), max_length=300, blank=True)
    clause = models.CharField(_("条款"), max_length=60, blank=True, help_text=_("如：第三条第二款"))
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("依据")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(record__isnull=False) | ~models.Q(title=""), name="basis_is_something"
            )
        ]

    def __str__(self) -> str:
        return f"《{self.name}》{self.clause}"

    @property
    def name(self) -> str:
        """名称。"""
        if self.record is not None and self.record.live is not None:
            return self.record.live.title
        return self.title

    @property
    def number(self) -> str:
        """文号。"""
        return self.record.live.document_number if self.record and self.record.live else ""

    @property
    def label(self) -> str:
        """写法：《名称》（文号）条款。"""
        return f"《{self.name}》{f'（{self.number}）' if self.number else ''}{self.clause}"

    @property
    def address(self) -> str:
        """网址：库里的给站内路径，写了条款的直接滚到那一条（浏览器支持时）。"""
        if self.record is None:
            return self.url
        article = re.match(r"第[^条]{1,12}条(?:之[一二三四五六七八九十]+)?", self.clause)
        place = f"#:~:text={quote(article[0])}" if article else ""
        return self.record.get_absolute_url() + place

    @property
    def problem(self) -> str:
        """用不得的原因：所依据的已废止、失效或撤下；没有问题为空。"""
        if self.record is None:
            return ""
        if self.record.live is None:
            return gettext("依据已撤下")
        if self.record.validity in DEAD:
            return gettext("依据已%(state)s") % {"state": self.record.get_validity_display()}
        return ""


class OpenQuestion(models.Model):
    """待编问题：公众问了没有答上的，问法相近的并成一个；个人信息已抹去。"""

    class State(models.TextChoices):
        OPEN = "open", _("待编写")
        TAKEN = "taken", _("已编写")
        DROPPED = "dropped", _("不编写")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("交给"))
    text = models.CharField(_("问题"), max_length=200)
    count = models.PositiveIntegerField(_("次数"), default=0)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.OPEN, db_index=True)
    entry = models.ForeignKey(
        Entry, models.SET_NULL, null=True, blank=True, related_name="questions", verbose_name=_("问答")
    )
    reason = models.CharField(_("不编写的理由"), max_length=200, blank=True)
    first_at = models.DateTimeField(_("首次"), auto_now_add=True)
    last_at = models.DateTimeField(_("最近"), default=timezone.now)

    objects = ReachedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("待编问题")
        ordering = ["-count", "-last_at", "-pk"]

    def __str__(self) -> str:
        return self.text


class Wording(models.Model):
    """问法：公众的一种问法和次数。"""

    question = models.ForeignKey(OpenQuestion, models.CASCADE, related_name="wordings")
    text = models.CharField(_("问法"), max_length=200, unique=True)
    count = models.PositiveIntegerField(_("次数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("问法")
        ordering = ["-count", "pk"]
