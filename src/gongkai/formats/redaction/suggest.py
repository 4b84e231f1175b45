"""提示：在 PDF 的文字层里找疑似个人信息，给出各字在页面上的位置；采不采用由人定。"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from gongkai.formats import personal

from .pages import Box, is_pdf, opened

__all__ = ["suggest"]

_GRID: Final = 1_000_000
_KINDS: Final = frozenset(personal.Kind) - {personal.Kind.PLATE}
_NAME_AFTER: Final = re.compile(
    r"(?:姓名|联系人|申请人|户主|权利人|被征收人|投诉人|举报人|当事人|代理人|签名|法定代表人)[:： ]{1,3}"
    r"([\u4e00-\u9fff][\u4e00-\u9fff·]{1,5})(?![\u4e00-\u9fff])"
)
# 住址：从省、市、区、县、镇、村、路、街起，到门牌、幢、室止。
_ADDRESS: Final = re.compile(
    r"(?:[\u4e00-\u9fff]{1,8}(?:省|自治区|市|区|县|旗|镇|乡|街道|村|路|街|巷|道|里|弄)){1,6}"
    r"[\u4e00-\u9fff]{0,6}[0-9０-９一二三四五六七八九十百]{1,5}(?:号|弄|幢|栋|组)"
    r"(?:[0-9０-９A-Za-z一二三四五六七八九十之-]{0,6}(?:号|幢|栋|座|单元|楼|层|室|房)){0,4}"
)


def suggest(data: bytes, names: Sequence[str] = ()) -> list[Box]:
    """提示：返回疑似个人信息的遮盖框，按页、按位置；没有文字层的（扫描件、图片）没有提示。

    参数：names 为案卷里的姓名、名称，文中出现的都提示。
    错误：DocumentError——打不开。
    """
    if not is_pdf(data):
        return []
    found: list[Box] = []
    with opened(data) as document:
        for number in range(len(document)):
            page = document[number]
            text_page = page.get_textpage()
            text = _text(text_page)
            # 汉字与数字之间 pdfium 会补空格：去掉空格再找一遍，两遍的结果合起来。
            kept = [index for index, char in enumerate(text) if not char.isspace()]
            dense = "".join(text[index] for index in kept)
            spans = set(_spans(text, names))
            spans |= {(kept[start], kept[end - 1] + 1, note) for start, end, note in _spans(dense, names)}
            for start, end, note in sorted(spans):
                found += _boxes(page, text_page, text, number, (start, end), note)
    return found


def _text(text_page: Any) -> str:
    """逐字取：位置与 pdfium 的字序一一对应；换行算空格，断在两行的号码也找得到。"""
    import pypdfium2.raw as raw

    chars = []
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        char = chr(code) if code and code < 0x110000 else " "
        chars.append(" " if char in "\r\n\u0002" else char)
    return "".join(chars)


def _spans(text: str, names: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    for finding in personal.find(text, _KINDS):
        yield finding.start, finding.end, finding.kind.label
    for name in {name.strip() for name in names}:
        if len(name) < 2:
            continue
        for match in re.finditer(re.escape(name), text):
            yield match.start(), match.end(), "姓名或者名称"
    for match in _NAME_AFTER.finditer(text):
        yield match.start(1), match.end(1), "姓名"
    for match in _ADDRESS.finditer(text):
        yield match.start(), match.end(), "住址"


def _boxes(page: Any, text_page: Any, text: str, number: int, span: tuple[int, int], note: str) -> list[Box]:
    """一处文字的框：同一行的字并成一个，四边各放宽一点。"""
    lines: list[list[float]] = []
    for index in range(*span):
        if text[index].isspace():
            continue
        left, top, right, bottom = _place(page, text_page, index)
        last = lines[-1] if lines else None
        if last and min(bottom, last[3]) - max(top, last[1]) > 0.3 * (bottom - top) and left >= last[0]:
            last[0], last[1] = min(last[0], left), min(last[1], top)
            last[2], last[3] = max(last[2], right), max(last[3], bottom)
        else:
            lines.append([left, top, right, bottom])
    boxes = []
    for left, top, right, bottom in lines:
        pad = (bottom - top) * 0.15
        left, top = max(0.0, left - pad / 2), max(0.0, top - pad)
        right, bottom = min(1.0, right + pad / 2), min(1.0, bottom + pad)
        if right > left and bottom > top:
            boxes.append(Box(number, left, top, right - left, bottom - top, "", "suggested", note))
    return boxes


def _place(page: Any, text_page: Any, index: int) -> tuple[float, float, float, float]:
    """一个字在页面上的位置（比例）：经 pdfium 换算，页面旋转、裁剪都算在内。"""
    import pypdfium2.raw as raw

    x0, y0, x1, y1 = text_page.get_charbox(index, loose=True)
    corners = []
    for x, y in ((x0, y0), (x1, y1)):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, x, y, across, down)
        corners.append((across.value / _GRID, down.value / _GRID))
    (ax, ay), (bx, by) = corners
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
