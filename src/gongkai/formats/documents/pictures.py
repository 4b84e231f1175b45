"""图片：认格式、限大小、去掉拍摄地点等附带信息，按内容取名。"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import warnings
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

from gongkai.formats.documents.model import Picture

__all__ = ["Album", "prepare"]

_MAX_BYTES: Final = 20 * 1024 * 1024
_MAX_PIXELS: Final = 40_000_000
_MAX_COUNT: Final = 300
_KEPT: Final = {"PNG": ("png", "image/png"), "JPEG": ("jpg", "image/jpeg"), "GIF": ("gif", "image/gif")}
_CONVERTED: Final = ("BMP", "TIFF", "WEBP")


def prepare(data: bytes) -> Picture | None:
    """整理图片：PNG、JPEG、GIF 原格式重存，BMP、TIFF、WebP 转 PNG；不认识的、太大的返回 None。

    限制：20 MB、4000 万像素。重存时去掉 EXIF（拍摄地点、时间、设备），方向先转正。
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not data or len(data) > _MAX_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=[*_KEPT, *_CONVERTED])
        # 只读了头就知道尺寸：超大的不解码。
        if image.width * image.height > _MAX_PIXELS:
            return None
        kind = image.format or ""
        out = io.BytesIO()
        turned = image.getexif().get(0x0112, 1) != 1
        if kind == "GIF":
            image.save(out, "GIF", save_all=True, comment=b"")
        elif kind == "JPEG" and not turned:
            image.save(out, "JPEG", quality="keep", exif=b"", icc_profile=image.info.get("icc_profile"))
        elif kind == "JPEG":
            straight = ImageOps.exif_transpose(image)
            straight.save(out, "JPEG", quality=92, exif=b"")
            return _named(out.getvalue(), kind, straight.width, straight.height)
        else:
            mode = image.mode if image.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16") else "RGB"
            clean = image.convert(mode)
            clean.info = {k: v for k, v in image.info.items() if k == "transparency"}
            clean.save(out, "PNG", optimize=False)
            kind = "PNG"
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        EOFError,
        KeyError,
        TypeError,
        IndexError,
        OverflowError,
    ):
        return None
    return _named(out.getvalue(), kind, image.width, image.height)


def _named(data: bytes, kind: str, width: int, height: int) -> Picture:
    suffix, content_type = _KEPT[kind]
    digest = hashlib.sha256(data).hexdigest()
    return Picture(f"{digest}.{suffix}", digest, data, content_type, width, height)


_DATA: Final = re.compile(r"data:image/[A-Za-z0-9.+-]+((?:;[A-Za-z0-9=.-]+)*),(.*)", re.DOTALL)


@dataclass
class Album:
    """相册：一次导入抽出的图片，同样内容只存一份；refused 没收的张数。"""

    pictures: dict[str, Picture] = field(default_factory=dict)
    refused: int = 0

    def add(self, data: bytes) -> str | None:
        """收一张：返回正文里的引用 ``images/<name>``；不收返回 None。"""
        picture = prepare(data) if len(self.pictures) < _MAX_COUNT else None
        if picture is None:
            self.refused += 1
            return None
        self.pictures.setdefault(picture.name, picture)
        return f"images/{picture.name}"

    def add_address(self, address: str) -> str | None:
        """收 data: 地址里的图片；外站、本机地址不收（不替作者去外面取）。"""
        found = _DATA.fullmatch(address)
        if found is None:
            return None
        try:
            raw = unquote_to_bytes(found.group(2))
            return self.add(base64.b64decode(raw) if ";base64" in found.group(1) else raw)
        except (binascii.Error, ValueError):
            return None
