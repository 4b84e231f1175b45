"""遮盖与隐藏信息：页面图像、疑似个人信息的位置、遮盖成图、证明遮盖彻底；找出文件里看不见的内容。

遮盖不是在原文件上画黑块：每页先变成图像，再把黑块写进像素，重新做成只有图像的 PDF，原来的文字层、
批注、附件、旧版本都不在里面。
"""

from gongkai.formats.redaction.burn import Burnt, bind, burn, burn_page, prove
from gongkai.formats.redaction.hidden import Hidden, hidden_data
from gongkai.formats.redaction.pages import Box, page_count, page_image, page_sizes
from gongkai.formats.redaction.strip import Stripped, strip
from gongkai.formats.redaction.suggest import suggest

__all__ = [
    "Box",
    "Burnt",
    "Hidden",
    "bind",
    "burn",
    "burn_page",
    "hidden_data",
    "page_count",
    "page_image",
    "page_sizes",
    "prove",
    "Stripped",
    "strip",
    "suggest",
]
