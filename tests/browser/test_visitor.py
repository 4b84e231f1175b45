"""看页面的人靠得住：同样的画面不看第二遍，变了一点都要再看，毛病每回都看得出。"""

from __future__ import annotations

from typing import Any

import pytest
import visitor

PAGE = """<html lang=zh><head><title>页</title><style>.pale, :checked + b {color: #ddd}</style></head>
<body><main><h1>第 12 件</h1><p class=dark>正文</p>
<label><input type=checkbox><b>选中</b></label></main></body></html>"""


@pytest.fixture
def page(chromium: Any) -> Any:
    """看过一遍、没有毛病的一页。"""
    page = chromium.new_context().new_page()
    page.set_content(PAGE)
    visitor.CLEAN.clear()
    assert visitor.violations(page) == []
    return page


def looked_again(page: Any) -> bool:
    """又看了一遍（还是干净的）。"""
    before = len(visitor.CLEAN)
    assert visitor.violations(page) == []
    return len(visitor.CLEAN) > before


def test_other_numbers_are_the_same_look(page: Any) -> None:
    page.evaluate("document.querySelector('h1').textContent = '第 3456 件'")
    assert not looked_again(page)


@pytest.mark.parametrize(
    "change",
    [
        "document.querySelector('p').textContent = '别的正文'",
        "document.querySelector('p').className = 'dark2'",
        "document.querySelector('p').style.top = '2px'",
        "document.querySelector('p').id = 'p2'",
        "document.querySelector('p').tabIndex = 0",
        "document.querySelector('style').textContent += 'p {color: #111}'",
        "document.querySelector('input').focus()",
        "document.querySelector('input').disabled = true",
        "document.querySelector('main').append(document.createElement('hr'))",
    ],
)
def test_any_other_change_is_looked_at(page: Any, change: str) -> None:
    page.evaluate(change)
    assert looked_again(page)


def test_another_width_is_another_look(page: Any) -> None:
    page.set_viewport_size({"width": 375, "height": 900})
    assert looked_again(page)


@pytest.mark.parametrize(
    ("clean", "faulty"),
    [
        ("<h2>次</h2>", "<h4>次</h4>"),
        ("<i tabindex=0>点</i>", "<i tabindex=5>点</i>"),
        ("<label for=id_1>名</label><input id=id_1>", "<label for=id_2>名</label><input id=id_1>"),
        ("<b id=e1></b><b id=e2></b><a aria-labelledby=e1 href=/>去</a>",
         "<b id=e1></b><b id=e2></b><a aria-labelledby=e9 href=/></a>"),
        ("<p style='color:#111'>看得清</p>", "<p style='color:#eee'>看得清</p>"),
        ("<style>em {color: #111}</style><em>看得清</em>", "<style>em {color: #999}</style><em>看得清</em>"),
    ],
)  # fmt: skip
def test_a_fault_is_not_taken_for_its_clean_twin(page: Any, clean: str, faulty: str) -> None:
    for extra, found in ((clean, False), (faulty, True)):
        page.set_content(PAGE.replace("</main>", f"{extra}</main>"))
        assert bool(visitor.violations(page)) == found, extra


@pytest.mark.parametrize(
    "harm",
    [
        "document.querySelector('p').className = 'pale'",
        "document.querySelector('input').checked = true",
        "document.querySelector('main').append(document.createElement('button'))",
    ],
)
def test_a_fault_is_found_every_time(page: Any, harm: str) -> None:
    page.evaluate(harm)
    assert visitor.violations(page) and visitor.violations(page)
    with pytest.raises(AssertionError):
        visitor.look_at(page, (1280,))


def test_a_page_with_a_frame_is_always_looked_at(page: Any) -> None:
    page.evaluate("document.querySelector('main').innerHTML += '<iframe title=预览 srcdoc=内></iframe>'")
    assert not looked_again(page)


@pytest.mark.parametrize(
    "narrow",
    [
        "p {color: #ddd}",
        "main {background: #555}",
        "main {position: absolute; background: #333}",
        "p {opacity: .3}",
        "#late {display: block}",
    ],
)
def test_what_is_pale_only_on_a_phone_is_found(chromium: Any, narrow: str) -> None:
    page = chromium.new_context().new_page()
    style = f"<style>#late {{display: none; color: #ddd}} @media (max-width: 600px) {{{narrow}}}</style>"
    page.set_content(PAGE.replace("</main>", f"<p id=late>只在手机上</p></main>{style}"))
    visitor.look_at(page, (1280,))
    with pytest.raises(AssertionError, match="color-contrast"):
        visitor.look_at(page, (1280, 375))


def test_text_that_is_no_longer_large_is_found(chromium: Any) -> None:
    page = chromium.new_context().new_page()
    style = (
        "<style>h1 {color: #888; font-size: 32px} @media (max-width: 600px) {h1 {font-size: 16px}}</style>"
    )
    page.set_content(PAGE.replace("</main>", f"</main>{style}"))
    with pytest.raises(AssertionError, match="375.*color-contrast"):
        visitor.look_at(page, (1280, 375))


def test_colours_are_not_checked_twice(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(visitor, "violations", lambda page, *, colours: asked.append(colours) or [])
    visitor.look_at(page, (1280, 375, 320))
    visitor.look_at(page, (1280,))
    visitor.look_at(page, (1280,), colours=False)
    assert asked == [True, False, False, True, False]
