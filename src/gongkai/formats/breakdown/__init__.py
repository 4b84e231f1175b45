"""分工表的读写：文本、Word、Excel、PDF、网页与统一的行之间互转，不依赖 Django。"""

from .messages import BreakdownError, Message, SheetChoice
from .readers import MAX_BYTES, read, read_html
from .table import COLUMNS, FIELDS, LABELS, BreakdownTable, Row
from .writers import write

__all__ = [
    "COLUMNS",
    "FIELDS",
    "LABELS",
    "MAX_BYTES",
    "BreakdownError",
    "BreakdownTable",
    "Message",
    "Row",
    "SheetChoice",
    "read",
    "read_html",
    "write",
]
