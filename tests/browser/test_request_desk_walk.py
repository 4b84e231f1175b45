"""经办人的路：收件、登记、分办、答问题、审签、发出，宽窄屏都走，每页查无障碍，不横向溢出。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from visitor import Visitor

from gongkai.accounts.models import User
from gongkai.requests import actions, demo
from gongkai.requests.models import Case, Letter

pytestmark = pytest.mark.django_db(transaction=True)
# 常走的一串问题都这样答，到“已经主动公开”。
SCREENING = (
    "alive-yes",
    "record-yes",
    "clear-yes",
    "frequency-no",
    "repeat-no",
    "reissue-no",
    "publication-no",
    "special-no",
    "ours-yes",
)  # noqa: E501


def take(clerk: Visitor) -> Case:
    """窗口代录一件邮寄来的。"""
    page = clerk.open("/staff/requests/new/").check().page
    page.get_by_label("提出渠道").select_option("ems")
    page.get_by_label("到达之日").fill((timezone.localdate() - timedelta(days=1)).isoformat())
    page.get_by_label("姓名或者名称").fill("郑一鸣")
    page.get_by_label("联系电话").fill("13800001111")
    page.get_by_label("所需信息的名称").fill("2025年供水管网检漏年度报告")
    clerk.press("接收").sees("已接收，编号").check()
    return Case.objects.latest("pk")


def prepare(clerk: Visitor, case: Case) -> None:
    """登记、分办。"""
    page = clerk.open(f"/staff/requests/{case.pk}/").page
    page.get_by_label("内容摘要").fill("检漏年度报告")
    clerk.press("登记").sees("已登记").check()
    page.get_by_label("科技信息处").check()
    clerk.press("分办").sees("已分办").check()


def decide(handler: Visitor, case: Case) -> None:
    """答问题，填决定，拟答复，送审。"""
    page = handler.open("/staff/requests/").check().page
    handler.follow(case.number).follow("2025年供水管网检漏年度报告")
    handler.check()
    for choice in SCREENING:
        page.locator(f"#q-{choice}").check()
    handler.press("下一步")
    for choice in ("found-found", "public-yes"):
        page.locator(f"#q-{choice}").check()
        handler.press("下一步")
    handler.sees("A1 已主动公开").check()
    page.get_by_label("获取方式、途径").fill("本机关网站“规划计划”栏目")
    page.locator("#facts").fill("该报告已于今年一月在本机关网站公开，可以查阅和下载")
    handler.press("存这一项的决定").sees("这一项的决定已经齐备").check()
    handler.open(f"/staff/requests/{case.pk}/")
    handler.press("拟答复").sees("已拟答复").check()
    handler.press("送审").sees("已办理")


def test_from_the_counter_to_the_reply(chromium: Any, live_server: Any, bureau: Any) -> None:
    demo.keep_rules(bureau)

    def enter(username: str) -> Visitor:
        return Visitor(chromium, live_server.url, 1280, 375).login(username)

    clerk = enter("clerk")
    case = take(clerk)
    prepare(clerk, case)
    decide(enter("handler"), case)
    letter = Letter.objects.get(case=case)
    for username, button in (("secrecy", "保密审查通过"), ("legal", "合法性审查通过"), ("leader", "签发")):
        reviewer = enter(username)
        reviewer.open("/staff/requests/reviews/").check()
        reviewer.follow(letter.title)
        reviewer.check().press(button).sees("已办理")
        reviewer.context.close()
    page = clerk.open(f"/staff/requests/letters/{letter.pk}/").check().page
    page.get_by_label("送达方式").select_option("ems")
    page.get_by_label("邮件号码").fill("EA123456789CN")
    clerk.press("发出").sees("已发出").sees("待送达").check()
    clerk.open(f"/staff/requests/letters/{letter.pk}/")
    clerk.press("登记送达").sees("已登记送达").sees("已办结").check()
    clerk.sees("没有超过期限")


def test_every_screen_of_the_desk_is_accessible(
    chromium: Any,
    live_server: Any,
    bureau: Any,
) -> None:
    demo.seed(bureau)
    clerk = Visitor(chromium, live_server.url, 1280, 375).login("clerk")
    case, letter = Case.objects.filter(state="working").first(), Letter.objects.first()
    assert case and letter
    pages = [
        "",
        "all/",
        "board/",
        "statistics/",
        "rules/",
        "calendar/",
        "payments/",
        "filed/?kind=suggestion",
        "mail/",
        "reconsider/",
    ]
    pages += [
        f"{case.pk}/",
        f"{case.pk}/applicant/",
        f"{case.pk}/group/",
        f"items/{case.items.get().pk}/",
        f"letters/{letter.pk}/",
    ]
    # 内容相同的三件里先登记一件，其余照样登记，正在办。
    first = Case.objects.filter(state="received").order_by("pk").first()
    assert first
    user = User.objects.get(username="clerk")
    run = actions.start_group(user, actions.register(user, first, summary="二次供水水质"), "register")
    pages += ["groups/", f"{first.pk}/group/", f"runs/{run.pk}/"]
    for path in pages:
        clerk.open(f"/staff/requests/{path}").check()
    # 展开全部可以做的，再查一遍。
    clerk.open(f"/staff/requests/{case.pk}/")
    clerk.page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    clerk.check()
