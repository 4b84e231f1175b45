"""正式文本：导入、比对、采用；手工改不动。"""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from gongkai.core.states import Refused
from gongkai.formats.documents import from_text
from gongkai.formats.documents.texts import text_of
from gongkai.formats.official_texts import Entry, OfficialTextError, read
from gongkai.records import actions, official, tasks
from gongkai.records.kinds import Kind
from gongkai.records.models import OfficialText, Record, TextComparison, WorkItem

LAWS = Path(__file__).resolve().parents[3] / "shared" / "data" / "laws" / "laws.jsonl"
TEXT = "## 第一章 总则\n\n第一条 为了节约用水，制定本条例。\n\n第二条 本条例自2026年1月1日起施行。"


def _entry(text: str = TEXT, day: date = date(2026, 1, 1), name: str = "临江市节约用水条例") -> Entry:
    return Entry(name, day, text, "https://flk.npc.gov.cn/")


def test_files_of_every_form_are_read() -> None:
    row = {"名称": "节约用水条例", "版本日期": "2026年1月1日", "正文": TEXT}
    wanted = Entry("节约用水条例", date(2026, 1, 1), TEXT)
    line = json.dumps(row, ensure_ascii=False)
    for data in (line, f"[{line}]", f'{{"laws": [{line}]}}', f"{line}\n"):
        assert read(data.encode(), "a.json") == [wanted]
    assert len(read(f"{line}\n\n{line}".encode("gb18030"), "a.jsonl")) == 2
    assert read(TEXT.encode(), "节约用水条例(2026-01-01).txt") == [wanted]
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["名称", "版本日期", "正文"])
    book.active.append(["节约用水条例", date(2026, 1, 1), TEXT])
    book.save(buffer)
    assert read(buffer.getvalue(), "a.xlsx") == [wanted]
    document, buffer = docx.Document(), io.BytesIO()
    document.add_paragraph("第一条 为了节约用水。")
    document.save(buffer)
    assert read(buffer.getvalue(), "节约用水条例（2026年1月1日）.docx")[0].text == "第一条 为了节约用水。"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空的"),
        (b"[]", "没有法规"),
        (b'{"a": 1}\nx', "第 2 行"),
        ('[{"名称": "甲"}]'.encode(), "第 1 条缺正文"),
        ('[{"名称": "甲", "正文": "乙", "版本日期": "去年"}]'.encode(), "认不出"),
        ("没有日期".encode(), "版本日期"),
        (b"\x00\x01\x02", "认不出文件"),
    ],
)
def test_bad_files_say_what_and_where(data: bytes, said: str) -> None:
    with pytest.raises(OfficialTextError, match=said):
        read(data, "甲.txt")


def test_comparison_ignores_layout_only() -> None:
    assert official.digest("第一条　为了,节水") == official.digest("# 第一条 为了，\n节水")
    assert official.digest("第一条为了节水") != official.digest("第二条为了节水")
    assert official.key_of("《中华人民共和国水法》(2016年修正)") == official.key_of("水法")


@pytest.fixture
def regulation(site: Any, person: Any, bureau: Any, carry: Any) -> Any:
    official.import_entries(person("legal"), bureau, [_entry()], source="测试")
    handler = person("handler")
    draft = official.create(
        handler, organisation=handler.organisation, site=site, official=OfficialText.objects.get(),
        summary="节水", issuer="临江市人大常委会", written_on=date(2025, 12, 1),
        effective_on=date(2026, 1, 1),
    )  # fmt: skip
    return Record.objects.get(pk=carry(draft).record_id)


@pytest.mark.django_db
def test_a_difference_opens_a_duty_and_the_official_text_is_taken(
    regulation: Record, person: Any, bureau: Any, carry: Any
) -> None:
    assert "<h2>第一章 总则</h2>" in regulation.live.body and "##" not in regulation.live.body
    assert TextComparison.objects.get().same
    assert (
        tasks.keep_library.func(day="2026-02-01")
        and not WorkItem.objects.filter(kind="text_differs").exists()
    )
    newer = _entry(TEXT.replace("节约用水", "节约和保护用水"), date(2026, 6, 1))
    assert official.import_entries(person("office"), bureau, [newer], source="法规库") == {
        "new": 1, "changed": 0, "same": 0,
    }  # fmt: skip
    item = WorkItem.objects.get(kind="text_differs")
    assert item.record == regulation and "2026-06-01" in item.text
    draft = official.take(
        person("handler"), regulation, OfficialText.objects.get(version_date=date(2026, 6, 1))
    )
    assert draft.fields["version_date"] == "2026-06-01" and draft.fields["text_sha256"]
    carry(draft)
    item.refresh_from_db()
    assert item.closed_at and TextComparison.objects.get().same


@pytest.mark.django_db
def test_a_regulation_is_never_edited_by_hand(regulation: Record, person: Any, site: Any) -> None:
    handler = person("handler")
    with pytest.raises(Refused, match="不能手工改"):
        actions.create_record(
            handler,
            organisation=handler.organisation,
            site=site,
            kind=Kind.REGULATION,
            title="x",
            body="<p>x</p>",
        )
    draft = actions.new_edition(handler, regulation)
    with pytest.raises(Refused, match="不能手工改"):
        actions.save_draft(handler, draft, version=1, body=draft.body + "<p>x</p>")
    fields = draft.fields | {"text_sha256": "假的", "official_source": "公报"}
    saved = actions.save_draft(handler, draft, version=1, summary="改概述可以", fields=fields)
    assert saved.fields["text_sha256"] == draft.fields["text_sha256"]
    assert saved.fields["official_source"] == "公报"
    with pytest.raises(Refused, match="导入"):
        official.import_entries(handler, regulation.agency, [_entry()], source="x")


@pytest.mark.django_db
def test_a_bad_file_or_feed_is_refused(person: Any, bureau: Any, settings: Any) -> None:
    with pytest.raises(Refused, match="第 1 条缺正文"):
        official.import_file(person("office"), bureau, '[{"名称": "甲"}]'.encode(), "a.json")
    settings.FETCH_PRIVATE = False
    with pytest.raises(Refused, match="内部网络"):
        official.import_feed(person("office"), bureau, "http://127.0.0.1/laws.json")


@pytest.mark.skipif(not LAWS.exists(), reason="没有 shared/data/laws")
def test_every_real_law_survives_the_way_into_a_body() -> None:
    with LAWS.open(encoding="utf-8") as lines:
        for line in list(lines)[::7]:
            law = json.loads(line)
            plain = official.without_marks(law["text"])
            assert official.digest(text_of(from_text(plain))) == official.digest(law["text"]), law["name"]
