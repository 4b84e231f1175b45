"""导入向导：选工作表、差错用界面语言说、坏文件不留东西。"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.test import Client

from gongkai.audit.models import Entry
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.workplans import actions
from gongkai.workplans.models import Assignment, ImportDraft, Plan


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


def imported(office: Any, bureau: Any, path: Path, text: str, *, commit: bool = True) -> Any:
    path.write_text(text, encoding="utf-8")
    draft = actions.draft_import(office, bureau, path=path, filename="p.txt", year=2026)
    return actions.commit_import(office, draft) if commit else draft


def test_editing_never_swallows_a_row(bureau: Any, person: Any, tmp_path: Path) -> None:
    """改成已有的序号会让一项盖掉另一项；空着、过长的也不收，写的字留在页上。"""
    office = person("office")
    text = "具体要求|责任处室\n1. 甲|办公室\n2. 乙|法规处\n"
    draft = imported(office, bureau, tmp_path / "p.txt", text, commit=False)
    client = client_of(office)
    for values, message in (
        ({"number": "1", "text": "改了一半"}, "序号“1”已经有了"),
        ({"number": "", "text": "改了一半"}, "“序号”不能空着"),
        ({"number": "9" * 21, "text": "改了一半"}, "最多 20 字"),
        ({"text": " ", "task": "改了一半"}, "“具体要求”不能空着"),
    ):
        page = client.post(f"/staff/import/{draft.pk}/rows/1/", values)
        assert page.status_code == 400 and message in page.content.decode()
        assert "改了一半" in page.content.decode(), "写的字还在"
    draft.refresh_from_db()
    assert [(row["number"], row["text"]) for row in draft.rows] == [("1", "甲"), ("2", "乙")]
    actions.edit_draft(office, draft, 1, "number", "3")
    assert actions.commit_import(office, draft).requirements.count() == 2


def test_what_is_too_long_for_the_ledger_is_named(bureau: Any, person: Any, tmp_path: Path) -> None:
    text = f"工作任务|具体要求|责任处室\n（一）{'长' * 400}|1. 甲|办公室\n"
    draft = imported(person("office"), bureau, tmp_path / "p.txt", text, commit=False)
    with pytest.raises(Refused, match="第 1 项：“工作任务”有 403 字，最多 400 字"):
        actions.commit_import(person("office"), draft)
    with pytest.raises(Refused, match="最多 80 字"):
        actions.name_unit(person("office"), draft, name="处" * 81, alias_of=None)


def test_a_stopped_unit_is_not_made_twice(bureau: Any, person: Any, tmp_path: Path) -> None:
    Organisation.objects.filter(name="调研处").update(is_active=False)
    text = "具体要求|责任处室\n1. 甲|調研處\n"
    draft = imported(person("office"), bureau, tmp_path / "p.txt", text, commit=False)
    assert actions.unresolved(draft) == ["調研處"]
    with pytest.raises(Refused, match="已停用"):
        actions.name_unit(person("office"), draft, name="調研處", alias_of=None)
    actions.name_unit(person("office"), draft, name="調研處", alias_of=bureau.children.get(name="法规处"))
    assert actions.unresolved(draft) == []


DUES = "具体要求|责任处室|完成时限|备注\n1. 甲事，年底前完成|办公室|{due}|{note}\n"


def test_a_due_column_is_the_due_date(bureau: Any, person: Any, tmp_path: Path) -> None:
    office, path = person("office"), tmp_path / "p.txt"
    draft = imported(office, bureau, path, DUES.format(due="3月底", note="无"), commit=False)
    page = client_of(office).get(f"/staff/import/{draft.pk}/").content.decode()
    assert "时限 2026-03-31" in page and "完成时限：3月底" in page, "每一格都看得见"
    requirement = actions.commit_import(office, draft).requirements.get()
    task = requirement.assignments.get()
    assert requirement.due == task.due == task.first_due == date(2026, 3, 31)
    # 改正了时限和备注：先列出差异，确认后任务跟着改。
    draft = imported(office, bureau, path, DUES.format(due="6月底", note="提前报送"), commit=False)
    rows = [(d["field"], d["before"], d["after"]) for d in actions.difference(draft, requirement.plan)]
    assert rows == [
        ("完成时限", "3月底", "6月底"),
        ("备注", "无", "提前报送"),
        ("完成时限", "2026-03-31", "2026-06-30"),
    ]
    actions.commit_import(office, draft)
    requirement.refresh_from_db()
    task.refresh_from_db()
    assert requirement.extra == [["完成时限", "6月底"], ["备注", "提前报送"]]
    assert requirement.due == task.due == task.first_due == date(2026, 6, 30)
    # 批准过延期的，批准的日期不动。
    Assignment.objects.filter(pk=task.pk).update(due=date(2026, 11, 1))
    imported(office, bureau, path, DUES.format(due="9月底", note="提前报送"))
    task.refresh_from_db()
    assert (task.first_due, task.due) == (date(2026, 9, 30), date(2026, 11, 1))
    draft = imported(office, bureau, path, DUES.format(due="9月底", note="提前报送"), commit=False)
    assert actions.difference(draft, requirement.plan) == []


def test_a_corrected_duty_changes_the_task(bureau: Any, person: Any, tmp_path: Path) -> None:
    office, path = person("office"), tmp_path / "p.txt"
    plan = imported(office, bureau, path, "具体要求|责任处室\n1. 甲|办公室牵头，法规处配合\n")
    task = Assignment.objects.get(requirement__plan=plan, organisation__name="法规处")
    assert task.role == "support"
    imported(office, bureau, path, "具体要求|责任处室\n1. 甲|政策法规处牵头，办公室配合\n")
    task.refresh_from_db()
    assert (task.role, task.unit) == ("lead", "政策法规处")


def test_a_requirement_merged_over_two_rows_is_imported_and_marked(
    bureau: Any, person: Any, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for row in (["具体要求", "责任处室"], ["1. 公开规划", "办公室"], [None, "法规处"]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    book.save(tmp_path / "p.xlsx")
    office = client_of(person("office"))
    page = office.get(send(office, tmp_path / "p.xlsx", bureau).url).content.decode()
    assert page.count('data-label="具体要求" class="inherited"') == 1
    plan = actions.commit_import(person("office"), ImportDraft.objects.get())
    found = plan.requirements.order_by("pk").values_list("number", "text", "bureau_units")
    assert list(found) == [("1", "公开规划", "办公室"), ("1-2", "公开规划", "法规处")]
