"""查找的条件：网址里的参数变成 Criteria；认不得的值当作没有填，不报错。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from .queries import LAST_PAGE, MAX_QUERY, Criteria

FILTERS = ("organisation", "site", "column", "kind", "theme", "year", "validity")


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


def criteria_of(values: Mapping[str, str]) -> Criteria:
    """条件：q 查找词，since、until 日期，order=date 按日期，dead=1 含失效废止的，page 页码，其余为筛选项。"""
    since, until = _date(values.get("since", "")), _date(values.get("until", ""))
    if since and until and since > until:
        since, until = until, since
    page = values.get("page", "1")
    return Criteria(
        query=values.get("q", "").replace("\x00", "").strip()[:MAX_QUERY],
        **{name: values.get(name, "").replace("\x00", "")[:100] for name in FILTERS},
        since=since,
        until=until,
        dead=values.get("dead") == "1",
        newest=values.get("order") == "date",
        page=min(max(int(page), 1), LAST_PAGE) if page.isdecimal() and len(page) < 6 else 1,
    )
