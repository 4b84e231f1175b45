"""遮盖、隐藏信息、归档、去标识、转为主动公开。"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from foi_samples import GIVE, pdf

from gongkai.audit.models import Entry
from gongkai.core.states import Refused
from gongkai.requests import actions, archive, disclosure, redaction
from gongkai.requests.models import ArchivePackage, Case, CaseFile, Letter
from gongkai.requests.tasks import anonymise_requests


def sheet(text: str) -> SimpleUploadedFile:
    import typst

    source = f'#set page(width: 160mm, height: 60mm)\n#set text(font: "Noto Serif CJK SC")\n{text}\n'
    made = typst.compile(source.encode())
    assert isinstance(made, bytes)
    return SimpleUploadedFile("名单.pdf", made, "application/pdf")


@pytest.fixture
def source(working: Any, person: Any) -> Any:
    """一件在办的申请，查到一份写着申请人姓名和电话的名单。"""
    case = working(person={"name": "张三丰"}, route="pick_up")
    return actions.add_file(
        person("handler"), case, kind="source", file=sheet("申请人张三丰，电话13800001234，供水量12吨")
    )


def test_suggestions_are_accepted_and_the_release_holds_nothing_else(source: Any, person: Any) -> None:
    boxes = redaction.suggestions(source)
    assert {box.note for box in boxes} >= {"手机号", "姓名或者名称"}
    made = redaction.redact(person("handler"), source, boxes)
    assert (made.kind, made.made_from, made.pages, made.suffix) == ("release", source, 1, ".pdf")
    assert made.redaction[0]["reason"] == "privacy" and made.redaction[0]["source"] == "suggested"
    with pypdfium2.PdfDocument(redaction.content(made)) as document:
        assert document[0].get_textpage().get_text_range() == ""
    source.refresh_from_db()
    assert source.kind == "source" and "13800001234" in _text(redaction.content(source))
    assert Entry.objects.filter(action="requests.redact").count() == 1
    assert redaction.hidden_problems(source.case) == []


def _text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        return document[0].get_textpage().get_text_range()


def test_boxes_need_a_reason_and_a_place(source: Any, person: Any) -> None:
    good = {"page": 0, "left": 0.1, "top": 0.1, "width": 0.2, "height": 0.1, "reason": "privacy"}
    for wrong in ({"reason": ""}, {"left": "x"}, {"page": None}):
        with pytest.raises(Refused, match="第 1 个遮盖框"):
            redaction.boxes_from([good | wrong])
    with pytest.raises(Refused, match="只有 1 页"):
        redaction.redact(person("handler"), source, redaction.boxes_from([good | {"page": 7}]))
    with pytest.raises(Refused, match="还没有画"):
        redaction.redact(person("handler"), source, [])
    for outsider in ("secrecy", "auditor", "admin"):
        with pytest.raises(Refused):
            redaction.redact(person(outsider), source, redaction.boxes_from([good]))


def workbook() -> SimpleUploadedFile:
    import openpyxl

    book = openpyxl.Workbook()
    book.create_sheet("内部").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("水量表.xlsx", out.getvalue())


def test_hidden_data_holds_back_the_letter(working: Any, decide: Any, person: Any) -> None:
    case, handler = working(route="pick_up"), person("handler")
    row = actions.add_file(handler, case, kind="release", file=workbook())
    decide(case.items.get(), GIVE)
    letter = actions.draft_decision(handler, case)
    with pytest.raises(Refused, match="“水量表.xlsx”里有隐藏信息（隐藏的工作表、元数据）"):
        actions.move_letter(handler, letter, "submit")
    with pytest.raises(Refused):
        redaction.allow_hidden(handler, row, reason="可以")
    check = redaction.allow_hidden(handler, row, reason="隐藏的表是空表，没有内容")
    assert check.findings[0]["where"] == "工作表“内部”"
    assert actions.move_letter(handler, letter, "submit").state == "secrecy"
    # 送审以后不能再换文件：审的和发的须是同一份。
    with pytest.raises(Refused, match="正在审签"):
        redaction.remove_release(handler, row)


@pytest.fixture
def closed(working: Any, answer: Any, person: Any, today: Any) -> Any:
    """办结的一件。"""
    case = working(person={"name": "张三丰"}, route="pick_up")
    actions.add_file(person("handler"), case, kind="release", file=pdf("检漏报告.pdf"))
    letter = answer(case, GIVE)
    actions.dispatch(person("clerk"), letter, carrier="direct", signer="张三丰", proof=pdf("回证.pdf"))
    case.refresh_from_db()
    return case


def test_the_package_holds_everything_and_can_be_checked(closed: Any, person: Any) -> None:
    with pytest.raises(Refused):
        archive.pack(person("auditor"), closed)
    package = archive.pack(person("clerk"), closed)
    assert package.case.state == "archived" and archive.verify(package) == []
    titles = [row["title"] for row in package.contents]
    assert any("予以公开" in title for title in titles) and "提供的信息" in titles
    assert titles[-1] == "归档目录" and package.retain_until == date(2036, 3, 2)
    with package.file.open("rb") as file, zipfile.ZipFile(file) as bundle:
        names = bundle.namelist()
        record = json.loads(bundle.read(f"{closed.number}/data/record.json"))
    assert f"{closed.number}/manifest-sha256.txt" in names and f"{closed.number}/bagit.txt" in names
    assert (
        record["letters"][0]["number"] == "临水公开告〔2026〕1号" and len(record["letters"][0]["steps"]) == 4
    )
    with package.file.open("rb") as file:
        content = file.read()
    package.file.storage.delete(package.file.name)
    package.file.storage.save(package.file.name, io.BytesIO(content[:-1] + b"x"))
    assert archive.verify(package) == ["归档包与登记的校验值不符"]
    package.file.storage.delete(package.file.name)
    assert archive.verify(package) == ["归档包打不开"]


def test_a_changed_file_is_not_archived(closed: Any, person: Any) -> None:
    row = closed.files.get(kind="release")
    row.file.storage.delete(row.file.name)
    row.file.storage.save(row.file.name, io.BytesIO(b"changed"))
    with pytest.raises(Refused, match="检漏报告.pdf”与登记的校验值不符"):
        archive.pack(person("clerk"), closed)
    closed.refresh_from_db()
    assert closed.state == "closed" and not ArchivePackage.objects.exists()


def test_personal_data_goes_when_its_term_is_over(
    closed: Any, person: Any, today: Any, django_capture_on_commit_callbacks: Any
) -> None:
    package = archive.pack(person("clerk"), closed)
    with pytest.raises(Refused, match="还没有到期"):
        archive.anonymise(person("clerk"), package)
    today(date(2036, 3, 3))
    with pytest.raises(Refused, match="还没有移交"):
        archive.anonymise(person("clerk"), package)
    assert archive.anonymise_due(date(2036, 3, 3)) == (0, [])
    with pytest.raises(Refused, match="档案机构"):
        archive.hand_over(person("clerk"), package, to="", on=date(2036, 3, 3))
    archive.hand_over(person("clerk"), package, to="临江市档案馆", on=date(2036, 3, 3))
    paths = [letter.file.name for letter in closed.letters.all()] + [package.file.name]
    storage = package.file.storage
    with django_capture_on_commit_callbacks(execute=True):
        assert anonymise_requests.call(day="2036-03-03") == "去标识 1 件"
    assert not any(storage.exists(path) for path in paths)
    case = Case.objects.get(pk=closed.pk)
    letter = case.letters.get()
    assert case.applicant.name == archive.ANONYMOUS and case.applicant.identity_number == ""
    assert letter.sha256 and not letter.file and letter.document_number == "临水公开告〔2026〕1号"
    assert letter.deliveries.get().signer == "" and (case.outcome, case.answered_on) == (
        "r1",
        date(2026, 3, 2),
    )
    everything = json.dumps(
        [list(model.objects.values()) for model in (Case, Letter, CaseFile)], default=str, ensure_ascii=False
    )
    assert "张三丰" not in everything and "440101199001011234" not in everything
    assert Entry.objects.filter(action="requests.anonymise").count() == 1
    with pytest.raises(Refused, match="已经去标识"):
        archive.anonymise(person("clerk"), ArchivePackage.objects.get())


def test_a_pending_review_keeps_the_data(closed: Any, person: Any, today: Any) -> None:
    package = archive.pack(person("clerk"), closed)
    archive.hand_over(person("clerk"), package, to="临江市档案馆", on=date(2026, 3, 2))
    actions.open_proceeding(
        person("clerk"), closed, kind="review", filed_on=date(2026, 3, 2), body="临江市人民政府"
    )
    today(date(2036, 3, 3))
    assert archive.due_for_anonymising(date(2036, 3, 3)) == []
    with pytest.raises(Refused, match="没审结"):
        archive.anonymise(person("clerk"), package)


def test_one_step_makes_a_draft_in_the_library(closed: Any, site: Any, person: Any) -> None:
    from gongkai.records.models import Record

    row = closed.files.get(kind="release")
    values: dict[str, Any] = {"title": "2025年供水管网检漏报告", "text": "检漏情况见附件。", "files": [row]}
    with pytest.raises(Refused, match="申请人"):
        disclosure.convert(person("handler"), closed, **(values | {"text": "应张三丰申请公开"}))
    with pytest.raises(Refused, match="已经提供给申请人"):
        other = closed.files.get(kind="proof")
        disclosure.convert(person("handler"), closed, **(values | {"files": [other]}))
    number = disclosure.convert(person("handler"), closed, **values)
    edition = Record.objects.get(pk=number).editions.get()
    assert edition.state == "draft" and edition.title == values["title"]
    assert "第四十四条" in edition.body and "张三丰" not in edition.body
    assert edition.attachments.get().name == "检漏报告.pdf"
    assert closed.files.filter(kind="other").get().name == "主动公开移送表.pdf"
