"""一条规划从写到公开：粘贴、导入 Word、附件、关系、补齐、预览、送审、公众页面、另起新版；两人同改不丢字。"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import PIL.Image
import pytest
from visitor import Visitor, settle, turn

from gongkai.records import actions, reviews
from gongkai.records import demo as library
from gongkai.records.models import Edition, Picture

pytestmark = pytest.mark.django_db(transaction=True)
WORD_TABLE = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<style>p.MsoNormal{margin:0}</style></head><body><!--StartFragment--><p class=MsoNormal align=center><b>
<span style='font-family:宋体;color:red'>供水现状</span></b><o:p></o:p></p><table class=MsoTableGrid border=1>
<tr><td colspan=2><p class=MsoNormal>合并的表头</p></td></tr><tr><td><p class=MsoNormal>水厂</p></td>
<td><p class=MsoNormal>六座</p></td></tr></table><!--EndFragment--></body></html>"""
PASTE = """html => {
  const data = new DataTransfer();
  data.setData('text/html', html);
  data.setData('text/plain', '供水现状');
  const event = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
  document.querySelector('.jodit-wysiwyg').dispatchEvent(event);
}"""
FIELDS = {
    "summary": "到2030年的供水目标和任务。", "written_on": "2026-01-05", "fields.period_from": "2026",
    "fields.period_to": "2030", "fields.sector": "供水", "fields.compiled_by": "市水务局",
    "fields.approved_by": "市政府", "fields.approval_number": "临府函〔2026〕1号",
    "fields.approved_on": "2026-01-10",
}  # fmt: skip


class Writer(Visitor):
    """写稿的人：一个出站的请求、一个脚本错误也不许有。"""

    def __init__(self, browser: Any, base: str, *widths: int) -> None:
        super().__init__(browser, base, *widths)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self.outside(request.url))

    def outside(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:")):
            self.faults.append(url)

    def check(self) -> Writer:
        settle(self.page)
        super().check()
        assert not self.faults, self.faults
        return self

    def do(self, value: str) -> Writer:
        """按写稿页的一个按钮。"""
        turn(self.page.locator(f"#writing-form button[value='{value}']").last)
        return self

    def body(self) -> str:
        return self.page.eval_on_selector("#id_body", "area => area.value")


@pytest.fixture
def word(tmp_path: Path) -> Path:
    picture = BytesIO()
    PIL.Image.new("RGB", (200, 80), "#2a6").save(picture, "PNG")
    document = docx.Document()
    document.add_heading("第一章 目标", 1)
    document.add_paragraph("到2030年，管网漏损率控制在8%以内。")
    document.add_picture(BytesIO(picture.getvalue()))
    document.save(tmp_path / "规划.docx")
    return tmp_path / "规划.docx"


@pytest.fixture
def basis(bureau: Any, person: Any) -> Edition:
    """已公开的依据。"""
    site, handler = library.seed(bureau), person("handler")
    edition = actions.create_record(
        handler, organisation=handler.organisation, site=site, kind="notice", title="供水管理工作通知",
        summary="部署供水管理。", issuer="市水务局", written_on="2026-01-02", body="<p>正文。</p>",
    )  # fmt: skip
    for username, step in (
        ("handler", "submit"), ("head", "pass_head"), ("secrecy", "pass_secrecy"), ("leader", "sign"),
    ):  # fmt: skip
        form = reviews.clear_form(bureau) if username == "secrecy" else None
        edition = actions.move(person(username), Edition.objects.get(pk=edition.pk), step, form=form)
    return actions.publish(person("office"), edition)


def write(writer: Writer, word: Path, tmp_path: Path) -> str:
    """新建规划，写正文、加附件和关系；返回写稿页的路径。"""
    page = writer.open("/office/editions/new/").page
    page.select_option("#id_kind", label="规划计划")
    page.fill("#id_title", "临江市“十五五”供水规划")
    writer.press("建草稿，接着写").check().sees("送审前还有").sees("批准文号")
    page.locator(".jodit-wysiwyg").click()
    page.evaluate(PASTE, WORD_TABLE)
    page.wait_for_function("document.querySelector('#id_body').value.includes('六座')")
    assert 'colspan="2"' in writer.body() and "MsoNormal" not in writer.body()
    page.set_input_files("#word", str(word))
    page.uncheck("[name=replace]")
    page.get_by_role("button", name="导入", exact=True).click()
    page.get_by_text("已导入“规划.docx”").wait_for()
    page.wait_for_function("document.querySelector('#id_body').value.includes('第一章')")
    writer.sees("有改动还没存")
    (tmp_path / "附表.pdf").write_bytes(b"%PDF-1.4 table")
    (tmp_path / "假的.pdf").write_bytes(b"MZ not a pdf")
    page.set_input_files("#id_files", [str(tmp_path / "附表.pdf"), str(tmp_path / "假的.pdf")])
    page.get_by_text("“假的.pdf”没有加上").wait_for()
    assert page.locator("#files [data-file]").count() == 1
    page.select_option("#relation_kind", "basis")
    page.fill("#relation_target", "供水管理")
    page.get_by_role("button", name="供水管理工作通知").click()
    writer.check().do("relate").sees("已加上关系")
    return page.url.removeprefix(writer.base).partition("#")[0]


def complete(writer: Writer, path: str) -> None:
    """照提示补齐，预览，送审。"""
    page = writer.page
    writer.do("submit").sees("还不能送审").sees("规划类别").check()
    for name, value in FIELDS.items():
        page.fill(f"[name='{name}']", value)
    page.select_option("[name='fields.plan_class']", "special")
    page.select_option("[name='fields.level']", "city")
    writer.do("save").sees("已存").sees("该填的都填了").sees("张图片没有说明").check()
    writer.do("preview").check()
    public = page.frame_locator("iframe.writing-preview")
    public.get_by_role("heading", name="临江市“十五五”供水规划").wait_for()
    assert public.locator("td[colspan='2']").inner_text() == "合并的表头"
    writer.open(path + "preview/?width=phone").open(path + "history/")
    writer.open(path).do("submit").sees("已送审")


def review(browser: Any, base: str, title: str) -> None:
    """各环节：负责人、保密、签发（手机上）、发布。"""
    for username, width, button in (
        ("head", 1280, "初审通过"), ("secrecy", 1280, "保密审查通过"),
        ("leader", 375, "签发"), ("office", 1280, "发布"),
    ):  # fmt: skip
        visitor = Visitor(browser, base, width).login(username).open("/staff/review/")
        turn(visitor.page.get_by_role("link", name=title).first)
        visitor.check()
        for choice in visitor.page.locator("select[name^=point-]").all():
            choice.select_option("no")
        visitor.press(button).check()
        visitor.context.close()


def test_a_plan_from_word_to_the_public(
    chromium: Any,
    live_server: Any,
    basis: Edition,
    word: Path,
    tmp_path: Path,
) -> None:
    writer = Writer(chromium, live_server.url)
    writer.login("handler")
    path = write(writer, word, tmp_path)
    complete(writer, path)
    edition = Edition.objects.get(title="临江市“十五五”供水规划")
    picture = Picture.objects.get().get_absolute_url()
    reader = Visitor(chromium, live_server.url, 375)
    assert reader.page.request.get(live_server.url + picture).status == 404
    review(chromium, live_server.url, edition.title)
    address = edition.record.get_absolute_url()
    reader.open(address).sees("合并的表头").sees("到2030年，管网漏损率").sees("附表.pdf").sees(
        "供水管理工作通知"
    )
    assert reader.page.request.get(live_server.url + picture).status == 200
    assert reader.page.eval_on_selector(".prose img", "image => image.naturalWidth") == 200
    # 另起新版：公众看到的不变，审查的人看得到改了什么。
    writer.open(f"/staff/records/{edition.record_id}/").press("另起新版").check().sees("更正说明")
    writer.page.fill("#id_change_note", "更正漏损率")
    writer.page.locator(".jodit-wysiwyg p", has_text="漏损率").click()
    writer.page.keyboard.press("End")
    writer.page.keyboard.type("并逐年下降。")
    writer.do("save").sees("已存")
    second = writer.page.url.removeprefix(writer.base).partition("#")[0]
    pair = f"?a=e{edition.pk}&b=e{edition.record.editions.first().pk}"  # type: ignore[union-attr]
    writer.open(f"{second}compare/{pair}")
    assert "并逐年下降。" in writer.page.locator("ins").last.inner_text()
    reader.open(address)
    assert "并逐年下降" not in reader.page.inner_text("main")


def test_two_writers_and_no_word_lost(
    chromium: Any,
    live_server: Any,
    bureau: Any,
    person: Any,
) -> None:
    site, user = library.seed(bureau), person("handler")
    edition = actions.create_record(
        user, organisation=user.organisation, site=site, kind="notice", title="停水通知", body="<p>原文。</p>"
    )
    path = f"/office/editions/{edition.pk}/"
    handler, head = Writer(chromium, live_server.url), Writer(chromium, live_server.url)
    handler.login("handler")
    head.login("head")
    handler.open(path)
    head.open(path).page.fill("#id_summary", "负责人写的概述")
    head.do("save").sees("已存")
    handler.page.fill("#id_summary", "经办人写的概述")
    handler.page.locator(".jodit-wysiwyg p").first.click()
    handler.page.keyboard.press("End")
    handler.page.keyboard.type("经办人补的一句。")
    handler.do("save").sees("一个字也没丢").sees("负责人写的概述").sees("经办人写的概述").check()
    handler.context.close()
    # 换一台电脑再来：没存上的还在。
    again = Writer(chromium, live_server.url, 375)
    again.login("handler")
    turn(again.open(path).page.get_by_role("link", name="核对后再存"))
    again.check().page.locator("[name=summary][value=theirs]").check()
    again.press("按挑的存").sees("已按您挑的存好")
    edition.refresh_from_db()
    assert edition.summary == "负责人写的概述" and "经办人补的一句。" in edition.body
    again.open(path + "history/")


def test_lists_sites_and_columns(
    chromium: Any,
    live_server: Any,
    basis: Edition,
) -> None:
    office = Writer(chromium, live_server.url, 1280, 375)
    office.login("office")
    office.open("/office/editions/").sees("供水管理工作通知")
    office.open(f"/office/editions/{basis.pk}/").sees("只能查看")
    office.open("/office/sites/")
    page = office.open(f"/office/sites/{basis.record.site_id}/").page
    turn(page.get_by_role("link", name="新建栏目"))
    page.fill("#id_name", "供水专栏")
    page.get_by_label("通知公告", exact=True).check()
    office.check().press("保存").sees("栏目里现在有 1 条信息").sees("类型是通知公告的自动进来").check()
    turn(page.get_by_role("link", name="政府信息公开指南", exact=True))
    office.check().sees("由国家规定")
    page.goto(live_server.url + "/columns/gongshuizhuanlan/")
    assert "供水管理工作通知" in page.inner_text("main")


def test_writing_without_a_script(
    chromium: Any,
    live_server: Any,
    bureau: Any,
    person: Any,
    word: Path,
) -> None:
    site, user = library.seed(bureau), person("handler")
    edition = actions.create_record(
        user, organisation=user.organisation, site=site, kind="notice", title="停水通知"
    )
    context = chromium.new_context(java_script_enabled=False)
    client = context.new_page()
    client.goto(f"{live_server.url}/accounts/login/?next=/office/editions/{edition.pk}/")
    client.fill("#id_login", "handler")
    client.fill("#id_password", "linjiang-demo-2026")
    turn(client.locator("main").get_by_role("button", name="登录", exact=True))
    client.set_input_files("#word", str(word))
    client.fill("#id_summary", "明日停水。")
    turn(client.locator("button[value=import]"))
    edition.refresh_from_db()
    assert "第一章 目标" in edition.body and edition.summary == "明日停水。"
    assert "第一章 目标" in client.input_value("#id_body")
