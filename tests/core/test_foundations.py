"""编号、加密字段、附件、密钥检查、名称解析。"""

from __future__ import annotations

import io
import threading
import zipfile
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from gongkai.core.checks import refuse_weak_keys
from gongkai.core.fields import decrypt, encrypt, masked, rotate
from gongkai.core.models import Organisation
from gongkai.core.numbering import next_number
from gongkai.core.queries import Resolver
from gongkai.core.uploads import check_upload


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_when_taken_at_once(bureau: Any) -> None:
    taken: list[int] = []

    def take() -> None:
        try:
            for _ in range(5):
                with transaction.atomic():
                    taken.append(next_number(bureau, "request", 2026))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 21))


def test_a_rolled_back_number_is_given_again(bureau: Any) -> None:
    with pytest.raises(KeyError), transaction.atomic():
        assert next_number(bureau, "request", 2026) == 1
        raise KeyError
    with transaction.atomic():
        assert next_number(bureau, "request", 2026) == 1
        assert next_number(bureau, "request", 2027) == 1
        assert next_number(bureau, "opinion", 2026) == 1


@given(st.text(max_size=60))
def test_encryption_round_trip_and_masking(text: str) -> None:
    token = encrypt(text)
    assert decrypt(token) == text and (not text or text not in token or len(text) < 4)
    shown = masked(text)
    assert len(shown) == len(text) and (not text or "*" in shown)


def test_keys_rotate(settings: Any) -> None:
    settings.FIELD_KEYS = ["old" * 12]
    token = encrypt("440101199001011234")
    settings.FIELD_KEYS = ["new" * 12, "old" * 12]
    rotated = rotate(token)
    settings.FIELD_KEYS = ["new" * 12]
    assert decrypt(rotated) == "440101199001011234" and masked(decrypt(rotated)) == "440*************34"
    with pytest.raises(ValidationError, match="解不开"):
        decrypt(token)


def test_production_refuses_development_keys(settings: Any) -> None:
    settings.REFUSE_DEVELOPMENT_KEYS = True
    with pytest.raises(ImproperlyConfigured, match="GONGKAI_SECRET_KEY"):
        refuse_weak_keys()
    settings.SECRET_KEY = settings.AUDIT_KEY = "k" * 40
    settings.FIELD_KEYS = ["k" * 40]
    settings.INDEX_KEY = "i" * 40
    refuse_weak_keys()


def _office_file(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "suffix"),
    [
        ("a.exe", b"%PDF-1.7 ...", ".pdf"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n", ".png"),
        ("a", _office_file("word/document.xml"), ".docx"),
        ("a", _office_file("xl/workbook.xml"), ".xlsx"),
    ],
)
def test_uploads_are_known_by_content(name: str, content: bytes, suffix: str) -> None:
    found, digest = check_upload(SimpleUploadedFile(name, content))
    assert found == suffix and len(digest) == 64


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90",
        b"<html><script>",
        b"PK\x03\x04bad",
        _office_file("word/document.xml", "word/vbaProject.bin"),
        b"",
    ],
)
def test_other_uploads_are_refused(content: bytes) -> None:
    with pytest.raises(ValidationError, match="附件"):
        check_upload(SimpleUploadedFile("报告.pdf", content))


def test_names_resolve_in_either_script_and_follow_the_tree(bureau: Any) -> None:
    def names(unit: str) -> list[str]:
        return sorted(org.name for org in Resolver(bureau).resolve(unit))

    assert names("辦公室") == ["办公室"] and names("規計處") == ["规划计划处"] and names("火星处") == []
    assert names("各处（室）") == names("各處(室)") == names("各处室")
    assert names("各審批處室") == ["水资源与供水处", "法规处"] and len(names("各处室")) == 7
    Organisation.objects.create(name="河道处", kind="division", parent=bureau, tags=["审批"])
    assert "河道处" in names("各审批处室") and len(names("各处室")) == 8
    assert "市财政局" in names("市直各单位") and names("各区政府") == ["江东区政府", "江西区政府"]


def test_moving_an_organisation_moves_its_subtree(bureau: Any) -> None:
    city = bureau.parent
    group = Organisation.objects.create(name="建设口", kind="agency", parent=city)
    bureau.parent = group
    bureau.save()
    office = Organisation.objects.get(name="办公室")
    assert office.line == [city.pk, group.pk, bureau.pk, office.pk]
