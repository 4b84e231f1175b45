"""结构化数据（schema.org）：给搜索引擎读的 JSON-LD，与页面上看得到的一致。"""

from __future__ import annotations

import json
from typing import Any, Final

from django.utils.safestring import SafeString, mark_safe

from gongkai.records.kinds import Kind
from gongkai.records.models import Column, Record, Site
from gongkai.records.public import shown_date

from .metas import source_of
from .sites import absolute

_LEGISLATION: Final = frozenset({Kind.NORMATIVE, Kind.REGULATION})
_FORCE: Final = {
    Record.Validity.IN_FORCE: "InForce",
    Record.Validity.AMENDED: "PartiallyInForce",
    Record.Validity.PENDING: "NotInForce",
    Record.Validity.LAPSED: "NotInForce",
    Record.Validity.REPEALED: "NotInForce",
}
# 写在 script 元素里：这几个字符换成转义，内容怎样也出不了这个元素。
_ESCAPES: Final = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def script(data: Any) -> SafeString:
    """写成可放进 script 元素的 JSON。"""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return mark_safe(text)  # noqa: S308 尖括号和 & 都已转义


def _organisation(name: str) -> dict[str, str]:
    return {"@type": "GovernmentOrganization", "name": name}


def of_record(record: Record) -> SafeString:
    """信息页：规范性文件、法规规章为 Legislation，许可为 GovernmentService，动态为 NewsArticle。"""
    live = record.live
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "name": live.title,
        "url": absolute(record.site, record.get_absolute_url()),
        "inLanguage": "zh-CN",
        "datePublished": shown_date(record).isoformat(),
        "publisher": _organisation(live.issuer or str(record.agency)),
    }
    if live.summary:
        data["description"] = live.summary
    if record.kind in _LEGISLATION:
        data |= {"@type": "Legislation", "legislationPassedBy": _organisation(live.issuer)}
        if live.document_number:
            data["legislationIdentifier"] = live.document_number
        if live.written_on:
            data["legislationDate"] = live.written_on.isoformat()
        if record.validity in _FORCE:
            data["legislationLegalForce"] = f"https://schema.org/{_FORCE[Record.Validity(record.validity)]}"
    elif record.kind == Kind.LICENCE:
        data |= {"@type": "GovernmentService", "serviceType": live.fields.get("item", live.title)}
        data["serviceOperator"] = data.pop("publisher")
        del data["datePublished"]
    else:
        data |= {"headline": live.title[:110], "sourceOrganization": _organisation(source_of(record))}
        if record.kind == Kind.NEWS:
            data["@type"] = "NewsArticle"
    return script(data)


def of_trail(site: Site, line: list[Column]) -> SafeString:
    """当前位置。"""
    items = [
        {
            "@type": "ListItem",
            "position": n,
            "name": column.name,
            "item": absolute(site, column.get_absolute_url()),
        }
        for n, column in enumerate(line, 1)
    ]
    return script({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items})
