"""有限的翻页：公众的长列表只翻前面若干页，不数到底，也不从头数到很后面。"""

from __future__ import annotations

from typing import Any, Final

from django.core.paginator import Paginator
from django.utils.functional import cached_property

# 最多翻几页：再往后的，加条件或用检索找；十万条时翻到第五千页要把前面的都数一遍。
PAGES: Final = 100


class Bounded(Paginator[Any]):
    """翻页：至多 PAGES 页；more 为真时后面还有，没有列出。条数不多时与普通的翻页一样。"""

    @cached_property
    def _found(self) -> int:
        most = self.per_page * PAGES + 1
        rows: Any = self.object_list
        return int(rows.order_by()[:most].count())

    @property
    def more(self) -> bool:
        """后面还有没列出的。"""
        return self._found > self.per_page * PAGES

    @cached_property
    def count(self) -> int:
        return min(self._found, self.per_page * PAGES)
