"""干净的正文：许可表、结构、粘贴，与性质。"""

# ruff: noqa: E501  样例照原样写在一行

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from gongkai.formats.documents import (
    DocumentError,
    clean_html,
    from_paste,
    from_text,
    links_of,
    replace_images,
    text_of,
)
from gongkai.formats.documents.allow import ALIGNED, ATTRIBUTES, TAGS

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p>　　甲乙\n丙</p>", "<p>甲乙丙</p>"),
        ("<p>a\n b</p>", "<p>a b</p>"),
        ("<span>广州\n</span>\n<span>水务</span>", "<p>广州水务</p>"),
        ("甲<br>乙<br><br>", "<p>甲<br>乙</p>"),
        ("<b>甲</b><strong>乙</strong><i>丙</i>", "<p><strong>甲乙</strong><em>丙</em></p>"),
        ('<span style="font-weight:700">甲</span>', "<p><strong>甲</strong></p>"),
        ("<div><div>甲</div><p>乙</p>丙</div>", "<p>甲</p><p>乙</p><p>丙</p>"),
        ('<p style="text-align: center">甲</p>', '<p class="text-center">甲</p>'),
        ('<p class="MsoNormal text-right evil">甲</p>', '<p class="text-right">甲</p>'),
        ("<h1>一</h1><h2>二</h2>", "<h2>一</h2><h3>二</h3>"),
        ("<h4>一</h4><h6>二</h6><h2>三</h2>", "<h2>一</h2><h3>二</h3><h2>三</h2>"),
        ("<h2><b>一</b></h2><h3> </h3>", "<h2>一</h2>"),
        ("<p>甲<p>", "<p>甲</p>"),
        (
            "<ul>散<li>甲<li>乙<ul><li>丙</ul></ul>",
            "<ul><li>散</li><li>甲</li><li>乙<ul><li>丙</li></ul></li></ul>",
        ),
        ("<ol start=3><li>甲</ol>", '<ol start="3"><li>甲</li></ol>'),
        ('<a href="/a?b=1&c=2">甲</a>', '<p><a href="/a?b=1&amp;c=2">甲</a></p>'),
        ('<a href="https://www.gov.cn/">甲</a>', '<p><a href="https://www.gov.cn/">甲</a></p>'),
        ('<a href="java\nscript:alert(1)">甲</a>', "<p>甲</p>"),
        ('<a href="file:///C:/a.doc">甲</a>', "<p>甲</p>"),
        ('<a href="#顶部">甲</a>', "<p>甲</p>"),
        ('<img src="images/a.png" alt="图" onerror="x">', '<p><img src="images/a.png" alt="图"></p>'),
        ('<img src="https://evil.example/a.png">', ""),
        ("<p>a<!--b--><o:p>&nbsp;</o:p></p>", "<p>a</p>"),
        ("<script>alert(1)</script><style>p{}</style><p>甲</p>", "<p>甲</p>"),
        ('<p>甲<span style="display:none">密</span><span style="mso-hide:all">密</span></p>', "<p>甲</p>"),
        ("<p>甲\u200b乙\u202e丙</p>", "<p>甲乙丙</p>"),
        ("<p>x < 1 & y > 2</p>", "<p>x &lt; 1 &amp; y &gt; 2</p>"),
        ('<input type="checkbox" checked>是<input type="checkbox">否', "<p>☑是☐否</p>"),
        (
            "<h2>标<table><tr><td>甲</td></tr></table></h2>",
            "<h2>标</h2><table><tbody><tr><td>甲</td></tr></tbody></table>",
        ),
        ("", ""),
    ],
)
def test_worked(dirty: str, clean: str) -> None:
    assert clean_html(dirty) == clean


def test_merged_cells_are_kept_and_impossible_ones_cut() -> None:
    table = (
        '<table border=1><caption> 附表 </caption><thead><tr><td rowspan="2" style="width:9pt"><b>甲</b><td colspan=2>乙<tr>'
        '<td>丙<td>丁</thead><tr><td rowspan="9" colspan="0">1<td align="right">2<td><p>3</p><p>4</p></table>'
    )
    assert clean_html(table) == (
        '<table><caption>附表</caption><thead><tr><th rowspan="2" scope="col">甲</th><th colspan="2" scope="col">乙</th></tr>'
        '<tr><th scope="col">丙</th><th scope="col">丁</th></tr></thead><tbody><tr><td>1</td>'
        '<td><p class="text-right">2</p></td><td><p>3</p><p>4</p></td></tr></tbody></table>'
    )


WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>@page{}</style><xml>x</xml></head><body>
<!--[if gte mso 9]><xml>垃圾</xml><![endif]-->
<p class=MsoNormal align=center style='text-align:center'><b><span style='font-size:22.0pt;font-family:宋体'>广州市水务局
文件<o:p></o:p></span></b></p>
<p class=MsoListParagraph style='margin-left:21.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Wingdings'><span style='mso-list:Ignore'>l<span style='font:7.0pt "Times New Roman"'>&nbsp;
</span></span></span><![endif]>甲项</p>
<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>·</span>乙项</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>（一）</span>丙项</p>
<p>正文<a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1" title="">[1]</a><del>旧</del><ins>新</ins></p>
<p><img width=10 height=20 src="file:///C:/Users/a/clip_image001.png"><img src="data:image/png;base64,%s"></p>
<div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a href="#_ftnref1" name="_ftn1">[1]</a> 注</p></div>
</body></html>"""  # fmt: skip


def test_pasted_from_word() -> None:
    found = from_paste(WORD % PNG)
    (picture,) = found.pictures
    assert found.html == (
        '<p class="text-center"><strong>广州市水务局文件</strong></p><ul><li>甲项<ul><li>乙项</li></ul></li></ul><p>（一）丙项</p>'
        '<p>正文<a href="#footnote-1" id="footnote-ref-1">[1]</a><u>新</u></p>'
        f'<p><img src="images/{picture.name}" alt=""></p>'
        '<p><a href="#footnote-ref-1" id="footnote-1">[1]</a> 注</p>'
    )
    assert picture.content_type == "image/png" and len(picture.sha256) == 64
    assert any("图片没有带过来" in notice for notice in found.notices)
    assert any("删除线修订" in notice for notice in found.notices)


@pytest.mark.parametrize(
    "attack",
    [
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        '<p style="background:url(javascript:alert(1))">甲</p>',
        '<a href="data:text/html,<script>alert(1)</script>">甲</a>',
        '<a href="&#106;avascript:alert(1)">甲</a>',
        '<img src="x" onerror="alert(1)">',
        '<img src="//evil.example/x">',
        '<img src="/\\evil.example/x">',
        '<iframe src="https://evil.example"></iframe>',
        '<form action="https://evil.example"><button>甲</button></form>',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        "<template><script>alert(1)</script></template>",
        '<p id="login" class="text-center" data-x="1" onclick="a()">甲</p>',
        '<td colspan="1 onmouseover=alert(1)">',
        "<base href='https://evil.example/'><meta http-equiv=refresh content='0'>",
    ],
)  # fmt: skip
def test_nothing_outside_the_allow_list_survives(attack: str) -> None:
    _assert_allowed(clean_html(attack))


def _assert_allowed(html: str) -> None:
    body = LexborHTMLParser(html).body
    assert body is not None
    for node in body.css("*"):
        if node.tag == "body":
            continue
        assert node.tag in TAGS, node.tag
        for name, value in node.attributes.items():
            if name == "class":
                assert node.tag == "p" and set((value or "").split()) <= ALIGNED
            else:
                assert name in ATTRIBUTES.get(node.tag, set())
            if name == "href":
                assert re.match(r"https?:|mailto:|tel:|[^:]*$", value or "", re.IGNORECASE)
            if name == "src":
                assert not re.match(r"[a-z]+:|//|.*\\", value or "", re.IGNORECASE)


fragments = st.sampled_from(
    "<p> </p> <div> </div> <b> </b> <ul> <ol> <li> </ul> </ol> <table> <tr> <td> <th> </td> </table> <h1> <h3> </h3> <a <a>"
    " href=javascript:1> href=/x> </a> <br> <img <img> src=a> <blockquote> </blockquote> <sup> </sup> <span"
    " style=display:none> style=font-weight:bold> align=center> rowspan=3> colspan=0> <thead> <caption> <script> </script>"
    " <pre> <hr> <dl> <dt> <input> type=checkbox> <svg> <math> <style> <!-- --> &lt; &amp; &nbsp; \" ' > < 甲 乙 一、 a 1".split(
        " "
    )
)
soup = st.lists(fragments | st.sampled_from(["\n", " ", "　", "\u200b"]), max_size=40).map("".join) | st.text(
    max_size=50
)


@settings(max_examples=300)
@given(soup)
def test_cleaning_twice_changes_nothing_and_stays_allowed(html: str) -> None:
    once = clean_html(html)
    assert clean_html(once) == once
    _assert_allowed(once)
    if "<h" in once:
        levels = [int(level) for level in re.findall(r"<h(\d)>", once)]
        assert all(b <= a + 1 for a, b in zip([1, *levels], levels, strict=False))


words = (
    st.text("甲乙丙丁abc。，1 2", min_size=1, max_size=12)
    .map(lambda t: re.sub(" +", " ", t).strip())
    .filter(bool)
)


@given(st.lists(st.tuples(words, st.sampled_from(["p", "h2", "li", "td", "div", "b", "span"])), max_size=8))
def test_no_visible_word_is_lost(parts: list[tuple[str, str]]) -> None:
    wrap = {"li": "<ul><li>{}</li></ul>", "td": "<table><tr><td>{}</td></tr></table>"}
    html = "".join(wrap.get(tag, f"<{tag}>{{}}</{tag}>").format(word) for word, tag in parts)
    squeeze = re.compile(r"\s")
    assert squeeze.sub("", text_of(clean_html(html))) == squeeze.sub("", "".join(word for word, _ in parts))


def test_very_deep_nesting_keeps_its_words() -> None:
    found = clean_html("<div><blockquote>" * 3000 + "甲" + "<ul><li>" * 3000 + "乙")
    assert "甲" in text_of(found) and "乙" in text_of(found)


def test_too_long_is_refused() -> None:
    with pytest.raises(DocumentError, match="拆成几篇"):
        clean_html("甲" * 8_000_001)


def test_text_links_and_images() -> None:
    html = clean_html(
        '<h2>标题</h2><p>甲<a href="https://a.cn/">链</a></p><table><tr><td>1</td><td>2</td></tr></table><p><img src="images/a.png" alt="图"></p>'
    )
    assert text_of(html) == "标题\n甲链\n1\t2"
    assert [(link.href, link.text, link.is_image) for link in links_of(html)] == [
        ("https://a.cn/", "链", False),
        ("images/a.png", "图", True),
    ]
    assert 'src="/media/1.png"' in replace_images(html, {"images/a.png": "/media/1.png"})
    assert "evil" not in replace_images(html, {"images/a.png": "https://evil/x"})


def test_plain_text() -> None:
    found = from_text(
        "某办法\n第一章 总则\r\n　　第一条 为了<规范>，制定本办法。\n一、总体要求\n（一）甲。\n附 则"
    )
    assert found == (
        "<p>某办法</p><h2>第一章 总则</h2><p>第一条 为了&lt;规范&gt;，制定本办法。</p><h2>一、总体要求</h2><p>（一）甲。</p><h2>附 则</h2>"
    )


def test_marked_headings_in_plain_text() -> None:
    assert from_text("# 某法\n## 第一章 总则\n#甲") == "<h2>某法</h2><h3>第一章 总则</h3><p>#甲</p>"


def test_real_pages_keep_their_text() -> None:
    file = DATA / "policy_raw_2019" / "policies.jsonl"
    if not file.exists():
        pytest.skip(f"没有 {file}，跳过实测")
    rows = [json.loads(line) for line in file.open(encoding="utf-8")]
    key = next(k for k in rows[0] if "html" in k.lower())
    squeeze = re.compile(r"[\s\u3000\u200b\ufeff]")
    for row in rows[:20]:
        html = row[key] or ""
        once = clean_html(html)
        assert clean_html(once) == once
        body = LexborHTMLParser(re.sub(r"(?is)<(script|style|title).*?</\1>", "", html)).body
        assert body is not None
        assert len(squeeze.sub("", text_of(once))) >= 0.97 * len(squeeze.sub("", body.text(deep=True)))
