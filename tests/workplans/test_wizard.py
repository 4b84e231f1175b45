"""导入向导：选工作表、差错用界面语言说、坏文件不留东西。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.test import Client

from gongkai.audit.models import Entry
from gongkai.core.states import Refused
from gongkai.workplans import actions
from gongkai.workplans.models import ImportDraft, Plan


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """两张工作表都是分工表，第二张还有一行缺了正文。"""
    book = openpyxl.Workbook()
    for name, rows in {
        "市级": [["具体要求", "责任处室"], ["1. 市里的事", "办公室"]],
        "局级": [["具体要求", "责任处室"], ["1. 局里的事", "法规处"], ["2. 又一件", "办公室"]],
        "坏的": [["具体要求", "责任处室"], [None, "办公室"]],
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    path = tmp_path / "plan.xlsx"
    book.save(path)
    return path


def send(client: Client, path: Path, bureau: Any) -> Any:
    with path.open("rb") as file:
        return client.post("/staff/import/", {"organisation": bureau.pk, "year": 2026, "file": file})


def client_of(user: Any, language: str = "") -> Client:
    client = Client()
    client.force_login(user)
    if language:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def test_a_sheet_is_chosen_on_the_preview(bureau: Any, person: Any, workbook: Path) -> None:
    client = client_of(person("office"))
    path = send(client, workbook, bureau).url
    page = client.get(path).content.decode()
    assert "有几张分工表，请选一张" in page and "市级" in page and "确认导入" not in page
    draft = ImportDraft.objects.get()
    with pytest.raises(Refused, match="先选定工作表"):
        actions.commit_import(person("office"), draft)
    client.post(f"{path}sheet/", {"sheet": "局级"})
    page = client.get(path).content.decode()
    assert "局里的事" in page and "共 2 项" in page and "现在读的是“局级”" in page
    assert Entry.objects.latest("number").detail["sheet"] == "局级"
    page = client.post(f"{path}sheet/", {"sheet": "坏的"}, follow=True).content.decode()
    assert "工作表“坏的”第 2 行：“具体要求”是空的" in page and "局里的事" in page, "读不懂的不动草稿"
    client.post(f"{path}sheet/", {"sheet": "没有的"})
    client.post(f"{path}commit/")
    assert Plan.objects.get().requirements.count() == 2


def test_choosing_a_sheet_belongs_to_the_office(bureau: Any, person: Any, workbook: Path, only: Any) -> None:
    draft = actions.draft_import(person("office"), bureau, path=workbook, filename="p.xlsx", year=2026)
    only({"office"}, lambda user: actions.choose_sheet(user, draft, sheet="局级"))


@pytest.mark.parametrize(
    ("content", "chinese", "english"),
    [
        (
            b"hello",
            "没有找到表头：首行是第 1 行“hello”",
            "No header was found: the first row is Line 1 “hello”",
        ),
        (
            "具体要求|责任处室\n1. a|b\n1. c|d\n".encode(),
            "第 3 行：序号“1”与第 2 行重复",
            "Line 3: the number “1” repeats Line 2",
        ),
        (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "旧版 Word", "old Word file"),
        (b"PK\x03\x04broken", "Word 或 Excel文件已损坏", "The Word or Excel file is damaged"),
    ],
)
def test_errors_speak_the_language_of_the_page(
    bureau: Any, person: Any, tmp_path: Path, content: bytes, chinese: str, english: str
) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(content)
    for language, text in (("", chinese), ("en", english)):
        response = send(client_of(person("office"), language), path, bureau)
        assert response.status_code == 400 and text in response.content.decode()
    assert not ImportDraft.objects.exists() and not Entry.objects.filter(action__contains="import").exists()
