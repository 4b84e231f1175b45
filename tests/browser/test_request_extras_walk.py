"""更正、请假代办、清除隐藏信息、审查遮盖、补发查询码：宽窄屏都走，每页查无障碍，不横向溢出。"""

from __future__ import annotations

import io
import re
from typing import Any

import docx
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from visitor import Visitor

from gongkai.accounts.models import User
from gongkai.formats.redaction import Box
from gongkai.records import demo as library
from gongkai.requests import actions, demo, redaction, states
from gongkai.requests.models import Case, CaseFile, RecordCorrection

pytestmark = pytest.mark.django_db(transaction=True)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@pytest.fixture
def seeded(bureau: Any) -> Any:
    library.seed(bureau)
    demo.seed(bureau)
    return bureau


@pytest.fixture
def enter(chromium: Any, live_server: Any) -> Any:
    """某账号登录（空的不登录）的浏览器。"""

    def make(username: str) -> Visitor:
        found = Visitor(chromium, live_server.url, 1280, 375)
        return found.login(username) if username else found

    return make


def _upload(visitor: Visitor, field: str, name: str) -> None:
    file = {"name": name, "mimeType": "application/pdf", "buffer": PDF}
    visitor.page.locator(field).set_input_files(file)


def test_a_correction_from_evidence_to_the_changed_record(seeded: Any, enter: Any) -> None:
    citizen = enter("").open("/apply/others/correction/")
    page = citizen.page
    page.get_by_label("哪份信息").fill("用水登记里户名写成李泗，应为李四")
    _upload(citizen, "#id_evidence", "户口簿.pdf")
    page.get_by_label("姓名或者单位名称").fill("李四")
    page.get_by_label("证件号码").fill("11010519491231002X")
    page.get_by_label("联系电话").fill("13800001234")
    citizen.press("提交").check().sees("GZ-")
    secret = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page.inner_text("main"))
    row = RecordCorrection.objects.get()
    clerk, url = enter("clerk"), f"/staff/requests/filed/fix/{row.pk}/"
    clerk.open("/staff/requests/filed/").sees(row.number)
    page = clerk.open(url).page
    page.locator("summary", has_text="放入材料").click()
    _upload(clerk, "#id_file-file", "用水登记.pdf")
    clerk.press("放入").check().sees("查到的记录")
    page.get_by_label("予以更正", exact=True).check()
    page.get_by_label("要更正的记录").fill("用水登记里的户名“李泗”")
    page.get_by_label("核实的情况").fill("与户口簿核对，登记确有笔误")
    page.get_by_label("更正内容").fill("户名由“李泗”改为“李四”")
    clerk.press("存下拟稿").check().sees("决定予以更正：户名由“李泗”改为“李四”")
    leader = enter("leader").open("/staff/requests/reviews/").sees("待我签发的更正答复")
    leader.follow(row.number).check().press("签发").check().sees("已签发")
    page = clerk.open(url).page
    page.get_by_label("送达方式").select_option("portal")
    clerk.press("发出").check().sees("还没有登记怎样改的")
    page.get_by_label("更正之日").fill(timezone.localdate().isoformat())
    page.get_by_label("改前、改后").fill("户名由“李泗”改为“李四”")
    clerk.press("登记").check().sees("已登记怎样更正的")
    clerk.open("/staff/requests/register/").sees("更〔")
    citizen.open("/track/")
    assert secret
    citizen.page.get_by_label("编号").fill(row.number)
    citizen.page.get_by_label("查询码").fill(secret[0])
    citizen.press("查看").check().sees("怎样更正的")
    with citizen.page.expect_download() as got:
        citizen.page.get_by_role("link", name="下载更正答复书").click()
    assert got.value.suggested_filename == f"{row.number}.pdf"


def test_somebody_stands_in(seeded: Any, enter: Any) -> None:
    head = enter("head").open("/staff/requests/absence/")
    other = User.objects.get(username="handler")
    head.page.get_by_label("由谁代办").select_option(str(other.pk))
    head.page.get_by_label("到哪天止").fill(timezone.localdate().isoformat())
    head.page.get_by_label("事由").fill("培训")
    head.press("登记").check().sees("代办中")
    enter("handler").open("/staff/requests/").sees("您正在代")


def test_hidden_data_goes_and_reviewers_compare(seeded: Any, enter: Any) -> None:
    clerk, case = User.objects.get(username="clerk"), Case.objects.get(summary="局机关车辆调度安排")
    letter = case.letters.exclude(outcome="").get()
    secrecy = User.objects.get(username="secrecy")
    actions.move_letter(secrecy, letter, "return_secrecy", opinion="补材料")
    made, out = docx.Document(), io.BytesIO()
    made.add_paragraph("看得见的").add_run("藏着的电话").font.hidden = True
    made.save(out)
    row = actions.add_file(clerk, case, kind="release", file=SimpleUploadedFile("安排.docx", out.getvalue()))
    picture = io.BytesIO()
    Image.new("RGB", (600, 300), "white").save(picture, "PNG")
    source = SimpleUploadedFile("名册.png", picture.getvalue())
    source = actions.add_file(clerk, case, kind="source", file=source)
    covered = redaction.redact(clerk, source, [Box(0, 0.1, 0.2, 0.3, 0.2, reason="privacy")])
    desk = enter("clerk").open(f"/staff/requests/files/{row.pk}/hidden/").sees("藏着的电话")
    desk.press("一键清除").check().sees("已经清除的")
    assert CaseFile.objects.filter(case=case, kind="release").count() == 2
    author = User.objects.get(username=letter.author.username)
    again = actions.draft_decision(author, case)
    actions.move_letter(author, again, "submit")
    reviewer = enter("secrecy").open(f"/staff/requests/letters/{again.pk}/").sees("已遮盖 1 处")
    reviewer.follow("逐处看遮盖").check().sees("个人隐私（条例第十五条）")
    width = reviewer.page.locator(".seen img").first.evaluate("e => e.complete && e.naturalWidth")
    assert width and covered.redaction


def test_a_lost_secret_online_and_at_the_counter(seeded: Any, enter: Any, settings: Any) -> None:
    settings.REQUESTS_IDENTITY = ["email"]
    person = {
        "kind": "natural", "name": "张三", "identity_number": "11010519491231002X",
        "email": "z@example.invalid",
    }  # fmt: skip
    made = actions.receive(
        states.CITIZEN, agency=seeded, applicant=person, description="检漏报告", channel="portal"
    )
    citizen = enter("").open("/track/").follow("查询码丢了，补发一个").check()
    citizen.page.get_by_label("编号").fill(made.case.number)
    citizen.page.get_by_label("证件号码").fill("11010519491231002X")
    citizen.press("要电子邮件验证码").check().sees("验证码已经发到")
    code = re.search(r"\d{6}", str(mail.outbox[-1].body))
    assert code
    citizen.page.get_by_label("验证码").fill(code[0])
    citizen.press("换新的查询码").check().sees("旧的查询码已经作废")
    clerk = enter("clerk").open(f"/staff/requests/secret/case/{made.case.pk}/")
    clerk.page.get_by_label("证件号码").fill("11010519491231002X")
    clerk.page.get_by_label("看了什么证件").fill("本人的身份证原件")
    clerk.press("补发").check().sees("新的查询码只显示这一次")
