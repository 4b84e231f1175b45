"""移送：向国家档案馆、公共图书馆提供主动公开的信息（条例第二十五条）；一批一个 BagIt 包，签收有记录。"""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.core.files import File
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused
from gongkai.formats.documents.texts import text_of

from . import states
from .exports import guarded
from .models import Delivery, Edition, Receipt, Record

# 元数据的栏目随档案走，总是中文。
_HEADINGS: Final = (
    "索引号", "名称", "文号", "发布机构", "成文日期", "公开日期", "类型", "条例第二十条类别", "主题词",
    "内容概述", "公开属性", "密级变更情况", "网址", "文件夹", "附件数",
)  # fmt: skip
_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{facts}</p>{body}</body></html>
"""


def _refuse(code: str, message: str) -> None:
    raise Refused([Refusal(code, message)])


def within(organisation: Organisation, first: date, last: date) -> QuerySet[Record]:
    """期间内首次公开的：主动公开、没有撤下的，先公开的在前。"""
    start = timezone.make_aware(datetime.combine(first, time()))
    end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time()))
    rows = Record.objects.public().filter(
        agency=organisation,
        first_published_at__gte=start,
        first_published_at__lt=end,
        live__openness=Edition.Openness.ACTIVE,
    )
    return rows.select_related("live", "site").order_by("first_published_at", "pk")


def make(user: Any, organisation: Organisation, *, first: date, last: date) -> Delivery:
    """做包：期间内公开的信息，每条有网页、纯文字和附件，另有元数据表和逐文件校验值。

    错误：Refused——没有职责、期间不对、没有信息。
    """
    if not states.holds(user, organisation, states.OFFICE):
        _refuse("duty", _("只有办公室协调员可以制作移送包"))
    if first > last:
        _refuse("period", _("起始日期晚于截止日期"))
    rows = within(organisation, first, last)
    count = rows.count()
    if not count:
        _refuse("empty", _("这段时间没有公开信息"))
    with TemporaryDirectory() as name:
        folder = Path(name) / "bag"
        folder.mkdir()
        _write(folder, rows.iterator(chunk_size=100))
        _bag(folder, organisation, first, last)
        path = Path(shutil.make_archive(str(Path(name) / "package"), "zip", name, "bag"))
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            with in_turn():
                row = Delivery.objects.create(
                    organisation=organisation, period_from=first, period_to=last, records=count,
                    file=File(file, name="package.zip"), sha256=sha256, size=path.stat().st_size,
                    made_by=user,
                )  # fmt: skip
                audit(
                    user, "records.make_delivery", row, first=first, last=last, records=count, sha256=sha256
                )
    return row


def _write(folder: Path, rows: Iterable[Record]) -> None:
    with (folder / "目录.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(_HEADINGS)
        for record in rows:
            name = re.sub(r"[^0-9A-Za-z-]+", "_", record.index_number) or f"post_{record.pk}"
            # 各站点的索引号各编各的，可能相同。
            if (folder / "信息" / name).exists():
                name = f"{name}_{record.pk}"
            table.writerow([guarded(str(cell)) for cell in _one(folder / "信息" / name, record)])


def _one(folder: Path, record: Record) -> list[Any]:
    """写一条，返回它在元数据表里的一行。"""
    edition: Any = record.live
    folder.mkdir(parents=True)
    facts = "　".join(filter(None, (edition.issuer, edition.document_number, str(edition.written_on or ""))))
    page = _PAGE.format(title=escape(edition.title), facts=escape(facts), body=edition.body)
    (folder / "正文.html").write_text(page, encoding="utf-8")
    text = f"{edition.title}\n{facts}\n\n{text_of(edition.body)}\n"
    (folder / "正文.txt").write_text(text, encoding="utf-8")
    attachments = list(edition.attachments.all())
    for number, row in enumerate(attachments, start=1):
        stem = re.sub(r"[^\w-]+", "_", row.name)[:40].strip("_")
        with (
            row.file.open("rb") as source,
            (folder / f"附件{number}_{stem}{row.suffix}").open("wb") as target,
        ):
            shutil.copyfileobj(source, target)
    return [
        record.index_number, edition.title, edition.document_number, edition.issuer, edition.written_on or "",
        timezone.localdate(record.first_published_at), record.get_kind_display(), edition.item20,
        "；".join(edition.keywords), edition.summary, edition.get_openness_display(), "未定密",
        f"https://{record.site.domain}{record.get_absolute_url()}", f"信息/{folder.name}", len(attachments),
    ]  # fmt: skip


def _bag(folder: Path, organisation: Organisation, first: date, last: date) -> None:
    # bagit 会换当前目录，后台进程里别的线程正在写文件，所以放在子进程里做。
    command = [
        sys.executable, "-m", "bagit", "--sha256", "--sha512", "--quiet",
        "--source-organization", str(organisation),
        "--external-description", f"{first}至{last}主动公开的政府信息（《政府信息公开条例》第二十五条）",
        str(folder),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 不经外壳，各项都是单个参数


def acknowledge(
    user: Any, delivery: Delivery, *, recipient: str, delivered_on: date, way: str, note: str = ""
) -> Receipt:
    """登记移送：哪个馆、哪天、怎样送的。错误：Refused——没有职责、没写接收单位、日期早于制作。"""
    if not states.holds(user, delivery.organisation, states.OFFICE):
        _refuse("duty", _("只有办公室协调员可以登记移送"))
    if not recipient.strip() or not way.strip():
        _refuse("recipient", _("接收单位和移送方式都要写"))
    if not timezone.localdate(delivery.made_at) <= delivered_on <= timezone.localdate():
        _refuse("date", _("移送日期应在制作之后、今天以前"))
    with in_turn():
        row = Receipt.objects.create(
            delivery=delivery, recipient=recipient.strip()[:80], delivered_on=delivered_on,
            way=way.strip()[:60], note=note.strip()[:200], author=user,
        )  # fmt: skip
        audit(user, "records.deliver", delivery, recipient=recipient, delivered_on=delivered_on, way=way)
    return row
