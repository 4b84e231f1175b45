"""信息的接口：目录、全文、栏目、变更流水。"""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from gongkai.records.models import Column
from gongkai.records.queries import public_records

from .models import Change
from .schemas import ChangePage, ColumnOut, Page, RecordDetail, column_of, detail_of, summary_of

router = Router(tags=["信息"])
LARGEST = 100


class Narrow(Schema):
    """筛选：site 站点域名，column 栏目编号，kind 类型，validity 时效，issuer 发布机构，since、until 起止日。

    空着的不作条件。
    """

    site: str = ""
    column: int | None = None
    kind: str = ""
    validity: str = ""
    issuer: str = ""
    since: date | None = None
    until: date | None = None

    def apply(self, rows: Any) -> Any:
        """按所给条件缩小。"""
        wanted = {
            "site__domain": self.site,
            "placements__column": self.column,
            "kind": self.kind,
            "validity": self.validity,
            "live__issuer": self.issuer,
            "first_published_at__date__gte": self.since,
            "first_published_at__date__lte": self.until,
        }
        return rows.filter(**{name: value for name, value in wanted.items() if value})


def _pack(record: Any) -> str:
    text = f"{record.first_published_at.isoformat()}|{record.pk}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def _after(rows: Any, cursor: str) -> Any:
    """接着上一页：排在 cursor 之后的。错误：HttpError 400——cursor 不是接口给的。"""
    try:
        moment, _bar, pk = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        at, number = datetime.fromisoformat(moment), int(pk)
    except ValueError:
        raise HttpError(400, "cursor 无效：请原样使用上一页给出的 next") from None
    return rows.filter(Q(first_published_at__lt=at) | Q(first_published_at=at, pk__lt=number))


@router.get("/records", response=Page, summary="公开目录")
def records(request: HttpRequest, narrow: Query[Narrow], cursor: str = "", limit: int = 50) -> dict[str, Any]:
    """公开目录：新的在前，每页至多 100 条。"""
    limit = max(1, min(limit, LARGEST))
    rows = narrow.apply(public_records())
    if cursor:
        rows = _after(rows, cursor)
    found = list(rows[: limit + 1])
    following = _pack(found[limit - 1]) if len(found) > limit else None
    return {"items": [summary_of(record) for record in found[:limit]], "next": following}


@router.get("/records/{int:pk}", response=RecordDetail, summary="一条信息的全文")
def record(request: HttpRequest, pk: int) -> dict[str, Any]:
    """全文：没有公开或已撤下的回答 404。"""
    return detail_of(get_object_or_404(public_records(), pk=pk))


@router.get("/columns", response=list[ColumnOut], summary="栏目")
def columns(request: HttpRequest, site: str = "") -> list[dict[str, Any]]:
    """在用的栏目。"""
    rows = Column.objects.open()
    return [column_of(column) for column in (rows.filter(site__domain=site) if site else rows)]


@router.get("/changes", response=ChangePage, summary="变更流水")
def changes(request: HttpRequest, after: int = 0, limit: int = 200, site: str = "") -> dict[str, Any]:
    """变更流水：号码大于 after 的，由小到大；withdrawn 的应同样撤下。"""
    limit = max(1, min(limit, 1000))
    rows = Change.objects.filter(pk__gt=after).select_related("record")
    if site:
        rows = rows.filter(site__domain=site)
    found = list(rows[: limit + 1])
    items = [
        {
            "seq": row.pk,
            "record": row.record_id,
            "withdrawn": row.withdrawn,
            "at": row.at,
            "url": row.record.get_absolute_url(),
        }
        for row in found[:limit]
    ]
    return {"items": items, "last": items[-1]["seq"] if items else after, "more": len(found) > limit}
