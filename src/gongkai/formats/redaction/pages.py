"""页面：PDF、图片的每一页变成图像；遮盖框用页面的比例记，与分辨率无关。"""

from __future__ import annotations

import io
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from gongkai.formats import pdfium
from gongkai.formats.documents.model import DocumentError

__all__ = ["DPI", "Box", "opened", "page_count", "page_image", "page_sizes"]

DPI: Final = 200
MAX_PAGES: Final = 300
# 一页至多这么多像素：A1 图纸 200 dpi 约 3000 万。
_MAX_PIXELS: Final = 36_000_000


@dataclass(frozen=True, slots=True)
class Box:
    """遮盖框：page 第几页（0 起），left、top、width、height 为页面宽高的比例（0—1，左上角为原点），
    reason 遮盖的理由，source 为 hand 手画或 suggested 系统提示，note 提示的种类。"""

    page: int
    left: float
    top: float
    width: float
    height: float
    reason: str = ""
    source: str = "hand"
    note: str = ""

    def check(self, pages: int) -> None:
        """查边界。错误：DocumentError——页码不对、框在页外、没有大小。"""
        inside = 0 <= self.left < 1 and 0 <= self.top < 1 and self.width > 0 and self.height > 0
        if not 0 <= self.page < pages:
            raise DocumentError(f"遮盖框在第 {self.page + 1} 页，文件只有 {pages} 页；请重新画")
        if not inside or self.left + self.width > 1.0001 or self.top + self.height > 1.0001:
            raise DocumentError(f"第 {self.page + 1} 页有一个遮盖框在页面之外；请重新画")

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """像素的范围（左、上、右、下，右下不含）：只放大不缩小，边上的半个像素也盖住。"""
        left, top = int(self.left * width), int(self.top * height)
        right = min(width, -int(-(self.left + self.width) * width // 1))
        bottom = min(height, -int(-(self.top + self.height) * height // 1))
        return left, top, max(right, left + 1), max(bottom, top + 1)


def opened(data: bytes) -> AbstractContextManager[Any]:
    """打开 PDF，至多 MAX_PAGES 页。错误：DocumentError。"""
    return pdfium.opened(data, most=MAX_PAGES)


def is_pdf(data: bytes) -> bool:
    return b"%PDF" in data[:1024]


def page_count(data: bytes) -> int:
    """页数；图片是一页。错误：DocumentError。"""
    if not is_pdf(data):
        _picture(data)
        return 1
    with opened(data) as document:
        return len(document)


def page_image(data: bytes, page: int, *, dpi: int = DPI) -> Any:
    """一页的图像（PIL，RGB）：看得见的都画上，含批注和表单。错误：DocumentError。"""
    if not is_pdf(data):
        return _picture(data)
    with opened(data) as document:
        if not 0 <= page < len(document):
            raise DocumentError(f"没有第 {page + 1} 页")
        return _draw(document, page, dpi)


def _draw(document: Any, page: int, dpi: int) -> Any:
    """已打开的 PDF 的一页：缓冲区随手还掉，出锁之前不留 pdfium 的东西。"""
    if document.formenv is None and document.get_formtype():
        document.init_forms()
    sheet = document[page]
    width, height = sheet.get_size()
    scale = dpi / 72
    if width * height * scale * scale > _MAX_PIXELS:
        scale = (_MAX_PIXELS / (width * height)) ** 0.5
    return sheet.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")


def _picture(data: bytes) -> Any:
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format not in ("PNG", "JPEG") or image.width * image.height > _MAX_PIXELS:
                raise DocumentError("图片只收 PNG、JPEG，且不超过 3600 万像素；请转换或缩小后再上传")
            turned = ImageOps.exif_transpose(image)
            if turned.mode in ("RGBA", "LA", "P"):
                # 透明的地方当白纸，下面藏着的颜色不露出来。
                clear = turned.convert("RGBA")
                sheet = Image.new("RGBA", clear.size, "white")
                sheet.alpha_composite(clear)
                turned = sheet
            return turned.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError("图片已损坏，打不开；请重新保存后再上传") from None


def page_sizes(data: bytes) -> list[tuple[int, int]]:
    """各页的宽高（磅，图片为像素），供页面预先留出位置。错误：DocumentError。"""
    if not is_pdf(data):
        image = _picture(data)
        return [(image.width, image.height)]
    with opened(data) as document:
        sizes = [document[number].get_size() for number in range(len(document))]
        return [(max(1, round(width)), max(1, round(height))) for width, height in sizes]
