"""申请的文件在盘上都是密文；密钥换了，字段和文件跟着换，中途停了接着换。"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db.models import FileField
from django.test import Client, TestCase
from django.utils import timezone
from foi_samples import GIVE, PDF

from gongkai.audit.models import Entry
from gongkai.core import rotation
from gongkai.core.models import Organisation
from gongkai.core.vault import MAGIC, SealedStorage
from gongkai.requests import actions, archive, incoming
from gongkai.requests.models import ArchivePackage, Case, CaseFile, Draft, DraftFile
from gongkai.requests.public import drafts

NEWER = "a-newer-key-of-more-than-32-characters!"
MARK = b"MARK-13800001234"


def pdf(name: str) -> SimpleUploadedFile:
    """一份 PDF，末尾带着记号。"""
    return SimpleUploadedFile(name, PDF + b"%% " + MARK, "application/pdf")


@pytest.fixture
def closed(working: Any, answer: Any, person: Any, agency: Any) -> Any:
    """一件办结归档的申请，另有一封来信、一份填到一半的草稿，各带附件。"""
    case = working(person={"name": "张三丰"}, route="pick_up")
    actions.add_file(person("handler"), case, kind="release", file=pdf("检漏报告.pdf"))
    letter = answer(case, GIVE)
    actions.dispatch(person("clerk"), letter, carrier="direct", signer="张三丰", proof=pdf("回证.pdf"))
    case.refresh_from_db()
    archive.pack(person("clerk"), case)
    draft = Draft.objects.create(token_hash="0" * 64, agency=agency)
    assert drafts.attach(draft, "attachment", [pdf("证明.pdf")], "127.0.0.1") == []
    incoming.store(agency, b"From: a@example.invalid\r\nSubject: x\r\n\r\n" + MARK, timezone.now())
    return case


def stored(folder: str) -> list[bytes]:
    return [path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()]


def test_from_the_form_to_the_archive_nothing_lies_open(
    agency: Any, site: Any, today: Any, person: Any, answer: Any, settings: Any
) -> None:
    """公众在门户上带附件申请，登记、分办、答复、送达、归档，公众取走文书：盘上找不到一处明文。"""
    visitor = Client()
    who = {
        "kind": "natural", "name": "张三丰",
        "identity_type": "id_card", "identity_number": "11010519491231002x",
        "phone": "13800001234", "email": "", "address": "", "form": "electronic", "route": "portal",
    }  # fmt: skip
    what = {"description": "2025年供水管网检漏报告", "files": [pdf("证明.pdf")]}
    assert visitor.post("/apply/what/", what).status_code == 302
    assert DraftFile.objects.count() == 1
    assert all(data.startswith(MAGIC) for data in stored(settings.MEDIA_ROOT))
    assert visitor.get("/apply/similar/").status_code in (200, 302)
    assert visitor.post("/apply/who/", who).status_code == 302
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert visitor.post("/apply/check/").status_code == 302
    case, secret = Case.objects.get(), Draft.objects.get().secret
    case = actions.register(person("clerk"), case, summary="检漏报告", items=())
    unit = Organisation.objects.get(parent=agency, name="科技信息处")
    case = actions.assign(person("clerk"), case, units=[unit])
    actions.add_file(person("handler"), case, kind="release", file=pdf("检漏报告.pdf"))
    letter = answer(case, GIVE)
    actions.dispatch(person("clerk"), letter, carrier="direct", signer="张三丰", proof=pdf("回证.pdf"))
    case.refresh_from_db()
    archive.pack(person("clerk"), case)
    held = stored(settings.MEDIA_ROOT)
    assert len(held) == 5 and all(data.startswith(MAGIC) for data in held)  # 附件、提供的、回证、文书、归档包
    marks = [MARK, PDF[:8], b"PK\x03\x04", *(text.encode() for text in ("张三丰", "11010519491231002"))]
    assert not [mark for mark in marks for data in held if mark in data]
    assert visitor.post("/track/", {"number": case.number, "code": secret}).status_code == 302
    given = CaseFile.objects.get(kind="release")
    got = visitor.get(f"/track/files/{given.pk}/")
    assert hashlib.sha256(b"".join(got.streaming_content)).hexdigest() == given.sha256
    packed = ArchivePackage.objects.select_related("case").get()
    settings.FIELD_KEYS = [NEWER]
    assert "没有加密它的密钥" in archive.verify(packed)[0]
    # 字段也解不开：同样说明白，不是一页“系统出错”。
    office = Client()
    office.force_login(person("clerk"))
    told = office.get(f"/staff/requests/{case.pk}/")
    assert told.status_code == 503 and "加密的内容打不开" in told.content.decode()


def test_every_file_of_requests_is_in_the_vault() -> None:
    """requests 的每个文件字段都在加密存储里：以后新加的，忘了写就在这里报出来。"""
    fields = [
        field
        for model in apps.get_app_config("requests").get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, FileField)
    ]
    assert len(fields) >= 7
    assert not [field for field in fields if not isinstance(field.storage, SealedStorage)]


def test_no_file_of_a_case_lies_open_on_disk(closed: Case, settings: Any, person: Any) -> None:
    held = stored(settings.MEDIA_ROOT)
    assert len(held) >= 5 and all(data.startswith(MAGIC) for data in held)
    assert not [data for data in held if MARK in data or "张三丰".encode() in data or b"%PDF" in data]
    row = CaseFile.objects.get(kind="release")
    client = Client()
    client.force_login(person("handler"))
    answer = client.get(f"/staff/requests/files/{row.pk}/")
    assert answer.status_code == 200 and MARK in b"".join(answer.streaming_content)
    assert archive.verify(ArchivePackage.objects.get()) == []


def rotate(verb: str = "rotate") -> str:
    out = io.StringIO()
    call_command("keys", verb, stdout=out, stderr=out)
    return out.getvalue()


def test_keys_rotate_in_fields_and_files(
    closed: Case, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = settings.FIELD_KEYS
    assert "要换的共 0 处；旧密钥可以去掉" in rotate("status")
    settings.FIELD_KEYS = [NEWER, *old]
    assert "旧密钥不能去掉" in rotate("status")
    # 换到一半停了：再运行就接着换。
    real = rotation._files
    monkeypatch.setattr(rotation, "_files", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        rotate()
    monkeypatch.setattr(rotation, "_files", real)
    assert "案卷材料" in (said := rotate()) or "的文件" in said
    settings.FIELD_KEYS = [NEWER]
    assert Case.objects.get(pk=closed.pk).applicant.name == "张三丰"
    assert archive.verify(ArchivePackage.objects.get()) == []
    with DraftFile.objects.get().file.open("rb") as file:
        assert MARK in file.read()
    # 丢了的文件说明白，不挡着别的。
    given = CaseFile.objects.get(kind="release")
    Path(given.file.storage.path(given.file.name)).unlink()
    told = rotate("status")
    assert "要换的共 0 处" in told and f"第 {given.pk} 行的文件" in told and "有 1 个" in told
    assert Entry.objects.filter(action="keys.rotate").count() == 1


def test_a_lost_key_is_told_and_nothing_is_changed(closed: Case, settings: Any, person: Any) -> None:
    before = stored(settings.MEDIA_ROOT)
    settings.FIELD_KEYS = [NEWER]
    with pytest.raises(CommandError, match="换不成，原样未动"):
        rotate()
    assert sorted(stored(settings.MEDIA_ROOT)) == sorted(before)


def test_a_file_that_cannot_be_opened_says_so(closed: Case, person: Any, settings: Any) -> None:
    row = CaseFile.objects.get(kind="release")
    path = Path(row.file.storage.path(row.file.name))
    path.write_bytes(path.read_bytes()[:-1])
    client = Client()
    client.force_login(person("handler"))
    answer = client.get(f"/staff/requests/files/{row.pk}/")
    assert answer.status_code == 503 and "加密的内容打不开" in answer.content.decode()
