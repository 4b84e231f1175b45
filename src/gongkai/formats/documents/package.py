"""Office 文件包：打开 docx、xlsx 之前先看大小、个数、压缩比和 XML，防压缩炸弹与外部实体。"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gongkai.formats.documents.model import DocumentError

__all__ = ["MAX_FILE", "Package", "read_bytes"]

MAX_FILE: Final = 50 * 1024 * 1024
_MAX_TOTAL: Final = 300 * 1024 * 1024
_MAX_PART: Final = 100 * 1024 * 1024
_MAX_XML: Final = 40 * 1024 * 1024
_MAX_PARTS: Final = 5000
# 正常的 XML 压到二十分之一已很少见，小文件不计较。
_MAX_RATIO: Final = 250
_STRICT: Final = b"purl.oclc.org/ooxml"
_RATIO_FROM: Final = 1024 * 1024


def read_bytes(source: Path | str | bytes) -> bytes:
    """文件内容：路径或已读入的内容；超过 50 MB 抛出 DocumentError。"""
    if isinstance(source, bytes):
        data = source
    else:
        path = Path(source)
        if path.stat().st_size > MAX_FILE:
            raise _too_big(path.stat().st_size)
        data = path.read_bytes()
    if len(data) > MAX_FILE:
        raise _too_big(len(data))
    return data


def _too_big(size: int) -> DocumentError:
    return DocumentError(
        f"文件有 {size / 1024 / 1024:.1f} MB，超过 {MAX_FILE // 1024 // 1024} MB；请压缩图片或拆分后再试"
    )


@dataclass
class Package:
    """文件包：解开的各部分（名 → 内容）。

    错误：不是 Office 文件、加了密码、损坏、解开太大、XML 里有 DTD 时抛出 DocumentError。
    """

    parts: dict[str, bytes] = field(default_factory=dict)

    @staticmethod
    def open(data: bytes) -> Package:
        """打开：data 为文件内容。"""
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            raise DocumentError(
                "这是旧式的 Office 文件（.doc、.xls）或加了密码的文件；请去掉密码，另存为 .docx 或 .xlsx"
            )
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                package = Package(_unpack(archive))
        except (
            zipfile.BadZipFile,
            zipfile.LargeZipFile,
            EOFError,
            NotImplementedError,
            RuntimeError,
            OSError,
            ValueError,
        ) as error:
            if isinstance(error, DocumentError):
                raise
            raise DocumentError("文件已损坏或不是 Office 文件；请用 Word 或 WPS 打开后重新保存") from None
        except zipfile.error:  # zlib 的错误在 zipfile 里也叫这个名字
            raise DocumentError("文件已损坏；请用 Word 或 WPS 打开后重新保存") from None
        if "[Content_Types].xml" not in package.parts:
            raise DocumentError("文件不是 Office 文件（缺内容类型表）；请用 Word 或 WPS 重新保存")
        # 严格格式的命名空间不同，照平常的读会什么也读不到，隐藏文字、个人信息也就漏了。
        if any(_STRICT in package.parts.get(name, b"") for name in ("word/document.xml", "xl/workbook.xml")):
            raise DocumentError("文件是“严格 Open XML”格式；请另存为普通的 .docx 或 .xlsx 后再试")
        return package

    def xml(self, name: str) -> Any | None:
        """XML 部分的根节点；没有这一部分返回 None。"""
        return parse_xml(self.parts[name], name) if name in self.parts else None

    def put(self, name: str, root: Any) -> None:
        """写回 XML 部分。"""
        from lxml import etree

        self.parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    def pack(self) -> bytes:
        """重新打包。"""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.parts.items():
                archive.writestr(name, data)
        return out.getvalue()


def parse_xml(data: bytes, name: str) -> Any:
    """读 XML：不取外部实体、不上网、不许 DTD。错误：DocumentError。"""
    from lxml import etree

    # Office 的 XML 从不带 DTD；带的不是坏了就是想借实体读文件、耗内存。
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise DocumentError(f"文件内部（{name}）已损坏；请用 Word 或 WPS 打开后重新保存") from None
    if root.getroottree().docinfo.doctype:
        raise DocumentError(f"文件内部（{name}）含有不安全的 DTD；请用 Word 或 WPS 重新保存后再试")
    return root


def _unpack(archive: zipfile.ZipFile) -> dict[str, bytes]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > _MAX_PARTS:
        raise DocumentError(f"文件内含 {len(infos)} 个部分，超过 {_MAX_PARTS} 个；请重新保存后再试")
    if any(info.flag_bits & 1 for info in infos):
        raise DocumentError("文件加了密码；请去掉密码后再试")
    total = 0
    parts: dict[str, bytes] = {}
    for info in infos:
        if info.filename in parts:
            raise DocumentError("文件内有重名的部分；请用 Word 或 WPS 重新保存")
        if info.filename.startswith("/") or ".." in info.filename.split("/"):
            raise DocumentError("文件内部的路径不合规；请用 Word 或 WPS 重新保存")
        is_xml = info.filename.endswith((".xml", ".rels"))
        most = _MAX_XML if is_xml else _MAX_PART
        if info.file_size > _RATIO_FROM and info.file_size > _MAX_RATIO * max(info.compress_size, 1):
            raise DocumentError("文件解开后异常地大（压缩炸弹），没有打开；请核对来源")
        # 头里写的大小可能是假的，读的时候也数着。
        with archive.open(info) as stream:
            data = stream.read(min(most, _MAX_TOTAL - total) + 1)
        total += len(data)
        if len(data) > most or total > _MAX_TOTAL:
            raise DocumentError("文件解开后太大，没有打开；请拆分后再试")
        parts[info.filename] = data
    return parts
