"""核查与公开期限：结论由信息库里活的数据算出，数据变了结论就变。"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone

from gongkai.core import evidence
from gongkai.core.evidence import Period, Status
from gongkai.core.states import Refused
from gongkai.law.workdays import Calendar
from gongkai.records import actions, deadlines, probes, upkeep
from gongkai.records.kinds import Kind
from gongkai.records.models import Column, Edition, LibraryRules, Record, SiteProbe, WorkItem

pytestmark = pytest.mark.django_db


def _run(code: str, bureau: Any, today: date | None = None) -> evidence.CheckResult:
    today = today or timezone.localdate()
    return evidence.run(code, bureau, Period(today.year, today))


def test_the_codes_of_the_catalogue_are_registered() -> None:
    wanted = {"records.plans", "records.old_plans", "records.regulations", "records.normative",
              "records.platform", "channels.ipv6"}  # fmt: skip
    assert wanted <= set(evidence.REGISTRY)


def test_plans_current_and_old(
    make: Any, carry: Any, bureau: Any, person: Any, plan_fields: Any
) -> None:
    assert _run("records.plans", bureau).status == Status.MISSING
    assert _run("records.old_plans", bureau).status == Status.NO_EVIDENCE
    LibraryRules.objects.create(organisation=bureau, sectors=["供水"], first_five_year=14)
    year = timezone.localdate().year
    number = 3 + (year - 1966) // 5
    first = 1966 + (number - 3) * 5
    now = plan_fields | {"period_from": str(first), "period_to": str(first + 4), "five_year": str(number)}
    today = timezone.localdate()
    record = carry(make(kind=Kind.PLAN, title="现行规划", fields=now, written_on=today)).record
    found = _run("records.plans", bureau)
    assert found.status == Status.MET and found.evidence == (("现行规划", f"/content/post_{record.pk}.html"),)
    if number > 14:
        assert _run("records.old_plans", bureau).status == Status.MISSING
        upkeep.keep(today)
        for item in WorkItem.objects.filter(kind="missing_period"):
            upkeep.close(person("office"), item, note="不适用：机构 2026 年才成立")
        assert _run("records.old_plans", bureau).status == Status.MET
    actions.withdraw(person("office"), Record.objects.get(pk=record.pk), reason="有误")
    assert _run("records.plans", bureau).status == Status.MISSING


def test_late_publication_turns_the_check(make: Any, carry: Any, bureau: Any) -> None:
    values: dict[str, Any] = {
        "kind": Kind.NORMATIVE, "document_number": "临水规〔2026〕1号", "effective_on": date(2026, 1, 1),
        "expires_on": date(2030, 12, 31), "fields": {"legality_opinion": "已审"},
    }  # fmt: skip
    assert _run("records.normative", bureau).status == Status.NO_EVIDENCE
    edition = carry(make(**values, written_on=timezone.localdate()))
    found = _run("records.normative", bureau)
    assert found.status == Status.MET and found.evidence[0][1] == edition.record.get_absolute_url()
    Edition.objects.filter(pk=edition.pk).update(written_on=date(2025, 1, 1))
    assert _run("records.normative", bureau).status == Status.LATE
    Edition.objects.filter(pk=edition.pk).update(expires_on=None)
    assert _run("records.normative", bureau).status == Status.MISSING


def test_no_blank_column_and_no_page_without_a_number(make: Any, carry: Any, bureau: Any, site: Any) -> None:
    carry(make())
    found = _run("records.platform", bureau)
    assert found.status == Status.MISSING and "规范性文件" in found.why
    Column.objects.exclude(slug="notices").update(not_applicable="机构刚成立")
    assert _run("records.platform", bureau).status == Status.MET
    Record.objects.update(index_number="")
    assert "索引号" in _run("records.platform", bureau).why


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<html><title>site</title></html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None: ...


class _Six(ThreadingHTTPServer):
    import socket

    address_family = socket.AF_INET6


@pytest.fixture
def both() -> Iterator[int]:
    """同一端口在 IPv4、IPv6 环回地址上都有人应答。"""
    four = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    six = _Six(("::1", four.server_port), _Page)
    threads = [threading.Thread(target=server.serve_forever) for server in (four, six)]
    for thread in threads:
        thread.start()
    yield four.server_port
    for server, thread in zip((four, six), threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()


def test_ipv6_is_proved_by_a_visit_only(
    site: Any, bureau: Any, settings: Any, both: int, monkeypatch: Any
) -> None:
    settings.FETCH_PRIVATE = True
    assert _run("channels.ipv6", bureau).status == Status.NO_EVIDENCE
    site.domain = "no-such-host.invalid"
    site.save()
    assert not probes.probe(site).online
    assert _run("channels.ipv6", bureau).status == Status.NO_EVIDENCE, "没有网络什么也证明不了"
    site.domain = f"127.0.0.1:{both}"
    site.save()
    row = probes.probe(site)
    assert row.online and not row.reachable
    assert "没有 IPv6" in _run("channels.ipv6", bureau).why
    site.domain = f"localhost:{both}"
    site.save()
    # 有的机器 localhost 只解析到 IPv4：照真的域名那样两个地址都有。
    real = probes.socket.getaddrinfo

    def resolve(host: str, port: Any, family: int = 0, *rest: Any) -> Any:
        names = {2: "127.0.0.1", 10: "::1"}
        return real(names.get(int(family), host) if host == "localhost" else host, port, family, *rest)

    monkeypatch.setattr(probes.socket, "getaddrinfo", resolve)
    row = probes.probe(site)
    assert row.reachable and row.same_as_ipv4 and row.addresses == ["::1"]
    assert _run("channels.ipv6", bureau).status == Status.MET
    SiteProbe.objects.update(at=timezone.now() - timezone.timedelta(days=8))
    assert _run("channels.ipv6", bureau).status == Status.NO_EVIDENCE


def test_the_deadline_is_twenty_workdays_or_its_own(draft: Edition, person: Any) -> None:
    calendar, handler = Calendar.official(), person("handler")
    found = deadlines.deadline_of(draft, calendar, date(2026, 1, 6))
    assert found and (found.due.due, found.light) == (date(2026, 2, 2), "green")
    for today, light in (
        (date(2026, 1, 26), "yellow"),
        (date(2026, 2, 2), "yellow"),
        (date(2026, 2, 3), "red"),
    ):
        again = deadlines.deadline_of(draft, calendar, today)
        assert again and again.light == light, today
    with pytest.raises(Refused, match="依据"):
        deadlines.set_term(handler, draft.record, days=20, unit="calendar_days")
    with pytest.raises(Refused, match="职责"):
        deadlines.set_term(person("secrecy"), draft.record, days=None)
    deadlines.set_term(handler, draft.record, days=20, unit="calendar_days", basis="《预算法》第十四条")
    draft.record.refresh_from_db()
    found = deadlines.deadline_of(draft, calendar, date(2026, 1, 6))
    assert found and found.due.due == date(2026, 1, 25), "自然日不同于工作日"
    draft.formed_on, draft.published_at = (
        date(2026, 1, 2),
        timezone.make_aware(timezone.datetime(2026, 1, 23)),
    )
    found = deadlines.deadline_of(draft, calendar, date(2026, 3, 1))
    assert found and (found.due.due, found.light) == (date(2026, 1, 22), "red"), "逾期公开的一直是红灯"
