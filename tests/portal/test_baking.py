"""烘焙：只重写牵动的页面，撤下的先消失，作废的重来，一页出错不耽误别页。"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from gongkai.portal.baking import baker, files
from gongkai.portal.baking.front import Front
from gongkai.portal.baking.models import BakeTask, Page, PageUse
from gongkai.portal.baking.pages import all_pages
from gongkai.portal.baking.queue import enqueue, hold
from gongkai.records import actions, queries
from gongkai.records.models import Column, Site

pytestmark = pytest.mark.django_db


def record_page(request: HttpRequest, pk: int) -> HttpResponse:
    record = queries.public_records().filter(pk=pk).first()
    if record is None:
        raise Http404
    return HttpResponse(f"<h1>{record.live.title}</h1>")


def column_page(request: HttpRequest, slug: str) -> HttpResponse:
    if slug == "broken":
        raise RuntimeError("模板坏了")
    column = Column.objects.get(path=f"{slug}/")
    return HttpResponse("".join(f"<li>{r.live.title}</li>" for r in queries.column_records(column)))


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("首页")


urlpatterns = [
    path("", home),
    path("content/post_<int:pk>.html", record_page),
    path("columns/<slug:slug>/", column_page),
]


@pytest.fixture(autouse=True)
def _here(settings: Any, tmp_path: Path) -> None:
    settings.ROOT_URLCONF = __name__
    settings.SITE_ROOT = tmp_path / "site"


def bake_all() -> None:
    while baker.drain():
        pass


def read(site: Site, page: str) -> str | None:
    target = files.file_of(site.domain, page)
    return target.read_text(encoding="utf-8") if target.exists() else None


def test_a_publication_bakes_its_page_and_its_column_only(
    site: Site, make: Callable[..., Any], carry: Callable[..., Any]
) -> None:
    record = carry(make()).record
    bake_all()
    assert "管网检漏" in (read(site, record.get_absolute_url()) or "")
    assert "管网检漏" in (read(site, "/columns/notices/") or "")
    assert read(site, "/columns/news/") is None
    assert not BakeTask.objects.exists()
    uses = set(PageUse.objects.values_list("page__path", "record_id"))
    assert uses == {(record.get_absolute_url(), record.pk), ("/columns/notices/", record.pk)}


def test_a_withdrawn_record_is_off_the_disk_before_the_commit(
    site: Site, make: Callable[..., Any], carry: Callable[..., Any], person: Any
) -> None:
    record = carry(make()).record
    bake_all()
    with transaction.atomic():
        actions.withdraw(person("office"), record, reason="含个人信息")
        assert read(site, record.get_absolute_url()) is None
        assert read(site, "/columns/notices/") is None
    bake_all()
    assert read(site, record.get_absolute_url()) is None
    assert "管网检漏" not in (read(site, "/columns/notices/") or "缺")
    assert not Page.objects.filter(path=record.get_absolute_url()).exists()


def test_what_was_rendered_before_a_withdrawal_is_thrown_away(
    site: Site, make: Callable[..., Any], carry: Callable[..., Any], person: Any
) -> None:
    record = carry(make()).record
    # 渲染在撤下之前，换名在撤下之后：旧内容一页都不能落盘。
    rendered = baker.bake(baker.ready())
    actions.withdraw(person("office"), record, reason="含个人信息")
    baker.settle(rendered)
    for page in (record.get_absolute_url(), "/columns/notices/"):
        assert "管网检漏" not in (read(site, page) or "")
    assert not list(files.root().rglob(".baking-*"))
    bake_all()
    assert "管网检漏" not in (read(site, "/columns/notices/") or "缺")


def test_a_page_queued_again_while_rendering_is_baked_again(
    site: Site, make: Callable[..., Any], carry: Callable[..., Any]
) -> None:
    record = carry(make()).record
    rendered = baker.bake(baker.ready())
    enqueue([(site.pk, record.get_absolute_url())])
    baker.settle(rendered)
    assert read(site, record.get_absolute_url()) is None
    left = set(BakeTask.objects.values_list("path", flat=True))
    assert left == {record.get_absolute_url(), "/sitemap_1.xml"}


def test_one_broken_page_waits_and_the_others_go_on(site: Site) -> None:
    enqueue([(site.pk, "/"), (site.pk, "/columns/broken/"), (site.pk, "/nothing/")])
    bake_all()
    assert read(site, "/") == "首页"
    task = BakeTask.objects.get()
    assert task.path == "/columns/broken/" and "模板坏了" in task.error and task.attempts == 1
    BakeTask.objects.update(not_before=timezone.now())
    bake_all()
    assert BakeTask.objects.get().attempts == 2


def test_the_whole_site_is_baked_by_the_command(
    site: Site, make: Callable[..., Any], carry: Callable[..., Any], capsys: Any
) -> None:
    records = [carry(make(title=f"通知第{n}号")).record for n in range(3)]
    BakeTask.objects.all().delete()
    assert set(all_pages(site)) >= {r.get_absolute_url() for r in records} | {"/columns/notices/page_1.html"}
    call_command("bake", "--all")
    assert all(read(site, record.get_absolute_url()) for record in records)
    call_command("bake", "--json")
    assert '"waiting": 0' in capsys.readouterr().out


def test_what_was_just_published_does_not_wait_for_a_rewrite(
    site: Site, make: Callable[..., Any], carry: Callable[..., Any]
) -> None:
    BakeTask.objects.all().delete()
    enqueue((site.pk, f"/rewritten/{number}/") for number in range(3))
    record = carry(make()).record
    first = {path for _pk, _site, path in baker.ready()}
    assert record.get_absolute_url() in first and "/rewritten/0/" not in first
    while baker.drain():
        pass
    assert not BakeTask.objects.exists()


def test_holding_needs_a_transaction(transactional_db: Any) -> None:
    with pytest.raises(RuntimeError):
        hold()


@pytest.mark.parametrize("page", ["/../secret", "/a/../../b", "/.git/config", "/a//b", "/a\\b", "/空"])
def test_no_path_leaves_the_folder(page: str) -> None:
    with pytest.raises(ValueError):
        files.file_of("localhost", page)


@pytest.mark.parametrize("domain", ["..", "a/b", "-x", "", "A.cn"])
def test_no_domain_leaves_the_folder(domain: str) -> None:
    with pytest.raises(ValueError):
        files.file_of(domain, "/")


class Visit:
    """一次访问门面的结果。"""

    def __init__(self, front: Front, path: str, **environ: str) -> None:
        self.status, self.headers = "", {}

        def start(status: str, headers: list[tuple[str, str]]) -> None:
            self.status, self.headers = status, dict(headers)

        base = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "HTTP_HOST": "localhost:8000"}
        self.body = b"".join(front(base | environ, start))


@pytest.fixture
def front(settings: Any) -> Front:
    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("X-From", "app")])
        return ["现写".encode()]

    target = files.file_of("localhost", "/content/post_1.html")
    files.stage(target, "静态页".encode()).replace(target)
    return Front(
        app,
        root=files.root(),
        headers=[("X-Content-Type-Options", "nosniff")],
        cookies=("elder", "gk_lang"),
        default=lambda: "localhost",
    )


def test_the_front_sends_the_file_with_its_headers(front: Front) -> None:
    visit = Visit(front, "/content/post_1.html", HTTP_COOKIE="sessionid=abc; csrftoken=elder")
    assert visit.body.decode() == "静态页" and visit.status == "200 OK"
    assert visit.headers["X-Content-Type-Options"] == "nosniff"
    assert visit.headers["Content-Type"] == "text/html; charset=utf-8"
    again = Visit(front, "/content/post_1.html", HTTP_IF_NONE_MATCH=visit.headers["ETag"])
    assert again.status.startswith("304") and again.body == b""
    zipped = Visit(front, "/content/post_1.html", HTTP_ACCEPT_ENCODING="gzip, br")
    assert gzip.decompress(zipped.body).decode() == "静态页"
    head = Visit(front, "/content/post_1.html", REQUEST_METHOD="HEAD")
    assert head.body == b"" and head.headers["Content-Length"] == "9"
    for host in ("127.0.0.1", "[::1]:8000", "..", ""):
        assert Visit(front, "/content/post_1.html", HTTP_HOST=host).body.decode() == "静态页"


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_COOKIE": "elder=1"},
        {"HTTP_COOKIE": "sessionid=1; gk_lang=en"},
        {"QUERY_STRING": "page=2"},
        {"REQUEST_METHOD": "POST"},
        {"PATH_INFO": "/content/"},
        {"PATH_INFO": "/content/../content/post_1.html"},
        {"PATH_INFO": "/content/post_2.html"},
    ],
)
def test_the_front_leaves_the_rest_to_the_application(front: Front, environ: dict[str, str]) -> None:
    visit = Visit(front, environ.get("PATH_INFO", "/content/post_1.html"), **environ)
    assert visit.body.decode() == "现写"


def test_the_front_forgets_a_removed_file_at_once(front: Front) -> None:
    target = files.file_of("localhost", "/content/post_1.html")
    assert Visit(front, "/content/post_1.html").body.decode() == "静态页"
    target.write_text("改过的静态页", encoding="utf-8")
    assert Visit(front, "/content/post_1.html").body.decode() == "改过的静态页"
    target.unlink()
    assert Visit(front, "/content/post_1.html").body.decode() == "现写"
    assert not front.cache and front.held_bytes == 0


def test_the_nightly_check_fills_gaps_and_clears_leftovers(
    site: Site, make: Callable[..., Any], carry: Callable[..., Any]
) -> None:
    record = carry(make()).record
    bake_all()
    files.remove(files.file_of(site.domain, record.get_absolute_url()))
    stray = files.file_of(site.domain, "/content/post_999.html")
    stray.write_text("撤下后残留", encoding="utf-8")
    # 正在写的不算残留，不然夜里核对时正烤着的页面会失败。
    staged = files.stage(files.file_of(site.domain, "/content/post_998.html"), b"<p>")
    checked = baker.check(site)
    assert staged.exists()
    assert checked.stray == 1 and not stray.exists() and checked.missing
    bake_all()
    assert "管网检漏" in (read(site, record.get_absolute_url()) or "")
    os.utime(staged, (0, 0))
    assert baker.check(site).stray == 1 and not staged.exists()
