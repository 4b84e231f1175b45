"""一键清除、审查遮盖：清除了什么提供之前看得到，原件不动；审签的人看得到每一处遮盖和理由。"""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from foi_samples import GIVE
from PIL import Image

from gongkai.audit.models import Entry
from gongkai.core.states import Refused
from gongkai.formats.redaction import Box
from gongkai.requests import actions, cleaning, redaction, states


def document() -> SimpleUploadedFile:
    made, out = docx.Document(), io.BytesIO()
    made.add_paragraph("看得见的").add_run("藏着的电话").font.hidden = True
    made.core_properties.author = "何经办"
    made.save(out)
    return SimpleUploadedFile("检漏报告.docx", out.getvalue())


@pytest.fixture
def case(working: Any) -> Any:
    return working(form="electronic")


def test_cleaning_makes_another_file_and_leaves_the_original(case: Any, person: Any, client: Any) -> None:
    row = actions.add_file(person("handler"), case, kind="release", file=document())
    original = redaction.content(row)
    assert redaction.hidden_problems(case)
    client.force_login(person("handler"))
    page = client.get(reverse("papers:hidden", args=[row.pk])).content.decode()
    assert "一键清除" in page
    shown = client.post(reverse("papers:clean", args=[row.pk]), follow=True).content.decode()
    assert "已经清除的" in shown and "藏着的电话" in shown and "没有查到隐藏信息" in shown
    new = case.files.get(kind="release")
    row.refresh_from_db()
    assert (row.kind, new.made_from) == ("source", row)
    assert redaction.content(row) == original and hashlib.sha256(original).hexdigest() == row.sha256
    assert redaction.hidden_problems(case) == []
    entry = Entry.objects.get(action="requests.clean_file")
    assert entry.detail["before"] == row.sha256 and entry.detail["sha256"] == new.sha256
    assert "藏着的电话" not in json.dumps(entry.detail, ensure_ascii=False)
    papers = client.get(reverse("papers:case", args=[case.pk])).content.decode()
    assert "已清除隐藏信息" in papers


def test_who_may_clean_and_when(case: Any, person: Any, outsider: Any, answer: Any) -> None:
    row = actions.add_file(person("handler"), case, kind="source", file=document())
    for who in (person("secrecy"), person("leader"), outsider):
        with pytest.raises(Refused):
            cleaning.clean(who, row)
    new, _done = cleaning.clean(person("handler"), row)
    with pytest.raises(Refused, match="没有能清除的"):
        cleaning.clean(person("handler"), new)
    answer(case, GIVE, materials={}, until="submit")
    with pytest.raises(Refused, match="正在审签"):
        cleaning.clean(person("handler"), row)


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(out, "PNG")
    return SimpleUploadedFile("名册.png", out.getvalue(), "image/png")


def test_reviewers_see_every_box_and_its_reason(
    case: Any, person: Any, outsider: Any, client: Any, answer: Any
) -> None:
    row = actions.add_file(person("handler"), case, kind="source", file=picture())
    boxes = [
        Box(0, 0.5, 0.5, 0.2, 0.2, reason="secret"),
        Box(0, 0.1, 0.1, 0.2, 0.2, reason="privacy", source="suggested", note="手机号"),
    ]
    made = redaction.redact(person("handler"), row, boxes)
    url = reverse("papers:seen", args=[made.pk])
    client.force_login(person("secrecy"))
    assert client.get(url).status_code == 404  # 还没有送审
    letter = answer(case, GIVE, materials={}, until="submit")
    page = client.get(reverse("foi:letter", args=[letter.pk])).content.decode()
    assert url in page and "已遮盖 2 处" in page
    seen = client.get(url).content.decode()
    first, second = seen.index("个人隐私（条例第十五条）"), seen.index("商业秘密（条例第十五条）")
    assert first < second and "手机号" in seen and "共遮盖 2 处" in seen
    assert Entry.objects.filter(action="requests.review_redaction", actor=person("secrecy")).count() == 1
    images = {}
    for side in ("before", "after"):
        answer_ = client.get(reverse("papers:seen_page", args=[made.pk, side, 0]))
        assert answer_["Cache-Control"] == "private, no-store"
        images[side] = Image.open(io.BytesIO(answer_.content)).convert("RGB")
    # 遮盖之前是原图加红框，里面看得见；遮盖之后是黑的。
    for box in boxes:
        for side, colour in (("before", (255, 255, 255)), ("after", (0, 0, 0))):
            width, height = images[side].size
            at = (int((box.left + box.width / 2) * width), int((box.top + box.height * 0.7) * height))
            assert images[side].getpixel(at) == colour, (side, box)
    width, height = images["before"].size
    assert images["before"].getpixel((int(0.6 * width), int(0.5 * height) + 1)) == (212, 53, 28)
    for who in (person("auditor"), outsider):
        client.force_login(who)
        assert client.get(url).status_code == 404
        assert client.get(reverse("papers:seen_page", args=[made.pk, "before", 0])).status_code == 404
    client.force_login(person("legal"))
    assert client.get(url).status_code == 200
    assert client.get(reverse("papers:seen_page", args=[made.pk, "after", 9])).status_code == 404
    assert client.get(reverse("papers:seen", args=[row.pk])).status_code == 404


def test_what_was_stripped_is_forgotten_when_the_term_is_over(
    case: Any, person: Any, answer: Any, today: Any
) -> None:
    from datetime import date

    from gongkai.requests import archive

    row = actions.add_file(person("handler"), case, kind="source", file=document())
    new, _done = cleaning.clean(person("handler"), row)
    values = {"name": "供水公司", "task": "查张三家的水表", "by": date(2026, 3, 16)}
    help_ = actions.ask_help(person("handler"), case, **values)
    actions.dispatch(person("clerk"), help_.letter, carrier="portal")
    actions.dispatch(person("clerk"), answer(case, GIVE, materials={}), carrier="portal")
    package = archive.pack(person("clerk"), case)
    archive.hand_over(person("clerk"), package, to="市档案馆", on=date(2026, 3, 2))
    archive.anonymise(states.SYSTEM, package, today=date(2046, 3, 2))
    new.refresh_from_db()
    help_.refresh_from_db()
    assert new.stripped and "藏着的电话" not in json.dumps(new.stripped, ensure_ascii=False)
    assert "张三" not in help_.task
