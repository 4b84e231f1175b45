"""整条路走一遍：导入、改正、下发、报告、核验、亮灯、导出、公开，每页都查无障碍。"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from visitor import Visitor, turn

from gongkai.formats.breakdown import read
from gongkai.search.indexer import index_now
from gongkai.workplans import demo

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "workplan-2021.txt"

pytestmark = pytest.mark.django_db(transaction=True)


def import_table(office: Visitor, source: Path) -> str:
    """导入并下发，途中改正一个承接的格；返回分工表页的路径。"""
    office.sees("还没有分工表").open("/staff/import/")
    office.page.set_input_files("input[type=file]", str(source))
    office.press("上传并核对").sees("共 31 项").sees("承接").check()

    turn(office.page.locator("#row-3 >> text=改正"))
    office.page.fill("#c-city_units", "市财政局牵头，市直各单位落实；各区政府")
    office.press("保存").sees("第 4 项已改正")
    assert "inherited" not in (office.page.get_attribute("#row-3 td[data-label=市里落实单位]", "class") or "")

    office.press("确认导入").sees("分工表已导入").check()
    plan_path = office.page.url.removeprefix(office.base)
    turn(office.page.get_by_role("button", name="全部下发"))
    office.sees("任务已下发")
    return plan_path


def carry_out(office: Visitor) -> None:
    """第 20 项：签收、报告、加证据、确认、报结、采纳、核验、销号，灯由灰变绿。"""
    handler = Visitor(office.browser, office.base, 375).login("handler").open("/staff/").sees("待签收")
    twenty = handler.page.locator("td[data-label=序号]", has_text=re.compile("^20$"))
    turn(handler.page.locator("tr", has=twenty).get_by_role("link").first)
    task_path = handler.page.url.removeprefix(office.base)
    handler.lit("grey").press("签收").sees("已签收")
    handler.page.get_by_text("写进展报告").click()
    handler.page.fill("#report-body", "已完成网站改造和测试。")
    handler.page.fill("#report-percent", "80")
    handler.press("保存草稿").press("提交").sees("待处室负责人确认")
    handler.page.locator("summary", has_text="添加证据").click()
    handler.page.fill("#evidence-title", "检测结果")
    handler.page.fill("#evidence-url", "https://example.invalid/ipv6")
    handler.press("添加证据").sees("证据已添加").check()

    head = (
        Visitor(office.browser, office.base).login("head").open(task_path).press("确认").sees("待办公室采纳")
    )
    head.press("报结").sees("待核验")
    office.open(task_path).press("采纳").sees("已采纳")
    office.press("核验通过").lit("green").press("销号").sees("已销号").check()


def export(office: Visitor, plan_path: str, folder: Path) -> None:
    """导出 Word，读回来仍是 31 项，灯在状态列里。"""
    office.open(plan_path)
    with office.page.expect_download() as download:
        office.page.click("text=导出 Word")
    download.value.save_as(folder / "ledger.docx")
    exported = read(folder / "ledger.docx")
    assert [row.number for row in exported.rows] == [str(n) for n in range(1, 32)]
    assert "绿灯" in dict(exported.rows[19].extra)["亮灯"]


def publish(office: Visitor) -> None:
    """公开之后公众才看得到，长者模式也能看。"""
    citizen = Visitor(office.browser, office.base, 375).open("/plans/").sees("目前还没有公开的工作要点")
    office.press("向社会公开").sees("已向社会公开")
    index_now()
    turn(citizen.open("/plans/").page.locator("main ul a").first)
    citizen.sees("已核验（1 个单位）").sees("推进中").check()
    citizen.follow("长者模式", within="header").check()
    assert citizen.page.get_attribute("body", "class") == "elder"


def open_the_rest(office: Visitor) -> None:
    """其余各页都打得开，合乎无障碍要求。"""
    for path in ("/staff/board/", "/staff/calendar/", "/staff/notices/"):
        office.open(path)
    turn(office.open("/staff/board/").page.locator("td[data-label=要求] a").first)
    office.sees("系统建议，待确认").press("确认种类").sees("已由 陈协调 确认").check()
    admin = Visitor(office.browser, office.base, 375).login("admin").open("/staff/").sees("建立账号")
    admin.open("/staff/organisations/").open("/staff/jobs/").open("/accounts/2fa/")
    Visitor(office.browser, office.base).login("city").open("/staff/").sees("得分")
    Visitor(office.browser, office.base, 375).open("/").open("/sitemap/").open("/feedback/").open(
        "/search/?q=网站"
    )


def test_a_breakdown_table_becomes_a_ledger(
    chromium: Any, live_server: Any, site: Any, tmp_path: Path
) -> None:
    source = REAL if REAL.is_file() else demo.SAMPLE
    office = Visitor(chromium, live_server.url).sign_in("office")
    plan_path = import_table(office, source)
    carry_out(office)
    export(office, plan_path, tmp_path)
    publish(office)
    open_the_rest(office)


def test_a_bad_table_says_where_and_stores_nothing(
    chromium: Any, live_server: Any, bureau: Any, tmp_path: Path
) -> None:
    path = tmp_path / "plan.txt"
    path.write_text("具体要求|责任处室\n1. 甲|办公室\n2. 漏了责任处室\n", encoding="utf-8")
    office = Visitor(chromium, live_server.url, 1280, 375).login("office").open("/staff/import/")
    office.page.set_input_files("input[type=file]", str(path))
    office.press("上传并核对").sees("第 3 行").sees("没有责任单位").check()
    office.open("/staff/board/").sees("还没有分工表")


def test_a_workbook_is_corrected_and_what_it_dropped_is_decided(
    chromium: Any, live_server: Any, bureau: Any, tmp_path: Path
) -> None:
    """两张工作表选一张；改正表撤下一项，已签收的任务在“待决定”里终止。"""
    head, kept = ["具体要求", "责任处室"], ["1. 公开年度计划", "法规处"]
    for name, rows in {"first.xlsx": [kept, ["2. 网站改造", "科技信息处"]], "corrected.xlsx": [kept]}.items():
        book = Workbook()
        for title, content in (("市级", [["1. 市里的事", "办公室"]]), ("局级", rows)):
            sheet = book.create_sheet(title)
            for row in [head, *content]:
                sheet.append(row)
        del book["Sheet"]
        book.save(tmp_path / name)

    def load(name: str) -> None:
        office.open("/staff/import/").page.set_input_files("input[type=file]", str(tmp_path / name))
        office.press("上传并核对").sees("有几张分工表，请选一张").check()
        office.page.get_by_label("工作表").select_option("局级")
        office.press("读这一张").sees("现在读的是“局级”").check().press("确认导入").sees("分工表已导入")

    office = Visitor(chromium, live_server.url, 1280, 375).login("office")
    load("first.xlsx")
    turn(office.page.get_by_role("button", name="全部下发"))
    office.sees("任务已下发")
    handler = Visitor(chromium, live_server.url, 1280, 375).login("handler").open("/staff/")
    turn(handler.page.locator("td[data-label=要求] a").first)
    handler.press("签收").sees("已签收")
    load("corrected.xlsx")
    turn(office.page.get_by_role("link", name="件任务待决定").first)
    office.sees("第 2 项").sees("撤下").check()
    office.page.get_by_label("理由").fill("市里取消了这一项")
    office.press("终止").check()
    handler.open(handler.page.url.removeprefix(handler.base)).sees("任务已终止")
