"""清除 Word 里的隐藏信息：批注、修订、隐藏文字、白字、嵌入的文件、文档变量、模板路径。"""

from __future__ import annotations

import re
from typing import Any, Final

from gongkai.formats.documents.package import Package

from .strip import drop_links, drop_parts, remove

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXTS: Final = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml$")
# 删去的修订连内容去掉，插入的留内容去标记，格式修订的旧格式去掉。
_GONE: Final = (
    "del", "moveFrom", "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblPrExChange", "trPrChange",
    "tcPrChange", "tblGridChange", "numberingChange", "moveFromRangeStart", "moveFromRangeEnd",
    "moveToRangeStart", "moveToRangeEnd", "customXmlInsRangeStart", "customXmlInsRangeEnd",
    "customXmlDelRangeStart", "customXmlDelRangeEnd", "commentRangeStart", "commentRangeEnd",
    "commentReference", "annotationRef", "control",
)  # fmt: skip
_UNWRAPPED: Final = ("ins", "moveTo")


def clean_word(package: Package) -> None:
    """清除一份 Word：就地改 package 的各部分。"""
    for name in [each for each in package.parts if _TEXTS.match(each)]:
        root: Any = package.xml(name)
        _revisions(root)
        _unseen(root)
        for node in [each for each in root.iter() if _is_embedded(each)]:
            # 嵌入的对象只留看得见的那幅图。
            remove(node)
        _anonymous(root)
        package.put(name, root)
    _settings(package)
    drop_parts(
        package,
        lambda name: bool(
            re.match(r"word/(comments\w*|people)\.xml$|word/(embeddings|activeX)/|customXml/", name)
        ),
    )
    for name in [each for each in package.parts if re.match(r"word/charts/chart\d+\.xml$", each)]:
        root = package.xml(name)
        for node in [each for each in root.iter() if each.tag.endswith("}externalData")]:
            remove(node)
        package.put(name, root)


def _is_embedded(node: Any) -> bool:
    return isinstance(node.tag, str) and node.tag.rsplit("}", 1)[-1] in ("OLEObject", "dataBinding")


def _revisions(root: Any) -> None:
    # 整行、整格删去的修订：连行、格去掉。
    for mark, place in (("del", "trPr"), ("cellDel", "tcPr")):
        for node in list(root.iter(_W + place)):
            if node.find(_W + mark) is not None:
                remove(node.getparent())
    # 段落标记是删去的：与下一段本该合成一段，两段的字都留着，只是不合并。
    for tag in (*_GONE, "cellDel", "cellIns", "cellMerge"):
        for node in list(root.iter(_W + tag)):
            remove(node)
    for tag in _UNWRAPPED:
        for node in list(root.iter(_W + tag)):
            parent = node.getparent()
            at = parent.index(node)
            for child in list(node):
                parent.insert(at, child)
                at += 1
            remove(node)


def _unseen(root: Any) -> None:
    """隐藏的字、没有底色的白字：同 hidden 所查的。"""
    for run in list(root.iter(_W + "r")):
        shape = run.find(_W + "rPr")
        if shape is None:
            continue
        vanish, colour, shade = (shape.find(_W + tag) for tag in ("vanish", "color", "shd"))
        hidden = vanish is not None and vanish.get(_W + "val", "1") not in ("0", "false", "off")
        filled = shade is not None and shade.get(_W + "fill", "auto").upper() not in ("AUTO", "FFFFFF")
        white = colour is not None and colour.get(_W + "val", "").upper() == "FFFFFF" and not filled
        if hidden or white:
            remove(run)


def _anonymous(root: Any) -> None:
    """修订会话编号：看得出哪几段是同一次改的。"""
    for node in root.iter():
        for key in [each for each in node.attrib if each.startswith(_W + "rsid")]:
            del node.attrib[key]


def _settings(package: Package) -> None:
    """文档变量、模板路径（常有用户名）、修订会话编号、修订开关。"""
    root = package.xml("word/settings.xml")
    if root is None:
        return
    for tag in ("docVars", "attachedTemplate", "rsids", "trackRevisions", "documentProtection"):
        for node in list(root.iter(_W + tag)):
            remove(node)
    package.put("word/settings.xml", root)
    drop_links(package, "word/_rels/settings.xml.rels", lambda _target, kind: kind == "attachedTemplate")
