"""关口：个人信息、错词、链接、解读。"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone

from gongkai.core.fetch import FetchError, fetch
from gongkai.core.states import Refused
from gongkai.records import actions, gates, links, scans, tasks
from gongkai.records.kinds import Kind
from gongkai.records.models import Edition, LinkCheck, RememberedPhrase, WordRule

pytestmark = pytest.mark.django_db
MOBILE = "13800138000"


def _fields(edition: Edition, *, blocking: bool) -> list[str]:
    return [p.field for p in gates.problems(edition) if p.blocking is blocking and p.field != "attachments"]


def test_personal_data_stops_the_submission_in_whatever_field(make: Any, person: Any) -> None:
    edition = make(
        kind=Kind.INSTITUTION,
        summary=f"联系人手机{MOBILE}",
        body="<p>身份证号<b>1101011990</b>03077774</p>",
        fields={
            "address": "水务路1号",
            "hours": "9时至17时",
            "phone": MOBILE,
            "leader": "张三",
            "duties": "供水",
        },
    )
    with pytest.raises(Refused) as refused:
        actions.move(person("handler"), edition, "submit")
    codes = {refusal.code for refusal in refused.value.refusals}
    assert {"gate:summary", "gate:fields.phone"} <= codes
    assert MOBILE not in str(refused.value) and "138****8000" in str(refused.value)


def test_a_reviewer_lets_a_published_phone_pass_with_a_reason(make: Any, person: Any) -> None:
    edition = make(body=f"<p>值班电话：{MOBILE}，欢迎来电。</p>")
    problem = next(p for p in gates.problems(edition) if p.check == scans.PERSONAL)
    let = {"check": problem.check, "context": problem.context}
    with pytest.raises(Refused, match="由您拟稿|职责"):
        scans.remember(person("handler"), edition, reason="公开的", **let)
    with pytest.raises(Refused, match="为什么"):
        scans.remember(person("secrecy"), edition, reason=" ", **let)
    row = scans.remember(person("secrecy"), edition, reason="对外公布的值班电话", **let)
    assert MOBILE not in row.shown and MOBILE not in row.context
    assert actions.move(person("handler"), edition, "submit").state == Edition.State.HEAD
    # 换了上下文就要重新放行。
    other = make(body=f"<p>王某某的手机{MOBILE}</p>")
    assert any(p.check == scans.PERSONAL and p.blocking for p in gates.problems(other))
    with pytest.raises(Refused, match="没有这处"):
        scans.remember(person("secrecy"), other, reason="x", **let)
    scans.forget(person("office"), row)
    assert not RememberedPhrase.objects.exists()


def test_wrong_words_warn_until_remembered_or_retired(make: Any, person: Any, bureau: Any) -> None:
    scans.add_word(person("office"), bureau, wrong="供水科", right="供水处", note="2025年机构改革")
    scans.add_word(person("office"), bureau, wrong="水务", right="水务局")
    edition = make(title="水务局关于供水科迁址的通知", body="<p>水务局登记。</p>")
    found = [p for p in gates.problems(edition) if p.check == scans.WORDING]
    assert [(p.field, p.blocking) for p in found] == [("title", False)], "正词里的错词不报"
    assert "供水处" in found[0].message
    scans.remember(person("handler"), edition, check="wording", context=found[0].context, reason="文件原名")
    assert not [p for p in gates.problems(edition) if p.check == scans.WORDING]
    with pytest.raises(Refused, match="不能一样"):
        scans.add_word(person("office"), bureau, wrong="水", right="水")
    with pytest.raises(Refused, match="词表"):
        scans.add_word(person("handler"), bureau, wrong="甲", right="乙")
    scans.retire_word(person("office"), WordRule.objects.get(wrong="供水科"))
    assert not [p for p in gates.problems(make(body="<p>供水科</p>")) if p.check == scans.WORDING]


def test_links_inside_are_looked_up_in_the_library(make: Any, carry: Any, person: Any) -> None:
    live, draft, gone = carry(make()), make(), carry(make())
    actions.withdraw(person("office"), gone.record, reason="有误")
    hrefs = [
        f"/content/post_{live.record_id}.html", f"/content/post_{draft.record_id}.html",
        f"http://localhost/content/post_{gone.record_id}.html", "/content/post_99999999.html",
        "/columns/statutory/normative/", "/columns/nowhere/", "/no/such/page", "#a", "mailto:a@b.cn",
    ]  # fmt: skip
    body = "<p>" + "".join(f'<a href="{href}">看</a>' for href in hrefs) + "</p>"
    found = {p.message: p.blocking for p in gates.dead_links(make(body=body))}
    assert sorted(found.values()) == [False, True, True, True, True]
    assert any("还没有公开" in message for message, blocking in found.items() if not blocking)


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/alive")
        else:
            self.send_response({"/alive": 200, "/gone": 404, "/guarded": 403, "/broken": 500}[self.path])
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def outside() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    # 环回地址不是本平台的域名（站点是 localhost），所以算站外。
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_links_outside_are_checked_in_the_background(
    make: Any, outside: str, settings: Any, site: Any
) -> None:
    settings.FETCH_PRIVATE = True
    paths = ("/alive", "/moved", "/gone", "/guarded", "/broken")
    edition = make(body="".join(f'<p><a href="{outside}{path}">看</a></p>' for path in paths))
    assert [p.blocking for p in gates.dead_links(edition)] == [False] * 5, "没查过的只提醒"
    assert tasks.check_links.func(edition=edition.pk) == 5
    states = {row.url.removeprefix(outside): row.state for row in LinkCheck.objects.all()}
    assert states == {
        "/alive": "alive", "/moved": "alive", "/gone": "dead", "/guarded": "alive", "/broken": "unsure",
    }  # fmt: skip
    found = list(gates.dead_links(edition))
    assert [(p.blocking, "404" in p.message) for p in found] == [(True, True), (False, False)]
    assert links.unchecked(edition) == []
    LinkCheck.objects.update(checked_at=timezone.now() - timedelta(days=8))
    assert len(links.unchecked(edition)) == 5


def test_the_inner_network_is_out_of_reach(outside: str, settings: Any) -> None:
    settings.FETCH_PRIVATE = False
    for url in (
        outside,
        "http://localhost:1/",
        "http://[::1]/",
        "http://169.254.169.254/x",
        "http://10.0.0.1/",
    ):
        with pytest.raises(FetchError, match="内部网络"):
            fetch(url)
    for url in ("ftp://a.cn/", "file:///etc/passwd", "http:///x"):
        with pytest.raises(FetchError, match="开头"):
            fetch(url)
    settings.FETCH_PRIVATE = True
    with pytest.raises(FetchError, match="超过"):
        fetch(f"{outside}/alive", max_bytes=1)


def _normative(make: Any) -> Edition:
    return make(
        kind=Kind.NORMATIVE,
        document_number="临水规〔2026〕1号",
        effective_on=date(2026, 3, 1),
        expires_on=date(2031, 2, 28),
        fields={"legality_opinion": "临水法审〔2026〕1号"},
    )


def test_a_normative_document_waits_for_its_interpretation(
    make: Any, interpret: Any, carry: Any, person: Any
) -> None:
    signed = carry(_normative(make), until="sign")
    assert "relations" in _fields(signed, blocking=False)
    with pytest.raises(Refused, match="还没有签发的解读"):
        actions.publish(person("office"), signed)
    told = carry(interpret(signed), until="sign")
    live = actions.publish(person("office"), signed)
    told.refresh_from_db()
    assert live.state == told.state == Edition.State.PUBLISHED, "解读与文件同时公开"


def test_the_demand_for_an_interpretation_is_a_setting(make: Any, carry: Any, person: Any) -> None:
    from gongkai.records.models import LibraryRules

    signed = carry(_normative(make), until="sign")
    LibraryRules.objects.create(organisation=signed.record.agency, interpretation_blocks=False)
    assert actions.publish(person("office"), signed).state == Edition.State.PUBLISHED


def test_attachments_are_read_and_scanned(draft: Edition, person: Any) -> None:
    import io

    import docx
    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    document, buffer = docx.Document(), io.BytesIO()
    document.add_table(rows=1, cols=1).cell(0, 0).text = f"联系人张三 {MOBILE}"
    document.save(buffer)
    file = SimpleUploadedFile("名单.docx", buffer.getvalue())
    row = actions.attach(person("handler"), draft, file, name="名单")
    assert MOBILE in row.text
    found = [p for p in gates.problems(draft) if p.field == "attachments"]
    assert found[0].blocking and "附件“名单”" == found[0].label
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    actions.attach(person("handler"), draft, SimpleUploadedFile("a.png", picture.getvalue()), name="照片")
    found = [p for p in gates.problems(draft) if "照片" in p.label]
    assert [p.blocking for p in found] == [False] and "人工核对" in found[0].message


def test_the_built_in_words_are_checked(make: Any) -> None:
    found = [p.message for p in gates.problems(make(body="<p>根据国办发[2017]47号，帐号应予登陆。</p>"))]
    assert any("国办发〔2017〕47号" in message for message in found)


def test_a_file_swapped_on_the_disk_is_not_published(draft: Edition, carry: Any, person: Any) -> None:
    from pathlib import Path

    from django.core.files.uploadedfile import SimpleUploadedFile

    pdf = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    )
    pdf += b"trailer<</Root 1 0 R>>\n%%EOF"
    row = actions.attach(person("handler"), draft, SimpleUploadedFile("a.pdf", pdf), name="图纸")
    signed = carry(draft, until="sign")
    path = Path(row.file.path)
    path.write_bytes(pdf + b"x")
    with pytest.raises(Refused, match="图纸"):
        actions.publish(person("office"), signed)
    path.unlink()
    with pytest.raises(Refused, match="已丢失"):
        actions.publish(person("office"), signed)
    path.write_bytes(pdf)
    assert actions.publish(person("office"), signed).state == Edition.State.PUBLISHED
