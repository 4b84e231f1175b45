"""公众申请走一遍：手机、不用脚本；用脚本、双击；补正；填错；第三方；每页无障碍、不横向溢出。"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from visitor import look_at, turn

from gongkai.core.models import Organisation
from gongkai.records import demo as library
from gongkai.requests import actions, states
from gongkai.requests.models import Case, Consultation, RequestRules
from gongkai.requests.public import guard

pytestmark = pytest.mark.django_db(transaction=True)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
# 逐问作决定：早已主动公开。
PUBLIC = {
    "alive": "yes", "record": "yes", "clear": "yes", "frequency": "no", "repeat": "no", "reissue": "no",
    "publication": "no", "special": "no", "ours": "yes", "found": "found", "public": "yes",
}  # fmt: skip
SHOTS = os.environ.get("GONGKAI_SHOTS", "")


@pytest.fixture
def agency(bureau: Any) -> Any:
    """备齐规则和站点的局。"""
    library.seed(bureau)
    RequestRules.objects.create(
        agency=bureau, office=Organisation.objects.get(parent=bureau, name="办公室"), issuer="临江市水务局",
        document_code="临水公开告", review_body="临江市人民政府", court="临江铁路运输法院",
        review_url="https://review.example.invalid/", phone="010-12345678", address="临江市江滨路1号",
        payment="凭缴款码到代收银行缴纳",
    )  # fmt: skip
    return Organisation.objects.get(pk=bureau.pk)


class Citizen:
    """一位公民和他的手机：每一页查无障碍、横向溢出、个人信息没有进网址和标题。"""

    def __init__(self, browser: Any, base: str, *widths: int, scripts: bool = True, **cookies: str):
        self.widths = widths or (375,)
        self.width = self.widths[0]
        self.context = browser.new_context(
            viewport={"width": self.width, "height": 800}, java_script_enabled=scripts, accept_downloads=True
        )
        self.context.add_cookies([{"name": k, "value": v, "url": base} for k, v in cookies.items()])
        self.page, self.base, self.scripts = self.context.new_page(), base, scripts
        self.page.set_default_timeout(15_000)
        self.shot = 0

    def open(self, path: str) -> Citizen:
        self.page.goto(self.base + path)
        return self.check()

    def press(self, name: str) -> Citizen:
        turn(self.page.get_by_role("button", name=name).first)
        return self.check()

    def follow(self, name: str) -> Citizen:
        turn(self.page.get_by_role("link", name=name).first)
        return self

    def check(self) -> Citizen:
        page = self.page
        self.shot += 1
        if SHOTS:
            kind = "scripts" if self.scripts else "plain"
            name = re.sub(r"\W+", "-", page.url.removeprefix(self.base)).strip("-")
            page.screenshot(
                path=Path(SHOTS) / f"{self.width}-{kind}-{self.shot:02d}-{name}.png", full_page=True
            )
        assert "张三" not in page.title() and "张三" not in page.url and "1380000" not in page.url
        if self.scripts:
            look_at(page, self.widths, height=800)
        return self

    def says(self, *words: str) -> Citizen:
        body = self.page.inner_text("body") if self.scripts else self.page.content()
        for each in words:
            assert each in body, (self.page.url, each)
        return self

    def fill(self, **values: str) -> Citizen:
        for name, value in values.items():
            field = self.page.locator(f"#id_{name}")
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        return self

    def close(self) -> None:
        self.context.close()


PERSON = {
    "name": "张三", "identity_number": "11010519491231002X", "phone": "13800001234", "kind": "natural",
}  # fmt: skip


def apply(citizen: Citizen, text: str = "2025年供水管网检漏报告") -> Citizen:
    citizen.open("/").follow("依申请公开")
    citizen.check().says("不必说明用途", "口头申请", "临江市江滨路1号")
    citizen.follow("开始申请")
    # 什么都不填：写明是哪一栏、怎样填。
    citizen.check().press("下一步").says("请写明您要什么信息")
    citizen.fill(description=text)
    files = [{"name": "线索.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    citizen.page.locator("#id_files").set_input_files(files)
    citizen.press("下一步")
    if citizen.page.url.endswith("/similar/"):
        citizen.says("先看看这些是不是您要的")
        citizen.follow("都不是，继续申请")
    # 填错的写明哪里错，别的都还在。
    citizen.check().fill(**(PERSON | {"identity_number": "110105", "phone": ""})).press("下一步")
    citizen.says("居民身份证号是 18 位，现在填了 6 位", "至少填一样")
    assert citizen.page.locator("#id_name").input_value() == "张三"
    citizen.fill(identity_number=PERSON["identity_number"], phone=PERSON["phone"]).press("下一步")
    return citizen.says("请核对", text, "110*************2X", "线索.pdf")


def number_and_secret(citizen: Citizen) -> tuple[str, str]:
    citizen.says("申请已收到", "请记下编号和查询码")
    shown = citizen.page.locator(".notice--success dd strong")
    return shown.nth(0).text_content() or "", shown.nth(1).text_content() or ""


def track(citizen: Citizen, number: str, secret: str) -> Citizen:
    citizen.open("/track/")
    citizen.page.locator("#number").fill(number)
    citizen.page.locator("#code").fill(secret.lower())
    return citizen.press("查看")


def work(person: Any, case: Case) -> Case:
    """登记、分办。"""
    case = actions.register(person("clerk"), case, summary="检漏报告")
    unit = Organisation.objects.get(parent=case.agency, name="科技信息处")
    return actions.assign(person("clerk"), case, units=[unit])


def solved(question: str) -> str:
    """像人一样读题作答。"""
    numbers = {guard.say_number(number): number for number in range(41)}
    first, sign, second = re.fullmatch(r"(\w+)(加上|减去)(\w+)等于多少？", question.strip()).groups()  # type: ignore[union-attr]
    return str(numbers[first] + numbers[second] * (1 if sign == "加上" else -1))


def answer(person: Any, case: Case) -> Any:
    """办到签发，返回答复。"""
    item, text = case.items.get(), "经核对本机关职责和档案，所述情况属实，具体事实已逐项写明如上"
    actions.decide(
        person("handler"), item, version=item.version, answers=PUBLIC, facts=text, reason=text,
        materials={"where": "https://example.invalid/"},
    )  # fmt: skip
    letter = actions.draft_decision(person("handler"), case)
    steps = (
        ("handler", "submit"), ("secrecy", "pass_secrecy"), ("legal", "pass_legal"), ("leader", "sign"),
    )  # fmt: skip
    for who, name in steps:
        letter = actions.move_letter(person(who), letter, name)
    return letter


def test_a_citizen_applies_on_a_phone_without_scripts_and_corrects(
    chromium: Any,
    live_server: Any,
    agency: Any,
    person: Any,
) -> None:
    citizen = Citizen(chromium, live_server.url, scripts=False)
    number, secret = number_and_secret(apply(citizen).press("提交申请"))
    case = Case.objects.get()
    assert case.number == number and case.files.count() == 1
    with citizen.page.expect_download() as got:
        citizen.page.get_by_role("link", name="下载回执").click()
    assert Path(got.value.path()).read_bytes().startswith(b"%PDF")
    assert got.value.suggested_filename == f"{number}.pdf"
    # 只有编号不给看。
    track(citizen, number, "2222-2222-2222").says("没有找到")
    track(citizen, number, secret).says("已经收到，正在登记", "为什么是这一天", "张*")
    case = work(person, case)
    defects = [{"what": "content", "text": "没有写明区域", "guidance": "请写明要哪个区的"}]
    notice = actions.ask_correction(person("clerk"), case, within=10, defects=defects)
    actions.dispatch(person("clerk"), notice.letter, carrier="portal")
    citizen.open("/track/case/").says("请写明要哪个区的", "补正只有这一次")
    citizen.press("提交补正").says("请填写补正的内容")
    citizen.fill(**{"correct-text": "要江东区的"}).press("提交补正").says("已收到您的补正")
    case.refresh_from_db()
    assert (case.state, case.correction.answer) == ("triage", "要江东区的")
    citizen.close()


def test_a_double_click_with_scripts_makes_one_request_that_is_answered(
    chromium: Any,
    live_server: Any,
    agency: Any,
    person: Any,
) -> None:
    citizen = apply(Citizen(chromium, live_server.url), "2025年水质检测原始记录")
    citizen.page.get_by_role("button", name="提交申请").dblclick()
    citizen.page.wait_for_url("**/apply/done/")
    number, secret = number_and_secret(citizen.check())
    assert Case.objects.count() == 1
    letter = answer(person, work(person, Case.objects.get()))
    actions.dispatch(person("clerk"), letter, carrier="portal")
    citizen.page.go_back()
    track(citizen, number, secret).says("已经办结", letter.sha256, "网上申请行政复议")
    citizen.page.get_by_text("评价这次办理").click()
    citizen.fill(**{"rate-stars": "5"}).press("提交评价").says("谢谢您的评价")
    citizen.page.get_by_text("投诉", exact=True).click()
    citizen.fill(**{"complain-text": "答复太慢"}).press("提交投诉").says("编号 TS-")
    citizen.press("退出查看").says("已退出查看")
    citizen.close()


def test_a_third_party_objects_on_its_own_page(
    chromium: Any,
    live_server: Any,
    agency: Any,
    person: Any,
) -> None:
    applicant = {"kind": "natural", "name": "张三", "phone": "13800001234"}
    case = actions.receive(
        states.CITIZEN, agency=agency, applicant=applicant, description="检漏报告", channel="portal"
    ).case
    row, token = actions.consult(
        person("clerk"), work(person, case), party="third_party", name="甲公司", content="检漏报告第三章"
    )
    actions.dispatch(person("clerk"), row.letter, carrier="portal")
    for elder in (False, True):
        cookies = {"elder": "1"} if elder else {}
        third = Citizen(chromium, live_server.url, 1280, 375, **cookies)
        third.open(f"/opinion/{token}/").says("检漏报告第三章", "逾期不提的，由本机关依法决定")
        if elder:
            third.fill(opinion="object").press("提交意见").says("不同意公开的，请写明理由")
            third.fill(text="含有本公司的工艺参数").press("提交意见").says("已收到您的意见")
        assert "张三" not in third.page.content()
        third.close()
    assert Consultation.objects.get().opinion == "object"


def test_every_step_in_wide_elder_and_english(
    chromium: Any,
    live_server: Any,
    agency: Any,
    settings: Any,
) -> None:
    settings.REQUESTS_PUZZLE_AFTER = 2
    for cookies in ({}, {"elder": "1"}):
        citizen = Citizen(chromium, live_server.url, 1280, 375, **cookies)
        number, secret = number_and_secret(apply(citizen).press("提交申请"))
        track(citizen, number, secret).says("正在登记")
        citizen.close()
    english = Citizen(chromium, live_server.url, django_language="en")
    english.open("/apply/").says("Start a request").open("/track/").says("Access code")
    english.open("/apply/others/complaint/").says("You need not give your name")
    english.close()
    phone = Citizen(chromium, live_server.url)
    phone.open("/apply/others/correction/").press("提交").says("没有提交成功")
    phone.fill(text="户主登记有误", **{k: PERSON[k] for k in ("name", "identity_number", "phone")})
    proof = [{"name": "户口簿.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    phone.page.locator("#id_evidence").set_input_files(proof)
    # 同一来源已提交了两件：先答一道文字题，答错的内容不丢。
    phone.press("提交").says("请先回答页面下方的问题", "户口簿.pdf", "不必再选一次")
    phone.page.locator("#answer").fill(solved(phone.page.inner_text("label[for=answer]")))
    phone.press("提交").says("已经收到", "GZ-").press("已经记下，退出").says("已退出查看")
    phone.close()
    assert Case.objects.filter(submitted_at__gte=timezone.now() - timedelta(hours=1)).count() == 2


def test_what_is_public_shows_while_typing_and_this_is_it_ends_there(
    agency: Any, site: Any, draft: Any, carry: Any, live_server: Any, chromium: Any
) -> None:
    """写着写着就看到已公开的（脚本在内容安全策略之内）；就是它，不成申请。"""
    from gongkai.requests.models import FoundAlready
    from gongkai.search.indexer import index_now

    carry(draft)
    index_now()
    citizen = Citizen(chromium, live_server.url, 1280, 375)
    refused: list[str] = []
    citizen.page.on(
        "console", lambda line: refused.append(line.text) if "Content Security" in line.text else None
    )
    citizen.open("/apply/what/")
    citizen.page.locator("#id_description").press_sequentially("管网检漏通知")
    citizen.page.locator("#looked").get_by_role("button", name="不用申请了").first.wait_for()
    citizen.check().press("不用申请了").says("不用申请，已经公开", "关于开展管网")
    assert not Case.objects.exists() and FoundAlready.objects.count() == 1 and not refused
    citizen.close()
