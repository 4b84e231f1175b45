"""演示数据：市水务局的网站，固定四栏和常用栏目。"""

from __future__ import annotations

from typing import Final

from django.db import transaction

from gongkai.core.models import Organisation

from .kinds import Kind
from .models import Column, Site

C = Column.Kind
# 名称、网址名、上级网址、类别、固定栏目、栏目类型、规则
COLUMNS: Final = (
    ("政府信息公开指南", "guide", "", C.SECTION, "guide", "政府信息公开指南", {"kinds": [Kind.GUIDE]}),
    ("政府信息公开制度", "systems", "", C.SECTION, "system", "政府信息公开制度", {"kinds": [Kind.SYSTEM]}),
    ("法定主动公开内容", "statutory", "", C.SECTION, "statutory", "法定主动公开内容", {}),
    ("政府信息公开年报", "annual", "", C.SECTION, "annual", "政府信息公开年报", {"kinds": [Kind.ANNUAL_REPORT]}),
    ("机构职能", "institution", "statutory/", C.ORDINARY, "", "概况信息", {"kinds": [Kind.INSTITUTION]}),
    ("规范性文件", "normative", "statutory/", C.ORDINARY, "", "政策文件", {"kinds": [Kind.NORMATIVE]}),
    ("法规规章", "regulations", "statutory/", C.ORDINARY, "", "政策文件", {"kinds": [Kind.REGULATION]}),
    ("其他政策文件", "policies", "statutory/", C.ORDINARY, "", "政策文件", {"kinds": [Kind.POLICY]}),
    ("规划计划", "planning", "statutory/", C.ORDINARY, "", "规划计划", {"kinds": [Kind.PLAN]}),
    ("行政许可", "licences", "statutory/", C.ORDINARY, "", "行政许可", {"kinds": [Kind.LICENCE]}),
    ("行政处罚", "penalties", "statutory/", C.ORDINARY, "", "行政处罚", {"kinds": [Kind.PENALTY]}),
    ("财政信息", "finance", "statutory/", C.ORDINARY, "", "财政信息", {"kinds": [Kind.FINANCE]}),
    ("政府采购", "procurement", "statutory/", C.ORDINARY, "", "政府采购", {"kinds": [Kind.PROCUREMENT]}),
    ("人事信息", "personnel", "statutory/", C.ORDINARY, "", "人事信息", {"kinds": [Kind.PERSONNEL]}),
    ("应急管理", "emergency", "statutory/", C.ORDINARY, "", "应急管理", {"kinds": [Kind.EMERGENCY]}),
    ("统计信息", "statistics", "statutory/", C.ORDINARY, "", "数据发布", {"kinds": [Kind.STATISTICS]}),
    ("工作动态", "news", "", C.NEWS, "", "动态要闻", {"kinds": [Kind.NEWS]}),
    ("通知公告", "notices", "", C.ORDINARY, "", "通知公告", {"kinds": [Kind.NOTICE]}),
    ("政策解读", "interpretations", "", C.ORDINARY, "", "政策解读", {"kinds": [Kind.INTERPRETATION]}),
)  # fmt: skip
INTERVALS: Final = {C.NEWS: 14}


@transaction.atomic
def seed(bureau: Organisation) -> Site:
    """播种：演示的局的网站和栏目；已有则不动。返回站点。"""
    site, _ = Site.objects.get_or_create(
        domain="localhost",
        defaults={
            "organisation": bureau,
            "name": f"{bureau.parent}水务局" if bureau.parent else bureau.name,
            "code": "4401000099",
            "credit_code": "11440100007482045D",
            "is_default": True,
        },
    )
    for order, (name, slug, parent, kind, section, type_word, rule) in enumerate(COLUMNS, start=1):
        Column.objects.get_or_create(
            site=site,
            path=f"{parent}{slug}/",
            defaults={
                "name": name,
                "slug": slug,
                "parent": Column.objects.get(site=site, path=parent) if parent else None,
                "kind": kind,
                "section": section,
                "type_word": type_word,
                "rule": rule,
                "order": order,
                "update_days": INTERVALS.get(kind, 180),
            },
        )
    return site
