"""加密存储：含个人信息的文件落盘前加密，读时边读边解；密钥与加密字段同一串（GONGKAI_FIELD_KEYS），可轮换。

一个文件：头（8 字节标记、8 字节密钥号、16 字节盐），后面是逐块的密文。每个文件由主密钥和盐导出自己的密钥；
每 64 KiB 一块，AES-256-GCM，序号和“是不是末块”在随机数里，头和存储名在附加数据里：改、截、换序、
换到别的文件名下都解不开。各处登记的校验值（sha256）一律是明文的，换密钥不变。密文里的文件名就是校验值。

没有标记的是从前没有加密的旧文件，照样读；``manage.py keys rotate`` 换完之后设 GONGKAI_SEALED_ONLY=1，
就不再认没有加密的（免得有人用明文顶替）。做法和取舍见 docs/adr/0014。
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext as _

MAGIC: Final = b"GONGKAI\x01"
HEADER: Final = 32
CHUNK: Final = 64 * 1024
TAG: Final = 16
PART: Final = ".sealing"


class Sealed(OSError):
    """文件解不开：密钥不对、内容被改或不完整。"""


def _damaged(name: str) -> Sealed:
    return Sealed(_("文件“%(name)s”解不开：内容被改过或不完整；请从备份里取回") % {"name": name})


def _key_id(key: str) -> bytes:
    return hashlib.sha256(b"gongkai file key id\0" + key.encode()).digest()[:8]


def _cipher(key: str, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"gongkai file").derive(key.encode()))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def is_current(path: str | Path) -> bool:
    """用的是现在的密钥（第一个）：不必再加密。"""
    with open(path, "rb") as file:
        return file.read(16) == MAGIC + _key_id(settings.FIELD_KEYS[0])


def seal(source: Iterator[bytes], target: BinaryIO, name: str) -> int:
    """加密：把 source 的各段写进 target，返回明文的字节数。name 为存储名。"""
    key, salt = settings.FIELD_KEYS[0], os.urandom(16)
    header = MAGIC + _key_id(key) + salt
    cipher, bound = _cipher(key, salt), header + name.encode()
    target.write(header)
    waiting, number, total = bytearray(), 0, 0
    for part in source:
        waiting += part
        total += len(part)
        # 留一块在手里：到头了才知道哪一块是末块。
        while len(waiting) > CHUNK:
            target.write(cipher.encrypt(_nonce(number, False), bytes(waiting[:CHUNK]), bound))
            del waiting[:CHUNK]
            number += 1
    target.write(cipher.encrypt(_nonce(number, True), bytes(waiting), bound))
    return total


class Unsealed(io.RawIOBase):
    """解密的文件：可读、可跳，一次只在内存里留一块。错误：Sealed。"""

    def __init__(self, file: BinaryIO, name: str) -> None:
        header = file.read(HEADER)
        keys = {_key_id(key): key for key in settings.FIELD_KEYS}
        key = keys.get(header[8:16])
        self._file, self.name = file, name
        if len(header) < HEADER:
            self.close()
            raise _damaged(name)
        if key is None:
            self.close()
            raise Sealed(
                _("文件“%(name)s”解不开：没有加密它的密钥；请检查 GONGKAI_FIELD_KEYS 是否保留了旧密钥")
                % {"name": name}
            )
        self._cipher, self._bound = _cipher(key, header[16:]), header + name.encode()
        body = os.fstat(file.fileno()).st_size - HEADER
        self._chunks = max(1, -(-body // (CHUNK + TAG)))
        self.size = body - self._chunks * TAG
        self._at, self._held, self._plain = 0, -1, b""
        # 末块一解开，就知道文件没有被截短；空文件也有一个末块。
        try:
            self._hold(self._chunks - 1)
        except Sealed:
            self.close()
            raise

    def _hold(self, number: int) -> None:
        if number == self._held:
            return
        self._file.seek(HEADER + number * (CHUNK + TAG))
        try:
            self._plain = self._cipher.decrypt(
                _nonce(number, number == self._chunks - 1), self._file.read(CHUNK + TAG), self._bound
            )
        except (InvalidTag, ValueError):
            raise _damaged(self.name) from None
        self._held = number

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError(base + offset)
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self.size:
            return 0
        number, start = divmod(self._at, CHUNK)
        self._hold(number)
        part = self._plain[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()


class SealedFile(File):  # type: ignore[type-arg]
    """打开的文件：名称是存储里的，size 是明文的字节数；关了再开仍经存储解密。"""

    def __init__(self, storage: SealedStorage, name: str) -> None:
        self._storage = storage
        super().__init__(storage.unsealed(name), name)
        self.size = self.file.seek(0, os.SEEK_END)
        self.file.seek(0)

    def open(self, mode: str | None = None, *args: Any, **kwargs: Any) -> SealedFile:
        if mode not in (None, "rb"):
            raise SuspiciousFileOperation(self.name)
        if self.closed:
            self.file = self._storage.unsealed(str(self.name))
        self.file.seek(0)
        return self


class SealedStorage(FileSystemStorage):
    """加密存储：放在 MEDIA_ROOT 下，读写的都是明文，盘上是密文；从前没有加密的旧文件照样读得出。"""

    def _open(self, name: str, mode: str = "rb") -> SealedFile:
        if mode != "rb":
            raise SuspiciousFileOperation(name)  # 就地改会绕过加密；要改就另存一份
        return SealedFile(self, name)

    def unsealed(self, name: str) -> BinaryIO:
        """打开来读：给出明文，可跳着读。错误：Sealed、FileNotFoundError。"""
        raw = open(self.path(name), "rb")
        plain = raw.read(len(MAGIC)) != MAGIC
        raw.seek(0)
        if not plain:
            return io.BufferedReader(Unsealed(raw, name), CHUNK)
        if settings.SEALED_ONLY:
            raw.close()
            raise Sealed(
                _("文件“%(name)s”没有加密，而设置只认加密的（GONGKAI_SEALED_ONLY）；请核对来历")
                % {"name": name}
            )
        return raw

    def _save(self, name: str, content: Any) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:  # 取名之后别人先占了
                name = self.get_available_name(name)
                path = Path(self.path(name))
                continue
            break
        try:
            with os.fdopen(handle, "wb") as target:
                seal(content.chunks(), target, name)
                target.flush()
                os.fsync(target.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return name

    def size(self, name: str) -> int:
        with self._open(name) as file:
            return file.size

    def delete(self, name: str) -> None:
        """删去，连同换密钥中途停下时留在旁边的。"""
        super().delete(name)
        path = Path(self.path(name))
        for part in path.parent.glob(f"{path.name}.*{PART}"):
            part.unlink(missing_ok=True)

    def reseal(self, name: str) -> bool:
        """换用现在的密钥：旧文件（没有加密的、用旧密钥的）重新加密；返回换没换。

        读的人看到的不是旧的就是新的：先写在旁边，读回来核对无误才改名；中途没了，旧的还在。
        错误：Sealed、OSError，原文件不动。
        """
        path = Path(self.path(name))
        if is_current(path):
            return False
        for left in path.parent.glob(f"{path.name}.*{PART}"):  # 上次中途没了的
            left.unlink(missing_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=PART)
        try:
            digest = hashlib.sha256()
            with os.fdopen(handle, "wb") as target, self.unsealed(name) as source:
                seal(_noted(source, digest), target, name)
                target.flush()
                os.fsync(target.fileno())
            with io.BufferedReader(Unsealed(open(part, "rb"), name), CHUNK) as written:
                if hashlib.file_digest(written, "sha256").digest() != digest.digest():
                    raise _damaged(name)
            os.replace(part, path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return True


def _noted(source: BinaryIO, digest: Any) -> Iterator[bytes]:
    while part := source.read(CHUNK):
        digest.update(part)
        yield part


def _sync_folder(folder: Path) -> None:
    # 改名落盘，断电之后看到的也是新的。
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sealed() -> SealedStorage:
    """给 FileField 用：storage=sealed。"""
    return SealedStorage()
