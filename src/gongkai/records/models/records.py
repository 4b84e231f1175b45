"""信息、版本、附件、关系。"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.queries import reach
from gongkai.core.models import Organisation

from ..kinds import Kind

USER = settings.AUTH_USER_MODEL


class Seen(set[int]):
    """取出过的信息的编号；live 为取出时正公开着的。"""

    def __init__(self) -> None:
        super().__init__()
        self.live: set[int] = set()

    def note(self, record: Record) -> None:
        """记下一条；没有连同公开版本一起取的，看不出是否公开，不算公开。"""
        self.add(record.pk)
        if record.__dict__.get("live_id"):
            self.live.add(record.pk)


# 正在看着的人用它记下取出过哪些信息（见 queries.watching）；没有人看时为 None。
SEEN: ContextVar[Seen | None] = ContextVar("seen_records", default=None)


def attachment_path(instance: models.Model, filename: str) -> str:
    # 不用上传者给的文件名作路径；同样的内容只存一份。
    digest = instance.sha256  # type: ignore[attr-defined]
    return f"records/{digest[:2]}/{digest}"


class RecordQuerySet(models.QuerySet["Record"]):
    def visible_to(self, user: Any) -> RecordQuerySet:
        """可见：职责所及单位的全部信息；市政务公开办只看已公开的，草稿不出本单位。"""
        return self.filter(
            reach(user, "organisation") | (reach(user, "organisation", city=True) & ~models.Q(live=None))
        )

    def public(self) -> RecordQuerySet:
        """公众可见：有公开版本、没有撤下、主动公开的。"""
        return self.filter(live__isnull=False, withdrawn_at=None)


class Record(models.Model):
    """信息：一条只存一份（先入库后使用）；内容在版本里，这里是不随版本变的身份和现状。"""

    class Validity(models.TextChoices):
        NONE = "", _("不适用")
        PENDING = "pending", _("尚未生效")
        IN_FORCE = "in_force", _("有效")
        AMENDED = "amended", _("已修改")
        LAPSED = "lapsed", _("失效")
        REPEALED = "repealed", _("废止")

    class TermUnit(models.TextChoices):
        WORKDAYS = "workdays", _("工作日")
        CALENDAR_DAYS = "calendar_days", _("自然日")

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="records", verbose_name=_("承办单位")
    )
    # 责任主体：承办单位所属的局（区、市），审查、签发都在这一级。
    agency = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("公开主体"))
    site = models.ForeignKey(
        "records.Site", models.PROTECT, related_name="records", verbose_name=_("所属站点")
    )
    kind = models.CharField(_("类型"), max_length=20, choices=Kind)
    index_number = models.CharField(_("索引号"), max_length=60, blank=True, db_index=True)
    live = models.OneToOneField(
        "records.Edition", models.PROTECT, null=True, related_name="+", verbose_name=_("公开版本")
    )
    first_published_at = models.DateTimeField(_("首次公开时间"), null=True, db_index=True)
    # 时效由规则每日算出，存下来供筛选；变化记在 ValidityChange。
    validity = models.CharField(
        _("时效"), max_length=8, choices=Validity, default=Validity.NONE, blank=True, db_index=True
    )
    validity_since = models.DateField(_("时效起始"), null=True)
    validity_why = models.CharField(_("时效依据"), max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True)
    withdrawn_reason = models.CharField(_("撤下理由"), max_length=300, blank=True)
    replacement = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("替代信息")
    )
    archived_at = models.DateTimeField(_("归档时间"), null=True)
    # 从下级站点汇聚来的信息：来源地址与校验值，本地不改。
    origin_url = models.URLField(_("来源地址"), max_length=300, blank=True)
    origin_sha256 = models.CharField(max_length=64, blank=True)
    # 批量装入的来源编号：装到一半停下，下次从没装的接着装。
    import_key = models.CharField(max_length=80, blank=True, editable=False)
    # 公开期限：法律法规另有规定的从其规定（条例第二十六条）；不填按 20 个工作日。
    term_days = models.PositiveIntegerField(_("公开期限"), null=True, blank=True)
    term_unit = models.CharField(_("期限单位"), max_length=13, choices=TermUnit, default=TermUnit.WORKDAYS)
    term_basis = models.CharField(_("期限依据"), max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("信息")
        ordering = ["-first_published_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "index_number"],
                condition=~models.Q(index_number=""),
                name="index_number_once_per_site",
            ),
            models.UniqueConstraint(
                fields=["site", "origin_url"],
                condition=~models.Q(origin_url=""),
                name="one_record_per_origin",
            ),
            models.UniqueConstraint(
                fields=["site", "import_key"], condition=~models.Q(import_key=""), name="imported_once"
            ),
            models.CheckConstraint(
                condition=models.Q(term_days=None) | ~models.Q(term_basis=""), name="own_term_has_basis"
            ),
        ]
        # 首页、机构页取某站（某类、某单位）最新的几条：沿索引取，不必把十万条排一遍。
        indexes = [
            models.Index(fields=["kind", "-first_published_at"]),
            models.Index(fields=["site", "-first_published_at", "-id"], name="record_newest"),
            models.Index(fields=["site", "kind", "-first_published_at", "-id"], name="record_newest_of_kind"),
            models.Index(fields=["organisation", "-first_published_at", "-id"], name="record_newest_of_unit"),
        ]

    def __str__(self) -> str:
        return self.index_number or f"{self.get_kind_display()} {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.agency_id:
            self.agency = self.organisation.agency
        super().save(*args, **kwargs)

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Record:
        record = super().from_db(*args, **kwargs)
        seen = SEEN.get()
        if seen is not None and record.pk:
            seen.note(record)
        return record

    def get_absolute_url(self) -> str:
        return f"/content/post_{self.pk}.html"


class EditionQuerySet(models.QuerySet["Edition"]):
    def visible_to(self, user: Any) -> EditionQuerySet:
        """可见：职责所及单位的全部版本；市政务公开办只看公开版本。"""
        live = models.Q(state=Edition.State.PUBLISHED)
        return self.filter(
            reach(user, "record__organisation") | (reach(user, "record__organisation", city=True) & live)
        )


class Edition(models.Model):
    """版本：一次起草、审查、公开的完整内容；改已公开的信息就另起一版，公开版不动。"""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        RETURNED = "returned", _("已退回")
        HEAD = "head", _("待处室负责人审核")
        SECRECY = "secrecy", _("待保密审查")
        REFERRED = "referred", _("报请确定中")
        LEGAL = "legal", _("待合法性审查")
        SIGNING = "signing", _("待签发")
        SIGNED = "signed", _("待发布")
        SCHEDULED = "scheduled", _("定时发布")
        PUBLISHED = "published", _("已公开")
        SUPERSEDED = "superseded", _("已被新版代替")
        WITHDRAWN = "withdrawn", _("已撤下")
        ARCHIVED = "archived", _("已归档")
        DISCARDED = "discarded", _("已放弃")

    class Openness(models.TextChoices):
        ACTIVE = "active", _("主动公开")
        ON_REQUEST = "on_request", _("依申请公开")
        REFUSED = "refused", _("不予公开")

    record = models.ForeignKey(Record, models.PROTECT, related_name="editions", verbose_name=_("信息"))
    number = models.PositiveIntegerField(_("版次"))
    state = models.CharField(
        _("状态"), max_length=10, choices=State, default=State.DRAFT, db_index=True, editable=False
    )
    title = models.CharField(_("名称"), max_length=300)
    summary = models.TextField(_("内容概述"), blank=True)
    document_number = models.CharField(_("发文字号"), max_length=80, blank=True)
    canonical_number = models.CharField(max_length=80, blank=True, db_index=True, editable=False)
    unified_number = models.CharField(_("统一编号"), max_length=60, blank=True)
    issuer = models.CharField(_("发布机构"), max_length=120, blank=True)
    joint_issuers = models.JSONField(_("联合发布机构"), default=list, blank=True)
    written_on = models.DateField(_("成文日期"), null=True, blank=True)
    published_on = models.DateField(_("发布日期"), null=True, blank=True)
    effective_on = models.DateField(_("施行日期"), null=True, blank=True)
    expires_on = models.DateField(_("有效期至"), null=True, blank=True)
    formed_on = models.DateField(
        _("形成或变更日期"), null=True, blank=True, help_text=_("公开期限从这一天算起；不填按成文日期")
    )
    item20 = models.CharField(_("条例第二十条类别"), max_length=4, blank=True)
    theme = models.CharField(_("主题分类"), max_length=40, blank=True)
    genre = models.CharField(_("体裁"), max_length=20, blank=True)
    keywords = models.JSONField(_("主题词"), default=list, blank=True)
    openness = models.CharField(_("公开属性"), max_length=10, choices=Openness, default=Openness.ACTIVE)
    refusal_ground = models.CharField(_("不予公开的依据"), max_length=200, blank=True)
    review_again_on = models.DateField(_("重新评估日期"), null=True, blank=True)
    language = models.CharField(_("语种"), max_length=10, default="zh-hans", choices=settings.LANGUAGES)
    source = models.CharField(_("来源"), max_length=120, blank=True)
    body = models.TextField(_("正文"), blank=True)
    # 各类型自己的栏目，键和要求见 kinds.FIELDS。
    fields = models.JSONField(_("专有栏目"), default=dict, blank=True)
    change_note = models.CharField(_("更正说明"), max_length=300, blank=True)
    publish_at = models.DateTimeField(_("定时发布时间"), null=True, blank=True)
    published_at = models.DateTimeField(_("公开时间"), null=True, editable=False)
    # 签发时内容（含附件、关系）的摘要；发布时不符就不发。
    sealed_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # 每存一次加一：存的时候与打开时不同，就是别人先改了。
    version = models.PositiveIntegerField(default=1, editable=False)
    author = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("拟稿人"))
    locked_by = models.ForeignKey(
        USER, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("锁定人")
    )
    locked_at = models.DateTimeField(_("锁定时间"), null=True, editable=False)
    returned_because = models.CharField(_("退回理由"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EditionQuerySet.as_manager()

    EDITABLE = (State.DRAFT, State.RETURNED)
    REVIEWING = (
        State.HEAD, State.SECRECY, State.REFERRED, State.LEGAL, State.SIGNING, State.SIGNED, State.SCHEDULED,
    )  # fmt: skip

    class Meta:
        verbose_name = verbose_name_plural = _("版本")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="edition_number_once"),
            models.UniqueConstraint(
                fields=["record"], condition=models.Q(state="published"), name="one_live_edition"
            ),
            # 同一信息同时只有一版在起草或审查，免得两版互相覆盖。
            models.UniqueConstraint(
                fields=["record"],
                condition=models.Q(
                    state__in=(
                        "draft", "returned", "head", "secrecy", "referred", "legal", "signing", "signed",
                        "scheduled",
                    )
                ),
                name="one_edition_in_work",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="scheduled") | models.Q(publish_at__isnull=False),
                name="scheduled_has_time",
            ),
        ]  # fmt: skip
        # 规范性文件库按成文日期排。
        indexes = [models.Index(fields=["state", "-written_on", "-record"], name="edition_by_writing")]

    def __str__(self) -> str:
        return self.title


class Attachment(models.Model):
    """附件：随版本走；text 为提取的文字，供查个人信息和检索。"""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="attachments")
    file = models.FileField(_("文件"), upload_to=attachment_path)
    name = models.CharField(_("名称"), max_length=200)
    suffix = models.CharField(max_length=6)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("大小（字节）"))
    text = models.TextField(blank=True)
    # 取不出文字的原因（扫描件、图片、加密……）。
    text_note = models.CharField(_("取文字情况"), max_length=200, blank=True)
    order = models.PositiveIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("附件")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name


class Relation(models.Model):
    """关系：这一版说明它与另一条信息的关系；只有公开版的关系才生效。"""

    class Kind(models.TextChoices):
        BASIS = "basis", _("依据")
        INTERPRETS = "interprets", _("解读")
        AMENDS = "amends", _("修改")
        REPEALS = "repeals", _("废止")
        LAPSES = "lapses", _("宣布失效")
        REPLACES = "replaces", _("替代")
        PREDECESSOR = "predecessor", _("前期规划")
        ADJUSTS = "adjusts", _("调整规划")
        SAME_POLICY = "same_policy", _("同一政策")
        TRANSLATION = "translation", _("语言版本")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="relations")
    kind = models.CharField(_("关系"), max_length=12, choices=Kind)
    target = models.ForeignKey(
        Record, models.PROTECT, null=True, blank=True, related_name="related_from", verbose_name=_("信息")
    )
    # 库外的文件（如上级文件）只记名称、字号和网址。
    title = models.CharField(_("文件名称"), max_length=200, blank=True)
    url = models.URLField(_("网址"), max_length=300, blank=True)
    effective_on = models.DateField(_("生效日期"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("关系")
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(target__isnull=False) | ~models.Q(title=""), name="relation_has_target"
            ),
            models.UniqueConstraint(
                fields=["edition", "kind", "target"],
                condition=models.Q(target__isnull=False),
                name="relation_once",
            ),
        ]
