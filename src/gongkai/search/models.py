"""检索条目、待索引队列，以及办公室维护的同义词、置顶、热词和“查而未得”。"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation


class Validity(models.TextChoices):
    """有效性：空白为不分有效无效的信息（如动态、台账）。"""

    NONE = "", _("不适用")
    IN_FORCE = "in_force", _("有效")
    AMENDED = "amended", _("已修改")
    PENDING = "pending", _("尚未生效")
    EXPIRED = "expired", _("失效")
    REPEALED = "repealed", _("废止")


# 缺省不显示的；点“含已失效、废止的”或指名字号时才显示，并挂横幅。
DEAD = (Validity.EXPIRED, Validity.REPEALED)


class SearchDocument(models.Model):
    """检索条目：一件可以查到的公开信息；与发布在同一事务里写入，撤下时 published 立即为假。"""

    key = models.CharField(_("键"), max_length=80, unique=True, help_text=_("如 records.record:12，永不改变"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("单位")
    )
    sites = models.JSONField(_("站点"), default=list)
    columns = models.JSONField(_("栏目"), default=list)
    kind = models.CharField(_("种类"), max_length=40, blank=True)
    theme = models.CharField(_("主题"), max_length=60, blank=True)
    validity = models.CharField(_("有效性"), max_length=10, choices=Validity, blank=True)
    date = models.DateField(_("日期"), null=True, blank=True)
    title = models.CharField(_("标题"), max_length=400)
    numbers = models.JSONField(_("文号"), default=list, help_text=_("统一写法"))
    body = models.TextField(_("正文"), blank=True)
    url = models.CharField(_("网址"), max_length=500)
    published = models.BooleanField(_("已发布"), default=True)
    changed_at = models.DateTimeField(_("改动时间"), auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("检索条目")

    def __str__(self) -> str:
        return self.title

    @property
    def is_dead(self) -> bool:
        """已失效或废止。"""
        return self.validity in DEAD


class Outbox(models.Model):
    """待索引：与写入同一事务；索引器提交之后才记 applied_at，所以中途被杀不会丢。"""

    key = models.CharField(max_length=80)
    withdrawal = models.BooleanField(_("撤下"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("待索引")
        indexes = [
            models.Index(
                fields=["-withdrawal", "id"], name="search_waiting", condition=models.Q(applied_at=None)
            )
        ]


class Generation(models.Model):
    """索引的一代：重建时另起一代，建成后一次切换；断了可以接着建。"""

    class State(models.TextChoices):
        BUILDING = "building", _("建立中")
        CURRENT = "current", _("使用中")
        RETIRED = "retired", _("已停用")

    backend = models.CharField(max_length=20)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.BUILDING)
    words = models.JSONField(_("用户词典"), default=list)
    # 建到检索条目的第几号；先在索引里提交，再记这里，接着建时至多重做一批。
    reached = models.BigIntegerField(_("已建到"), default=0)
    documents = models.PositiveIntegerField(_("件数"), default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    switched_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("索引的一代")
        constraints = [
            models.UniqueConstraint(
                fields=["backend"], condition=models.Q(state="current"), name="one_current_generation"
            )
        ]

    @property
    def name(self) -> str:
        """名称：目录名或索引名的后缀。"""
        return f"g{self.pk:06d}"


class Synonym(models.Model):
    """同义词：一组视同的词，查其一也查其余；单向的只在查第一个（百姓说法）时也查其余（公文用语）。"""

    words = models.JSONField(_("词"), default=list)
    one_way = models.BooleanField(_("单向"), default=False)
    author = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("同义词")
        ordering = ["id"]

    def __str__(self) -> str:
        if self.one_way and self.words:
            return f"{self.words[0]} → {'、'.join(self.words[1:])}"
        return "、".join(self.words)


class Pin(models.Model):
    """置顶：查这个词时，这些条目按此次序排在最前。"""

    query = models.CharField(_("查找词"), max_length=60)
    normal = models.CharField(max_length=120, unique=True, editable=False)
    keys = models.JSONField(_("条目"), default=list)
    author = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("置顶")
        ordering = ["query"]

    def __str__(self) -> str:
        return self.query


class HotWord(models.Model):
    """热词：某词某日被查的次数；不记是谁、从哪里查的，疑似个人信息的不记。"""

    text = models.CharField(_("词"), max_length=30)
    day = models.DateField(_("日期"))
    count = models.PositiveIntegerField(_("次数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("热词")
        constraints = [models.UniqueConstraint(fields=["text", "day"], name="hot_word_once_a_day")]
        indexes = [models.Index(fields=["day"], name="search_hot_day")]


class NotFound(models.Model):
    """查而未得：没有结果的查找与没有答案的提问；号码等个人信息先抹去。"""

    class Kind(models.TextChoices):
        SEARCH = "search", _("查找")
        QUESTION = "question", _("提问")

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        DONE = "done", _("已处理")

    kind = models.CharField(_("来源"), max_length=10, choices=Kind)
    text = models.CharField(_("文字"), max_length=200)
    count = models.PositiveIntegerField(_("次数"), default=1)
    state = models.CharField(_("状态"), max_length=6, choices=State, default=State.OPEN)
    first_at = models.DateTimeField(_("首次"), auto_now_add=True)
    last_at = models.DateTimeField(_("最近"), auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("查而未得")
        ordering = ["-count", "-last_at"]
        constraints = [models.UniqueConstraint(fields=["kind", "text"], name="not_found_once")]


class VocabularyKey(models.Model):
    """纠错词表：一个词的一种键（拼音、声母、少一字等）；由标题得出，可以随时重算。"""

    key = models.CharField(max_length=80, db_index=True)
    word = models.CharField(_("词"), max_length=40)
    weight = models.PositiveIntegerField(_("次数"), default=1)

    class Meta:
        verbose_name = verbose_name_plural = _("纠错词表")
