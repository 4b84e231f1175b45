"""更正（条例第四十一条）：证据、核实、拟答复、签发、发出、登记怎样改的，一步不少，各是各的人。"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from foi_samples import TEXT, pdf

from gongkai.audit.models import Entry
from gongkai.core.states import Refused
from gongkai.requests import actions, states
from gongkai.requests.models import CorrectionReply, RecordCorrection

GIVEN = {
    "record": "用水登记里的户名“李泗”", "evidence": "《户口簿》", "facts": "与户口簿核对，登记确有笔误",
}  # fmt: skip
CHANGE = GIVEN | {"result": "corrected", "change": "户名由“李泗”改为“李四”"}


@pytest.fixture
def filed(agency: Any, today: Any) -> tuple[RecordCorrection, str]:
    return actions.file_correction(
        states.CITIZEN,
        agency=agency,
        applicant={"kind": "natural", "name": "李四", "identity_number": "X1", "phone": "13900000000"},
        text="户名写成李泗，应为李四",
        files=[("evidence", pdf("户口簿.pdf")), ("identity", pdf("身份证.pdf"))],
    )


@pytest.fixture
def row(filed: Any) -> RecordCorrection:
    found: RecordCorrection = filed[0]
    return found


def refused(call: Any, code: str) -> str:
    with pytest.raises(Refused) as caught:
        call()
    assert code in {refusal.code for refusal in caught.value.refusals}, str(caught.value)
    return str(caught.value)


def test_evidence_is_asked_for_and_kept(agency: Any, row: RecordCorrection) -> None:
    assert sorted(row.files.values_list("kind", flat=True)) == ["evidence", "identity"]
    assert row.due == date(2026, 3, 30)
    person = {"kind": "natural", "name": "李四"}
    for files in ([], [("identity", pdf())]):
        refused(
            lambda files=files: actions.file_correction(
                states.CITIZEN, agency=agency, applicant=person, text="错", files=files
            ),
            "evidence",
        )
    assert RecordCorrection.objects.count() == 1


def test_a_change_needs_the_record_found_and_a_refusal_its_reason(
    row: Any, person: Any, outsider: Any
) -> None:
    clerk = person("clerk")
    for who in ("handler", "secrecy", "leader"):
        refused(lambda who=who: actions.prepare_fix(person(who), row, **CHANGE), "duty")
    refused(lambda: actions.prepare_fix(outsider, row, **CHANGE), "duty")
    refused(lambda: actions.prepare_fix(clerk, row, **CHANGE), "record")
    actions.add_fix_file(clerk, row, kind="record", file=pdf("用水登记.pdf"))
    refused(lambda: actions.prepare_fix(clerk, row, **(CHANGE | {"change": " "})), "change")
    refused(lambda: actions.prepare_fix(clerk, row, **(CHANGE | {"facts": ""})), "facts")
    refused(
        lambda: actions.prepare_fix(clerk, row, **(GIVEN | {"result": "refused", "reason": "不对"})), "reason"
    )
    values = GIVEN | {"result": "transferred", "transferred_to": "临江市公安局"}
    refused(lambda: actions.prepare_fix(clerk, row, **values), "transferred_to")
    assert actions.prepare_fix(clerk, row, **CHANGE).state == "draft"


def _signed(row: Any, person: Any, **values: Any) -> CorrectionReply:
    actions.add_fix_file(person("clerk"), row, kind="record", file=pdf("用水登记.pdf"))
    actions.prepare_fix(person("clerk"), row, **(CHANGE | values))
    return actions.sign_fix(person("chief"), row)


def test_another_person_signs_and_a_sent_reply_cannot_change(row: Any, person: Any) -> None:
    actions.add_fix_file(person("chief"), row, kind="record", file=pdf("用水登记.pdf"))
    actions.prepare_fix(person("chief"), row, **CHANGE)
    refused(lambda: actions.sign_fix(person("chief"), row), "own")
    for who in ("clerk", "office", "handler", "secrecy", "legal"):
        refused(lambda who=who: actions.sign_fix(person(who), row), "duty")
    refused(lambda: actions.return_fix(person("leader"), row, reason=" "), "reason")
    assert actions.return_fix(person("leader"), row, reason="写明登记的日期").returned == "写明登记的日期"
    actions.prepare_fix(person("clerk"), row, **CHANGE)
    reply = actions.sign_fix(person("leader"), row)
    refused(lambda: actions.prepare_fix(person("clerk"), row, **CHANGE), "state")
    refused(lambda: actions.dispatch_fix(person("clerk"), row, carrier="courier"), "carrier")
    refused(lambda: actions.dispatch_fix(person("clerk"), row, carrier="ems"), "tracking")
    original = reply.file.read()
    reply.file.storage.delete(reply.file.name)
    reply.file.storage.save(reply.file.name, ContentFile(original + b"x"))
    refused(lambda: actions.dispatch_fix(person("clerk"), row, carrier="portal"), "hash")
    reply.file.storage.delete(reply.file.name)
    reply.file.storage.save(reply.file.name, ContentFile(original))
    sent = actions.dispatch_fix(person("clerk"), row, carrier="ems", tracking="EB1")
    row.refresh_from_db()
    assert (row.state, row.answered_on, sent.state) == ("corrected", date(2026, 3, 2), "dispatched")
    served = actions.serve_fix(person("clerk"), row, on=date(2026, 3, 2), signer="李四")
    assert (served.state, served.signer) == ("served", "李四")
    served.text = "别的"
    with pytest.raises(RuntimeError, match="已经发出"):
        served.save()


def test_a_decided_change_is_carried_out_and_noted(row: Any, person: Any) -> None:
    refused(lambda: actions.carry_out_fix(person("clerk"), row, text="改了"), "state")
    _signed(row, person)
    actions.dispatch_fix(person("clerk"), row, carrier="portal")
    refused(lambda: actions.carry_out_fix(person("clerk"), row, text=" "), "text")
    done = actions.carry_out_fix(person("clerk"), row, text="户名由“李泗”改为“李四”", file=pdf("更正后.pdf"))
    assert done.carried_out_on == date(2026, 3, 2) and row.files.filter(kind="changed").count() == 1
    refused(lambda: actions.carry_out_fix(person("clerk"), row, text="改了"), "once")
    names = set(Entry.objects.filter(subject__contains="recordcorrection").values_list("action", flat=True))
    steps = ("file.fix", "add_fix_file", "prepare_fix", "sign_fix", "dispatch_fix", "carry_out_fix")
    assert names == {f"requests.{name}" for name in steps}


def test_the_screens_carry_it_to_the_end(filed: Any, person: Any, client: Client, site: Any) -> None:
    row, secret = filed
    url = reverse("foi:filed_one", args=["fix", row.pk])

    def act(who: str, name: str, **data: Any) -> str:
        client.force_login(person(who))
        answer = client.post(reverse("foi:fix_act", args=[row.pk, name]), data, follow=True)
        return answer.content.decode()

    client.force_login(person("handler"))
    assert client.get(url).status_code == 404
    client.force_login(person("clerk"))
    page = client.get(url).content.decode()
    assert "户口簿.pdf" in page and "拟更正答复" in page
    file = row.files.get(kind="evidence")
    assert client.get(reverse("foi:fix_file", args=[file.pk])).status_code == 200
    assert Entry.objects.filter(action="requests.open_fix_file").count() == 1
    given = {f"prepare-{key}": value for key, value in CHANGE.items()}
    kept = act("clerk", "prepare", **given)
    assert "请先放入本机关查到的记录" in kept and "户名由“李泗”改为“李四”" in kept
    act("clerk", "file", **{"file-kind": "record", "file-file": pdf("用水登记.pdf")})
    assert "已拟答复" in act("clerk", "prepare", **given)
    assert client.get(reverse("foi:fix_reply", args=[row.pk, "docx"])).status_code == 200
    client.force_login(person("leader"))
    assert client.get(url).status_code == 200
    assert "已签发" in act("leader", "sign")
    sent = act("clerk", "dispatch", **{"dispatch-carrier": "portal", "dispatch-on": "2026-03-02"})
    assert "还没有登记怎样改的" in sent
    assert "待登记怎样改的" in client.get(reverse("foi:filed"), {"kind": "fix"}).content.decode()
    act("clerk", "carry_out", **{"carry_out-on": "2026-03-02", "carry_out-text": "户名已改"})
    citizen = Client()
    citizen.post("/track/", {"number": row.number, "code": secret})
    shown = citizen.get("/track/case/").content.decode()
    assert "临水公开更〔2026〕1号" in shown and "户名已改" in shown
    got = citizen.get("/track/reply.pdf")
    assert b"".join(got.streaming_content)[:4] == b"%PDF"
    assert Entry.objects.filter(action="requests.fetch").count() == 1


def test_the_counter_takes_a_correction_on_paper(
    agency: Any, person: Any, client: Client, today: Any
) -> None:
    client.force_login(person("fagui"))
    url = reverse("foi:filed_new", args=["fix"])
    data = {"text": "户名写错", "kind": "natural", "name": "李四", "identity_number": "X1"}
    bare = client.post(url, data)
    assert "请提交证明记录不准确的证据" in bare.content.decode() and "户名写错" in bare.content.decode()
    done = client.post(url, data | {"files": pdf("户口簿.pdf")}, follow=True)
    assert "查询码" in done.content.decode() and RecordCorrection.objects.get().files.count() == 1
    client.force_login(person("clerk"))
    for kind in ("complaint", "suggestion"):
        about = {"about": agency.pk} if kind == "complaint" else {}
        answer = client.post(
            reverse("foi:filed_new", args=[kind]), {"text": TEXT, "kind": "natural"} | about, follow=True
        )
        assert "查询码" in answer.content.decode(), kind


def test_who_asked_is_forgotten_when_the_term_is_over(row: Any, person: Any, agency: Any) -> None:
    from gongkai.requests.forgetting import forget_filed
    from gongkai.requests.models import Suggestion

    _signed(row, person)
    actions.dispatch_fix(person("clerk"), row, carrier="portal")
    wish = "电话13900000000，请公开水质月报"
    who = {"kind": "natural", "name": "王五"}
    note, _secret = actions.suggest(states.CITIZEN, agency=agency, text=wish, applicant=who)
    actions.answer_filed(person("clerk"), note, state="accepted", answer="每月公开")
    assert forget_filed(date(2036, 3, 2)) == 0
    # 决定更正还没有登记怎样改的，先不动。
    assert forget_filed(date(2036, 3, 3)) == 1
    note = Suggestion.objects.select_related("applicant").get()
    assert (
        "13900000000" not in note.text and "水质月报" in note.text and note.applicant.name == "（已去标识）"
    )
    actions.carry_out_fix(person("clerk"), row, text="李四的户名已改")
    kept = row.files.first().file
    storage, name = kept.storage, kept.name
    assert forget_filed(date(2036, 3, 3)) == 1 and forget_filed(date(2036, 3, 3)) == 0
    row = RecordCorrection.objects.select_related("applicant", "reply").get(pk=row.pk)
    assert row.applicant.identity_number == "" and "李四" not in row.text + row.carried_out + row.answer
    assert not any(each.file for each in row.files.all()) and row.reply.file.read()[:4] == b"%PDF"
    assert storage.exists(name)  # 删文件在提交以后；本测试不提交
    assert Entry.objects.filter(action="requests.forget_filed").count() == 2
