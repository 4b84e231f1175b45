"""败诉的各种错误（law.mistakes）：每项控制真去犯一次，须被拦下；测试名里是控制的标识。"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from foi_samples import CLEAR, GIVE, INTERNAL, NOT_FOUND, PUBLIC, TEXT, WITHHELD, pdf

from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.law.mistakes import MISTAKES
from gongkai.requests import actions, gates, letters, queries, states
from gongkai.requests.models import Applicant, Case, CaseNotice, Consultation, Letter

# 别处把守的控制：在哪个文件的哪一个测试里。
ELSEWHERE = {
    "workday_calendar": (
        "law/test_workdays.py",
        "test_the_shipped_table_agrees_with_chinesecalendar_every_day",
    ),
    "redaction_and_masking": (
        "formats/test_redaction.py",
        "test_suggested_numbers_are_covered_and_cannot_be_read_back",
    ),
}


def test_every_control_has_a_test() -> None:
    here = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    controls = {mistake.control for mistake in MISTAKES}
    assert len(MISTAKES) == 32 and controls - set(ELSEWHERE) <= here
    for path, name in ELSEWHERE.values():
        text = (Path(__file__).resolve().parents[1] / path).read_text("utf-8")
        assert f"def {name}(" in text, (path, name)


def refused(call: Callable[[], Any], *codes: str) -> str:
    """须被拒绝，且原因里有这些代码之一；返回全部原因。"""
    with pytest.raises(Refused) as caught:
        call()
    found = {refusal.code for refusal in caught.value.refusals}
    assert not codes or found & set(codes), (found, str(caught.value))
    return str(caught.value)


@pytest.fixture
def item(working: Any) -> Any:
    return working().items.get()


def problems(item: Any) -> str:
    item.refresh_from_db()
    return "；".join(gates.item_problems(item))


def test_clock_alarms(working: Any, person: Any, today: Any) -> None:
    """第 10、15、18 个工作日和末日提醒；末日起逐级上报；同一档不重发。"""
    case = working()
    sent = {}
    for month, number in ((3, 13), (3, 16), (3, 23), (3, 26), (3, 30), (3, 31)):
        day = date(2026, month, number)
        today(day)
        sent[day] = actions.remind(day)
        assert actions.remind(day) == 0
    kinds = list(CaseNotice.objects.order_by("id").values_list("kind", flat=True).distinct())
    assert sent[date(2026, 3, 13)] == 0 and sorted(set(kinds)) == ["day10", "day15", "day18", "last", "late1"]
    told = {
        kind: set(CaseNotice.objects.filter(kind=kind).values_list("user__username", flat=True))
        for kind in kinds
    }
    assert {"office", "clerk", "chief", "handler", "head"} == told["day10"]
    assert told["last"] - told["day10"] == {"leader"}
    assert case.due == date(2026, 3, 30)


def test_intake_heartbeat(receive: Any, today: Any) -> None:
    """门户提交即确认，两个日期相同；一个工作日没人登记就报警。"""
    case = receive()
    assert case.state == "received" and case.alarm == case.due
    assert [event.kind for event in case.events.all()] == ["Received", "Confirmed"]
    assert actions.remind(date(2026, 3, 2)) == 0
    assert actions.remind(date(2026, 3, 3)) > 0
    assert set(CaseNotice.objects.values_list("kind", flat=True)) == {"unread"}


def test_any_office_intake(receive: Any, person: Any, agency: Any, outsider: Any, today: Any) -> None:
    """哪个处室都能收，首次到达之日不变；外单位的人不能替收。"""
    unit = Organisation.objects.get(parent=agency, name="法规处")
    today(date(2026, 3, 4))
    case = receive(person("fagui"), channel="in_person", arrived_on=date(2026, 3, 2), arrived_at=unit)
    assert (case.received_on, case.arrived_at) == (date(2026, 3, 2), unit)
    refused(lambda: receive(outsider, channel="in_person"), "duty")


def _ask(person: Any, case: Any, **values: Any) -> Any:
    defects = [{"what": "content", "text": "没有写明年度", "guidance": "请写明年度"}]
    return actions.ask_correction(person("clerk"), case, **({"defects": defects} | values))


def test_one_correction(working: Any, person: Any, today: Any) -> None:
    """第 7 个工作日之后拒绝；写明理由仍发的，原期限不变；第二次一律拒绝。"""
    case = working()
    today(date(2026, 3, 12))
    refused(lambda: _ask(person, case), "late")
    notice = _ask(person, case, late_reason="查档后才发现描述指向两份文件")
    actions.dispatch(person("clerk"), notice.letter, carrier="portal")
    case.refresh_from_db()
    assert (case.due, case.waiting) == (date(2026, 3, 30), "")
    case = actions.correct(states.CITIZEN, case, text="2025年的")
    refused(lambda: _ask(person, case), "once")
    case.refresh_from_db()
    assert case.due == date(2026, 3, 30)


def test_correction_guidance(working: Any, person: Any) -> None:
    case = working()
    refused(lambda: _ask(person, case, defects=[{"text": "不明确", "guidance": " "}]), "guidance")
    refused(lambda: _ask(person, case, defects=[]), "guidance")


def test_lapse_needs_service(working: Any, person: Any, today: Any, decide: Any) -> None:
    """没有送达证明不能认定逾期；期限届满的次日起才能。"""
    case = working()
    notice = _ask(person, case, within=10)
    delivery = actions.dispatch(person("clerk"), notice.letter, carrier="ems", tracking="E1")
    today(date(2026, 4, 1))
    refused(lambda: actions.lapse_correction(person("clerk"), case), "service")
    actions.serve(person("clerk"), delivery, on=date(2026, 3, 19))
    refused(lambda: actions.lapse_correction(person("clerk"), case), "early")
    today(date(2026, 4, 3))
    case = actions.lapse_correction(person("clerk"), case)
    delivery.refresh_from_db()
    assert delivery.record.kind == "proof"  # 送达回证随之存进案卷
    answers = {"alive": "not_corrected", "correction_served": "yes", "correction_excuse": "no"}
    item = decide(case.items.get(), answers)
    assert item.code == "F1" and problems(item) == ""
    letter = actions.draft_decision(person("handler"), case)
    assert (letter.template, letter.outcome) == ("T23", "r6_1")
    # 收费的也一样：没有送达、期限没过，都不能认定。
    charged = working()
    fee = actions.notice_fee(person("clerk"), charged, method="by_pages", pages=68, why="页数多")
    sent = actions.dispatch(person("clerk"), fee.letter, carrier="ems", tracking="E2")
    today(date(2026, 6, 1))
    refused(lambda: actions.lapse_fee(person("clerk"), charged), "service")
    actions.serve(person("clerk"), sent, on=date(2026, 6, 1))
    refused(lambda: actions.lapse_fee(person("clerk"), charged), "early")


def test_extension_by_head(working: Any, person: Any, today: Any) -> None:
    """只有工作机构负责人能批；期限届满后不能批，也不能事后告知；只有一次。"""
    case = working()
    extension = actions.ask_extension(person("handler"), case, reason="材料分散在三个档案室")
    for who in ("office", "clerk", "head", "leader", "handler"):
        refused(lambda who=who: actions.answer_extension(person(who), extension, grant=True), "duty")
    granted = actions.answer_extension(person("chief"), extension, grant=True)
    refused(lambda: actions.ask_extension(person("handler"), case, reason="再延"), "once")
    today(date(2026, 3, 31))
    refused(lambda: actions.dispatch(person("clerk"), granted.letter, carrier="portal"), "clock")
    case.refresh_from_db()
    assert case.due == date(2026, 3, 30)
    late = working()
    later = actions.ask_extension(person("handler"), late, reason="材料分散")
    today(date(2026, 6, 1))
    refused(lambda: actions.answer_extension(person("chief"), later, grant=True), "late")


def _search(person: Any, item: Any, who: str, *places: str, **values: Any) -> Any:
    rows = [{"place": place, "words": "检漏"} for place in places]
    return actions.add_search(person(who), item, places=rows, **({"result": "none"} | values))


def test_search_record(item: Any, decide: Any, person: Any) -> None:
    decide(item, NOT_FOUND)
    assert "还没有检索记录" in problems(item)
    refused(lambda: _search(person, item, "handler", "", result="none"), "places")
    _search(person, item, "handler", "档案室", clues="申请人给了文号")
    assert "至少检索 2 处" in problems(item)
    _search(person, item, "handler", "公文系统")
    assert "另一人再检索" in problems(item)
    _search(person, item, "head", "公文系统")
    assert problems(item) == ""


def test_decision_wizard(item: Any, decide: Any) -> None:
    """代码由问题得出；直接改库里的代码，拟稿时也会被发现。"""
    assert decide(item, CLEAR).code == ""
    refused(lambda: decide(item, {"alive": "no such"}), "answers")
    decide(item, PUBLIC, materials={"where": "网站"})
    item.refresh_from_db()
    item.code = "D1a"
    assert "决定与所答的问题不符" in "；".join(gates.item_problems(item))


def test_competent_organ(item: Any, decide: Any, outsider: Any) -> None:
    answers = {key: value for key, value in CLEAR.items() if key != "found"} | {"ours": "no"}
    decide(item, answers)
    assert "负责公开的机关" in problems(item)
    decide(item, answers, materials={"competent_organ": {"name": "市财政局"}})
    assert "负责公开的机关" in problems(item)
    decide(item, answers, materials={"competent_organ": {"name": "市财政局", "contact": "020-1"}})
    assert problems(item) == ""
    decide(item, answers, materials={"competent_organ": {"unknown": "机构改革后职责未定"}})
    assert problems(item) == ""
    # 名录里有同城的机关，联系方式取它自己的规则；没有本机关。
    from gongkai.requests.models import RequestRules

    other = outsider.duties.first().organisation.agency
    RequestRules.objects.create(agency=other, phone="020-55556666")
    found = {row["name"]: row["contact"] for row in queries.directory(item.case.agency)}
    assert found[other.name] == "020-55556666" and item.case.agency.name not in found


def test_separability(item: Any, decide: Any) -> None:
    """不答能否区分，得不出拒绝；能区分的成了部分公开，须逐处写明。"""
    asked = {key: value for key, value in INTERNAL.items() if key != "separable_C5"}
    assert decide(item, asked).code == ""
    decide(item, asked | {"separable_C5": "yes"}, materials={"why_not_released": TEXT})
    assert item.case.items.get().code == "B" and "逐处列出" in problems(item)


def test_reasoned_refusal(item: Any, decide: Any) -> None:
    decide(item, INTERNAL, reason="涉及秘密", facts="内部", materials={"why_not_released": TEXT})
    found = problems(item)
    assert "“事实”只有 2 个字" in found and "“理由”只有 4 个字" in found


THIRD = WITHHELD | {"ground": "third_party"}


def test_consultation_required(working: Any, decide: Any, person: Any, today: Any) -> None:
    """没有书面征求意见不行；逾期沉默的只能答“逾期没有提出”，由本机关决定。"""
    case = working()
    item = case.items.get()
    refuse = THIRD | {"opinion": "refuse", "interest": "no", "separable_C4": "no"}
    decide(item, refuse)
    assert "须先书面征求第三方意见" in problems(item)
    row, _token = actions.consult(person("clerk"), case, party="third_party", name="甲公司", content="合同")
    actions.dispatch(person("clerk"), row.letter, carrier="direct", signer="甲")
    assert "还没有收到" in problems(item)
    today(date(2026, 3, 24))
    actions.lapse_consultation(person("clerk"), row)
    assert "与征求意见的记录不符" in problems(item)
    decide(item, THIRD | {"opinion": "silent", "own_view": "yes", "interest": "no", "separable_C4": "no"})
    assert "还没有写明本机关对第三方意见的判断" in problems(item)


def test_own_assessment(working: Any, decide: Any, person: Any) -> None:
    case = working()
    item = case.items.get()
    row, token = actions.consult(person("clerk"), case, party="third_party", name="甲公司", content="合同")
    actions.dispatch(person("clerk"), row.letter, carrier="direct", signer="甲")
    refused(lambda: actions.opine(states.CITIZEN, row, opinion="object"), "text")
    row = actions.opine(states.CITIZEN, actions.by_token(token), opinion="object", text="有商业秘密")
    decide(item, THIRD | {"opinion": "refuse", "interest": "no", "separable_C4": "no"})
    assert "还没有写明本机关对第三方意见的判断" in problems(item)
    refused(lambda: actions.assess(person("clerk"), row, assessment="reasonable", text="同意"), "text")
    actions.assess(person("clerk"), row, assessment="reasonable", text=TEXT)
    assert problems(item) == ""


def test_override_notice(working: Any, decide: Any, person: Any, today: Any, answer: Any) -> None:
    """第三方反对而仍公开：先书面告知，等满期限才能提供。"""
    case = working(form="electronic")
    item = case.items.get()
    row, _token = actions.consult(person("clerk"), case, party="third_party", name="甲公司", content="合同")
    actions.dispatch(person("clerk"), row.letter, carrier="direct", signer="甲")
    row = actions.opine(person("clerk"), row, opinion="object", text="不想公开")
    refused(lambda: actions.override(person("clerk"), row, content="合同", reason=TEXT), "override")
    actions.add_file(person("handler"), case, kind="release", file=pdf())
    answers = THIRD | {"opinion": "weak", "own_view": "no", "delivery": "give"}
    refused(lambda: answer(case, answers, materials={}), "override")
    letter = actions.override(person("clerk"), row, content="合同全文", reason=TEXT)
    delivery = actions.dispatch(person("clerk"), letter, carrier="ems", tracking="E9")
    signed = answer(case, answers, materials={})
    refused(lambda: actions.dispatch(person("clerk"), signed, carrier="portal"), "override")
    actions.serve(person("clerk"), delivery, on=date(2026, 3, 2))
    refused(lambda: actions.dispatch(person("clerk"), signed, carrier="portal"), "override")
    today(date(2026, 3, 10))
    actions.dispatch(person("clerk"), signed, carrier="portal")
    assert item.case.pk == case.pk and Consultation.objects.get().override_letter == letter


def test_secrecy_proof(item: Any, decide: Any) -> None:
    """密级、期限、依据不全的，只能报请确定。"""
    secret = WITHHELD | {"ground": "secret"}
    assert decide(item, secret | {"secret_proof": "no"}).code == ""
    decide(item, secret | {"secret_proof": "yes", "separable_C1": "no"})
    found = problems(item)
    assert all(what in found for what in ("密级标识", "保密期限", "定密依据"))


def test_law_or_regulation_only(item: Any, decide: Any) -> None:
    answers = WITHHELD | {"ground": "forbidden", "forbidden_rank": "yes", "separable_C2": "no"}
    law = {"title": "某某管理办法", "article": "第五条", "rank": "rule"}
    decide(item, answers, materials={"forbidding_law": law})
    assert "规章和规范性文件不行" in problems(item)
    decide(item, answers, materials={"forbidding_law": law | {"title": "统计法", "rank": "law"}})
    assert problems(item) == ""


def test_process_ended(item: Any, decide: Any) -> None:
    """过程已经结束、没有必要不公开的，得不出拒绝；另有规定应当公开的也是。"""
    process = WITHHELD | {"ground": "process"}
    assert decide(item, process | {"process_rule": "yes", "delivery": "give"}).code == "A2"
    ended = process | {"process_rule": "no", "process_ended": "ended", "delivery": "give"}
    assert decide(item, ended).code == "A2"
    assert decide(item, process | {"process_rule": "no"}).code == ""


def test_item_by_item(working: Any, decide: Any, person: Any) -> None:
    """每一项都要有决定；拟稿以后决定变了，要重新拟。"""
    case = working(items=("报告", "数据"))
    first, second = case.items.all()
    decide(first, PUBLIC, materials={"where": "网站"})
    assert "第 2 项" in refused(lambda: actions.draft_decision(person("handler"), case), "item")
    decide(second, PUBLIC, materials={"where": "网站"})
    letter = actions.draft_decision(person("handler"), case)
    decide(second, PUBLIC, materials={"where": "另一处"})
    refused(lambda: actions.move_letter(person("handler"), letter, "submit"), "codes")


def test_delivery_form(working: Any, decide: Any, person: Any) -> None:
    case = working(form="paper")
    actions.add_file(person("handler"), case, kind="release", file=pdf())
    item = case.items.get()
    decide(item, GIVE, materials={"form": "electronic"})
    assert "没有按申请人要求的形式提供" in problems(item)
    decide(item, GIVE, materials={"form": "electronic"}, form_changed="原件破损，复印会损坏")
    assert problems(item) == ""


def test_earlier_reply(receive: Any, working: Any, decide: Any, person: Any, answer: Any) -> None:
    """须是同一申请人、本机关、已经答复的另一件。"""
    other = receive(person={"name": "李四", "identity_number": "440101199001015678"})
    before, case = working(), working()
    item = case.items.get()
    repeat = {**{k: CLEAR[k] for k in ("alive", "record", "clear", "frequency")}, "repeat": "yes"}
    decide(item, repeat)
    assert "请链接" in problems(item)
    for wrong, text in ((other, "不是同一人"), (before, "还没有答复"), (case, "另一件")):
        decide(item, repeat, earlier_case=wrong)
        assert text in problems(item)
    actions.dispatch(person("clerk"), answer(before), carrier="portal")
    before.refresh_from_db()
    decide(item, repeat, earlier_case=before)
    assert problems(item) == ""


def test_second_opinion(item: Any, decide: Any, person: Any) -> None:
    petition = {"alive": "yes", "record": "no"}
    assert decide(item, petition | {"second": "not_yet"}).code == ""
    seen = decide(item, petition | {"second": "not_yet"}).version
    refused(lambda: actions.second(person("handler"), item, version=seen, agrees=True, opinion="同意"), "own")
    now = decide(item, petition | {"second": "agreed"}).version
    assert "须另一人复核" in problems(item)
    # 看过之后承办人改了决定：先前看到的那一稿不能算复核过，告诉他现在是什么。
    with pytest.raises(actions.Changed) as caught:
        actions.second(person("clerk"), item, version=seen, agrees=True, opinion="确是投诉")
    item.refresh_from_db()
    assert item.second_by is None and item.code in str(caught.value.refusals[0].message)
    found = actions.second(person("clerk"), item, version=now, agrees=False, opinion="是要检测报告")
    assert "不同意" in problems(item)
    actions.second(person("clerk"), item, version=found.version, agrees=True, opinion="确是投诉")
    assert problems(item) == ""
    # 复核之后改了事实的，原来的复核不算。
    decide(item, petition | {"second": "agreed"}, facts=TEXT + "，另查")
    assert "须另一人复核" in problems(item)


def test_generated_remedy(working: Any, answer: Any, person: Any, agency: Any) -> None:
    """救济告知由代码和日期得出：拒绝的复议前置，别的可复议可诉讼；机关设置缺了不能签发。"""
    refusal = answer(working(), INTERNAL, materials={"why_not_released": TEXT})
    assert "应当先申请行政复议" in refusal.remedy and "上一级" not in refusal.remedy
    given = answer(working())
    assert "或者自收到之日起6个月内" in given.remedy and "临江铁路运输法院" in given.remedy
    type(agency.request_rules).objects.update(court="")
    case = working()
    case.agency._request_rules = None
    refused(lambda: answer(case), "remedy", "letter")


def test_online_review_channel(working: Any, answer: Any, person: Any, agency: Any) -> None:
    """没有网上复议渠道，要网上获取的答复签不出，也不能网上送达。"""
    type(agency.request_rules).objects.update(review_url="")
    refused(lambda: answer(working(route="portal")), "remedy", "letter")
    letter = answer(working(route="post"))
    refused(lambda: actions.dispatch(person("clerk"), letter, carrier="portal"), "online")
    actions.dispatch(person("clerk"), letter, carrier="ems", tracking="E1")


def test_article_library(working: Any, decide: Any, person: Any) -> None:
    """正文里引了废止的文件、旧条例的条件，不能送审。"""
    case = working()
    decide(case.items.get(), PUBLIC, materials={"where": "网站"})
    letter = actions.draft_decision(person("handler"), case)
    letter = actions.edit_letter(
        person("handler"), letter, text="根据法释〔2011〕17号，应说明生产、生活、科研等特殊需要。"
    )
    found = refused(lambda: actions.move_letter(person("handler"), letter, "submit"), "stale")
    assert "法释〔2025〕8号" in found and "特殊需要" in found


def test_permitted_carrier(working: Any, answer: Any, person: Any, agency: Any) -> None:
    """快递公司不在名单里，也加不进名单；邮寄要有邮件号码。"""
    letter = answer(working())
    refused(lambda: actions.dispatch(person("clerk"), letter, carrier="courier", tracking="SF1"), "carrier")
    refused(lambda: actions.dispatch(person("clerk"), letter, carrier="ems"), "tracking")
    refused(lambda: actions.keep_rules(person("clerk"), agency, carriers=["ems", "courier"]), "carriers")


def test_fixed_issuer(working: Any, answer: Any, person: Any) -> None:
    """署名是机关设置的名称，改正文改不了它。"""
    letter = answer(working())
    import pypdfium2

    with letter.file.open("rb") as file:
        pages = list(pypdfium2.PdfDocument(file.read()))
    text = "".join("".join(page.get_textpage().get_text_bounded() for page in pages).split())
    assert letters.official(letter).signature == "临江市水务局"
    assert text.endswith("临江市水务局2026年3月2日") and "办公室" not in text


def test_no_purpose_field() -> None:
    """申请和申请人都没有用途、职业、性别一类栏目。"""
    names = {field.name for model in (Case, Applicant) for field in model._meta.get_fields()}
    labels = {
        str(getattr(field, "verbose_name", "")) for model in (Case, Applicant) for field in model._meta.fields
    }
    assert not names & {"purpose", "usage", "occupation", "gender", "reason_for_request"}
    assert not any(word in label for label in labels for word in ("用途", "职业", "性别", "需要"))
    # 页面上填的表也没有：公众的、窗口代录的。
    from gongkai.requests.office_forms import Intake
    from gongkai.requests.public.forms import WhatForm, WhoForm

    asked = {*WhatForm.base_fields, *WhoForm.base_fields, *Intake.base_fields}
    article_29 = {
        "agency", "description", "files", "kind", "name", "identity_type", "identity_number", "identity_file",
        "phone", "email", "address", "form", "route", "agent_name", "agent_identity", "agent_phone",
        "authorisation",
    }  # fmt: skip
    received = {"channel", "arrived_on", "oral", "postal_number", "posted_on", "arrived_at"}
    assert asked == article_29 | received | {"submission", "envelope", "identity"}


def test_fee_calculator(working: Any, person: Any, today: Any) -> None:
    """两种标准不能并用，0 元不发，过了期限不能发；当月第几件由系统数。"""
    for _n in range(10):
        working()
    case = working()
    clerk = person("clerk")
    refused(lambda: actions.notice_fee(clerk, case, method="by_items", pages=45, why="多"), "method")
    refused(lambda: actions.notice_fee(clerk, case, method="by_pages", pages=30, why="多"), "amount")
    refused(lambda: actions.notice_fee(clerk, case, method="by_items", why=" "), "why")
    notice = actions.notice_fee(clerk, case, method="by_items", why="当月第11件")
    assert (notice.rank, notice.yuan) == (11, 100) and "第四条" in letters.text_of(notice.letter)
    # 通知书锁定：签发以后改不了一个字；一件申请只收一次。
    refused(lambda: actions.edit_letter(clerk, notice.letter, text="合计1元"), "state")
    refused(lambda: actions.notice_fee(clerk, case, method="by_items", why="再收"), "once")
    late = working()
    today(date(2026, 4, 1))
    # 换了一个月，从第一件数起。
    assert actions.rank_of(working()) == 1
    refused(lambda: actions.notice_fee(clerk, late, method="by_pages", pages=60, why="多"), "late")


def test_dispatch_hash(working: Any, answer: Any, person: Any) -> None:
    """签发后定稿被人换过，发不出去；发出时记下随附文件的摘要。"""
    case = working(form="electronic")
    kept = actions.add_file(person("handler"), case, kind="release", file=pdf())
    letter = answer(case, GIVE, materials={})
    with letter.file.open("rb") as file:
        original = file.read()
    assert hashlib.sha256(original).hexdigest() == letter.sha256
    storage, name = letter.file.storage, letter.file.name
    storage.delete(name)
    storage.save(name, ContentFile(original + b"x"))
    refused(lambda: actions.dispatch(person("clerk"), letter, carrier="portal"), "hash")
    storage.delete(name)
    storage.save(name, ContentFile(original))
    actions.dispatch(person("clerk"), letter, carrier="portal")
    assert Letter.objects.get(pk=letter.pk).released[0]["sha256"] == kept.sha256
