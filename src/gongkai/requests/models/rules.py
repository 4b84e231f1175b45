"""各机关自定的规则：法律没有写明、各地不同的，都在这里，不写死在程序里。"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation

# 送达的承运方式：答复是国家公文，寄送只能交邮政企业（国办公开办函〔2016〕235号）。代码 → 名称。
CARRIERS: Final = {
    "direct": _("直接送达"),
    "entrusted": _("委托其他机关代为送达"),
    "ems": _("邮政特快专递"),
    "registered": _("邮政挂号信"),
    "portal": _("政府网站送达"),
    "email": _("电子邮件送达"),
    "fax": _("传真送达"),
}


def default_carriers() -> list[str]:
    """缺省可用的承运方式：全部。"""
    return list(CARRIERS)


def default_alarms() -> list[int]:
    """缺省的提醒档次：收到后第几个工作日。"""
    return [10, 15, 18]


class RequestRules(models.Model):
    """依申请公开规则：一个机关一行；没有登记的用缺省值。"""

    agency = models.OneToOneField(
        Organisation, models.CASCADE, related_name="request_rules", verbose_name=_("行政机关")
    )
    # 条例第四条：各机关指定的政府信息公开工作机构；其负责人批准延期（第三十三条）。
    office = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("政府信息公开工作机构"),
    )
    issuer = models.CharField(_("署名"), max_length=80, blank=True)
    document_code = models.CharField(_("机关代字"), max_length=20, blank=True)
    # 更正答复书另有一串字号；不填的由机关代字得出。
    correction_code = models.CharField(_("更正答复的机关代字"), max_length=20, blank=True)
    review_body = models.CharField(_("行政复议机关"), max_length=80, blank=True)
    court = models.CharField(_("管辖法院"), max_length=80, blank=True)
    review_url = models.URLField(_("网上申请行政复议的网址"), max_length=300, blank=True)
    contact = models.CharField(_("联系人"), max_length=40, blank=True)
    phone = models.CharField(_("联系电话"), max_length=40, blank=True)
    address = models.CharField(_("联系地址"), max_length=200, blank=True)
    payment = models.TextField(_("缴纳方式"), blank=True)
    correction_workdays = models.PositiveSmallIntegerField(_("补正期限（工作日）"), default=15)
    confirm_workdays = models.PositiveSmallIntegerField(_("确认期限（工作日）"), default=1)
    # 条例第三十五条没有写说明理由是否停止计算；当地另有规定的才打开。
    reasons_stop = models.BooleanField(_("说明理由期间停止计算"), default=False)
    reasons_workdays = models.PositiveSmallIntegerField(_("说明理由期限（工作日）"), default=10)
    min_reason = models.PositiveSmallIntegerField(_("事实、理由最少字数"), default=20)
    min_sources = models.PositiveSmallIntegerField(_("检索至少几处"), default=2)
    frequent_count = models.PositiveSmallIntegerField(_("频次提示：件数"), default=10)
    frequent_days = models.PositiveSmallIntegerField(_("频次提示：近多少日"), default=90)
    similar_count = models.PositiveSmallIntegerField(_("相同内容申请达到几件提示主动公开"), default=3)
    # 不顾第三方反对决定公开的，先书面告知，隔这几个工作日再提供。
    hold_workdays = models.PositiveSmallIntegerField(_("告知第三方后的等待（工作日）"), default=5)
    inner_workdays = models.PositiveSmallIntegerField(_("内部办理时限（工作日）"), default=10)
    correction_case_workdays = models.PositiveSmallIntegerField(_("更正申请办理时限（工作日）"), default=20)
    retention_years = models.PositiveSmallIntegerField(_("个人信息保存年限"), default=10)
    carriers = models.JSONField(_("可用的送达方式"), default=default_carriers)
    alarms = models.JSONField(_("第几个工作日提醒"), default=default_alarms)
    charges = models.BooleanField(_("收取信息处理费"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("依申请公开规则")

    def __str__(self) -> str:
        return f"{self.agency}"

    @property
    def issuer_name(self) -> str:
        """署名：机关的名称，不能是内设机构。"""
        return self.issuer or self.agency.name

    @property
    def fix_code(self) -> str:
        """更正答复书的机关代字：没有另设的，把末尾的“告”换成“更”；机关代字也没有设的为空。"""
        if self.correction_code or not self.document_code:
            return self.correction_code
        return self.document_code.removesuffix("告") + "更"

    def carrier_choices(self) -> list[tuple[str, str]]:
        """可用的送达方式：名单以外的（快递公司、到付）一概没有。"""
        return [(code, CARRIERS[code]) for code in self.carriers if code in CARRIERS]
