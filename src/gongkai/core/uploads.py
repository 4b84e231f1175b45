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


def _connect(address: str) -> socket.socket:
    """连接 clamd：地址为“主机:端口”，或以“/”开头的本机套接字路径。错误：OSError、ValueError。"""
    if not address.startswith("/"):
        host, _colon, port = address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=30)
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(30)
    try:
        link.connect(address)
    except OSError:
        link.close()
        raise
    return link


def _ask(address: str, file: Any) -> str:
    """把文件送给 clamd，返回它的答复，如“stream: OK”。错误：OSError、ValueError。"""
    with _connect(address) as link:
        link.sendall(b"zINSTREAM\0")
        file.seek(0)
        for chunk in iter(lambda: file.read(1 << 16), b""):
            link.sendall(struct.pack("!L", len(chunk)) + chunk)
        link.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and (more := link.recv(4096)):
            answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace")


def _scan(file: Any) -> None:
    address = getattr(settings, "CLAMD", "")
    if not address:
        return
    try:
        answer = _ask(address, file)
    except (OSError, ValueError):
        # 配置了查毒就必须查成，不能因服务不通而放行。
        raise ValidationError(_("查毒服务暂时不通，附件没有保存；请稍后再试，或告诉系统管理员")) from None
    verdict, _space, last = answer.removeprefix("stream: ").rpartition(" ")
    if last == "FOUND":
        raise ValidationError(
            _("附件带有病毒（%(name)s），没有保存；请先在电脑上杀毒，再上传干净的文件") % {"name": verdict}
        )
    if answer != "stream: OK":
        raise ValidationError(_("附件没有查成毒，没有保存；请告诉系统管理员"))
