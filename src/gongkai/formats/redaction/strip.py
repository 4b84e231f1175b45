"""清除隐藏信息：另做一份干净的，原件一个字节也不动；清除了什么、还剩什么逐处列出。"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from gongkai.formats.documents.model import DocumentError
from gongkai.formats.documents.package import Package

from .burn import burn
from .hidden import Hidden, hidden_data
from .pages import is_pdf

__all__ = ["Stripped", "strip"]

# 只留下类型、内容要用的；作者、单位、编辑时间一概不要。
_CORE: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp='
    b'"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
_APP: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
)


@dataclass(frozen=True, slots=True)
class Stripped:
    """干净的一份：content 内容，suffix 后缀；removed 清除了的各处，left 清除不了、要人看的。"""

    content: bytes
    suffix: str
    removed: tuple[Hidden, ...]
    left: tuple[Hidden, ...]


def strip(data: bytes) -> Stripped:
    """清除：Office 文件去掉批注、修订、隐藏的内容、嵌入的文件、外链和元数据；图片只留像素；PDF 变成图像。

    修订照“接受全部修订”处理；Excel 的公式换成算好的值，隐藏的表、行、列连内容删去。做完再查一遍。
    错误：DocumentError——打不开、不认识、清除之后不成样子（如全部工作表都是隐藏的）、公式没有算好的值。
    """
    found = hidden_data(data)
    frozen: list[Hidden] = []
    if is_pdf(data):
        # 有文字层的 PDF 去不干净，变成图像最稳妥，同遮盖一样逐项证明。
        content, suffix = burn(data, []), ".pdf"
    elif data.startswith(b"PK"):
        content, suffix, frozen = _office(data)
    else:
        content, suffix = _picture(data)
    left = hidden_data(content)
    removed = [each for each in found if each not in left]
    if removed:
        # 公式本身不是隐藏信息，换成了值也要告诉人。
        removed += frozen
    return Stripped(content, suffix, tuple(removed), tuple(left))


def _office(data: bytes) -> tuple[bytes, str, list[Hidden]]:
    from .strip_excel import clean_excel
    from .strip_word import clean_word

    package = Package.open(data)
    word = "word/document.xml" in package.parts
    frozen: list[Hidden] = []
    if word:
        clean_word(package)
    else:
        frozen = clean_excel(package)
    for name, content in (("docProps/core.xml", _CORE), ("docProps/app.xml", _APP)):
        if name in package.parts:
            package.parts[name] = content
    drop_parts(package, lambda name: name == "docProps/custom.xml" or name.startswith("docProps/thumbnail"))
    for name in [
        each for each in package.parts if re.match(r"(word|xl|ppt)/media/.*\.(jpe?g|png)$", each, re.I)
    ]:
        package.parts[name] = _pixels(package.parts[name])
    return package.pack(), ".docx" if word else ".xlsx", frozen


def _pixels(data: bytes) -> bytes:
    """文件里的图片：有拍摄信息的只留像素；认不出的原样（hidden_data 不查它，也不因此打不开）。"""
    try:
        return _picture(data)[0] if hidden_data(data) else data
    except DocumentError:
        return data


def _picture(data: bytes) -> tuple[bytes, str]:
    """图片：转正以后只留像素，拍摄信息、缩略图、文字块都不要。"""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data)) as image:
            kind, turned = image.format, ImageOps.exif_transpose(image)
            if kind not in ("PNG", "JPEG"):
                raise DocumentError("图片只收 PNG、JPEG；请转换后再上传")
            bare = Image.new(turned.mode, turned.size)
            bare.putdata(list(turned.getdata())) if turned.mode == "P" else bare.paste(turned)
            if turned.mode == "P" and (palette := turned.getpalette()):
                bare.putpalette(palette)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError("图片已损坏，打不开；请重新保存后再上传") from None
    out = io.BytesIO()
    if kind == "JPEG":
        bare.save(out, "JPEG", quality=92)
        return out.getvalue(), ".jpg"
    bare.save(out, "PNG")
    return out.getvalue(), ".png"


# 文件包：去掉一部分，连同指向它的关系和内容类型。


def drop_parts(package: Package, which: Callable[[str], bool]) -> set[str]:
    """去掉 which 说是的各部分，连同它们自己的关系；返回去掉的名称。"""
    gone = {name for name in package.parts if which(name)}
    for name in gone:
        folder, base = posixpath.split(name)
        package.parts.pop(f"{folder}/_rels/{base}.rels", None)
        package.parts.pop(name, None)
    if gone:
        _forget(package, gone)
    return gone


def _forget(package: Package, gone: set[str]) -> None:
    types = package.xml("[Content_Types].xml")
    if types is not None:
        for node in list(types):
            if node.get("PartName", "").lstrip("/") in gone:
                types.remove(node)
        package.put("[Content_Types].xml", types)
    for rels in [name for name in package.parts if name.endswith(".rels")]:
        drop_links(package, rels, lambda target, _kind: target in gone)


def drop_links(package: Package, rels: str, which: Callable[[str, str], bool]) -> set[str]:
    """去掉一份关系里 which(目标部分, 关系种类) 说是的；返回去掉的关系编号。外部目标以原文给出。"""
    root = package.xml(rels)
    if root is None:
        return set()
    folder = posixpath.dirname(posixpath.dirname(rels))
    lost = set()
    for node in list(root):
        target = node.get("Target", "")
        if node.get("TargetMode") != "External":
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            target = posixpath.normpath(path)
        if which(target, node.get("Type", "").rsplit("/", 1)[-1]):
            lost.add(node.get("Id", ""))
            root.remove(node)
    if lost:
        package.put(rels, root)
    return lost


def remove(node: Any) -> None:
    """去掉一个元素，后面跟着的文字留下。"""
    parent = node.getparent()
    if parent is None:
        return
    if node.tail:
        before = node.getprevious()
        if before is None:
            parent.text = (parent.text or "") + node.tail
        else:
            before.tail = (before.tail or "") + node.tail
    parent.remove(node)
