"""材料与文书的页面：遮盖、隐藏信息、预览、模板、登记簿、归档，各看各的权限。"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from foi_samples import INTERNAL, TEXT

from gongkai.audit.models import Entry
from gongkai.requests import actions
from gongkai.requests.models import LetterTemplate


@pytest.fixture
def desk(client: Any, person: Any) -> Any:
    """以某人登录的浏览器。"""

    def sign_in(name: str) -> Any:
        client.force_login(person(name))
        return client

    return sign_in


def sheet() -> SimpleUploadedFile:
    import typst

    text = '#set page(width: 160mm, height: 60mm)\n#set text(font: "Noto Serif CJK SC")\n电话13800001234'
    made = typst.compile(text.encode())
    assert isinstance(made, bytes)
    return SimpleUploadedFile("通讯录.pdf", made, "application/pdf")


def test_redacting_without_scripts(working: Any, desk: Any) -> None:
    case, browser = working(), desk("handler")
    page = f"/staff/requests/{case.pk}/papers/"
    put = {"upload-file": sheet(), "upload-kind": "source"}
    assert browser.post(f"{page}upload/", put, follow=True).status_code == 200
    source = case.files.get(kind="source")
    assert "遮盖" in browser.get(page).content.decode()
    screen = browser.get(f"/staff/requests/files/{source.pk}/redact/").content.decode()
    assert "手机号" in screen and "13800001234" not in screen
    assert Entry.objects.filter(action="requests.open_source").count() == 1
    image = browser.get(f"/staff/requests/files/{source.pk}/pages/0.png")
    assert image["Content-Type"] == "image/png" and image["Cache-Control"] == "private, no-store"
    assert browser.get(f"/staff/requests/files/{source.pk}/pages/9.png").status_code == 404
    box = {
        "page": 0,
        "left": 0.1,
        "top": 0.1,
        "width": 0.2,
        "height": 0.1,
        "source": "hand",
        "note": "",
        "key": "h1",
    }
    again = browser.post(
        f"/staff/requests/files/{source.pk}/redact/", {"box": json.dumps(box), "reason-h1": ""}
    )
    # 没有选理由：说明白，画好的框还在。
    assert again.status_code == 422 and "没有选理由" in again.content.decode()
    assert "&quot;left&quot;: 0.1" in again.content.decode()
    done = browser.post(
        f"/staff/requests/files/{source.pk}/redact/",
        {"box": json.dumps(box), "reason-h1": "secret"},
        follow=True,
    )
    assert "检验通过" in done.content.decode()
    made = case.files.get(kind="release")
    assert made.redaction[0]["reason"] == "secret" and made.made_from == source
    assert browser.post(f"/staff/requests/files/{made.pk}/remove/", follow=True).status_code == 200
    for broken in ("x", "{}", json.dumps(box | {"left": "a"})):
        data = {"box": broken, "reason-h1": "secret"}
        assert browser.post(f"/staff/requests/files/{source.pk}/redact/", data).status_code == 422


def test_originals_are_only_for_those_who_work_on_the_case(working: Any, desk: Any, person: Any) -> None:
    case = working()
    source = actions.add_file(person("handler"), case, kind="source", file=sheet())
    for name in ("auditor", "secrecy", "admin", "city"):
        browser = desk(name)
        for address in ("redact/", "pages/0.png", "hidden/"):
            assert browser.get(f"/staff/requests/files/{source.pk}/{address}").status_code == 404
    seen = desk("auditor").get(f"/staff/requests/{case.pk}/papers/").content.decode()
    assert "通讯录" not in seen
    address = f"/staff/requests/files/{source.pk}/"
    assert desk("auditor").get(address).status_code == 302
    assert desk("handler").get(address).status_code == 200


def test_hidden_data_is_listed_and_allowed_with_a_reason(working: Any, desk: Any, person: Any) -> None:
    import io

    import openpyxl

    book = openpyxl.Workbook()
    book.create_sheet("内部").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    case = working()
    file = SimpleUploadedFile("水量.xlsx", out.getvalue())
    row = actions.add_file(person("handler"), case, kind="release", file=file)
    browser, address = desk("handler"), f"/staff/requests/files/{row.pk}/hidden/"
    assert "工作表“内部”" in browser.get(address).content.decode()
    refused = browser.post(address, {"reason": "行"})
    assert refused.status_code == 422 and ">行</textarea>" in refused.content.decode()
    assert browser.post(address, {"reason": "空表，没有内容"}, follow=True).status_code == 200
    assert row.hidden_check.reason == "空表，没有内容"


def test_previews_forms_register_and_package(working: Any, answer: Any, desk: Any, person: Any) -> None:
    case = working(route="pick_up")
    letter = answer(case, INTERNAL, materials={"why_not_released": TEXT})
    browser = desk("clerk")
    for suffix, magic in (("pdf", b"%PDF"), ("docx", b"PK")):
        found = browser.get(f"/staff/requests/letters/{letter.pk}/preview.{suffix}")
        assert b"".join(found.streaming_content).startswith(magic)
    for code in ("T01", "T02", "T28"):
        found = browser.get(f"/staff/requests/{case.pk}/papers/{code}.pdf")
        assert b"".join(found.streaming_content).startswith(b"%PDF")
    actions.void_letter(person("clerk"), letter, reason="印错了")
    listing = browser.get("/staff/requests/register/").content.decode()
    assert "临水公开告〔2026〕1号" in listing and "印错了" in listing and "缺号" not in listing
    case.refresh_from_db()
    letter = answer(case, INTERNAL, materials={"why_not_released": TEXT})
    assert letter.document_number == "临水公开告〔2026〕2号"
    actions.dispatch(person("clerk"), letter, carrier="direct", signer="张三")
    page = f"/staff/requests/{case.pk}/papers/"
    for name, said in (("pack", "已归档"), ("verify", "归档包完好"), ("anonymise", "还没有到期")):
        assert said in browser.post(f"{page}do/{name}/", follow=True).content.decode()
    hand = {"hand-to": "临江市档案馆", "hand-on": "2026-03-02"}
    assert "已登记移交" in browser.post(f"{page}do/hand/", hand, follow=True).content.decode()
    bundle = browser.get(f"{page}package.zip")
    assert b"".join(bundle.streaming_content).startswith(b"PK")
    assert desk("auditor").get(f"{page}package.zip").status_code == 404


def test_the_register_counts_its_queries(
    working: Any, answer: Any, desk: Any, django_assert_max_num_queries: Any
) -> None:
    for _n in range(3):
        answer(working(), INTERNAL, materials={"why_not_released": TEXT})
    browser = desk("clerk")
    with django_assert_max_num_queries(30):
        assert browser.get("/staff/requests/register/").status_code == 200


def test_a_template_is_edited_on_the_page(agency: Any, desk: Any) -> None:
    browser, address = desk("clerk"), "/staff/requests/templates/T10/"
    assert "文书模板" in browser.get("/staff/requests/templates/").content.decode()
    shown = browser.get(address).content.decode()
    assert "〔获取方式〕" in shown and "标准1" in shown
    values = {"title": "告知书", "note": "改写", "base": "标准1", "agency": agency.pk}
    wrong = browser.post(address, values | {"text": "见{网址}{依据条款}"})
    assert wrong.status_code == 422 and "第 1 行第 2 字" in wrong.content.decode()
    assert "见{网址}" in wrong.content.decode()
    assert (
        browser.post(address, values | {"text": "根据{依据条款}，见{获取方式}。"}, follow=True).status_code
        == 200
    )
    assert LetterTemplate.objects.get().text == "根据{依据条款}，见{获取方式}。"
    assert "自订1" in browser.get("/staff/requests/templates/").content.decode()
    browser.post(address, {"standard": "1", "note": "退回", "agency": agency.pk})
    assert "标准1" in browser.get(address).content.decode()
    assert desk("handler").get(address).status_code == 404
