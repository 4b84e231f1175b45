"""规范性文件库的维护：时效变化、清理、正式文本、词表、待办。"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.accounts.queries import duties_of, reach
from gongkai.core.models import Organisation

from .records import Record

USER = settings.AUTH_USER_MODEL


class OwnedQuerySet(models.QuerySet[Any]):
    """归单位所有的行。"""

    def visible_to(self, user: Any) -> OwnedQuerySet:
        """可见：所属单位在此人职责所及之内。"""
        return self.filter(reach(user, "organisation"))


def _warn_days() -> list[int]:
    return [180, 90, 30]


class LibraryRules(models.Model):
    """库规则：本单位的参数；年限、期限各地不同，都可以改。没有这一行的单位用缺省值。"""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="library_rules", verbose_name=_("单位")
    )
    interpretation_blocks = models.BooleanField(
        _("没有解读不得发布"), default=True, help_text=_("规章和规范性文件的解读与文件同时公开")
    )
    interpretation_workdays = models.PositiveIntegerField(_("其他文件解读期限（工作日）"), default=3)
    interim_years = models.PositiveIntegerField(_("暂行、试行文件有效期上限（年）"), default=3)
    other_years = models.PositiveIntegerField(_("其他文件有效期上限（年）"), default=5)
    warn_days = models.JSONField(_("到期前提醒（自然日）"), default=_warn_days)
    late_days = models.PositiveIntegerField(_("公开期限前提醒（工作日）"), default=5)
    first_five_year = models.PositiveIntegerField(_("规划归集自第几个五年规划"), default=11)
    sectors = models.JSONField(_("应有规划的领域"), default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("库规则")


class LinkCheck(models.Model):
    """链接检查：站外网址最近一次的结果；关口只看这里，不在办理时去访问外站。"""

    class State(models.TextChoices):
        UNKNOWN = "unknown", _("尚未检查")
        ALIVE = "alive", _("可以打开")
        DEAD = "dead", _("打不开")
        UNSURE = "unsure", _("暂时不通")

    url = models.URLField(_("网址"), max_length=300, unique=True)
    state = models.CharField(_("结果"), max_length=8, choices=State, default=State.UNKNOWN)
    detail = models.CharField(_("说明"), max_length=200, blank=True)
    # 连续几次不通：一次不通可能只是对方重启。
    failures = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(_("检查时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("链接检查")


class SiteProbe(models.Model):
    """站点探测：域名的 IPv6 解析与访问，由后台任务定期做，存下结果供核查。"""

    site = models.ForeignKey("records.Site", models.CASCADE, related_name="probes", verbose_name=_("站点"))
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    # 探测机没有网络时什么也证明不了：online 为假的一律算无证据。
    online = models.BooleanField(_("探测机有网络"))
    addresses = models.JSONField(_("IPv6 地址"), default=list)
    reachable = models.BooleanField(_("经 IPv6 打得开"))
    same_as_ipv4 = models.BooleanField(_("与 IPv4 内容一致"), null=True)
    detail = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("站点探测")
        ordering = ["-id"]


class ValidityChange(models.Model):
    """时效变化：某日由什么变成什么，依据是什么。"""

    record = models.ForeignKey(Record, models.CASCADE, related_name="validity_changes")
    on = models.DateField(_("日期"))
    before = models.CharField(_("原时效"), max_length=8, choices=Record.Validity, blank=True)
    after = models.CharField(_("现时效"), max_length=8, choices=Record.Validity, blank=True)
    why = models.CharField(_("依据"), max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = _("时效变化")
        ordering = ["-id"]


class CleanupQuerySet(OwnedQuerySet):
    def visible_to(self, user: Any) -> CleanupQuerySet:
        """可见：本单位的清理；承办单位看得见列有自己文件的清理。"""
        own = reach(user, "organisation") | reach(user, "items__record__organisation")
        return self.filter(own).distinct()


class CleanupRound(models.Model):
    """清理：一轮规范性文件清理，逐件定为保留、修改、废止或失效，结果向社会公布。"""

    class State(models.TextChoices):
        OPEN = "open", _("进行中")
        FINISHED = "finished", _("已完成")

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("单位"))
    title = models.CharField(_("名称"), max_length=120)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.OPEN)
    opened_on = models.DateField(_("开始日期"), auto_now_add=True)
    finished_on = models.DateField(_("完成日期"), null=True)
    # 清理结果本身是一条信息，走同样的审查和公开。
    result = models.ForeignKey(
        Record, models.PROTECT, null=True, related_name="+", verbose_name=_("清理结果")
    )

    objects = CleanupQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("清理")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class CleanupItem(models.Model):
    """清理的一件：结论与理由。"""

    class Decision(models.TextChoices):
        NONE = "", _("未定")
        KEEP = "keep", _("继续有效")
        AMEND = "amend", _("修改")
        REPEAL = "repeal", _("废止")
        LAPSE = "lapse", _("宣布失效")

    round = models.ForeignKey(CleanupRound, models.CASCADE, related_name="items")
    record = models.ForeignKey(Record, models.PROTECT, related_name="cleanups")
    decision = models.CharField(_("结论"), max_length=8, choices=Decision, blank=True)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["round", "record"], name="cleaned_once_per_round")]


class OfficialText(models.Model):
    """正式文本：由操作人导入的国家正式版本；本站文本与之比对，不手工改字。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("单位"))
    name = models.CharField(_("名称"), max_length=200)
    key = models.CharField(max_length=200, db_index=True)
    version_date = models.DateField(_("版本日期"))
    source = models.CharField(_("来源"), max_length=300)
    text = models.TextField(_("文本"))
    sha256 = models.CharField(max_length=64)
    imported_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField(auto_now_add=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("正式文本")
        ordering = ["key", "-version_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "key", "version_date"], name="official_text_once_per_version"
            )
        ]


class TextComparison(models.Model):
    """比对：一部法规最近一次与正式文本比的结果。"""

    record = models.OneToOneField(Record, models.CASCADE, related_name="comparison")
    official = models.ForeignKey(OfficialText, models.CASCADE, related_name="+")
    same = models.BooleanField(_("相符"))
    on = models.DateField(_("比对日期"))

    class Meta:
        verbose_name = verbose_name_plural = _("文本比对")
        ordering = ["same", "-on", "-id"]


class WorkItem(models.Model):
    """待办：系统按规则发现、要人处理的事（将到期、文本不符、应归集、应重新评估……）。"""

    class Kind(models.TextChoices):
        EXPIRING = "expiring", _("有效期将满")
        TEXT_DIFFERS = "text_differs", _("与正式文本不符")
        REVIEW_AGAIN = "review_again", _("重新评估不公开")
        MISSING_PERIOD = "missing_period", _("历史规划缺期")
        PLAN_ENDED = "plan_ended", _("规划期满")
        LATE = "late", _("公开将逾期")
        BROKEN_LINK = "broken_link", _("链接失效")
        STALE_COLUMN = "stale_column", _("栏目未更新")
        CORRECTION = "correction", _("网站找错")

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("单位"))
    kind = models.CharField(_("事由"), max_length=16, choices=Kind)
    record = models.ForeignKey(
        Record, models.CASCADE, null=True, related_name="work_items", verbose_name=_("信息")
    )
    # 同一件事只开一次：如“expiring:12:90”。
    key = models.CharField(max_length=120, unique=True)
    text = models.CharField(_("事项"), max_length=400)
    due = models.DateField(_("期限"), null=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("处理情况"), max_length=300, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("待办")
        ordering = ["due", "id"]


class WordQuerySet(OwnedQuerySet):
    def visible_to(self, user: Any) -> WordQuerySet:
        """可见：本单位的和管着本单位的各上级的词——写稿的人要知道按什么词表查。"""
        line = {pk for duty in duties_of(user) for pk in duty.organisation.line}
        return self.filter(reach(user, "organisation") | models.Q(organisation__in=line))


class WordRule(models.Model):
    """词表：本单位增补的错词；内置词表在程序里，二者一并检查。"""

    organisation = models.ForeignKey(Organisation, models.CASCADE, verbose_name=_("单位"))
    wrong = models.CharField(_("错词"), max_length=40)
    right = models.CharField(_("正词"), max_length=40)
    note = models.CharField(_("说明"), max_length=120, blank=True)
    # 词表有版本：停用不删，旧检查结果仍说得清依据。
    since = models.DateField(_("起用日期"), auto_now_add=True)
    until = models.DateField(_("停用日期"), null=True, blank=True)

    objects = WordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("词表")
        ordering = ["wrong"]
        constraints = [models.UniqueConstraint(fields=["organisation", "wrong"], name="word_once")]


class RememberedPhrase(models.Model):
    """记住的误报：人看过认为没有问题的词句，同样的上下文不再提示。"""

    organisation = models.ForeignKey(Organisation, models.CASCADE)
    # check：wording 或 personal；context 为词句连同前后文的摘要，个人信息不存原文。
    check_name = models.CharField(max_length=10)
    context = models.CharField(max_length=64)
    shown = models.CharField(_("词句"), max_length=80)
    reason = models.CharField(_("理由"), max_length=200)
    author = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("记住的误报")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "check_name", "context"], name="remembered_once")
        ]


def delivery_path(instance: models.Model, filename: str) -> str:
    return f"deliveries/{instance.sha256[:2]}/{instance.sha256}.zip"  # type: ignore[attr-defined]


class Delivery(models.Model):
    """移送：向国家档案馆、公共图书馆提供主动公开的信息（条例第二十五条），一批一个校验过的包。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("单位"))
    period_from = models.DateField(_("起"))
    period_to = models.DateField(_("止"))
    records = models.PositiveIntegerField(_("条数"))
    file = models.FileField(_("包"), upload_to=delivery_path)
    sha256 = models.CharField(_("校验值"), max_length=64)
    size = models.PositiveIntegerField(_("大小（字节）"))
    made_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("制作时间"), auto_now_add=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("移送")
        ordering = ["-id"]


class Receipt(models.Model):
    """签收：哪个馆、哪天、怎样收到一个移送包。"""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="receipts")
    recipient = models.CharField(_("接收单位"), max_length=80)
    delivered_on = models.DateField(_("移送日期"))
    way = models.CharField(_("移送方式"), max_length=60)
    note = models.CharField(_("签收情况"), max_length=200, blank=True)
    author = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("签收")
        ordering = ["-id"]
