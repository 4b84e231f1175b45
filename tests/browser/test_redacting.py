"""遮盖走一遍：提示自动勾上，鼠标拖、触屏拖、键盘移，做成的文件取不出文字；各页无障碍、不横向溢出。"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from visitor import Visitor, look_at, settle, turn

from gongkai.core.models import Organisation
from gongkai.formats import pdfium
from gongkai.requests import actions, redaction, states
from gongkai.requests.models import Case, RequestRules

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("GONGKAI_SHOTS", "")


@pytest.fixture
def case(bureau: Any, person: Any) -> Case:
    """科信处在办的一件，查到一份两页的名单。"""
    import typst

    office = Organisation.objects.get(parent=bureau, name="办公室")
    RequestRules.objects.create(agency=bureau, office=office, document_code="临水公开告")
    applicant = {"kind": "natural", "name": "张三丰", "phone": "13800001234"}
    case = actions.receive(
        states.CITIZEN, agency=bureau, applicant=applicant, description="供水用户名单", channel="portal"
    ).case
    case = actions.register(person("clerk"), case, summary="供水用户名单")
    unit = Organisation.objects.get(parent=bureau, name="科技信息处")
    case = actions.assign(person("clerk"), case, units=[unit])
    text = (
        '#set page(width: 180mm, height: 120mm)\n#set text(font: "Noto Serif CJK SC", size: 14pt)\n'
        "联系人：王小明，电话13800001234\n\n住址：临江市江北区中山路12号3栋402室\n\n用水量十二吨\n#pagebreak()\n第二页"
    )
    made = typst.compile(text.encode())
    assert isinstance(made, bytes)
    actions.add_file(
        person("handler"),
        case,
        kind="source",
        file=SimpleUploadedFile("用户名单.pdf", made, "application/pdf"),
    )
    return case


def check(visitor: Visitor, name: str) -> None:
    """这一页无障碍、不横向溢出。"""
    page = visitor.page
    settle(page)
    look_at(page, visitor.widths)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}-{visitor.width}.png", full_page=True)


def test_boxes_by_hand_and_by_suggestion(
    chromium: Any,
    live_server: Any,
    case: Case,
) -> None:
    source = case.files.get()
    visitor = Visitor(chromium, live_server.url, 1280, 375).login("handler")
    visitor.open(f"/staff/requests/{case.pk}/papers/")
    check(visitor, "papers")
    page = visitor.page
    turn(page.get_by_role("link", name="遮盖", exact=True))
    check(visitor, "redact")
    suggested = page.locator(".cover").count()
    assert suggested >= 3 and page.locator("input[name=box]:checked").count() == suggested
    # 鼠标在第二页拖一个框。
    second = page.locator('.sheet[data-page="1"]')
    second.scroll_into_view_if_needed()
    page.wait_for_function("[...document.images].every(image => image.complete)")
    place = second.bounding_box()
    page.mouse.move(place["x"] + place["width"] * 0.5, place["y"] + place["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * 0.8, place["y"] + place["height"] * 0.7, steps=4)
    page.mouse.up()
    assert page.locator(".cover").count() == suggested + 1
    # 键盘：加一个框，移动，改大小，再去掉一个提示。
    page.locator('.add-box[data-page="1"]').click()
    last = page.locator('[data-list="1"] input[name=box]').last
    before = json.loads(last.input_value())
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    after = json.loads(last.input_value())
    assert after["left"] < before["left"] and after["height"] > before["height"]
    page.locator('[data-list="0"] input[name=box]').first.uncheck()
    assert page.locator(".cover--off").count() == 1
    check(visitor, "redact-drawn")
    turn(page.get_by_role("button", name="遮盖并检验"))
    check(visitor, "papers-done")
    assert "检验通过" in page.content()
    made = case.files.get(kind="release")
    assert len(made.redaction) == suggested + 1 and made.made_from == source
    drawn = next(box for box in made.redaction if box["page"] == 1 and box["left"] > 0.45)
    assert abs(drawn["width"] - 0.3) < 0.03 and abs(drawn["height"] - 0.2) < 0.03
    # 服务线程也在读 PDF，这里同样要过那把锁。
    with pdfium.opened(redaction.content(made), most=9) as document:
        assert all(sheet.get_textpage().get_text_range() == "" for sheet in document)


def test_touch_draws_only_in_drawing_mode(chromium: Any, live_server: Any, case: Case) -> None:
    source = case.files.get()
    visitor = Visitor(chromium, live_server.url, 375).login("handler")
    visitor.open(f"/staff/requests/files/{source.pk}/redact/")
    page = visitor.page
    finger = """(kind, x, y) => {
      const sheet = document.querySelector('.sheet[data-page="1"]'), size = sheet.getBoundingClientRect();
      sheet.setPointerCapture = () => {};
      sheet.dispatchEvent(new PointerEvent(kind, {bubbles: true, cancelable: true, pointerId: 7, button: 0,
        pointerType: 'touch', clientX: size.left + size.width * x, clientY: size.top + size.height * y}));
    }"""

    def swipe() -> None:
        for kind, x, y in (("pointerdown", 0.2, 0.2), ("pointermove", 0.5, 0.4), ("pointerup", 0.5, 0.4)):
            page.evaluate(f"([kind, x, y]) => ({finger})(kind, x, y)", [kind, x, y])

    count = page.locator(".cover").count()
    swipe()
    assert page.locator(".cover").count() == count
    page.get_by_role("button", name="开始画框").click()
    swipe()
    assert page.locator(".cover").count() == count + 1


def test_templates_and_register_look_right(chromium: Any, live_server: Any, case: Case) -> None:
    visitor = Visitor(chromium, live_server.url, 1280, 375).login("clerk")
    for name, address in (
        ("templates", "/staff/requests/templates/"),
        ("template", "/staff/requests/templates/T13/"),
        ("register", "/staff/requests/register/"),
    ):
        visitor.open(address)
        check(visitor, name)
