"""公众页面：各类页面打得开、结构正确、对谁都一样、查库次数有数。"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from typing import Any
from xml.etree import ElementTree

import html5lib
import pytest
from django.test import Client
from django.utils import timezone

from gongkai.portal.demo import people, review
from gongkai.portal.views.content import PLAIN
from gongkai.records import actions
from gongkai.records.models import Column, Record, Site
from gongkai.records.public import shown_date

FIXED = ("/", "/columns/", "/library/", "/planning/", "/institutions/", "/sitemap/", "/plans/", "/feedback/")
MODES: dict[str, dict[str, str]] = {
    "plain": {},
    "elder": {"elder": "1"},
    "hant": {"script": "hant"},
    "english": {"django_language": "en"},
}


def every_page(site: Site) -> list[str]:
    """每种页面：固定页面、全部栏目、全部信息、一个机构。"""
    columns = [column.get_absolute_url() for column in Column.objects.filter(site=site)]
    bound = [path + "page_1.html" for path in columns[:3]]
    records = [record.get_absolute_url() for record in Record.objects.all()]
    filters = [
        "/library/?status=all&q=临水",
        "/columns/news/?year=2026",
        f"/institutions/{site.organisation_id}/",
    ]
    return [*FIXED, *columns, *bound, *records, *filters]


def get(path: str, cookies: dict[str, str] | None = None) -> Any:
    client = Client()
    client.cookies.load(cookies or {})
    return client.get(path)


def tree(html: str) -> Any:
    """严格解析：一处不合 HTML 标准就失败。"""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


@pytest.fixture(scope="module")
def once() -> dict[str, bytes]:
    """没有偏好的访客取过的各页：演示的信息一个文件里不变，取一次几个测试共用。"""
    return {}


@pytest.fixture
def pages(published: Site, once: dict[str, bytes]) -> dict[str, bytes]:
    """每种页面 → 没有偏好的访客得到的内容。"""
    if not once:
        for path in every_page(published):
            response = get(path)
            assert response.status_code in (200, 410), (path, response.status_code)
            # 谁来都一样的页面不发 cookie；意见表单除外，它要防伪造。
            assert not response.cookies or path == "/feedback/", path
            once[path] = response.content
    return once


@pytest.fixture(scope="module")
def grown() -> dict[str, Any]:
    return {}


@pytest.fixture
def trees(pages: dict[str, bytes], grown: dict[str, Any]) -> dict[str, Any]:
    """每种页面 → 严格解析出来的树，只看不改。"""
    if not grown:
        grown.update({path: tree(content.decode()) for path, content in pages.items()})
    return grown


def problems(root: Any) -> list[str]:
    """结构毛病：重复的 id、跳级的标题、没有名称的表单项、指向不存在的 id。"""
    ids = Counter(e.get("id") for e in root.iter() if e.get("id"))
    found = [f"id 重复 {name}" for name, count in ids.items() if count > 1]
    levels = [int(e.tag[1]) for e in root.iter() if re.fullmatch("h[1-6]", str(e.tag))]
    if levels[:1] != [1] or levels.count(1) != 1:
        found.append(f"一级标题 {levels}")
    found += [f"标题跳级 {a}→{b}" for a, b in zip(levels, levels[1:], strict=False) if b > a + 1]
    labelled = {e.get("for") for e in root.iter("label")}
    for tag in ("input", "select", "textarea"):
        for e in root.iter(tag):
            if e.get("type") not in ("hidden", "submit") and e.get("id") not in labelled:
                found.append(f"没有名称 {e.get('name')}")
    for attribute in ("aria-labelledby", "aria-describedby", "for"):
        wanted = {word for e in root.iter() for word in (e.get(attribute) or "").split()}
        found += [f"{attribute} 指向不存在的 {name}" for name in wanted - set(ids)]
    return found


def test_every_page_is_valid_and_small(pages: dict[str, bytes], trees: dict[str, Any]) -> None:
    for path, root in trees.items():
        assert not problems(root), (path, problems(root))
        assert len(pages[path]) < 100_000, path


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "plain"])
def test_every_page_is_valid_and_small_in_other_forms(published: Site, mode: str) -> None:
    for path in every_page(published):
        response = get(path, MODES[mode])
        assert response.status_code in (200, 410), (path, response.status_code)
        found = problems(tree(response.content.decode()))
        assert not found, (path, found)
        assert len(response.content) < 100_000, path


def test_every_page_is_complete_in_one_request(trees: dict[str, Any]) -> None:
    for path, root in trees.items():
        assert not [e for e in root.iter("script") if e.get("type") != "application/ld+json"], path
        assert not [e for e in root.iter("link") if e.get("rel") == "stylesheet"], path
        assert not [e.get("src") for e in root.iter("img")], path
        # 没有站外的资源。
        assert not [
            e for e in root.iter("link") if (e.get("rel"), (e.get("href") or "")[:4]) == ("icon", "http")
        ]


def test_a_visitor_without_preferences_gets_what_everybody_gets(pages: dict[str, bytes], person: Any) -> None:
    signed_in = Client()
    signed_in.force_login(person("office"))
    for path, content in pages.items():
        if path == "/feedback/":
            continue
        assert b"csrf" not in content, path
        assert signed_in.get(path).content == content, path


def test_the_number_of_queries_does_not_grow(
    published: Site, titled: Any, visitor: Client, django_assert_max_num_queries: Any
) -> None:
    limits = {
        "/": 14,
        "/columns/": 4,
        "/columns/statutory/": 22,
        "/columns/news/": 6,
        # 成文年份一年问一次。
        "/library/": 9,
        "/planning/": 4,
        "/institutions/": 5,
        titled("临江市二次供水设施管理规定").get_absolute_url(): 12,
    }
    for path, limit in limits.items():
        with django_assert_max_num_queries(limit):
            assert visitor.get(path).status_code == 200


def metas(root: Any) -> list[tuple[str, str]]:
    return [(e.get("name"), e.get("content")) for e in root.iter("meta") if e.get("name")]


SITE = {"SiteName", "SiteDomain", "SiteIDCode"}
COLUMN = {"ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType"}
ARTICLE = {"ArticleTitle", "PubDate", "ContentSource"}


def test_meta_tags_follow_the_page_standard(pages: dict[str, bytes], trees: dict[str, Any]) -> None:
    for path, root in trees.items():
        found = metas(root)
        names = Counter(name for name, _value in found)
        assert names.keys() >= SITE, path  # M1
        if path.startswith("/columns/") and path != "/columns/":
            assert names.keys() >= COLUMN, path  # M2
        assert max(names.values()) == 1 and all(value.strip() for _name, value in found), path  # M4
        # M7：标签是真的元素，不在注释或脚本里。
        assert b"<!--" not in pages[path]
    for record in Record.objects.exclude(live=None):
        root = trees[record.get_absolute_url()]
        values = dict(metas(root))
        assert values.keys() >= SITE | COLUMN | ARTICLE, record  # M3
        title = "".join(next(root.iter("h1")).itertext())
        assert values["ArticleTitle"] == title == record.live.title
        assert values["PubDate"][:10] == shown_date(record).isoformat()  # M5
        assert values["PubDate"] <= timezone.localtime().strftime("%Y-%m-%d %H:%M")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", values["PubDate"])
        visible = " ".join("".join(next(root.iter("main")).itertext()).split())
        assert values["PubDate"][:10] in visible and values["ContentSource"] in visible


def test_structured_data_cannot_leave_its_element(titled: Any) -> None:
    record = titled("水务局开展入冬前供水管网巡查")
    record.live.title = "</script><script>alert(1)</script>&"
    record.live.save()
    html = get(record.get_absolute_url()).content.decode()
    root = tree(html)
    scripts = list(root.iter("script"))
    assert len(scripts) == 1
    data = json.loads(scripts[0].text)
    assert data["name"] == record.live.title and data["@type"] == "NewsArticle"


def test_the_body_is_cleaned_again_when_shown(titled: Any) -> None:
    record = titled("水务局开展入冬前供水管网巡查")
    record.live.body = (
        '<h1>大</h1><h4>小</h4><h3> </h3><p onclick="x()" style="color:red">字<script>alert(1)</script></p>'
        '<img src="https://evil.example/x.png" alt="图"><iframe src="/"></iframe>'
        '<p><a href="javascript:alert(1)">坏</a><a href="https://shop.example.com/?a=1&amp;b=2">店</a>'
        '<a href="https://www.gov.cn/">国</a></p>'
    )
    record.live.save()
    html = get(record.get_absolute_url()).content.decode()
    root = tree(html)
    prose = next(e for e in root.iter("div") if e.get("class") == "prose")
    assert [e.tag for e in prose.iter() if str(e.tag).startswith("h")] == ["h2", "h3"]
    assert not [e for e in prose.iter() if e.get("onclick") or e.get("style") or e.get("src")]
    assert not list(prose.iter("iframe")) and not list(prose.iter("script"))
    links = {"".join(e.itertext()): e.get("href") for e in prose.iter("a")}
    assert links["国"] == "https://www.gov.cn/" and links["坏"] is None
    assert links["店"].startswith("/leaving/?to=")
    page = get(links["店"])
    assert "https://shop.example.com/?a=1&amp;b=2" in page.content.decode()
    assert get("/leaving/?to=https://shop.example.com/").status_code == 404


def test_sections_list_what_the_law_lists_first(published: Site) -> None:
    html = get("/columns/").content.decode()
    order = [html.index(f">{name}<") for name in dict(Column.Section.choices).values()]
    assert order == sorted(order) and order[-1] < html.index("通知公告</a></h3>")


def test_not_applicable_says_why_instead_of_an_empty_column(published: Site) -> None:
    html = get("/columns/statutory/fees/").content.decode()
    assert "不适用" in html and "水资源税" in html and "暂无内容" not in html


def test_a_withdrawn_record_is_gone_and_leads_on(titled: Any) -> None:
    record = titled("关于节水型小区评选的预通知")
    response = get(record.get_absolute_url())
    html = response.content.decode()
    assert response.status_code == 410 and record.withdrawn_reason not in html
    assert record.replacement.get_absolute_url() in html and "已由新的信息替代" in html
    for path in ("/", "/columns/notices/", "/columns/notices/feed.xml", "/sitemap_1.xml"):
        assert record.get_absolute_url() not in get(path).content.decode()


def test_both_ends_of_an_interpretation_are_linked(titled: Any) -> None:
    policy, reading = titled("临江市二次供水设施管理规定"), titled("一图读懂《临江市二次供水设施管理规定》")
    assert reading.get_absolute_url() in get(policy.get_absolute_url()).content.decode()
    assert policy.get_absolute_url() in get(reading.get_absolute_url()).content.decode()


def test_the_head_table_is_the_one_readers_know(titled: Any) -> None:
    root = tree(get(titled("临江市二次供水设施管理规定").get_absolute_url()).content.decode())
    table = next(e for e in root.iter("dl") if e.get("class") == "head")
    labels = ["".join(e.itertext()) for e in table.iter("dt")]
    assert labels[:7] == ["索引号", "分类", "发布机构", "成文日期", "名称", "文号", "发布日期"]
    assert "主题词" in labels
    news = get(titled("节水宣传走进二十所学校").get_absolute_url()).content.decode()
    assert (
        Record.objects.get(pk=titled("节水宣传走进二十所学校").pk).kind in PLAIN
        and 'class="head"' not in news
    )


def test_dead_documents_carry_a_banner(titled: Any) -> None:
    record = titled("临江市二次供水设施管理规定")
    for validity, banner in (
        ("repealed", "【已废止】"),
        ("lapsed", "【已失效】"),
        ("amended", "【已修改】"),
        ("pending", "【尚未生效】"),
    ):
        Record.objects.filter(pk=record.pk).update(validity=validity, validity_why="理由在此")
        html = get(record.get_absolute_url()).content.decode()
        assert banner in html and "理由在此" in html
    assert (
        "归档，不再更新"
        in get(titled("临江市水务局前一年度政府信息公开工作年度报告").get_absolute_url()).content.decode()
    )
    assert "漏写渡口街" in get(titled("关于江东区部分路段计划停水的公告").get_absolute_url()).content.decode()


def test_only_the_attachments_of_the_live_edition_are_served(titled: Any, person: Any) -> None:
    record = titled("临江市二次供水设施管理规定")
    file = record.live.attachments.get()
    path = f"/content/post_{record.pk}/file_{file.pk}.xlsx"
    assert path in get(record.get_absolute_url()).content.decode()
    response = get(path)
    assert response.status_code == 200 and response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"] and b"".join(response)[:2] == b"PK"
    assert get(path.replace(".xlsx", ".pdf")).status_code == 404
    other = titled("节水宣传走进二十所学校")
    assert get(f"/content/post_{other.pk}/file_{file.pk}.xlsx").status_code == 404
    actions.withdraw(person("office"), record, reason="测试")
    assert get(path).status_code == 404


def test_bound_pages_never_shift(published: Site, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    site = Site.objects.create(organisation=published.organisation, name="新站", domain="new.example.gov.cn")
    column = Column.objects.create(site=site, name="动态", slug="news", kind="news", rule={"kinds": ["news"]})
    who = people()

    def news(number: int) -> None:
        draft = actions.create_record(
            who["clerk"], organisation=who["clerk"].organisation, site=site, kind="news",
            title=f"动态{number}号", summary="概述",
            issuer="临江市水务局", written_on=timezone.localdate(), body="<p>字</p>",
        )  # fmt: skip
        actions.publish(who["office"], review(draft, who["clerk"], who["chief"], who))

    def titles(path: str) -> list[str]:
        response = Client(headers={"host": site.domain}).get(column.get_absolute_url() + path)
        assert response.status_code == 200
        return re.findall(r">动态(\d+)号<", response.content.decode())

    for number in range(1, 22):
        news(number)
    bound = titles("page_1.html")
    assert bound == [str(n) for n in range(20, 0, -1)]
    assert titles("") == ["21", *bound]
    for number in range(22, 42):
        news(number)
    assert titles("page_1.html") == bound
    assert titles("") == [str(n) for n in range(41, 20, -1)]
    page = Client(headers={"host": site.domain}).get(column.get_absolute_url()).content.decode()
    assert f"{column.get_absolute_url()}page_1.html" in page
    assert Client(headers={"host": site.domain}).get("/columns/news/page_9.html").status_code == 404


def test_years_narrow_a_column(titled: Any) -> None:
    Record.objects.get(pk=titled("节水宣传走进二十所学校").pk)
    record = titled("节水宣传走进二十所学校")
    record.live.published_on = record.live.published_on.replace(year=2020)
    record.live.save()
    html = get("/columns/news/?year=2020").content.decode()
    assert "节水宣传走进二十所学校" in html and "西江水厂" not in html


def test_the_library_filters(titled: Any) -> None:
    record = titled("临江市二次供水设施管理规定")
    Record.objects.filter(pk=record.pk).update(validity="repealed")
    url = record.get_absolute_url()
    assert url not in get("/library/").content.decode()
    assert url in get("/library/?status=repealed").content.decode()
    number = record.live.document_number.replace("〔", "[").replace("〕", "]")
    assert url in get(f"/library/?status=all&q={number}").content.decode()
    assert url not in get(f"/library/?status=all&q={number}&kind=policy").content.decode()
    assert url not in get("/library/?status=all&year=1999").content.decode()
    assert get("/library/?status=x&year=abc&kind=y&page=99").status_code == 200


def test_plans_show_their_chain_and_what_is_missing(published: Site) -> None:
    html = get("/planning/").content.decode()
    assert (
        html.index("供水发展“十五五”规划")
        < html.index("供水发展“十四五”规划")
        < html.index("供水发展“十三五”规划")
    )
    gap = html.index("尚未收录")
    assert html.count("尚未收录") == 1 and "十四五" in html[gap - 120 : gap]


def test_feeds_hold_the_newest_and_are_well_formed(titled: Any) -> None:
    record = titled("水务局开展入冬前供水管网巡查")
    link = f"https://testserver{record.get_absolute_url()}"
    rss = ElementTree.fromstring(get("/columns/news/feed.xml").content)
    items = rss.findall("channel/item")
    assert rss.get("version") == "2.0" and len(items) == 5 and link in [i.findtext("link") for i in items]
    space = "{http://www.w3.org/2005/Atom}"
    atom = ElementTree.fromstring(get("/columns/news/atom.xml").content)
    assert atom.tag == space + "feed" and len(atom.findall(space + "entry")) == 5
    feed = json.loads(get("/columns/news/feed.json").content)
    assert feed["version"].startswith("https://jsonfeed.org/") and link in [
        item["url"] for item in feed["items"]
    ]
    assert get("/columns/nothing/feed.xml").status_code == 404


def test_sitemaps_name_every_public_record_once(published: Site) -> None:
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    index = ElementTree.fromstring(get("/sitemap.xml").content)
    parts = [e.text or "" for e in index.iter(space + "loc")]
    found = Counter()
    for part in parts:
        root = ElementTree.fromstring(get(part.removeprefix("https://testserver")).content)
        found.update(e.text for e in root.iter(space + "loc"))
    wanted = {f"https://testserver{r.get_absolute_url()}" for r in Record.objects.exclude(live=None)}
    assert wanted <= found.keys() and max(found.values()) == 1
    assert get("/sitemap_99.xml").status_code == 404
    robots = get("/robots.txt").content.decode()
    assert "Sitemap: https://testserver/sitemap.xml" in robots and "Disallow: /staff/" in robots


def test_hosts_choose_the_site(published: Site, bureau: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    other = Site.objects.create(organisation=bureau, name="水文监测站网站", domain="hydro.example.gov.cn")
    record = Record.objects.exclude(live=None).first()

    def at(host: str, path: str) -> Any:
        return Client(headers={"host": host}).get(path)

    assert "水文监测站网站" in at("hydro.example.gov.cn", "/").content.decode()
    assert at("hydro.example.gov.cn", record.get_absolute_url()).status_code == 404
    assert published.name in at("unknown.example.gov.cn", "/").content.decode()
    Site.objects.filter(pk=other.pk).update(is_active=False)
    for path in ("/", "/columns/", record.get_absolute_url()):
        assert at("hydro.example.gov.cn", path).status_code == 404


def test_a_record_can_be_printed_and_downloaded(titled: Any) -> None:
    import docx
    import pypdfium2

    record = titled("临江市二次供水设施管理规定")
    page = get(record.get_absolute_url()).content.decode()
    for suffix in ("pdf", "docx"):
        assert f"/content/post_{record.pk}.{suffix}" in page
    pdf = get(f"/content/post_{record.pk}.pdf")
    assert pdf.status_code == 200 and pdf["Content-Disposition"].startswith("inline")
    text = "".join(each.get_textpage().get_text_range() for each in pypdfium2.PdfDocument(pdf.content))
    assert "每半年至少清洗消毒一次" in "".join(text.split())
    word = get(f"/content/post_{record.pk}.docx")
    assert "sandbox" in word["Content-Security-Policy"]
    paragraphs = "".join(p.text for p in docx.Document(io.BytesIO(word.content)).paragraphs)
    assert "每半年至少清洗消毒一次" in paragraphs
    gone = titled("关于节水型小区评选的预通知")
    assert get(f"/content/post_{gone.pk}.pdf").status_code == 404
