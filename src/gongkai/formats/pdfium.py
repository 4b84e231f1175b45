"""读 PDF：pdfium 同一时刻只许一个线程进去，全进程一把锁，打开、读取、关闭都在锁里。

pdfium 的函数经 ctypes 调用时不占解释器的锁，两个请求同时各读各的文件也会冲坏它的内存，整个进程随之退出。
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from gongkai.formats.documents.model import DocumentError

__all__ = ["opened"]

_lock = RLock()


@contextmanager
def opened(data: bytes, *, most: int) -> Iterator[Any]:
    """打开 PDF（pypdfium2 的 PdfDocument），用完即关；期间别的线程等着，所以大文件一页一开。

    参数：data 为文件的内容；most 为至多几页。
    页、文字层随文件一起关，出了这里就不能再用。
    错误：DocumentError——加密、损坏、没有页、页数太多。
    """
    import pypdfium2

    with _lock:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise DocumentError("PDF 加了密码；请去掉密码后再上传") from None
            raise DocumentError("PDF 已损坏，打不开；请重新导出或重新扫描后再上传") from None
        try:
            if not 0 < len(document) <= most:
                raise DocumentError(f"PDF 有 {len(document)} 页；请拆成每份 1—{most} 页")
            yield document
        finally:
            document.close()
