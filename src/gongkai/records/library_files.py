"""来源文件：法律法规库、政策文件库的 JSONL，一行一件，读成待装入的一件件。"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from gongkai.law import docnumbers

from .kinds import Kind

_DAY: Final = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_SIGNED: Final = re.compile(r"^[\s\xa0\u3000]*\d{4}年\d{1,2}月\d{1,2}日[\s\xa0\u3000]*$", re.MULTILINE)
_IN_FORCE: Final = re.compile(r"自(\d{4})年(\d{1,2})月(\d{1,2})日起(?:施行|实施|生效|执行)")
_ISSUER: Final = re.compile(
    r"日\s*由?([\u3400-\u9fff、（）]{2,40}?(?:人民代表大会常务委员会|人民代表大会|常务委员会|国务院|人民法院|人民检察院"
    r"|委员会|总局|总署|办公室|部|局|署|政府))"
)
_BY_LEVEL: Final = {"法律": "全国人民代表大会常务委员会", "行政法规": "国务院", "司法解释": "最高人民法院"}
_SESSION: Final = re.compile(r"^第[一二三四五六七八九十]+届")


class SourceError(ValueError):
    """来源文件有误：写明第几行、缺什么。"""


@dataclass(frozen=True, slots=True)
class Item:
    """一件：key 来源编号，kind 类型，values 版本各栏（正文除外），text 正文原文，html 正文原来的网页，
    family 同一部的各版本共用的名称，index_number 来源的索引号。"""

    key: str
    kind: str
    values: dict[str, Any]
    text: str
    html: str = ""
    family: str = ""
    index_number: str = ""
    version: date | None = None
    fields: dict[str, Any] = field(default_factory=dict)


def read(path: Path, *, as_of: date) -> Iterator[Item]:
    """读来源文件：逐行给出；as_of 为来源的日期，只注明“已失效”而不知日期的按这一天。

    错误：SourceError——不是 JSON、不认得的样子，写明行号。
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                yield _law(row, as_of) if "articles" in row else _policy(row)
            except (ValueError, KeyError, TypeError) as error:
                raise SourceError(f"第 {number} 行读不了：{type(error).__name__} {error}") from error


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _last_day(text: str, pattern: re.Pattern[str]) -> date | None:
    found = None
    for match in pattern.finditer(text):
        try:
            found = date(*map(int, match.groups()))
        except ValueError:
            continue
    return found


def _summary(text: str) -> str:
    """内容概述：第一条的文字；没有分条的取开头。"""
    first = re.search(r"第一条[\s\u3000]*(.+)", text)
    plain = first.group(1) if first else " ".join(line.strip("# ") for line in text.splitlines()[:6])
    return plain.strip()[:200]


def _opening(text: str) -> str:
    """公文的内容概述：主送机关之后的第一句。"""
    body = re.sub(r"\s+", "", text).partition("：")[2] or re.sub(r"\s+", "", text)
    return (body.partition("。")[0] + "。")[:200]


def _issuer(history: list[str], level: str) -> str:
    for line in history:
        found = _ISSUER.search(line)
        if found and not _SESSION.match(found.group(1)):
            return found.group(1).removeprefix("中华人民共和国")
        if "全国人民代表大会" in line or _SESSION.match(line.partition("日")[2].strip()):
            return "全国人民代表大会常务委员会" if "常务委员会" in line else "全国人民代表大会"
    return _BY_LEVEL.get(level, "")


def _law(row: dict[str, Any], as_of: date) -> Item:
    history, text = row.get("history") or [], row["text"]
    # 正文里的施行日期是最初的那一版的；修订沿革写明的“施行”更可靠。
    stated = next((line for line in reversed(history) if line.rstrip("）").endswith("施行")), "")
    published = _date(row.get("publish")) or _last_day("".join(history), _DAY)
    effective = (
        _last_day(stated, _DAY)
        or _date(row.get("valid_from"))
        or _last_day(text[-600:], _IN_FORCE)
        or published
    )
    if effective and published and effective < published:
        effective = published
    numbers = docnumbers.parse("\n".join(history))
    is_case = row["category"] == "案例"
    level = row.get("level") or row["category"]
    fields: dict[str, Any] = {}
    if not is_case:
        fields = {"official_source": f"法律法规库 {row['path']}", "version_date": str(published or "")}
        if row.get("expired"):
            fields["lapsed_on"] = as_of.isoformat()
    return Item(
        key=f"law:{row['id']}",
        kind=Kind.OTHER if is_case else Kind.REGULATION,
        values={
            "title": row["title"][:300],
            "summary": _summary(text) or row["title"],
            "document_number": numbers[-1].canonical[:80] if numbers else "",
            "issuer": _issuer(history, level)[:120],
            "written_on": published,
            "published_on": published,
            "effective_on": effective,
            "item20": "" if is_case else "20-01",
            "theme": row["category"][:40],
            "genre": str(level)[:20],
            "source": "法律法规库",
        },
        text=text,
        family="" if is_case else f"{row['region']}:{row['name']}",
        version=published,
        fields=fields,
    )


def _policy(row: dict[str, Any]) -> Item:
    text = row["text"]
    # 来源的日期有错位，以落款为准：独占一行的第一个日期；所附的方案、办法在落款之后。
    signed = _SIGNED.search(text)
    written = _last_day(signed.group(), _DAY) if signed else _date(row.get("written"))
    return Item(
        key=f"policy:{row['url']}"[:80],
        kind=Kind.POLICY,
        values={
            "title": row["title"][:300],
            "summary": _opening(text),
            "document_number": (row.get("number") or "")[:80],
            "issuer": (row.get("office") or "")[:120],
            "written_on": written,
            "published_on": _date(row.get("released")),
            "item20": "20-01",
            "source": "中国政府网",
        },
        text=text,
        html=row.get("html") or "",
        index_number=(row.get("index_number") or "")[:60],
    )
