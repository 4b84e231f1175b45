"""遮盖：黑块写进像素，重新做成只有图像的 PDF；再逐项证明里面没有别的东西。"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Sequence
from typing import Any, Final

from gongkai.formats.documents.model import DocumentError

from .pages import DPI, Box, opened, page_count, page_image

__all__ = ["Burnt", "bind", "burn", "burn_page", "prove"]

_QUALITY: Final = 85


# 遮盖好的一页：宽、高（像素）、压缩办法、压好的像素。
Burnt = tuple[int, int, str, bytes]


def burn(data: bytes, boxes: Sequence[Box], *, dpi: int = DPI) -> bytes:
    """遮盖：返回新的 PDF，每页只有一幅图，没有文字层、元数据、附件、批注和旧版本。

    参数：data 为 PDF 或图片；boxes 为遮盖框；dpi 为分辨率（每英寸点数）。
    有遮盖的页不失真压缩，黑块的每个像素都是纯黑；没有遮盖的页用 JPEG。
    错误：DocumentError——打不开、框在页外、证明不通过。
    """
    count = page_count(data)
    for box in boxes:
        box.check(count)
    return bind([burn_page(data, number, boxes, dpi=dpi) for number in range(count)], boxes, dpi=dpi)


def burn_page(data: bytes, number: int, boxes: Sequence[Box], *, dpi: int = DPI) -> Burnt:
    """遮盖一页（0 起）：黑块写进像素；长文件一页一页地做。错误：DocumentError。"""
    from PIL import ImageDraw

    image = page_image(data, number, dpi=dpi)
    mine = [box for box in boxes if box.page == number]
    brush = ImageDraw.Draw(image)
    for box in mine:
        left, top, right, bottom = box.pixels(image.width, image.height)
        brush.rectangle((left, top, right - 1, bottom - 1), fill=(0, 0, 0))
    filters, content = ("FlateDecode", zlib.compress(image.tobytes(), 6)) if mine else _jpeg(image)
    return image.width, image.height, filters, content


def bind(pages: Sequence[Burnt], boxes: Sequence[Box], *, dpi: int = DPI) -> bytes:
    """装订：遮盖好的各页做成一份 PDF，证明通过才返回。错误：DocumentError——证明不通过。"""
    made = _pdf(pages, dpi)
    if problems := prove(made, boxes):
        raise DocumentError("遮盖没有通过检验，没有保存：" + "；".join(problems))
    return made


def _jpeg(image: Any) -> tuple[str, bytes]:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return "DCTDecode", out.getvalue()


def _pdf(pages: Sequence[Burnt], dpi: int) -> bytes:
    """只含图像的 PDF：自己写，写的库都会附上生成者和时间；这里除了页和图什么也没有。"""
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids = []
    for width, height, filters, content in pages:
        first = len(objects) + 1
        kids.append(f"{first} 0 R")
        points = (width / dpi * 72, height / dpi * 72)
        drawing = f"{points[0]:.3f} 0 0 {points[1]:.3f} 0 0 cm /I Do".encode()
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {points[0]:.3f} {points[1]:.3f}]"
            f"/Resources<</XObject<</I {first + 2} 0 R>>>>/Contents {first + 1} 0 R>>".encode()
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing))
        objects.append(
            f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB"
            f"/BitsPerComponent 8/Filter/{filters}/Length {len(content)}>>".encode()
            + b"stream\n"
            + content
            + b"\nendstream"
        )
    objects[1] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(kids)}]>>".encode()
    out, offsets = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


# 遮盖后的文件里不该有的东西：键 → 说法。流的内容先去掉，图像的字节里碰巧有这些字不算。
_FORBIDDEN: Final = {
    b"/Info": "文档信息", b"/Metadata": "元数据", b"/Annots": "批注", b"/AcroForm": "表单",
    b"/EmbeddedFile": "附件", b"/JavaScript": "脚本", b"/Outlines": "书签", b"/Prev": "旧版本",
    b"/OCProperties": "图层", b"/StructTreeRoot": "结构", b"/Font": "字体", b"/PieceInfo": "软件私有数据",
    b"/ObjStm": "打包的对象", b"/Thumb": "缩略图", b"/Names": "名称表", b"/AA": "动作",
}  # fmt: skip


def prove(pdf: bytes, boxes: Sequence[Box]) -> list[str]:
    """证明遮盖彻底：返回不合格的各项，空列表为通过。

    逐项查：取不出文字；每页只有一幅图像，没有别的对象；没有元数据、附件、批注、脚本、书签、图层；
    只有一个版本；每个框里的每个像素都是纯黑（取嵌入的图像本身查，不是看渲染出来的样子）。
    """
    import pypdfium2
    import pypdfium2.raw as raw

    found = []
    bare = re.sub(rb"stream\r?\n.*?\nendstream", b"", pdf, flags=re.DOTALL)
    found += [f"文件里有{label}" for key, label in _FORBIDDEN.items() if key in bare]
    if bare.count(b"%%EOF") != 1 or bare.count(b"startxref") != 1:
        found.append("文件里有不止一个版本")
    with opened(pdf) as document:
        if document.count_attachments() or raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
            found.append("文件里有附件或脚本")
        found += [f"元数据“{key}”不是空的" for key, value in document.get_metadata_dict().items() if value]
        for number in range(len(document)):
            where = f"第 {number + 1} 页"
            page = document[number]
            if page.get_textpage().get_text_range().strip():
                found.append(f"{where}取得出文字")
            if raw.FPDFPage_GetAnnotCount(page):
                found.append(f"{where}有批注")
            inside = list(page.get_objects())
            if len(inside) != 1 or not isinstance(inside[0], pypdfium2.PdfImage):
                found.append(f"{where}除了一幅图像还有别的对象")
                continue
            mine = [box for box in boxes if box.page == number]
            if not mine:
                continue
            image = inside[0].get_bitmap(render=False).to_pil().convert("RGB")
            for box in mine:
                extremes = image.crop(box.pixels(*image.size)).getextrema()
                if any(high for _low, high in extremes):
                    found.append(f"{where}有一处没有盖实")
    return found
