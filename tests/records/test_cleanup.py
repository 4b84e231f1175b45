"""清理：逐件定结论，结果送审，公开后时效随之变化；整库导出。"""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest

from gongkai.core.states import Refused
from gongkai.records import actions, cleanup, exports
from gongkai.records.kinds import Kind
from gongkai.records.models import CleanupRound, Edition, LibraryRules, Record, Relation

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(make: Any, carry: Any, bureau: Any) -> list[Record]:
    LibraryRules.objects.create(organisation=bureau, interpretation_blocks=False)
    found = []
    for n in range(1, 5):
        edition = make(
            kind=Kind.NORMATIVE,
            title=f"=临江市供水办法{n}" if n == 1 else f"临江市供水办法{n}",
            document_number=f"临水规〔2026〕{n}号",
            effective_on=date(2026, 1, 10),
            expires_on=date(2031, 1, 9),
            fields={"legality_opinion": "已审"},
        )
        found.append(Record.objects.get(pk=carry(edition).record_id))
    return found


def test_a_round_ends_in_lists_that_change_validity(
    library: list[Record], bureau: Any, person: Any, carry: Any, site: Any
) -> None:
    legal, handler = person("legal"), person("handler")
    with pytest.raises(Refused, match="清理"):
        cleanup.open_round(handler, bureau, title="2026年清理")
    round = cleanup.open_round(legal, bureau, title="2026年规范性文件清理")
    with pytest.raises(Refused, match="没有完成"):
        cleanup.open_round(legal, bureau, title="又一轮")
    items = list(round.items.all())
    assert [item.record for item in items] == library
    with pytest.raises(Refused, match="要写理由"):
        cleanup.decide(legal, items[1], decision="repeal")
    for item, decision in zip(items, ("keep", "repeal", "lapse", "amend"), strict=True):
        with pytest.raises(Refused, match="没有结论"):
            cleanup.finish(handler, round, organisation=handler.organisation, site=site)
        cleanup.decide(legal, item, decision=decision, reason="与上位法不一致")
    round = cleanup.finish(handler, round, organisation=handler.organisation, site=site)
    assert round.state == CleanupRound.State.FINISHED
    draft = round.result.editions.get()
    assert draft.state == Edition.State.HEAD, "结果已送审"
    assert "继续有效 1 件，修改 1 件，废止 1 件，宣布失效 1 件" in draft.summary
    assert draft.body.count("<table>") == 4 and "=临江市供水办法1" in draft.body
    assert set(draft.relations.values_list("kind", "target")) == {
        (Relation.Kind.REPEALS, library[1].pk),
        (Relation.Kind.LAPSES, library[2].pk),
    }
    library[1].refresh_from_db()
    assert library[1].validity == "in_force", "没公开的清理结果不生效"
    for username, name in (("head", "pass_head"), ("secrecy", "pass_secrecy"), ("leader", "sign")):
        from gongkai.records import reviews

        form = reviews.clear_form(bureau) if username == "secrecy" else None
        draft = actions.move(person(username), draft, name, form=form)
    actions.publish(person("office"), draft)
    for record in library:
        record.refresh_from_db()
    assert [record.validity for record in library] == ["in_force", "repealed", "lapsed", "in_force"]
    with pytest.raises(Refused, match="已经完成"):
        cleanup.decide(legal, items[0], decision="keep")
    again = cleanup.open_round(legal, bureau, title="下一轮")
    assert [item.record for item in again.items.all()] == [library[0], library[3]]


def test_the_library_is_exported_three_ways(library: list[Record]) -> None:
    records = list(Record.objects.public().select_related("live", "site").order_by("pk"))
    book = openpyxl.load_workbook(io.BytesIO(exports.export(records, "xlsx", title="文件库")))
    lines = list(book.active.iter_rows(values_only=True))
    assert lines[0] == exports.HEADINGS and len(lines) == 5
    assert lines[1][1] == "'=临江市供水办法1", "不许成为公式"
    assert lines[1][8] == "有效" and lines[1][10].endswith(f"/content/post_{library[0].pk}.html")
    document = docx.Document(io.BytesIO(exports.export(records, "docx", title="文件库", full=True)))
    assert [row.cells[2].text for row in document.tables[0].rows][1] == "临水规〔2026〕1号"
    assert sum("管网检漏" in p.text for p in document.paragraphs) >= 4, "附全文"
    pdf = pypdfium2.PdfDocument(exports.export(records, "pdf", title="文件库"))
    text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    assert "临江市供水办法4" in "".join(text.split())
    with pytest.raises(ValueError, match="xlsx"):
        exports.export(records, "csv", title="x")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_formulas_are_guarded(text: str) -> None:
    assert exports.guarded(text) == f"'{text}" and exports.guarded("普通") == "普通"
