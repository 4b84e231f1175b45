"""批量装入：法律法规、政策文件成为公开信息，可停可续，版本沿革有结果。"""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gongkai.audit.models import Entry
from gongkai.core.numbering import next_numbers
from gongkai.records.kinds import Kind
from gongkai.records.library_files import read
from gongkai.records.loading import Load
from gongkai.records.models import Placement, Record
from gongkai.records.signals import record_changed

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LAWS, POLICIES = DATA / "laws" / "laws.jsonl", DATA / "policy_raw_2019" / "policies.jsonl"


def _law(number: int, **values: Any) -> dict[str, Any]:
    return {
        "id": f"id{number}", "path": f"行政法规/条例{number}.md", "region": "国家", "category": "行政法规",
        "name": f"条例{number}", "title": f"中华人民共和国条例{number}", "publish": "2020-05-01",
        "valid_from": None, "expired": False, "level": "行政法规", "articles": 1, "history": [],
        "text": "## 第一章 总则\n\n第一条 为了节约用水，制定本条例。\n\n第二条 本条例自2020年7月1日起施行。",
    } | values  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(*rows: dict[str, Any]) -> Path:
        path = tmp_path / "laws.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        return path

    return write


def _run(path: Path, **options: Any) -> str:
    out = StringIO()
    call_command("load_library", path, stdout=out, **options)
    return out.getvalue()


def test_dates_numbers_and_makers_are_read(file: Any) -> None:
    history = ["2014年1月17日 中华人民共和国国务院令第646号公布", "2014年3月1日 施行"]
    law, case, ended = read(
        file(
            _law(1, publish="2014-01-17", history=history),
            _law(2, category="案例", level="案例"),
            _law(3, expired=True),
        ),
        as_of=date(2025, 4, 19),
    )
    assert law.values["document_number"] == "中华人民共和国国务院令第646号"
    assert (law.values["issuer"], law.values["effective_on"]) == ("国务院", date(2014, 3, 1))
    assert law.values["summary"].startswith("为了节约用水")
    assert case.kind == Kind.OTHER and not case.fields
    assert ended.fields["lapsed_on"] == "2025-04-19" and ended.values["effective_on"] == date(2020, 7, 1)


@pytest.mark.django_db
def test_versions_replace_each_other_and_columns_fill(file: Any, site: Any) -> None:
    new = _law(2, name="条例1", publish="2024-01-01", text="第一条 本条例自2024年3月1日起施行。")
    path = file(_law(1), new, _law(3, expired=True), *[_law(n) for n in range(4, 26)])
    assert "已装入 25 件，新建版本沿革 1 条" in _run(path, batch=10)
    old = Record.objects.get(import_key="law:id1")
    assert old.validity == "repealed" and old.validity_since == date(2024, 3, 1)
    assert Record.objects.get(import_key="law:id3").validity_why == "来源注明已失效（截至2025-04-19）"
    record = Record.objects.select_related("live").get(import_key="law:id2")
    assert record.organisation.name == "科技信息处" and record.agency == site.organisation
    assert record.live and record.live.state == "published" and record.index_number.endswith("-00002")
    assert "<p>第一条 本条例自2024年3月1日起施行。</p>" in record.live.body
    pages = list(Placement.objects.filter(column__slug="regulations").values_list("page", flat=True))
    assert pages.count(1) == 20 and pages.count(2) == 5, "接着装订，不超页"
    assert Entry.objects.filter(action="records.load").count() == 3, "一批一条审计"
    assert "新建版本沿革 0 条" in _run(path) and Record.objects.count() == 25, "再装不重复"


@pytest.mark.django_db
def test_it_stops_and_goes_on(file: Any, site: Any, person: Any) -> None:
    path = file(*[_law(n) for n in range(5)])
    load = Load(site, site.organisation, person("office"))
    steps = load.run(read(path, as_of=date(2025, 1, 1)), batch=2)
    assert next(steps) == 2
    steps.close()
    assert Record.objects.count() == 2
    assert list(load.run(read(path, as_of=date(2025, 1, 1)), batch=2)) == [2, 4, 5]
    assert Record.objects.count() == 5


@pytest.mark.django_db
def test_copies_and_silence(file: Any, site: Any) -> None:
    heard: list[int] = []

    def hear(sender: Any, record: Record, **kwargs: Any) -> None:
        heard.append(record.pk)

    record_changed.connect(hear)
    try:
        _run(file(_law(1)), limit=1)
        assert len(heard) == 1
        assert "bake --all" in _run(file(_law(1), _law(2)), repeat=3, no_signals=True)
        assert Record.objects.count() == 6 and len(heard) == 1
    finally:
        record_changed.disconnect(hear)


@pytest.mark.django_db
def test_a_bad_file_is_explained(file: Any, site: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="找不到文件"):
        _run(tmp_path / "no.jsonl")
    path = tmp_path / "bad.jsonl"
    path.write_text('{"articles": 1}\n', encoding="utf-8")
    with pytest.raises(CommandError, match="第 1 行读不了"):
        _run(path)
    with pytest.raises(CommandError, match="没有叫“天文处”的单位"):
        _run(path, unit="天文处")
    with pytest.raises(CommandError, match="没有这个站点"):
        _run(path, site="nowhere.gov.cn")


@pytest.mark.django_db
def test_numbers_come_in_rows(bureau: Any) -> None:
    assert next_numbers(bureau, "x", 2026, 3) == [1, 2, 3]
    assert next_numbers(bureau, "x", 2026, 0) == [] and next_numbers(bureau, "x", 2026, 1) == [4]


@pytest.mark.skipif(not LAWS.exists(), reason="没有 shared/data/laws")
def test_every_real_law_and_policy_is_read() -> None:
    laws = list(read(LAWS, as_of=date(2025, 4, 19)))
    assert len(laws) == 1652 and len({law.key for law in laws}) == 1652
    assert all(law.values["title"] and law.values["summary"] for law in laws)
    assert sum(not law.values["issuer"] for law in laws if law.kind == Kind.REGULATION) < 15
    policies = {policy.index_number: policy for policy in read(POLICIES, as_of=date(2019, 2, 17))}
    policy = policies["000014349/2019-00004"]
    assert policy.values["document_number"] == "国办发〔2019〕4号"
    assert policy.values["written_on"] == date(2019, 1, 16)
