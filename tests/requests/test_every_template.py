"""T01—T30 每一种都从工作台上真出一份：案卷是办出来的，文字、条款、救济、PDF、Word 逐项看。"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import docx
import pypdfium2
import pytest
from django.urls import reverse
from foi_desk import Desk
from foi_samples import CLEAR, GIVE, INTERNAL, NOT_FOUND, PUBLIC, TEXT, pdf

from gongkai.core.states import Refused
from gongkai.requests import actions, archive, disclosure, letters, moves, states
from gongkai.requests.letters import templates
from gongkai.requests.models import Case, CaseNotice, Letter
from gongkai.requests.public.receipt import receipt

DEFECTS = {
    "text_content": "没有写明年度",
    "guidance_content": "请写明要哪一年的报告",
    "within": "10",
    "late_reason": "",
}


def consulted(desk: Desk, party: str = "third_party") -> tuple[Case, Letter]:
    case = desk.working()
    values = {
        "party": party,
        "name": "甲公司",
        "content": "检漏合同第三章",
        "within": "15",
        "contact": "",
        "item": "",
    }
    return case, desk.do("clerk", case, "consult", **values)


def t05(desk: Desk) -> Letter:
    return desk.do("clerk", desk.working(), "reasons", counts="近90日内提出30件", within="10")


def t06(desk: Desk) -> Letter:
    case = desk.working()
    desk.do("handler", case, "extend", workdays="20", reason="材料分散在三个档案室")
    return desk.do("chief", case, "answer_extension", grant="yes", answer="")


def t07b(desk: Desk) -> Letter:
    case, letter = consulted(desk)
    desk.send(letter, carrier="direct", signer="甲")
    return desk.do("clerk", case, "tell")


def t07c(desk: Desk) -> Letter:
    case = desk.working(form="electronic")
    values = {
        "party": "third_party",
        "name": "甲公司",
        "content": "合同",
        "within": "15",
        "contact": "",
        "item": "",
    }
    desk.send(desk.do("clerk", case, "consult", **values), carrier="direct", signer="甲")
    row = case.consultations.get()
    desk.do("clerk", case, "opinion", row=row.pk, opinion="object", text="不想公开", on="2026-03-02")
    actions.add_file(desk.person("handler"), case, kind="release", file=pdf())
    answers = CLEAR | {
        "public": "no", "withheld": "yes", "ground": "third_party", "opinion": "weak", "own_view": "no", "delivery": "give",
    }  # fmt: skip
    item = case.items.get()
    actions.decide(
        desk.person("handler"), item, version=item.version, answers=answers, facts=TEXT, reason=TEXT
    )
    return desk.do("clerk", case, "override", row=row.pk, content="合同全文", reason=TEXT)


def t08b(desk: Desk) -> Letter:
    values = {"name": "市供水有限公司", "task": "查2025年检漏报告的原始记录", "by": "2026-03-16"}
    return desk.do("handler", desk.working(), "help", **values)


def t17(desk: Desk) -> Letter:
    case = desk.working()
    desk.send(desk.do("clerk", case, "correction", **DEFECTS))
    actions.correct(states.CITIZEN, Case.objects.get(pk=case.pk), text="就是那份报告")
    case = actions.assign(
        desk.person("clerk"), Case.objects.get(pk=case.pk), units=[case.assignments.get().organisation]
    )
    return desk.decided({"alive": "yes", "record": "yes", "clear": "still_no"}, case)


def t18(desk: Desk) -> Letter:
    case = desk.working()
    item = case.items.get()
    answers = {"alive": "yes", "record": "no", "second": "agreed"}
    values = {"facts": TEXT, "reason": TEXT, "materials": {"channel": "市信访局（电话020-12345）"}}
    item = actions.decide(desk.person("handler"), item, version=item.version, answers=answers, **values)
    actions.second(desk.person("clerk"), item, version=item.version, agrees=True, opinion="确是投诉")
    letter = desk.do("handler", case, "draft")
    return sign(desk, letter)


def sign(desk: Desk, letter: Letter) -> Letter:
    for who, name in (
        ("handler", "submit"), ("secrecy", "pass_secrecy"), ("legal", "pass_legal"), ("leader", "sign"),
    ):  # fmt: skip
        letter = actions.move_letter(desk.person(who), letter, name)
    return letter


def t19(desk: Desk) -> Letter:
    before = desk.working()
    desk.send(desk.answer(before))
    before.refresh_from_db()
    repeat = {**{k: CLEAR[k] for k in ("alive", "record", "clear", "frequency")}, "repeat": "yes"}
    return desk.decided(repeat, earlier_case=before)


def t21(desk: Desk) -> Letter:
    case = desk.working()
    desk.send(desk.do("clerk", case, "reasons", counts="近90日内提出30件", within="10"))
    actions.give_reasons(states.CITIZEN, Case.objects.get(pk=case.pk), text="多看看")
    desk.do("clerk", case, "judge", reasonable="no", postponed_until="")
    answers = {"alive": "yes", "record": "yes", "clear": "yes", "frequency": "unreasonable"}
    return desk.decided(answers, Case.objects.get(pk=case.pk))


def t23(desk: Desk) -> Letter:
    case = desk.working()
    delivery = desk.send(desk.do("clerk", case, "correction", **DEFECTS), carrier="ems", tracking="E1")
    actions.serve(desk.person("clerk"), delivery, on=date(2026, 3, 2), signer="张三")
    desk.today(date(2026, 3, 18))
    desk.do("clerk", case, "lapse_correction")
    answers = {"alive": "not_corrected", "correction_served": "yes", "correction_excuse": "no"}
    return desk.decided(answers, Case.objects.get(pk=case.pk))


def t24(desk: Desk) -> Letter:
    case = desk.working()
    letter = desk.do("clerk", case, "fee", method="by_pages", pages="68", why="页数多", provider="manual")
    delivery = desk.send(letter, carrier="ems", tracking="E2")
    actions.serve(desk.person("clerk"), delivery, on=date(2026, 3, 2), signer="张三")
    desk.today(date(2026, 4, 2))
    desk.do("clerk", case, "lapse_fee")
    return desk.decided({"alive": "not_paid", "fee_served": "yes"}, Case.objects.get(pk=case.pk))


def t25(desk: Desk) -> Letter:
    case = desk.working()
    actions.withdraw(states.CITIZEN, case, reason="已经从别处得到")
    return desk.do("clerk", case, "confirm_end")


def released(desk: Desk) -> Case:
    case = desk.working(form="electronic")
    actions.add_file(desk.person("handler"), case, kind="release", file=pdf("2025年检漏报告.pdf"))
    return case


def t12(desk: Desk) -> Letter:
    part = {"code": "C5", "part": "附表二人员分工", "reason": TEXT}
    answers = {k: v for k, v in INTERNAL.items() if k != "separable_C5"} | {"separable_C5": "yes"}
    return desk.decided(answers, released(desk), withheld=[part], materials={"why_not_released": TEXT})


def t15a(desk: Desk) -> Letter:
    case = desk.working()
    places = [
        {"place": "局档案室", "words": "检漏"},
        {"place": "公文系统", "words": "检漏 2025", "period": "2025"},
    ]
    actions.add_search(desk.person("handler"), case.items.get(), places=places, result="none")
    return desk.decided(NOT_FOUND, case)


def t16(desk: Desk) -> Letter:
    case = desk.working()
    places = [{"place": "营收系统", "words": "用水量"}]
    actions.add_search(desk.person("handler"), case.items.get(), places=places, result="raw")
    return desk.decided(CLEAR | {"found": "raw"}, case)


def up_to(question: str, **values: str) -> dict[str, str]:
    """到某一问为止的回答，再加 values。"""
    keys = list(CLEAR)
    return {key: CLEAR[key] for key in keys[: keys.index(question)]} | values


SIX, FIRST = "或者自收到之日起6个月内依法向临江铁路运输法院提起行政诉讼", "应当先申请行政复议"
OURS = {"competent_organ": {"name": "临江市财政局", "contact": "020-87654321"}}
SPECIAL = {"special_law": "《不动产登记暂行条例》第二十七条", "special_organ": "不动产登记机构"}
# 代码 →（怎样出，文中须有的，条款，救济：SIX、FIRST、两样或没有）。
LETTERS: dict[str, tuple[Callable[[Desk], Letter], tuple[str, ...], str, tuple[str, ...]]] = {
    "T04": (lambda d: d.do("clerk", d.working(), "correction", **DEFECTS), ("1．没有写明年度。补正办法：请写明要哪一年的报告。", "10个工作日内", "视为放弃申请"), "第三十条", ()),
    "T05": (t05, ("近90日内提出30件", "10个工作日内说明理由"), "第三十五条", ()),
    "T06": (t06, ("因材料分散在三个档案室", "延长20个工作日，至2026年4月28日前答复", "工作机构负责人同意"), "第三十三条第二款", ()),
    "T07": (lambda d: consulted(d)[1], ("检漏合同第三章", "15个工作日内", "由本机关依法决定", "不同意公开的，请说明理由"), "第三十二条", ()),
    "T07b": (t07b, ("需要征求第三方意见", "不计入答复期限", "2025年供水管网检漏报告"), "第三十三条第三款", ()),
    "T07c": (t07c, ("2026年3月2日收到你（单位）不同意公开的意见", "合同全文", TEXT), "第三十二条", (SIX,)),
    "T08": (lambda d: consulted(d, "co_maker")[1], ("检漏合同第三章", "15个工作日内", "视为同意公开"), "第三十四条", ()),
    "T08b": (t08b, ("请你单位协助：查2025年检漏报告的原始记录", "请于2026年3月16日前书面回复"), "", ()),
    "T09": (lambda d: d.do("clerk", d.working(), "fee", method="by_pages", pages="68", why="页数多", provider="manual"), ("合计380元", "凭缴款码到代收银行缴纳", "20个工作日内缴纳", "视为放弃申请"), "国办函〔2020〕109号", ()),
    "T10": (lambda d: d.decided(PUBLIC, materials={"where": "https://example.invalid/jl"}), ("已主动公开", "https://example.invalid/jl"), "第三十六条第一项", (SIX,)),
    "T11": (lambda d: d.decided(GIVE, released(d)), ("现以电子数据向你提供，共1份：《2025年检漏报告》",), "第三十六条第二项", (SIX,)),
    "T12": (t12, ("（一）以下内容予以公开", "《2025年检漏报告》", "1．附表二人员分工，属于内部事务信息", TEXT), "第三十七条", (FIRST, SIX, "本答复的其他内容")),
    "T13": (lambda d: d.decided(INTERNAL, materials={"why_not_released": TEXT}), ("属于内部事务信息", "决定不予公开", TEXT), "第十六条第一款", (FIRST,)),
    "T14": (lambda d: d.decided(up_to("special", special="yes"), materials=SPECIAL), ("属于《不动产登记暂行条例》第二十七条规定的查询事项", "向不动产登记机构查询"), "第三十六条第七项", (SIX,)),
    "T15a": (t15a, ("检索了局档案室、关键词“检漏”；公文系统、年代“2025”、关键词“检漏 2025”", "该政府信息不存在"), "第三十六条第四项", (SIX,)),
    "T15b": (lambda d: d.decided(up_to("ours", ours="no"), materials=OURS), ("不属于本机关负责公开", "建议向临江市财政局（联系方式：020-87654321）提出申请"), "第三十六条第五项", (SIX,)),
    "T16": (t16, ("需要本机关对现有政府信息进行加工、分析", TEXT), "第三十八条", (SIX,)),
    "T17": (t17, ("以临水公开告〔2026〕1号告知你补正", "你于2026年3月2日提交补正材料", "仍不明确"), "第三十条", (SIX,)),
    "T18": (t18, ("信访、投诉、举报", "市信访局（电话020-12345）"), "第三十九条第一款", (SIX,)),
    "T19": (t19, ("编号SQ-2026-000001", "以临水公开告〔2026〕1号", "不予重复处理", "2026年3月2日"), "第三十六条第六项", (SIX,)),
    "T20": (lambda d: d.decided(up_to("publication", publication="yes"), materials={"where": "市图书馆"}), ("公开出版物", "市图书馆"), "第三十九条第二款", (SIX,)),
    "T21": (t21, ("近90日内提出30件", "以临水公开告〔2026〕1号要求你说明理由", "不予处理"), "第三十五条", (SIX,)),
    "T22": (lambda d: d.decided(up_to("reissue", reissue="yes"), materials={"earlier_delivery": "2025年12月1日已提供"}), ("确认或者重新出具", "2025年12月1日已提供", "不予处理"), "", (SIX,)),
    "T23": (t23, ("本机关于2026年3月2日以临水公开告〔2026〕1号告知你补正（2026年3月2日送达）", "补正期限至2026年3月16日"), "第三十条", (SIX,)),
    "T24": (t24, ("以临水公开告〔2026〕1号发出收费通知（2026年3月2日送达）", "未在2026年3月30日前缴纳"), "信息处理费管理办法》第六条", (SIX,)),
    "T25": (t25, ("因申请人于2026年3月2日撤回申请，本机关终止办理",), "", ()),
}  # fmt: skip
# 空着的地方、没有替换的占位、程序里的字。
BLANK = re.compile(r"[{}\[\]]|〔〕|None|（）|“”|《》|：。|，，|。。|自定|_{2,}")


def text_in(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"\s|\u200b", "", text)


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("code", LETTERS)
def test_a_letter_is_written_whole_from_a_real_case(desk: Desk, code: str) -> None:
    make, says, article, remedies = LETTERS[code]
    letter = make(desk)
    assert (letter.template, letter.state) == (code, "signed")
    assert not BLANK.search(letter.text), letter.text
    for said in says:
        assert said in letter.text, letter.text
    assert article in letter.text
    for said in (SIX, FIRST):
        assert (said in letter.remedy) == (said in remedies), letter.remedy
    assert all(said in letter.remedy for said in remedies) and bool(letter.remedy) == bool(remedies)
    if remedies:
        assert "https://review.example.invalid/" in letter.remedy and "临江市人民政府" in letter.remedy
    with letter.file.open("rb") as file:
        written = text_in(file.read())
    number = re.fullmatch(r"临水公开告〔2026〕\d+号", letter.document_number)
    assert number and letter.document_number in written and written.startswith("临江市水务局")
    assert plain(letter.title) in written and plain(letters.addressee_of(letter) + "：") in written
    assert plain(letter.text) in written and plain(letter.remedy) in written
    # 给第三方、别的机关的，不写申请人是谁。
    assert ("张三" in written) == (letter.addressee == "applicant")
    lines = [row.text for row in docx.Document(io.BytesIO(letters.preview(letter, word=True))).paragraphs]
    assert lines[0] == "临江市水务局" and letter.document_number in lines
    assert plain(letter.text) in plain("".join(lines))


def _fix(desk: Desk, agency: Any, **values: Any) -> Any:
    row, _secret = actions.file_correction(
        states.CITIZEN,
        agency=agency,
        applicant={"kind": "natural", "name": "李四", "identity_number": "X1"},
        text="户名写成李泗，应为李四",
        files=[("evidence", pdf("户口簿.pdf"))],
    )
    actions.add_fix_file(desk.person("clerk"), row, kind="record", file=pdf("用水登记.pdf"))
    given = {
        "result": "corrected",
        "record": "用水登记里的户名“李泗”",
        "evidence": "《户口簿》",
        "facts": "与户口簿核对，登记确有笔误",
    }
    return actions.prepare_fix(desk.person("clerk"), row, **(given | values))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"change": "户名由“李泗”改为“李四”"}, "决定予以更正：户名由“李泗”改为“李四”"),
        ({"result": "refused", "reason": TEXT}, f"决定不予更正。理由：{TEXT}"),
        (
            {"result": "transferred", "transferred_to": "临江市公安局", "contact": "020-1", "handed": True},
            "不属于本机关职能范围，根据《中华人民共和国政府信息公开条例》第四十一条，"
            "本机关已将更正申请转送临江市公安局（联系方式：020-1）办理",
        ),
    ],
)
def test_the_correction_reply_is_written_whole(
    desk: Desk, agency: Any, values: dict[str, Any], said: str
) -> None:
    reply = _fix(desk, agency, **values)
    reply = actions.sign_fix(desk.person("chief"), reply.correction)
    assert said in reply.text and "第四十一条" in reply.text and not BLANK.search(reply.text)
    assert "2026年3月2日收到你提出的更正申请（编号GZ-2026-00001）" in reply.text
    assert SIX in reply.remedy and reply.document_number == "临水公开更〔2026〕1号"
    with reply.file.open("rb") as file:
        written = text_in(file.read())
    assert plain(reply.text) in written and "李四：" in written and reply.document_number in written
    lines = [row.text for row in docx.Document(io.BytesIO(letters.correction_docx(reply))).paragraphs]
    assert lines[0] == "临江市水务局" and reply.document_number in lines


def _served(desk: Desk) -> Letter:
    letter = desk.do("clerk", desk.working(), "correction", **DEFECTS)
    delivery = desk.send(letter, carrier="ems", tracking="EB123456789CN")
    actions.serve(desk.person("clerk"), delivery, on=date(2026, 3, 2), signer="李签收")
    return letter


def _forms(desk: Desk, client: Any) -> dict[str, Callable[[], bytes]]:
    """表格：代码 → 出一份的办法，经工作台的页面或动作。"""
    client.force_login(desk.person("clerk"))

    def printed(code: str) -> bytes:
        case = desk.working()
        answer = client.get(reverse("papers:form", args=[case.pk, code]))
        return b"".join(answer.streaming_content)

    def circulated() -> bytes:
        letter = desk.decided(PUBLIC, materials={"where": "网站"})
        return b"".join(client.get(reverse("papers:form", args=[letter.case_id, "T28"])).streaming_content)

    def service() -> bytes:
        letter = _served(desk)
        row = actions.keep_service_record(desk.person("clerk"), letter.deliveries.get())
        shown = client.get(reverse("foi:service_record", args=[letter.pk]))
        assert text_in(b"".join(shown.streaming_content)) == text_in(row.file.read())
        return row.file.open("rb").read()

    def transferred() -> bytes:
        case = released(desk)
        desk.send(desk.decided(GIVE, case))
        case.refresh_from_db()
        files = list(case.files.filter(kind="release"))
        return disclosure.transfer_form(desk.person("clerk"), case, "检漏报告", "", files).read()

    def archived() -> bytes:
        case = desk.working()
        desk.send(desk.answer(case))
        import zipfile

        package = archive.pack(desk.person("clerk"), case)
        with zipfile.ZipFile(package.file.open("rb")) as bundle:
            name = next(each for each in bundle.namelist() if each.endswith("index.pdf"))
            return bundle.read(name)

    return {
        "T01": lambda: printed("T01"),
        "T02": lambda: printed("T02"),
        "T03": lambda: printed("T03"),
        "T26": service,
        "T28": circulated,
        "T29": transferred,
        "T30": archived,
    }


FORMS: dict[str, tuple[str, ...]] = {
    "T01": ("政府信息公开申请表", "2025年供水管网检漏报告", "张三", "自然人"),
    "T02": ("登记表", "SQ-2026-000001", "科技信息处", "2026年3月30日"),
    "T03": (
        "接收回执",
        "本机关于2026年3月2日收到你提出的政府信息公开申请",
        "将于2026年3月30日前答复",
        "期限的由来",
    ),
    "T26": ("送达回证", "张三", "补正告知书", "邮政特快专递", "EB123456789CN", "2026年3月2日", "李签收"),
    "T28": ("审查呈批单", "已主动公开", "通过", "送审"),
    "T29": ("主动公开移送表", "SQ-2026-000001", "《2025年检漏报告》", "第四十四条"),
    "T30": ("归档目录", "SQ-2026-000001", "已主动公开", "record.json"),
}


@pytest.mark.parametrize("code", FORMS)
def test_a_form_is_printed_whole_from_a_real_case(desk: Desk, client: Any, code: str) -> None:
    written = text_in(_forms(desk, client)[code]())
    for said in FORMS[code]:
        assert plain(said) in written, written
    assert not re.search(r"[{}\[\]]|None", written)


def test_every_template_is_issued_by_some_action() -> None:
    # T00 是各答复共用的开头，随 T10—T24 一起出。
    assert set(LETTERS) | set(FORMS) | {"T00", "T27"} == set(templates.standard())


def test_a_service_record_needs_a_service_and_names_no_applicant_to_a_third_party(desk: Desk) -> None:
    case, letter = consulted(desk)
    delivery = desk.send(letter, carrier="ems", tracking="E1")
    with pytest.raises(Refused, match="还没有登记送达"):
        actions.keep_service_record(desk.person("clerk"), delivery)
    actions.serve(desk.person("clerk"), delivery, on=date(2026, 3, 2), signer="甲收")
    row = actions.keep_service_record(desk.person("clerk"), delivery)
    written = text_in(row.file.read())
    assert "甲公司" in written and "甲收" in written and "张三" not in written
    with pytest.raises(Refused, match="已经存过"):
        actions.keep_service_record(desk.person("clerk"), delivery)
    assert case.files.get(kind="proof") == row


def test_the_applicant_is_told_once_for_each_round_of_consulting(desk: Desk) -> None:
    case, letter = consulted(desk)
    with pytest.raises(Refused, match="没有要告知的"):
        actions.tell_consulting(desk.person("clerk"), case)
    desk.send(letter, carrier="direct", signer="甲")
    told = desk.do("clerk", case, "tell")
    with pytest.raises(Refused, match="没有要告知的"):
        actions.tell_consulting(desk.person("clerk"), case)
    actions.void_letter(desk.person("clerk"), told, reason="写错")
    assert desk.do("clerk", case, "tell").template == "T07b"


def test_help_is_asked_answered_and_does_not_stop_the_clock(desk: Desk) -> None:
    letter = t08b(desk)
    case = letter.case
    with pytest.raises(Refused, match="不晚于答复期限"):
        actions.ask_help(desk.person("handler"), case, name="甲", task="查", by=date(2026, 3, 31))
    due = Case.objects.get(pk=case.pk).due
    desk.send(letter)
    assert Case.objects.get(pk=case.pk).due == due
    # 到期没有回的，当天提醒一次。
    assert actions.remind(date(2026, 3, 13)) == 0 and actions.remind(date(2026, 3, 16)) > 0
    assert "市供水有限公司的协办意见今天到期" in CaseNotice.objects.filter(kind__startswith="help").first().text
    assert actions.remind(date(2026, 3, 16)) == 0
    row = case.assistances.get()
    desk.do("handler", case, "helped", row=row.pk, text="没有查到", on="2026-03-02")
    row.refresh_from_db()
    assert (row.reply, row.replied_on) == ("没有查到", date(2026, 3, 2))


def test_a_letter_voided_before_it_was_sent_leaves_nothing_behind(desk: Desk) -> None:
    """征求意见书、协办函没有发出就作废的，那次征求意见也不算数，不会一直等着。"""
    case, letter = consulted(desk)
    actions.void_letter(desk.person("clerk"), letter, reason="名称写错")
    assert not case.consultations.exists()


def test_a_provisional_date_is_never_printed_without_saying_so(desk: Desk) -> None:
    desk.today(date(2026, 12, 4))
    case = desk.receive()
    assert case.provisional
    assert "（暂定，以放假安排公布后的推算为准）" in text_in(receipt(case))


def test_the_page_tells_the_whole_story_in_order(desk: Desk, client: Any) -> None:
    letter = t07b(desk)
    client.force_login(desk.person("clerk"))
    page = client.get(reverse("foi:case", args=[letter.case_id])).content.decode()
    assert "办理经过" in page
    lines = page[page.index("办理经过") :]
    assert "签发《政府信息公开征求意见告知书》" in lines and "发出《政府信息公开征求意见书》" in lines


def test_the_day_to_plead_is_reminded_three_workdays_before_and_on_it(desk: Desk) -> None:
    case = desk.working()
    desk.send(desk.answer(case))
    row = actions.open_proceeding(
        desk.person("clerk"), case, kind="review", filed_on=date(2026, 3, 2), body="临江市人民政府", answer_due=date(2026, 3, 12)
    )  # fmt: skip
    for day, told in ((6, False), (9, True), (10, False), (12, True), (13, False)):
        before = CaseNotice.objects.filter(kind__startswith="plead").count()
        actions.remind(date(2026, 3, day))
        assert (CaseNotice.objects.filter(kind__startswith="plead").count() > before) is told, day
    actions.close_proceeding(desk.person("clerk"), row, result="upheld", decided_on=date(2026, 3, 2))


def test_a_fee_is_quoted_paid_and_refunded_from_the_desk(desk: Desk, client: Any) -> None:
    case = desk.working()
    client.force_login(desk.person("clerk"))
    assert "按件：这是当月第 1 件，0 元" in client.get(reverse("foi:case", args=[case.pk])).content.decode()
    letter = desk.do("clerk", case, "fee", method="by_pages", pages="68", why="页数多", provider="manual")
    desk.send(letter)
    desk.do("clerk", case, "pay", yuan="380", paid_on="2026-03-02", receipt="P1")
    desk.do("clerk", case, "refund", on="2026-03-02", reason="重复缴纳")
    shown = client.get(reverse("foi:case", args=[case.pk])).content.decode()
    assert "2026-03-02 已退付：重复缴纳" in shown
    assert not moves.MOVES["refund"].allowed(desk.person("clerk"), Case.objects.get(pk=case.pk))
