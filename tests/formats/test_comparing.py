"""版本比较：逐段逐句标出增删，两版都读得回来。"""

# ruff: noqa: E501  样例照原样写在一行

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gongkai.formats.documents import compare


class TestComparing:
    def test_worked(self) -> None:
        old = "<h2>总则</h2><p>第一条 本办法自2021年1月1日起施行，有效期5年。</p><p>第二条 删去。</p><p>第三条 不变。</p>"
        new = "<h2>总则</h2><p>第一条 本办法自2022年3月1日起施行，有效期三年。</p><p>第三条 不变。</p><p>第四条 <script>x</script>&lt;b&gt;新增。</p>"
        assert [(b.kind, b.tag, b.html) for b in compare(old, new)] == [
            ("same", "h2", "总则"),
            (
                "changed",
                "p",
                "第一条 本办法自<del>2021年1</del><ins>2022年3</ins>月1日起施行，有效期<del>5</del><ins>三</ins>年。",
            ),
            ("removed", "p", "<del>第二条 删去。</del>"),
            ("same", "p", "第三条 不变。"),
            ("added", "p", "<ins>第四条 &lt;b&gt;新增。</ins>"),
        ]

    def test_rows_links_and_levels(self) -> None:
        old = '<p>见<a href="/a">甲</a></p><table><tr><td>1</td><td>供水</td></tr></table><p>标题</p>'
        new = '<p>见<a href="/b">甲</a></p><table><tr><td>1</td><td>排水</td></tr></table><h2>标题</h2>'
        assert [(b.kind, b.html) for b in compare(old, new)] == [
            ("changed", "见甲〔/<del>a</del><ins>b</ins>〕"),
            ("changed", "1 ｜ <del>供</del><ins>排</ins>水"),
            ("changed", "标题"),
        ]
        assert [b.kind for b in compare("<p>第一章　总则</p>", "<p>第一章 总则</p>")] == ["same"]


def test_long_paragraphs_are_compared_by_sentence_first() -> None:
    old = "".join(f"第{i}句甲乙丙丁。" for i in range(300))
    new = old.replace("第7句甲", "第7句丑").replace("第290句", "第290子") + "尾。"
    (block,) = compare(f"<p>{old}</p>", f"<p>{new}</p>")
    assert "".join(s.text for s in block.spans if s.kind != "added") == old
    assert "".join(s.text for s in block.spans if s.kind != "removed") == new
    assert [s.text for s in block.spans if s.kind == "added"] == ["丑", "子", "尾。"]


paragraphs = st.lists(
    st.text("甲乙丙，。1<&a", min_size=1, max_size=15).filter(lambda t: t.strip()), max_size=8
)


@given(paragraphs, paragraphs)
def test_both_editions_can_be_read_back(old: list[str], new: list[str]) -> None:
    def page(parts: list[str]) -> str:
        return "".join("<p>" + part.replace("&", "&amp;").replace("<", "&lt;") + "</p>" for part in parts)

    blocks = compare(page(old), page(new))
    before = [t for b in blocks if (t := "".join(s.text for s in b.spans if s.kind != "added"))]
    after = [t for b in blocks if (t := "".join(s.text for s in b.spans if s.kind != "removed"))]
    assert (before, after) == (old, new)
    for block in blocks:
        assert re.sub("</?(?:ins|del)>|<br>", "", block.html).count("<") == 0
        assert block.kind in ("same", "changed", "added", "removed")
    if old == new:
        assert all(b.kind == "same" for b in blocks)
