"""导出：规范性文件库整库的目录或汇编，Word、PDF、Excel。"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any, Final

from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from gongkai.law.validity import Status

from .models import Record

# 目录是给公众和上级看的公文，总是中文。
HEADINGS: Final = (
    "序号", "名称", "文号", "索引号", "制定机关", "成文日期", "施行日期", "有效期至", "时效", "时效依据",
    "网址",
)  # fmt: skip
CONTENT_TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
# 汇编含全文，件数再多一份文件就打不开了。
MOST_FULL: Final = 300


def rows(records: Iterable[Record]) -> list[tuple[str, ...]]:
    """目录的行：一件一行，没有的日期留空。"""
    found = []
    for n, record in enumerate(records, start=1):
        edition: Any = record.live
        found.append(
            (
                str(n), edition.title, edition.document_number, record.index_number, edition.issuer,
                *(day.isoformat() if day else "" for day in (
                    edition.written_on, edition.effective_on, edition.expires_on)),
                _VALIDITY.get(record.validity, ""), record.validity_why,
                f"https://{record.site.domain}{record.get_absolute_url()}",
            )
        )  # fmt: skip
    return found


_VALIDITY: Final = {status.value: status.label for status in Status}


def guarded(text: str) -> str:
    """防公式：以 = + - @ 等开头的，前面加单引号，免得在表格软件里当公式运行。"""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _xlsx(table: list[tuple[str, ...]], title: str) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet("目录")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJK", (6, 50, 22, 28, 18, 12, 12, 12, 10, 36, 44), strict=True):
        sheet.column_dimensions[letter].width = width
    head = []
    for text in HEADINGS:
        cell = WriteOnlyCell(sheet, text)
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    for line in table:
        sheet.append([guarded(text) for text in line])
    book.properties.title = title
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _html(table: list[tuple[str, ...]]) -> str:
    # 纸面放不下全部栏目：只列公众最常看的。
    shown = (0, 1, 2, 6, 7, 8)
    head = "".join(f'<th scope="col">{HEADINGS[i]}</th>' for i in shown)
    body = "".join("<tr>" + "".join(f"<td>{escape(line[i])}</td>" for i in shown) + "</tr>" for line in table)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def export(records: list[Record], suffix: str, *, title: str, issuer: str = "", full: bool = False) -> bytes:
    """导出：suffix 为 xlsx、docx、pdf；full 为真时 Word、PDF 附全文（不超过 300 件）。

    错误：ValueError——格式不对、全文件数太多；DocumentError——缺中文字体等。
    """
    from gongkai.formats.documents import RecordHead, to_docx, to_pdf

    table = rows(records)
    if suffix == "xlsx":
        return _xlsx(table, title)
    if suffix not in CONTENT_TYPES:
        raise ValueError(_("可导出 xlsx、docx、pdf"))
    html = _html(table)
    if full:
        if len(records) > MOST_FULL:
            message = _("全文汇编最多 %(most)s 件，现有 %(n)s 件；请先筛选")
            raise ValueError(message % {"most": MOST_FULL, "n": len(records)})
        html += "".join(
            f"<h2>{escape(record.live.title)}</h2>{record.live.body}" for record in records if record.live
        )
    today = timezone.localdate()
    head = RecordHead(title, issuer=issuer, date_text=f"{today.year}年{today.month}月{today.day}日")
    write: Any = to_docx if suffix == "docx" else to_pdf
    return write(head, html)
