"""向档案馆、图书馆移送：包可以被校验，签收有记录。"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import bagit
import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from gongkai.core.states import Refused
from gongkai.records import actions, deliveries
from gongkai.records.models import Delivery, Record, Site

pytestmark = pytest.mark.django_db


def test_the_package_is_a_valid_bag(make: Any, carry: Any, person: Any, bureau: Any, tmp_path: Path) -> None:
    today, office = timezone.localdate(), person("office")
    document, buffer = docx.Document(), io.BytesIO()
    document.add_paragraph("附表")
    document.save(buffer)
    draft = make(title="=管网检漏通知")
    actions.attach(person("handler"), draft, SimpleUploadedFile("a.docx", buffer.getvalue()), name="附表/一")
    live = carry(draft)
    gone = carry(make(title="撤下的"))
    actions.withdraw(office, Record.objects.get(pk=gone.record_id), reason="有误")
    with pytest.raises(Refused, match="没有公开信息"):
        deliveries.make(office, bureau, first=today - timedelta(days=9), last=today - timedelta(days=1))
    with pytest.raises(Refused, match="协调员"):
        deliveries.make(person("handler"), bureau, first=today, last=today)
    row = deliveries.make(office, bureau, first=today, last=today)
    assert row.records == 1 and hashlib.sha256(row.file.read()).hexdigest() == row.sha256
    with zipfile.ZipFile(row.file.open("rb")) as archive:
        archive.extractall(tmp_path)
    bag = bagit.Bag(str(tmp_path / "bag"))
    bag.validate()
    assert bag.info["Source-Organization"] == str(bureau)
    lines = list(csv.DictReader((tmp_path / "bag/data/目录.csv").open(encoding="utf-8-sig")))
    assert lines[0]["名称"] == "'=管网检漏通知" and lines[0]["附件数"] == "1"
    folder = tmp_path / "bag/data" / lines[0]["文件夹"]
    assert "各供水单位" in (folder / "正文.txt").read_text(encoding="utf-8")
    assert (folder / "附件1_附表_一.docx").read_bytes() == buffer.getvalue()
    assert lines[0]["网址"].endswith(live.record.get_absolute_url())
    (folder / "正文.txt").write_text("改过", encoding="utf-8")
    assert not bag.is_valid(), "被改了就验不过"


def test_receipts_are_kept(make: Any, carry: Any, person: Any, bureau: Any) -> None:
    carry(make())
    today, office = timezone.localdate(), person("office")
    row = deliveries.make(office, bureau, first=today, last=today)
    with pytest.raises(Refused, match="移送日期"):
        deliveries.acknowledge(
            office, row, recipient="市档案馆", way="光盘", delivered_on=today + timedelta(days=1)
        )
    with pytest.raises(Refused, match="接收单位"):
        deliveries.acknowledge(office, row, recipient=" ", way="光盘", delivered_on=today)
    deliveries.acknowledge(office, row, recipient="市档案馆", way="政务网", delivered_on=today, note="已核对")
    assert row.receipts.get().recipient == "市档案馆"
    assert Delivery.objects.visible_to(person("leader")).exists()


def test_the_same_index_number_on_two_sites_is_packed_twice(
    make: Any, carry: Any, person: Any, bureau: Any
) -> None:
    today, office = timezone.localdate(), person("office")
    first, second = carry(make()).record, carry(make(title="另一站点的")).record
    other = Site.objects.create(organisation=bureau, name="水文网", domain="hydro.example")
    Record.objects.filter(pk=second.pk).update(site=other, index_number=first.index_number)
    assert deliveries.make(office, bureau, first=today, last=today).records == 2
