"""后台遮盖：一页一页做，停下、被杀都不重做做好的页；通过检验才出现；框和状态变了的旧结果放不出去。"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from foi_samples import GIVE

from gongkai.audit.models import Entry
from gongkai.core.states import Refused
from gongkai.formats import pdfium
from gongkai.formats.redaction import Box
from gongkai.requests import actions, redaction, redaction_runs
from gongkai.requests.models import BurntPage, RedactionRun

BOXES = [Box(0, 0.1, 0.1, 0.4, 0.4, reason="privacy"), Box(6, 0.2, 0.2, 0.3, 0.3, reason="secret")]


def scan(pages: int = 7) -> SimpleUploadedFile:
    import typst

    text = "#pagebreak()".join(f"第{n}页机密" for n in range(1, pages + 1))
    made = typst.compile(
        f'#set page(width: 60mm, height: 40mm)\n#set text(font: "Noto Serif CJK SC")\n{text}'.encode()
    )
    assert isinstance(made, bytes)
    return SimpleUploadedFile("长名单.pdf", made, "application/pdf")


@pytest.fixture
def case(working: Any) -> Any:
    return working(form="electronic")


@pytest.fixture
def row(case: Any, person: Any) -> Any:
    return actions.add_file(person("handler"), case, kind="source", file=scan())


@pytest.fixture(autouse=True)
def nobody_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """任务排着不做，由各个测试自己推动。"""
    monkeypatch.setattr(redaction_runs, "_enqueue", lambda run: None)


def test_pages_are_done_once_and_the_result_comes_last(
    row: Any, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = person("handler")
    run = redaction_runs.start(handler, row, BOXES)
    assert redaction_runs.start(handler, row, BOXES) == run  # 点了两下
    with pytest.raises(Refused, match="正在遮盖"):
        redaction_runs.start(handler, row, BOXES[:1])
    run = redaction_runs.work_off(run, 1, seconds=1e-9)
    assert (run.state, run.done, run.step) == ("running", 1, 2)
    data = redaction.content(row)
    for number in range(1, 3):
        burnt = redaction_runs.burn_page(data, number, BOXES)
        assert redaction_runs._keep_page(run, number, burnt)
        assert not redaction_runs._keep_page(run, number, burnt)
    kept = list(BurntPage.objects.filter(run=run).values_list("pk", flat=True))
    run = redaction_runs.stop(handler, RedactionRun.objects.get(pk=run.pk))
    assert redaction_runs.work_off(run, run.step).done == 3
    assert not row.case.files.filter(kind="release").exists()
    run = redaction_runs.resume(handler, run)
    assert redaction_runs.work_off(run, run.step - 1).done == 3  # 过时的任务不做
    assert list(BurntPage.objects.filter(run=run).values_list("pk", flat=True)) == kept
    # 做成的图比上传的限额大也要存得下。
    monkeypatch.setattr("gongkai.core.uploads.MAX_BYTES", 10)
    run = redaction_runs.work_off(run, run.step)
    made = row.case.files.get(kind="release")
    assert (run.state, run.done, run.made) == ("done", 7, made)
    assert (made.pages, made.made_from, [Box(**box) for box in made.redaction]) == (7, row, BOXES)
    assert not BurntPage.objects.exists()
    with pdfium.opened(redaction.content(made), most=9) as document:
        assert all(sheet.get_textpage().get_text_range() == "" for sheet in document)
    assert Entry.objects.filter(action="requests.redact").count() == 1


def test_old_boxes_and_late_results_are_not_released(row: Any, case: Any, person: Any, answer: Any) -> None:
    handler = person("handler")
    old = redaction_runs.stop(handler, redaction_runs.start(handler, row, BOXES))
    new = redaction_runs.start(handler, row, BOXES[:1])
    with pytest.raises(Refused):
        redaction_runs.resume(handler, old)
    # 磁盘上换成没有盖黑块的一页：装订时证明不通过，什么也不放出来。
    bare = redaction_runs.burn_page(redaction.content(row), 0, [])
    assert redaction_runs._keep_page(new, 0, bare)
    new = redaction_runs.work_off(new, new.step)
    assert new.state == "failed" and "没有盖实" in new.note and "重新遮盖" in new.note
    late = redaction_runs.start(handler, row, BOXES)
    other = actions.add_file(handler, case, kind="release", file=scan(1))
    redaction.allow_hidden(handler, other, reason="本来就可以公开")
    answer(case, GIVE, materials={}, until="submit")
    late = redaction_runs.work_off(late, late.step)
    assert late.state == "failed" and "审签" in late.note
    assert case.files.get(kind="release") == other and not BurntPage.objects.exists()


def test_the_screen_starts_shows_and_stops(row: Any, person: Any, outsider: Any, client: Any) -> None:
    client.force_login(person("handler"))
    url = reverse("papers:redact", args=[row.pk])
    box = {"key": "a", "page": 0, "left": 0.1, "top": 0.1, "width": 0.2, "height": 0.2}
    data = {"box": json.dumps(box), "reason-a": "privacy"}
    for _again in range(2):
        shown = client.post(url, data, follow=True)
        assert "共 7 页，做好 0 页" in shown.content.decode()
    run = RedactionRun.objects.get()
    page = reverse("papers:run", args=[run.pk])
    assert "停下了" in client.post(page, {"do": "stop"}, follow=True).content.decode()
    run.refresh_from_db()
    assert run.state == "stopped"
    papers = client.get(reverse("papers:case", args=[row.case_id])).content.decode()
    assert page in papers and "接着办" in client.get(page).content.decode()
    client.post(page, {"do": "resume"})
    run.refresh_from_db()
    redaction_runs.work_off(run, run.step)
    assert "检验通过" in client.get(page).content.decode()
    client.force_login(outsider)
    assert client.get(page).status_code == 404
    assert client.get(reverse("papers:run_progress", args=[run.pk])).status_code == 404
