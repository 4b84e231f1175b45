"""正式文本文件：JSON、JSONL、Excel、Word、纯文字里的法规全文，一部一条。"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from tempfile import NamedTemporaryFile
from typing import Any, Final

__all__ = ["Entry", "OfficialTextError", "read"]

_NAMES: Final = ("name", "title", "名称", "标题", "法规名称")
_DATES: Final = ("version_date", "publish", "版本日期", "公布日期", "发布日期")
_TEXTS: Final = ("text", "content", "正文", "全文")
_SOURCES: Final = ("source", "url", "来源")
_DATE: Final = re.compile(r"(\d{4})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")
_MOST: Final = 20_000


class OfficialTextError(ValueError):
    """正式文本读不了：写明第几条、缺什么、怎样改。"""


@dataclass(frozen=True, slots=True)
class Entry:
    """一部法规：name 名称，version_date 版本日期（公布或修改公布的日子），text 全文，source 来源（可空）。"""

    name: str
    version_date: date
    text: str
    source: str = ""


def read(data: bytes, filename: str) -> list[Entry]:
    """读文件：格式按内容认，Word 和纯文字一个文件一部，名称和日期取自文件名，如“某条例(2024-07-10).docx”。

    错误：OfficialTextError——空文件、格式不对、缺名称、日期或正文。
    """
    if not data.strip():
        raise OfficialTextError("文件是空的；请重新选择")
    if data.startswith(b"PK"):
        return _office(data, filename)
    text = _decode(data)
    if text.lstrip()[:1] in "[{":
        return _entries(_json(text))
    return [_single(filename, text)]


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise OfficialTextError("认不出文件的格式；可用 JSON、JSONL、xlsx、docx、txt")


def _json(text: str) -> list[Any]:
    try:
        whole = json.loads(text)
    except ValueError:
        rows = []
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                try:
                    rows.append(json.loads(line))
                except ValueError:
                    raise OfficialTextError(
                        f"第 {number} 行不是合格的 JSON；一行一部法规，请核对引号和逗号"
                    ) from None
        return rows
    if isinstance(whole, dict):
        inner = next((value for value in whole.values() if isinstance(value, list)), None)
        return inner if inner is not None else [whole]
    return whole if isinstance(whole, list) else [whole]


def _pick(row: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((str(row[name]).strip() for name in names if row.get(name) not in (None, "")), "")


def _entries(rows: list[Any]) -> list[Entry]:
    if len(rows) > _MOST:
        raise OfficialTextError(f"一个文件最多 {_MOST} 部，现有 {len(rows)} 部；请拆开导入")
    found = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise OfficialTextError(f"第 {number} 条不是一部法规；应有“名称、版本日期、正文”三项")
        name, text, day = _pick(row, _NAMES), _pick(row, _TEXTS), _pick(row, _DATES)
        missing = [label for label, value in (("名称", name), ("正文", text)) if not value]
        if missing:
            raise OfficialTextError(f"第 {number} 条缺{'、'.join(missing)}")
        when = _date(day)
        if when is None:
            raise OfficialTextError(
                f"第 {number} 条“{name}”的版本日期是“{day}”，认不出；请写成 2024-07-10 的样子"
            )
        found.append(Entry(name, when, text, _pick(row, _SOURCES)))
    if not found:
        raise OfficialTextError("文件里没有法规")
    return found


def _date(text: str) -> date | None:
    match = _DATE.search(text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _office(data: bytes, filename: str) -> list[Entry]:
    from gongkai.formats.documents import DocumentError, extract_text

    if b"xl/workbook.xml" in data:
        return _xlsx(data)
    with NamedTemporaryFile() as copy:
        copy.write(data)
        copy.flush()
        try:
            return [_single(filename, extract_text(copy.name))]
        except DocumentError as error:
            raise OfficialTextError(str(error)) from error


def _xlsx(data: bytes) -> list[Entry]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        lines = [list(line) for line in book.worksheets[0].iter_rows(values_only=True, max_row=_MOST + 1)]
    except Exception:  # noqa: BLE001 坏文件抛出的异常五花八门
        raise OfficialTextError("Excel 文件已损坏；请用 Excel 或 WPS 打开后重新保存") from None
    if not lines:
        raise OfficialTextError("表是空的")
    heads = [str(cell or "").strip() for cell in lines[0]]
    wanted = {"名称": _NAMES, "版本日期": _DATES, "正文": _TEXTS}
    absent = [label for label, names in wanted.items() if not set(names) & set(heads)]
    if absent:
        raise OfficialTextError(f"表头缺“{'、'.join(absent)}”；第一行应为名称、版本日期、正文、来源")
    rows = [dict(zip(heads, line, strict=False)) for line in lines[1:] if any(line)]
    return _entries(rows)


def _single(filename: str, text: str) -> Entry:
    stem = PurePath(filename).stem
    when = _date(stem) or _date(text[:300])
    name = re.sub(r"[(（\s_-]*\d{4}.*$", "", stem).strip() or text.strip().splitlines()[0].strip("# 　")
    if not text.strip():
        raise OfficialTextError("文件里没有文字（可能是扫描件）")
    if when is None:
        raise OfficialTextError(f"不知道“{name}”的版本日期；请把文件名写成“{name}(2024-07-10)”的样子")
    return Entry(name, when, text)
