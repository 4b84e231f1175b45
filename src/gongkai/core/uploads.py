"""附件：按内容认类型，限大小，算校验值，配置了 clamd 时先查毒。"""

from __future__ import annotations

import hashlib
import socket
import struct
import zipfile
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_BYTES: Final = 20 * 1024 * 1024
_MAGIC: Final = ((b"%PDF", ".pdf"), (b"\x89PNG\r\n", ".png"), (b"\xff\xd8\xff", ".jpg"))


def content_type(file: Any) -> str:
    """类型：由内容判断的后缀（.pdf .png .jpg .docx .xlsx）；其他一律不收。错误：ValidationError。"""
    file.seek(0)
    head = file.read(8)
    for magic, suffix in _MAGIC:
        if head.startswith(magic):
            return suffix
    if head.startswith(b"PK"):
        try:
            with zipfile.ZipFile(file) as archive:
                names = set(archive.namelist())
        except zipfile.BadZipFile:
            raise ValidationError(_("附件已损坏，请重新保存后再上传")) from None
        if "word/document.xml" in names and "word/vbaProject.bin" not in names:
            return ".docx"
        if "xl/workbook.xml" in names and "xl/vbaProject.bin" not in names:
            return ".xlsx"
    raise ValidationError(_("附件的内容不是 Word、Excel（不含宏）、PDF 或图片；请转换后再上传"))


def check_upload(file: Any) -> tuple[str, str]:
    """检查附件：返回（后缀, SHA-256）。错误：ValidationError——太大、类型不收、带毒、查毒服务不通。"""
    if file.size > MAX_BYTES:
        size = f"{file.size / 1024 / 1024:.1f}"
        raise ValidationError(_("附件有 %(size)s MB，超过 20 MB；请压缩或拆分后再上传") % {"size": size})
    suffix = content_type(file)
    _scan(file)
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(1 << 20), b""):
        digest.update(chunk)
    file.seek(0)
    return suffix, digest.hexdigest()


def _scan(file: Any) -> None:
    address = getattr(settings, "CLAMD", "")
    if not address:
        return
    host, port = address.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=30) as link:
            link.sendall(b"zINSTREAM\0")
            file.seek(0)
            for chunk in iter(lambda: file.read(1 << 16), b""):
                link.sendall(struct.pack("!L", len(chunk)) + chunk)
            link.sendall(struct.pack("!L", 0))
            answer = link.recv(4096)
    except OSError:
        # 配置了查毒就必须查成，不能因服务不通而放行。
        raise ValidationError(_("查毒服务暂时不通，附件没有保存；请稍后再试")) from None
    if b"OK" not in answer or b"FOUND" in answer:
        raise ValidationError(_("附件没有通过查毒，没有保存"))
