"""正文与文件：Word、网页、纯文字 → 干净的 HTML；HTML → Word、PDF；取附件的文字；两个版本的比较。

读写各自的库较大，都在用到时才载入。
"""

from gongkai.formats.documents.clean import clean_html
from gongkai.formats.documents.compare import Block, compare
from gongkai.formats.documents.extract import extract_text
from gongkai.formats.documents.importing import from_paste, from_text, read_docx
from gongkai.formats.documents.model import DocumentError, Imported, Link, Picture, RecordHead
from gongkai.formats.documents.pdf import to_pdf
from gongkai.formats.documents.texts import links_of, replace_images, text_of
from gongkai.formats.documents.word import to_docx

__all__ = [
    "Block",
    "DocumentError",
    "Imported",
    "Link",
    "Picture",
    "RecordHead",
    "clean_html",
    "compare",
    "extract_text",
    "from_paste",
    "from_text",
    "links_of",
    "read_docx",
    "replace_images",
    "text_of",
    "to_docx",
    "to_pdf",
]
