"""采编后台走一遍：各种角色进来，看到的全是中文；宽窄屏都查无障碍，不横向溢出。"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from visitor import Visitor, settle, turn
from wagtail.images.models import Image

from gongkai.accounts.models import User
from gongkai.audit.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)
ROLES = ("office", "handler", "head", "secrecy", "legal", "leader", "city", "auditor", "admin")
WORD = re.compile("[A-Za-z]{2,}")
# 格式、单位的名称，和测试自己起的文件名。
ALLOWED = {"PNG", "JPG", "JPEG", "MB", "KB", "bytes", "river", "png"}
# 给人看的文字：页面文字，加上读屏软件念的、占位的、鼠标停留时显示的。
SEEN = """() => {
  const words = [document.title, document.body.innerText];
  for (const e of document.querySelectorAll('[aria-label],[title],[placeholder],[alt]')) {
    if (!e.getClientRects().length) continue;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) words.push(e.getAttribute(name) || '');
  }
  return words.join('\\n');
}"""


def chinese_only(visitor: Visitor) -> Visitor:
    """页面上没有一个该译没译的英文词。"""
    settle(visitor.page)
    left = set(WORD.findall(visitor.page.evaluate(SEEN))) - ALLOWED
    assert not left, (visitor.page.url, left)
    return visitor


def look(visitor: Visitor, path: str) -> Visitor:
    return chinese_only(visitor.open(path))


@pytest.fixture
def river(tmp_path: Path) -> Path:
    path = tmp_path / "river.png"
    stream = BytesIO()
    PIL.Image.new("RGB", (640, 420), "#357").save(stream, "PNG")
    path.write_bytes(stream.getvalue())
    return path


@pytest.mark.parametrize(("width", "usernames"), [(1280, ROLES), (375, ("office", "secrecy"))])
def test_every_role_enters_an_office_in_chinese(
    chromium: Any,
    live_server: Any,
    bureau: Any,
    width: int,
    usernames: tuple[str, ...],
) -> None:
    for username in usernames:
        visitor = Visitor(chromium, live_server.url, width).login(username)
        look(visitor, "/office/").sees("目前没有要您办理的稿件")
        if width < 800:
            visitor.page.get_by_role("button", name="展开或收起侧栏").first.click()
        menu = visitor.page.locator("#wagtail-sidebar")
        menu.get_by_text("台账工作台").wait_for()
        menu.get_by_role("button", name=User.objects.get(username=username).name).click()
        menu.get_by_text("退出").wait_for()
        chinese_only(visitor).check()
        visitor.context.close()


def test_a_picture_from_upload_to_deletion(
    chromium: Any,
    live_server: Any,
    bureau: Any,
    river: Path,
) -> None:
    visitor = Visitor(chromium, live_server.url, 1280, 375).login("handler")
    look(visitor, "/office/account/")
    look(visitor, "/office/images/").sees("还没有图片")
    look(visitor, "/office/images/add/")
    visitor.page.set_input_files("#id_file", str(river))
    # 选了文件，页面自己把文件名填进标题；填完了再改，两边才不会抢。
    visitor.page.wait_for_function("document.querySelector('#id_title').value === 'river'")
    visitor.page.fill("#id_title", "清江河道")
    visitor.press("上传").sees("图片“清江河道”已添加")
    chinese_only(visitor).check()
    look(visitor, "/office/images/?q=河道").sees("清江河道")
    look(visitor, "/office/images/?q=水库").sees("没有找到")
    path = f"/office/images/{Image.objects.get().pk}/"
    look(visitor, path).sees("原始尺寸")
    look(visitor, f"{path}delete/").press("删除").sees("图片“清江河道”已删除")
    assert Entry.objects.filter(action="image.delete").count() == 1
    look(visitor, "/office/images/multiple/add/")
    visitor.page.set_input_files("#fileupload", str(river))
    visitor.page.get_by_text("已上传").first.wait_for()
    visitor.check()
    chinese_only(visitor)
    assert Image.objects.get().uploaded_by_user.username == "handler"


def test_the_way_in_and_out(chromium: Any, live_server: Any, bureau: Any) -> None:
    visitor = Visitor(chromium, live_server.url)
    visitor.page.goto(f"{live_server.url}/office/")
    visitor.page.fill("#id_login", "head")
    visitor.page.fill("#id_password", "linjiang-demo-2026")
    visitor.press("登录")
    assert visitor.page.url == f"{live_server.url}/office/"
    turn(visitor.page.get_by_role("link", name="台账工作台").first)
    assert visitor.page.url.startswith(f"{live_server.url}/staff/")
    look(visitor, "/office/")
    visitor.page.get_by_role("button", name="黄处长").click()
    visitor.page.get_by_role("button", name="退出").click()
    visitor.page.wait_for_url(f"{live_server.url}/")
    response = visitor.page.goto(f"{live_server.url}/office/")
    assert response and "/accounts/login/" in visitor.page.url
