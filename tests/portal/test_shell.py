"""外壳：安全头、内嵌样式、偏好、繁体、样式裁剪。"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

import gongkai
from gongkai.portal.headers import CONTENT_SECURITY_POLICY, SECURITY_HEADERS
from gongkai.portal.prose import render
from gongkai.portal.purging import purge, used_classes
from gongkai.portal.styles import squeeze, style_hash, stylesheet
from gongkai.portal.traditional import convert
from gongkai.records import demo as library
from gongkai.records.colours import readable


def test_the_headers_are_strict_everywhere_but_in_the_editing_office(bureau: Any) -> None:
    library.seed(bureau)
    assert "unsafe" not in CONTENT_SECURITY_POLICY and "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY
    for path in ("/", "/columns/", "/nowhere/", "/robots.txt", "/feedback/"):
        response = Client().get(path)
        for name, value in SECURITY_HEADERS:
            assert response[name] == value, (path, name)
    assert "form-action" not in Client().get("/accounts/login/")["Content-Security-Policy"]


def test_secure_sites_ask_for_https_only(bureau: Any, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    response = Client().get("/", secure=True)
    assert response["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_page_allows_its_own_style_and_nothing_else(bureau: Any) -> None:
    html = Client().get("/").content.decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert policy and style and style[1] == stylesheet()
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"sha256-{digest}" in policy[1].replace("&#x27;", "'")
    assert "default-src" in policy[1] and "unsafe" not in policy[1]
    assert html.index("http-equiv") < html.index("<style>")
    assert not re.search(r'\sstyle="|\son\w+="', html)


def test_the_subset_is_built_from_what_the_templates_use() -> None:
    call_command("build_css", check=True)
    used = used_classes(Path(gongkai.__file__).parent)
    assert "govuk-visually-hidden" in used
    css = "@media print{.a{x:1}.b{x:2}}.a,.b .c{y:1}p{z:1}@font-face{src:url(x)}.a:not(.b){w:1}"
    assert purge(css, {"a"}) == "@media print {\n.a {x:1}\n}\n.a {y:1}\n"


def test_squeezing_keeps_what_is_quoted() -> None:
    css = 'a { content: " ; } " ; }  /* x */ b > c , d { e: f; }'
    assert squeeze(css) == 'a{content:" ; } "}b>c,d{e:f}'


def test_the_style_is_small() -> None:
    assert len(stylesheet().encode()) < 40_000


def test_preferences_are_remembered_and_forgotten(bureau: Any) -> None:
    client = Client()
    response = client.get("/preferences/?elder=1&next=/plans/")
    assert response.url == "/plans/" and response["Cache-Control"] == "no-store"
    assert 'class="elder"' in client.get("/").content.decode()
    client.get("/preferences/?language=zh-hant")
    page = client.get("/").content.decode()
    assert 'lang="zh-Hant-HK"' in page and "長者模式" in page and 'class="elder"' in page
    client.get("/preferences/?language=en")
    assert 'lang="en"' in client.get("/").content.decode()
    client.get("/preferences/?language=zh-hans&elder=0")
    # 选回原样的人又与没有选过的人一样。
    assert not [name for name, morsel in client.cookies.items() if morsel.value]
    assert client.get("/").content == Client().get("/").content


def test_only_what_people_read_becomes_traditional() -> None:
    page = (
        '<html lang="zh-CN"><meta name="ColumnName" content="发布"><title>政务公开</title>'
        '<a href="/发布/?q=发布" title="发布" aria-label="发布">发布<br>后</a>'
        '<input value="发布" placeholder="发布"><textarea>发布</textarea><script>"发布"</script>'
        '<span lang="zh-CN">简体<b>中文</b></span><p translate="no">发布</p><!--发布--><p>里</p></html>'
    )
    out = convert(page)
    assert 'href="/发布/?q=发布" title="發佈" aria-label="發佈">發佈<br>後</a>' in out
    assert 'value="发布" placeholder="發佈"' in out and "<textarea>发布</textarea>" in out
    assert '<script>"发布"</script>' in out and "<b>中文</b>" in out and '<p translate="no">发布</p>' in out
    assert "<title>政務公開</title>" in out and 'content="发布"' in out and "<!--发布-->" in out
    assert out.startswith('<html lang="zh-Hant-HK">')


@given(st.text(alphabet="<>/pabl \"'=&;!-文发", max_size=60))
@settings(max_examples=200, deadline=None)
def test_whatever_the_body_nothing_dangerous_is_shown(body: str) -> None:
    out = render(f"{body}<script>x()</script><p onclick='x()' style='a'>发</p>")
    assert "<script" not in out and "onclick=" not in re.sub(r">[^<]*<", "><", out) and "<style" not in out


@pytest.mark.django_db
def test_a_site_wears_its_own_colour(site: Any) -> None:
    site.colour = "#7a1f1f"
    site.save()
    page = Client().get("/").content.decode()
    assert "--main:#7a1f1f" in page and "--dark:#551616" in page
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy and html.unescape(style_hash("#7a1f1f")) in html.unescape(policy[1])


@pytest.mark.parametrize("colour", ["#ffffff", "#9bd", "red;}", "#0b4ea2}"])
def test_a_colour_that_cannot_be_read_is_refused(colour: str) -> None:
    with pytest.raises(ValidationError):
        readable(colour)
    readable("#0b4ea2")
