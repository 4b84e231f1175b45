"""公共的样子：导入的结果、提示、图片、错误。"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DocumentError", "Imported", "Link", "Picture", "RecordHead"]


class DocumentError(ValueError):
    """文件错误：读不了、太大、内容不安全或缺字体；消息为中文，写明问题与改法。"""


@dataclass(frozen=True, slots=True)
class Picture:
    """图片：name 文件名（sha256 加后缀，正文里以 ``images/<name>`` 引用），sha256 校验值，data 内容，
    content_type 类型，width、height 像素。已去掉拍摄地点等附带信息。"""

    name: str
    sha256: str
    data: bytes
    content_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Imported:
    """导入结果：html 干净的正文，pictures 抽出的图片，notices 丢掉或改动了什么（中文，逐条）。"""

    html: str
    pictures: tuple[Picture, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """链接：href 地址，text 链接文字（图片为说明文字），is_image 是否图片。"""

    href: str
    text: str
    is_image: bool = False


@dataclass(frozen=True, slots=True)
class RecordHead:
    """文头：title 标题（必填），number 文号，issuer 发文机关，date_text 成文日期，
    rows 文头表（栏名, 值）。"""

    title: str
    number: str = ""
    issuer: str = ""
    date_text: str = ""
    rows: tuple[tuple[str, str], ...] = ()
